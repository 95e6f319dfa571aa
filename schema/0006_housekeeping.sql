-- motet, schema 6: what was counted of wrong passwords makes room again; key material within its limit.
BEGIN;

CREATE INDEX throttle_stale ON throttle (tat);
COMMENT ON TABLE throttle IS 'Wrong passwords: the time at which the next try is free of charge (GCRA); and for 30 days, from where the right one came. Survives restarts, is the same for all hosts';

CREATE FUNCTION motet_throttle_wait(tat timestamptz, cost_ms int8, burst int8) RETURNS int8 LANGUAGE sql STABLE AS $$
    SELECT greatest(0, ceil(extract(epoch FROM tat - now()) - (burst - 1) * cost_ms / 1000.0)::int8)
$$;
COMMENT ON FUNCTION motet_throttle_wait IS 'Seconds until one more may be owed, when burst may be; 0: now';

-- The lock comes in a statement of its own, so that the next one sees what the previous holder did. A row counts for what it takes in an answer.
CREATE FUNCTION motet_keymaterial_add(actor int8, serials int8[], data text[], ciphers bytea[], oids text[], most int8, again bool)
RETURNS TABLE (missing int8, bytes int8) LANGUAGE sql VOLATILE AS $$
    SELECT FROM actor WHERE id = $1 FOR NO KEY UPDATE;
    WITH want AS (
        SELECT * FROM unnest($2, $3, $4, $5) AS w (serial, key_data, algorithm, algorithms)),
    done AS (
        SELECT 1 WHERE $7 AND NOT EXISTS (
            SELECT FROM want w LEFT JOIN keymaterial k ON k.actor_id = $1 AND k.serial = w.serial
            WHERE (k.key_data, k.algorithm, k.algorithms) IS DISTINCT FROM (w.key_data, w.algorithm, w.algorithms))),
    missing AS (
        SELECT w.serial FROM want w WHERE NOT EXISTS (SELECT FROM idcert c WHERE c.actor_id = $1 AND c.serial = w.serial)),
    taken AS (
        SELECT sum(512 + octet_length(key_data) + 4 * coalesce(octet_length(algorithm), 0) + coalesce(octet_length(algorithms), 0))::int8 AS bytes
        FROM (SELECT key_data, algorithm, algorithms FROM want WHERE NOT EXISTS (SELECT FROM done)
              UNION ALL SELECT key_data, algorithm, algorithms FROM keymaterial WHERE actor_id = $1) AS t),
    added AS (
        INSERT INTO keymaterial (actor_id, serial, key_data, algorithm, algorithms)
        SELECT $1, w.serial, w.key_data, w.algorithm, w.algorithms FROM want w
        WHERE NOT EXISTS (SELECT FROM done) AND NOT EXISTS (SELECT FROM missing) AND (SELECT t.bytes FROM taken t) <= $6)
    SELECT (SELECT min(m.serial) FROM missing m), t.bytes FROM taken t
$$;
COMMENT ON FUNCTION motet_keymaterial_add IS 'Add key material of one actor, all or none, within what an actor may have; one at a time for each actor';

INSERT INTO schema_version (version, compat, checksum) VALUES (6, 1, 'ae97cd3036af22d942dd593c21ed68f93fc49b0ceca353652a9bb26ca1fe2aef');
COMMIT;
