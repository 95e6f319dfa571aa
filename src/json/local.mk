noinst_LIBRARIES += libjson.a
libjson_a_SOURCES = \
	src/json/json.c \
	src/json/json.h \
	src/json/json_scan.c \
	src/json/jws.c \
	src/json/jws.h \
	src/json/jws_read.c \
	src/json/shape.c \
	src/json/shape.h
JSON = libjson.a $(CRYPTOGRAPHY) $(JSONC_LIBS)
