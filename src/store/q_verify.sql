-- Read a page of a table: up to $3 rows after the key ($1, $2), given as texts; empty texts: from
-- the start. a and b are the row's own key. Related rows come by LEFT JOIN, so that a missing row
-- is found and reported.

-- name: sql_verify_server_key :many redo
-- args: text, text, int8
-- cols: a text, b text, serial int8, public_key bytea, sealed bytea, cert bytea, not_before int8,
-- cols: not_after int8, ended_at int8, used bool, next int8
SELECT k.serial::text AS a, '' AS b, k.serial, k.public_key, k.sealed, k.cert,
       floor(extract(epoch FROM k.not_before))::int8 AS not_before,
       floor(extract(epoch FROM k.not_after))::int8 AS not_after,
       floor(extract(epoch FROM k.ended_at))::int8 AS ended_at,
       EXISTS (SELECT FROM serial_used u WHERE u.serial = k.serial) AS used,
       (SELECT floor(extract(epoch FROM min(n.not_before)))::int8 FROM server_key n
           WHERE n.not_before > k.not_before
             AND (n.ended_at IS NULL OR n.ended_at > n.not_before)) AS next
FROM server_key k
WHERE k.serial > CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END
  AND $2::text = ''
ORDER BY k.serial LIMIT $3

-- overlapping: an older certificate of the same session, whose validity overlaps that of this one.
-- never: the certificate was revoked before it began, as happens to certificates that were issued
-- while a clock was ahead.
-- name: sql_verify_idcert :many redo
-- args: text, text, int8
-- cols: a text, b text, serial int8, session_id text, public_key bytea, cert bytea,
-- cols: not_before int8, not_after int8, local_name text, signer bytea, signer_before int8,
-- cols: signer_after int8, signer_ended int8, used bool, overlapping int8, never bool
SELECT c.serial::text AS a, '' AS b, c.serial, c.session_id, c.public_key, c.cert,
       floor(extract(epoch FROM c.not_before))::int8 AS not_before,
       floor(extract(epoch FROM c.not_after))::int8 AS not_after, a.local_name,
       k.public_key AS signer, floor(extract(epoch FROM k.not_before))::int8 AS signer_before,
       floor(extract(epoch FROM k.not_after))::int8 AS signer_after,
       floor(extract(epoch FROM k.ended_at))::int8 AS signer_ended,
       EXISTS (SELECT FROM serial_used u WHERE u.serial = c.serial) AS used,
       (SELECT min(o.serial) FROM idcert o
        WHERE o.actor_id = c.actor_id AND o.session_id = c.session_id AND o.serial < c.serial
          AND o.not_before < least(c.not_after, date_trunc('second', c.invalidated_at))
          AND c.not_before < least(o.not_after, date_trunc('second', o.invalidated_at)))
           AS overlapping,
       c.invalidated_at IS NOT NULL AND c.invalidated_at <= c.not_before AS never
FROM idcert c LEFT JOIN actor a ON a.id = c.actor_id
    LEFT JOIN server_key k ON k.serial = c.server_serial
WHERE c.serial > CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END
  AND $2::text = ''
ORDER BY c.serial LIMIT $3

-- name: sql_verify_session :many redo
-- args: text, text, int8
-- cols: a text, b text, there bool, ended bool, revoked bool
SELECT encode(s.token_hash, 'hex') AS a, '' AS b, c.serial IS NOT NULL AS there,
       s.ended_at IS NOT NULL AS ended, c.invalidated_at IS NOT NULL AS revoked
FROM session s LEFT JOIN idcert c ON c.actor_id = s.actor_id AND c.serial = s.serial
WHERE s.token_hash > decode($1, 'hex') AND $2::text = ''
ORDER BY s.token_hash LIMIT $3

-- name: sql_verify_foreign_session :many redo
-- args: text, text, int8
-- cols: a text, b text, fid text, domain text, session_id text, serial text, public_key bytea,
-- cols: cert bytea, not_after int8, known text
SELECT encode(s.token_hash, 'hex') AS a, '' AS b, s.fid, s.domain, s.session_id, s.serial,
       s.public_key, s.cert,
       floor(extract(epoch FROM s.not_after))::int8 AS not_after, c.cacheable AS known
FROM foreign_session s LEFT JOIN foreign_cert c ON c.subject = s.fid AND c.serial = s.serial
WHERE s.token_hash > decode($1, 'hex') AND $2::text = ''
ORDER BY s.token_hash LIMIT $3

-- name: sql_verify_foreign_cert :many redo
-- args: text, text, int8
-- cols: a text, b text, domain text, session_id text, cacheable text, not_before int8,
-- cols: not_after int8, invalidated_at int8, usable_until int8
SELECT subject AS a, serial AS b, domain, session_id, cacheable,
       floor(extract(epoch FROM not_before))::int8 AS not_before,
       floor(extract(epoch FROM not_after))::int8 AS not_after,
       floor(extract(epoch FROM invalidated_at))::int8 AS invalidated_at,
       floor(extract(epoch FROM usable_until))::int8 AS usable_until
FROM foreign_cert WHERE (subject, serial) > ($1::text, $2::text)
ORDER BY subject, serial LIMIT $3

-- name: sql_verify_key_package :many redo
-- args: text, text, int8
-- cols: a text, b text, suite int8, extensions text, ref bytea, init_hash bytea, tls bytea,
-- cols: not_before int8, not_after int8, spent bool, live bool, local_name text, public_key bytea,
-- cols: cert bytea, server_cert bytea, cert_after int8, now int8
SELECT k.actor_id::text AS a, k.id::text AS b, k.suite,
       array_to_string(k.extensions, ',') AS extensions, k.ref, k.init_hash, k.tls,
       floor(extract(epoch FROM k.not_before))::int8 AS not_before,
       floor(extract(epoch FROM k.not_after))::int8 AS not_after,
       k.spent_at IS NOT NULL AS spent,
       coalesce(c.live, false) AS live, a.local_name, c.public_key, c.cert, s.cert AS server_cert,
       floor(extract(epoch FROM c.not_after))::int8 AS cert_after,
       floor(extract(epoch FROM now()))::int8 AS now
FROM key_package k LEFT JOIN idcert c ON c.actor_id = k.actor_id AND c.serial = k.serial
    LEFT JOIN actor a ON a.id = k.actor_id
LEFT JOIN server_key s ON s.serial = c.server_serial
WHERE (k.actor_id, k.id) >
      (CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END,
       CASE WHEN $2 = '' THEN -9223372036854775807 ELSE $2::int8 END)
ORDER BY k.actor_id, k.id LIMIT $3

-- name: sql_verify_key_material :many redo
-- args: text, text, int8
-- cols: a text, b text, key_data text, algorithm bytea, algorithms text
SELECT actor_id::text AS a, serial::text AS b, key_data, algorithm, algorithms
FROM keymaterial
WHERE (actor_id, serial) >
      (CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END,
       CASE WHEN $2 = '' THEN -9223372036854775807 ELSE $2::int8 END)
ORDER BY actor_id, serial LIMIT $3

-- name: sql_verify_actor :many redo
-- args: text, text, int8
-- cols: a text, b text, local_name text, password text
SELECT id::text AS a, '' AS b, local_name, password
FROM actor
WHERE id > CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END
  AND $2::text = ''
ORDER BY id LIMIT $3

-- name: sql_verify_key_trial :many redo
-- args: text, text, int8
-- cols: a text, b text, fid text, signature bytea, local_name text, public_key bytea
SELECT t.trial AS a, '' AS b, t.fid, t.signature, a.local_name, c.public_key
FROM key_trial t LEFT JOIN idcert c
  ON c.serial = CASE WHEN t.serial ~ '^[0-9]{16}$' THEN t.serial::int8 END
LEFT JOIN actor a ON a.id = c.actor_id
WHERE t.attempt IS NOT NULL AND t.trial > $1::text COLLATE "C" AND $2::text = ''
ORDER BY t.trial LIMIT $3

-- name: sql_verify_event_counter :many redo
-- args: text, text, int8
-- cols: a text, b text, last int8, read int8, top int8
SELECT c.session_key AS a, '' AS b, c.last, c.read,
       coalesce((SELECT max(e.seq) FROM event e WHERE e.session_key = c.session_key), 0) AS top
FROM event_counter c WHERE c.session_key > $1::text COLLATE "C" AND $2::text = ''
ORDER BY c.session_key LIMIT $3

-- name: sql_verify_invite :many redo
-- args: text, text, int8
-- cols: a text, b text, used int8, came int8
SELECT i.id::text AS a, '' AS b, i.used, (SELECT count(*) FROM actor a
    WHERE a.invite_id = i.id) AS came
FROM invite i
WHERE i.id > CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END
  AND $2::text = ''
ORDER BY i.id LIMIT $3

-- name: sql_verify_event :many redo
-- args: text, text, int8
-- cols: a text, b text, seq int8, op int8, ns text, name text, data text, serial int8,
-- cols: counted bool, there bool
SELECT e.session_key AS a, e.seq::text AS b, e.seq, e.op, e.namespace AS ns, e.name, e.data,
       e.serial,
       EXISTS (SELECT FROM event_counter c WHERE c.session_key = e.session_key) AS counted,
       EXISTS (SELECT FROM idcert c WHERE c.serial = e.serial)
           OR EXISTS (SELECT FROM server_key k WHERE k.serial = e.serial) AS there
FROM event e
WHERE (e.session_key, e.seq) >
      ($1::text, CASE WHEN $2 = '' THEN -9223372036854775807 ELSE $2::int8 END)
ORDER BY e.session_key, e.seq LIMIT $3

-- name: sql_verify_totp :many redo
-- args: text, text, int8
-- cols: a text, b text, actor_id int8, sealed bytea, created_at int8, confirmed_at int8,
-- cols: last_step int8, now int8
SELECT actor_id::text AS a, '' AS b, actor_id, sealed,
       floor(extract(epoch FROM created_at))::int8 AS created_at,
       floor(extract(epoch FROM confirmed_at))::int8 AS confirmed_at, last_step,
       floor(extract(epoch FROM now()))::int8 AS now
FROM totp
WHERE actor_id > CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END
  AND $2::text = ''
ORDER BY actor_id LIMIT $3

-- name: sql_verify_totp_recovery :many redo
-- args: text, text, int8
-- cols: a text, b text, confirmed bool, used bool, tried bool
SELECT r.actor_id::text AS a, encode(r.hash, 'hex') AS b, t.confirmed_at IS NOT NULL AS confirmed,
       r.used_at IS NOT NULL AS used, r.attempt IS NOT NULL AS tried
FROM totp_recovery r LEFT JOIN totp t ON t.actor_id = r.actor_id
WHERE (r.actor_id, r.hash) >
      (CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END,
       decode($2, 'hex'))
ORDER BY r.actor_id, r.hash LIMIT $3

-- name: sql_verify_federation_token :many redo
-- args: text, text, int8
-- cols: a text, b text, jti text, audience text, issued_at int8, expires_at int8, deleted_at int8,
-- cols: redeemed_at int8, now int8
SELECT actor_id::text AS a, jti AS b, jti, audience,
       floor(extract(epoch FROM issued_at))::int8 AS issued_at,
       floor(extract(epoch FROM expires_at))::int8 AS expires_at,
       floor(extract(epoch FROM deleted_at))::int8 AS deleted_at,
       floor(extract(epoch FROM redeemed_at))::int8 AS redeemed_at,
       floor(extract(epoch FROM now()))::int8 AS now
FROM federation_token
WHERE (actor_id, jti) > (CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END, $2::text)
ORDER BY actor_id, jti LIMIT $3

-- name: sql_verify_redeemed_token :many redo
-- args: text, text, int8
-- cols: a text, b text, redeemed_at int8, expires_at int8, now int8
SELECT iss AS a, jti AS b, floor(extract(epoch FROM redeemed_at))::int8 AS redeemed_at,
       floor(extract(epoch FROM expires_at))::int8 AS expires_at,
       floor(extract(epoch FROM now()))::int8 AS now
FROM redeemed_token WHERE (iss, jti) > ($1::text, $2::text)
ORDER BY iss, jti LIMIT $3

-- name: sql_verify_foreign_server :many redo
-- args: text, text, int8
-- cols: a text, b text, api text, domain text, serial text, failure text, said text, of text,
-- cols: fresh bool
SELECT s.place AS a, '' AS b, s.api, s.domain, s.serial, s.failure, s.said, c.domain AS of,
       s.fresh_until >= now() AS fresh
FROM foreign_server s LEFT JOIN foreign_cert c ON c.subject = s.place AND c.serial = s.serial
WHERE s.place > $1::text AND $2::text = ''
ORDER BY s.place LIMIT $3

-- name: sql_verify_foreign_actor :many redo
-- args: text, text, int8
-- cols: a text, b text, domain text
SELECT fid AS a, session_id AS b, domain FROM foreign_actor
    WHERE (fid, session_id) > ($1::text, $2::text)
ORDER BY fid, session_id LIMIT $3

-- name: sql_verify_schema_version :many redo
-- args: text, text, int8
-- cols: a text, b text, version int8, compat int8, after bool
SELECT v.version::text AS a, '' AS b, v.version::int8, v.compat::int8,
       v.version = 1 OR EXISTS (SELECT FROM schema_version w
           WHERE w.version = v.version - 1) AS after
FROM schema_version v
WHERE v.version > CASE WHEN $1 = '' THEN -9223372036854775807 ELSE $1::int8 END
  AND $2::text = ''
ORDER BY v.version LIMIT $3

-- Find the key that follows ($2, $3) in table $1, to name a row that cannot be read.
-- name: sql_verify_next_key :opt redo
-- args: text, text, text
-- cols: a text, b text
WITH after AS (
    SELECT CASE WHEN $2 ~ '^-?[0-9]{1,19}$' THEN $2::int8 ELSE -9223372036854775807 END AS an,
           CASE WHEN $3 ~ '^-?[0-9]{1,19}$' THEN $3::int8 ELSE -9223372036854775807 END AS bn,
           CASE WHEN $2 ~ '^([0-9a-f]{2})*$' THEN decode($2, 'hex') END AS ah,
           CASE WHEN $3 ~ '^([0-9a-f]{2})*$' THEN decode($3, 'hex') END AS bh)
SELECT a, b FROM (
    (SELECT serial::text AS a, '' AS b FROM server_key
     WHERE $1 = 'server_key' AND serial > (SELECT an FROM after)
     ORDER BY serial LIMIT 1)
    UNION ALL
    (SELECT serial::text AS a, '' AS b FROM idcert
     WHERE $1 = 'idcert' AND serial > (SELECT an FROM after)
     ORDER BY serial LIMIT 1)
    UNION ALL
    (SELECT encode(token_hash, 'hex') AS a, '' AS b FROM session
     WHERE $1 = 'session' AND token_hash > (SELECT ah FROM after)
     ORDER BY token_hash LIMIT 1)
    UNION ALL
    (SELECT encode(token_hash, 'hex') AS a, '' AS b FROM foreign_session
     WHERE $1 = 'foreign_session' AND token_hash > (SELECT ah FROM after)
     ORDER BY token_hash LIMIT 1)
    UNION ALL
    (SELECT subject AS a, serial AS b FROM foreign_cert
     WHERE $1 = 'foreign_cert' AND (subject, serial) > ($2, $3)
     ORDER BY subject, serial LIMIT 1)
    UNION ALL
    (SELECT actor_id::text AS a, id::text AS b FROM key_package
     WHERE $1 = 'key_package' AND (actor_id, id) > ((SELECT an FROM after), (SELECT bn FROM after))
     ORDER BY actor_id, id LIMIT 1)
    UNION ALL
    (SELECT actor_id::text AS a, serial::text AS b FROM keymaterial
     WHERE $1 = 'keymaterial'
       AND (actor_id, serial) > ((SELECT an FROM after), (SELECT bn FROM after))
     ORDER BY actor_id, serial LIMIT 1)
    UNION ALL
    (SELECT id::text AS a, '' AS b FROM actor
     WHERE $1 = 'actor' AND id > (SELECT an FROM after)
     ORDER BY id LIMIT 1)
    UNION ALL
    (SELECT trial AS a, '' AS b FROM key_trial
     WHERE $1 = 'key_trial' AND attempt IS NOT NULL AND trial > $2 COLLATE "C"
     ORDER BY trial LIMIT 1)
    UNION ALL
    (SELECT session_key AS a, '' AS b FROM event_counter
     WHERE $1 = 'event_counter' AND session_key > $2 COLLATE "C"
     ORDER BY session_key LIMIT 1)
    UNION ALL
    (SELECT id::text AS a, '' AS b FROM invite
     WHERE $1 = 'invite' AND id > (SELECT an FROM after)
     ORDER BY id LIMIT 1)
    UNION ALL
    (SELECT session_key AS a, seq::text AS b FROM event
     WHERE $1 = 'event' AND (session_key, seq) > ($2, (SELECT bn FROM after))
     ORDER BY session_key, seq LIMIT 1)
    UNION ALL
    (SELECT actor_id::text AS a, '' AS b FROM totp
     WHERE $1 = 'totp' AND actor_id > (SELECT an FROM after)
     ORDER BY actor_id LIMIT 1)
    UNION ALL
    (SELECT actor_id::text AS a, encode(hash, 'hex') AS b FROM totp_recovery
     WHERE $1 = 'totp_recovery' AND (actor_id, hash) > ((SELECT an FROM after), (SELECT bh FROM after))
     ORDER BY actor_id, hash LIMIT 1)
    UNION ALL
    (SELECT actor_id::text AS a, jti AS b FROM federation_token
     WHERE $1 = 'federation_token' AND (actor_id, jti) > ((SELECT an FROM after), $3)
     ORDER BY actor_id, jti LIMIT 1)
    UNION ALL
    (SELECT iss AS a, jti AS b FROM redeemed_token
     WHERE $1 = 'redeemed_token' AND (iss, jti) > ($2, $3)
     ORDER BY iss, jti LIMIT 1)
    UNION ALL
    (SELECT place AS a, '' AS b FROM foreign_server
     WHERE $1 = 'foreign_server' AND place > $2
     ORDER BY place LIMIT 1)
    UNION ALL
    (SELECT fid AS a, session_id AS b FROM foreign_actor
     WHERE $1 = 'foreign_actor' AND (fid, session_id) > ($2, $3)
     ORDER BY fid, session_id LIMIT 1)
    UNION ALL
    (SELECT version::text AS a, '' AS b FROM schema_version
     WHERE $1 = 'schema_version' AND version > (SELECT an FROM after)
     ORDER BY version LIMIT 1)
) AS next

-- name: sql_verify_is_redeemed :one redo
-- args: text, text
-- cols: there bool
SELECT EXISTS (SELECT FROM redeemed_token WHERE iss = $1 AND jti = $2) AS there

-- The stored certificates of another server, the newest first: their keys may have signed its
-- actors' certificates and cache statements.
-- name: sql_verify_home_certs :many redo
-- args: text
-- cols: cacheable text
SELECT cacheable FROM foreign_cert WHERE subject = $1 AND session_id IS NULL
    ORDER BY not_before DESC LIMIT 100

-- Count the rows of each table, in the order of enum verify_table.
-- name: sql_verify_counts :many redo
-- args:
-- cols: n int8
SELECT n FROM (
    SELECT 0 AS place, count(*) AS n FROM server_key
    UNION ALL SELECT 1, count(*) FROM idcert
    UNION ALL SELECT 2, count(*) FROM session
    UNION ALL SELECT 3, count(*) FROM foreign_session
    UNION ALL SELECT 4, count(*) FROM foreign_cert
    UNION ALL SELECT 5, count(*) FROM key_package
    UNION ALL SELECT 6, count(*) FROM keymaterial
    UNION ALL SELECT 7, count(*) FROM actor
    UNION ALL SELECT 8, count(*) FROM key_trial WHERE attempt IS NOT NULL
    UNION ALL SELECT 9, count(*) FROM event_counter
    UNION ALL SELECT 10, count(*) FROM invite
    UNION ALL SELECT 11, count(*) FROM event
    UNION ALL SELECT 12, count(*) FROM totp
    UNION ALL SELECT 13, count(*) FROM totp_recovery
    UNION ALL SELECT 14, count(*) FROM federation_token
    UNION ALL SELECT 15, count(*) FROM redeemed_token
    UNION ALL SELECT 16, count(*) FROM foreign_server
    UNION ALL SELECT 17, count(*) FROM foreign_actor
    UNION ALL SELECT 18, count(*) FROM schema_version) counts
ORDER BY place LIMIT 100
