-- GCRA: one try costs $2 milliseconds, $3 of them may be owed. Not taken: how many seconds to wait. What is over makes room,
-- a few rows at a time, after the rest and without waiting for anybody, so that two never wait for each other.
-- name: throttle_take :one
-- args: bytea, int8, int8
-- cols: taken bool, wait int8
WITH hit AS (
    INSERT INTO throttle AS t (key, tat) VALUES ($1, now() + $2::int8 * interval '1 ms')
    ON CONFLICT (key) DO UPDATE SET tat = greatest(t.tat, now()) + $2::int8 * interval '1 ms'
    WHERE t.tat <= now() + ($3::int8 - 1) * $2::int8 * interval '1 ms' RETURNING 1),
room AS (
    DELETE FROM throttle WHERE key IN (
        SELECT key FROM throttle WHERE tat < now() AND key <> $1 ORDER BY tat LIMIT 4 FOR UPDATE SKIP LOCKED))
SELECT EXISTS (SELECT FROM hit) AS taken,
       coalesce((SELECT ceil(extract(epoch FROM tat - now()) - ($3::int8 - 1) * $2::int8 / 1000.0)::int8 FROM throttle WHERE key = $1), 0) AS wait

-- name: throttle_clear :none redo
-- args: bytea
-- cols:
DELETE FROM throttle WHERE key = $1
