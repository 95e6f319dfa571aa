-- A secret that waits to be confirmed takes the place of one that did, too. No row: there is a confirmed one.
-- name: sql_second_factor_enrol :opt redo
-- args: int8, bytea
-- cols: actor_id int8
INSERT INTO totp AS t (actor_id, sealed) VALUES ($1, $2)
ON CONFLICT (actor_id) DO UPDATE SET sealed = excluded.sealed, created_at = now() WHERE t.confirmed_at IS NULL RETURNING actor_id

-- name: sql_second_factor_find :opt redo
-- args: int8
-- cols: sealed bytea, created_at int8, confirmed_at int8, recovery_codes int8
SELECT sealed, floor(extract(epoch FROM created_at))::int8 AS created_at, floor(extract(epoch FROM confirmed_at))::int8 AS confirmed_at,
       (SELECT count(*) FROM totp_recovery r WHERE r.actor_id = t.actor_id AND used_at IS NULL) AS recovery_codes
FROM totp t WHERE actor_id = $1

-- The code of step $3 for the secret $2, and with it the recovery codes, whose hashes ($4) are nobody else's and so tell that it was done
-- by this attempt. The other sessions than $5 hear of it.
-- name: sql_second_factor_confirm :one redo
-- args: int8, bytea, int8, bytea[], text
-- cols: done bool, told int8
WITH done AS (
    UPDATE totp SET confirmed_at = now(), last_step = $3 WHERE actor_id = $1 AND sealed = $2 AND confirmed_at IS NULL RETURNING actor_id),
codes AS (
    INSERT INTO totp_recovery (actor_id, hash) SELECT actor_id, h FROM done, unnest($4::bytea[]) h RETURNING 1)
SELECT EXISTS (SELECT FROM codes) OR EXISTS (SELECT FROM totp_recovery WHERE actor_id = $1 AND hash = ANY ($4::bytea[])) AS done,
       (SELECT motet_emit(motet_others(actor_id, $5), 'motet', 3, 'SECOND_FACTOR', NULL, '{"change":"confirmed"}') FROM done) AS told

-- A step is used once, and none before it afterwards. $4 is random and tells the attempt.
-- name: sql_second_factor_spend :one redo
-- args: int8, bytea, int8, bytea
-- cols: done bool
WITH spent AS (
    UPDATE totp SET last_step = $3, attempt = $4
    WHERE actor_id = $1 AND sealed = $2 AND confirmed_at IS NOT NULL AND (last_step < $3 OR attempt = $4) RETURNING 1)
SELECT EXISTS (SELECT FROM spent) AS done

-- So is a recovery code. used: it is one, or was.
-- name: sql_second_factor_spend_recovery :one redo
-- args: int8, bytea, bytea
-- cols: done bool, used bool
WITH spent AS (
    UPDATE totp_recovery SET used_at = now(), attempt = $3
    WHERE actor_id = $1 AND hash = $2 AND (used_at IS NULL OR attempt = $3) RETURNING 1)
SELECT EXISTS (SELECT FROM spent) AS done, EXISTS (SELECT FROM totp_recovery WHERE actor_id = $1 AND hash = $2) AS used

-- name: sql_second_factor_replace_codes :one redo
-- args: int8, bytea[], text
-- cols: done bool
SELECT motet_recovery_codes($1, $2, $3) AS done

-- The other sessions than $2 hear that it has ended, and by whom ($3: JSON), unless it was never confirmed.
-- name: sql_second_factor_end :one
-- args: int8, text, text
-- cols: ended int8, told int8
WITH gone AS (
    DELETE FROM totp WHERE actor_id = $1 RETURNING confirmed_at)
SELECT count(*) AS ended, sum(CASE WHEN confirmed_at IS NULL THEN 0
                                   ELSE motet_emit(motet_others($1, $2), 'motet', 3, 'SECOND_FACTOR', NULL, $3) END)::int8 AS told FROM gone
