# Built by every `make check`. `make fuzz-x509` runs each under clang's fuzzer for FUZZ_SECONDS.
check_PROGRAMS += tests/fuzz/csr_fuzz tests/fuzz/cert_fuzz
tests_fuzz_csr_fuzz_SOURCES = tests/fuzz/csr_fuzz.c tests/fuzz/main.c
tests_fuzz_csr_fuzz_LDADD = $(SIGNER)
tests_fuzz_cert_fuzz_SOURCES = tests/fuzz/cert_fuzz.c tests/fuzz/main.c
tests_fuzz_cert_fuzz_LDADD = $(SIGNER)

FUZZ_CC = clang
FUZZ_SECONDS = 30
FUZZ_X509 = \
	src/base/arena.c \
	src/base/err.c \
	src/base/memory.c \
	src/base/str.c \
	src/crypto/ed25519.c \
	src/signer/idcert_lint.c \
	src/text/fid.c \
	src/x509/der.c \
	src/x509/derw.c \
	src/x509/idcert_build.c \
	src/x509/idcert_read.c \
	src/x509/idcsr.c \
	src/x509/idname.c \
	src/x509/x509.c
fuzz-x509:
	for t in csr cert; do \
		$(FUZZ_CC) $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) -I. -DSANITIZED -std=gnu11 -g -O1 \
			-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
			-o tests/fuzz/$${t}_libfuzzer $(srcdir)/tests/fuzz/$${t}_fuzz.c \
			$(FUZZ_X509:%=$(srcdir)/%) $(CRYPTO_LIBS) && \
		mkdir -p tests/fuzz/$$t.corpus && \
		for f in $(srcdir)/tests/vectors/*.$${t}*.pem; do \
			sed '/^-/d' $$f | base64 -d > \
				tests/fuzz/$$t.corpus/$$(basename $$f .pem) || exit 1; \
		done && \
		tests/fuzz/$${t}_libfuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
			-print_final_stats=1 tests/fuzz/$$t.corpus || exit 1; \
	done
.PHONY: fuzz-x509
CLEANFILES += tests/fuzz/csr_libfuzzer tests/fuzz/cert_libfuzzer
