-- Count a try (GCRA): it costs $2 milliseconds of the key $1, with $3 tries at once. The try is
-- refused while the key $4, which counts all wrong tries at this target, is over its limit ($5
-- milliseconds a try, $6 at once), unless the key $7 exists. wait: seconds to wait; 0: go on. At
-- the end, up to 4 expired rows are deleted without waiting for locks, so that two statements
-- cannot deadlock.
-- name: sql_throttle_try :one
-- args: bytea, int8, int8, bytea, int8, int8, bytea
-- cols: wait int8
WITH shared AS (
    SELECT coalesce(max(motet_get_throttle_wait(tat, $5::int8, $6::int8)), 0) AS wait FROM throttle
    WHERE key = $4 AND NOT EXISTS (SELECT FROM throttle WHERE key = $7 AND tat > now())),
hit AS (
    INSERT INTO throttle AS t (key, tat) SELECT $1::bytea, now() + $2::int8 * interval '1 ms'
        FROM shared WHERE wait = 0
    ON CONFLICT (key) DO UPDATE SET tat = motet_get_next_throttle_time(t.tat, $2::int8, $3::int8)
    WHERE motet_get_throttle_wait(t.tat, $2::int8, $3::int8) = 0 RETURNING 1),
room AS (
    DELETE FROM throttle WHERE key IN (
        SELECT key FROM throttle t WHERE motet_is_prunable(t) AND key <> $1 ORDER BY tat LIMIT 4
            FOR UPDATE SKIP LOCKED))
SELECT CASE WHEN EXISTS (SELECT FROM hit) THEN 0
            ELSE greatest(1, wait, (SELECT motet_get_throttle_wait(tat, $2::int8, $3::int8)
                FROM throttle WHERE key = $1)) END AS wait FROM shared

-- Count a guess at a short code, right or wrong: it costs $4 milliseconds, with $5 guesses at once.
-- The guess counts for the key $1 if the key $3 exists (known); if it does not, for the key $2,
-- which all unknown callers share.
-- name: sql_throttle_guess :one
-- args: bytea, bytea, bytea, int8, int8
-- cols: wait int8, known bool
WITH whose AS (
    SELECT CASE WHEN known THEN $1::bytea ELSE $2::bytea END AS key, known
    FROM (SELECT EXISTS (SELECT FROM throttle WHERE key = $3 AND tat > now()) AS known) k),
hit AS (
    INSERT INTO throttle AS t (key, tat) SELECT key, now() + $4::int8 * interval '1 ms' FROM whose
    ON CONFLICT (key) DO UPDATE SET tat = motet_get_next_throttle_time(t.tat, $4::int8, $5::int8)
    WHERE motet_get_throttle_wait(t.tat, $4::int8, $5::int8) = 0 RETURNING 1),
room AS (
    DELETE FROM throttle WHERE key IN (
        SELECT key FROM throttle WHERE tat < now() AND key NOT IN (SELECT key FROM whose)
            ORDER BY tat LIMIT 4 FOR UPDATE SKIP LOCKED))
SELECT CASE WHEN EXISTS (SELECT FROM hit) THEN 0
            ELSE greatest(1, (SELECT motet_get_throttle_wait(tat, $4::int8, $5::int8) FROM throttle t
                WHERE t.key = whose.key)) END AS wait, known
FROM whose

-- The try was wrong: charge the shared key, at most up to its limit.
-- name: sql_throttle_record_wrong :none
-- args: bytea, int8, int8
-- cols:
INSERT INTO throttle AS t (key, tat) VALUES ($1, now() + $2::int8 * interval '1 ms')
ON CONFLICT (key) DO UPDATE SET tat = least(greatest(t.tat, now()) + $2::int8 * interval '1 ms',
    now() + $3::int8 * $2::int8 * interval '1 ms')

-- The try was right: clear the key $1, and keep $2 for $3 seconds.
-- name: sql_throttle_record_right :none redo
-- args: bytea, bytea, int8
-- cols:
WITH gone AS (DELETE FROM throttle WHERE key = $1)
INSERT INTO throttle (key, tat) VALUES ($2, now() + $3::int8 * interval '1 s') ON CONFLICT (key)
    DO UPDATE SET tat = excluded.tat
