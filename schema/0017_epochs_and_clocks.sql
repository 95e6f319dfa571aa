-- motet, schema 17: what was written while a clock was ahead does not bind anybody once it is set
-- right; ID-Certs that a rotation of the server's key makes necessary do not count for the day.
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

INSERT INTO schema_version (version, compat, checksum) VALUES (17, 1, '419edd874ec39a698a63a01ab946747b45c3453dd63c80b1b69997af224d337f');
COMMIT;
