-- Makes motet's two roles and its database. Run this file as a superuser; you can run it again:
--   psql -f roles.sql postgres
-- The role motet_owner owns the schema and changes it (motetctl migrate). The servers use the role
-- motet, which gets its rights on the tables from `motetctl migrate --grant motet`.
SELECT 'CREATE ROLE motet_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motet_owner') \gexec
SELECT 'CREATE ROLE motet LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motet') \gexec
SELECT 'CREATE DATABASE motet OWNER motet_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'motet') \gexec
\connect motet
REVOKE ALL ON DATABASE motet FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON FUNCTION lo_creat(int4), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
GRANT CONNECT ON DATABASE motet TO motet;
GRANT USAGE ON SCHEMA public TO motet;
GRANT USAGE, CREATE ON SCHEMA public TO motet_owner;
