noinst_LIBRARIES += libx509.a
libx509_a_SOURCES = \
	src/x509/cache_statement.c \
	src/x509/cacheable.c \
	src/x509/cacheable.h \
	src/x509/der.c \
	src/x509/der.h \
	src/x509/derw.c \
	src/x509/derw.h \
	src/x509/idcert.h \
	src/x509/idcert_build.c \
	src/x509/idcert_read.c \
	src/x509/idcsr.c \
	src/x509/idcsr.h \
	src/x509/idname.c \
	src/x509/idname.h \
	src/x509/key_material_der.c \
	src/x509/key_material_der.h \
	src/x509/x509.c \
	src/x509/x509.h
X509 = libx509.a $(JSON)
