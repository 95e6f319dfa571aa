-- Add a key trial, and delete up to 20 expired trials that were never completed.
-- name: sql_key_trial_new :one
-- args: text, text, text, int8, bytea
-- cols: expires int8
WITH room AS (
    DELETE FROM key_trial WHERE trial IN (
        SELECT trial FROM key_trial t WHERE motet_is_prunable(t)
        ORDER BY expires_at LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING 1)
INSERT INTO key_trial (trial, for_fid, for_session, expires_at, asked_from)
SELECT $1, $2, $3, to_timestamp($4::int8), $5 WHERE (SELECT count(*) FROM room) >= 0
RETURNING floor(extract(epoch FROM expires_at))::int8 AS expires

-- name: sql_key_trial_clock :one redo
-- args:
-- cols: now int8
SELECT floor(extract(epoch FROM now()))::int8 AS now

-- name: sql_key_trial_find :opt redo
-- args: text
-- cols: trial text, for_fid text, for_session text, used bool, over bool, now int8
SELECT trial, for_fid, for_session, attempt IS NOT NULL AS used, expires_at < now() AS over,
       floor(extract(epoch FROM now()))::int8 AS now
FROM key_trial WHERE trial = $1

-- List the open key trials that the caller may have signed; used when the request names no trial.
-- They are the trials for every actor of whom an ID-Cert with the serial number $1 is known: in
-- idcert for our own domain $3, in foreign_cert for other servers. If $2 is not null, only the
-- trials for that actor are listed. Trials that were asked for from the same address ($4) come
-- first, so that trials that others ask for in that actor's name do not crowd them out; the newest
-- come first among them and among the others.
-- name: sql_key_trial_open :many redo
-- args: text, text, text, bytea
-- cols: trial text, for_fid text, for_session text, used bool, over bool, now int8
SELECT t.trial, t.for_fid, t.for_session, false AS used, false AS over,
       floor(extract(epoch FROM now()))::int8 AS now
FROM key_trial t
WHERE t.attempt IS NULL AND t.expires_at >= now() AND t.for_fid = ANY (
    SELECT subject FROM foreign_cert WHERE serial = $1 AND ($2::text IS NULL OR subject = $2)
    UNION ALL
    SELECT a.local_name || '@' || $3 FROM idcert c JOIN actor a ON a.id = c.actor_id
    WHERE c.serial = CASE WHEN $1 ~ '^[0-9]{16}$' THEN $1::int8 END
        AND ($2 IS NULL OR a.local_name || '@' || $3 = $2))
ORDER BY t.asked_from IS NOT DISTINCT FROM $4::bytea DESC, t.expires_at DESC LIMIT 32

-- Complete the trial and open the session, both or neither. $2, the hash of the token, also
-- identifies the attempt: after a lost answer the same statement can be sent again. The actor's
-- other sessions get an event.
-- name: sql_key_trial_complete_foreign :one resend
-- args: text, bytea, bytea, text, text, text, text, bytea, bytea, int8, text
-- cols: done bool, told int8
WITH trial AS (
    UPDATE key_trial SET attempt = $2, completed_at = coalesce(completed_at, now()), signature = $3,
        fid = $4, serial = $7
    WHERE trial = $1 AND (attempt = $2 OR (attempt IS NULL AND expires_at >= now()))
        AND motet_admits_domain($5) RETURNING attempt),
old AS (
    UPDATE foreign_session SET ended_at = now()
    WHERE fid = $4 AND session_id = $6 AND ended_at IS NULL AND token_hash <> $2
        AND EXISTS (SELECT FROM trial) RETURNING 1),
opened AS (
    INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, public_key, cert,
        not_after, confirmed_until, ask_at)
    SELECT attempt, $4, $5, $6, $7, $8, $9, to_timestamp($10::int8),
           motet_get_confirmation_end($4, $7), motet_choose_ask_time(motet_get_confirmation_end($4, $7)) FROM trial
        WHERE (SELECT count(*) FROM old) >= 0
    ON CONFLICT (token_hash) DO NOTHING RETURNING fid, session_id)
SELECT EXISTS (SELECT FROM trial) AS done,
       (SELECT motet_add_event(motet_list_other_foreign_sessions(fid, session_id), 'core', 3, 'NEW_SESSION', NULL,
           $11) FROM opened) AS told

-- Complete the trial of a home actor, whose session uses the ID-Cert with serial number $6.
-- name: sql_key_trial_complete_home :one resend
-- args: text, bytea, bytea, text, text, int8
-- cols: done bool, current bool, told int8
WITH cert AS (
    SELECT c.actor_id, c.serial, c.session_id FROM idcert c JOIN actor a ON a.id = c.actor_id
    WHERE a.local_name = $5 AND a.deactivated_at IS NULL AND c.serial = $6 AND c.live
        AND c.not_after >= now()
    FOR SHARE OF c),
trial AS (
    UPDATE key_trial SET attempt = $2, completed_at = coalesce(completed_at, now()), signature = $3,
        fid = $4, serial = $6::text
    FROM cert WHERE trial = $1 AND (attempt = $2 OR (attempt IS NULL AND expires_at >= now()))
    RETURNING attempt, cert.actor_id, cert.serial, cert.session_id),
old AS (
    UPDATE session s SET ended_at = now() FROM trial t
    WHERE s.actor_id = t.actor_id AND s.serial = t.serial AND s.ended_at IS NULL
        AND s.token_hash <> t.attempt RETURNING 1),
opened AS (
    INSERT INTO session (token_hash, actor_id, serial)
    SELECT attempt, actor_id, serial FROM trial WHERE (SELECT count(*) FROM old) >= 0
    ON CONFLICT (token_hash) DO NOTHING RETURNING 1)
SELECT EXISTS (SELECT FROM trial) AS done, EXISTS (SELECT FROM cert) AS current,
       (SELECT motet_add_event(motet_list_other_sessions(actor_id, session_id), 'core', 3, 'NEW_SESSION', serial,
           NULL)
        FROM trial WHERE EXISTS (SELECT FROM opened)) AS told
