-- motet, schema 7: a domain that the operator blocks stays blocked for a log-in that began before.
BEGIN;

-- Whoever opens a session asks here, and makes motet_block() wait until that session is there to be ended. Each statement of a volatile function sees
-- what was committed before it, so that this one knows of a block for which it had to wait.
CREATE FUNCTION motet_admits(domain text) RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('motet blocks', 0));
    RETURN NOT EXISTS (SELECT FROM foreign_server b WHERE b.blocked_at IS NOT NULL AND motet_within($1, b.place));
END $$;
COMMENT ON FUNCTION motet_admits IS 'May actors of this domain open sessions? It stays so until the end of the transaction';

CREATE FUNCTION motet_block(domain text) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    keys text[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('motet blocks', 0));
    INSERT INTO foreign_server AS s (place, blocked_at) VALUES ($1, now())
    ON CONFLICT (place) DO UPDATE SET blocked_at = coalesce(s.blocked_at, now());
    WITH gone AS (
        UPDATE foreign_session SET ended_at = now() WHERE ended_at IS NULL AND motet_within(domain, $1)
        RETURNING motet_session_key(fid, session_id) AS key)
    SELECT array_agg(key) INTO keys FROM gone;
    DELETE FROM event WHERE session_key = ANY (keys);
    DELETE FROM event_counter WHERE session_key = ANY (keys);
    RETURN coalesce(cardinality(keys), 0);
END $$;
COMMENT ON FUNCTION motet_block IS 'Have nothing to do with a domain and those below it: how many sessions of theirs ended';

INSERT INTO schema_version (version, compat, checksum) VALUES (7, 1, '2f6781a53c529eb695a0e7ee16a54ff1485396997d91f54701df921ef788f0f4');
COMMIT;
