#include "api/generation.h"
#include "base/conf.h"

enum kind {
	P2CORE,
	RS_UP_TO_0_15,
	RS_0_16_TO_0_18,
	RS_FROM_0_19,
	BETA3,
	BETA3_SPACED,
	BETA13,
	BY_DEFAULT
};
static const struct generation kinds[] = {
	[P2CORE] = { "p2core" },
	[RS_UP_TO_0_15] = { "polyproto-rs up to 0.15", .octets = true, .keeps_token = true },
	[RS_0_16_TO_0_18] = { "polyproto-rs 0.16 to 0.18", .spaced = true, .octets = true,
	    .keeps_token = true },
	[RS_FROM_0_19] = { "polyproto-rs from 0.19", .strings = true, .spaced = true,
	    .octets = true, .keeps_token = true },
	[BETA3] = { "beta.3" },
	/* For requests that are recognised only by their shape: which form of cacheSignature their
	 * clients can verify is unknown. */
	[BETA3_SPACED] = { "beta.3, spaced", .spaced = true },
	[BETA13] = { "beta.13", .strings = true, .spaced = true },
};

/* What a row requires of a request in addition to path and product. */
enum sign {
	ALWAYS,
	SLASH,	/* a slash at the end of the path */
	LIST,	/* GET or DELETE with a JSON array as body */
	BODY,	/* GET or DELETE with any other body */
	MEMBER, /* the query has the parameter `member` */
};
#define CORE "/.p2/core/v1"
/* The first row that fits decides; the last one always does. A row with `below` fits only versions
 * before `below`, which is major * 1000 + minor. */
static const struct row {
	const char *path;    /* the path begins with these segments */
	const char *product; /* how the product in User-Agent begins */
	int below;
	enum sign sign;
	const char *member;
	enum kind is;
} rows[] = {
	{ .path = "/p2core", .is = P2CORE },
	{ .path = CORE "/challenge", .is = BETA3 },
	{ .product = "polyproto-rs/", .below = 16, .is = RS_UP_TO_0_15 },
	{ .product = "polyproto-rs/", .below = 19, .is = RS_0_16_TO_0_18 },
	{ .product = "polyproto-rs/", .is = RS_FROM_0_19 },
	{ .product = "polyproto/1.0-beta.13", .is = BETA13 }, /* sent by every motet after 0.1 */
	{ .product = "motet/", .is = BETA3 },
	{ .path = CORE "/idcert/actor", .sign = MEMBER, .member = "sessionId", .is = BETA13 },
	{ .path = CORE "/idcert/actor",
	    .sign = MEMBER,
	    .member = "session_id",
	    .is = BETA3_SPACED },
	{ .path = CORE "/idcert/actor", .sign = MEMBER, .member = "timestamp", .is = BETA3_SPACED },
	{ .path = CORE "/session/keymaterial", .sign = LIST, .is = RS_0_16_TO_0_18 },
	{ .path = CORE "/session/keymaterial", .sign = MEMBER, .member = "serials", .is = BETA13 },
	{ .path = CORE "/session/keymaterial",
	    .sign = MEMBER,
	    .member = "serial_numbers",
	    .is = BETA3_SPACED },
	{ .path = CORE "/resource", .sign = SLASH, .is = BY_DEFAULT },
	{ .path = CORE "/migration/data", .sign = SLASH, .is = BY_DEFAULT },
	{ .path = CORE, .sign = SLASH, .is = BETA3_SPACED },
	{ .path = CORE, .sign = BODY, .is = BETA3_SPACED },
	{ .is = BY_DEFAULT },
};

static bool is_below_path(const struct strs *segs, const char *path)
{
	struct str rest = str_from(str_of(path), 1), one;
	size_t n = 0;

	for (; rest.n; n++) {
		str_cut(rest, '/', &one, &rest);
		if (n == segs->n || !str_eq(segs->v[n], one))
			return false;
	}
	return true;
}

/* Major * 1000 + minor of "1.2.3"; a text that is not a version counts as the newest. */
static int read_version(struct str text)
{
	struct str major, minor, rest;
	int64_t a, b;

	str_cut(text, '.', &major, &rest);
	str_cut(rest, '.', &minor, &rest);
	if (!str_i64(major, &a) || !str_i64(minor, &b) || a > 999 || b > 999)
		return INT32_MAX;
	return (int)(a * 1000 + b);
}

static bool names_product(struct str user_agent, const char *product, int below)
{
	struct str word;

	while (user_agent.n) {
		str_cut(user_agent, ' ', &word, &user_agent);
		if (str_starts(word, product))
			return below == 0 || read_version(str_from(word, strlen(product))) < below;
	}
	return false;
}

static bool has_query_member(struct str query, const char *name)
{
	struct str one, key, value;

	while (query.n) {
		str_cut(query, '&', &one, &query);
		str_cut(one, '=', &key, &value);
		if (str_is(key, name))
			return true;
	}
	return false;
}

static bool shows_sign(const struct http_req *q, const struct row *r)
{
	struct str body = str_trim(q->body);
	bool no_body_meant = q->method == M_GET || q->method == M_DELETE;

	switch (r->sign) {
	case SLASH:
		return q->segs.n && q->path.n && q->path.s[q->path.n - 1] == '/';
	case LIST:
		return no_body_meant && str_starts(body, "[");
	case BODY:
		return no_body_meant && body.n;
	case MEMBER:
		return has_query_member(q->query, r->member);
	case ALWAYS:
		break;
	}
	return true;
}

static bool fits_row(const struct http_req *q, const struct row *r)
{
	return (r->path == NULL || is_below_path(&q->segs, r->path)) &&
	    (r->product == NULL || names_product(q->user_agent, r->product, r->below)) &&
	    shows_sign(q, r);
}

struct generation generation_of(const struct http_req *q, int by_default)
{
	enum kind otherwise = by_default == DEFAULT_GENERATION_BETA3 ? BETA3 : BETA13;
	const struct row *r = rows;

	while (!fits_row(q, r))
		r++;
	bool at_default = r->is == BY_DEFAULT || (r->is == BETA3_SPACED && otherwise == BETA3);
	return kinds[at_default ? otherwise : r->is];
}
