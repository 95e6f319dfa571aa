UNIT_TESTS += tests/unit/base_test tests/unit/log_test
tests_unit_base_test_SOURCES = tests/unit/base_test.c
tests_unit_base_test_LDADD = $(BASE)
tests_unit_log_test_SOURCES = tests/unit/log_test.c
tests_unit_log_test_LDADD = $(BASE)
UNIT_TESTS += tests/unit/text_test
tests_unit_text_test_SOURCES = tests/unit/text_test.c
tests_unit_text_test_LDADD = $(TEXT)
