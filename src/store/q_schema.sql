-- name: sql_schema_state :one redo
-- args:
-- cols: version int4, compat int4, now int8
SELECT version, compat, floor(extract(epoch FROM now()))::int8 AS now FROM schema_version
    ORDER BY version DESC LIMIT 1

-- name: sql_schema_list :many redo
-- args:
-- cols: version int4, checksum text, applied_at int8
SELECT version, checksum, floor(extract(epoch FROM applied_at))::int8 AS applied_at
    FROM schema_version ORDER BY version LIMIT 10000

-- name: sql_schema_exists :one redo
-- args:
-- cols: there bool
SELECT to_regclass('schema_version') IS NOT NULL AS there

-- Take a lock, which is held until the connection closes, so that two migrations run one after the
-- other.
-- name: sql_schema_lock :one redo
-- args:
-- cols: locked bool
SELECT pg_advisory_lock(7236846) IS NOT NULL AS locked

-- Find out whether a row can be written now. The subtransaction rolls it back, and PostgreSQL logs
-- nothing. It is PL/pgSQL because most of our functions are, so this also tests that PL/pgSQL runs.
-- name: sql_schema_try_write :none redo
-- args:
-- cols:
DO $$
BEGIN
    INSERT INTO throttle (key, tat) VALUES (sha256(convert_to(random()::text, 'UTF8')), now());
    RAISE EXCEPTION USING ERRCODE = 'MT001';
EXCEPTION WHEN SQLSTATE 'MT001' THEN
    NULL;
END $$

-- name: sql_schema_grant :one redo
-- args: text
-- cols: done bool
SELECT motet_grant_server_rights($1) IS NOT NULL AS done
