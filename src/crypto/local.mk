# The library is not named libcrypto.a, because OpenSSL's has that name and is linked, too.
noinst_LIBRARIES += libcryptography.a
libcryptography_a_SOURCES = \
	src/crypto/algorithms.c \
	src/crypto/algorithms.h \
	src/crypto/argon2id.c \
	src/crypto/argon2id.h \
	src/crypto/ca_file.c \
	src/crypto/ca_file.h \
	src/crypto/ed25519.c \
	src/crypto/ed25519.h \
	src/crypto/hash.c \
	src/crypto/hash.h \
	src/crypto/key_trial_text.c \
	src/crypto/key_trial_text.h \
	src/crypto/low_priority.c \
	src/crypto/low_priority.h \
	src/crypto/opaque_string.c \
	src/crypto/opaque_string.h \
	src/crypto/passwd.c \
	src/crypto/passwd.h \
	src/crypto/phc.c \
	src/crypto/phc.h \
	src/crypto/readable_code.c \
	src/crypto/readable_code.h \
	src/crypto/token.c \
	src/crypto/token.h \
	src/crypto/totp.c \
	src/crypto/totp.h
CRYPTOGRAPHY = libcryptography.a $(TEXT) $(CRYPTO_LIBS) $(UNISTRING_LIBS)
