UNIT_TESTS += tests/unit/ed25519_test tests/unit/fid_test tests/unit/der_test \
	tests/unit/idcsr_test tests/unit/idcert_test tests/unit/lint_test tests/unit/signer_test
tests_unit_ed25519_test_SOURCES = tests/unit/ed25519_test.c tests/unit/x509_make.h
tests_unit_ed25519_test_LDADD = $(SIGNER)
tests_unit_fid_test_SOURCES = tests/unit/fid_test.c
tests_unit_fid_test_LDADD = $(SIGNER)
tests_unit_der_test_SOURCES = tests/unit/der_test.c tests/unit/x509_make.h
tests_unit_der_test_LDADD = $(SIGNER)
tests_unit_idcsr_test_SOURCES = tests/unit/idcsr_test.c tests/unit/x509_make.h
tests_unit_idcsr_test_LDADD = $(SIGNER)
tests_unit_idcert_test_SOURCES = tests/unit/idcert_test.c tests/unit/x509_make.h
tests_unit_idcert_test_LDADD = $(SIGNER)
tests_unit_lint_test_SOURCES = tests/unit/lint_test.c tests/unit/x509_make.h
tests_unit_lint_test_LDADD = $(SIGNER)
tests_unit_signer_test_SOURCES = tests/unit/signer_test.c tests/unit/x509_make.h
tests_unit_signer_test_LDADD = $(SIGNER)

# Other programs read our certificates: openssl and Python's cryptography; and the certificates are
# encoded again in the way of the reference client.
check_PROGRAMS += tests/unit/mkcert
tests_unit_mkcert_SOURCES = tests/unit/mkcert.c
tests_unit_mkcert_LDADD = $(SIGNER)
TESTS += tests/unit/x509_interop
EXTRA_DIST += tests/unit/x509_interop tests/vectors/homeserver-portable.cert.pem \
	tests/vectors/openssl-extreq.csr.pem tests/vectors/pp-actor.cert.pem \
	tests/vectors/pp-actor.csr.pem tests/vectors/pp-homeserver-default.cert.pem
include tests/fuzz/x509.mk
UNIT_TESTS += tests/unit/cacheable_test
tests_unit_cacheable_test_SOURCES = tests/unit/cacheable_test.c tests/unit/x509_make.h
tests_unit_cacheable_test_LDADD = $(SIGNER)
