-- motet, schema 9: what motetctl doctor and motetctl selftest ask of a running server, and how what they made goes away again.
BEGIN;

CREATE TABLE probe (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE probe IS 'What motetctl doctor may ask /.motet/v1/probe with: each once, within two minutes';

COMMENT ON TABLE idcert IS 'Every ID-Cert that was ever issued to an actor; rows are never deleted, but for those of selftests';

CREATE TABLE selftest (
    name         text COLLATE "C" PRIMARY KEY CHECK (name ~ '^selftest-[0-9a-f]{16}$'),
    throttle     bytea[] NOT NULL,
    announced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id     int8
);
COMMENT ON TABLE selftest IS 'The actors of selftests that are running, or were killed: the only ones that can be made under such a name, and be deleted';
COMMENT ON COLUMN selftest.throttle IS 'Rows of throttle that come from the log-ins of this actor';
COMMENT ON COLUMN selftest.actor_id IS 'The actor that was made under the name after it was announced; null: not yet';

-- motet_selftest_forget() deletes certificates, which a server's role may not do by itself. So that no other actor is ever taken for one of a selftest, the
-- role may not write to selftest, an actor keeps its id and its name, and a certificate its actor. What runs with the rights of the owner looks nowhere
-- but in this schema.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE FUNCTION motet_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE restrict_violation USING MESSAGE = format('a row of %s keeps its name and its actor', TG_TABLE_NAME);
END $$;
CREATE TRIGGER actor_stays BEFORE UPDATE ON actor FOR EACH ROW
    WHEN (OLD.id <> NEW.id OR OLD.local_name <> NEW.local_name) EXECUTE FUNCTION motet_stays();
CREATE TRIGGER idcert_stays BEFORE UPDATE ON idcert FOR EACH ROW
    WHEN (OLD.actor_id <> NEW.actor_id OR OLD.serial <> NEW.serial) EXECUTE FUNCTION motet_stays();

-- A name of that form can be taken by an actor that was announced within the hour, and by nobody else: whoever tries finds it taken. The lock makes an
-- insertion that is late wait for motet_selftest_forget(), and find nothing announced any more.
CREATE FUNCTION motet_selftest_only() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM selftest s WHERE s.name = NEW.local_name AND s.announced_at > clock_timestamp() - interval '1 hour' FOR UPDATE;
    RETURN CASE WHEN FOUND THEN NEW END;
END $$;
CREATE TRIGGER actor_selftest BEFORE INSERT ON actor FOR EACH ROW
    WHEN (NEW.local_name ~ '^selftest-[0-9a-f]{16}$') EXECUTE FUNCTION motet_selftest_only();

-- Afterwards, because an insertion that meets a conflict goes through the trigger before it and makes nothing.
CREATE FUNCTION motet_selftest_made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE selftest s SET actor_id = NEW.id WHERE s.name = NEW.local_name AND s.actor_id IS NULL;
    IF NOT FOUND THEN
        RAISE restrict_violation USING MESSAGE = 'the actor of a selftest is made once';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER actor_selftest_made AFTER INSERT ON actor FOR EACH ROW
    WHEN (NEW.local_name ~ '^selftest-[0-9a-f]{16}$') EXECUTE FUNCTION motet_selftest_made();

-- Announce one. The lock tells others that it is still running, until its connection ends. False: there is an actor of that name already.
CREATE FUNCTION motet_selftest_begin(called text, traces bytea[]) RETURNS bool LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM actor a WHERE a.local_name = called) THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_lock(hashtextextended(called, 7236846));
    INSERT INTO selftest (name, throttle) VALUES (called, traces);
    RETURN true;
END $$;

-- Delete what an actor of a selftest has left, and of no other. Its serial numbers stay used.
CREATE FUNCTION motet_selftest_forget(called text) RETURNS bool LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
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
    DELETE FROM event e WHERE e.session_key = ANY (keys);
    DELETE FROM event_counter e WHERE e.session_key = ANY (keys);
    DELETE FROM throttle t WHERE t.key = ANY (traces);
    DELETE FROM throttle t USING actor a JOIN selftest s ON s.name = a.local_name
    WHERE t.key IN (sha256(convert_to('claim ' || who || ' ' || a.id, 'UTF8')), sha256(convert_to('claim ' || a.id || ' ' || who, 'UTF8')));
    DELETE FROM actor a WHERE a.id = who;
    DELETE FROM selftest s WHERE s.name = called;
    RETURN true;
END $$;
COMMENT ON FUNCTION motet_selftest_forget IS 'Delete the actor of a selftest with everything of it; false: none was announced under this name';

-- What killed ones have left: those whose connection is gone, or that began an hour ago (a pooler keeps locks for longer than they are meant).
CREATE FUNCTION motet_selftest_sweep() RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    s record;
    n int8 := 0;
BEGIN
    FOR s IN SELECT name, announced_at FROM selftest ORDER BY name LOOP
        IF pg_try_advisory_xact_lock(hashtextextended(s.name, 7236846)) OR s.announced_at < now() - interval '1 hour' THEN
            n := n + motet_selftest_forget(s.name)::int;
        END IF;
    END LOOP;
    RETURN n;
END $$;
COMMENT ON FUNCTION motet_selftest_sweep IS 'Delete what selftests that were killed have left; returns how many actors';

REVOKE ALL ON FUNCTION motet_selftest_only, motet_selftest_made, motet_selftest_begin, motet_selftest_forget FROM PUBLIC;

CREATE OR REPLACE FUNCTION motet_grant(role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON schema_version, selftest FROM %I', role);
    EXECUTE format('REVOKE DELETE ON idcert, serial_used, server_key FROM %I', role);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION motet_selftest_begin, motet_selftest_forget TO %I', role);
END $$;

INSERT INTO schema_version (version, compat, checksum) VALUES (9, 1, 'cee911d71b7a4c847d28bb1e53d08a0565493847f5478df9e5937d16d0f46937');
COMMIT;
