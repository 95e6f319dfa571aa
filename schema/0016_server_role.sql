-- motet, schema 16: the role of the servers can do what a server does, and nothing else.
BEGIN;

-- What a server's role gets, and all that it gets. A later file adds rows for its tables and columns;
-- src/doc/operations.md 6 names the statement that needs each of them.
CREATE TABLE server_right (
    object    text COLLATE "C" NOT NULL,
    privilege text COLLATE "C" NOT NULL
        CHECK (privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE', 'EXECUTE')),
    columns   text[] CHECK (columns IS NULL OR privilege IN ('INSERT', 'UPDATE')),
    PRIMARY KEY (object, privilege)
);
COMMENT ON TABLE server_right IS 'What `motetctl migrate --grant ROLE` grants to the role of the servers';
COMMENT ON COLUMN server_right.object IS 'A table, a view, a sequence (USAGE) or a function (EXECUTE)';
COMMENT ON COLUMN server_right.columns IS 'The columns that it is for; null: all, also those that are added later';

INSERT INTO server_right (object, privilege)
SELECT unnest(ARRAY['actor', 'any_session', 'event', 'event_counter', 'federation_token', 'foreign_actor',
    'foreign_cert', 'foreign_server', 'foreign_session', 'idcert', 'invite', 'key_package', 'key_package_notice',
    'key_trial', 'keymaterial', 'live_session', 'probe', 'redeemed_token', 'schema_version', 'selftest', 'serial_used',
    'server_key', 'server_right', 'session', 'setting', 'throttle', 'totp', 'totp_recovery']), 'SELECT';

INSERT INTO server_right (object, privilege, columns) VALUES
    ('actor', 'INSERT', '{local_name,password,admin,invite_id}'),
    ('actor', 'UPDATE', '{password}'),
    ('event', 'INSERT', '{session_key,seq,namespace,op,name,serial,data}'),
    ('event_counter', 'INSERT', '{session_key,last}'),
    ('event_counter', 'UPDATE', '{last,read}'),
    ('federation_token', 'INSERT', '{actor_id,jti,token_hash,audience,issued_at,expires_at,asked_by,serial}'),
    ('federation_token', 'UPDATE', '{deleted_at,redeemed_at}'),
    ('foreign_actor', 'INSERT', '{fid,session_id,domain,fresh_until}'),
    ('foreign_actor', 'UPDATE', '{domain,fresh_until,listed_at}'),
    ('foreign_cert', 'INSERT', '{subject,serial,domain,session_id,cacheable,not_before,not_after,invalidated_at,usable_until}'),
    ('foreign_cert', 'UPDATE', '{domain,session_id,cacheable,not_before,not_after,invalidated_at,usable_until,fetched_at}'),
    ('foreign_server', 'INSERT', '{place,api,domain,serial,failure,said,failures,fresh_until}'),
    ('foreign_server', 'UPDATE', '{api,domain,serial,failure,said,failures,fresh_until,checked_at}'),
    ('foreign_session', 'INSERT', '{token_hash,fid,domain,session_id,serial,public_key,cert,not_after}'),
    ('foreign_session', 'UPDATE', '{token_hash,serial,public_key,cert,not_after,created_at,ended_at}'),
    ('idcert', 'INSERT', '{actor_id,serial,session_id,server_serial,public_key,csr_hash,cert,not_before,not_after,by_password}'),
    ('idcert', 'UPDATE', '{live,invalidated_at}'),
    ('invite', 'UPDATE', '{used}'),
    ('key_package', 'INSERT', '{actor_id,serial,suite,extensions,last_resort,ref,init_hash,tls,not_before,not_after}'),
    ('key_package', 'UPDATE', '{tls,used_at,spent_at}'),
    ('key_package_notice', 'INSERT', '{actor_id,serial}'),
    ('key_package_notice', 'UPDATE', '{serial}'),
    ('key_trial', 'INSERT', '{trial,for_fid,for_session,expires_at,asked_from}'),
    ('key_trial', 'UPDATE', '{attempt,completed_at,fid,serial,signature}'),
    ('keymaterial', 'INSERT', '{actor_id,serial,key_data,algorithm,algorithms}'),
    ('probe', 'INSERT', '{token_hash,expires_at}'),
    ('redeemed_token', 'INSERT', '{iss,jti,attempt,expires_at}'),
    ('redeemed_token', 'UPDATE', '{redeemed_at}'),
    ('serial_used', 'INSERT', '{serial}'),
    ('server_key', 'UPDATE', '{serial}'),
    ('session', 'INSERT', '{token_hash,actor_id,serial}'),
    ('session', 'UPDATE', '{serial,ended_at}'),
    ('setting', 'UPDATE', '{token_generation}'),
    ('throttle', 'INSERT', '{key,tat}'),
    ('throttle', 'UPDATE', '{tat}'),
    ('totp', 'INSERT', '{actor_id,sealed}'),
    ('totp', 'UPDATE', '{sealed,created_at,confirmed_at,last_step,attempt}'),
    ('totp_recovery', 'INSERT', '{actor_id,hash}'),
    ('totp_recovery', 'UPDATE', '{used_at,attempt}');

INSERT INTO server_right (object, privilege)
SELECT unnest(ARRAY['event', 'event_counter', 'federation_token', 'foreign_actor', 'foreign_cert', 'foreign_server',
    'foreign_session', 'key_package', 'key_package_notice', 'key_trial', 'keymaterial', 'probe', 'redeemed_token',
    'session', 'throttle', 'totp']), 'DELETE';

INSERT INTO server_right (object, privilege) VALUES
    ('snowflake_seq', 'USAGE'),
    ('motet_next_key(int8, int8, bytea, bytea, bytea, timestamptz, timestamptz)', 'EXECUTE'),
    ('motet_recovery_codes(int8, bytea[], text)', 'EXECUTE'),
    ('motet_selftest_begin(text, bytea[])', 'EXECUTE'),
    ('motet_selftest_forget(text)', 'EXECUTE'),
    ('motet_shrink(text, int8)', 'EXECUTE');

-- First everything is taken away, also what earlier versions of this function gave. What others own in this schema is left alone.
CREATE OR REPLACE FUNCTION motet_grant(role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place text := quote_ident(current_schema());
    r record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
        RAISE undefined_object USING MESSAGE = format('role "%s" does not exist', role);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %s TO %I', place, role);
    FOR r IN
        SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.relname AS name
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'S') AND pg_has_role(c.relowner, 'USAGE')
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s.%I FROM %I', r.kind, place, r.name, role);
    END LOOP;
    FOR r IN
        SELECT CASE privilege WHEN 'EXECUTE' THEN 'FUNCTION' WHEN 'USAGE' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
               object, privilege, '(' || array_to_string(columns, ', ') || ')' AS columns
        FROM server_right
    LOOP
        EXECUTE format('GRANT %s %s ON %s %s.%s TO %I', r.privilege, r.columns, r.kind, place, r.object, role);
    END LOOP;
END $$;
COMMENT ON FUNCTION motet_grant IS 'Give a role the rights of server_right, and take all others from it';

-- What a right on a column does not say. The owner of a table, and so functions with the owner's
-- rights, may do it; whoever else tries is refused. WHEN is free of search_path: names in it are
-- looked up here and now.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE FUNCTION motet_is_owner(tab oid) RETURNS bool LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = tab
$$;
COMMENT ON FUNCTION motet_is_owner IS 'Does the caller have the rights of the owner of this table?';

CREATE FUNCTION motet_only_owner() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT motet_is_owner(TG_RELID) THEN
        RAISE insufficient_privilege USING MESSAGE = format('role %s may not %s: %s', current_user, TG_ARGV[0], TG_TABLE_NAME);
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION motet_only_owner IS 'Refuse what is left to the owner of the table';

CREATE TRIGGER actor_no_admin BEFORE INSERT ON actor FOR EACH ROW
    WHEN (NEW.admin) EXECUTE FUNCTION motet_only_owner('make administrators');

-- What is over stays over.
CREATE TRIGGER idcert_over BEFORE UPDATE ON idcert FOR EACH ROW
    WHEN (NEW.live AND NOT OLD.live OR OLD.invalidated_at IS NOT NULL AND NEW.invalidated_at IS DISTINCT FROM OLD.invalidated_at)
    EXECUTE FUNCTION motet_only_owner('bring back what was revoked');
CREATE TRIGGER idcert_now BEFORE UPDATE ON idcert FOR EACH ROW
    WHEN (OLD.invalidated_at IS NULL AND abs(extract(epoch FROM NEW.invalidated_at - now())) > 3600)
    EXECUTE FUNCTION motet_only_owner('revoke at another time than now');
CREATE TRIGGER session_over BEFORE UPDATE ON session FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
    EXECUTE FUNCTION motet_only_owner('bring back a session that ended');
CREATE TRIGGER foreign_session_over BEFORE UPDATE ON foreign_session FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
    EXECUTE FUNCTION motet_only_owner('bring back a session that ended');
CREATE TRIGGER foreign_cert_over BEFORE UPDATE ON foreign_cert FOR EACH ROW
    WHEN (OLD.invalidated_at IS NOT NULL AND NEW.invalidated_at IS NULL)
    EXECUTE FUNCTION motet_only_owner('bring back what was revoked');
CREATE TRIGGER federation_token_over BEFORE UPDATE ON federation_token FOR EACH ROW
    WHEN (OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS DISTINCT FROM OLD.deleted_at
          OR OLD.redeemed_at IS NOT NULL AND NEW.redeemed_at IS DISTINCT FROM OLD.redeemed_at)
    EXECUTE FUNCTION motet_only_owner('bring back a token that was used');
CREATE TRIGGER key_trial_over BEFORE UPDATE ON key_trial FOR EACH ROW
    WHEN (OLD.attempt IS NOT NULL AND NEW IS DISTINCT FROM OLD)
    EXECUTE FUNCTION motet_only_owner('change a key trial that was completed');
CREATE TRIGGER key_package_over BEFORE UPDATE ON key_package FOR EACH ROW
    WHEN (OLD.spent_at IS NOT NULL AND NEW.spent_at IS DISTINCT FROM OLD.spent_at
          OR OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at
          OR NEW.tls IS NOT NULL AND NEW.tls IS DISTINCT FROM OLD.tls)
    EXECUTE FUNCTION motet_only_owner('bring back a KeyPackage that was given out');
CREATE TRIGGER totp_over BEFORE UPDATE ON totp FOR EACH ROW
    WHEN (NEW.last_step < OLD.last_step OR NEW.last_step > extract(epoch FROM now()) / 30 + 120 OR OLD.confirmed_at IS NOT NULL
          AND (NEW.sealed, NEW.created_at, NEW.confirmed_at) IS DISTINCT FROM (OLD.sealed, OLD.created_at, OLD.confirmed_at))
    EXECUTE FUNCTION motet_only_owner('change a second factor that was confirmed');
CREATE TRIGGER totp_recovery_over BEFORE UPDATE ON totp_recovery FOR EACH ROW
    WHEN (OLD.used_at IS NOT NULL AND (NEW.used_at IS NULL OR NEW.attempt IS DISTINCT FROM OLD.attempt))
    EXECUTE FUNCTION motet_only_owner('bring back a recovery code that was used');
CREATE TRIGGER invite_over BEFORE UPDATE ON invite FOR EACH ROW
    WHEN (NEW.used < OLD.used) EXECUTE FUNCTION motet_only_owner('bring back uses of an invite');
CREATE TRIGGER event_counter_over BEFORE UPDATE ON event_counter FOR EACH ROW
    WHEN (NEW.last < OLD.last OR NEW.read < OLD.read) EXECUTE FUNCTION motet_only_owner('count back');

-- A lock on a row takes a right to change a column of it; there is nothing to change in these.
CREATE TRIGGER server_key_kept BEFORE UPDATE ON server_key FOR EACH ROW
    WHEN (NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION motet_only_owner('change a key');
CREATE TRIGGER redeemed_token_kept BEFORE UPDATE ON redeemed_token FOR EACH ROW
    WHEN (NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION motet_only_owner('change what was redeemed');
CREATE TRIGGER key_package_notice_kept BEFORE UPDATE ON key_package_notice FOR EACH ROW
    WHEN (NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION motet_only_owner('change a notice');

-- Nothing goes before motet_may_go() says so.
CREATE TRIGGER foreign_session_stays BEFORE DELETE ON foreign_session FOR EACH ROW
    WHEN (motet_may_go(OLD, 0) IS NOT TRUE) EXECUTE FUNCTION motet_only_owner('delete a session that has not ended');
CREATE TRIGGER foreign_server_stays BEFORE DELETE ON foreign_server FOR EACH ROW
    WHEN (motet_may_go(OLD, 0) IS NOT TRUE) EXECUTE FUNCTION motet_only_owner('delete what is known of a server or blocked');
CREATE TRIGGER key_trial_stays BEFORE DELETE ON key_trial FOR EACH ROW
    WHEN (motet_may_go(OLD) IS NOT TRUE) EXECUTE FUNCTION motet_only_owner('delete a key trial that is open or completed');
CREATE TRIGGER federation_token_stays BEFORE DELETE ON federation_token FOR EACH ROW
    WHEN (motet_may_go(OLD) IS NOT TRUE) EXECUTE FUNCTION motet_only_owner('delete a token that has not expired');
CREATE TRIGGER redeemed_token_stays BEFORE DELETE ON redeemed_token FOR EACH ROW
    WHEN (motet_may_go(OLD) IS NOT TRUE) EXECUTE FUNCTION motet_only_owner('forget that a token was redeemed');
CREATE TRIGGER key_package_stays BEFORE DELETE ON key_package FOR EACH ROW
    WHEN (motet_may_go(OLD) IS NOT TRUE) EXECUTE FUNCTION motet_only_owner('forget that an init_key was used');

-- Not ended, but its ID-Cert has run out.
CREATE FUNCTION motet_session_stays() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM idcert c WHERE c.actor_id = OLD.actor_id AND c.serial = OLD.serial AND NOT motet_ran_out(c, 0))
       AND NOT motet_is_owner(TG_RELID) THEN
        RAISE insufficient_privilege USING MESSAGE = format('role %s may not delete a session that has not ended', current_user);
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER session_stays BEFORE DELETE ON session FOR EACH ROW
    WHEN (OLD.ended_at IS NULL) EXECUTE FUNCTION motet_session_stays();

-- A revocation goes early only where one domain has more than its cap of them.
CREATE FUNCTION motet_foreign_cert_stays() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF (SELECT count(*) FROM foreign_cert f WHERE f.domain = OLD.domain) <= (SELECT of_domain FROM motet_foreign_caps())
       AND NOT motet_is_owner(TG_RELID) THEN
        RAISE insufficient_privilege USING MESSAGE = format('role %s may not forget that a certificate was revoked', current_user);
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER foreign_cert_stays BEFORE DELETE ON foreign_cert FOR EACH ROW
    WHEN (OLD.invalidated_at IS NOT NULL AND motet_may_go(OLD) IS NOT TRUE) EXECUTE FUNCTION motet_foreign_cert_stays();

-- A confirmed second factor is removed by somebody who has just proved it, with a code of the last five minutes.
CREATE FUNCTION motet_totp_stays() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.last_step < extract(epoch FROM now()) / 30 - 10
       AND NOT EXISTS (SELECT FROM totp_recovery r WHERE r.actor_id = OLD.actor_id AND r.used_at > now() - interval '5 minutes')
       AND NOT motet_is_owner(TG_RELID) THEN
        RAISE insufficient_privilege USING MESSAGE = format('role %s may not remove a second factor without a code', current_user);
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER totp_stays BEFORE DELETE ON totp FOR EACH ROW
    WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION motet_totp_stays();

-- With the rights of the owner, because no right on server_key and totp_recovery says "only so".
ALTER FUNCTION motet_next_key SECURITY DEFINER SET search_path FROM CURRENT;
ALTER FUNCTION motet_recovery_codes SECURITY DEFINER SET search_path FROM CURRENT;
REVOKE ALL ON FUNCTION motet_next_key, motet_recovery_codes, motet_shrink FROM PUBLIC;

-- These run with the caller's rights but are for the owner.
REVOKE ALL ON FUNCTION motet_deactivate, motet_block FROM PUBLIC;

INSERT INTO schema_version (version, compat, checksum) VALUES (16, 1, '65b58ee487e1f9aea96247e89149381b5aa1e5baae988d07602a39dcc4941f4e');
COMMIT;
