-- motet, schema 5: MLS KeyPackages, each given out once.
BEGIN;

CREATE TABLE key_package (
    actor_id    int8 NOT NULL,
    id          int8 NOT NULL DEFAULT motet_snowflake(),
    serial      int8 NOT NULL,
    suite       int8 NOT NULL,
    extensions  int8[] NOT NULL,
    last_resort bool NOT NULL,
    ref         bytea NOT NULL,
    init_hash   bytea NOT NULL CHECK (octet_length(init_hash) = 32),
    tls         bytea,
    not_before  timestamptz NOT NULL,
    not_after   timestamptz NOT NULL,
    added_at    timestamptz NOT NULL DEFAULT now(),
    used_at     timestamptz,
    spent_at    timestamptz,
    PRIMARY KEY (actor_id, id),
    FOREIGN KEY (actor_id, serial) REFERENCES idcert,
    CHECK (tls IS NOT NULL OR spent_at IS NOT NULL)
);
COMMENT ON TABLE key_package IS 'KeyPackages of sessions, byte for byte; a row outlives its claim so that no init_key is ever given out again';
COMMENT ON COLUMN key_package.serial IS 'The ID-Cert whose key signs it; with that certificate it ends';
COMMENT ON COLUMN key_package.extensions IS 'Extension types that the leaf says it is capable of';
COMMENT ON COLUMN key_package.init_hash IS 'SHA-256 of init_key';
COMMENT ON COLUMN key_package.not_after IS 'The earlier of its own end and that of the ID-Cert';
COMMENT ON COLUMN key_package.used_at IS 'Of a last resort: when it was first given out';
COMMENT ON COLUMN key_package.spent_at IS 'Given out, replaced, or ended with its ID-Cert: never to be given out any more';
CREATE UNIQUE INDEX key_package_init ON key_package (actor_id, init_hash);
CREATE UNIQUE INDEX key_package_last ON key_package (actor_id, serial, suite) WHERE last_resort AND spent_at IS NULL;
CREATE INDEX key_package_stock ON key_package (actor_id, serial, id) WHERE NOT last_resort AND spent_at IS NULL;
CREATE INDEX key_package_end ON key_package (not_after);

CREATE TABLE key_package_notice (
    actor_id int8 NOT NULL,
    serial   int8 NOT NULL,
    PRIMARY KEY (actor_id, serial)
);
COMMENT ON TABLE key_package_notice IS 'Sessions that were told that their stock is low, until they upload again';

-- Everything here takes its locks in this order, and so nobody waits in a circle: certificate, KeyPackages (of session after session by the session's ID),
-- notice, events.

-- Whatever ends a certificate (rotation, revocation, log-out, deactivation) empties its store in the same transaction, before it tells anybody.
CREATE FUNCTION motet_void_key_packages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE key_package SET spent_at = now(), tls = NULL WHERE actor_id = NEW.actor_id AND serial = NEW.serial AND spent_at IS NULL;
    DELETE FROM key_package_notice WHERE actor_id = NEW.actor_id AND serial = NEW.serial;
    RETURN NEW;
END $$;
CREATE TRIGGER void_key_packages BEFORE UPDATE OF live ON idcert FOR EACH ROW WHEN (OLD.live AND NOT NEW.live)
    EXECUTE FUNCTION motet_void_key_packages();

-- Whoever adds to a stock has it alone, and waits for, or makes wait, what ends the certificate. NULL: it has ended.
CREATE FUNCTION motet_stock(actor int8, cert int8) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
BEGIN
    PERFORM FROM idcert c WHERE c.actor_id = actor AND c.serial = cert AND c.live FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT count(*) FROM key_package p
            WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND p.not_after > now());
END $$;
COMMENT ON FUNCTION motet_stock IS 'Lock the stock of a session against other uploads and the end of its ID-Cert; how many KeyPackages are in it';

-- A last resort makes room for the next one of its suite. A function, so that it sees what was added while its caller waited in motet_stock().
CREATE FUNCTION motet_replace_last_resort(actor int8, cert int8, replaced int8) RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE key_package p SET spent_at = now(), tls = NULL
    WHERE p.actor_id = actor AND p.serial = cert AND p.suite = replaced AND p.last_resort AND p.spent_at IS NULL;
    RETURN FOUND;
END $$;

CREATE FUNCTION motet_fits(p key_package, suites int8[], needs int8[]) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT (suites IS NULL OR p.suite = ANY (suites)) AND p.extensions @> needs AND p.not_before <= now() + interval '1 hour' AND p.not_after > now()
$$;
COMMENT ON FUNCTION motet_fits IS 'Is a KeyPackage valid now, and what the claimant can use?';

-- One KeyPackage of one session, for good. First one that nobody else is about to take. When others are about to take all there are, it waits
-- for them, for one of them may give up, and looks again, for others may have been added meanwhile: the last resort, which nobody locks and is there for
-- all, comes only when there was a moment without any other.
CREATE FUNCTION motet_claim(actor int8, cert int8, suites int8[], needs int8[])
RETURNS TABLE (tls bytea, last_resort bool, first_use bool) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    k key_package;
BEGIN
    LOOP
        SELECT * INTO k FROM key_package p
        WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND motet_fits(p, suites, needs)
        ORDER BY p.id LIMIT 1 FOR UPDATE SKIP LOCKED;
        EXIT WHEN FOUND;
        PERFORM FROM key_package p
        WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND motet_fits(p, suites, needs);
        EXIT WHEN NOT FOUND;
        SELECT * INTO k FROM key_package p
        WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND motet_fits(p, suites, needs)
        ORDER BY p.id LIMIT 1 FOR UPDATE;
        EXIT WHEN FOUND;
    END LOOP;
    IF FOUND THEN
        UPDATE key_package p SET spent_at = now(), tls = NULL WHERE p.actor_id = actor AND p.id = k.id;
        RETURN QUERY SELECT k.tls, false, false;
        RETURN;
    END IF;
    SELECT * INTO k FROM key_package p
    WHERE p.actor_id = actor AND p.serial = cert AND p.last_resort AND p.spent_at IS NULL AND motet_fits(p, suites, needs)
    ORDER BY p.id LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF k.used_at IS NULL THEN
        UPDATE key_package p SET used_at = now() FROM (
            SELECT FROM key_package q WHERE q.actor_id = actor AND q.id = k.id AND q.used_at IS NULL AND q.spent_at IS NULL FOR UPDATE SKIP LOCKED) free
        WHERE p.actor_id = actor AND p.id = k.id;
        RETURN QUERY SELECT k.tls, true, FOUND;
        RETURN;
    END IF;
    RETURN QUERY SELECT k.tls, true, false;
END $$;
COMMENT ON FUNCTION motet_claim IS 'Give out one KeyPackage of one session: at most once each, the last resort when nothing else is left';

-- After a claim, and after everything else that it claims.
CREATE FUNCTION motet_tell_low(actor int8, cert int8, owner_key text, used_last_resort bool, first_use bool, low int8) RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    remaining int8;
    told bool := first_use;
BEGIN
    SELECT count(*) INTO remaining FROM (
        SELECT FROM key_package p
        WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND p.not_after > now() LIMIT low) s;
    IF remaining < low THEN
        INSERT INTO key_package_notice (actor_id, serial) VALUES (actor, cert) ON CONFLICT DO NOTHING;
        told := told OR FOUND;
    END IF;
    IF told THEN
        PERFORM motet_emit(ARRAY[owner_key], 'motet', 2, 'LOW_KEY_PACKAGES', NULL,
                           json_build_object('remaining', remaining, 'lastResortUsed', used_last_resort)::text);
    END IF;
    RETURN told;
END $$;
COMMENT ON FUNCTION motet_tell_low IS 'Tell a session, once, that its stock is low, and when its last resort is used for the first time';

INSERT INTO schema_version (version, compat, checksum) VALUES (5, 1, '8a7ef1394ee98dc5df9df1dc0b07769cf5c0c35e884cb9910f2e06dd17ca8800');
COMMIT;
