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

INSERT INTO schema_version (version, compat, checksum) VALUES (2, 1, '1e84a255d20b36ba4e544b39bdd45462ac84856da0ff620ecc8299a401978ddb');
COMMIT;
