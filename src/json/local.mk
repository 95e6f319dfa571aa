noinst_LIBRARIES += libjson.a
libjson_a_SOURCES = \
	src/json/federation_jws.c \
	src/json/federation_jws.h \
	src/json/federation_jws_read.c \
	src/json/json.c \
	src/json/json.h \
	src/json/json_scan.c \
	src/json/json_write.c \
	src/json/shape.c \
	src/json/shape.h
JSON = libjson.a $(CRYPTOGRAPHY) $(JSONC_LIBS)
