# Text forms of bytes and of names. Uses libc only.
noinst_LIBRARIES += libtext.a
libtext_a_SOURCES = \
	src/text/armour.c \
	src/text/encoding.c \
	src/text/encoding.h \
	src/text/fid.c \
	src/text/fid.h \
	src/text/form.c \
	src/text/form.h \
	src/text/origin.c \
	src/text/origin.h \
	src/text/url.c \
	src/text/url.h \
	src/text/utf8.c \
	src/text/utf8.h
TEXT = libtext.a $(BASE)
