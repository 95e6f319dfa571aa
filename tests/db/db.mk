# Tests that need PostgreSQL; tests/with-postgres gives them one, and MOTET_DATABASE to find it.
DB_TESTS += tests/db/stmts_test
tests_db_stmts_test_SOURCES = tests/db/stmts_test.c
tests_db_stmts_test_LDADD = $(STORE)
DB_TESTS += tests/db/issue_test
tests_db_issue_test_SOURCES = tests/db/issue_test.c
tests_db_issue_test_LDADD = $(CORE)
DB_TESTS += tests/db/keypackage_test
tests_db_keypackage_test_SOURCES = tests/db/keypackage_test.c tests/db/member.h
tests_db_keypackage_test_LDADD = $(CORE)
DB_TESTS += tests/db/keypackage_race_test
tests_db_keypackage_race_test_SOURCES = tests/db/keypackage_race_test.c tests/db/member.h
tests_db_keypackage_race_test_LDADD = $(CORE)
DB_TESTS += tests/db/password_test
tests_db_password_test_SOURCES = tests/db/password_test.c tests/db/member.h
tests_db_password_test_LDADD = $(CORE)
