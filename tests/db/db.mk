# tests that need PostgreSQL: add to DB_TESTS
