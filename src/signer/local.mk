noinst_LIBRARIES += libsigner.a
libsigner_a_SOURCES = \
	src/signer/idcert_lint.c \
	src/signer/idcert_lint.h \
	src/signer/seal.c \
	src/signer/seal.h \
	src/signer/signer.c \
	src/signer/signer.h \
	src/signer/signer_process.c \
	src/signer/signer_process.h
SIGNER = libsigner.a libopenpgp.a $(MLS)
