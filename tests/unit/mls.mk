MLS_TESTS = tests/unit/mls_vectors_test tests/unit/mls_rules_test tests/unit/mls_bytes_test \
	tests/unit/mls_json_test
UNIT_TESTS += $(MLS_TESTS)
tests_unit_mls_vectors_test_SOURCES = tests/unit/mls_vectors_test.c tests/unit/mls_make.h \
	tests/unit/x509_make.h
tests_unit_mls_vectors_test_LDADD = $(SIGNER)
tests_unit_mls_rules_test_SOURCES = tests/unit/mls_rules_test.c tests/unit/mls_make.h \
	tests/unit/x509_make.h
tests_unit_mls_rules_test_LDADD = $(SIGNER)
tests_unit_mls_bytes_test_SOURCES = tests/unit/mls_bytes_test.c tests/unit/mls_make.h \
	tests/unit/x509_make.h
tests_unit_mls_bytes_test_LDADD = $(SIGNER)
tests_unit_mls_json_test_SOURCES = tests/unit/mls_json_test.c tests/unit/mls_make.h \
	tests/unit/x509_make.h
tests_unit_mls_json_test_LDADD = $(SIGNER)
UNIT_TESTS += tests/unit/memory_test
tests_unit_memory_test_SOURCES = tests/unit/memory_test.c tests/unit/mls_make.h \
	tests/unit/x509_make.h
tests_unit_memory_test_LDADD = $(SIGNER)
EXTRA_DIST += tests/vectors/mlswg/messages-mls_key_package.hex \
	tests/vectors/mlswg/vlbytes-deserialization.json \
	tests/vectors/mlswg/welcome+passive-key_package.hex \
	tests/vectors/mlswg/welcome+passive-key_package.index

# Makes a session, to check KeyPackages of other implementations: tests/clients/ts-mls/selftest.sh.
check_PROGRAMS += tests/unit/mls_session
tests_unit_mls_session_SOURCES = tests/unit/mls_session.c tests/unit/mls_make.h \
	tests/unit/x509_make.h
tests_unit_mls_session_LDADD = $(SIGNER)
TS_MLS = tests/clients/ts-mls
EXTRA_DIST += $(TS_MLS)/.npmrc $(TS_MLS)/client.mjs $(TS_MLS)/package.json \
	$(TS_MLS)/package-lock.json $(TS_MLS)/selftest.sh
include tests/fuzz/mls.mk
