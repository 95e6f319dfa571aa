UNIT_TESTS += tests/unit/mls_vectors_test
tests_unit_mls_vectors_test_SOURCES = tests/unit/mls_vectors_test.c tests/unit/mls_make.h
tests_unit_mls_vectors_test_LDADD = $(CODEC)
EXTRA_DIST += tests/vectors/mlswg/messages-mls_key_package.hex tests/vectors/mlswg/vlbytes-deserialization.json \
	tests/vectors/mlswg/welcome+passive-key_package.hex tests/vectors/mlswg/welcome+passive-key_package.index
