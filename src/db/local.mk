noinst_LIBRARIES += libdb.a
libdb_a_SOURCES = \
	src/db/arg.c \
	src/db/check.c \
	src/db/conn.c \
	src/db/conn.h \
	src/db/conninfo.c \
	src/db/conninfo.h \
	src/db/db.c \
	src/db/db.h \
	src/db/resolve.c \
	src/db/resolve.h \
	src/db/wait.c \
	src/db/wait.h
DB = libdb.a $(SIGNER) $(PQ_LIBS)
