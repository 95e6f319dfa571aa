-- Get what we have stored about a server and may still use, and whether the operator has blocked
-- the server or a domain above it. $1: the place (a domain or an origin); $2: the domain or host
-- that a block would name. A row that was stored while a clock was ahead, and so has a time in the
-- future, is ignored. The answer is always one row.
-- name: sql_foreign_find_server :one redo
-- args: text, text
-- cols: now int8, blocked bool, api text, domain text, failure text, said text, wait int8,
-- cols: cacheable text
SELECT floor(extract(epoch FROM now()))::int8 AS now,
       EXISTS (SELECT FROM foreign_server b WHERE b.blocked_at IS NOT NULL
           AND motet_is_within_domain($2, b.place)) AS blocked,
       s.api, s.domain, s.failure, s.said,
       ceil(extract(epoch FROM s.fresh_until - now()))::int8 AS wait, c.cacheable
FROM (SELECT $1::text COLLATE "C" AS place) p
LEFT JOIN foreign_server s ON s.place = p.place AND s.fresh_until >= now()
    AND s.checked_at <= now() + interval '1 minute'
LEFT JOIN foreign_cert c ON c.subject = s.place AND c.serial = s.serial AND c.usable_until >= now()

-- Store the server that was found at a place, with the serial number of its certificate.
-- name: sql_foreign_store_server :none redo
-- args: text, text, text, text, int8
-- cols:
INSERT INTO foreign_server (place, api, domain, serial, fresh_until)
VALUES ($1, $2, $3, $4, to_timestamp($5::int8))
ON CONFLICT (place) DO UPDATE SET api = excluded.api, domain = excluded.domain,
    serial = excluded.serial, failure = NULL, said = NULL, failures = 0,
    fresh_until = excluded.fresh_until, checked_at = now()

-- Store that there is no good server at a place, for a time that grows if this repeats. A good
-- server whose statement has not expired stays, and so does a failure that has not expired. Deletes
-- up to 20 outdated failures.
-- name: sql_foreign_store_failure :none redo
-- args: text, text, text
-- cols:
WITH room AS (
    DELETE FROM foreign_server WHERE place IN (
        SELECT place FROM foreign_server t
        WHERE failure IS NOT NULL AND motet_is_prunable(t, 0) AND place <> $1
        ORDER BY fresh_until LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING 1)
INSERT INTO foreign_server AS s (place, failure, said, failures, fresh_until)
SELECT $1, $2, $3, 1, now() + motet_choose_failure_pause(1) WHERE (SELECT count(*) FROM room) >= 0
ON CONFLICT (place) DO UPDATE SET api = NULL, domain = NULL, serial = NULL,
    failure = excluded.failure, said = excluded.said, failures = motet_count_next_failure(s),
    fresh_until = now() + motet_choose_failure_pause(motet_count_next_failure(s)), checked_at = now()
WHERE s.fresh_until < now()

-- Store why a server could not be reached, for operators. The server may be asked again at once,
-- and what it has said before stays in use. $4: store the reason also for a server that is not
-- known yet. Deletes up to 20 outdated failures.
-- name: sql_foreign_note_trouble :none redo
-- args: text, text, text, bool
-- cols:
WITH room AS (
    DELETE FROM foreign_server WHERE place IN (
        SELECT place FROM foreign_server t
        WHERE failure IS NOT NULL AND motet_is_prunable(t, 0) AND place <> $1
        ORDER BY fresh_until LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING 1)
INSERT INTO foreign_server AS s (place, failure, said, fresh_until)
SELECT $1, $2, $3, now() - interval '1 s' WHERE (SELECT count(*) FROM room) >= 0
    AND ($4 OR EXISTS (SELECT FROM foreign_server WHERE place = $1))
ON CONFLICT (place) DO UPDATE SET said = excluded.said, checked_at = now(),
    failure = CASE WHEN s.fresh_until < now() THEN excluded.failure ELSE s.failure END,
    fresh_until = greatest(s.fresh_until, excluded.fresh_until)

-- name: sql_foreign_cert_find :opt redo
-- args: text, text
-- cols: cacheable text
SELECT cacheable FROM foreign_cert WHERE subject = $1 AND serial = $2 AND usable_until >= now()

-- The certificate that was valid at a time. When a newer certificate of the same subject is known,
-- an unrevoked certificate counts only for times up to a minute before it was fetched: it may have
-- been replaced later, and clocks differ by a minute at most.
-- name: sql_foreign_cert_at :opt redo
-- args: text, int8
-- cols: cacheable text
SELECT cacheable FROM foreign_cert c
WHERE subject = $1 AND usable_until >= now() AND not_before <= to_timestamp($2::int8)
    AND not_after >= to_timestamp($2::int8)
  AND coalesce(invalidated_at > to_timestamp($2::int8),
               to_timestamp($2::int8) < fetched_at - interval '1 minute'
               OR NOT EXISTS (SELECT FROM foreign_cert n WHERE n.subject = c.subject
                   AND n.not_before > c.not_before))
ORDER BY not_before DESC LIMIT 1

-- All certificates of an actor, or of one session ($2), from a list that is at most $3 seconds old
-- (-1: of any age). No row: the list is not cached, so ask the home server. A session that is
-- missing in the list of all sessions also gets no row: the session may be newer than the list. A
-- row with null: the cached list is empty.
-- name: sql_foreign_cert_list :many redo
-- args: text, text, int8
-- cols: cacheable text
SELECT c.cacheable
FROM (SELECT 1 WHERE $3::int8 < 0 OR EXISTS (
    SELECT FROM foreign_actor a WHERE a.fid = $1 AND a.session_id IN ('', coalesce($2, ''))
        AND a.fresh_until >= now()
        AND a.listed_at BETWEEN now() - $3::int8 * interval '1 s' AND now() + interval '1 minute'
        AND (a.session_id = coalesce($2, '') OR EXISTS (
            SELECT FROM foreign_cert f WHERE f.subject = $1 AND f.session_id = $2
                AND f.usable_until >= now() AND f.not_after >= now())))) known
LEFT JOIN foreign_cert c ON c.subject = $1 AND c.usable_until >= now() AND c.not_after >= now()
    AND ($2 IS NULL OR c.session_id = $2)
ORDER BY c.not_before, c.serial LIMIT 1000

-- Store verified certificates of one subject. A revoked certificate stays revoked, whatever its
-- server says later. refused: the serial numbers of revoked certificates that are now said to be
-- valid. Up to 50 outdated statements are deleted; revocations are kept. Of the statements beyond
-- the caps of schema 14, the oldest are deleted. A session here with an ID-Cert that is now revoked
-- ends, and the actor's other sessions get the home server's statement as an event; a session whose
-- ID-Cert is good is confirmed.
-- name: sql_foreign_store_certs :one redo
-- args: text, text, text[], text[], text[], int8[], int8[], int8[], int8[]
-- cols: refused text, told int8
WITH said AS (
    SELECT DISTINCT ON (serial) * FROM unnest($3::text[], $4::text[], $5::text[], $6::int8[],
        $7::int8[], $8::int8[], $9::int8[])
        AS t (serial, session_id, cacheable, not_before, not_after, usable_until, invalidated)
    ORDER BY serial, invalidated DESC),
against AS (
    SELECT f.serial FROM foreign_cert f JOIN said s ON s.serial = f.serial COLLATE "C"
    WHERE f.subject = $2 AND f.invalidated_at IS NOT NULL AND s.invalidated = 0),
stored AS (
    INSERT INTO foreign_cert AS f (subject, serial, domain, session_id, cacheable, not_before,
        not_after, invalidated_at, usable_until)
    SELECT $2, serial, $1, session_id, cacheable, to_timestamp(not_before), to_timestamp(not_after),
           to_timestamp(nullif(invalidated, 0)), to_timestamp(usable_until)
    FROM said WHERE serial NOT IN (SELECT serial FROM against) ORDER BY serial
    ON CONFLICT (subject, serial) DO UPDATE SET domain = excluded.domain,
        session_id = excluded.session_id, cacheable = excluded.cacheable,
        not_before = excluded.not_before, not_after = excluded.not_after,
            invalidated_at = excluded.invalidated_at,
        usable_until = excluded.usable_until, fetched_at = now()
    WHERE f.invalidated_at IS NULL OR excluded.invalidated_at IS NOT NULL RETURNING 1),
ended AS (
    UPDATE foreign_session s SET ended_at = now(), ended_why = 'REVOKED' FROM said
    WHERE s.fid = $2 AND s.serial = said.serial COLLATE "C" AND s.ended_at IS NULL
        AND said.invalidated BETWEEN 1 AND extract(epoch FROM now())
    RETURNING s.fid, s.session_id, said.cacheable),
confirmed AS (
    UPDATE foreign_session s SET confirmed_until = to_timestamp(said.usable_until),
        ask_at = motet_choose_ask_time(to_timestamp(said.usable_until)), silent_since = NULL FROM said
    WHERE s.fid = $2 AND s.serial = said.serial COLLATE "C" AND s.ended_at IS NULL
        AND said.invalidated = 0 AND said.serial NOT IN (SELECT serial FROM against)
    RETURNING 1),
counter AS (
    DELETE FROM event_counter WHERE session_key IN (
        SELECT motet_get_session_key(fid, session_id) FROM ended) RETURNING 1),
room AS (
    DELETE FROM foreign_cert WHERE subject <> $2 AND ((subject, serial) IN (
        SELECT subject, serial FROM foreign_cert t WHERE motet_is_prunable(t) AND subject <> $2
        ORDER BY usable_until LIMIT 50 FOR UPDATE SKIP LOCKED)
        OR (subject, serial) IN (SELECT * FROM motet_list_foreign_certs_over_cap($1))) RETURNING 1)
SELECT (SELECT string_agg(serial, ' ') FROM against) AS refused,
       (SELECT sum(motet_add_event(ARRAY(
               SELECT k FROM unnest(motet_list_other_foreign_sessions(fid, session_id)) AS k
               WHERE k NOT IN (SELECT motet_get_session_key(e.fid, e.session_id) FROM ended e)),
           'core', 4, 'ACTOR_CERTIFICATE_INVALIDATION', NULL, cacheable))::int8 FROM ended) AS told

-- Note that all certificates of an actor, or of one session, are now in foreign_cert.
-- name: sql_foreign_mark_listed :none redo
-- args: text, text, text, int8
-- cols:
WITH room AS (
    DELETE FROM foreign_actor WHERE (fid, session_id) IN (
        SELECT fid, session_id FROM foreign_actor t WHERE motet_is_prunable(t) AND fid <> $1
        ORDER BY fresh_until LIMIT 50 FOR UPDATE SKIP LOCKED) RETURNING 1)
INSERT INTO foreign_actor (fid, session_id, domain, fresh_until)
SELECT $1, $2, $3, to_timestamp($4::int8) WHERE (SELECT count(*) FROM room) >= 0
ON CONFLICT (fid, session_id) DO UPDATE SET domain = excluded.domain,
    fresh_until = excluded.fresh_until, listed_at = now()

-- Expire everything that a server has said, except revocations, and let the master ask the server
-- about sessions here. $2, if not null: expire only what the server has said about this actor.
-- name: sql_foreign_forget :one redo
-- args: text, text
-- cols: forgotten int8
WITH server AS (
    UPDATE foreign_server SET fresh_until = '-infinity'
    WHERE $2::text IS NULL AND (place = $1 OR domain = $1) AND fresh_until > now() RETURNING 1),
actors AS (
    UPDATE foreign_actor SET fresh_until = '-infinity' WHERE domain = $1
        AND ($2 IS NULL OR fid = $2) AND fresh_until > now() RETURNING 1),
certs AS (
    UPDATE foreign_cert SET usable_until = now() - interval '1 second'
    WHERE domain = $1 AND ($2 IS NULL OR subject = $2) AND usable_until > now()
        AND invalidated_at IS NULL RETURNING 1),
sessions AS (
    UPDATE foreign_session SET ask_at = now() WHERE domain = $1 AND ($2 IS NULL OR fid = $2)
        AND ended_at IS NULL RETURNING 1)
SELECT (SELECT count(*) FROM server) + (SELECT count(*) FROM actors)
       + (SELECT count(*) FROM certs) AS forgotten

-- Block a domain and those below it. The sessions that actors of these domains have here are ended.
-- name: sql_foreign_block :one resend
-- args: text
-- cols: ended int8
SELECT motet_block_domain($1) AS ended

-- name: sql_foreign_unblock :opt
-- args: text
-- cols: place text
UPDATE foreign_server SET blocked_at = NULL WHERE place = $1 AND blocked_at IS NOT NULL
    RETURNING place

-- List all known servers, or the server that $1, a place or a domain, fits best; for operators.
-- name: sql_foreign_list :many redo
-- args: text
-- cols: place text, state text, domain text, api text, said text, checked_at int8,
-- cols: fresh_until int8, blocked_at int8, certificates int8, sessions int8
SELECT s.place, CASE WHEN s.blocked_at IS NOT NULL THEN 'blocked'
                     WHEN s.failure IS NOT NULL AND isfinite(s.fresh_until) THEN 'failed'
                     WHEN s.fresh_until < now() THEN 'stale' ELSE 'good' END AS state,
       s.domain, s.api, coalesce(s.said, '') AS said,
       floor(extract(epoch FROM s.checked_at))::int8 AS checked_at,
       CASE WHEN isfinite(s.fresh_until)
            THEN floor(extract(epoch FROM s.fresh_until))::int8 END AS fresh_until,
       floor(extract(epoch FROM s.blocked_at))::int8 AS blocked_at,
       (SELECT count(*) FROM foreign_cert c WHERE c.domain = s.place
           AND c.usable_until >= now()) AS certificates,
       (SELECT count(*) FROM foreign_session f WHERE f.domain = s.place AND f.ended_at IS NULL
           AND f.not_after >= now()) AS sessions
FROM foreign_server s WHERE $1::text IS NULL OR $1::text IN (s.place, s.domain)
ORDER BY s.place IS DISTINCT FROM $1::text, s.place
LIMIT CASE WHEN $1::text IS NULL THEN 100000 ELSE 1 END
