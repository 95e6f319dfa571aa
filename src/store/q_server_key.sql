-- Find the current key ($1 < 0), or the key that was current at the time $1.
-- name: sql_server_key_at :opt redo
-- args: int8
-- cols: serial int8, public_key bytea, sealed bytea, cert bytea, not_before int8, not_after int8,
-- cols: ended_at int8, now int8
SELECT serial, public_key, sealed, cert, floor(extract(epoch FROM not_before))::int8 AS not_before,
       floor(extract(epoch FROM not_after))::int8 AS not_after,
       floor(extract(epoch FROM ended_at))::int8 AS ended_at,
       floor(extract(epoch FROM now()))::int8 AS now
FROM server_key
WHERE CASE WHEN $1::int8 < 0 THEN ended_at IS NULL
           ELSE not_before <= to_timestamp($1::int8) AND not_after >= to_timestamp($1::int8)
                AND (ended_at IS NULL OR ended_at > to_timestamp($1::int8)) END
ORDER BY not_before DESC LIMIT 1

-- The next key replaces $1 (0: the first key); see motet_rotate_server_key() in schema/.
-- name: sql_server_key_add :one
-- args: int8, int8, bytea, bytea, bytea, int8, int8
-- cols: serial int8
SELECT motet_rotate_server_key($1, $2, $3, $4, $5, to_timestamp($6::int8), to_timestamp($7::int8)) AS serial

-- The secret that sealed all keys but the current one is lost (init --new-identity), and so are the
-- secrets of all second factors, which are removed. A key whose secret is lost has an empty seal.
-- name: sql_server_key_lose_secret :one
-- args:
-- cols: factors int8
WITH lost AS (
    UPDATE server_key SET sealed = '' WHERE ended_at IS NOT NULL RETURNING 1),
removed AS (
    DELETE FROM totp WHERE (SELECT count(*) FROM lost) >= 0 RETURNING 1)
SELECT count(*) AS factors FROM removed

-- name: sql_server_key_list :many redo
-- args:
-- cols: serial int8, public_key bytea, sealed bytea, cert bytea, not_before int8, not_after int8,
-- cols: ended_at int8, now int8
SELECT serial, public_key, sealed, cert, floor(extract(epoch FROM not_before))::int8 AS not_before,
       floor(extract(epoch FROM not_after))::int8 AS not_after,
       floor(extract(epoch FROM ended_at))::int8 AS ended_at,
       floor(extract(epoch FROM now()))::int8 AS now
FROM server_key ORDER BY not_before LIMIT 1000
