-- Find the session of a token, of a home or a foreign actor. If $2 is true, the actor's password
-- hash and second factor are read, too. ended_why is set for a session that has ended because of
-- what its home server said, or because it did not answer.
-- name: sql_session_find :opt redo
-- args: bytea, bool
-- cols: actor_id int8, serial text, local_name text, fid text, domain text, session_id text,
-- cols: admin bool, not_after int8, password text, totp bytea, key text, now int8,
-- cols: unconfirmed bool, ended_why text
SELECT actor_id, serial, local_name, fid, domain, session_id, admin,
       floor(extract(epoch FROM not_after))::int8 AS not_after,
       CASE WHEN $2 THEN password END AS password,
       CASE WHEN $2 THEN (SELECT sealed FROM totp t WHERE t.actor_id = any_session.actor_id
           AND t.confirmed_at IS NOT NULL) END AS totp, session_key AS key,
       floor(extract(epoch FROM now()))::int8 AS now, confirmed_until < now() AS unconfirmed,
       NULL::text AS ended_why
FROM any_session WHERE token_hash = $1
UNION ALL
SELECT 0::int8, serial, NULL, fid, domain, session_id, false, NULL, NULL, NULL, NULL,
       floor(extract(epoch FROM now()))::int8, false, ended_why
FROM foreign_session WHERE token_hash = $1 AND ended_why IS NOT NULL

-- Find the session of a token that ended within the last day because the session's key was rotated.
-- The client may not know the new token: the answer of the rotation was lost.
-- name: sql_session_find_rotated :opt redo
-- args: bytea
-- cols: actor_id int8, serial text, local_name text, fid text, domain text, session_id text,
-- cols: admin bool, not_after int8, password text, totp bytea, key text, now int8,
-- cols: unconfirmed bool, ended_why text
SELECT s.actor_id, s.serial::text AS serial, a.local_name, NULL::text AS fid, NULL::text AS domain,
       old.session_id, false AS admin,
       floor(extract(epoch FROM old.not_after))::int8 AS not_after, NULL::text AS password,
       NULL::bytea AS totp, motet_get_session_key(s.actor_id, old.session_id) AS key,
       floor(extract(epoch FROM now()))::int8 AS now, false AS unconfirmed,
       NULL::text AS ended_why
FROM session s JOIN actor a ON a.id = s.actor_id JOIN idcert old USING (actor_id, serial)
WHERE s.token_hash = $1 AND s.ended_at > now() - interval '1 day' AND a.deactivated_at IS NULL
    AND NOT old.live AND EXISTS (SELECT FROM idcert c WHERE c.actor_id = old.actor_id
        AND c.session_id = old.session_id AND c.live AND c.not_before = old.invalidated_at)

-- End the token and the ID-Cert of a home session together. $2 may differ from the stored session
-- ID in letter case and blanks.
-- name: sql_session_end :one
-- args: int8, text
-- cols: serial int8
SELECT motet_end_session($1, motet_get_stored_session_id($1, $2)) AS serial

-- End a foreign session here; its ID-Cert belongs to its home server. $3: the event for the actor's
-- other sessions here, if the home server has revoked the ID-Cert.
-- name: sql_session_end_foreign :one
-- args: text, text, text
-- cols: ended int8, told int8
WITH gone AS (
    UPDATE foreign_session SET ended_at = now() WHERE fid = $1 AND session_id = $2
        AND ended_at IS NULL RETURNING 1),
counter AS (
    DELETE FROM event_counter WHERE session_key = motet_get_session_key($1, $2)
        AND EXISTS (SELECT FROM gone) RETURNING 1)
SELECT count(*) AS ended,
       sum(CASE WHEN $3::text IS NULL THEN 0
                ELSE motet_add_event(motet_list_other_foreign_sessions($1, $2), 'core', 4,
                    'ACTOR_CERTIFICATE_INVALIDATION', NULL, $3::text) END)::int8 AS told
FROM gone

-- name: sql_session_list :many redo
-- args: int8
-- cols: local_name text, session_id text, serial int8, created_at int8, not_after int8
SELECT local_name, l.session_id, l.serial,
       floor(extract(epoch FROM s.created_at))::int8 AS created_at,
       floor(extract(epoch FROM l.not_after))::int8 AS not_after
FROM live_session l JOIN session s USING (token_hash)
WHERE $1::int8 = 0 OR l.actor_id = $1::int8
ORDER BY 1, 4 LIMIT 10000

-- name: sql_session_list_own :many redo
-- args: int8, text
-- cols: session_id text, serial text, created_at int8, not_after int8
SELECT l.session_id, l.serial::text AS serial,
       floor(extract(epoch FROM s.created_at))::int8 AS created_at,
       floor(extract(epoch FROM l.not_after))::int8 AS not_after
FROM live_session l JOIN session s USING (token_hash)
WHERE l.actor_id = $1::int8
UNION ALL
SELECT f.session_id, f.serial,
       floor(extract(epoch FROM f.created_at))::int8, floor(extract(epoch FROM f.not_after))::int8
FROM foreign_session f
WHERE f.fid = $2::text AND f.ended_at IS NULL AND f.not_after >= now()
ORDER BY 3, 1 LIMIT 1000
