# Tests that need PostgreSQL; tests/with-postgres gives them one, and MOTET_DATABASE to find it.
DB_TESTS += tests/db/stmts_test
tests_db_stmts_test_SOURCES = tests/db/stmts_test.c
tests_db_stmts_test_LDADD = $(STORE)
DB_TESTS += tests/db/issue_test
tests_db_issue_test_SOURCES = tests/db/issue_test.c
tests_db_issue_test_LDADD = $(CORE)
DB_TESTS += tests/db/foreign_test tests/db/trial_test
tests_db_foreign_test_SOURCES = tests/db/foreign_test.c tests/db/abroad.h
tests_db_foreign_test_LDADD = $(CORE)
tests_db_trial_test_SOURCES = tests/db/trial_test.c tests/db/abroad.h
tests_db_trial_test_LDADD = $(CORE)
DB_TESTS += tests/db/fedtoken_test
tests_db_fedtoken_test_SOURCES = tests/db/fedtoken_test.c
tests_db_fedtoken_test_LDADD = $(CORE)
