-- Add an actor. No row: the name is taken. A retry with the same PHC string returns the same actor,
-- so the statement can be sent again after a lost answer: the salt in it is unique to this attempt.
-- name: sql_actor_insert :opt
-- args: text, text, bool
-- cols: id int8
INSERT INTO actor (local_name, password, admin) VALUES ($1, $2, $3)
ON CONFLICT (local_name) DO UPDATE SET password = excluded.password
    WHERE actor.password = excluded.password RETURNING id

-- Find the password of an actor that registered within the last day and has had no ID-Cert yet.
-- name: sql_actor_unused :opt redo
-- args: text
-- cols: id int8, password text
SELECT id, password FROM actor
WHERE local_name = $1 AND deactivated_at IS NULL AND created_at > now() - interval '1 day'
    AND NOT EXISTS (SELECT FROM idcert c WHERE c.actor_id = actor.id)

-- Find the actor that logs in. The answer is always one row; id is null when there is no such
-- active actor.
-- name: sql_actor_login :one redo
-- args: text
-- cols: id int8, password text, totp bytea, now int8
SELECT a.id, a.password, t.sealed AS totp, floor(extract(epoch FROM now()))::int8 AS now
FROM (SELECT $1::text COLLATE "C" AS name) n
LEFT JOIN actor a ON a.local_name = n.name AND a.deactivated_at IS NULL
LEFT JOIN totp t ON t.actor_id = a.id AND t.confirmed_at IS NOT NULL

-- name: sql_actor_set_password :opt
-- args: text, text
-- cols: id int8
UPDATE actor SET password = $2 WHERE local_name = $1 RETURNING id

-- Store the same password with new hash parameters, unless the password has changed since.
-- name: sql_actor_rehash :opt redo
-- args: text, text, text
-- cols: id int8
UPDATE actor SET password = $3 WHERE local_name = $1 AND password = $2 RETURNING id

-- name: sql_actor_set_admin :opt
-- args: text, bool
-- cols: id int8
UPDATE actor SET admin = $2 WHERE local_name = $1 RETURNING id

-- Deactivate an actor, and end its sessions, certificates and tokens (motet_deactivate_actor() in
-- schema/). The name stays taken.
-- name: sql_actor_deactivate :one
-- args: text
-- cols: id int8
SELECT motet_deactivate_actor($1) AS id

-- Find an actor by id ($1) or by name ($2). An id of 0 and a name that is null match no actor.
-- name: sql_actor_find :opt redo
-- args: int8, text
-- cols: id int8, local_name text
SELECT id, local_name FROM actor WHERE id = $1::int8 OR local_name = $2::text

-- name: sql_actor_list :many redo
-- args: text
-- cols: id int8, local_name text, admin bool, created_at int8, deactivated_at int8, sessions int8,
-- cols: certificates int8, totp bool
SELECT a.id, a.local_name, a.admin, floor(extract(epoch FROM a.created_at))::int8 AS created_at,
       floor(extract(epoch FROM a.deactivated_at))::int8 AS deactivated_at,
       (SELECT count(*) FROM live_session s WHERE s.actor_id = a.id) AS sessions,
       (SELECT count(*) FROM idcert c WHERE c.actor_id = a.id) AS certificates,
       EXISTS (SELECT FROM totp t WHERE t.actor_id = a.id AND t.confirmed_at IS NOT NULL) AS totp
FROM actor a WHERE $1::text IS NULL OR a.local_name = $1::text
ORDER BY a.local_name LIMIT 100000
