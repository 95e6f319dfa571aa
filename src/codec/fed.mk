libcodec_a_SOURCES += src/codec/challenge.c src/codec/challenge.h src/codec/cacheable.c src/codec/cacheable.h src/codec/jws.c src/codec/jws.h src/codec/jws_read.c src/codec/openpgp.h \
	src/codec/openpgp_armour.c src/codec/openpgp_armour.h src/codec/openpgp_packet.c src/codec/openpgp_packet.h src/codec/openpgp_read.c \
	src/codec/openpgp_sig.c src/codec/openpgp_sig.h src/codec/openpgp_write.c src/codec/origin.c src/codec/origin.h
