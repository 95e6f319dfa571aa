libcodec_a_SOURCES += src/codec/hash.c src/codec/hash.h src/codec/keydata.c src/codec/keydata.h src/codec/otp.c src/codec/otp.h
