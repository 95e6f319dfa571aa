-- name: sql_probe_add :none redo
-- args: bytea
-- cols:
INSERT INTO probe (token_hash, expires_at) VALUES ($1, now() + interval '2 minutes')
    ON CONFLICT DO NOTHING

-- Each token can be used once.
-- name: sql_probe_take :opt
-- args: bytea
-- cols: taken bool
DELETE FROM probe WHERE token_hash = $1 AND expires_at > now() RETURNING true AS taken

-- name: sql_probe_exists :one redo
-- args: bytea
-- cols: there bool
SELECT EXISTS (SELECT FROM probe WHERE token_hash = $1) AS there

-- Delete this token and all expired tokens.
-- name: sql_probe_clear :none redo
-- args: bytea
-- cols:
DELETE FROM probe WHERE token_hash = $1 OR expires_at < now()
