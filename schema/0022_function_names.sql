-- motet, schema 22: a function's name says what it does to what.
--
-- Expand, then contract. Workers of the release before run on this schema too and call the old
-- names, so each old name stays for one release, as a function that only calls the new one. The
-- release after this one drops these functions: their comments begin with "Old name of". From here
-- on, schema files, statements and tests use the new names (tests/lint/names).
--
-- Nothing waits: a new name locks no table, and a function keeps its identity, so that triggers,
-- views, defaults, rights and statements that are prepared already go on with it.
BEGIN;

DO $rename$
DECLARE
    names CONSTANT text[] := ARRAY[ -- old, new
        ['motet_admits', 'motet_admits_domain'],
        ['motet_block', 'motet_block_domain'],
        ['motet_caps', 'motet_list_caps'],
        ['motet_claim', 'motet_claim_key_package'],
        ['motet_counts_today', 'motet_counts_toward_day'],
        ['motet_deactivate', 'motet_deactivate_actor'],
        ['motet_emit', 'motet_add_event'],
        ['motet_emit_to_all', 'motet_add_event_for_all'],
        ['motet_failure_pause', 'motet_choose_failure_pause'],
        ['motet_failures_with_next', 'motet_count_next_failure'],
        ['motet_first_event', 'motet_get_first_event'],
        ['motet_fits', 'motet_matches_filter'],
        ['motet_foreign_caps', 'motet_get_foreign_cert_caps'],
        ['motet_foreign_cert_stays', 'motet_keep_revoked_foreign_cert'],
        ['motet_foreign_make_room', 'motet_end_oldest_foreign_sessions'],
        ['motet_foreign_most', 'motet_get_foreign_session_cap'],
        ['motet_foreign_others', 'motet_list_other_foreign_sessions'],
        ['motet_foreign_over_cap', 'motet_list_foreign_certs_over_cap'],
        ['motet_grant', 'motet_grant_server_rights'],
        ['motet_key_package_fits', 'motet_check_key_package_octets'],
        ['motet_key_package_octets', 'motet_get_key_package_cap'],
        ['motet_key_trial_make_room', 'motet_delete_oldest_key_trials'],
        ['motet_keymaterial_add', 'motet_add_key_material'],
        ['motet_make_room', 'motet_end_sessions_for_log_in'],
        ['motet_may_go', 'motet_is_prunable'],
        ['motet_must_add_key_packages', 'motet_add_key_packages_or_fail'],
        ['motet_next_key', 'motet_rotate_server_key'],
        ['motet_only_owner', 'motet_require_owner'],
        ['motet_open_trials_most', 'motet_get_open_key_trial_cap'],
        ['motet_others', 'motet_list_other_sessions'],
        ['motet_place', 'motet_get_database_place'],
        ['motet_ran_out', 'motet_is_idcert_over'],
        ['motet_recovery_codes', 'motet_replace_recovery_codes'],
        ['motet_selftest_begin', 'motet_begin_selftest'],
        ['motet_selftest_forget', 'motet_forget_selftest'],
        ['motet_selftest_made', 'motet_note_selftest_actor'],
        ['motet_selftest_only', 'motet_check_selftest_name'],
        ['motet_selftest_sweep', 'motet_forget_killed_selftests'],
        ['motet_session_key', 'motet_get_session_key'],
        ['motet_session_stays', 'motet_keep_open_session'],
        ['motet_shrink', 'motet_delete_over_cap'],
        ['motet_site', 'motet_get_site'],
        ['motet_snowflake', 'motet_new_snowflake'],
        ['motet_stays', 'motet_keep_name_and_actor'],
        ['motet_stock', 'motet_lock_stock'],
        ['motet_taken', 'motet_is_name_taken'],
        ['motet_tell_low', 'motet_add_low_stock_event'],
        ['motet_throttle_next', 'motet_get_next_throttle_time'],
        ['motet_throttle_wait', 'motet_get_throttle_wait'],
        ['motet_token_stands', 'motet_is_token_redeemable'],
        ['motet_totp_stays', 'motet_keep_confirmed_totp'],
        ['motet_void_before', 'motet_get_void_time'],
        ['motet_void_one_time', 'motet_void_one_time_values'],
        ['motet_within', 'motet_is_within_domain']
    ];
    here CONSTANT oid := current_schema()::regnamespace;
    pair text[];
    renamed oid[] := '{}';
    f record;
    new_text text;
BEGIN
    FOREACH pair SLICE 1 IN ARRAY names LOOP
        FOR f IN SELECT oid, oid::regprocedure AS called FROM pg_proc WHERE pronamespace = here AND proname = pair[1] LOOP
            EXECUTE format('ALTER FUNCTION %s RENAME TO %I', f.called, pair[2]);
            renamed := renamed || f.oid;
        END LOOP;
    END LOOP;

    -- What calls them, or speaks of them, in the body or the comment of a function.
    FOR f IN SELECT oid, oid::regprocedure AS called, pg_get_functiondef(oid) AS def, prosrc,
                 obj_description(oid, 'pg_proc') AS comment
             FROM pg_proc WHERE pronamespace = here AND prokind = 'f' AND proname LIKE 'motet\_%' LOOP
        new_text := f.def;
        FOREACH pair SLICE 1 IN ARRAY names LOOP
            new_text := regexp_replace(new_text, '\m' || pair[1] || '\M', pair[2], 'g');
            f.comment := regexp_replace(f.comment, '\m' || pair[1] || '\M', pair[2], 'g');
        END LOOP;
        IF new_text <> f.def THEN
            EXECUTE new_text;
        END IF;
        EXECUTE format('COMMENT ON FUNCTION %s IS %L', f.called, f.comment);
    END LOOP;

    -- The old names. A trigger finds its function by identity, so its function needs none.
    FOR f IN SELECT p.oid, p.proacl, p.proowner, n.old, p.proname AS new,
                 pg_get_function_identity_arguments(p.oid) AS identity,
                 format('CREATE FUNCTION %I(%s) RETURNS %s LANGUAGE sql %s %s AS %L', n.old,
                     pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
                     CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
                     CASE WHEN p.proisstrict THEN 'STRICT' ELSE '' END,
                     format('SELECT %s%I.%I(%s)', CASE WHEN p.proretset OR p.proargmodes IS NOT NULL THEN '* FROM ' ELSE '' END,
                         current_schema(), p.proname,
                         (SELECT string_agg('$' || i, ', ' ORDER BY i) FROM generate_series(1, p.pronargs) i))) AS def
             FROM pg_proc p JOIN (SELECT names[i][1] AS old, names[i][2] AS new FROM generate_subscripts(names, 1) i) n
                 ON n.new = p.proname
             WHERE p.oid = ANY (renamed) AND p.prorettype <> 'trigger'::regtype LOOP
        EXECUTE f.def;
        EXECUTE format('COMMENT ON FUNCTION %I(%s) IS %L', f.old, f.identity,
            'Old name of ' || f.new || ', for workers of the release before');
        IF f.proacl IS NOT NULL THEN -- rights as before
            EXECUTE format('REVOKE ALL ON FUNCTION %I(%s) FROM PUBLIC', f.old, f.identity);
            EXECUTE (SELECT coalesce(string_agg(format('GRANT EXECUTE ON FUNCTION %I(%s) TO %s', f.old, f.identity,
                        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END), '; '), 'SELECT')
                     FROM aclexplode(f.proacl) WHERE grantee <> f.proowner);
        END IF;
    END LOOP;

    -- `motetctl migrate --grant` grants both names.
    INSERT INTO server_right (object, privilege)
    SELECT replace(r.object, n.old || '(', n.new || '('), r.privilege
    FROM server_right r JOIN (SELECT names[i][1] AS old, names[i][2] AS new FROM generate_subscripts(names, 1) i) n
        ON split_part(r.object, '(', 1) = n.old;
END $rename$;

INSERT INTO schema_version (version, compat, checksum) VALUES (22, 1, '0c92b71630c429c3e1179de39282945f35261e9ff072866917656dc0c062131a');
COMMIT;
