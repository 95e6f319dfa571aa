-- Give a foreign actor's session its next ID-Cert in place of the one with serial $8. The actor's
-- other sessions get the event $7.
-- name: sql_foreign_session_renew :one resend
-- args: text, text, text, bytea, bytea, int8, text, text
-- cols: renewed int8, told int8
WITH renewed AS (
    UPDATE foreign_session SET serial = $3, public_key = $4, cert = $5,
        not_after = to_timestamp($6::int8), confirmed_until = motet_get_confirmation_end($1, $3),
        ask_at = motet_choose_ask_time(motet_get_confirmation_end($1, $3)), silent_since = NULL
    WHERE fid = $1 AND session_id = $2 AND ended_at IS NULL AND (serial = $8 OR serial = $3)
        RETURNING fid, session_id)
SELECT count(*) AS renewed,
       sum(motet_add_event(motet_list_other_foreign_sessions(fid, session_id), 'motet', 1, 'CLIENT_KEY_CHANGE', NULL,
           $7))::int8 AS told FROM renewed

-- The foreign actor about whose sessions the home server is to be asked now. For 4 to 8
-- minutes from now, this statement returns this actor to no other process.
-- name: sql_foreign_session_due :opt
-- args:
-- cols: fid text, domain text
WITH next AS (
    SELECT token_hash FROM foreign_session WHERE ended_at IS NULL AND ask_at <= now()
    ORDER BY ask_at LIMIT 1 FOR UPDATE SKIP LOCKED),
taken AS (
    UPDATE foreign_session s SET ask_at = now() + interval '4 minutes' * (1 + random())
    FROM foreign_session n, next WHERE n.token_hash = next.token_hash AND s.fid = n.fid
        AND s.ended_at IS NULL RETURNING s.fid, s.domain)
SELECT fid, domain FROM taken LIMIT 1

-- A home server has answered: end those sessions of an actor that it has not confirmed in time.
-- name: sql_foreign_session_end_unlisted :one resend
-- args: text
-- cols: number int8
WITH ended AS (
    UPDATE foreign_session SET ended_at = now(), ended_why = 'UNLISTED'
    WHERE fid = $1 AND ended_at IS NULL AND confirmed_until < now()
    RETURNING motet_get_session_key(fid, session_id) AS key),
counter AS (
    DELETE FROM event_counter WHERE session_key IN (SELECT key FROM ended) RETURNING 1)
SELECT count(*) AS number FROM ended

-- A home server ($1) does not answer: the sessions of the actor $2, and those of its other actors
-- that are due, stay open until the home server has been silent for $3 seconds, and are then ended.
-- The longer the home server is silent, the longer the master waits before it asks again.
-- name: sql_foreign_session_note_silence :one resend
-- args: text, text, int8
-- cols: number int8
WITH silent AS (
    SELECT token_hash, coalesce(silent_since, now()) AS since,
           greatest(confirmed_until, coalesce(silent_since, now()) + $3::int8 * interval '1 s')
               AS until
    FROM foreign_session
    WHERE domain = $1 AND ended_at IS NULL AND (fid = $2 OR ask_at <= now())
    ORDER BY fid = $2 DESC, ask_at LIMIT 1000 FOR UPDATE),
noted AS (
    UPDATE foreign_session s SET silent_since = since, confirmed_until = until,
        ended_at = CASE WHEN until < now() THEN now() END,
        ended_why = CASE WHEN until < now() THEN 'SILENT' END,
        ask_at = now() + (1 + random())
            * least(interval '1 minute' + (now() - since) / 8, interval '10 minutes')
    FROM silent WHERE s.token_hash = silent.token_hash
    RETURNING s.ended_at, motet_get_session_key(s.fid, s.session_id) AS key),
counter AS (
    DELETE FROM event_counter WHERE session_key IN (
        SELECT key FROM noted WHERE ended_at IS NOT NULL) RETURNING 1)
SELECT count(*) AS number FROM noted WHERE ended_at IS NOT NULL

-- A home server is slow: put its due sessions off, so that other home servers are asked first.
-- name: sql_foreign_session_put_off :none redo
-- args: text
-- cols:
UPDATE foreign_session SET ask_at = now() + interval '1 minute' * (1 + random())
WHERE token_hash IN (
    SELECT token_hash FROM foreign_session
    WHERE domain = $1 AND ended_at IS NULL AND ask_at <= now() LIMIT 1000 FOR UPDATE SKIP LOCKED)
