-- The session of a token, with the actor's password hash only for those who ask.
-- name: session_find :opt redo
-- args: bytea, bool
-- cols: actor_id int8, serial int8, local_name text, session_id text, admin bool, not_after int8, password text, now int8
SELECT actor_id, serial, local_name, session_id, admin, floor(extract(epoch FROM not_after))::int8 AS not_after,
       CASE WHEN $2 THEN password END AS password, floor(extract(epoch FROM now()))::int8 AS now
FROM live_session WHERE token_hash = $1

-- Token and ID-Cert end together.
-- name: session_end :one
-- args: int8, text
-- cols: ended int8
WITH cert AS (
    UPDATE idcert SET live = false, invalidated_at = now()
    WHERE actor_id = $1 AND session_id = $2 AND live RETURNING actor_id, serial),
gone AS (
    UPDATE session s SET ended_at = now() FROM cert c
    WHERE s.actor_id = c.actor_id AND s.serial = c.serial AND s.ended_at IS NULL RETURNING 1)
SELECT count(*) AS ended FROM cert

-- name: session_list :many redo
-- args: int8
-- cols: local_name text, session_id text, serial int8, created_at int8, not_after int8
SELECT local_name, l.session_id, l.serial, floor(extract(epoch FROM s.created_at))::int8 AS created_at,
       floor(extract(epoch FROM l.not_after))::int8 AS not_after
FROM live_session l JOIN session s USING (token_hash)
WHERE $1::int8 = 0 OR l.actor_id = $1::int8
ORDER BY 1, 4 LIMIT 10000
