-- motet, schema 15: failures of other servers cost seconds, and more when they are repeated.
BEGIN;

ALTER TABLE foreign_server ADD COLUMN failures int4 NOT NULL DEFAULT 0;
COMMENT ON COLUMN foreign_server.failures IS 'How often in a row it was not good';

ALTER TABLE foreign_actor ADD COLUMN listed_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN foreign_actor.listed_at IS 'When the home server sent the list';

-- Half of it is random, so that not all hosts ask again at the same time.
CREATE FUNCTION motet_failure_pause(failures int4) RETURNS interval LANGUAGE sql VOLATILE AS $$
    SELECT least(300, 5 * 2 ^ (failures - 1)) * (1 + random()) / 2 * interval '1 s'
$$;
COMMENT ON FUNCTION motet_failure_pause IS 'How long a server is left alone after so many failures in a row: up to 5 s, then twice that, up to 5 minutes';

CREATE FUNCTION motet_failures_with_next(s foreign_server) RETURNS int4 LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN s.failure IS NOT NULL AND s.fresh_until > now() - interval '10 minutes'
                THEN least(s.failures + 1, 16) ELSE 1 END
$$;
COMMENT ON FUNCTION motet_failures_with_next IS 'The number of failures in a row with one that happens now; ten minutes without one end the row';

CREATE OR REPLACE FUNCTION motet_may_go(t foreign_server, keep int8) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.blocked_at IS NULL AND t.fresh_until < CASE WHEN t.failure IS NULL THEN now() - keep * interval '1 s' ELSE now() - interval '10 minutes' END
$$;
COMMENT ON FUNCTION motet_may_go(foreign_server, int8) IS 'A failure that is over for ten minutes, or a good server that nobody asked of for long; never one that the operator has blocked';

INSERT INTO schema_version (version, compat, checksum) VALUES (15, 1, '91649972eb3eea772e8a66799dc1304d03304c5cfc11f6b25b823fd9d10f9348');
COMMIT;
