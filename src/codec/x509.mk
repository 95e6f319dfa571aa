libcodec_a_SOURCES += src/codec/cache_statement.c src/codec/der.c src/codec/der.h src/codec/derw.c src/codec/derw.h src/codec/ed25519.c \
	src/codec/ed25519.h src/codec/fid.c src/codec/fid.h src/codec/idcert.h src/codec/idcert_build.c src/codec/idcert_lint.c \
	src/codec/idcert_read.c src/codec/idcsr.c src/codec/idcsr.h src/codec/idname.c src/codec/idname.h src/codec/seal.c src/codec/seal.h \
	src/codec/signer.c src/codec/signer.h src/codec/x509.c src/codec/x509.h
