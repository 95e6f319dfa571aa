-- Add all items or none. missing: the first serial number that none of the actor's certificates
-- has. bytes: the actor's total afterwards, at most $6. With $7, an earlier try may have added the
-- items: an identical item that exists already counts as added.
-- name: sql_key_material_add :one
-- args: int8, int8[], text[], bytea[], text[], int8, bool
-- cols: missing int8, bytes int8
SELECT missing, bytes FROM motet_add_key_material($1, $2, $3, $4, $5, $6, $7)

-- List key material and look the session up, in one round trip. No row: there is no such session. A
-- row with null: there is no key material.
-- name: sql_key_material_list :many redo
-- args: bytea, int8[]
-- cols: actor_id int8, serial int8, key_data text, algorithm bytea, algorithms text
SELECT s.actor_id, k.serial, k.key_data, k.algorithm, k.algorithms
FROM live_session s LEFT JOIN keymaterial k ON k.actor_id = s.actor_id
    AND ($2::int8[] IS NULL OR k.serial = ANY ($2::int8[]))
WHERE s.token_hash = $1
ORDER BY k.serial LIMIT 10000

-- Delete all items or none. Rows: the serial numbers without key material; if there are any,
-- nothing was deleted. any: at least one of the other serial numbers has key material.
-- name: sql_key_material_delete :many
-- args: int8, int8[]
-- cols: serial int8, any bool
WITH missing AS (
    SELECT DISTINCT s AS serial FROM unnest($2::int8[]) s
    WHERE NOT EXISTS (SELECT FROM keymaterial k WHERE k.actor_id = $1 AND k.serial = s)),
gone AS (
    DELETE FROM keymaterial WHERE actor_id = $1 AND serial = ANY ($2::int8[])
        AND NOT EXISTS (SELECT FROM missing) RETURNING 1)
SELECT serial, EXISTS (SELECT FROM keymaterial WHERE actor_id = $1
    AND serial = ANY ($2::int8[])) AS any
FROM missing ORDER BY serial LIMIT 1000
