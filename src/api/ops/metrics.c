#include "api/ops/metrics_text.h"
#include "api/common/render.h"
#include "api/routes.h"
#include "base/address.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "core/keypackage.h"
#include "shm/scoreboard_sum.h"
#include <fcntl.h>
#include <unistd.h>

/*
 * GET /metrics, for Prometheus: for the addresses of metrics_allow, and for callers with the token
 * of metrics_token_file; 404 for all others. The values come from the scoreboard, so they are
 * available even if the database is not. The stock of KeyPackages is counted at most once a minute,
 * by one worker whose database connection is up.
 */
enum { TOKEN_MIN = 16, TOKEN_MAX = 256 };

/* The file is read for each request, so a new token needs no reload. */
static struct str read_metrics_token(struct arena *mem, const char *file)
{
	char *text = arena_secret(mem, TOKEN_MAX + 1);
	struct str first, rest;
	int fd = file[0] ? open(file, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return (struct str){ NULL, 0 };
	ssize_t n = read(fd, text, TOKEN_MAX);
	close(fd);
	str_cut((struct str){ text, n > 0 ? (size_t)n : 0 }, '\n', &first, &rest);
	first = str_trim(first);
	return first.n >= TOKEN_MIN ? first : (struct str){ NULL, 0 };
}

static bool may_read_metrics(const struct call *c)
{
	const struct conf *conf = c->cx->conf;
	struct str sent = http_bearer(c->req->authorization), right;

	if (address_listed(conf->metrics_allow, c->req->remote))
		return true;
	if (sent.n == 0)
		return false;
	right = read_metrics_token(c->cx->mem, conf->metrics_token_file);
	return right.n && hash_equal(sent, right);
}

bool metrics_text_conf_ok(const struct conf *c, char *why, size_t size)
{
	struct arena *mem = arena_new(1 << 16);
	bool good =
	    c->metrics_token_file[0] == '\0' || read_metrics_token(mem, c->metrics_token_file).n;
	arena_free(mem);
	if (!good)
		snprintf(why, size,
		    "metrics_token_file: %s cannot be read, or its first line has fewer than "
		    "%d characters",
		    c->metrics_token_file, TOKEN_MIN);
	return good;
}

/* In each minute, one worker counts; the others show its result. A time in the future was written
 * before the clock was set back. */
static void count_stock(struct cx *cx)
{
	enum { EVERY = 60 };
	struct scoreboard *b = cx->board;
	int64_t last = b->stock_at, now = clock_now();
	const struct fail before = cx->why;
	struct keypackage_stock *s;

	if (cx->meter.db != METER_DB_UP || (last <= now && now - last < EVERY) ||
	    !atomic_compare_exchange_strong(&b->stock_at, &last, now))
		return;
	if (keypackage_stock(cx, &s) == OK) {
		b->stock = s->stock;
		b->last_resorts = s->last_resorts;
	} else
		b->stock_at = last;
	cx->why = before;
}

enum err ops_get_metrics(struct call *c)
{
	struct cx *cx = c->cx;

	if (!may_read_metrics(c))
		return router_refuse_hidden(cx);
	if (cx->board == NULL)
		return fail(cx, ERR_UNAVAILABLE, "there is no scoreboard");
	count_stock(cx);
	return reply_text(
	    c, 200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(cx->mem, cx->board));
}
