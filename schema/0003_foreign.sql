-- motet, schema 3: what other servers say of themselves and of their actors, and key trials.
BEGIN;

CREATE TABLE foreign_server (
    place       text COLLATE "C" PRIMARY KEY,
    api         text COLLATE "C",
    domain      text COLLATE "C",
    serial      text COLLATE "C",
    failure     text COLLATE "C",
    said        text,
    fresh_until timestamptz NOT NULL DEFAULT '-infinity',
    checked_at  timestamptz NOT NULL DEFAULT now(),
    blocked_at  timestamptz
);
COMMENT ON TABLE foreign_server IS 'Other servers, good or not: what was found there when we last asked';
COMMENT ON COLUMN foreign_server.place IS 'A domain of federation IDs, or an origin (https://…) that somebody wanted a token for';
COMMENT ON COLUMN foreign_server.api IS 'Where its routes are, up to and with the slash before v1';
COMMENT ON COLUMN foreign_server.serial IS 'Of its current certificate, in foreign_cert under its domain';
COMMENT ON COLUMN foreign_server.failure IS 'Why it is not good: a name of err.def, with the sentence in said';
COMMENT ON COLUMN foreign_server.fresh_until IS 'Until when all this may be used without asking again';
COMMENT ON COLUMN foreign_server.blocked_at IS 'Set by the operator: neither this domain nor its subdomains';
CREATE INDEX foreign_server_blocked ON foreign_server (place) WHERE blocked_at IS NOT NULL;
CREATE INDEX foreign_server_stale ON foreign_server (fresh_until) WHERE failure IS NOT NULL AND blocked_at IS NULL;

CREATE TABLE foreign_cert (
    subject        text COLLATE "C" NOT NULL,
    serial         text COLLATE "C" NOT NULL,
    domain         text COLLATE "C" NOT NULL,
    session_id     text COLLATE "C",
    cacheable      text NOT NULL,
    not_before     timestamptz NOT NULL,
    not_after      timestamptz NOT NULL,
    invalidated_at timestamptz,
    usable_until   timestamptz NOT NULL,
    fetched_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, serial)
);
COMMENT ON TABLE foreign_cert IS 'Certificates of other servers and their actors, verified; used as long as the home server said and no longer';
COMMENT ON COLUMN foreign_cert.subject IS 'Federation ID of an actor, or the domain of a server';
COMMENT ON COLUMN foreign_cert.serial IS 'Decimal: other servers use up to 20 octets';
COMMENT ON COLUMN foreign_cert.cacheable IS 'The CacheableIDCert as its home server sent it, byte for byte: we cannot sign it again';
COMMENT ON COLUMN foreign_cert.usable_until IS 'cacheNotValidAfter, or the time when we were told to ask again';
CREATE INDEX foreign_cert_domain ON foreign_cert (domain);
CREATE INDEX foreign_cert_stale ON foreign_cert (usable_until);

CREATE TABLE foreign_actor (
    fid         text COLLATE "C" NOT NULL,
    session_id  text COLLATE "C" NOT NULL DEFAULT '',
    domain      text COLLATE "C" NOT NULL,
    fresh_until timestamptz NOT NULL,
    PRIMARY KEY (fid, session_id)
);
COMMENT ON TABLE foreign_actor IS 'Actors of whom all certificates (or all of one session) are in foreign_cert, and until when that counts';
CREATE INDEX foreign_actor_stale ON foreign_actor (fresh_until);
CREATE INDEX foreign_actor_domain ON foreign_actor (domain);

CREATE TABLE key_trial (
    trial        text COLLATE "C" PRIMARY KEY CHECK (octet_length(trial) BETWEEN 64 AND 256),
    for_fid      text COLLATE "C",
    for_session  text COLLATE "C",
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    attempt      bytea CHECK (octet_length(attempt) = 32),
    completed_at timestamptz,
    fid          text COLLATE "C",
    serial       text COLLATE "C",
    signature    bytea CHECK (octet_length(signature) = 64),
    CHECK ((attempt IS NULL) = (completed_at IS NULL) AND (attempt IS NULL) = (signature IS NULL) AND
           (attempt IS NULL) = (fid IS NULL) AND (attempt IS NULL) = (serial IS NULL))
);
COMMENT ON TABLE key_trial IS 'Key trials: each completed once or never. Completed ones stay, to be published; the others go when they are over';
COMMENT ON COLUMN key_trial.attempt IS 'Whose request won it: the same request may ask again after the answer of the database was lost';
CREATE INDEX key_trial_open ON key_trial (for_fid, expires_at) WHERE attempt IS NULL;
CREATE INDEX key_trial_over ON key_trial (expires_at) WHERE attempt IS NULL;
CREATE INDEX key_trial_done ON key_trial (fid, completed_at) WHERE attempt IS NOT NULL;

-- The sessions here of a foreign actor but one.
CREATE FUNCTION motet_foreign_others(fid text, session_id text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(motet_session_key(s.fid, s.session_id)) FROM foreign_session s
    WHERE s.fid = $1 AND s.session_id <> $2 AND s.ended_at IS NULL AND s.not_after >= now()
$$;

-- A domain and all below it.
CREATE FUNCTION motet_within(domain text, parent text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$
    SELECT domain = parent OR right(domain, length(parent) + 1) = '.' || parent
$$;

INSERT INTO schema_version (version, compat, checksum) VALUES (3, 1, 'c3831b6d14428c4baff3ee40cf28c2f2442be337e9cf6c0193eb6b52b15e57a8');
COMMIT;
