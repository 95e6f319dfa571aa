noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	src/http/accept.c \
	src/http/cors.c \
	src/http/cors.h \
	src/http/http.c \
	src/http/http.h \
	src/http/nearest.c \
	src/http/query.c \
	src/http/router.c \
	src/http/router.h \
	src/http/target.c
HTTP = libhttp.a $(SIGNER)
