-- motet, schema 6: what was counted of wrong passwords makes room again.
BEGIN;

CREATE INDEX throttle_stale ON throttle (tat);
COMMENT ON TABLE throttle IS 'Wrong passwords: the time at which the next try is free of charge (GCRA); and for 30 days, from where the right one came. Survives restarts, is the same for all hosts';

CREATE FUNCTION motet_throttle_wait(tat timestamptz, cost_ms int8, burst int8) RETURNS int8 LANGUAGE sql STABLE AS $$
    SELECT greatest(0, ceil(extract(epoch FROM tat - now()) - (burst - 1) * cost_ms / 1000.0)::int8)
$$;
COMMENT ON FUNCTION motet_throttle_wait IS 'Seconds until one more may be owed, when burst may be; 0: now';

INSERT INTO schema_version (version, compat, checksum) VALUES (6, 1, 'bdbab707c92827bbe41de4d6db576cd77506f79e7970ea58a31250c285b3ac83');
COMMIT;
