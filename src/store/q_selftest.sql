-- Announce an actor. False: the name is taken. The announcement is valid as long as this connection
-- stays open.
-- name: sql_selftest_begin :one
-- args: text, bytea[]
-- cols: begun bool
SELECT motet_begin_selftest($1, $2) AS begun

-- name: sql_selftest_forget :one redo
-- args: text
-- cols: forgotten bool
SELECT motet_forget_selftest($1) AS forgotten

-- name: sql_selftest_sweep :one redo
-- args:
-- cols: swept int8
SELECT motet_forget_killed_selftests() AS swept
