-- The key of the moment ($1 < 0), or the one of a time.
-- name: server_key_at :opt redo
-- args: int8
-- cols: serial int8, public_key bytea, sealed bytea, cert bytea, not_before int8, not_after int8, ended_at int8, now int8
SELECT serial, public_key, sealed, cert, floor(extract(epoch FROM not_before))::int8 AS not_before,
       floor(extract(epoch FROM not_after))::int8 AS not_after, floor(extract(epoch FROM ended_at))::int8 AS ended_at,
       floor(extract(epoch FROM now()))::int8 AS now
FROM server_key
WHERE CASE WHEN $1::int8 < 0 THEN ended_at IS NULL
           ELSE not_before <= to_timestamp($1::int8) AND not_after >= to_timestamp($1::int8)
                AND (ended_at IS NULL OR ended_at > to_timestamp($1::int8)) END
ORDER BY not_before DESC LIMIT 1

-- The next key takes the place of $1 (0: there was none); every session hears of it. No row: somebody else was faster.
-- name: server_key_add :opt
-- args: int8, int8, bytea, bytea, bytea, int8, int8
-- cols: serial int8, told int8
WITH ended AS (
    UPDATE server_key SET ended_at = to_timestamp($6::int8) WHERE serial = $1 AND ended_at IS NULL RETURNING serial),
fine AS (
    SELECT 1 WHERE CASE WHEN $1 = 0 THEN NOT EXISTS (SELECT FROM server_key) ELSE EXISTS (SELECT FROM ended) END),
used AS (
    INSERT INTO serial_used (serial) SELECT $2 FROM fine RETURNING serial),
added AS (
    INSERT INTO server_key (serial, public_key, sealed, cert, not_before, not_after)
    SELECT serial, $3, $4, $5, to_timestamp($6::int8), to_timestamp($7::int8) FROM used RETURNING serial)
SELECT serial, motet_emit((SELECT array_agg(session_key) FROM any_session), 'core', 6, 'SERVER_KEY_CHANGE', serial, NULL) AS told
FROM added

-- name: server_key_list :many redo
-- args:
-- cols: serial int8, public_key bytea, sealed bytea, cert bytea, not_before int8, not_after int8, ended_at int8, now int8
SELECT serial, public_key, sealed, cert, floor(extract(epoch FROM not_before))::int8 AS not_before,
       floor(extract(epoch FROM not_after))::int8 AS not_after, floor(extract(epoch FROM ended_at))::int8 AS ended_at,
       floor(extract(epoch FROM now()))::int8 AS now
FROM server_key ORDER BY not_before LIMIT 1000
