-- A new one; sent twice, it is made once.
-- name: sql_invite_create :one redo
-- args: bytea, int8, int8, text
-- cols: id int8, created_at int8, expires_at int8
INSERT INTO invite (code_hash, uses, expires_at, note) VALUES ($1, $2, now() + $3::int8 * interval '1 s', $4)
ON CONFLICT (code_hash) DO UPDATE SET code_hash = excluded.code_hash
RETURNING id, floor(extract(epoch FROM created_at))::int8 AS created_at, floor(extract(epoch FROM expires_at))::int8 AS expires_at

-- All, or one ($1).
-- name: sql_invite_list :many redo
-- args: int8
-- cols: id int8, uses int8, used int8, note text, created_at int8, expires_at int8, revoked_at int8, now int8
SELECT id, uses, used, note, floor(extract(epoch FROM created_at))::int8 AS created_at, floor(extract(epoch FROM expires_at))::int8 AS expires_at,
       floor(extract(epoch FROM revoked_at))::int8 AS revoked_at, floor(extract(epoch FROM now()))::int8 AS now
FROM invite WHERE $1::int8 = 0 OR id = $1::int8 ORDER BY id LIMIT 100000

-- Who came by it.
-- name: sql_invite_guests :many redo
-- args: int8
-- cols: local_name text, created_at int8, deactivated_at int8
SELECT local_name, floor(extract(epoch FROM created_at))::int8 AS created_at, floor(extract(epoch FROM deactivated_at))::int8 AS deactivated_at
FROM actor WHERE invite_id = $1 ORDER BY id LIMIT 100000

-- name: sql_invite_revoke :opt redo
-- args: int8
-- cols: id int8
UPDATE invite SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING id

-- What the code with the hash $1 is worth, and whether the name $5 is taken, before anything costly is done. A code that there is not costs $3
-- milliseconds of the key $2, $4 of which may be owed (0 milliseconds: nothing is counted); whoever owes them has to wait, whatever the code.
-- name: sql_invite_try :one redo
-- args: bytea, bytea, int8, int8, text
-- cols: id int8, wait int8, taken bool, known bool, revoked bool, expired bool, used_up bool
WITH i AS (
    SELECT * FROM invite WHERE code_hash = $1),
due AS (
    SELECT coalesce(max(motet_throttle_wait(tat, $3::int8, $4::int8)), 0) AS wait FROM throttle WHERE key = $2),
guess AS (
    INSERT INTO throttle AS t (key, tat) SELECT $2::bytea, now() + $3::int8 * interval '1 ms' FROM due
    WHERE wait = 0 AND $3::int8 > 0 AND NOT EXISTS (SELECT FROM i)
    ON CONFLICT (key) DO UPDATE SET tat = greatest(t.tat, now()) + $3::int8 * interval '1 ms'
    WHERE motet_throttle_wait(t.tat, $3::int8, $4::int8) = 0 RETURNING 1)
SELECT 0::int8 AS id,
       CASE WHEN $3::int8 = 0 OR EXISTS (SELECT FROM guess) THEN 0 WHEN i.id IS NULL THEN greatest(1, due.wait) ELSE due.wait END AS wait,
       motet_taken($5) AS taken, i.id IS NOT NULL AS known, i.revoked_at IS NOT NULL AS revoked,
       coalesce(i.expires_at <= now(), false) AS expired, coalesce(i.used >= i.uses, false) AS used_up
FROM due LEFT JOIN i ON true

-- One use of an invite for one actor, both or none: a name that somebody takes at this moment is a conflict, which undoes the use. The PHC string $2
-- names the attempt, as in sql_actor_insert. What it says of the invite is what it was before.
-- name: sql_invite_redeem :one
-- args: text, text, bytea
-- cols: id int8, wait int8, taken bool, known bool, revoked bool, expired bool, used_up bool
WITH there AS (
    SELECT id, password = $2 AS mine FROM actor WHERE local_name = $1),
used AS (
    UPDATE invite SET used = used + 1
    WHERE code_hash = $3 AND used < uses AND revoked_at IS NULL AND expires_at > now() AND NOT motet_taken($1) RETURNING id),
added AS (
    INSERT INTO actor (local_name, password, invite_id) SELECT $1, $2, id FROM used RETURNING id)
SELECT coalesce((SELECT id FROM added), (SELECT id FROM there WHERE mine)) AS id, 0::int8 AS wait, motet_taken($1) AS taken,
       i.id IS NOT NULL AS known, i.revoked_at IS NOT NULL AS revoked, coalesce(i.expires_at <= now(), false) AS expired,
       coalesce(i.used >= i.uses, false) AS used_up
FROM (SELECT 1) one LEFT JOIN invite i ON i.code_hash = $3
