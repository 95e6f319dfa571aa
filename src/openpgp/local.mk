noinst_LIBRARIES += libopenpgp.a
libopenpgp_a_SOURCES = \
	src/openpgp/openpgp.h \
	src/openpgp/openpgp_armour.c \
	src/openpgp/openpgp_armour.h \
	src/openpgp/openpgp_packet.c \
	src/openpgp/openpgp_packet.h \
	src/openpgp/openpgp_read.c \
	src/openpgp/openpgp_sig.c \
	src/openpgp/openpgp_sig.h \
	src/openpgp/openpgp_write.c
OPENPGP = libopenpgp.a $(X509)
