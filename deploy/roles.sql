-- Makes the two roles and the database. Run it as a superuser; it can be run again:
--   psql -f roles.sql postgres
-- motet_owner owns the schema and changes it (motetctl migrate). motet is the role of the server;
-- `motetctl migrate --grant motet` gives it its rights on the tables.
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
