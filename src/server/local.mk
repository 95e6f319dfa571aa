# libserver.a is motetd without its API, so that tests can link another one. It calls api_serve(),
# api_conf_ok(), api_print_routes(), db_new(), db_disconnect(), db_share_away(), db_free(),
# conninfo_valid(), the functions of core/fit.h and core/ready.h, schema_check_version() and prune_run().
noinst_LIBRARIES += libserver.a
libserver_a_SOURCES = \
	src/server/alarm.c \
	src/server/alarm.h \
	src/server/backoff.c \
	src/server/backoff.h \
	src/server/command_line.c \
	src/server/command_line.h \
	src/server/conf_check.c \
	src/server/conf_check.h \
	src/server/handover.c \
	src/server/handover.h \
	src/server/hash_queue.c \
	src/server/hash_queue.h \
	src/server/housekeeper.c \
	src/server/housekeeper.h \
	src/server/listen.c \
	src/server/listen.h \
	src/server/master.c \
	src/server/master.h \
	src/server/motetd.c \
	src/server/motetd.h \
	src/server/notify.c \
	src/server/notify.h \
	src/server/outbound.c \
	src/server/outbound.h \
	src/server/pidfile.c \
	src/server/pidfile.h \
	src/server/pool.c \
	src/server/pool.h \
	src/server/priv.c \
	src/server/priv.h \
	src/server/recycle.c \
	src/server/recycle.h \
	src/server/request_log.c \
	src/server/request_log.h \
	src/server/signals.c \
	src/server/signals.h \
	src/server/start.c \
	src/server/start.h \
	src/server/start_check.c \
	src/server/start_check.h \
	src/server/state_lock.c \
	src/server/state_lock.h \
	src/server/upgrade.c \
	src/server/upgrade.h \
	src/server/worker.c \
	src/server/worker.h
SERVER = libserver.a libtransport.a $(NET) libshm.a $(HTTP) $(FCGI_LIBS)
sbin_PROGRAMS += motetd
motetd_SOURCES = src/server/main.c
motetd_LDADD = libserver.a libtransport.a libnet.a $(API) $(FCGI_LIBS) $(CURL_LIBS)
# If only its owner can read the program, the kernel hides the memory of its processes from others:
# see USR2 in motetd(8).
install-exec-hook:
	chmod go-r '$(DESTDIR)$(sbindir)/motetd$(EXEEXT)'
