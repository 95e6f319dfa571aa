-- Add all items or none. missing: the first serial number that none of the actor's certificates
-- has. bytes: the actor's total afterwards, at most $6. If all items exist already and are identical,
-- they count as added: the client repeats a request whose answer was lost.
-- name: sql_key_material_add :one
-- args: int8, int8[], text[], bytea[], text[], int8
-- cols: missing int8, bytes int8
SELECT missing, bytes FROM motet_add_key_material($1, $2, $3, $4, $5, $6, true)

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

-- Delete all items or none. Rows: the serial numbers that none of the actor's certificates has; if
-- there are any, nothing was deleted. A certificate without key material is fine: the client repeats
-- a request whose answer was lost.
-- name: sql_key_material_delete :many
-- args: int8, int8[]
-- cols: serial int8
WITH missing AS (
    SELECT DISTINCT s AS serial FROM unnest($2::int8[]) s
    WHERE NOT EXISTS (SELECT FROM idcert c WHERE c.actor_id = $1 AND c.serial = s)),
gone AS (
    DELETE FROM keymaterial WHERE actor_id = $1 AND serial = ANY ($2::int8[])
        AND NOT EXISTS (SELECT FROM missing) RETURNING 1)
SELECT serial FROM missing ORDER BY serial LIMIT 1000
