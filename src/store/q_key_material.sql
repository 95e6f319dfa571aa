-- All of it or nothing: `missing` is the first serial that is no certificate of the actor; `bytes` what the actor would have then, which
-- must not be more than $6. With $7 an earlier try may have done it: what is there already, and the same, is as good as added.
-- name: sql_key_material_add :one
-- args: int8, int8[], text[], bytea[], text[], int8, bool
-- cols: missing int8, bytes int8
SELECT missing, bytes FROM motet_keymaterial_add($1, $2, $3, $4, $5, $6, $7)

-- With the look-up of the session in it: one round trip. No row: no such session; a row without a serial: nothing there.
-- name: sql_key_material_list :many redo
-- args: bytea, int8[]
-- cols: actor_id int8, serial int8, key_data text, algorithm bytea, algorithms text
SELECT s.actor_id, k.serial, k.key_data, k.algorithm, k.algorithms
FROM live_session s LEFT JOIN keymaterial k ON k.actor_id = s.actor_id AND ($2::int8[] IS NULL OR k.serial = ANY ($2::int8[]))
WHERE s.token_hash = $1
ORDER BY k.serial LIMIT 10000

-- All of them or none: the rows are the serials that there is nothing under; any: there is something under another one.
-- name: sql_key_material_delete :many
-- args: int8, int8[]
-- cols: serial int8, any bool
WITH missing AS (
    SELECT DISTINCT s AS serial FROM unnest($2::int8[]) s
    WHERE NOT EXISTS (SELECT FROM keymaterial k WHERE k.actor_id = $1 AND k.serial = s)),
gone AS (
    DELETE FROM keymaterial WHERE actor_id = $1 AND serial = ANY ($2::int8[]) AND NOT EXISTS (SELECT FROM missing) RETURNING 1)
SELECT serial, EXISTS (SELECT FROM keymaterial WHERE actor_id = $1 AND serial = ANY ($2::int8[])) AS any
FROM missing ORDER BY serial LIMIT 1000
