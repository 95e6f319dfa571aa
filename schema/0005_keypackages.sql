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

CREATE TABLE key_package_notice (
    actor_id int8 NOT NULL,
    serial   int8 NOT NULL,
    PRIMARY KEY (actor_id, serial)
);
COMMENT ON TABLE key_package_notice IS 'Sessions that were told that their stock is low, until they upload again';

-- Whatever ends a certificate (rotation, revocation, log-out, deactivation) empties its store in the same transaction.
CREATE FUNCTION motet_void_key_packages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE key_package SET spent_at = now(), tls = NULL WHERE actor_id = NEW.actor_id AND serial = NEW.serial AND spent_at IS NULL;
    DELETE FROM key_package_notice WHERE actor_id = NEW.actor_id AND serial = NEW.serial;
    RETURN NULL;
END $$;
CREATE TRIGGER void_key_packages AFTER UPDATE OF live ON idcert FOR EACH ROW WHEN (OLD.live AND NOT NEW.live)
    EXECUTE FUNCTION motet_void_key_packages();

-- One KeyPackage of one session, for good. First one that nobody else is about to take; if there is none, it waits for those who are,
-- for one of them may give up: only when nothing is left for sure comes the last resort, which is locked by nobody and is there for all.
CREATE FUNCTION motet_claim(actor int8, cert int8, owner_key text, suites int8[], needs int8[], low int8)
RETURNS TABLE (id int8, tls bytea, last_resort bool) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    remaining int8;
    k key_package;
    first_use bool;
BEGIN
    SELECT * INTO k FROM key_package p
    WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND (suites IS NULL OR p.suite = ANY (suites))
      AND p.extensions @> needs AND p.not_before <= now() + interval '1 hour' AND p.not_after > now()
    ORDER BY p.id LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        SELECT * INTO k FROM key_package p
        WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND (suites IS NULL OR p.suite = ANY (suites))
          AND p.extensions @> needs AND p.not_before <= now() + interval '1 hour' AND p.not_after > now()
        ORDER BY p.id LIMIT 1 FOR UPDATE;
    END IF;
    IF FOUND THEN
        UPDATE key_package p SET spent_at = now(), tls = NULL WHERE p.actor_id = actor AND p.id = k.id;
        RETURN QUERY SELECT k.id, k.tls, false;
    ELSE
        SELECT * INTO k FROM key_package p
        WHERE p.actor_id = actor AND p.serial = cert AND p.last_resort AND p.spent_at IS NULL AND (suites IS NULL OR p.suite = ANY (suites))
          AND p.extensions @> needs AND p.not_before <= now() + interval '1 hour' AND p.not_after > now()
        ORDER BY p.id LIMIT 1;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        RETURN QUERY SELECT k.id, k.tls, true;
    END IF;
    SELECT count(*) INTO remaining FROM (
        SELECT FROM key_package p
        WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND p.not_after > now() LIMIT low) s;
    first_use := k.last_resort AND k.used_at IS NULL;
    IF first_use THEN
        UPDATE key_package p SET used_at = now() WHERE p.actor_id = actor AND p.id = k.id AND p.used_at IS NULL;
        first_use := FOUND;
    END IF;
    IF remaining < low THEN
        INSERT INTO key_package_notice AS n (actor_id, serial) VALUES (actor, cert) ON CONFLICT DO NOTHING;
        IF FOUND OR first_use THEN
            PERFORM motet_emit(ARRAY[owner_key], 'motet', 2, 'LOW_KEY_PACKAGES', NULL,
                               json_build_object('remaining', remaining, 'lastResortUsed', k.last_resort)::text);
        END IF;
    END IF;
END $$;
COMMENT ON FUNCTION motet_claim IS 'Give out one KeyPackage of one session: at most once each, the last resort when nothing else is left';

INSERT INTO schema_version (version, compat, checksum) VALUES (5, 1, 'a2966e72dc612fbc69fb9437d6a005fbc7859f2613d4ab1017ff69b9f6a0aac6');
COMMIT;
