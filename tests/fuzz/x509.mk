# Built with every check, so that they do not rot; `make fuzz-x509` lets clang's fuzzer at them for FUZZ_SECONDS each.
check_PROGRAMS += tests/fuzz/csr_fuzz tests/fuzz/cert_fuzz
tests_fuzz_csr_fuzz_SOURCES = tests/fuzz/csr_fuzz.c tests/fuzz/main.c
tests_fuzz_csr_fuzz_LDADD = $(CODEC)
tests_fuzz_cert_fuzz_SOURCES = tests/fuzz/cert_fuzz.c tests/fuzz/main.c
tests_fuzz_cert_fuzz_LDADD = $(CODEC)

FUZZ_CC = clang
FUZZ_SECONDS = 30
FUZZ_X509 = arena.c err.c str.c
FUZZ_X509_CODEC = der.c derw.c ed25519.c fid.c idcert_build.c idcert_lint.c idcert_read.c idcsr.c idname.c x509.c
fuzz-x509:
	for t in csr cert; do \
		$(FUZZ_CC) $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) -I. -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined \
			-fno-sanitize-recover=undefined -o tests/fuzz/$${t}_libfuzzer $(srcdir)/tests/fuzz/$${t}_fuzz.c \
			$(FUZZ_X509:%=$(srcdir)/src/base/%) $(FUZZ_X509_CODEC:%=$(srcdir)/src/codec/%) $(CRYPTO_LIBS) && \
		mkdir -p tests/fuzz/$$t.corpus && \
		for f in $(srcdir)/tests/vectors/*.$${t}*.pem; do \
			sed '/^-/d' $$f | base64 -d > tests/fuzz/$$t.corpus/$$(basename $$f .pem) || exit 1; \
		done && \
		tests/fuzz/$${t}_libfuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -print_final_stats=1 tests/fuzz/$$t.corpus || exit 1; \
	done
.PHONY: fuzz-x509
CLEANFILES += tests/fuzz/csr_libfuzzer tests/fuzz/cert_libfuzzer
