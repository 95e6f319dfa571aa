-- motet, schema 13: federation tokens are bound to the session that asked for them; which ID-Certs came of a password; from where
-- key trials were asked for.
BEGIN;

-- Programs of an older schema leave the new columns empty, which is what their rows mean.
ALTER TABLE idcert ADD COLUMN by_password bool NOT NULL DEFAULT false;
COMMENT ON COLUMN idcert.by_password IS 'Asked for with the password, not with a session token: each kind has a limit of its own';

ALTER TABLE key_trial ADD COLUMN asked_from bytea;
COMMENT ON COLUMN key_trial.asked_from IS 'SHA-256 of the address that asked for it; null: unknown';

ALTER TABLE federation_token
    ADD COLUMN asked_by bytea CHECK (octet_length(asked_by) = 32),
    ADD COLUMN serial   int8;
COMMENT ON COLUMN federation_token.asked_by IS 'token_hash of the session that asked for it; null: a program older than schema 13 has issued it';
COMMENT ON COLUMN federation_token.serial IS 'The ID-Cert of that session then, which the token names';

-- It dies with the session: when that ends or is revoked, or gets another token or another ID-Cert.
CREATE FUNCTION motet_token_stands(t federation_token) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT t.deleted_at IS NULL AND t.redeemed_at IS NULL
       AND (t.asked_by IS NULL OR EXISTS (SELECT FROM live_session s WHERE s.token_hash = t.asked_by AND s.serial = t.serial))
$$;
COMMENT ON FUNCTION motet_token_stands IS 'A federation token that was neither deleted nor redeemed, and whose session has not ended; its expiry is not looked at';

-- For a log-in: the session with this ID ends (null: none), and then those that were opened first, however often they got another
-- certificate, until `most` are left. Never the one that has just begun. The statement
-- that issues holds the row of the actor.
CREATE FUNCTION motet_make_room(actor int8, fresh text, named text, most int8) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    gone text;
    n int8 := 0;
BEGIN
    IF named <> fresh AND motet_end_session(actor, named) IS NOT NULL THEN
        n := 1;
    END IF;
    FOR gone IN
        SELECT session_id FROM (
            SELECT c.session_id, row_number() OVER (ORDER BY c.session_id = fresh DESC, opened DESC, c.serial DESC) AS place
            FROM idcert c, LATERAL (SELECT min(o.not_before) AS opened FROM idcert o WHERE o.actor_id = c.actor_id AND o.session_id = c.session_id) f
            WHERE c.actor_id = actor AND c.live AND c.not_after > now()) s
        WHERE place > most ORDER BY place DESC
    LOOP
        n := n + (motet_end_session(actor, gone) IS NOT NULL)::int;
    END LOOP;
    RETURN n;
END $$;
COMMENT ON FUNCTION motet_make_room IS 'End sessions of an actor so that a log-in has room; returns how many';

INSERT INTO schema_version (version, compat, checksum) VALUES (13, 1, '4993a442afed01e0e8cc87cf513d9cc92aeaeea9d6c1025a8e43bbae8e8cce67');
COMMIT;
