-- motet, schema 12: no event outlives its counter, one bad row does not stop a key rotation, and the
-- sessions of one actor are found through an index.
BEGIN;

-- Sessions of one actor. The second branch had 0 as int4 where the first has int8, so that no
-- condition on actor_id reached below the UNION, and every session was read.
CREATE OR REPLACE FUNCTION motet_session_key(actor_id int8, session_id text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT actor_id::text || ':' || session_id
$$;
CREATE OR REPLACE VIEW any_session AS
    SELECT token_hash, actor_id, serial::text AS serial, local_name, NULL::text AS fid,
           NULL::text AS domain, session_id, admin, not_after, password,
           motet_session_key(actor_id, session_id) AS session_key
    FROM live_session
    UNION ALL
    SELECT token_hash, 0::int8, serial, NULL, fid, domain, session_id, false, not_after, NULL,
           motet_session_key(fid, session_id)
    FROM foreign_session WHERE ended_at IS NULL AND not_after >= now();

-- An event belongs to its counter: it cannot be there without one, and goes with it. Events whose
-- counter is gone are left-overs of sessions that ended; nobody can fetch them.
LOCK TABLE event_counter, event IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM event e WHERE NOT EXISTS (SELECT FROM event_counter c WHERE c.session_key = e.session_key);
UPDATE event_counter c SET last = m.top
FROM (SELECT session_key, max(seq) AS top FROM event GROUP BY session_key) m
WHERE m.session_key = c.session_key AND c.last < m.top;
ALTER TABLE event ADD CONSTRAINT event_session_key_fkey
    FOREIGN KEY (session_key) REFERENCES event_counter ON DELETE CASCADE;

-- The events of a session go with its counter. Whoever adds one at the same moment holds the counter:
-- the deletion waits for it, and takes its event along.
CREATE OR REPLACE FUNCTION motet_end_session(actor int8, which text) RETURNS int8
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    ended int8;
BEGIN
    PERFORM FROM actor a WHERE a.id = actor FOR NO KEY UPDATE;
    UPDATE idcert c SET live = false, invalidated_at = clock_timestamp()
    WHERE c.actor_id = actor AND c.session_id = which AND c.live RETURNING c.serial INTO ended;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE session s SET ended_at = clock_timestamp()
    WHERE s.actor_id = actor AND s.serial = ended AND s.ended_at IS NULL;
    DELETE FROM event_counter e WHERE e.session_key = motet_session_key(actor, which);
    PERFORM motet_emit(motet_others(actor, which), 'core', 4, 'ACTOR_CERTIFICATE_INVALIDATION', ended, NULL);
    RETURN ended;
END $$;

CREATE OR REPLACE FUNCTION motet_block(domain text) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
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
    DELETE FROM event_counter WHERE session_key = ANY (keys);
    RETURN coalesce(cardinality(keys), 0);
END $$;

-- An event for every session. A session whose event cannot be added is passed over, with a warning:
-- what is announced must not fail because of one row. What stops everybody (no memory, a cancelled
-- statement, a deadlock) still stops it.
CREATE FUNCTION motet_emit_to_all(namespace text, op int8, name text, serial int8, data text)
RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    key text;
    told int8 := 0;
    missed int8 := 0;
    why text;
BEGIN
    BEGIN
        RETURN motet_emit((SELECT array_agg(session_key) FROM any_session), $1, $2, $3, $4, $5);
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE ~ '^(40|53|57|58)' THEN RAISE; END IF;
    END;
    FOR key IN SELECT session_key FROM any_session ORDER BY 1 LOOP
        BEGIN
            told := told + motet_emit(ARRAY[key], $1, $2, $3, $4, $5);
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE ~ '^(40|53|57|58)' THEN RAISE; END IF;
            missed := missed + 1;
            why := coalesce(why, key || ': ' || SQLERRM);
        END;
    END LOOP;
    IF missed > 0 THEN
        RAISE WARNING 'event %: % sessions were not told, first %', $3, missed, why;
    END IF;
    RETURN told;
END $$;
COMMENT ON FUNCTION motet_emit_to_all IS 'Give every session an event, passing over those that fail; returns how many got it';

CREATE OR REPLACE FUNCTION motet_next_key(old int8, new int8, key bytea, seal bytea, certificate bytea,
                                          begins timestamptz, ends timestamptz)
RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF old = 0 AND EXISTS (SELECT FROM server_key) THEN
        RETURN NULL;
    END IF;
    IF old <> 0 THEN
        PERFORM FROM server_key k WHERE k.serial = old AND k.ended_at IS NULL FOR UPDATE;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        IF EXISTS (SELECT FROM idcert c WHERE c.server_serial = old AND c.not_before > begins) THEN
            RETURN -1;
        END IF;
        UPDATE server_key k SET ended_at = begins WHERE k.serial = old;
    END IF;
    INSERT INTO serial_used (serial) VALUES (new);
    INSERT INTO server_key (serial, public_key, sealed, cert, not_before, not_after)
    VALUES (new, key, seal, certificate, begins, ends);
    PERFORM motet_emit_to_all('core', 6, 'SERVER_KEY_CHANGE', new, NULL);
    RETURN new;
END $$;

SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
-- As before, but the events of the selftest's sessions go with their counters.
CREATE OR REPLACE FUNCTION motet_selftest_forget(called text) RETURNS bool LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    traces bytea[];
    made int8;
    who int8;
    keys text[];
BEGIN
    SELECT s.throttle, s.actor_id INTO traces, made FROM selftest s WHERE s.name = called FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT a.id INTO who FROM actor a WHERE a.id = made AND a.local_name = called FOR UPDATE;
    SELECT array_agg(DISTINCT motet_session_key(who, c.session_id)) INTO keys FROM idcert c WHERE c.actor_id = who;
    DELETE FROM key_package p WHERE p.actor_id = who;
    DELETE FROM key_package_notice n WHERE n.actor_id = who;
    DELETE FROM federation_token t WHERE t.actor_id = who;
    DELETE FROM keymaterial k WHERE k.actor_id = who;
    DELETE FROM session s WHERE s.actor_id = who;
    DELETE FROM idcert c WHERE c.actor_id = who;
    DELETE FROM event_counter e WHERE e.session_key = ANY (keys);
    DELETE FROM throttle t WHERE t.key = ANY (traces);
    DELETE FROM throttle t USING actor a JOIN selftest s ON s.name = a.local_name
    WHERE t.key IN (sha256(convert_to('claim ' || who || ' ' || a.id, 'UTF8')),
                    sha256(convert_to('claim ' || a.id || ' ' || who, 'UTF8')));
    DELETE FROM actor a WHERE a.id = who;
    DELETE FROM selftest s WHERE s.name = called;
    RETURN true;
END $$;

INSERT INTO schema_version (version, compat, checksum) VALUES (12, 1, '52406ebb3ac9948d6842845beadef4d67523529b1e96c8ff21381b5b57015f5d');
COMMIT;
