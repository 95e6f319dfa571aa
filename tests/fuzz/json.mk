# `make check` runs each fuzz target with some thousand mutations of its seeds. To run longer, guided by coverage:
#   ../configure --enable-sanitizers CC=clang CFLAGS='-g -O1 -fsanitize=fuzzer-no-link'
#   make tests/fuzz/json_fuzz CPPFLAGS=-DLIBFUZZER LDFLAGS=-fsanitize=fuzzer && tests/fuzz/json_fuzz -max_total_time=60
UNIT_TESTS += tests/fuzz/json_fuzz tests/fuzz/target_fuzz
tests_fuzz_json_fuzz_SOURCES = tests/fuzz/json_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_json_fuzz_LDADD = $(SIGNER)
tests_fuzz_target_fuzz_SOURCES = tests/fuzz/target_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_target_fuzz_LDADD = $(HTTP)
