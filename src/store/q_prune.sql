-- Each statement deletes at most $1 rows that the rules of schema/0010 release, and skips locked
-- rows; with $1 = 0 it deletes nothing and counts them all. An advisory lock lets one host prune at
-- a time: `mine` is false while another host prunes. `rows` is the number of rows deleted or
-- counted; more may be left, but 0 means that none is left. A row that cannot be deleted stays,
-- with a warning.
-- define: TAKE_TURN CASE WHEN $1::int8 > 0 THEN pg_try_advisory_xact_lock(7236847) ELSE false END

-- name: sql_prune_session :one redo
-- args: int8, int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, session t WHERE mine AND motet_is_prunable(t, $2) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('session', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM session t WHERE motet_is_prunable(t, $2)) END AS rows, NULL::text AS next
    FROM turn

-- Where no index finds the rows, the statement reads pages in key order. Its last argument is the
-- last key of the page before, '' for the first page; next: the key to continue after, null after
-- the last page. Each row is checked on its own, so a page costs the same in a table of any size.

-- Delete sessions that were never ended and whose ID-Cert has expired.
-- name: sql_prune_idcert :one redo
-- args: int8, int8, text
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
page AS MATERIALIZED (
    SELECT token_hash, actor_id, serial FROM session
    WHERE ended_at IS NULL AND (actor_id, serial) > (('0' || split_part($3, ' ', 1))::int8,
        ('0' || split_part($3, ' ', 2))::int8)
    ORDER BY actor_id, serial LIMIT 500),
over AS MATERIALIZED (
    SELECT token_hash FROM page p
    WHERE (SELECT motet_is_idcert_over(c, $2) FROM idcert c WHERE c.actor_id = p.actor_id
        AND c.serial = p.serial)),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, over JOIN session t USING (token_hash) WHERE mine
        AND t.ended_at IS NULL FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('session', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM over) END AS rows,
       (SELECT actor_id || ' ' || serial FROM page ORDER BY actor_id DESC, serial DESC
           LIMIT 1) AS next
FROM turn

-- name: sql_prune_foreign_session :one redo
-- args: int8, int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, foreign_session t WHERE mine AND motet_is_prunable(t, $2) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('foreign_session', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM foreign_session t WHERE motet_is_prunable(t, $2)) END AS rows,
       NULL::text AS next FROM turn

-- Delete events of sessions that no longer exist. A counter that has changed since this statement
-- began belongs to a session again: last and read are compared, and the row locked, so that no
-- event number is used twice beside an older event. A session has up to 1000 events, so a page is
-- full as soon as enough counters are found.
-- name: sql_prune_event :one redo
-- args: int8, text
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
page AS MATERIALIZED (
    SELECT session_key, last, read FROM event_counter WHERE session_key > $2::text COLLATE "C"
        ORDER BY session_key LIMIT 500),
stray AS MATERIALIZED (
    SELECT session_key, last, read FROM page WHERE NOT motet_has_session(session_key)
    ORDER BY session_key LIMIT CASE WHEN $1 > 0 THEN greatest($1 / 50, 1) END),
due AS MATERIALIZED (
    SELECT e.ctid FROM turn, stray s JOIN event_counter e ON e.session_key = s.session_key
        AND e.last = s.last AND e.read = s.read
    WHERE mine FOR UPDATE OF e SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('event_counter', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM stray) END AS rows,
       CASE WHEN $1 > 0 AND (SELECT count(*) FROM stray) = greatest($1 / 50, 1)
            THEN (SELECT max(session_key) FROM stray)
            ELSE (SELECT max(session_key) FROM page) END AS next
FROM turn

-- name: sql_prune_key_package :one redo
-- args: int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, key_package t WHERE mine AND motet_is_prunable(t) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('key_package', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM key_package t WHERE motet_is_prunable(t)) END AS rows, NULL::text AS next
    FROM turn

-- name: sql_prune_key_package_notice :one redo
-- args: int8, text
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
page AS MATERIALIZED (
    SELECT actor_id, serial, t FROM key_package_notice t
    WHERE (actor_id, serial) > (('0' || split_part($2, ' ', 1))::int8,
        ('0' || split_part($2, ' ', 2))::int8)
    ORDER BY actor_id, serial LIMIT 500),
over AS MATERIALIZED (
    SELECT actor_id, serial FROM page WHERE motet_is_prunable(t)),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, over JOIN key_package_notice t USING (actor_id, serial)
        WHERE mine FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('key_package_notice', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM over) END AS rows,
       (SELECT actor_id || ' ' || serial FROM page ORDER BY actor_id DESC, serial DESC
           LIMIT 1) AS next
FROM turn

-- name: sql_prune_key_trial :one redo
-- args: int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, key_trial t WHERE mine AND motet_is_prunable(t) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('key_trial', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM key_trial t WHERE motet_is_prunable(t)) END AS rows, NULL::text AS next
    FROM turn

-- name: sql_prune_federation_token :one redo
-- args: int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, federation_token t WHERE mine AND motet_is_prunable(t) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('federation_token', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM federation_token t WHERE motet_is_prunable(t)) END AS rows,
       NULL::text AS next FROM turn

-- name: sql_prune_redeemed_token :one redo
-- args: int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, redeemed_token t WHERE mine AND motet_is_prunable(t) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('redeemed_token', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM redeemed_token t WHERE motet_is_prunable(t)) END AS rows,
       NULL::text AS next FROM turn

-- name: sql_prune_throttle :one redo
-- args: int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, throttle t WHERE mine AND motet_is_prunable(t) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('throttle', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM throttle t WHERE motet_is_prunable(t)) END AS rows, NULL::text AS next
    FROM turn

-- name: sql_prune_foreign_server :one redo
-- args: int8, int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, foreign_server t WHERE mine AND motet_is_prunable(t, $2) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('foreign_server', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM foreign_server t WHERE motet_is_prunable(t, $2)) END AS rows,
       NULL::text AS next FROM turn

-- name: sql_prune_foreign_cert :one redo
-- args: int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, foreign_cert t WHERE mine AND motet_is_prunable(t) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('foreign_cert', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM foreign_cert t WHERE motet_is_prunable(t)) END AS rows, NULL::text AS next
    FROM turn

-- name: sql_prune_foreign_actor :one redo
-- args: int8
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine),
due AS MATERIALIZED (
    SELECT t.ctid FROM turn, foreign_actor t WHERE mine AND motet_is_prunable(t) LIMIT $1
        FOR UPDATE OF t SKIP LOCKED),
gone AS MATERIALIZED (
    SELECT motet_delete_rows('foreign_actor', array_agg(ctid)) AS n FROM due)
SELECT mine, CASE WHEN $1 > 0 THEN (SELECT n FROM gone)
    ELSE (SELECT count(*) FROM foreign_actor t WHERE motet_is_prunable(t)) END AS rows,
       NULL::text AS next FROM turn

-- Rows beyond the caps of motet_list_caps(), one table a page: $2 is the name of the table of the
-- page before.
-- name: sql_prune_over_cap :one redo
-- args: int8, text
-- cols: mine bool, rows int8, next text
WITH turn AS MATERIALIZED (
    SELECT TAKE_TURN AS mine)
SELECT mine, coalesce(rows, 0) AS rows, next
FROM turn LEFT JOIN LATERAL motet_delete_over_cap($2, 10 * $1) ON mine OR $1 = 0
