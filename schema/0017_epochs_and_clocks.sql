-- motet, schema 17: epochs, so that a database that was restored, moved or promoted is noticed; what was written while a clock was ahead does not bind anybody
-- once it is set right; ID-Certs that a rotation of the server's key makes necessary do not count for the day.
BEGIN;

ALTER TABLE idcert ADD COLUMN counts bool NOT NULL DEFAULT true;
COMMENT ON COLUMN idcert.counts IS 'Counts for what an actor may have in a day; not when it replaced one of an earlier server key';

UPDATE server_right SET columns = columns || '{counts}' WHERE object = 'idcert' AND privilege = 'INSERT';

CREATE FUNCTION motet_counts_today(c idcert, actor int8, begins int8, password bool) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT c.actor_id = actor AND c.counts AND c.by_password = password AND c.not_before > to_timestamp(begins) - interval '1 day'
       AND c.not_before <= to_timestamp(begins) + interval '1 minute'
$$;
COMMENT ON FUNCTION motet_counts_today IS 'Does an ID-Cert, asked for in this way, count for what its actor may have on the day before this second?';

-- The limit itself allows at most burst * cost_ms ahead of now (and some seconds, as transactions
-- begin before they get the row). What lies further ahead was written while a clock was ahead: one
-- try is free, and motet_throttle_next() brings the row back to what the limit allows.
CREATE OR REPLACE FUNCTION motet_throttle_wait(tat timestamptz, cost_ms int8, burst int8)
RETURNS int8 LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN tat > now() + burst * cost_ms * interval '1 ms' + interval '1 minute' THEN 0
           ELSE greatest(0, ceil(extract(epoch FROM tat - now()) - (burst - 1) * cost_ms / 1000.0)::int8)
           END
$$;
CREATE FUNCTION motet_throttle_next(tat timestamptz, cost_ms int8, burst int8)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT least(greatest(tat, now()), now() + (burst - 1) * cost_ms * interval '1 ms')
           + cost_ms * interval '1 ms'
$$;
COMMENT ON FUNCTION motet_throttle_next IS 'The time of a row after one more try, when motet_throttle_wait() is 0';

-- As before, but a key and certificates of a clock that was ahead do not stop a rotation: a
-- certificate that begins more than 5 seconds after the new key (KEY_AHEAD_MOST) is revoked with its
-- session, and no key ends after the new one begins. So a key that was made ahead ends before it
-- began: it never was the key of any time.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
CREATE OR REPLACE FUNCTION motet_next_key(old int8, new int8, key bytea, seal bytea, certificate bytea,
                                          begins timestamptz, ends timestamptz)
RETURNS int8 LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF old = 0 AND EXISTS (SELECT FROM server_key) THEN
        RETURN NULL;
    END IF;
    IF old <> 0 THEN
        PERFORM FROM server_key k WHERE k.serial = old AND k.ended_at IS NULL FOR UPDATE;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        PERFORM motet_end_session(c.actor_id, c.session_id) FROM idcert c
        WHERE c.server_serial = old AND c.not_before > begins + interval '5 seconds' AND c.live;
        UPDATE idcert c SET invalidated_at = begins
        WHERE c.server_serial = old AND c.not_before > begins + interval '5 seconds'
          AND (c.invalidated_at IS NULL OR c.invalidated_at > begins);
        IF EXISTS (SELECT FROM idcert c WHERE c.server_serial = old AND c.not_before > begins
                   AND c.not_before <= begins + interval '5 seconds') THEN
            RETURN -1;
        END IF;
        UPDATE server_key k SET ended_at = begins WHERE k.serial = old;
        UPDATE server_key k SET ended_at = begins WHERE k.ended_at > begins;
    END IF;
    INSERT INTO serial_used (serial) VALUES (new);
    INSERT INTO server_key (serial, public_key, sealed, cert, not_before, not_after)
    VALUES (new, key, seal, certificate, begins, ends);
    PERFORM motet_emit_to_all('core', 6, 'SERVER_KEY_CHANGE', new, NULL);
    RETURN new;
END $$;

-- Epochs. A system identifier and a timeline name one history of the database. When they change,
-- what this server has answered since may be lost: what can be used once may have been used.
CREATE TABLE epoch (
    number      int8 PRIMARY KEY CHECK (number > 0),
    system_id   text COLLATE "C" NOT NULL,
    timeline    int8 NOT NULL,
    cause       text COLLATE "C" NOT NULL CHECK (cause IN ('first', 'timeline', 'restored', 'moved')),
    first_event int8 NOT NULL,
    began_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE epoch IS 'The histories of the database that the servers have accepted; the highest number is the current one';
COMMENT ON COLUMN epoch.system_id IS 'As motet_place() has it';
COMMENT ON COLUMN epoch.first_event IS 'Events of this epoch have higher numbers, those of earlier ones have not';

CREATE TABLE epoch_void (
    epoch  int8 NOT NULL REFERENCES epoch,
    kind   text COLLATE "C" NOT NULL,
    whose  text COLLATE "C" NOT NULL,
    amount int8 NOT NULL,
    PRIMARY KEY (epoch, kind, whose)
);
COMMENT ON TABLE epoch_void IS 'What the beginning of an epoch made void, for the operator';

INSERT INTO server_right (object, privilege) VALUES ('epoch', 'SELECT'), ('epoch_void', 'SELECT');

-- The number of the table epoch changes when a dump is restored in the same system: it is a part of the
-- identifier. No row: a standby, or the role may not ask.
CREATE FUNCTION motet_place() RETURNS TABLE (system_id text, timeline int8) LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT pg_is_in_recovery() THEN
        RETURN QUERY SELECT s.system_identifier || '/' || to_regclass('epoch')::oid,
            ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int8
        FROM pg_control_system() s;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RETURN;
END $$;
COMMENT ON FUNCTION motet_place IS 'The system identifier and the timeline of this database now';

CREATE FUNCTION motet_first_event() RETURNS int8 LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT first_event FROM epoch ORDER BY number DESC LIMIT 1), 0)
$$;
CREATE FUNCTION motet_void_before() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT max(began_at) FROM epoch WHERE cause IN ('timeline', 'restored')), '-infinity')
$$;
COMMENT ON FUNCTION motet_void_before IS 'What can be used once and was made before is void';

-- As in schema 2, but numbers go on above those of earlier epochs, whose last ones may be lost. Events
-- of earlier epochs stay until there are 1000 newer ones.
CREATE OR REPLACE FUNCTION motet_emit(keys text[], namespace text, op int8, name text, serial int8, data text)
RETURNS int8 LANGUAGE sql VOLATILE AS $$
    WITH base AS MATERIALIZED (
        SELECT motet_first_event() AS first),
    counter AS (
        INSERT INTO event_counter AS c (session_key, last)
        SELECT DISTINCT k, first + 1 FROM unnest(keys) k, base WHERE k IS NOT NULL ORDER BY 1
        ON CONFLICT (session_key) DO UPDATE SET last = greatest(c.last, (SELECT first FROM base)) + 1
        RETURNING session_key, last),
    added AS (
        INSERT INTO event (session_key, seq, namespace, op, name, serial, data)
        SELECT session_key, last, $2, $3, $4, $5, $6 FROM counter RETURNING 1),
    dropped AS (
        DELETE FROM event e USING counter c, base b WHERE e.session_key = c.session_key
          AND e.seq <= c.last - 1000 AND (e.seq > b.first OR c.last > b.first + 1000) RETURNING 1)
    SELECT count(*) FROM counter
$$;

-- What could be used once before this epoch cannot be used any more, and is listed in epoch_void.
CREATE FUNCTION motet_void_one_time(begun int8) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    WITH gone AS (
        UPDATE federation_token SET deleted_at = now()
        WHERE deleted_at IS NULL AND redeemed_at IS NULL AND expires_at > now() RETURNING actor_id)
    INSERT INTO epoch_void SELECT begun, 'federation_tokens', a.local_name, count(*)
    FROM gone JOIN actor a ON a.id = gone.actor_id GROUP BY a.local_name;
    WITH gone AS (
        DELETE FROM key_trial WHERE attempt IS NULL RETURNING coalesce(for_fid, '') AS fid)
    INSERT INTO epoch_void SELECT begun, 'key_trials', fid, count(*) FROM gone GROUP BY fid;
    WITH gone AS (
        UPDATE key_package SET spent_at = now(), tls = NULL
        WHERE NOT last_resort AND spent_at IS NULL RETURNING actor_id)
    INSERT INTO epoch_void SELECT begun, 'key_packages', a.local_name, count(*)
    FROM gone JOIN actor a ON a.id = gone.actor_id GROUP BY a.local_name;
    WITH gone AS (
        UPDATE invite SET revoked_at = now()
        WHERE revoked_at IS NULL AND expires_at > now() AND used < uses RETURNING id)
    INSERT INTO epoch_void SELECT begun, 'invites', id::text, 1 FROM gone;
    WITH gone AS (
        DELETE FROM totp_recovery WHERE used_at IS NULL RETURNING actor_id)
    INSERT INTO epoch_void SELECT begun, 'recovery_codes', a.local_name, count(*)
    FROM gone JOIN actor a ON a.id = gone.actor_id GROUP BY a.local_name;
    UPDATE totp SET last_step = greatest(last_step, floor(extract(epoch FROM now()) / 30)::int8 + 1);
END $$;

-- After a restore: who was revoked since the copy was made is not known any more.
CREATE FUNCTION motet_void_sessions(begun int8, keep_certificates bool) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    WITH gone AS (
        UPDATE session SET ended_at = clock_timestamp() WHERE ended_at IS NULL RETURNING 1)
    INSERT INTO epoch_void SELECT begun, 'sessions', '', count(*) FROM gone;
    WITH gone AS (
        UPDATE foreign_session SET ended_at = clock_timestamp() WHERE ended_at IS NULL RETURNING 1)
    INSERT INTO epoch_void SELECT begun, 'foreign_sessions', '', count(*) FROM gone;
    WITH gone AS (
        UPDATE idcert SET live = false, invalidated_at = clock_timestamp()
        WHERE NOT keep_certificates AND invalidated_at IS NULL AND not_after >= now() RETURNING 1)
    INSERT INTO epoch_void SELECT begun, 'id_certs', '', count(*) FROM gone;
    DELETE FROM event_counter;
END $$;

-- first_event is the microsecond of the beginning: a history that is lost has no numbers above it, whatever
-- epochs it had.
CREATE FUNCTION motet_begin_epoch(why text, keep_certificates bool) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    here record;
    last epoch;
    begun int8;
    new_cause text;
    base int8;
BEGIN
    LOCK TABLE epoch IN EXCLUSIVE MODE;
    SELECT * INTO last FROM epoch ORDER BY number DESC LIMIT 1;
    SELECT * INTO here FROM motet_place();
    new_cause := CASE
        WHEN why = 'restored' THEN why
        WHEN here.system_id IS NULL THEN NULL
        WHEN last.number IS NULL THEN 'first'
        WHEN here.system_id <> last.system_id THEN nullif(why, 'timeline')
        WHEN here.timeline <> last.timeline THEN 'timeline' END;
    IF new_cause IS NULL THEN
        RETURN last.number;
    END IF;
    begun := coalesce(last.number, 0) + 1;
    base := CASE WHEN new_cause IN ('first', 'moved') THEN coalesce(last.first_event, 0)
            ELSE greatest(coalesce(last.first_event, 0) + (1::int8 << 32),
                          floor(extract(epoch FROM clock_timestamp() - '2026-01-01 00:00:00+00') * 1000000)::int8) END;
    INSERT INTO epoch (number, system_id, timeline, cause, first_event)
    VALUES (begun, coalesce(here.system_id, last.system_id, ''), coalesce(here.timeline, last.timeline, 0), new_cause, base);
    IF new_cause = 'restored' THEN
        PERFORM motet_void_sessions(begun, keep_certificates);
    END IF;
    IF new_cause IN ('timeline', 'restored') THEN
        PERFORM motet_void_one_time(begun);
        PERFORM motet_emit_to_all('motet', 4, 'NEW_EPOCH', NULL,
            json_build_object('epoch', begun::text, 'cause', new_cause, 'after', base::text)::text);
    END IF;
    RETURN begun;
END $$;
COMMENT ON FUNCTION motet_begin_epoch IS 'The owner says that the database was restored or moved; the number of the current epoch. Moved: nothing happens when it is the database of the current epoch';

-- What the servers may do: notice a new timeline of the same database.
CREATE FUNCTION motet_notice_timeline() RETURNS int8 LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN motet_begin_epoch('timeline', false);
END $$;
COMMENT ON FUNCTION motet_notice_timeline IS 'Begin an epoch if this is a new timeline; the number of the current one';
REVOKE ALL ON FUNCTION motet_notice_timeline, motet_begin_epoch, motet_void_one_time, motet_void_sessions FROM PUBLIC;
INSERT INTO server_right (object, privilege) VALUES ('motet_notice_timeline()', 'EXECUTE');
SELECT motet_begin_epoch('timeline', false);

INSERT INTO schema_version (version, compat, checksum) VALUES (17, 1, '3bef1c7dda2d43c703bc9ef02fb36cdb6349448337eec4b899584d6b90184270');
COMMIT;
