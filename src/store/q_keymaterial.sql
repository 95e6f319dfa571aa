-- All of it or nothing: `missing` is the first serial that is no certificate of the actor; `bytes` what the actor would have then, which
-- must not be more than $6. A row counts for what it takes in an answer.
-- name: keymaterial_add :one
-- args: int8, int8[], text[], bytea[], text[], int8
-- cols: missing int8, bytes int8
WITH want AS (
    SELECT * FROM unnest($2::int8[], $3::text[], $4::bytea[], $5::text[]) AS w (serial, key_data, algorithm, algorithms)),
missing AS (
    SELECT serial FROM want w WHERE NOT EXISTS (SELECT FROM idcert c WHERE c.actor_id = $1 AND c.serial = w.serial)),
taken AS (
    SELECT sum(512 + octet_length(key_data) + 4 * coalesce(octet_length(algorithm), 0) + coalesce(octet_length(algorithms), 0))::int8 AS bytes
    FROM (SELECT key_data, algorithm, algorithms FROM want
          UNION ALL SELECT key_data, algorithm, algorithms FROM keymaterial WHERE actor_id = $1) AS t),
added AS (
    INSERT INTO keymaterial (actor_id, serial, key_data, algorithm, algorithms)
    SELECT $1, serial, key_data, algorithm, algorithms FROM want
    WHERE NOT EXISTS (SELECT FROM missing) AND (SELECT bytes FROM taken) <= $6::int8 RETURNING 1)
SELECT (SELECT min(serial) FROM missing) AS missing, bytes FROM taken

-- With the look-up of the session in it: one round trip. No row: no such session; a row without a serial: nothing there.
-- name: keymaterial_list :many redo
-- args: bytea, int8[]
-- cols: actor_id int8, serial int8, key_data text, algorithm bytea, algorithms text
SELECT s.actor_id, k.serial, k.key_data, k.algorithm, k.algorithms
FROM live_session s LEFT JOIN keymaterial k ON k.actor_id = s.actor_id AND ($2::int8[] IS NULL OR k.serial = ANY ($2::int8[]))
WHERE s.token_hash = $1
ORDER BY k.serial LIMIT 10000

-- All of them or none: the rows are the serials that there is nothing under.
-- name: keymaterial_delete :many
-- args: int8, int8[]
-- cols: serial int8
WITH missing AS (
    SELECT DISTINCT s AS serial FROM unnest($2::int8[]) s
    WHERE NOT EXISTS (SELECT FROM keymaterial k WHERE k.actor_id = $1 AND k.serial = s)),
gone AS (
    DELETE FROM keymaterial WHERE actor_id = $1 AND serial = ANY ($2::int8[]) AND NOT EXISTS (SELECT FROM missing) RETURNING 1)
SELECT serial FROM missing ORDER BY serial LIMIT 1000
