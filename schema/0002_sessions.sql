-- motet, schema 2: sessions of actors whose home is elsewhere, and events for all sessions.
BEGIN;

CREATE TABLE foreign_session (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    fid        text COLLATE "C" NOT NULL,
    domain     text COLLATE "C" NOT NULL,
    session_id text COLLATE "C" NOT NULL CHECK (octet_length(session_id) BETWEEN 1 AND 32),
    serial     text COLLATE "C" NOT NULL,
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    cert       bytea NOT NULL,
    not_after  timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);
COMMENT ON TABLE foreign_session IS 'Sessions here of actors whose home is another server; one that works for each of their ID-Certs';
COMMENT ON COLUMN foreign_session.serial IS 'Decimal: other servers use up to 20 octets';
CREATE UNIQUE INDEX foreign_session_live ON foreign_session (fid, session_id) WHERE ended_at IS NULL;

-- The name of a session for its events: a home session keeps it through rotations of its ID-Cert.
CREATE FUNCTION motet_session_key(actor_id int8, session_id text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT actor_id || ':' || session_id
$$;
CREATE FUNCTION motet_session_key(fid text, session_id text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT fid || ':' || session_id
$$;

CREATE VIEW any_session AS
    SELECT token_hash, actor_id, serial::text AS serial, local_name, NULL::text AS fid, NULL::text AS domain, session_id, admin, not_after,
           password, motet_session_key(actor_id, session_id) AS session_key
    FROM live_session
    UNION ALL
    SELECT token_hash, 0, serial, NULL, fid, domain, session_id, false, not_after, NULL, motet_session_key(fid, session_id)
    FROM foreign_session WHERE ended_at IS NULL AND not_after >= now();
COMMENT ON VIEW any_session IS 'Every session whose token works now, home and foreign; actor_id is 0 for foreign ones';

CREATE TABLE event_counter (
    session_key text COLLATE "C" PRIMARY KEY,
    last        int8 NOT NULL,
    read        int8 NOT NULL DEFAULT 0
);
COMMENT ON TABLE event_counter IS 'The number of the last event of a session, and of the last one that it has fetched';

CREATE TABLE event (
    session_key text COLLATE "C" NOT NULL,
    seq         int8 NOT NULL,
    namespace   text NOT NULL,
    op          int8 NOT NULL,
    name        text NOT NULL,
    serial      int8,
    data        text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (session_key, seq)
);
COMMENT ON TABLE event IS 'What a session may have missed: the last 1000';
COMMENT ON COLUMN event.serial IS 'The certificate that it is about: what is said of it is said when it is fetched';
COMMENT ON COLUMN event.data IS 'Else: JSON, the member d of the envelope';

-- One event for each of these sessions, in the transaction of whatever causes it.
CREATE FUNCTION motet_emit(keys text[], namespace text, op int8, name text, serial int8, data text)
RETURNS int8 LANGUAGE sql VOLATILE AS $$
    WITH counter AS (
        INSERT INTO event_counter AS c (session_key, last) SELECT DISTINCT k, 1 FROM unnest(keys) k WHERE k IS NOT NULL ORDER BY 1
        ON CONFLICT (session_key) DO UPDATE SET last = c.last + 1 RETURNING session_key, last),
    added AS (
        INSERT INTO event (session_key, seq, namespace, op, name, serial, data)
        SELECT session_key, last, $2, $3, $4, $5, $6 FROM counter RETURNING 1),
    dropped AS (
        DELETE FROM event e USING counter c WHERE e.session_key = c.session_key AND e.seq <= c.last - 1000 RETURNING 1)
    SELECT count(*) FROM counter
$$;
COMMENT ON FUNCTION motet_emit IS 'Give each of these sessions an event; returns how many';

-- The sessions of an actor on this server but one.
CREATE FUNCTION motet_others(actor_id int8, session_id text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(session_key) FROM any_session s WHERE s.actor_id = $1 AND s.session_id <> $2
$$;

-- What ends something waits for those who are issuing for the same actor, and looks again after that: they hold the row of the actor FOR SHARE.

-- A session: token and ID-Cert end together, and the actor's other sessions hear of it. The serial of the certificate, or null.
CREATE FUNCTION motet_end_session(actor int8, which text) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    ended int8;
BEGIN
    PERFORM FROM actor a WHERE a.id = actor FOR NO KEY UPDATE;
    UPDATE idcert c SET live = false, invalidated_at = clock_timestamp()
    WHERE c.actor_id = actor AND c.session_id = which AND c.live RETURNING c.serial INTO ended;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE session s SET ended_at = clock_timestamp() WHERE s.actor_id = actor AND s.serial = ended AND s.ended_at IS NULL;
    DELETE FROM event e WHERE e.session_key = motet_session_key(actor, which);
    DELETE FROM event_counter e WHERE e.session_key = motet_session_key(actor, which);
    PERFORM motet_emit(motet_others(actor, which), 'core', 4, 'ACTOR_CERTIFICATE_INVALIDATION', ended, NULL);
    RETURN ended;
END $$;
COMMENT ON FUNCTION motet_end_session IS 'End a home session, whatever happens to it at the same time';

-- An actor, and everything that stands on it. The id, or null.
CREATE FUNCTION motet_deactivate(name text) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    who int8;
BEGIN
    UPDATE actor a SET deactivated_at = coalesce(a.deactivated_at, now()) WHERE a.local_name = name RETURNING a.id INTO who;
    UPDATE idcert c SET live = false, invalidated_at = clock_timestamp() WHERE c.actor_id = who AND c.live;
    UPDATE session s SET ended_at = clock_timestamp() WHERE s.actor_id = who AND s.ended_at IS NULL;
    RETURN who;
END $$;
COMMENT ON FUNCTION motet_deactivate IS 'End an actor with all sessions and certificates; the name stays taken';

-- The next key of the server takes the place of `old` (0: there was none). Null: somebody else was faster. -1: a certificate was issued under the old
-- key after the second in which the new one would begin: take a later one.
CREATE FUNCTION motet_next_key(old int8, new int8, key bytea, seal bytea, certificate bytea, begins timestamptz, ends timestamptz)
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
    INSERT INTO server_key (serial, public_key, sealed, cert, not_before, not_after) VALUES (new, key, seal, certificate, begins, ends);
    PERFORM motet_emit((SELECT array_agg(session_key) FROM any_session), 'core', 6, 'SERVER_KEY_CHANGE', new, NULL);
    RETURN new;
END $$;
COMMENT ON FUNCTION motet_next_key IS 'Change the server''s key: one ends in the second in which the other begins, and every session hears of it';
CREATE INDEX idcert_signer ON idcert (server_serial, not_before);

INSERT INTO schema_version (version, compat, checksum) VALUES (2, 1, '4c3d59e40dab4cef0f8e3d016ada10ff8a7fb5e14ea29f56e1140971f4f2f604');
COMMIT;
