#include "../tap.h"
#include "shm/scoreboard.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/motet-board-XXXXXX";
static char path[64];

static int64_t answered(const struct scoreboard *b)
{
	int64_t n = 0;

	for (int i = 0; i < b->rows; i++)
		for (int r = 0; r < SCOREBOARD_ROUTES; r++)
			for (int s = 0; s < SCOREBOARD_STATUSES; s++)
				n += b->row[i].route[r].status[s];
	return n;
}

static void tell(int fd, const void *p, size_t n)
{
	if (write(fd, p, n) != (ssize_t)n)
		abort();
}

static void hear(int fd, void *p, size_t n)
{
	if (read(fd, p, n) != (ssize_t)n)
		abort();
}

static void phases(void)
{
	struct meter_now now = { 0, 0 };
	struct meter m = { .now = &now };
	int64_t began = clock_us() - 5000;

	meter_begin(&m, began);
	meter_phase(&m, PHASE_WORK);
	usleep(3000);
	enum phase was = meter_phase(&m, PHASE_DB);
	ok(was == PHASE_WORK && now.phase == PHASE_DB,
	    "meter_phase() returns the phase before, and others see the new one");
	usleep(2000);
	meter_phase(&m, was);
	ok(m.us[PHASE_READ] >= 5000 && m.us[PHASE_WORK] >= 3000 && m.us[PHASE_DB] >= 2000,
	    "time goes to the phase it was spent in");
	int64_t all = m.since_us - began;
	ok(meter_total(&m) == all, "and the phases add up to all of it: %lld of %lld",
	    (long long)meter_total(&m), (long long)all);
	meter_add(&m, COUNT_SIGNATURE, 2);
	m.db = METER_DB_UP;
	meter_begin(&m, clock_us());
	ok(meter_total(&m) == 0 && m.count[COUNT_SIGNATURE] == 0 && m.db == METER_DB_UP,
	    "the next request begins with nothing but what stays");
}

/* Each limit of a bucket, and the next larger value. */
static void buckets(void)
{
	const char *why;
	struct scoreboard *b = scoreboard_new("/nonexistent/x", &why);
	struct scoreboard_row *s = &b->row[0];
	int wrong = 0;

	for (int i = 0; i < SCOREBOARD_BUCKETS - 1; i++) {
		struct meter m = { .route = 1 };
		m.us[PHASE_WORK] = scoreboard_buckets_us[i];
		scoreboard_add_request(b, s, &m, 200);
		m.us[PHASE_WORK]++;
		scoreboard_add_request(b, s, &m, 299);
	}
	for (int i = 0; i < SCOREBOARD_BUCKETS; i++)
		wrong += s->route[1].bucket[i] != (i == 0 || i == SCOREBOARD_BUCKETS - 1 ? 1 : 2);
	ok(wrong == 0, "a bucket takes what is as long as its end, and no longer: %d wrong", wrong);
	ok(s->route[1].status[0] == SCOREBOARD_BUCKETS - 1 &&
		s->route[1].status[SCOREBOARD_STATUSES - 1] == SCOREBOARD_BUCKETS - 1,
	    "a status has its place, an odd one the last");
	struct meter m = { .route = SCOREBOARD_ROUTES + 7,
		.err = ERR_INTERNAL,
		.db = METER_DB_AWAY,
		.cert_not_after = 99 };
	m.count[COUNT_IDCERT_ISSUED] = 3;
	scoreboard_add_request(b, s, &m, 500);
	scoreboard_add_request(b, s, &m, 500);
	ok(s->route[0].status[18] == 2 && s->error[ERR_INTERNAL] == 2 &&
		s->count[COUNT_IDCERT_ISSUED] == 6 && s->db == METER_DB_AWAY &&
		b->cert_not_after == 99,
	    "counters add up; an unknown route counts as none");
	scoreboard_start_worker(s, 7);
	ok(s->count[COUNT_IDCERT_ISSUED] == 6 && s->requests == 0 && s->db == METER_DB_UNUSED,
	    "the next worker in a row goes on with its totals");
	scoreboard_unmap(b);
}

/* Kill workers at random instructions: a reader never sees a sum decrease. */
static void killed(void)
{
	const char *why;
	int fd, back = 0, deaths = 0;
	struct scoreboard *b = scoreboard_new(path, &why);
	const struct scoreboard *r = scoreboard_open(path, &fd, &why);
	int64_t last = 0, end = clock_us() + 600000;

	scoreboard_reserve_row(b, 0);
	while (clock_us() < end) {
		pid_t pid = fork();
		if (pid == 0) {
			struct meter m = { .route = 1 };
			for (scoreboard_start_worker(&b->row[0], getpid());;)
				scoreboard_add_request(b, &b->row[0], &m, 200);
		}
		for (int i = 0; i < 2000; i++) {
			int64_t n = answered(r);
			back += n < last;
			last = n;
		}
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		deaths++;
	}
	ok(last > 0 && back == 0,
	    "totals never go back, with a worker killed %d times: %lld requests, %d steps back",
	    deaths, (long long)last, back);
}

static void a_masters(void)
{
	const char *why = "?";
	struct stat st;
	int fd, told[2], go[2];
	char c;

	if (pipe(told) != 0 || pipe(go) != 0)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		struct scoreboard *b = scoreboard_new(path, &why);
		scoreboard_reserve_row(b, 5);
		scoreboard_start_worker(&b->row[5], 4711);
		tell(told[1], "x", 1);
		hear(go[0], &c, 1);
		_exit(why != NULL);
	}
	hear(told[0], &c, 1);
	const struct scoreboard *b = scoreboard_open(path, &fd, &why);
	ok(b && b->rows == 6 && b->row[5].pid == 4711 && b->master == pid &&
		strcmp(b->version, PACKAGE_VERSION) == 0,
	    "a reader finds what a master's worker wrote");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640, "mode 0640");
	ok(st.st_blocks * 512 < (1 << 20), "the file takes what is used: %lld kB of %lld",
	    (long long)st.st_blocks / 2, (long long)st.st_size / 1024);
	ok(scoreboard_is_alive(b, fd, -1) && scoreboard_is_alive(b, fd, 5), "its master lives");
	struct scoreboard_row *row;
	struct scoreboard *other = scoreboard_join(path, &row, &why);
	ok(why && other && row && other != b,
	    "a process spawned alone does not use the file of a living master: %s",
	    why ? why : "no word");
	tell(go[1], "x", 1);
	waitpid(pid, NULL, 0);
	ok(!scoreboard_is_alive(b, fd, -1), "dead, it does not");
}

static pid_t joined(int *told, int *go)
{
	char c;
	pid_t pid = fork();

	if (pid)
		return pid;
	const char *why;
	struct scoreboard_row *row = NULL;
	struct scoreboard *b = scoreboard_join(path, &row, &why);
	scoreboard_start_worker(row, getpid());
	int64_t n = why ? -1 : row - b->row;
	tell(told[1], &n, sizeof n);
	hear(go[0], &c, 1);
	_exit(0);
}

static void alone(void)
{
	enum { N = 6 };
	int told[2], go[2], fd, seen[64] = { 0 }, twice = 0, living = 0, files = 0;
	const char *why;
	int64_t at;
	pid_t pid[N];

	if (pipe(told) != 0 || pipe(go) != 0)
		return;
	for (int i = 0; i < N; i++)
		pid[i] = joined(told, go);
	for (int i = 0; i < N; i++) {
		hear(told[0], &at, sizeof at);
		twice += at < 0 || at >= 64 || seen[at]++;
	}
	const struct scoreboard *b = scoreboard_open(path, &fd, &why);
	ok(b && b->master == 0 && twice == 0,
	    "%d processes that were spawned alone at once have a row each in one file: %d have not",
	    N, twice);
	kill(pid[2], SIGKILL);
	waitpid(pid[2], NULL, 0);
	for (int i = 0; b && i < N; i++)
		living += scoreboard_is_alive(b, fd, i);
	ok(living == N - 1, "one is killed: %d rows of the living", living);
	pid_t heir = joined(told, go);
	hear(told[0], &at, sizeof at);
	ok(b && b->row[at].pid == heir && at < N, "the next one takes its row");
	for (int i = 0; i < N; i++)
		tell(go[1], "x", 1);
	while (wait(NULL) > 0)
		;
	ok(b && !scoreboard_is_alive(b, fd, -1), "all are gone: nobody lives");
	pid_t first = joined(told, go);
	hear(told[0], &at, sizeof at);
	const struct scoreboard *fresh = scoreboard_open(path, &files, &why);
	ok(at == 0 && fresh && fresh->row[1].pid == 0,
	    "and the file of the dead is not used again");
	tell(go[1], "x", 1);
	waitpid(first, NULL, 0);
}

static void others(void)
{
	const char *why = NULL;
	int fd;

	unlink(path);
	ok(scoreboard_open(path, &fd, &why) == NULL && why, "no file: %s", why);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	tell(fd, "something", 9);
	close(fd);
	ok(scoreboard_open(path, &fd, &why) == NULL && why, "a short file: %s", why);
	if (truncate(path, sizeof(struct scoreboard)) != 0)
		return;
	ok(scoreboard_open(path, &fd, &why) == NULL && why, "zeros: %s", why);
	struct scoreboard *b = scoreboard_new("/nonexistent/x", &why);
	ok(b && why, "no directory: the board is in memory (%s)", why);
	scoreboard_reserve_row(b, 1);
	scoreboard_start_worker(&b->row[1], 1);
}

/* Runs with a limit on the size of files, as on shared hosts. main() checks that no file is left.
 */
static void limited(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		const struct rlimit most = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };
		const char *why, *other;
		struct scoreboard_row *row = NULL;
		if (signal(SIGXFSZ, SIG_DFL) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &most) != 0)
			_exit(2);
		struct scoreboard *b = scoreboard_new(path, &why),
				  *alone = scoreboard_join(path, &row, &other);
		_exit(!(b && why && alone && other && row && access(path, F_OK) != 0));
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "files of 1 MiB at most: the board is in memory, and nobody is killed (status %x)",
	    (unsigned)status);
}

int main(void)
{
	snprintf(path, sizeof path, "%s/scoreboard", mkdtemp(dir));
	phases();
	buckets();
	a_masters();
	alone();
	killed();
	scoreboard_remove(path);
	ok(access(path, F_OK) != 0, "a master takes its file away");
	others();
	unlink(path);
	limited();
	ok(rmdir(dir) == 0, "nothing else is left behind");
	return done();
}
