#include "../tap.h"
#include "base/address.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/log_out.h"
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void addresses(void)
{
	static const struct {
		const char *list, *address;
		bool in;
	} rows[] = {
		{ "", "127.0.0.1", false },
		{ "127.0.0.1", "127.0.0.1", true },
		{ "192.0.2.0/24, 2001:db8::/32", "192.0.2.255", true },
		{ "192.0.2.0/24, 2001:db8::/32", "192.0.3.0", false },
		{ "192.0.2.0/24, 2001:db8::/32", "2001:db8:ffff::1", true },
		{ "192.0.2.0/24, 2001:db8::/32", "2001:db9::1", false },
		{ "192.0.2.0/23", "192.0.3.9", true },
		{ "192.0.2.7/32", "192.0.2.6", false },
		{ "192.0.2.0/24", "::ffff:192.0.2.9", true },
		{ "::ffff:192.0.2.0/120", "192.0.2.9", true },
		{ "0.0.0.0/0", "203.0.113.1", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "::1", true },
		{ "192.0.2.0/33", "192.0.2.1", false },
		{ "192.0.2.0/x", "192.0.2.1", false },
		{ "unix:", "unix:", true },
		{ "unix:", "", false },
		{ "192.0.2.1", "nonsense", false },
	};
	char why[160], text[ADDRESS_TEXT];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ok(address_listed(rows[i].list, str_of(rows[i].address)) == rows[i].in,
		    "%s is %sin \"%s\"", rows[i].address, rows[i].in ? "" : "not ", rows[i].list);
	ok(address_list_ok("", why, sizeof why) &&
		address_list_ok("::1, 10.0.0.0/8", why, sizeof why),
	    "valid lists");
	ok(!address_list_ok("::1, 10.0.0.0/40", why, sizeof why), "an invalid list: %s", why);
	ok(strcmp(address_short(STR("198.51.100.77"), text), "198.51.100.0") == 0,
	    "the network of an IPv4 address");
	ok(strcmp(address_short(STR("2001:db8:7:8::9"), text), "2001:db8:7::") == 0,
	    "the network of an IPv6 address");
	ok(strcmp(address_short(STR("::ffff:198.51.100.77"), text), "198.51.100.0") == 0,
	    "the network of an IPv4-mapped address");
	ok(strcmp(address_short(STR("unix:"), text), "unix:") == 0, "other text stays unchanged");
}

static void events(void)
{
	const struct log_field f[] = { { "route", "/a b", 0 }, { "status", NULL, 500 } };

	log_request(STR("abc.1"));
	log_event(LOG_LEVEL_INFO, "request", f, 2);
	log_warn("two\nlines");
	log_request(STR(""));
	log_info("outside");
}

static void to_journal(const char *dir)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char got[4096], path[100];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(path, sizeof path, "%s/journal", dir);
	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	bind(fd, (struct sockaddr *)&a, sizeof a);
	log_out_journal_path = path;
	ok(log_open(&(struct conf){
	       .log_file = "", .log_to = LOG_TO_JOURNAL, .log_level = LOG_LEVEL_INFO }),
	    "log_open() for the journal");
	events();
	ssize_t n = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);
	got[n > 0 ? n : 0] = '\0';
	ok(strstr(got, "PRIORITY=6\nSYSLOG_IDENTIFIER=motetd\n") == got,
	    "priority and identifier come first");
	ok(strstr(got, "\nMESSAGE=request id=abc.1 route=\"/a b\" status=500\n"),
	    "the message holds no time");
	ok(strstr(got, "\nMOTET_ROUTE=/a b\nMOTET_STATUS=500\n") &&
		strstr(got, "\nMOTET_ID=abc.1\n"),
	    "members become fields");
	n = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);
	got[n > 0 ? n : 0] = '\0';
	ok(strstr(got, "PRIORITY=4\n") == got && strstr(got, "MESSAGE=two\\u000alines id=abc.1\n"),
	    "a newline cannot make a field");
	n = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);
	got[n > 0 ? n : 0] = '\0';
	ok(strstr(got, "MESSAGE=outside\n") && strstr(got, "MOTET_ID") == NULL,
	    "no ID outside of a request");
	close(fd);
	unlink(path);
}

/* Log to standard error, which is a file here, and return its content. `journal`: JOURNAL_STREAM
 * names that file. */
static const char *to_stderr(const char *dir, enum log_to to, bool journal)
{
	static char got[8192];
	char path[100], stream[64];
	struct stat st;
	int was = dup(2);

	snprintf(path, sizeof path, "%s/stderr", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	dup2(fd, 2);
	fstat(2, &st);
	snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino + !journal);
	setenv("JOURNAL_STREAM", stream, 1);
	log_open(&(struct conf){ .log_file = "", .log_to = to, .log_level = LOG_LEVEL_INFO });
	events();
	dup2(was, 2);
	ssize_t n = pread(fd, got, sizeof got - 1, 0);
	got[n > 0 ? n : 0] = '\0';
	close(fd);
	close(was);
	unlink(path);
	return got;
}

static bool tell(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	bool told = write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return told;
}

/* Get a mount namespace; without root, inside a user namespace. */
static bool own_mounts(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char users[32], groups[32];

	if (uid == 0)
		return unshare(CLONE_NEWNS) == 0;
	snprintf(users, sizeof users, "0 %u 1", (unsigned)uid);
	snprintf(groups, sizeof groups, "0 %u 1", (unsigned)gid);
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && tell("/proc/self/setgroups", "deny") &&
	    tell("/proc/self/uid_map", users) && tell("/proc/self/gid_map", groups);
}

/*
 * syslog(3) always writes to /dev/log. Mount a /dev that only this process sees. Where that is not
 * allowed, as in some containers, the test uses the real /dev/log if it is free.
 */
static void own_dev(void)
{
	if (!own_mounts() || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", "/dev", "tmpfs", 0, NULL) != 0)
		puts("# cannot mount a private /dev");
}

static const char *packet(int fd)
{
	static char got[4096];
	ssize_t n = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);

	got[n > 0 ? n : 0] = '\0';
	return got;
}

/* The form is <priority>date motetd[pid]: line; the facility daemon is 3. */
static bool is_line(const char *got, const char *priority, const char *line)
{
	char tail[256];

	snprintf(tail, sizeof tail, " motetd[%d]: %s", (int)getpid(), line);
	const char *at = strstr(got, tail);
	return strncmp(got, priority, strlen(priority)) == 0 && at && strcmp(at, tail) == 0;
}

/* Must be the last test: it leaves the process in its private /dev. */
static void to_syslog(void)
{
	const struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	own_dev();
	if (bind(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
		ok(true, "to syslog # SKIP /dev/log is in use, and a private /dev is not allowed");
		close(fd);
		return;
	}
	ok(log_open(&(struct conf){
	       .log_file = "", .log_to = LOG_TO_SYSLOG, .log_level = LOG_LEVEL_INFO }),
	    "log_open() for syslog");
	events();
	ok(is_line(packet(fd), "<30>", "request id=abc.1 route=\"/a b\" status=500"),
	    "priority, name, process ID, and a line that holds no time");
	ok(is_line(packet(fd), "<28>", "two\\u000alines id=abc.1"),
	    "a warning with a newline is one line");
	ok(is_line(packet(fd), "<30>", "outside"), "a line without a request");
	ok(packet(fd)[0] == '\0', "no further line");
	unlink(a.sun_path);
	close(fd);
}

int main(void)
{
	char dir[] = "/tmp/motet-log-XXXXXX";

	if (mkdtemp(dir) == NULL)
		return 1;
	addresses();
	to_journal(dir);
	const char *got = to_stderr(dir, LOG_TO_STDERR, true);
	ok(strcmp(got,
	       "<6>request id=abc.1 route=\"/a b\" status=500\n"
	       "<4>two\\u000alines id=abc.1\n<6>outside\n") == 0,
	    "the journal reads standard error: each line has a priority");
	got = to_stderr(dir, LOG_TO_STDERR, false);
	ok(got[0] == '2' && got[4] == '-' && strstr(got, "Z info [") && strchr(got, '<') == NULL,
	    "standard error otherwise: each line has time, level and process ID");
	got = to_stderr(dir, LOG_TO_JOURNAL, false);
	ok(strstr(got, "request id=abc.1") && strstr(got, "outside"),
	    "without a journal, lines go to standard error");
	rmdir(dir);
	to_syslog();
	return done();
}
