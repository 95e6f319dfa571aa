-- The two roles and the database, made by a superuser; may be run again. The owner changes the schema (motetctl migrate), the
-- server's own role gets its rights on the tables from `motetctl migrate --grant motet`.
--   psql -f roles.sql postgres
SELECT 'CREATE ROLE motet_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motet_owner') \gexec
SELECT 'CREATE ROLE motet LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motet') \gexec
SELECT 'CREATE DATABASE motet OWNER motet_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'motet') \gexec
\connect motet
REVOKE ALL ON DATABASE motet FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE motet TO motet;
GRANT USAGE ON SCHEMA public TO motet;
GRANT USAGE, CREATE ON SCHEMA public TO motet_owner;
