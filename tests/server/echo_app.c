/*
 * motetd with a test API that needs no database: all of src/server, src/fcgi and src/shm. Each
 * answer is JSON that describes the request.
 *
 *   /slow?ms=N     waits                  /big?bytes=N    answers with that many octets
 *   /crash         dies of a signal       /status?code=N  answers with that status and a body
 *   /newkey        asks the signer for a key pair and for a signature by it
 *   /peek?pid=N    tries to open the secret, and to read process N
 *   /hash          hashes a password
 *   /gate?ms=N     holds a place in the gate
 *   /queue?ms=N    holds a place like a log-in: queued when none is free
 *   /limit?key=K   takes one of 60 a minute, 5 at once
 *   /grow?mb=N     allocates so much memory and keeps it
 *   /arena?mb=N    takes so much memory for this request
 *   /nomemory?after=N  makes JSON, and has no memory after N allocations
 *   /readyz        503 when there is a file `unready` in state_dir
 * Each answer contains the version, which tests change in a copy of the program.
 * MOTET_ECHO_CRASH=1 in the environment: workers die before they serve.
 */
#include "api/call.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/memory.h"
#include "crypto/passwd.h"
#include "signer/signer.h"
#include "core/foreign_session.h"
#include "core/prune.h"
#include "core/schema.h"
#include "core/fit.h"
#include "core/ready.h"
#include "db/conninfo.h"
#include "core/epoch.h"
#include "db/db.h"
#include "fcgi/fcgi.h"
#include "server/motetd.h"
#include "shm/gate.h"
#include "shm/limits.h"
#include "shm/scoreboard.h"
#include <fcntl.h>
#include <json-c/json.h>
#include <unistd.h>

static struct str argument(const struct http_req *q, const char *name)
{
	struct str all, one, key, value;

	str_cut(q->target, '?', &one, &all);
	while (all.n) {
		str_cut(all, '&', &one, &all);
		str_cut(one, '=', &key, &value);
		if (str_is(key, name))
			return value;
	}
	return STR("");
}

static int64_t number(const struct http_req *q, const char *name)
{
	int64_t n = 0;

	str_i64(argument(q, name), &n);
	return n;
}

static uint32_t crc(struct str s)
{
	uint32_t c = ~0u;

	for (size_t i = 0; i < s.n; i++) {
		c ^= (unsigned char)s.s[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

static void quoted(struct buf *b, const char *name, struct str s)
{
	buf_printf(b, ",\"%s\":\"", name);
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] < 0x20 || s.s[i] == '"' || s.s[i] == '\\' || s.s[i] > 0x7e)
			buf_printf(b, "\\u%04x", (unsigned char)s.s[i]);
		else
			buf_put(b, s.s + i, 1);
	buf_z(b, "\"");
}

static void describe(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	(void)cx;
	(void)r;
	buf_printf(b,
	    ",\"recipe\":\"%s\",\"length\":%zu,\"crc\":%u,\"head\":%d,\"https\":%d,\"too_large\":%d",
	    fcgi_transport, q->body.n, crc(q->body), q->head, q->https, q->body_too_large);
	quoted(b, "method", q->method_name);
	quoted(b, "target", q->target);
	quoted(b, "authorization", q->authorization);
	quoted(b, "accept", q->accept);
	quoted(b, "solution", q->solution);
	quoted(b, "remote", q->remote);
	quoted(b, "host", q->host);
	quoted(b, "request_id", q->request_id);
}

static void slow(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	usleep((useconds_t)number(q, "ms") * 1000);
	describe(cx, q, r, b);
}

static void crash(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	(void)cx;
	(void)q;
	(void)r;
	(void)b;
	abort();
}

static void status(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	(void)cx;
	(void)b;
	r->status = (int)number(q, "code");
}

static void new_key(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	struct ca_key k;
	struct cache_claim claim = { SERIAL_MIN, CACHE_NOT_BEFORE, CACHE_NOT_BEFORE + 3600, 0,
		true };
	uint8_t sig[ED25519_SIG];
	(void)q;
	int64_t start = clock_us();
	enum err e = cx->ca->new_key(cx, cx->ca, &k);

	if (e == OK)
		e = cx->ca->sign_cache(cx, cx->ca, &k, &claim, 1, sig);
	struct str text = e == OK ? cache_statement(cx->mem, &claim) : STR("");
	bool good = e == OK && ed25519_verify(k.key, str_blob(text), sig);
	r->status = e == OK ? 200 : err_status(e);
	buf_printf(b, ",\"verified\":%d,\"us\":%lld", good, (long long)(clock_us() - start));
	quoted(b, "why", str_of(cx->why.log));
}

static void peek(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	int secret = open(cx->conf->secret_file, O_RDONLY | O_CLOEXEC);
	int memory = open(arena_printf(cx->mem, "/proc/%lld/mem", (long long)number(q, "pid")),
	    O_RDONLY | O_CLOEXEC);
	bool own = number(q, "pid") == getpid();
	(void)r;

	buf_printf(b, ",\"opened\":%d,\"taken\":%d", secret >= 0, memory >= 0 && !own);
	if (secret >= 0)
		close(secret);
	if (memory >= 0)
		close(memory);
}

static void hash(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	struct str phc = STR("");

	r->status = passwd_hash(cx, q->target, &phc) == OK ? 200 : 500;
	quoted(b, "phc", phc);
}

static void gate(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	bool in = gate_enter(cx->gate, 10000);

	if (in) {
		usleep((useconds_t)number(q, "ms") * 1000);
		gate_leave(cx->gate);
	}
	r->status = in ? 200 : 503;
	describe(cx, q, r, b);
}

/* Hashes in the same way as core/password.c. */
static void queue(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	bool in = cx->hash_turn == HASH_HAS_SLOT ||
	    (cx->hash_turn == HASH_TRIES && gate_enter(cx->gate, 0)) ||
	    (cx->hash_turn == HASH_WAITS && gate_enter(cx->gate, 10000));

	cx->hash_queued = !in && cx->hash_turn != HASH_GIVES_UP;
	r->status = in ? 200 : 503;
	if (in) {
		cx_step_aside(cx);
		usleep((useconds_t)number(q, "ms") * 1000);
		gate_leave(cx->gate);
	}
	buf_printf(b, ",\"waited\":%lld", (long long)q->waited_us);
	describe(cx, q, r, b);
}

static void limit(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	int64_t after = 0;

	if (!limits_take(cx->limits, "echo", argument(q, "key"), 60, 5, &after))
		r->status = 429;
	buf_printf(b, ",\"after\":%lld", (long long)after);
}

static void grow(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	size_t n = (size_t)number(q, "mb") << 20;
	char *p = malloc(n);
	(void)cx;

	if (p)
		memset(p, 1, n);
	buf_printf(b, ",\"at\":\"%p\"", (void *)p); /* the memory is never freed */
	r->status = p ? 200 : 500;
}

static void take_arena(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	(void)r;
	for (int64_t i = 0; i < number(q, "mb") * 16; i++)
		memset(arena_alloc(cx->mem, 65536), 1, 65536);
	buf_printf(b, ",\"taken\":%lld", (long long)number(q, "mb"));
}
/* When memory runs out, json-c alone would leave the member out and report no error. */
static void no_memory(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	(void)cx, (void)r;
	memory_fail_after((long)number(q, "after"));
	struct json_object *o = json_object_new_object();
	json_object_object_add(o, "member", json_object_new_string("value"));
	memory_fail_after(-1);
	buf_printf(b, ",\"json\":%s", json_object_to_json_string(o));
	json_object_put(o);
}

static void ready(struct cx *cx, const struct http_req *q, struct http_resp *r, struct buf *b)
{
	(void)q;
	(void)b;
	if (access(arena_printf(cx->mem, "%s/unready", cx->conf->state_dir), F_OK) == 0)
		r->status = err_status(fail(cx, ERR_UNAVAILABLE, "the schema does not fit"));
}

static const struct {
	const char *path;
	void (*run)(struct cx *, const struct http_req *, struct http_resp *, struct buf *);
} rows[] = {
	{ "/slow", slow },
	{ "/crash", crash },
	{ "/status", status },
	{ "/newkey", new_key },
	{ "/gate", gate },
	{ "/peek", peek },
	{ "/hash", hash },
	{ "/queue", queue },
	{ "/limit", limit },
	{ "/grow", grow },
	{ "/arena", take_arena },
	{ "/nomemory", no_memory },
	{ "/readyz", ready },
	{ "", describe },
};

static void header(struct http_resp *r, const char *name, struct str value)
{
	r->headers[r->nheaders++] = (struct http_header){ name, value };
}

static const char *const volatile version = "version:one";

void api_serve(struct cx *cx, const struct http_req *q, struct http_resp *r)
{
	struct buf b = { .mem = cx->mem };
	size_t i = 0;

	r->status = q->malformed ? 400 : q->body_too_large ? 413 : 200;
	header(r, "Content-Type", STR("application/json"));
	buf_printf(&b, "{\"pid\":%d,\"version\":\"%s\"", (int)getpid(), version + sizeof "version");
	while (!str_starts(q->target, rows[i].path))
		i++;
	meter_route(&cx->meter, (int)i + 1);
	if (r->status == 200)
		rows[i].run(cx, q, r, &b);
	else
		describe(cx, q, r, &b);
	quoted(&b, "malformed", str_of(q->malformed));
	for (int64_t n = str_starts(q->target, "/big") ? number(q, "bytes") : 0; n > 0; n--)
		buf_z(&b, " ");
	buf_z(&b, "}\n");
	r->body = buf_done(&b);
}

bool api_conf_ok(const struct conf *c, const char *key, char *why, size_t size)
{
	(void)key;
	(void)c, (void)why, (void)size;
	return true;
}

const char *api_route_path(int number)
{
	return number ? rows[number - 1].path : "-";
}

void api_name_routes(struct scoreboard *b)
{
	for (b->nroutes = 1; b->nroutes <= (int)(sizeof rows / sizeof rows[0]); b->nroutes++) {
		snprintf(b->name[b->nroutes].method, sizeof b->name[0].method, "GET");
		snprintf(b->name[b->nroutes].path, sizeof b->name[0].path, "%s",
		    rows[b->nroutes - 1].path);
	}
}

void api_print_routes(FILE *f)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		fprintf(f, "GET %s\n", rows[i].path);
}

struct db *db_new(const struct conf *c)
{
	(void)c;
	if (getenv("MOTET_ECHO_CRASH")) {
		fputs("born\n", stderr);
		abort();
	}
	return NULL;
}

void db_disconnect(struct db *db)
{
	(void)db;
	log_info("the database rests");
}

void db_set_fence(struct db *db, enum err (*fence)(struct cx *, bool *settled))
{
	(void)db;
	(void)fence;
}

enum err epoch_fence(struct cx *cx, bool *settled)
{
	(void)cx;
	(void)settled;
	return OK;
}

void db_share_pool(struct db *d, struct db_pool *pool)
{
	(void)d;
	(void)pool;
}

void db_on_long_wait(struct db *d, void (*hook)(void *), void *arg)
{
	(void)d;
	(void)hook;
	(void)arg;
}

enum err db_connect(struct cx *cx)
{
	(void)cx;
	return OK;
}

bool db_hangs(const struct cx *cx)
{
	(void)cx;
	return false;
}

enum err fit_check(struct cx *cx)
{
	(void)cx;
	return OK;
}

enum err ready_check_and_log(struct cx *cx)
{
	(void)cx;
	return OK;
}

enum err fit_count_connections(struct cx *cx, int64_t *n)
{
	(void)cx;
	*n = 100;
	return OK;
}

void fit_forget(void)
{
}

void fit_remember(void)
{
}

bool conninfo_valid(const char *conninfo, char *why, size_t size)
{
	(void)conninfo, (void)why, (void)size;
	return true;
}

bool conninfo_has_password(const char *conninfo)
{
	(void)conninfo;
	return false;
}

void db_free(struct db *db)
{
	(void)db;
}

const struct prune_row prune_rows[PRUNE_KINDS];

enum err schema_check_version(struct cx *cx)
{
	(void)cx;
	return OK;
}

enum err prune_run(struct cx *cx, prune_step *step, void *arg, int64_t gone[PRUNE_KINDS])
{
	(void)cx, (void)step, (void)arg, (void)gone;
	return OK;
}

enum err foreign_session_confirm_next(struct cx *cx, bool *asked)
{
	(void)cx;
	*asked = false;
	return OK;
}

int main(int argc, char **argv)
{
	return motetd_main(argc, argv);
}
