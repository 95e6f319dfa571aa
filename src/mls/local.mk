noinst_LIBRARIES += libmls.a
libmls_a_SOURCES = \
	src/mls/mls_check.c \
	src/mls/mls_json.c \
	src/mls/mls_json.h \
	src/mls/mls_keypackage.c \
	src/mls/mls_keypackage.h \
	src/mls/mls_suite.c \
	src/mls/mls_suite.h \
	src/mls/mls_tls.c \
	src/mls/mls_tls.h
MLS = libmls.a $(X509)
