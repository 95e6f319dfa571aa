# Built with every check, so that it does not rot; `make fuzz-mls` lets clang's fuzzer at it for FUZZ_SECONDS, from the vectors of mlswg.
check_PROGRAMS += tests/fuzz/keypackage_fuzz
tests_fuzz_keypackage_fuzz_SOURCES = tests/fuzz/keypackage_fuzz.c tests/fuzz/main.c
tests_fuzz_keypackage_fuzz_LDADD = $(CODEC)

FUZZ_MLS_BASE = arena.c err.c str.c
FUZZ_MLS_CODEC = der.c derw.c ed25519.c fid.c idcert_read.c idname.c json.c json_scan.c mls_check.c mls_json.c mls_keypackage.c mls_suite.c \
	mls_tls.c text.c utf8.c x509.c
FUZZ_MLS_SEEDS = messages-mls_key_package welcome+passive-key_package
fuzz-mls:
	mkdir -p tests/fuzz/keypackage.corpus
	$(FUZZ_CC) $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(JSONC_CFLAGS) -I. -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined -o tests/fuzz/keypackage_libfuzzer $(srcdir)/tests/fuzz/keypackage_fuzz.c \
		$(FUZZ_MLS_BASE:%=$(srcdir)/src/base/%) $(FUZZ_MLS_CODEC:%=$(srcdir)/src/codec/%) $(JSONC_LIBS) $(CRYPTO_LIBS)
	for f in $(FUZZ_MLS_SEEDS); do python3 $(srcdir)/tests/fuzz/unhex.py $(srcdir)/tests/vectors/mlswg/$$f.hex tests/fuzz/keypackage.corpus || exit 1; done
	tests/fuzz/keypackage_libfuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -print_final_stats=1 tests/fuzz/keypackage.corpus
.PHONY: fuzz-mls
CLEANFILES += tests/fuzz/keypackage_libfuzzer
EXTRA_DIST += tests/fuzz/unhex.py
