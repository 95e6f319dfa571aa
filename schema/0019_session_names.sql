-- motet, schema 19: session IDs are compared as RFC 5280 7.1 compares names.
BEGIN;

CREATE FUNCTION motet_fold_name(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(btrim(regexp_replace($1, ' +', ' ', 'g'), ' ') COLLATE "C")
$$;
COMMENT ON FUNCTION motet_fold_name IS 'Names with the same result are the same: upper case, blanks at the ends and repeated blanks do not count';

-- Sessions with such IDs that were opened before go on and are rotated. All who issue hold the row of the actor, and each query of this
-- function sees what the one before has committed.
CREATE FUNCTION motet_check_spelling() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF EXISTS (SELECT FROM idcert c WHERE c.actor_id = NEW.actor_id AND c.live AND c.not_after > now() AND c.session_id <> NEW.session_id
                   AND motet_fold_name(c.session_id) = motet_fold_name(NEW.session_id))
       AND NOT EXISTS (SELECT FROM idcert c WHERE c.actor_id = NEW.actor_id AND c.session_id = NEW.session_id
                           AND (c.live OR c.invalidated_at = NEW.not_before)) THEN
        RAISE unique_violation USING MESSAGE = 'a session of this actor has this ID in another spelling', CONSTRAINT = 'idcert_session';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION motet_check_spelling IS 'Refuse an ID-Cert for S1 while the actor has a session s1';
CREATE TRIGGER idcert_one_spelling BEFORE INSERT ON idcert FOR EACH ROW EXECUTE FUNCTION motet_check_spelling();

-- The ID of a session as it is stored: in this spelling, or else in another one.
CREATE FUNCTION motet_get_stored_session_id(actor int8, which text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT c.session_id FROM idcert c WHERE c.actor_id = actor AND c.live AND motet_fold_name(c.session_id) = motet_fold_name(which)
                     ORDER BY c.session_id = which DESC LIMIT 1), which)
$$;
COMMENT ON FUNCTION motet_get_stored_session_id IS 'The ID of the live session that has this name, or the name itself';

INSERT INTO schema_version (version, compat, checksum) VALUES (19, 1, 'c8f564d99f04c9a81d7bd5e7907f86ce51d92862f752cda7533a9debb42c95ed');
COMMIT;
