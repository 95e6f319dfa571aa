-- motet, schema 1: actors, the server's identity keys, ID-Certs, sessions, key material.
--
-- Apply with `motetctl migrate`, or with `psql -v ON_ERROR_STOP=1 -f` in the order of the numbers. A file is one transaction and
-- records itself in schema_version. Files are never changed once released: a later one adds to them.
BEGIN;

CREATE TABLE schema_version (
    version    int4 PRIMARY KEY,
    compat     int4 NOT NULL,
    checksum   text COLLATE "C" NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE schema_version IS 'One row for each file of schema/ that was applied';
COMMENT ON COLUMN schema_version.compat IS 'The oldest schema number for which programs were built that still run on this one';
COMMENT ON COLUMN schema_version.checksum IS 'SHA-256 of the file up to the line that records it, in hex';

-- Snowflakes: 41 bits of milliseconds since 2024, 12 bits of a sequence.
CREATE SEQUENCE snowflake_seq;
CREATE FUNCTION motet_snowflake() RETURNS int8 LANGUAGE sql VOLATILE AS $$
    SELECT ((extract(epoch FROM clock_timestamp()) * 1000)::int8 - 1704067200000) << 12 | (nextval('snowflake_seq') & 4095)
$$;
COMMENT ON FUNCTION motet_snowflake IS 'A new id: rises with time, unique up to 4096 in a millisecond';

CREATE TABLE serial_used (
    serial int8 PRIMARY KEY CHECK (serial BETWEEN 1000000000000000 AND 9007199254740991)
);
COMMENT ON TABLE serial_used IS 'Every serial number that a certificate of this server ever carried: no two alike, ever';

CREATE TABLE server_key (
    serial     int8 PRIMARY KEY REFERENCES serial_used,
    public_key bytea NOT NULL UNIQUE CHECK (octet_length(public_key) = 32),
    sealed     bytea NOT NULL,
    cert       bytea NOT NULL,
    not_before timestamptz NOT NULL,
    not_after  timestamptz NOT NULL,
    ended_at   timestamptz,
    CHECK (not_before < not_after)
);
COMMENT ON TABLE server_key IS 'The identity keys of this server; the one without an end is the current one';
COMMENT ON COLUMN server_key.sealed IS 'The Ed25519 seed, AES-256-GCM under the secret that only the hosts have';
CREATE UNIQUE INDEX server_key_current ON server_key ((true)) WHERE ended_at IS NULL;

CREATE TABLE actor (
    id             int8 PRIMARY KEY DEFAULT motet_snowflake(),
    local_name     text COLLATE "C" NOT NULL CHECK (octet_length(local_name) BETWEEN 1 AND 64),
    password       text COLLATE "C" NOT NULL,
    admin          bool NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    deactivated_at timestamptz
);
COMMENT ON TABLE actor IS 'Who has an identity on this server';
COMMENT ON COLUMN actor.password IS 'PHC string (Argon2id or scrypt)';
CREATE UNIQUE INDEX actor_local_name ON actor (local_name);

CREATE TABLE idcert (
    actor_id       int8 NOT NULL REFERENCES actor,
    serial         int8 NOT NULL REFERENCES serial_used,
    session_id     text COLLATE "C" NOT NULL CHECK (octet_length(session_id) BETWEEN 1 AND 32),
    server_serial  int8 NOT NULL REFERENCES server_key,
    public_key     bytea NOT NULL CHECK (octet_length(public_key) = 32),
    csr_hash       bytea NOT NULL CHECK (octet_length(csr_hash) = 32),
    cert           bytea NOT NULL,
    not_before     timestamptz NOT NULL,
    not_after      timestamptz NOT NULL,
    live           bool NOT NULL DEFAULT true,
    invalidated_at timestamptz,
    PRIMARY KEY (actor_id, serial),
    CHECK (not_before < not_after),
    CHECK (NOT live OR invalidated_at IS NULL)
);
COMMENT ON TABLE idcert IS 'Every ID-Cert that was ever issued to an actor; rows are never deleted';
COMMENT ON COLUMN idcert.live IS 'The one that its session stands on: not invalidated, not superseded';
COMMENT ON COLUMN idcert.csr_hash IS 'SHA-256 of the request: the same request gets the same certificate';
CREATE UNIQUE INDEX idcert_session ON idcert (actor_id, session_id) WHERE live;
CREATE UNIQUE INDEX idcert_public_key ON idcert (public_key);
CREATE UNIQUE INDEX idcert_serial ON idcert (serial);

CREATE TABLE session (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    actor_id   int8 NOT NULL,
    serial     int8 NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    FOREIGN KEY (actor_id, serial) REFERENCES idcert
);
COMMENT ON TABLE session IS 'Session tokens, as SHA-256; one that works for each ID-Cert';
CREATE UNIQUE INDEX session_live ON session (actor_id, serial) WHERE ended_at IS NULL;

CREATE VIEW live_session AS
    SELECT s.token_hash, s.actor_id, s.serial, a.local_name, a.admin, a.password, c.session_id, c.not_after
    FROM session s
    JOIN idcert c ON c.actor_id = s.actor_id AND c.serial = s.serial
    JOIN actor a ON a.id = s.actor_id
    WHERE s.ended_at IS NULL AND c.live AND c.not_after >= now() AND a.deactivated_at IS NULL;
COMMENT ON VIEW live_session IS 'The sessions whose token works now: the one definition of that';

CREATE TABLE keymaterial (
    actor_id   int8 NOT NULL,
    serial     int8 NOT NULL,
    key_data   text NOT NULL,
    algorithm  bytea,
    algorithms text COLLATE "C",
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor_id, serial),
    FOREIGN KEY (actor_id, serial) REFERENCES idcert
);
COMMENT ON TABLE keymaterial IS 'Encrypted private key material, byte for byte as it came';
COMMENT ON COLUMN keymaterial.algorithm IS 'AlgorithmIdentifier in DER of the encryption applied last, when the client named one';
COMMENT ON COLUMN keymaterial.algorithms IS 'Dotted OIDs between commas, the encryption applied last first';

CREATE TABLE throttle (
    key bytea PRIMARY KEY,
    tat timestamptz NOT NULL
);
COMMENT ON TABLE throttle IS 'Wrong passwords: the time at which the next try is free of charge (GCRA); survives restarts, is the same for all hosts';

-- What the servers may do. The role that runs motetd has no right to change tables; `motetctl migrate --grant ROLE` calls this.
CREATE FUNCTION motet_grant(role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON schema_version FROM %I', role);
    EXECUTE format('REVOKE DELETE ON idcert, serial_used, server_key FROM %I', role);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', current_schema(), role);
END $$;
COMMENT ON FUNCTION motet_grant IS 'Give a role what a running server needs, and nothing more';
REVOKE ALL ON FUNCTION motet_grant FROM PUBLIC;

INSERT INTO schema_version (version, compat, checksum) VALUES (1, 1, '635b3c34b23c9177335a3084555acd8d4c66062be62c7dd6ee349b8b6c8f1a45');
COMMIT;
