#include "base/log_out.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

const char *log_out_journal_path = "/run/systemd/journal/socket";

static struct {
	int fd; /* for write(2), or the journal's socket */
	enum log_to to;
	const char *file;
	bool prefix; /* the journal reads standard error: write a priority before each line */
} log_target = { .fd = 2 };

static const int syslog_priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

static bool stderr_is_journal(void)
{
	const char *said = getenv("JOURNAL_STREAM");
	char is[64];
	struct stat st;

	if (said == NULL || fstat(2, &st) != 0)
		return false;
	snprintf(is, sizeof is, "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino);
	return strcmp(is, said) == 0;
}

static int open_log_file(const char *file)
{
	return open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

static int open_log_target(enum log_to to, const char *file)
{
	if (file[0])
		return open_log_file(file);
	if (to == LOG_TO_JOURNAL)
		return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (to == LOG_TO_SYSLOG)
		openlog("motetd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	return 2;
}

bool log_out_open(enum log_to to, const char *file)
{
	int fd = open_log_target(to, file);

	if (fd < 0)
		return false;
	if (log_target.fd > 2)
		close(log_target.fd);
	log_target.fd = fd;
	log_target.to = file[0] ? LOG_TO_STDERR : to;
	log_target.file = file;
	log_target.prefix = fd == 2 && to == LOG_TO_STDERR && stderr_is_journal();
	return true;
}

void log_out_reopen(void)
{
	if (log_target.file == NULL || log_target.file[0] == '\0')
		return;
	int fd = open_log_file(log_target.file);
	if (fd >= 0) {
		dup3(fd, log_target.fd, O_CLOEXEC);
		close(fd);
	}
}

bool log_out_adds_time(void)
{
	return log_target.prefix || log_target.to != LOG_TO_STDERR;
}

bool log_out_takes_fields(void)
{
	return log_target.to == LOG_TO_JOURNAL;
}

static void write_log_line(int fd, int level, const char *line, size_t n)
{
	char mark[8] = "";
	struct iovec v[] = { { mark, 0 }, { (void *)(uintptr_t)line, n } };

	if (log_target.prefix)
		v[0].iov_len =
		    (size_t)snprintf(mark, sizeof mark, "<%d>", syslog_priorities[level]);
	while (writev(fd, v, 2) < 0 && errno == EINTR)
		;
}

/* The socket is not connected, so that a restarted journal is found again. The only newline of the
 * line is at its end, so each field is one line. */
static bool send_to_journal(
    int level, const char *line, size_t n, const char *fields, size_t nfields)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char head[96];

	snprintf(to.sun_path, sizeof to.sun_path, "%s", log_out_journal_path);
	int m = snprintf(head, sizeof head,
	    "PRIORITY=%d\nSYSLOG_IDENTIFIER=motetd\nSYSLOG_PID=%d\nMESSAGE=",
	    syslog_priorities[level], (int)getpid());
	struct iovec v[] = { { head, (size_t)m }, { (void *)(uintptr_t)line, n },
		{ (void *)(uintptr_t)fields, nfields } };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = v, .msg_iovlen = 3
	};
	return sendmsg(log_target.fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

void log_out_line(int level, const char *line, size_t n, const char *fields, size_t nfields)
{
	if (log_target.to == LOG_TO_SYSLOG)
		syslog(syslog_priorities[level], "%.*s", (int)(n - 1), line);
	else if (log_target.to != LOG_TO_JOURNAL)
		write_log_line(log_target.fd, level, line, n);
	else if (!send_to_journal(level, line, n, fields, nfields))
		write_log_line(2, level, line, n);
}
