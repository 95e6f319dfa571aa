noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/net.c \
	src/net/net.h \
	src/net/net_address.c \
	src/net/net_address.h \
	src/net/net_ask.c \
	src/net/net_ask.h \
	src/net/net_curl.c \
	src/net/net_curl.h \
	src/net/net_handle.c \
	src/net/net_handle.h \
	src/net/net_policy.c \
	src/net/net_policy.h \
	src/net/net_slots.c \
	src/net/net_slots.h \
	src/net/net_unreachable.c \
	src/net/net_unreachable.h \
	src/net/net_url.c \
	src/net/net_url.h
libnet_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
NET = libnet.a libshm.a $(SIGNER) $(CURL_LIBS)
