# Not libcrypto.a: that is the name of the library that this room uses.
noinst_LIBRARIES += libcryptography.a
libcryptography_a_SOURCES = \
	src/crypto/challenge.c \
	src/crypto/challenge.h \
	src/crypto/ed25519.c \
	src/crypto/ed25519.h \
	src/crypto/hash.c \
	src/crypto/hash.h \
	src/crypto/otp.c \
	src/crypto/otp.h \
	src/crypto/passwd.c \
	src/crypto/passwd.h \
	src/crypto/phc.c \
	src/crypto/phc.h \
	src/crypto/readable.c \
	src/crypto/readable.h \
	src/crypto/token.c \
	src/crypto/token.h
CRYPTOGRAPHY = libcryptography.a $(TEXT) $(CRYPTO_LIBS)
