-- The database server and the role of this connection, for motetctl doctor. The settings are the
-- defaults of a new session.
-- name: sql_doctor_server :one redo
-- args:
-- cols: version_num int8, version text, now_ms int8, role text, superuser bool, powers bool,
-- cols: creates bool, owns bool, hidden text, fsync text, full_page_writes text, synchronous_commit text
SELECT current_setting('server_version_num')::int8 AS version_num,
       current_setting('server_version') AS version,
       (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS now_ms, r.rolname::text AS role,
       r.rolsuper AS superuser,
       r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS powers,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS creates,
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = to_regnamespace(current_schema())
           AND pg_has_role(c.relowner, 'USAGE')) AS owns,
       (SELECT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relname = 'schema_version' AND NOT has_schema_privilege(n.oid, 'USAGE')
           LIMIT 1) AS hidden,
       (SELECT s.reset_val FROM pg_settings s WHERE s.name = 'fsync') AS fsync,
       (SELECT s.reset_val FROM pg_settings s
           WHERE s.name = 'full_page_writes') AS full_page_writes,
       (SELECT s.reset_val FROM pg_settings s
           WHERE s.name = 'synchronous_commit') AS synchronous_commit
FROM pg_roles r WHERE r.rolname = current_user

-- room: how many connections this role may have open. others: how many connections other roles have
-- open now.
-- name: sql_doctor_connections :one redo
-- args:
-- cols: room int8, others int8, pid int8
SELECT least((SELECT sum(CASE s.name WHEN 'max_connections' THEN s.setting::int8
                             ELSE -s.setting::int8 END)
              FROM pg_settings s WHERE s.name IN ('max_connections', 'reserved_connections',
                  'superuser_reserved_connections')),
             nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1))::int8 AS room,
       (SELECT count(*) FROM pg_stat_activity a WHERE a.datid IS NOT NULL
           AND a.usesysid IS DISTINCT FROM r.oid) AS others,
       pg_backend_pid()::int8 AS pid
FROM pg_roles r JOIN pg_database d ON d.datname = current_database()
WHERE r.rolname = current_user

-- List the tables and views on which this role lacks a right that server_right lists, or has a
-- right that server_right does not list. The right to lock a table comes with the rights on the
-- whole table.
-- name: sql_doctor_rights :many redo
-- args:
-- cols: name text, missing text, surplus text
WITH ours AS (
    SELECT c.oid, c.relname::text AS name FROM pg_class c
    WHERE c.relkind IN ('r', 'v') AND c.relnamespace = to_regnamespace(current_schema())
        AND c.relowner = (SELECT relowner FROM pg_class WHERE oid = to_regclass('server_right'))),
found AS (
    SELECT o.name, p.p || ' (' || a.attname || ')' AS what, p.n, a.attnum,
           r.object IS NOT NULL AND (r.columns IS NULL OR a.attname = ANY (r.columns)) AS needed,
           has_column_privilege(o.oid, a.attnum, p.p) AS has
    FROM ours o CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE']) WITH ORDINALITY p (p, n)
    JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN server_right r ON r.object = o.name AND r.privilege = p.p
    UNION ALL
    SELECT o.name, p.p, p.n, 0, r.object IS NOT NULL, has_table_privilege(o.oid, p.p)
    FROM ours o
    CROSS JOIN unnest(ARRAY['SELECT', 'DELETE', 'TRUNCATE', 'TRIGGER']) WITH ORDINALITY p (p, n)
    LEFT JOIN server_right r ON r.object = o.name AND r.privilege = p.p)
SELECT name, string_agg(what, ', ' ORDER BY n, attnum) FILTER (WHERE needed AND NOT has) AS missing,
       string_agg(what, ', ' ORDER BY n, attnum) FILTER (WHERE has AND NOT needed) AS surplus
FROM found GROUP BY name HAVING bool_or(needed <> has) ORDER BY name LIMIT 1000
