-- Store a new secret, in place of a secret that was never confirmed. No row: the actor has a
-- confirmed second factor.
-- name: sql_second_factor_enrol :opt resend
-- args: int8, bytea
-- cols: actor_id int8
INSERT INTO totp AS t (actor_id, sealed) VALUES ($1, $2)
ON CONFLICT (actor_id) DO UPDATE SET sealed = excluded.sealed, created_at = now()
    WHERE t.confirmed_at IS NULL RETURNING actor_id

-- name: sql_second_factor_find :opt redo
-- args: int8
-- cols: sealed bytea, created_at int8, confirmed_at int8, recovery_codes int8
SELECT sealed, floor(extract(epoch FROM created_at))::int8 AS created_at,
       floor(extract(epoch FROM confirmed_at))::int8 AS confirmed_at,
       (SELECT count(*) FROM totp_recovery r WHERE r.actor_id = t.actor_id
           AND used_at IS NULL) AS recovery_codes
FROM totp t WHERE actor_id = $1

-- Confirm the secret $2 with the code of step $3 and store the hashes ($4) of the recovery codes.
-- The hashes are unique to this request, so they show whether an earlier try has confirmed it.
-- Sessions other than $5 get an event.
-- name: sql_second_factor_confirm :one resend
-- args: int8, bytea, int8, bytea[], text
-- cols: done bool, told int8
WITH done AS (
    UPDATE totp SET confirmed_at = now(), last_step = $3 WHERE actor_id = $1 AND sealed = $2
        AND confirmed_at IS NULL RETURNING actor_id),
codes AS (
    INSERT INTO totp_recovery (actor_id, hash) SELECT actor_id, h FROM done, unnest($4::bytea[]) h
        RETURNING 1)
SELECT EXISTS (SELECT FROM codes) OR EXISTS (SELECT FROM totp_recovery WHERE actor_id = $1
    AND hash = ANY ($4::bytea[])) AS done,
       (SELECT motet_add_event(motet_list_other_sessions(actor_id, $5), 'motet', 3, 'SECOND_FACTOR', NULL,
           '{"change":"confirmed"}') FROM done) AS told

-- A step can be used once; afterwards no earlier step can be used. $4 is random and identifies the
-- attempt.
-- name: sql_second_factor_spend :one resend
-- args: int8, bytea, int8, bytea
-- cols: done bool
WITH spent AS (
    UPDATE totp SET last_step = $3, attempt = $4
    WHERE actor_id = $1 AND sealed = $2 AND confirmed_at IS NOT NULL
        AND (last_step < $3 OR attempt = $4) RETURNING 1)
SELECT EXISTS (SELECT FROM spent) AS done

-- Each recovery code can be used once. used: the actor has such a code, unused or used before.
-- name: sql_second_factor_spend_recovery :one resend
-- args: int8, bytea, bytea
-- cols: done bool, used bool
WITH spent AS (
    UPDATE totp_recovery SET used_at = now(), attempt = $3
    WHERE actor_id = $1 AND hash = $2 AND (used_at IS NULL OR attempt = $3) RETURNING 1)
SELECT EXISTS (SELECT FROM spent) AS done, EXISTS (SELECT FROM totp_recovery WHERE actor_id = $1
    AND hash = $2) AS used

-- name: sql_second_factor_replace_codes :one resend
-- args: int8, bytea[], text
-- cols: done bool
SELECT motet_replace_recovery_codes($1, $2, $3) AS done

-- Sessions other than $2 get the event $3 (JSON: who ended it), unless the second factor was never
-- confirmed.
-- name: sql_second_factor_end :one
-- args: int8, text, text
-- cols: ended int8, told int8
WITH gone AS (
    DELETE FROM totp WHERE actor_id = $1 RETURNING confirmed_at)
SELECT count(*) AS ended, sum(CASE WHEN confirmed_at IS NULL THEN 0
                                   ELSE motet_add_event(motet_list_other_sessions($1, $2), 'motet', 3,
                                       'SECOND_FACTOR', NULL, $3) END)::int8 AS told FROM gone
