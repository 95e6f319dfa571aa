-- name: sql_federation_token_status :one redo
-- args:
-- cols: enabled bool
SELECT token_generation AS enabled FROM setting

-- name: sql_federation_token_switch :one resend
-- args: bool
-- cols: enabled bool
UPDATE setting SET token_generation = $1 RETURNING token_generation AS enabled

-- Are tokens issued, and for which ID-Cert would the session with the session token $1 get a
-- federation token? cert is null when the session has ended.
-- name: sql_federation_token_asker :one redo
-- args: bytea
-- cols: enabled bool, cert bytea
SELECT token_generation AS enabled,
       (SELECT c.cert FROM live_session s JOIN idcert c USING (actor_id, serial)
        WHERE s.token_hash = $1) AS cert
FROM setting

-- Issue a token. Nothing is written unless issuing is on, the signing key ($7) is still the current
-- one, and the session $8 exists and has the ID-Cert $9. The lock on the setting makes
-- sql_federation_token_switch wait for running statements, so that no token is issued after the
-- switch. A retry with the same jti inserts nothing new.
-- name: sql_federation_token_issue :one resend
-- args: int8, text, bytea, text, int8, int8, int8, bytea, int8
-- cols: issued bool, enabled bool, current bool
WITH status AS (
    SELECT token_generation AS enabled FROM setting FOR SHARE),
key AS (
    SELECT serial FROM server_key WHERE serial = $7 AND ended_at IS NULL FOR KEY SHARE),
gone AS (
    DELETE FROM federation_token WHERE (actor_id, jti) IN (
        SELECT actor_id, jti FROM federation_token t WHERE motet_is_prunable(t)
        ORDER BY expires_at LIMIT 8 FOR UPDATE SKIP LOCKED) RETURNING 1),
added AS (
    INSERT INTO federation_token (actor_id, jti, token_hash, audience, issued_at, expires_at,
        asked_by, serial)
    SELECT l.actor_id, $2, $3, $4, to_timestamp($5::int8), to_timestamp($6::int8), l.token_hash,
        l.serial
    FROM live_session l, status s, key
    WHERE l.token_hash = $8 AND l.actor_id = $1 AND l.serial = $9 AND s.enabled
    ON CONFLICT DO NOTHING RETURNING 1)
SELECT EXISTS (SELECT FROM added) OR EXISTS (SELECT FROM federation_token WHERE actor_id = $1
    AND jti = $2) AS issued,
       (SELECT enabled FROM status) AS enabled, EXISTS (SELECT FROM key) AS current

-- name: sql_federation_token_delete_of :one
-- args: int8
-- cols: deleted int8
WITH gone AS (
    UPDATE federation_token t SET deleted_at = now()
    WHERE actor_id = $1 AND expires_at > now() AND motet_is_token_redeemable(t) RETURNING 1)
SELECT count(*) AS deleted FROM gone

-- name: sql_federation_token_delete_all :one
-- args:
-- cols: deleted int8
WITH gone AS (
    UPDATE federation_token t SET deleted_at = now()
    WHERE expires_at > now() AND motet_is_token_redeemable(t) RETURNING 1)
SELECT count(*) AS deleted FROM gone

-- name: sql_federation_token_list :many redo
-- args: int8
-- cols: local_name text, audience text, jti text, issued_at int8, expires_at int8, deleted_at int8,
-- cols: redeemed_at int8, now int8, stands bool
SELECT a.local_name, t.audience, t.jti, floor(extract(epoch FROM t.issued_at))::int8 AS issued_at,
       floor(extract(epoch FROM t.expires_at))::int8 AS expires_at,
       floor(extract(epoch FROM t.deleted_at))::int8 AS deleted_at,
       floor(extract(epoch FROM t.redeemed_at))::int8 AS redeemed_at,
       floor(extract(epoch FROM now()))::int8 AS now, motet_is_token_redeemable(t) AS stands
FROM federation_token t JOIN actor a ON a.id = t.actor_id
WHERE $1::int8 = 0 OR t.actor_id = $1::int8
ORDER BY t.issued_at, a.local_name, t.jti LIMIT 10000

-- Can this token of this server still be redeemed? It cannot be redeemed once the session that
-- asked for it has ended. Other servers that got the token ask this with its hash.
-- name: sql_federation_token_active :one redo
-- args: bytea
-- cols: active bool
SELECT EXISTS (
    SELECT FROM federation_token t JOIN actor a ON a.id = t.actor_id
    WHERE t.token_hash = $1 AND motet_is_token_redeemable(t) AND t.expires_at > now()
        AND a.deactivated_at IS NULL) AS active

-- Get the time, and the server key with this serial number. The answer is always one row;
-- public_key is null when there is no such key.
-- name: sql_federation_token_key :one redo
-- args: int8
-- cols: public_key bytea, now int8
SELECT k.public_key, floor(extract(epoch FROM now()))::int8 AS now
FROM (SELECT $1::int8 AS serial) s LEFT JOIN server_key k USING (serial)

-- Redeem a token of this server. The update of its row in federation_token decides between two
-- redemptions, and between a redemption and a deletion. The certificate $5, which is locked until
-- commit, must be that of the session that asked for the token; the new session replaces that
-- session and no other.
-- name: sql_federation_token_redeem_home :one
-- args: text, text, text, bytea, int8, int8[], text[], bool[], bytea[], bytea[], bytea[], int8[],
-- args: int8[], int8
-- cols: opened bool, landed bool, told int8, stored bool
WITH cert AS (
    SELECT c.actor_id, c.serial, c.session_id FROM idcert c JOIN actor a ON a.id = c.actor_id
    WHERE a.local_name = $1 AND a.deactivated_at IS NULL AND c.serial = $5 AND c.live
        AND c.not_after >= now() FOR SHARE OF c),
asker AS (
    SELECT s.token_hash, s.actor_id, s.serial FROM cert, federation_token t, session s
    WHERE t.actor_id = cert.actor_id AND t.jti = $3 AND t.serial = cert.serial
        AND s.token_hash = t.asked_by AND s.serial = t.serial AND s.ended_at IS NULL
    FOR UPDATE OF s),
token AS (
    UPDATE federation_token t SET redeemed_at = now() FROM asker
    WHERE t.actor_id = asker.actor_id AND t.jti = $3 AND motet_is_token_redeemable(t)
        AND t.expires_at > now() - interval '60 seconds' RETURNING t.expires_at),
redeemed AS (
    INSERT INTO redeemed_token (iss, jti, attempt, expires_at) SELECT $2, $3, $4, expires_at
        FROM token RETURNING attempt),
old AS (
    UPDATE session s SET ended_at = now() FROM asker, redeemed
    WHERE s.token_hash = asker.token_hash AND s.ended_at IS NULL RETURNING 1),
opened AS (
    INSERT INTO session (token_hash, actor_id, serial)
    SELECT r.attempt, c.actor_id, c.serial FROM cert c, redeemed r
        WHERE (SELECT count(*) FROM old) >= 0 RETURNING 1)
SELECT EXISTS (SELECT FROM opened) AS opened,
       EXISTS (SELECT FROM redeemed_token WHERE iss = $2 AND jti = $3 AND attempt = $4) AS landed,
       (SELECT motet_add_event(motet_list_other_sessions(c.actor_id, c.session_id), 'core', 3, 'NEW_SESSION',
           c.serial, NULL) FROM cert c, opened) AS told,
       (SELECT motet_add_key_packages_or_fail(c.actor_id, c.serial, $6, $7, $8, $9, $10, $11, $12, $13,
           $14)
        FROM cert c, opened WHERE cardinality($6::int8[]) > 0) AS stored

-- Redeem a token of another server: write all rows or none. The primary key of redeemed_token
-- decides between two redemptions. When a new epoch began, rows of redeemed_token may have been
-- lost, so a token that was issued before the current epoch is void. An open session with the same
-- ID continues with the new certificate and a new token. $13: the event for the actor's other
-- sessions here.
-- name: sql_federation_token_redeem_foreign :one
-- args: text, text, bytea, int8, int8, text, text, text, text, bytea, bytea, int8, text
-- cols: opened bool, landed bool, told int8
WITH good AS (
    SELECT 1 WHERE to_timestamp($4::int8) <= now() + interval '60 seconds'
        AND to_timestamp($4::int8) > motet_get_void_time() + interval '60 seconds'
        AND to_timestamp($5::int8) > now() - interval '60 seconds'
                   AND to_timestamp($12::int8) >= now() AND motet_admits_domain($7)),
gone AS (
    DELETE FROM redeemed_token WHERE (iss, jti) IN (
        SELECT iss, jti FROM redeemed_token t WHERE motet_is_prunable(t)
        ORDER BY expires_at LIMIT 8 FOR UPDATE SKIP LOCKED) RETURNING 1),
redeemed AS (
    INSERT INTO redeemed_token (iss, jti, attempt, expires_at) SELECT $1, $2, $3,
        to_timestamp($5::int8) FROM good
    ON CONFLICT DO NOTHING RETURNING attempt),
opened AS (
    INSERT INTO foreign_session AS s (token_hash, fid, domain, session_id, serial, public_key, cert,
        not_after, confirmed_until, ask_at)
    SELECT attempt, $6, $7, $8, $9, $10, $11, to_timestamp($12::int8),
           motet_get_confirmation_end($6, $9), motet_choose_ask_time(motet_get_confirmation_end($6, $9)) FROM redeemed
    ON CONFLICT (fid, session_id) WHERE ended_at IS NULL DO UPDATE
    SET token_hash = excluded.token_hash, serial = excluded.serial,
        public_key = excluded.public_key, cert = excluded.cert,
        not_after = excluded.not_after, created_at = excluded.created_at,
        confirmed_until = excluded.confirmed_until, ask_at = excluded.ask_at, silent_since = NULL
    RETURNING fid, session_id)
SELECT EXISTS (SELECT FROM opened) AS opened,
       EXISTS (SELECT FROM redeemed_token WHERE iss = $1 AND jti = $2 AND attempt = $3) AS landed,
       (SELECT motet_add_event(motet_list_other_foreign_sessions(fid, session_id), 'core', 3, 'NEW_SESSION', NULL,
           $13) FROM opened) AS told
