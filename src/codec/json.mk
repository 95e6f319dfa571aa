libcodec_a_SOURCES += src/codec/armour.c src/codec/form.c src/codec/form.h src/codec/json.c src/codec/json.h src/codec/json_scan.c \
	src/codec/passwd.c src/codec/passwd.h src/codec/phc.c src/codec/phc.h src/codec/readable.c src/codec/readable.h src/codec/shape.c src/codec/shape.h \
	src/codec/text.c src/codec/text.h src/codec/token.c src/codec/token.h src/codec/utf8.c src/codec/utf8.h
