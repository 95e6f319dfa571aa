-- motet, schema 11: a claim is as quick in a large store as in a small one, and so is pruning.
BEGIN;

-- As in schema 5, but that every search asks for the order of an index. Without it the planner reads the table from end to end where it believes that what
-- it looks for is everywhere, and does so for each claim of a session that has none left. Of several last resorts that fit comes that of the lowest suite,
-- which is the order of their index; it was the oldest.

-- One KeyPackage of one session, for good. First one that nobody else is about to take. When others are about to take all there are, it waits
-- for them, for one of them may give up, and looks again, for others may have been added meanwhile: the last resort, which nobody locks and is
-- there for all, comes only when there was a moment without any other.
CREATE OR REPLACE FUNCTION motet_claim(actor int8, cert int8, suites int8[], needs int8[])
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
        WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND motet_fits(p, suites, needs)
        ORDER BY p.id LIMIT 1;
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
    ORDER BY p.suite LIMIT 1;
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
-- After a claim, and after everything else that it claims.
CREATE OR REPLACE FUNCTION motet_tell_low(actor int8, cert int8, owner_key text, used_last_resort bool, first_use bool, low int8)
RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    remaining int8;
    told bool := first_use;
BEGIN
    SELECT count(*) INTO remaining FROM (
        SELECT FROM key_package p
        WHERE p.actor_id = actor AND p.serial = cert AND NOT p.last_resort AND p.spent_at IS NULL AND p.not_after > now()
        ORDER BY p.id LIMIT low) s;
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

-- By what pruning finds what may go (schema 10): a row is in these indexes until it is gone. While they are built requests read on, and those that write to
-- these tables wait.
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX foreign_session_over ON foreign_session (least(ended_at, not_after));

CREATE INDEX foreign_session_key ON foreign_session (motet_session_key(fid, session_id));

-- One session at a time, so that each is looked up through an index, whatever the planner believes.
CREATE FUNCTION motet_has_session(session_key text) RETURNS bool LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF session_key ~ '^[0-9]{1,18}:' AND EXISTS (
        SELECT FROM idcert c JOIN session s ON s.actor_id = c.actor_id AND s.serial = c.serial AND s.ended_at IS NULL
        WHERE c.live AND c.actor_id = split_part($1, ':', 1)::int8 AND c.session_id = substr($1, strpos($1, ':') + 1)) THEN
        RETURN true;
    END IF;
    RETURN EXISTS (SELECT FROM foreign_session f WHERE motet_session_key(f.fid, f.session_id) = $1);
END $$;
COMMENT ON FUNCTION motet_has_session IS 'Is there a session, home or foreign, whose events have this key? One that nobody ended counts until it is pruned';

INSERT INTO schema_version (version, compat, checksum) VALUES (11, 1, 'aecf417a1acf59d87821cc88ae80927459421bed674ac519bd6750f8356ef084');
COMMIT;
