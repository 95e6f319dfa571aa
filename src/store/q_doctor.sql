-- The database server and the role of this connection, for motetctl doctor. The settings are the
-- defaults of a new session.
-- name: sql_doctor_server :one redo
-- args:
-- cols: version_num int8, version text, now_ms int8, role text, superuser bool, powers bool,
-- cols: creates bool, owns bool, fsync text, full_page_writes text, synchronous_commit text
SELECT current_setting('server_version_num')::int8 AS version_num,
       current_setting('server_version') AS version,
       (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS now_ms, r.rolname::text AS role,
       r.rolsuper AS superuser,
       r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS powers,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS creates,
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = to_regnamespace(current_schema())
           AND pg_has_role(c.relowner, 'USAGE')) AS owns,
       (SELECT s.reset_val FROM pg_settings s WHERE s.name = 'fsync') AS fsync,
       (SELECT s.reset_val FROM pg_settings s
           WHERE s.name = 'full_page_writes') AS full_page_writes,
       (SELECT s.reset_val FROM pg_settings s
           WHERE s.name = 'synchronous_commit') AS synchronous_commit
FROM pg_roles r WHERE r.rolname = current_user

-- Tables on which this role lacks a right that a server needs, or has a right that motet_grant()
-- does not give.
-- name: sql_doctor_rights :many redo
-- args:
-- cols: name text, missing text, surplus text
SELECT name, missing, surplus FROM (
    SELECT c.relname::text AS name,
           string_agg(p.p, ', ' ORDER BY p.n)
               FILTER (WHERE n.needed AND NOT has_table_privilege(c.oid, p.p)) AS missing,
           string_agg(p.p, ', ' ORDER BY p.n)
               FILTER (WHERE NOT n.needed AND has_table_privilege(c.oid, p.p)) AS surplus
    FROM pg_class c
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY p (p, n)
    CROSS JOIN LATERAL (
        SELECT NOT (c.relname IN ('schema_version', 'selftest') AND p.p <> 'SELECT') AND
               NOT (c.relname IN ('idcert', 'serial_used', 'server_key')
                   AND p.p = 'DELETE') AS needed) n
    WHERE c.relkind = 'r'
        AND c.relnamespace = to_regnamespace(current_schema()) GROUP BY c.relname) t
WHERE missing IS NOT NULL OR surplus IS NOT NULL ORDER BY name LIMIT 1000
