-- Is the schema new enough to have epochs?
-- name: sql_epoch_exists :one redo
-- args:
-- cols: there bool
SELECT to_regproc('motet_get_database_place') IS NOT NULL AS there

-- The current epoch and where the database is now. system_now is null on a standby, and when the
-- role may not read it; number is null when no epoch has begun.
-- name: sql_epoch_look :one redo
-- args:
-- cols: number int8, system_id text, timeline int8, system_now text, timeline_now int8, standby bool
SELECT e.number, e.system_id, e.timeline, p.system_id AS system_now, p.timeline AS timeline_now,
       pg_is_in_recovery() AS standby
FROM (SELECT 1) one LEFT JOIN motet_get_database_place() p ON true
    LEFT JOIN (SELECT * FROM epoch ORDER BY number DESC LIMIT 1) e ON true

-- Each of the following four statements begins an epoch. They are run without a time limit, because
-- many rows may become void.
-- name: sql_epoch_timeline :one
-- args:
-- cols: number int8
SELECT motet_notice_timeline() AS number

-- name: sql_epoch_moved :one
-- args:
-- cols: number int8
SELECT motet_begin_epoch('moved', false) AS number

-- name: sql_epoch_restored :one
-- args:
-- cols: number int8
SELECT motet_begin_epoch('restored', false) AS number

-- name: sql_epoch_restored_keep :one
-- args:
-- cols: number int8
SELECT motet_begin_epoch('restored', true) AS number

-- name: sql_epoch_list :many redo
-- args:
-- cols: number int8, cause text, system_id text, timeline int8, began_at int8, first_event int8,
-- cols: voided int8
SELECT e.number, e.cause, e.system_id, e.timeline,
       floor(extract(epoch FROM e.began_at))::int8 AS began_at, e.first_event,
       (SELECT coalesce(sum(v.amount), 0)::int8 FROM epoch_void v WHERE v.epoch = e.number) AS voided
FROM epoch e ORDER BY e.number LIMIT 10000

-- List what became void when epoch $1 began; $1 < 0: the current epoch.
-- name: sql_epoch_voids :many redo
-- args: int8
-- cols: epoch int8, kind text, whose text, amount int8
SELECT epoch, kind, whose, amount FROM epoch_void
WHERE epoch = CASE WHEN $1::int8 < 0 THEN (SELECT max(number) FROM epoch) ELSE $1::int8 END
ORDER BY kind, whose LIMIT 1000000
