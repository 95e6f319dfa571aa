libcodec_a_SOURCES += src/codec/mls_check.c src/codec/mls_json.c src/codec/mls_json.h src/codec/mls_keypackage.c src/codec/mls_keypackage.h \
	src/codec/mls_suite.c src/codec/mls_suite.h src/codec/mls_tls.c src/codec/mls_tls.h
