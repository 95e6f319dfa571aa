noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/address.c \
	src/base/address.h \
	src/base/arena.c \
	src/base/arena.h \
	src/base/ascii.h \
	src/base/banned.h \
	src/base/clock.h \
	src/base/db_pool.h \
	src/base/conf.c \
	src/base/conf.def \
	src/base/conf.h \
	src/base/conf_args.c \
	src/base/conf_args.h \
	src/base/counters.def \
	src/base/cx.h \
	src/base/err.c \
	src/base/err.def \
	src/base/err.h \
	src/base/fdpass.c \
	src/base/fdpass.h \
	src/base/fetch.h \
	src/base/install_path.c \
	src/base/install_path.h \
	src/base/log.c \
	src/base/log.h \
	src/base/log_out.c \
	src/base/log_out.h \
	src/base/machine.c \
	src/base/machine.h \
	src/base/memory.c \
	src/base/memory.h \
	src/base/memory_file.c \
	src/base/memory_file.h \
	src/base/meter.c \
	src/base/meter.h \
	src/base/secret.c \
	src/base/secret.h \
	src/base/str.c \
	src/base/str.h
BASE = libbase.a
