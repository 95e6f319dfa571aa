libcodec_a_SOURCES += src/codec/json.h src/codec/passwd.h src/codec/shape.h src/codec/text.h src/codec/token.h
