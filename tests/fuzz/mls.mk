# Built by every `make check`. `make fuzz-mls` runs it under clang's fuzzer for FUZZ_SECONDS,
# starting with the vectors of the MLS working group.
check_PROGRAMS += tests/fuzz/keypackage_fuzz
tests_fuzz_keypackage_fuzz_SOURCES = tests/fuzz/keypackage_fuzz.c tests/fuzz/main.c
tests_fuzz_keypackage_fuzz_LDADD = $(SIGNER)

FUZZ_MLS = \
	src/base/arena.c \
	src/base/err.c \
	src/base/memory.c \
	src/base/str.c \
	src/crypto/ed25519.c \
	src/json/json.c \
	src/json/json_scan.c \
	src/mls/mls_check.c \
	src/mls/mls_json.c \
	src/mls/mls_keypackage.c \
	src/mls/mls_suite.c \
	src/mls/mls_tls.c \
	src/text/fid.c \
	src/text/encoding.c \
	src/text/utf8.c \
	src/x509/der.c \
	src/x509/derw.c \
	src/x509/idcert_read.c \
	src/x509/idname.c \
	src/x509/x509.c
FUZZ_MLS_SEEDS = messages-mls_key_package welcome+passive-key_package
fuzz-mls:
	mkdir -p tests/fuzz/keypackage.corpus
	$(FUZZ_CC) $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(JSONC_CFLAGS) -I. -DSANITIZED -std=gnu11 -g -O1 \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-o tests/fuzz/keypackage_libfuzzer $(srcdir)/tests/fuzz/keypackage_fuzz.c \
		$(FUZZ_MLS:%=$(srcdir)/%) $(JSONC_LIBS) $(CRYPTO_LIBS)
	for f in $(FUZZ_MLS_SEEDS); do \
		python3 $(srcdir)/tests/fuzz/unhex.py $(srcdir)/tests/vectors/mlswg/$$f.hex \
			tests/fuzz/keypackage.corpus || exit 1; \
	done
	tests/fuzz/keypackage_libfuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
		-print_final_stats=1 tests/fuzz/keypackage.corpus
.PHONY: fuzz-mls
CLEANFILES += tests/fuzz/keypackage_libfuzzer
EXTRA_DIST += tests/fuzz/unhex.py
