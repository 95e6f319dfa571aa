-- motet, schema 10: invites; what may be pruned, and when.
BEGIN;

CREATE TABLE invite (
    id         int8 PRIMARY KEY DEFAULT motet_snowflake(),
    code_hash  bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    uses       int8 NOT NULL CHECK (uses BETWEEN 1 AND 100000),
    used       int8 NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND uses),
    note       text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
COMMENT ON TABLE invite IS 'Who may register where `registration` is invite; kept, so that it can be told by which one somebody came';
COMMENT ON COLUMN invite.code_hash IS 'SHA-256 of the code, which nobody but its holder has';
CREATE UNIQUE INDEX invite_code ON invite (code_hash);

-- Without a row of its own: names of selftests, which an insertion of anybody else leaves out (schema 9).
CREATE FUNCTION motet_taken(name text) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM actor a WHERE a.local_name = $1) OR $1 ~ '^selftest-[0-9a-f]{16}$'
$$;
COMMENT ON FUNCTION motet_taken IS 'Is a name one that nobody can register by an invite?';

-- What may go, and when: the one place that says it. Those with `keep`, so many seconds after their end (prune_after); the others as soon as nothing is
-- promised of them any more. What has no rule here stays: actors, certificates, serial numbers, keys, completed key trials, key material, invites.
CREATE FUNCTION motet_may_go(t session, keep int8) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.ended_at < now() - keep * interval '1 s'
$$;
COMMENT ON FUNCTION motet_may_go(session, int8) IS 'A token that was ended; nobody can use it, and no statement asks for it';

CREATE FUNCTION motet_ran_out(t idcert, keep int8) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.not_after < now() - keep * interval '1 s'
$$;
COMMENT ON FUNCTION motet_ran_out(idcert, int8) IS 'An ID-Cert whose session has ended with it, and may go; the certificate stays';

CREATE FUNCTION motet_may_go(t foreign_session, keep int8) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT least(t.ended_at, t.not_after) < now() - keep * interval '1 s'
$$;
COMMENT ON FUNCTION motet_may_go(foreign_session, int8) IS 'Ended, or its ID-Cert ran out';

CREATE FUNCTION motet_may_go(t key_package) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.not_after < now() - interval '1 day'
$$;
COMMENT ON FUNCTION motet_may_go(key_package) IS 'Given out or not, over for a day: until then nobody can upload its init_key again, as in motet_add_key_packages()';

CREATE FUNCTION motet_may_go(t key_package_notice) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM idcert c WHERE c.actor_id = t.actor_id AND c.serial = t.serial AND c.live AND c.not_after > now() - interval '1 day')
$$;
COMMENT ON FUNCTION motet_may_go(key_package_notice) IS 'Of a session that has ended';

CREATE FUNCTION motet_may_go(t key_trial) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.attempt IS NULL AND t.expires_at < now() - interval '1 minute'
$$;
COMMENT ON FUNCTION motet_may_go(key_trial) IS 'Over, and never completed';

CREATE FUNCTION motet_may_go(t federation_token) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.expires_at < now() - interval '1 day'
$$;
CREATE FUNCTION motet_may_go(t redeemed_token) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.expires_at < now() - interval '1 day'
$$;
COMMENT ON FUNCTION motet_may_go(redeemed_token) IS 'No server of any clock takes the token any more, so that nobody need remember that it was redeemed';

CREATE FUNCTION motet_may_go(t throttle) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.tat < now()
$$;
COMMENT ON FUNCTION motet_may_go(throttle) IS 'Nothing is owed: the row is as good as none';

CREATE FUNCTION motet_may_go(t foreign_server, keep int8) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.blocked_at IS NULL AND t.fresh_until < CASE WHEN t.failure IS NULL THEN now() - keep * interval '1 s' ELSE now() END
$$;
COMMENT ON FUNCTION motet_may_go(foreign_server, int8) IS 'A failure that is over, or a good server that nobody asked of for long; never one that the operator has blocked';

CREATE FUNCTION motet_may_go(t foreign_cert) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.usable_until < now() - interval '1 day' AND (t.invalidated_at IS NULL OR t.not_after < now())
$$;
COMMENT ON FUNCTION motet_may_go(foreign_cert) IS 'What its home server said is over for a day; that a certificate is revoked stays known until it would have run out';

CREATE FUNCTION motet_may_go(t foreign_actor) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.fresh_until < now()
$$;

-- Every request reads actor, and waits from here until COMMIT: so this comes last, and the indexes on what requests write to are built in schema 11. In one
-- transaction the two could wait for each other: a request that holds the row of an actor waits for an index, and this for that row.
ALTER TABLE actor ADD COLUMN invite_id int8 REFERENCES invite;
COMMENT ON COLUMN actor.invite_id IS 'The invite that the actor came by';
CREATE INDEX actor_invite ON actor (invite_id) WHERE invite_id IS NOT NULL;

INSERT INTO schema_version (version, compat, checksum) VALUES (10, 1, 'aefafb3aab917a4400b075799dea57cfb25b9b9ff6cf2e42ead717d279ad2aa7');
COMMIT;
