-- A try, GCRA: it costs $2 milliseconds of the key $1, $3 of them may be owed; and nothing of $4, which all tries at one thing share: wrong
-- ones are added there, at most $6 of $5 milliseconds. $7 is there for whoever need not care about $4. How many seconds to wait; 0: go on.
-- What is over makes room, a few rows at a time, after the rest and without waiting for anybody, so that two never wait for each other.
-- name: sql_throttle_try :one
-- args: bytea, int8, int8, bytea, int8, int8, bytea
-- cols: wait int8
WITH shared AS (
    SELECT coalesce(max(motet_throttle_wait(tat, $5::int8, $6::int8)), 0) AS wait FROM throttle
    WHERE key = $4 AND NOT EXISTS (SELECT FROM throttle WHERE key = $7 AND tat > now())),
hit AS (
    INSERT INTO throttle AS t (key, tat) SELECT $1::bytea, now() + $2::int8 * interval '1 ms' FROM shared WHERE wait = 0
    ON CONFLICT (key) DO UPDATE SET tat = greatest(t.tat, now()) + $2::int8 * interval '1 ms'
    WHERE motet_throttle_wait(t.tat, $2::int8, $3::int8) = 0 RETURNING 1),
room AS (
    DELETE FROM throttle WHERE key IN (
        SELECT key FROM throttle t WHERE motet_may_go(t) AND key <> $1 ORDER BY tat LIMIT 4 FOR UPDATE SKIP LOCKED))
SELECT CASE WHEN EXISTS (SELECT FROM hit) THEN 0
            ELSE greatest(1, wait, (SELECT motet_throttle_wait(tat, $2::int8, $3::int8) FROM throttle WHERE key = $1)) END AS wait FROM shared

-- A guess at something short: it costs $4 milliseconds, right or wrong, and $5 of them may be owed; of the key $1 where $3 says that there is no
-- stranger (known), else of $2, which all strangers share.
-- name: sql_throttle_guess :one
-- args: bytea, bytea, bytea, int8, int8
-- cols: wait int8, known bool
WITH whose AS (
    SELECT CASE WHEN known THEN $1::bytea ELSE $2::bytea END AS key, known
    FROM (SELECT EXISTS (SELECT FROM throttle WHERE key = $3 AND tat > now()) AS known) k),
hit AS (
    INSERT INTO throttle AS t (key, tat) SELECT key, now() + $4::int8 * interval '1 ms' FROM whose
    ON CONFLICT (key) DO UPDATE SET tat = greatest(t.tat, now()) + $4::int8 * interval '1 ms'
    WHERE motet_throttle_wait(t.tat, $4::int8, $5::int8) = 0 RETURNING 1),
room AS (
    DELETE FROM throttle WHERE key IN (
        SELECT key FROM throttle WHERE tat < now() AND key NOT IN (SELECT key FROM whose) ORDER BY tat LIMIT 4 FOR UPDATE SKIP LOCKED))
SELECT CASE WHEN EXISTS (SELECT FROM hit) THEN 0
            ELSE greatest(1, (SELECT motet_throttle_wait(tat, $4::int8, $5::int8) FROM throttle t WHERE t.key = whose.key)) END AS wait, known
FROM whose

-- It was wrong: that counts for the key that all share, as far as it has room.
-- name: sql_throttle_record_wrong :none
-- args: bytea, int8, int8
-- cols:
INSERT INTO throttle AS t (key, tat) VALUES ($1, now() + $2::int8 * interval '1 ms')
ON CONFLICT (key) DO UPDATE SET tat = least(greatest(t.tat, now()) + $2::int8 * interval '1 ms', now() + $3::int8 * $2::int8 * interval '1 ms')

-- It was right: what the key $1 owes is forgotten, and $2 is remembered for $3 seconds.
-- name: sql_throttle_record_right :none redo
-- args: bytea, bytea, int8
-- cols:
WITH gone AS (DELETE FROM throttle WHERE key = $1)
INSERT INTO throttle (key, tat) VALUES ($2, now() + $3::int8 * interval '1 s') ON CONFLICT (key) DO UPDATE SET tat = excluded.tat
