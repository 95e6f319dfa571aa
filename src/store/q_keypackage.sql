-- Get what a session's KeyPackages are checked against: the session's certificate, and the
-- server's.
-- name: sql_keypackage_owner :opt redo
-- args: int8, int8
-- cols: cert bytea, public_key bytea, server_cert bytea, not_after int8, now int8
SELECT c.cert, c.public_key, k.cert AS server_cert,
       floor(extract(epoch FROM c.not_after))::int8 AS not_after,
       floor(extract(epoch FROM now()))::int8 AS now
FROM idcert c JOIN server_key k ON k.serial = c.server_serial WHERE c.actor_id = $1
    AND c.serial = $2 AND c.live

-- Add all or none; see motet_add_key_packages() in schema/0005 for the columns.
-- name: sql_keypackage_add :one
-- args: int8, int8, int8[], text[], bool[], bytea[], bytea[], bytea[], int8[], int8[], int8
-- cols: live bool, reused int8, stock int8, counts text
SELECT live, reused, stock, counts FROM motet_add_key_packages($1, $2, $3, $4, $5, $6, $7, $8, $9,
    $10, $11)

-- Take all KeyPackages of a session out of its stock, last resorts too: none of them is given out
-- any more, and none can be uploaded again.
-- name: sql_keypackage_withdraw :one resend
-- args: int8, int8
-- cols: withdrawn int8
WITH gone AS (
    UPDATE key_package SET spent_at = now(), tls = NULL
    WHERE actor_id = $1 AND serial = $2 AND spent_at IS NULL RETURNING 1)
SELECT count(*) AS withdrawn FROM gone

-- Claim one KeyPackage of each session of an actor, except the claimant's own session. Looks the
-- claimant's session up, counts the claim against the limits and makes it: if one of these steps
-- fails, nothing is consumed or counted. Limits: for claimant and target, a claim costs $7
-- milliseconds and $8 may come at once; for the address, $9 and $10; $7 = 0: no limits. If $12 is
-- true, the statement only tells what a claim would answer. No row: there is no such session.
-- Otherwise there is at least one row, which has found and allowed, and one row for each
-- KeyPackage.
-- name: sql_keypackage_claim :many
-- args: bytea, int8, text, int8[], int8[], text, int8, int8, int8, int8, int8, bool
-- cols: found bool, allowed bool, wait int8, session_id text, tls bytea, last_resort bool
WITH me AS (
    SELECT actor_id, serial, coalesce(fid, actor_id::text) AS name FROM any_session
        WHERE token_hash = $1 AND confirmed_until >= now()),
target AS (
    SELECT a.id FROM actor a, me WHERE a.deactivated_at IS NULL
        AND (a.id = $2 OR a.local_name = $3)),
cost AS (
    SELECT sha256(convert_to('claim ' || me.name || ' ' || target.id, 'UTF8')) AS key,
           $7::int8 AS ms, $8::int8 AS burst FROM me, target
    UNION ALL
    SELECT sha256(convert_to('claims ' || $6::text, 'UTF8')), $9::int8, $10::int8
        FROM target),
due AS (
    SELECT coalesce(max(motet_get_throttle_wait(t.tat, c.ms, c.burst)), 0) AS wait
    FROM cost c JOIN throttle t ON t.key = c.key WHERE $7::int8 > 0),
hit AS (
    INSERT INTO throttle AS t (key, tat) SELECT key, now() + ms * interval '1 ms' FROM cost, due WHERE $7::int8 > 0
        AND wait <= 0 AND NOT $12::bool ORDER BY key
    ON CONFLICT (key) DO UPDATE SET tat =
        (SELECT motet_get_next_throttle_time(t.tat, c.ms, c.burst) FROM cost c WHERE c.key = t.key)
    WHERE (SELECT motet_get_throttle_wait(t.tat, c.ms, c.burst) FROM cost c WHERE c.key = t.key) = 0
        RETURNING key),
go AS (
    SELECT id FROM target WHERE NOT $12::bool AND ($7::int8 = 0 OR (SELECT count(*) FROM hit) = 2)),
cert AS (
    SELECT c.actor_id, c.serial, c.session_id FROM go JOIN idcert c ON c.actor_id = go.id, me
    WHERE c.live AND c.not_after > now() AND EXISTS (SELECT FROM session s
        WHERE s.actor_id = c.actor_id AND s.serial = c.serial AND s.ended_at IS NULL)
      AND NOT (me.actor_id = c.actor_id AND me.serial = c.serial::text)
    ORDER BY c.session_id),
given AS MATERIALIZED (
    SELECT cert.*, k.* FROM cert CROSS JOIN LATERAL motet_claim_key_package(cert.actor_id, cert.serial,
        $4::int8[], $5::int8[]) k),
told AS MATERIALIZED (
    SELECT g.session_id, g.tls, g.last_resort,
           motet_add_low_stock_event(g.actor_id, g.serial, motet_get_session_key(g.actor_id, g.session_id),
               g.last_resort, g.first_use, $11::int8)
    FROM (SELECT * FROM given ORDER BY session_id) g)
SELECT EXISTS (SELECT FROM target) AS found,
       EXISTS (SELECT FROM go) OR $12::bool AND wait <= 0 AS allowed, wait,
       g.session_id, g.tls, g.last_resort
FROM me CROSS JOIN due LEFT JOIN told g ON true

-- name: sql_keypackage_stats :many redo
-- args: text
-- cols: local_name text, session_id text, serial int8, suite int8, stock int8, last_resort bool,
-- cols: last_resort_used bool, spent int8
SELECT a.local_name, c.session_id, c.serial, k.suite,
       count(*) FILTER (WHERE NOT k.last_resort AND k.spent_at IS NULL
           AND k.not_after > now()) AS stock,
       bool_or(k.last_resort AND k.spent_at IS NULL) AS last_resort,
       bool_or(k.last_resort AND k.spent_at IS NULL AND k.used_at IS NOT NULL) AS last_resort_used,
       count(*) FILTER (WHERE k.spent_at IS NOT NULL) AS spent
FROM key_package k JOIN actor a ON a.id = k.actor_id JOIN idcert c ON c.actor_id = k.actor_id
    AND c.serial = k.serial
WHERE c.live AND ($1::text IS NULL OR a.local_name = $1::text)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4 LIMIT 100000

-- Count the KeyPackages of all actors that can still be claimed.
-- name: sql_keypackage_stock :one redo
-- args:
-- cols: stock int8, last_resorts int8
SELECT (SELECT count(*) FROM key_package
        WHERE NOT last_resort AND spent_at IS NULL AND not_after > now()) AS stock,
       (SELECT count(*) FROM key_package
        WHERE last_resort AND spent_at IS NULL AND not_after > now()) AS last_resorts
