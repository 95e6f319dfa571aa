-- motet, schema 8: second factors.
BEGIN;

CREATE TABLE totp (
    actor_id     int8 PRIMARY KEY REFERENCES actor,
    sealed       bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    last_step    int8 NOT NULL DEFAULT 0,
    attempt      bytea
);
COMMENT ON TABLE totp IS 'Second factors: the secrets of time-based one-time codes (RFC 6238); asked for from the confirmation on';
COMMENT ON COLUMN totp.sealed IS 'The secret, AES-256-GCM under a secret that only the hosts have';
COMMENT ON COLUMN totp.last_step IS 'The step of 30 seconds whose code was used last: that one and those before it are used up';
COMMENT ON COLUMN totp.attempt IS 'Random: whose answer was lost finds its own use of the last step by that';

CREATE TABLE totp_recovery (
    actor_id int8 NOT NULL REFERENCES totp ON DELETE CASCADE,
    hash     bytea NOT NULL CHECK (octet_length(hash) = 32),
    used_at  timestamptz,
    attempt  bytea,
    PRIMARY KEY (actor_id, hash)
);
COMMENT ON TABLE totp_recovery IS 'Codes that stand in for a second factor that was lost, each once';
COMMENT ON COLUMN totp_recovery.hash IS 'SHA-256 of the code and of whose it is';
COMMENT ON COLUMN totp_recovery.attempt IS 'As that of totp';

-- The lock comes in a statement of its own, so that of two at once the codes of one are left.
CREATE FUNCTION motet_recovery_codes(actor int8, hashes bytea[], session_id text) RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM totp t WHERE t.actor_id = actor AND t.confirmed_at IS NOT NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM totp_recovery r WHERE r.actor_id = actor;
    INSERT INTO totp_recovery (actor_id, hash) SELECT actor, h FROM unnest(hashes) h;
    PERFORM motet_emit(motet_others(actor, session_id), 'motet', 3, 'SECOND_FACTOR', NULL, '{"change":"recovery_codes"}');
    RETURN true;
END $$;
COMMENT ON FUNCTION motet_recovery_codes IS 'New recovery codes take the place of the old ones; false: there is no second factor to recover';

INSERT INTO schema_version (version, compat, checksum) VALUES (8, 1, '7d98607fed191b6c1d46ced3105243341fa00778632b607904a979654bd7dfde');
COMMIT;
