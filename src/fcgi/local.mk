# Not libfcgi.a: the library that this directory wraps has that name.
noinst_LIBRARIES += libtransport.a
libtransport_a_SOURCES = \
	src/fcgi/cgi.c \
	src/fcgi/cgi.h \
	src/fcgi/request_progress.c \
	src/fcgi/request_progress.h \
	src/fcgi/fcgi.h \
	src/fcgi/fcgi_epoll.c \
	src/fcgi/fcgi_plain.c \
	src/fcgi/fcgi_state.h \
	src/fcgi/fd_queue.c \
	src/fcgi/fd_queue.h \
	src/fcgi/outbox.c \
	src/fcgi/outbox.h \
	src/fcgi/message.c \
	src/fcgi/message.h \
	src/fcgi/params.c \
	src/fcgi/last_answer.c \
	src/fcgi/last_answer.h \
	src/fcgi/pending_signals.c \
	src/fcgi/pending_signals.h \
	src/fcgi/phase_alarm.c \
	src/fcgi/phase_alarm.h \
	src/fcgi/spool.c \
	src/fcgi/spool.h
TRANSPORT = libtransport.a $(HTTP) $(FCGI_LIBS)
