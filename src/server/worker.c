#include "server/worker.h"
#include "api/call.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/secret.h"
#include "core/epoch.h"
#include "db/db.h"
#include "fcgi/cgi.h"
#include "fcgi/fcgi.h"
#include "server/hash_queue.h"
#include "server/request_log.h"
#include "server/backoff.h"
#include "server/outbound.h"
#include "server/priv.h"
#include "server/signals.h"
#include "server/start_check.h"
#include "signer/signer_process.h"
#include <errno.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sysexits.h>
#include <unistd.h>

enum {
	WORKER_IDLE_MS = 60000,
	/* Octets for one request: four copies of a body, certificates, and objects of json-c. */
	WORKER_ARENA = 32 << 20,
	HASH_NAP_MS = 3, /* pause between two looks for a free hashing slot */
};

struct worker_signers {
	struct ca_local local;
	struct signer_client client;
};

static bool choose_signer(const struct worker *w, struct worker_signers *s, struct cx *cx)
{
	if (w->sign_fd < 0) {
		cx->ca = &s->local.ca;
		return signer_process_load_secret(
		    w->conf, w->secret_fd, &s->local); /* spawned alone: there is no signer */
	}
	signer_process_client_init(&s->client, w->sign_fd);
	cx->ca = &s->client.ca;
	return true;
}

static void report_worker_ready(const struct worker *w)
{
	w->row->resident = scoreboard_read_resident();
	scoreboard_set_state(w->row, WORKER_IDLE);
	if (w->poke_fd >= 0 && write(w->poke_fd, "r", 1) < 0)
		log_warn("cannot tell the master that this worker serves: %s", strerror(errno));
}

/* Returns false if the request was queued instead: then the queue owns its arena. */
static bool serve_request(const struct worker *w, struct cx *cx, struct fcgi *f,
    const struct http_req *q, struct hash_queue *queue)
{
	struct http_resp r = { .status = 0 };

	request_log_begin(w, cx, q);
	cx->hash_queued = false;
	api_serve(cx, q, &r);
	if (cx->hash_queued && hash_queue_add(queue, f, q, cx->mem)) {
		request_log_suspend(w);
		return false;
	}
	meter_phase(&cx->meter, PHASE_WRITE);
	fcgi_answer(f, q, &r);
	request_log_end(w, cx, q, &r);
	return true;
}

static void serve_new_request(const struct worker *w, struct cx *cx, struct fcgi *f,
    const struct http_req *q, struct hash_queue *queue)
{
	cx->hash_turn = queue->n == 0	? HASH_TRIES
	    : queue->n < HASH_QUEUE_MAX ? HASH_QUEUES
					: HASH_GIVES_UP;
	if (!serve_request(w, cx, f, q, queue))
		cx->mem = arena_new(WORKER_ARENA);
}

/* Serve the first request that waits for a hashing slot, if a slot is free now or if the request
 * has waited too long. */
static bool serve_queued_request(
    const struct worker *w, struct cx *cx, struct fcgi *f, struct hash_queue *queue)
{
	struct arena *own = cx->mem;

	if (queue->n == 0)
		return false;
	bool late =
	    clock_us() - queue->first->since_us > w->conf->login_patience * INT64_C(1000000);
	if (!late && !gate_enter(w->gate, 0))
		return false;
	struct hash_waiting *x = hash_queue_take(queue, f);
	cx->mem = x->mem;
	cx->hash_turn = late ? HASH_GIVES_UP : HASH_HAS_SLOT;
	serve_request(w, cx, f, &x->q, queue);
	gate_leave(w->gate);
	cx->mem = own;
	arena_free(x->mem);
	free(x);
	return true;
}

/* Serve all queued requests before the worker exits. If any request is queued, first pass the kept
 * connections to siblings. */
static void serve_whole_queue(
    const struct worker *w, struct cx *cx, struct fcgi *f, struct hash_queue *queue)
{
	if (queue->n)
		fcgi_step_aside(f);
	while (queue->n)
		if (!serve_queued_request(w, cx, f, queue))
			usleep(HASH_NAP_MS * 1000);
}

static void reopen_log_when_asked(void)
{
	if (!signals.reopen)
		return;
	signals.reopen = 0;
	log_reopen();
}

/*
 * Disconnect a process without a master when it is idle: programs that spawn us keep idle processes
 * for long, and their hosts often have few database connections. Under a master, the size of the
 * pool is the operator's choice.
 */
static void disconnect_idle_database(const struct worker *w, struct cx *cx)
{
	if (w->master || cx->started_us == 0 ||
	    clock_us() - cx->started_us < WORKER_IDLE_MS * INT64_C(1000))
		return;
	db_disconnect(cx->db);
	cx->started_us = 0;
}

static bool has_connected_sibling(const struct worker *w)
{
	const struct scoreboard_row *r = w->board->row;

	for (int i = 0; i < w->board->rows; i++)
		if (&r[i] != w->row && r[i].pid != 0 && r[i].db == METER_DB_UP)
			return true;
	return false;
}

/*
 * A worker that has lost its database, and whose siblings have it, takes no requests until it is
 * connected again: the database may have no room for another connection. But when the database
 * hangs, the worker takes requests and refuses them, while its connected siblings wait for the
 * database. Without a master of ours, a worker always takes requests, because no sibling would take
 * them from its socket.
 */
static void hold_without_database(const struct worker *w, struct cx *cx, struct fcgi *f)
{
	if (w->master == 0 || cx->meter.db != METER_DB_AWAY)
		return;
	meter_begin(&cx->meter, clock_us());
	bool hold = !db_hangs(cx) && has_connected_sibling(w) && db_connect(cx) != OK;
	w->row->db = (int)cx->meter.db;
	fcgi_hold(f, hold);
}

static void release_kept_connections(void *f)
{
	fcgi_step_aside(f);
}

struct serving {
	struct fcgi *transport;
	struct fcgi_opt *opt;
	struct hash_queue queue;
	int64_t left; /* how many more requests this worker serves */
};

static void serve_requests(const struct worker *w, struct cx *cx, struct serving *s)
{
	const int idle_ms = s->opt->idle_ms;
	struct http_req q;
	enum fcgi_event what;

	while (s->left > 0 && (what = fcgi_next(s->transport, cx->mem, &q)) != FCGI_STOP) {
		if (what == FCGI_REQUEST) {
			serve_new_request(w, cx, s->transport, &q, &s->queue);
			s->left--;
		} else {
			disconnect_idle_database(w, cx);
		}
		hold_without_database(w, cx, s->transport);
		serve_queued_request(w, cx, s->transport, &s->queue);
		s->opt->idle_ms = s->queue.n ? HASH_NAP_MS : idle_ms;
		reopen_log_when_asked();
		arena_reset(cx->mem);
		/* The memory is measured after each request, since the next request may be far
		 * off. */
		w->row->resident = scoreboard_read_resident();
	}
	serve_whole_queue(w, cx, s->transport, &s->queue);
	s->opt->idle_ms = idle_ms;
}

/* Siblings take over the kept connections, unless the whole pool stops: in that case, answer the
 * requests that have arrived. */
static void retire_worker(const struct worker *w, struct cx *cx, struct serving *s)
{
	bool last = w->board->stopping;

	scoreboard_set_state(w->row, WORKER_STOPPING);
	if (last) {
		fcgi_drain(s->transport);
		s->left = INT64_MAX;
		serve_requests(w, cx, s);
	}
	fcgi_close(s->transport, w->master && !last);
}

static struct fcgi *transport_without_memory;

/* Answer 503 and exit here, so that no library turns the lack of memory into another error. */
static void end_without_memory(void)
{
	memory_on_failure(NULL);
	if (transport_without_memory)
		fcgi_answer_unavailable(transport_without_memory);
	log_error("out of memory; this process ends, and the master replaces it");
	_exit(EX_OSERR);
}

static struct fcgi_opt fill_transport_options(const struct worker *w, const sigset_t *wait)
{
	return (struct fcgi_opt){
		.listen_fd = w->listen_fd,
		.watch_fd = w->death_fd,
		.kept = w->kept,
		.idle_ms = w->master ? -1 : WORKER_IDLE_MS,
		.wait_mask = *wait,
		.trusted_proxies = w->conf->trusted_proxies,
	};
}

/* After the first large free(), glibc raises its threshold and keeps blocks of that size: 19 MiB
 * after the first log-in. With a fixed threshold, such blocks return to the system. */
static void set_malloc_thresholds(void)
{
#ifdef __GLIBC__
	enum { LARGE = 256 << 10 };

	mallopt(M_MMAP_THRESHOLD, LARGE);
	mallopt(M_TRIM_THRESHOLD, LARGE);
#endif
}

/* A worker's cx, still without arena, database and signer. */
static struct cx make_worker_cx(const struct worker *w, struct outbound *outbound)
{
	return (struct cx){ .conf = w->conf,
		.gate = w->gate,
		.limits = w->limits,
		.fetch = &outbound->fetcher,
		.board = w->board,
		.meter = { .now = &w->row->now } };
}

int worker_run(const struct worker *w)
{
	static struct worker_signers signers;
	struct outbound outbound;
	struct cx cx = make_worker_cx(w, &outbound);
	sigset_t wait;

	signals_install(w->master ? ROLE_WORKER : ROLE_ALONE, &wait);
	if (w->master && !priv_die_with_parent(w->master, SIGTERM))
		return 0;
	priv_hide();
	set_malloc_thresholds();
	scoreboard_start_worker(w->row, getpid());
	if (!choose_signer(w, &signers, &cx))
		return EX_CONFIG;
	struct fcgi_opt opt = fill_transport_options(w, &wait);
	struct fcgi *f = fcgi_open(&opt);
	if (f == NULL) {
		log_error("the transport: %s", strerror(errno));
		return EX_OSERR;
	}
	cx.mem = arena_new(WORKER_ARENA);
	cx.db = db_new(w->conf);
	db_set_fence(cx.db, epoch_fence);
	db_share_pool(cx.db, &w->board->database);
	db_on_long_wait(cx.db, release_kept_connections, f);
	if (w->master == 0 && start_check_fit_here(&cx) != 0)
		return EX_CONFIG;
	if (!outbound_begin(&outbound, w->conf, w->outbound))
		return EX_OSERR;
	cx.step_aside = fcgi_step_aside;
	cx.transport = f;
	transport_without_memory = f;
	memory_on_failure(end_without_memory);
	struct serving s = { .transport = f,
		.opt = &opt,
		.left = w->conf->max_requests ? backoff_jitter(w->conf->max_requests) : INT64_MAX };
	report_worker_ready(w);
	serve_requests(w, &cx, &s);
	retire_worker(w, &cx, &s);
	transport_without_memory = NULL;
	outbound_end(&outbound);
	db_free(cx.db);
	arena_free(cx.mem);
	return 0;
}

static bool serve_cgi_request(const struct worker *w, struct cx *cx)
{
	struct http_req q;
	struct http_resp r = { .status = 0 };

	if (!cgi_read(cx->mem, w->conf->trusted_proxies, &q))
		return false;
	request_log_begin(w, cx, &q);
	api_serve(cx, &q, &r);
	meter_phase(&cx->meter, PHASE_WRITE);
	if (!cgi_write(cx->mem, &q, &r))
		log_warn("the response was not written: %s", strerror(errno));
	request_log_end(w, cx, &q, &r);
	return true;
}

int worker_serve_cgi(const struct worker *w)
{
	static struct worker_signers signers;
	struct outbound outbound;
	struct cx cx = make_worker_cx(w, &outbound);

	priv_hide();
	scoreboard_start_worker(w->row, getpid());
	if (!choose_signer(w, &signers, &cx))
		return EX_CONFIG;
	cx.mem = arena_new(WORKER_ARENA);
	cx.db = db_new(w->conf);
	db_set_fence(cx.db, epoch_fence);
	db_share_pool(cx.db, &w->board->database);
	if (start_check_fit_here(&cx) != 0)
		return EX_CONFIG;
	if (!outbound_begin(&outbound, w->conf, w->outbound))
		return EX_OSERR;
	bool served = serve_cgi_request(w, &cx);
	outbound_end(&outbound);
	db_free(cx.db);
	arena_free(cx.mem);
	return served ? 0 : EX_OSERR;
}

/* The result is NULL if this process cannot open the secret file, because only the master has it
 * open (upgrade.h). The rehearsal then does not check the secret. */
static struct ca *load_rehearsal_signer(const struct conf *c, struct ca_local *ca)
{
	uint8_t secret[SECRET_BYTES];
	char why[512];

	if (!secret_load(c->secret_file, secret, why, sizeof why))
		return NULL;
	ca_local_init(ca, c, secret);
	explicit_bzero(secret, sizeof secret);
	return &ca->ca;
}

bool worker_rehearse(const struct conf *c, char *why, size_t size)
{
	static struct ca_local ca;
	struct cx cx = { .ca = load_rehearsal_signer(c, &ca),
		.mem = arena_new(WORKER_ARENA),
		.conf = c,
		.db = db_new(c),
		.now = clock_now(),
		.started_us = clock_us() };
	db_set_fence(cx.db, epoch_fence);
	struct http_req q = {
		.method = M_GET, .method_name = STR("GET"), .request_id = STR("rehearsal")
	};
	struct http_resp r = { .status = 0 };

	q.target = str_of(arena_printf(cx.mem, "%s/readyz", c->base_path));
	api_serve(&cx, &q, &r);
	if (r.status != 200)
		snprintf(why, size, "a worker would not be ready to serve: %s",
		    cx.why.log[0] ? cx.why.log : cx.why.say);
	db_free(cx.db);
	arena_free(cx.mem);
	ca_local_wipe(&ca);
	return r.status == 200;
}
