-- A retry with the same code returns the same invite.
-- name: sql_invite_create :one resend
-- args: bytea, int8, int8, text
-- cols: id int8, created_at int8, expires_at int8
INSERT INTO invite (code_hash, uses, expires_at, note)
    VALUES ($1, $2, now() + $3::int8 * interval '1 s', $4)
ON CONFLICT (code_hash) DO UPDATE SET code_hash = excluded.code_hash
RETURNING id, floor(extract(epoch FROM created_at))::int8 AS created_at,
    floor(extract(epoch FROM expires_at))::int8 AS expires_at

-- List all invites, or one ($1).
-- name: sql_invite_list :many redo
-- args: int8
-- cols: id int8, uses int8, used int8, note text, created_at int8, expires_at int8,
-- cols: revoked_at int8, now int8
SELECT id, uses, used, note, floor(extract(epoch FROM created_at))::int8 AS created_at,
       floor(extract(epoch FROM expires_at))::int8 AS expires_at,
       floor(extract(epoch FROM revoked_at))::int8 AS revoked_at,
       floor(extract(epoch FROM now()))::int8 AS now
FROM invite WHERE $1::int8 = 0 OR id = $1::int8 ORDER BY id LIMIT 100000

-- List the actors that registered with an invite.
-- name: sql_invite_guests :many redo
-- args: int8
-- cols: local_name text, created_at int8, deactivated_at int8
SELECT local_name, floor(extract(epoch FROM created_at))::int8 AS created_at,
       floor(extract(epoch FROM deactivated_at))::int8 AS deactivated_at
FROM actor WHERE invite_id = $1 ORDER BY id LIMIT 100000

-- name: sql_invite_revoke :opt resend
-- args: int8
-- cols: id int8
UPDATE invite SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING id

-- Check a code (hash $1) and a name ($5) before the password is hashed. An unknown code costs $3
-- milliseconds of the throttle key $2, with $4 tries at once; $3 = 0: no throttle. While the
-- throttle key is over its limit, every code has to wait, even a right one.
-- name: sql_invite_try :one redo
-- args: bytea, bytea, int8, int8, text
-- cols: id int8, wait int8, taken bool, known bool, revoked bool, expired bool, used_up bool
WITH i AS (
    SELECT * FROM invite WHERE code_hash = $1),
due AS (
    SELECT coalesce(max(motet_get_throttle_wait(tat, $3::int8, $4::int8)), 0) AS wait FROM throttle
        WHERE key = $2),
guess AS (
    INSERT INTO throttle AS t (key, tat) SELECT $2::bytea, now() + $3::int8 * interval '1 ms'
        FROM due
    WHERE wait = 0 AND $3::int8 > 0 AND NOT EXISTS (SELECT FROM i)
    ON CONFLICT (key) DO UPDATE SET tat = motet_get_next_throttle_time(t.tat, $3::int8, $4::int8)
    WHERE motet_get_throttle_wait(t.tat, $3::int8, $4::int8) = 0 RETURNING 1)
SELECT 0::int8 AS id,
       CASE WHEN $3::int8 = 0 OR EXISTS (SELECT FROM guess) THEN 0
           WHEN i.id IS NULL THEN greatest(1, due.wait) ELSE due.wait END AS wait,
       motet_is_name_taken($5) AS taken, i.id IS NOT NULL AS known, i.revoked_at IS NOT NULL AS revoked,
       coalesce(i.expires_at <= now(), false) AS expired,
       coalesce(i.used >= i.uses, false) AS used_up
FROM due LEFT JOIN i ON true

-- Use an invite and add the actor, both or neither: if the name is taken at this moment, the
-- conflict undoes the use. The PHC string $2 identifies the attempt, as in sql_actor_insert. The
-- columns about the invite show the invite's state before this statement.
-- name: sql_invite_redeem :one
-- args: text, text, bytea
-- cols: id int8, wait int8, taken bool, known bool, revoked bool, expired bool, used_up bool
WITH there AS (
    SELECT id, password = $2 AS mine FROM actor WHERE local_name = $1),
used AS (
    UPDATE invite SET used = used + 1
    WHERE code_hash = $3 AND used < uses AND revoked_at IS NULL AND expires_at > now()
        AND NOT motet_is_name_taken($1) RETURNING id),
added AS (
    INSERT INTO actor (local_name, password, invite_id) SELECT $1, $2, id FROM used RETURNING id)
SELECT coalesce((SELECT id FROM added), (SELECT id FROM there WHERE mine)) AS id, 0::int8 AS wait,
       motet_is_name_taken($1) AS taken,
       i.id IS NOT NULL AS known, i.revoked_at IS NOT NULL AS revoked,
       coalesce(i.expires_at <= now(), false) AS expired,
       coalesce(i.used >= i.uses, false) AS used_up
FROM (SELECT 1) one LEFT JOIN invite i ON i.code_hash = $3
