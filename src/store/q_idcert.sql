-- Issue an ID-Cert: write all rows or none. The key that signed the ID-Cert ($4) must still be the
-- current key. In a key rotation, the certificate $11 and its token end in the second in which the
-- new certificate begins; with $12, its token $10 is kept, if it is still valid. Expired
-- certificates of the session are marked as not live. At most $13 certificates a day, counted
-- separately for log-ins ($15) and for session tokens, and $14 sessions at a time: a log-in ends
-- the session $16, and then the oldest sessions beyond $14. A certificate that replaces one of an
-- earlier server key does not count for the day: the server's rotation made it necessary. wait:
-- seconds until $13 allows one more certificate. The actor's other sessions get an event. issued:
-- this statement issued the certificate. landed: an earlier try of the same request issued it.
-- current: $4 is the current key.
-- name: sql_idcert_issue :one
-- args: int8, text, int8, int8, bytea, bytea, bytea, int8, int8, bytea, int8, bool, int8, int8, bool,
-- args: text
-- cols: issued bool, landed bool, current bool, told int8, today int8, sessions int8, ours bool,
-- cols: ended int8, wait int8
WITH landed AS (
    SELECT FROM idcert WHERE actor_id = $1 AND serial = $3 AND csr_hash = $6),
key AS (
    SELECT serial FROM server_key WHERE serial = $4 AND ended_at IS NULL FOR SHARE),
who AS (
    SELECT id FROM actor WHERE id = $1 AND deactivated_at IS NULL FOR NO KEY UPDATE),
need AS (
    SELECT EXISTS (SELECT FROM idcert WHERE actor_id = $1 AND serial = $11 AND live
        AND server_serial <> $4) AS forced),
may AS (
    SELECT 1 FROM key, who
    WHERE NOT EXISTS (SELECT FROM landed)
      AND NOT EXISTS (SELECT FROM server_key WHERE public_key = $5)
      AND ((SELECT forced FROM need) OR (SELECT count(*) FROM idcert c
          WHERE motet_counts_toward_day(c, $1, $8, $15)) < $13::int8)
      AND ($15 OR (SELECT count(*) FROM idcert WHERE actor_id = $1 AND live AND not_after > now()
          AND serial <> $11) < $14::int8)),
old AS (
    UPDATE idcert SET live = false, invalidated_at = to_timestamp($8::int8) FROM may
    WHERE actor_id = $1 AND serial = $11 AND live RETURNING serial),
token AS (
    UPDATE session SET ended_at = now()
    WHERE actor_id = $1 AND serial IN (SELECT serial FROM old) AND ended_at IS NULL AND NOT $12
        RETURNING 1),
kept AS (
    SELECT 1 FROM session WHERE token_hash = $10 AND actor_id = $1 AND serial = $11
        AND ended_at IS NULL FOR UPDATE),
expired AS (
    UPDATE idcert SET live = false FROM may
    WHERE actor_id = $1 AND session_id = $2 AND live AND serial <> $11
        AND not_after < to_timestamp($8::int8) RETURNING 1),
fine AS (
    SELECT 1 FROM may
    WHERE ($11 = 0 OR EXISTS (SELECT FROM old)) AND (NOT $12 OR EXISTS (SELECT FROM kept))
        AND (SELECT count(*) FROM expired) + (SELECT count(*) FROM token) >= 0),
used AS (
    INSERT INTO serial_used (serial) SELECT $3 FROM fine RETURNING serial),
cert AS (
    INSERT INTO idcert (actor_id, serial, session_id, server_serial, public_key, csr_hash, cert,
        not_before, not_after, by_password, counts)
    SELECT $1, serial, $2, $4, $5, $6, $7, to_timestamp($8::int8), to_timestamp($9::int8), $15,
        NOT (SELECT forced FROM need) FROM used
        RETURNING actor_id, serial),
opened AS (
    INSERT INTO session (token_hash, actor_id, serial) SELECT $10, actor_id, serial FROM cert
    ON CONFLICT (token_hash) DO UPDATE SET serial = excluded.serial RETURNING 1)
SELECT EXISTS (SELECT FROM opened) AS issued,
       EXISTS (SELECT FROM landed) AS landed,
       EXISTS (SELECT FROM key) AS current,
       (SELECT CASE WHEN $11 = 0
                    THEN motet_add_event(motet_list_other_sessions($1, $2), 'core', 3, 'NEW_SESSION', $3, NULL)
                    ELSE motet_add_event(motet_list_other_sessions($1, $2), 'motet', 1, 'CLIENT_KEY_CHANGE', $3, NULL)
                       + motet_add_event(motet_list_other_sessions($1, $2), 'core', 4,
                                    'ACTOR_CERTIFICATE_INVALIDATION', $11, NULL) END
        FROM opened) AS told,
       (SELECT count(*) FROM idcert c WHERE motet_counts_toward_day(c, $1, $8, $15)) AS today,
       (SELECT count(*) FROM idcert WHERE actor_id = $1 AND live AND not_after > now()
           AND serial <> $11) AS sessions,
       EXISTS (SELECT FROM server_key WHERE public_key = $5) AS ours,
       (SELECT motet_end_sessions_for_log_in($1, $2, motet_get_stored_session_id($1, $16), $14) FROM opened WHERE $15) AS ended,
       (SELECT floor(extract(epoch FROM c.not_before))::int8 + 86400 - $8::int8 FROM idcert c
        WHERE motet_counts_toward_day(c, $1, $8, $15) ORDER BY c.not_before DESC
        OFFSET least($13::int8, 1000000) - 1 LIMIT 1) AS wait

-- For a request that is repeated because its answer was lost: return the same certificate, and give
-- its session a new token. In a key rotation, that certificate must have replaced $4.
-- name: sql_idcert_renew_token :opt
-- args: int8, bytea, bytea, int8
-- cols: serial int8, cert bytea
WITH mine AS (
    SELECT actor_id, serial, cert FROM idcert c WHERE actor_id = $1 AND csr_hash = $2 AND live
        AND not_after >= now() AND ($4::int8 = 0 OR EXISTS (SELECT FROM idcert old
            WHERE old.actor_id = $1 AND old.serial = $4::int8 AND old.session_id = c.session_id
            AND old.invalidated_at = c.not_before))),
old AS (
    UPDATE session s SET ended_at = now() FROM mine m
    WHERE s.actor_id = m.actor_id AND s.serial = m.serial AND s.ended_at IS NULL RETURNING 1),
opened AS (
    INSERT INTO session (token_hash, actor_id, serial)
    SELECT $3, actor_id, serial FROM mine WHERE (SELECT count(*) FROM old) >= 0
    ON CONFLICT (token_hash) DO UPDATE SET serial = excluded.serial RETURNING 1)
SELECT serial, cert FROM mine WHERE EXISTS (SELECT FROM opened)

-- Find the live certificate $2, or the one that replaced it, if it was issued for this CSR.
-- name: sql_idcert_find_by_csr :opt redo
-- args: int8, int8, bytea
-- cols: serial int8, cert bytea
SELECT serial, cert FROM idcert c WHERE actor_id = $1 AND csr_hash = $3 AND live
    AND (serial = $2 OR EXISTS (SELECT FROM idcert old WHERE old.actor_id = $1 AND old.serial = $2
        AND old.session_id = c.session_id AND old.invalidated_at = c.not_before))

-- List certificates of an actor: those that have not expired; or those valid at $2; or those issued
-- from $3 to $4. Certificates of one session ($5) or of all sessions are listed. No row: there is
-- no such actor. A row with null: the actor has no such certificate.
-- name: sql_idcert_list :many redo
-- args: text, int8, int8, int8, text
-- cols: cert bytea, serial int8, invalidated_at int8, now int8, signer int8
SELECT c.cert, c.serial, floor(extract(epoch FROM c.invalidated_at))::int8 AS invalidated_at,
       floor(extract(epoch FROM now()))::int8 AS now,
       (SELECT serial FROM server_key WHERE ended_at IS NULL) AS signer
FROM actor a LEFT JOIN idcert c
  ON c.actor_id = a.id AND ($5::text IS NULL OR motet_fold_name(c.session_id) = motet_fold_name($5::text))
 AND CASE WHEN $2::int8 >= 0
          THEN c.not_before <= to_timestamp($2::int8) AND c.not_after >= to_timestamp($2::int8)
           AND (c.invalidated_at IS NULL OR c.invalidated_at > to_timestamp($2::int8))
          WHEN $3::int8 >= 0 OR $4::int8 >= 0
          THEN ($3::int8 < 0 OR c.not_before >= to_timestamp($3::int8))
           AND ($4::int8 < 0 OR c.not_before <= to_timestamp($4::int8))
          ELSE c.not_after >= now() END
WHERE a.local_name = $1
ORDER BY c.live DESC, c.not_before DESC, c.serial LIMIT 500
