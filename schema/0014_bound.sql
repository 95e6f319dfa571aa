-- motet, schema 14: federation tokens are bound to the session that asked for them; ID-Certs that a password stands for; whose key trials come first.
BEGIN;

-- Programs of an older schema leave the new columns empty, which is what their rows mean.
ALTER TABLE idcert ADD COLUMN by_password bool NOT NULL DEFAULT false;
COMMENT ON COLUMN idcert.by_password IS 'Asked for with the password, not with a session token: each kind has a limit of its own';

ALTER TABLE key_trial ADD COLUMN asked_from bytea;
COMMENT ON COLUMN key_trial.asked_from IS 'SHA-256 of the address that asked for it; null: unknown';

ALTER TABLE federation_token
    ADD COLUMN asked_by bytea CHECK (octet_length(asked_by) = 32),
    ADD COLUMN serial   int8;
COMMENT ON COLUMN federation_token.asked_by IS 'token_hash of the session that asked for it; null: a program older than schema 14 has issued it';
COMMENT ON COLUMN federation_token.serial IS 'The ID-Cert of that session then, which the token names';

-- It dies with the session: when that ends or is revoked, or gets another token or another ID-Cert.
CREATE FUNCTION motet_token_stands(t federation_token) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.deleted_at IS NULL AND t.redeemed_at IS NULL
       AND (t.asked_by IS NULL OR EXISTS (SELECT FROM live_session s WHERE s.token_hash = t.asked_by AND s.serial = t.serial))
$$;
COMMENT ON FUNCTION motet_token_stands IS 'A federation token that was neither deleted nor redeemed, and whose session has not ended; its expiry is not looked at';

INSERT INTO schema_version (version, compat, checksum) VALUES (14, 1, '1e212c53ffc61e778cb3f4e8f00b32894a049dc20ae731c3901c1aa91d1c4bb1');
COMMIT;
