# Tests that need PostgreSQL; tests/with-postgres gives them one, and MOTET_DATABASE to find it.
DB_TESTS += tests/db/stmts_test
tests_db_stmts_test_SOURCES = tests/db/stmts_test.c
tests_db_stmts_test_LDADD = $(STORE)
DB_TESTS += tests/db/clock_test
tests_db_clock_test_SOURCES = tests/db/clock_test.c tests/db/member.h tests/db/home.h
tests_db_clock_test_LDADD = $(CORE)
DB_TESTS += tests/db/issue_test
tests_db_issue_test_SOURCES = tests/db/issue_test.c tests/db/home.h tests/unit/x509_make.h
tests_db_issue_test_LDADD = $(CORE)
DB_TESTS += tests/db/session_name_test
tests_db_session_name_test_SOURCES = tests/db/session_name_test.c tests/db/member.h tests/db/home.h
tests_db_session_name_test_LDADD = $(CORE)
DB_TESTS += tests/db/foreign_test tests/db/key_trial_test
tests_db_foreign_test_SOURCES = tests/db/foreign_test.c tests/db/abroad.h tests/db/home.h
tests_db_foreign_test_LDADD = $(CORE)
DB_TESTS += tests/db/foreign_trouble_test
tests_db_foreign_trouble_test_SOURCES = tests/db/foreign_trouble_test.c tests/db/abroad.h \
	tests/db/home.h
tests_db_foreign_trouble_test_LDADD = $(CORE)
DB_TESTS += tests/db/foreign_session_test
tests_db_foreign_session_test_SOURCES = tests/db/foreign_session_test.c tests/db/abroad.h \
	tests/db/home.h
tests_db_foreign_session_test_LDADD = $(CORE)
tests_db_key_trial_test_SOURCES = tests/db/key_trial_test.c tests/db/abroad.h tests/db/home.h
tests_db_key_trial_test_LDADD = $(CORE)
DB_TESTS += tests/db/federation_token_test
tests_db_federation_token_test_SOURCES = tests/db/federation_token_test.c tests/db/home.h \
	tests/unit/x509_make.h
tests_db_federation_token_test_LDADD = $(CORE)
DB_TESTS += tests/db/keypackage_test
tests_db_keypackage_test_SOURCES = tests/db/keypackage_test.c tests/db/member.h tests/db/home.h
tests_db_keypackage_test_LDADD = $(CORE)
DB_TESTS += tests/db/keypackage_race_test
tests_db_keypackage_race_test_SOURCES = tests/db/keypackage_race_test.c tests/db/member.h \
	tests/db/home.h
tests_db_keypackage_race_test_LDADD = $(CORE)
DB_TESTS += tests/db/password_test
tests_db_password_test_SOURCES = tests/db/password_test.c tests/db/member.h tests/db/home.h
tests_db_password_test_LDADD = $(CORE)
DB_TESTS += tests/db/wait_test
tests_db_wait_test_SOURCES = tests/db/wait_test.c tests/db/member.h tests/db/home.h
tests_db_wait_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getaddrinfo
tests_db_wait_test_LDADD = $(CORE)
DB_TESTS += tests/db/resend_test
tests_db_resend_test_SOURCES = tests/db/resend_test.c tests/db/member.h tests/db/home.h
tests_db_resend_test_LDADD = $(CORE)
DB_TESTS += tests/db/invite_test
tests_db_invite_test_SOURCES = tests/db/invite_test.c tests/db/member.h tests/db/home.h
tests_db_invite_test_LDADD = $(CORE)
DB_TESTS += tests/db/caps_test
tests_db_caps_test_SOURCES = tests/db/caps_test.c tests/db/member.h tests/db/home.h
tests_db_caps_test_LDADD = $(CORE)
DB_TESTS += tests/db/prune_test
tests_db_prune_test_SOURCES = tests/db/prune_test.c tests/db/member.h tests/db/home.h
tests_db_prune_test_LDADD = $(CORE)
DB_TESTS += tests/db/verify_test
tests_db_verify_test_SOURCES = tests/db/verify_test.c tests/db/verify_damages.h \
	tests/db/member.h tests/db/home.h
tests_db_verify_test_LDADD = $(CORE)
DB_TESTS += tests/db/second_factor_test
tests_db_second_factor_test_SOURCES = tests/db/second_factor_test.c tests/db/member.h \
	tests/db/home.h
tests_db_second_factor_test_LDADD = $(CORE)
EXTRA_DIST += tests/db/ctl_test.py tests/db/ctl_totp_test.py tests/db/epoch_drill_test.py \
	tests/db/function_names_test.py tests/db/role_test.py
DB_TESTS += tests/db/epoch_test
tests_db_epoch_test_SOURCES = tests/db/epoch_test.c tests/db/member.h tests/db/home.h
tests_db_epoch_test_LDADD = $(CORE)
DB_TESTS += tests/db/event_test
tests_db_event_test_SOURCES = tests/db/event_test.c tests/db/member.h tests/db/home.h
tests_db_event_test_LDADD = $(CORE)
