-- Each takes at most $1 rows that may go by the rules of schema/0010, and none that somebody holds; with $1 = 0 it takes none and counts all. One at a
-- time does that, on all hosts together: mine is false when it is somebody else's turn. Rows may be fewer than there are; 0: nothing is left.

-- name: prune_session :one redo
-- args: int8, int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.token_hash FROM turn, session t WHERE mine AND motet_may_go(t, $2) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM session t WHERE motet_may_go(t, $2)) END AS rows FROM turn

-- Sessions that nobody ended: their ID-Cert ran out.
-- name: prune_ran_out :one redo
-- args: int8, int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT s.token_hash FROM turn, idcert c JOIN session s ON s.actor_id = c.actor_id AND s.serial = c.serial AND s.ended_at IS NULL
    WHERE mine AND motet_ran_out(c, $2) LIMIT $1 FOR UPDATE OF s SKIP LOCKED),
gone AS (
    DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (
           SELECT count(*) FROM idcert c JOIN session s ON s.actor_id = c.actor_id AND s.serial = c.serial AND s.ended_at IS NULL
           WHERE motet_ran_out(c, $2)) END AS rows FROM turn

-- name: prune_foreign_session :one redo
-- args: int8, int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.token_hash FROM turn, foreign_session t WHERE mine AND motet_may_go(t, $2) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM foreign_session WHERE token_hash IN (SELECT token_hash FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM foreign_session t WHERE motet_may_go(t, $2)) END AS rows FROM turn

-- Events of sessions that are gone. A counter that has moved since this statement began is somebody's again: it is compared, and locked as it was
-- seen, so that no number is ever given out twice beside an older event.
-- name: prune_event :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
owner AS (
    SELECT motet_session_key(c.actor_id, c.session_id) AS session_key FROM session s JOIN idcert c ON c.actor_id = s.actor_id AND c.serial = s.serial
    UNION ALL SELECT motet_session_key(fid, session_id) FROM foreign_session),
stray AS MATERIALIZED (
    SELECT e.session_key, e.last, e.read FROM event_counter e WHERE NOT EXISTS (SELECT FROM owner o WHERE o.session_key = e.session_key)
    LIMIT CASE WHEN $1 > 0 THEN greatest($1 / 50, 1) END),
due AS MATERIALIZED (
    SELECT e.session_key FROM turn, stray s JOIN event_counter e ON e.session_key = s.session_key AND e.last = s.last AND e.read = s.read
    WHERE mine FOR UPDATE OF e SKIP LOCKED),
gone AS (
    DELETE FROM event WHERE session_key IN (SELECT session_key FROM due) RETURNING 1),
counter AS (
    DELETE FROM event_counter WHERE session_key IN (SELECT session_key FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM counter) + 0 * (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM stray) END AS rows FROM turn

-- name: prune_key_package :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.actor_id, t.id FROM turn, key_package t WHERE mine AND motet_may_go(t) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM key_package WHERE (actor_id, id) IN (SELECT actor_id, id FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM key_package t WHERE motet_may_go(t)) END AS rows FROM turn

-- name: prune_notice :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.actor_id, t.serial FROM turn, key_package_notice t WHERE mine AND motet_may_go(t) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM key_package_notice WHERE (actor_id, serial) IN (SELECT actor_id, serial FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM key_package_notice t WHERE motet_may_go(t)) END AS rows FROM turn

-- name: prune_trial :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.trial FROM turn, key_trial t WHERE mine AND motet_may_go(t) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM key_trial WHERE trial IN (SELECT trial FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM key_trial t WHERE motet_may_go(t)) END AS rows FROM turn

-- name: prune_federation_token :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.actor_id, t.jti FROM turn, federation_token t WHERE mine AND motet_may_go(t) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM federation_token WHERE (actor_id, jti) IN (SELECT actor_id, jti FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM federation_token t WHERE motet_may_go(t)) END AS rows FROM turn

-- name: prune_redeemed_token :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.iss, t.jti FROM turn, redeemed_token t WHERE mine AND motet_may_go(t) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM redeemed_token WHERE (iss, jti) IN (SELECT iss, jti FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM redeemed_token t WHERE motet_may_go(t)) END AS rows FROM turn

-- name: prune_throttle :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.key FROM turn, throttle t WHERE mine AND motet_may_go(t) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM throttle WHERE key IN (SELECT key FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM throttle t WHERE motet_may_go(t)) END AS rows FROM turn

-- name: prune_foreign_server :one redo
-- args: int8, int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.place FROM turn, foreign_server t WHERE mine AND motet_may_go(t, $2) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM foreign_server WHERE place IN (SELECT place FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM foreign_server t WHERE motet_may_go(t, $2)) END AS rows FROM turn

-- name: prune_foreign_cert :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.subject, t.serial FROM turn, foreign_cert t WHERE mine AND motet_may_go(t) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM foreign_cert WHERE (subject, serial) IN (SELECT subject, serial FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM foreign_cert t WHERE motet_may_go(t)) END AS rows FROM turn

-- name: prune_foreign_actor :one redo
-- args: int8
-- cols: mine bool, rows int8
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END AS mine),
due AS MATERIALIZED (
    SELECT t.fid, t.session_id FROM turn, foreign_actor t WHERE mine AND motet_may_go(t) LIMIT $1 FOR UPDATE OF t SKIP LOCKED),
gone AS (
    DELETE FROM foreign_actor WHERE (fid, session_id) IN (SELECT fid, session_id FROM due) RETURNING 1)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM foreign_actor t WHERE motet_may_go(t)) END AS rows FROM turn
