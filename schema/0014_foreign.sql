-- motet, schema 14: failures of other servers cost seconds, and more when they are repeated.
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

-- Anybody who has a domain can make us remember certificates, and have as many domains as they like.
CREATE FUNCTION motet_foreign_caps(OUT of_domain int8, OUT of_all int8) LANGUAGE sql IMMUTABLE AS $$
    SELECT 10000, 200000
$$;
COMMENT ON FUNCTION motet_foreign_caps IS 'How many certificates are remembered of one domain, and of all; some 3 kB each';

-- The oldest, those that are revoked last of all: that is not to be forgotten. Of all certificates there is an estimate, and never more than a few hundred go
-- at a time.
CREATE FUNCTION motet_foreign_over_cap(domain text) RETURNS TABLE (subject text, serial text) LANGUAGE sql STABLE AS $$
    (SELECT f.subject, f.serial FROM foreign_cert f WHERE f.domain = $1
     ORDER BY f.invalidated_at IS NULL, f.fetched_at DESC, f.serial OFFSET (SELECT of_domain FROM motet_foreign_caps()))
    UNION ALL
    (SELECT f.subject, f.serial FROM foreign_cert f
     WHERE (SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'foreign_cert'::regclass) > (SELECT of_all FROM motet_foreign_caps())
         AND f.invalidated_at IS NULL
     ORDER BY f.usable_until LIMIT 200)
$$;
COMMENT ON FUNCTION motet_foreign_over_cap IS 'What has to go so that a domain, and all together, keep to motet_foreign_caps()';

INSERT INTO schema_version (version, compat, checksum) VALUES (14, 1, '01dfd3b3e14fda7ef99fb7470eb1cf358067d21602a738facc6426a94fc078b9');
COMMIT;
