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

-- Add all or none. `reused` is the place (from 1) of one whose init_key is known and which is not simply there already; `stock` what the session
-- would have, which must not be more than `most`: null when its certificate has ended. A last resort takes the place of the one of its suite. Of what ran
-- out anywhere some goes. `counts` is a list of RFC 9651: "12;suite=1, 4;suite=3".
CREATE FUNCTION motet_add_key_packages(actor int8, cert int8, suites int8[], extensions text[], last_resorts bool[], refs bytea[], init_hashes bytea[],
                                       all_tls bytea[], not_befores int8[], not_afters int8[], most int8)
RETURNS TABLE (live bool, reused int8, stock int8, counts text) LANGUAGE sql VOLATILE AS $$
    WITH want AS (
        SELECT * FROM unnest($3::int8[], $4::text[], $5::bool[], $6::bytea[], $7::bytea[], $8::bytea[], $9::int8[], $10::int8[]) WITH ORDINALITY
            AS w (suite, extensions, last_resort, ref, init_hash, tls, not_before, not_after, place)),
    known AS (
        SELECT w.place, k.ref = w.ref AND k.serial = $2 AND k.last_resort = w.last_resort AND k.spent_at IS NULL AS there
        FROM want w JOIN key_package k ON k.actor_id = $1 AND k.init_hash = w.init_hash),
    new AS (
        SELECT * FROM want WHERE place NOT IN (SELECT place FROM known)),
    total AS MATERIALIZED (
        SELECT motet_stock($1, $2) + (SELECT count(*) FROM new WHERE NOT last_resort) AS stock),
    fine AS (
        SELECT 1 FROM total WHERE stock <= $11::int8 AND NOT EXISTS (SELECT FROM known WHERE NOT there)),
    replaced AS MATERIALIZED (
        SELECT motet_replace_last_resort($1, $2, suite) AS done FROM new, fine WHERE last_resort),
    noticed AS (
        DELETE FROM key_package_notice WHERE actor_id = $1 AND serial = $2 AND EXISTS (SELECT FROM fine) AND (SELECT count(*) FROM replaced) >= 0
          AND EXISTS (SELECT FROM new WHERE NOT last_resort) RETURNING 1),
    added AS (
        INSERT INTO key_package (actor_id, serial, suite, extensions, last_resort, ref, init_hash, tls, not_before, not_after)
        SELECT $1, $2, suite, extensions::int8[], last_resort, ref, init_hash, tls, to_timestamp(not_before), to_timestamp(not_after) FROM new, fine
        WHERE (SELECT count(*) FROM replaced) >= 0 ORDER BY place RETURNING suite, last_resort),
    had AS (
        SELECT suite FROM key_package
        WHERE actor_id = $1 AND serial = $2 AND NOT last_resort AND spent_at IS NULL AND not_after > now()),
    pruned AS (
        DELETE FROM key_package WHERE (actor_id, id) IN (
            SELECT actor_id, id FROM key_package WHERE not_after < now() - interval '1 day' ORDER BY not_after LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING 1)
    SELECT stock IS NOT NULL AS live, (SELECT min(place) FROM known WHERE NOT there) AS reused, stock,
           (SELECT string_agg(n || ';suite=' || suite, ', ' ORDER BY suite)
            FROM (SELECT suite, count(*) AS n FROM (SELECT suite FROM had UNION ALL SELECT suite FROM added WHERE NOT last_resort) a GROUP BY suite) c)
           AS counts
    FROM total
$$;
COMMENT ON FUNCTION motet_add_key_packages IS 'Add KeyPackages to the stock of a session, all or none';

-- The same for a caller whose own work must not stand without it.
CREATE FUNCTION motet_must_add_key_packages(actor int8, cert int8, suites int8[], extensions text[], last_resorts bool[], refs bytea[],
                                            init_hashes bytea[], all_tls bytea[], not_befores int8[], not_afters int8[], most int8)
RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    a record;
BEGIN
    SELECT * INTO a FROM motet_add_key_packages(actor, cert, suites, extensions, last_resorts, refs, init_hashes, all_tls, not_befores, not_afters, most);
    IF a.reused IS NOT NULL THEN
        RAISE unique_violation USING MESSAGE = 'an init_key was used before', CONSTRAINT = 'motet_key_package_reused';
    END IF;
    IF a.stock IS NULL OR a.stock > most THEN
        RAISE check_violation USING MESSAGE = 'more KeyPackages than a session may have', CONSTRAINT = 'motet_key_package_stock';
    END IF;
    RETURN true;
END $$;

CREATE FUNCTION motet_fits(p key_package, suites int8[], needs int8[]) RETURNS bool LANGUAGE sql STABLE AS $$
    SELECT (suites IS NULL OR p.suite = ANY (suites)) AND p.extensions @> needs
       AND p.not_before <= now() + interval '1 hour' AND p.not_after > now()
$$;
COMMENT ON FUNCTION motet_fits IS 'Is a KeyPackage valid now, and what the claimant can use?';

-- One KeyPackage of one session, for good. First one that nobody else is about to take. When others are about to take all there are, it waits
-- for them, for one of them may give up, and looks again, for others may have been added meanwhile: the last resort, which nobody locks and is
-- there for all, comes only when there was a moment without any other.
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
CREATE FUNCTION motet_tell_low(actor int8, cert int8, owner_key text, used_last_resort bool, first_use bool, low int8)
RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
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

INSERT INTO schema_version (version, compat, checksum) VALUES (5, 1, '9ceb06b09a978fe79d0b03fedf0cbfc797c830916805357fad0760a906ec0dc7');
COMMIT;
