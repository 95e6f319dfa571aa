#include "fcgi/fcgi.h"
#ifndef USE_EPOLL
#include "fcgi/fcgi_state.h"
#include "fcgi/last_answer.h"
#include "fcgi/message.h"
#include "fcgi/pending_signals.h"
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

const char fcgi_transport[] = "plain";

static volatile sig_atomic_t plain_stopping;

/*
 * A signal may arrive after we tested the flag and before libfcgi calls accept(2): an alarm every
 * second interrupts accept(2) then. FCGX_ShutdownPending() is the documented way, but if it is
 * called while libfcgi 2.4.2 waits for the first octet of a connection, libfcgi loops forever on a
 * closed descriptor. FCGI_FAIL_ACCEPT_ON_INTR works there too.
 */
void fcgi_stop(void)
{
	plain_stopping = 1;
	alarm(1);
}

static void repeat_stop_alarm(int sig)
{
	(void)sig;
	if (plain_stopping)
		fcgi_stop();
}

/* libfcgi takes EAGAIN for an error. */
static bool set_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

struct fcgi *fcgi_open(const struct fcgi_opt *opt)
{
	struct fcgi *f = calloc(1, sizeof *f);
	struct sigaction alarmed = { .sa_handler = repeat_stop_alarm };
	sigset_t alarms;

	if (f == NULL)
		return NULL;
	f->opt = opt;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigaction(SIGALRM, &alarmed, NULL);
	sigprocmask(SIG_BLOCK, &alarms, NULL);
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "10", 1);
	if (set_blocking(opt->listen_fd) && FCGX_Init() == 0 &&
	    FCGX_InitRequest(&f->r, opt->listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) == 0) {
		signal(SIGPIPE, SIG_IGN);
		return f;
	}
	free(f);
	return NULL;
}

static bool is_master_gone(const struct fcgi *f)
{
	struct pollfd p = { .fd = f->opt->watch_fd, .events = POLLIN };

	return p.fd >= 0 && poll(&p, 1, 0) > 0;
}

static int accept_request(struct fcgi *f)
{
	sigset_t blocked;
	int rc = -1;

	sigprocmask(SIG_SETMASK, &f->opt->wait_mask, &blocked);
	if (!plain_stopping && !is_master_gone(f))
		rc = FCGX_Accept_r(&f->r);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return rc;
}

enum fcgi_event fcgi_next(struct fcgi *f, struct arena *mem, struct http_req *q)
{
	f->mem = mem;
	if (pending_signals_deliver(&f->opt->wait_mask) || accept_request(f) != 0)
		return plain_stopping || is_master_gone(f) ? FCGI_STOP : FCGI_AGAIN;
	if (message_read(mem, &f->r, f->opt->trusted_proxies, q))
		return FCGI_REQUEST;
	FCGX_Free(&f->r, 1);
	return FCGI_AGAIN;
}

void fcgi_answer(struct fcgi *f, const struct http_req *q, const struct http_resp *r)
{
	f->answering = true;
	message_write(f->r.out, f->mem, q, r);
	FCGX_Finish_r(&f->r);
	f->answering = false;
}

void fcgi_answer_unavailable(struct fcgi *f)
{
	if (!f->answering)
		last_answer_send(&f->r);
}

void fcgi_hold(struct fcgi *f, bool hold)
{
	(void)f;
	(void)hold;
}
void fcgi_step_aside(struct fcgi *f)
{
	(void)f; /* no connection is kept */
}

struct fcgi_exchange *fcgi_park(struct fcgi *f)
{
	(void)f;
	return NULL;
}

void fcgi_resume(struct fcgi *f, struct fcgi_exchange *x, struct arena *mem)
{
	(void)f, (void)x, (void)mem;
}

void fcgi_drain(struct fcgi *f)
{
	(void)f;
}

void fcgi_close(struct fcgi *f, bool hand_over)
{
	(void)hand_over;
	FCGX_Free(&f->r, 1);
	free(f);
}
#endif
