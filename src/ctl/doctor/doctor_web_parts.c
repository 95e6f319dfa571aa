#include "ctl/doctor/doctor_web.h"

/* Checks of what the web server passes to motetd: path, query, Authorization, method. */

/* Check that a path arrives unchanged; k->arg is the part of the path after the token. */
static struct doctor_verdict check_path_arrives(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = k->arg };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return doctor_web_fault(d, k, "a path with %s gets %s", k->arg, wrong);
	if (!str_is(e.target, a.q.target))
		return doctor_web_fault(d, k,
		    "a path with %s is changed to %.*s on the "
		    "way",
		    k->arg, (int)e.target.n, e.target.s);
	return doctor_good(d, "a path with %s arrives unchanged", k->arg);
}

/* motetd answers 400 to an empty segment. If the probe succeeds, something on the way removed the
 * empty segment. */
static struct doctor_verdict check_double_slash(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "//x" };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong == NULL || t.status != 400 || net_ask_header(&t, "X-P2-Error", NULL).n == 0)
		return doctor_web_fault(d, k, "a path with // gets %s, not status 400 from motetd",
		    wrong ? wrong : "status 200, because // was merged into /");
	return doctor_good(d, "a path with // arrives unchanged");
}

static struct doctor_verdict check_query_arrives(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/x?a=%26&b=c+d&a=%3F" };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong == NULL && str_is(e.target, a.q.target))
		return doctor_good(d, "a query arrives unchanged");
	d->web->no_query = !d->web->limited;
	return doctor_web_fault(d, k, "a query ?a=%%26&b=c+d&a=%%3F %s%.*s",
	    wrong ? "gets " : "arrives as ", wrong ? (int)strlen(wrong) : (int)e.target.n,
	    wrong ? wrong : e.target.s);
}

static struct doctor_verdict check_authorization_arrives(
    struct doctor *d, const struct doctor_check *k)
{
	static const char header[] = "Authorization: Bearer not-a-token-of-anybody";
	static const char *const headers[] = { header, NULL };
	struct doctor_web_request a = { .q = { .headers = headers }, .target = "/x" };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return doctor_web_fault(d, k, "a request with Authorization gets %s", wrong);
	if (e.authorization.n == 0)
		return doctor_web_fault(d, k,
		    "the Authorization header does not arrive, so no client can authenticate");
	if (!str_eq(e.authorization,
		doctor_web_hash_text(d, str_of(header + strlen("Authorization: ")))))
		return doctor_web_fault(d, k, "the Authorization header arrives changed");
	return doctor_good(d, "the Authorization header arrives");
}

static struct doctor_verdict check_methods_arrive(struct doctor *d, const struct doctor_check *k)
{
	static const char *const list[] = { "GET", "POST", "PUT", "DELETE" };
	enum doctor_web_limit limited = DOCTOR_WEB_NOT_LIMITED;
	struct buf b = { .mem = d->mem };
	struct net_answer t;
	struct doctor_echo e;

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		struct doctor_web_request a = { .q = { .method = list[i] }, .target = "/x" };
		a.q.body = i ? str_blob(STR("")) : (struct blob){ NULL, 0 };
		const char *wrong = doctor_web_probe(d, &a, &t, &e);
		limited = d->web->limited ? d->web->limited : limited;
		if (d->web->limited || (wrong == NULL && str_is(e.method, list[i])))
			continue;
		d->web->no_delete |= strcmp(list[i], "DELETE") == 0;
		buf_printf(&b, "%s%s gets %s", b.n ? ", " : "", list[i],
		    wrong ? wrong : "status 200, but motetd received another method");
	}
	/* If a method has failed, report that rather than the rate limit. */
	d->web->limited = b.n ? DOCTOR_WEB_NOT_LIMITED : limited;
	return b.n || limited ? doctor_web_fault(d, k, "%s", buf_done(&b).s)
			      : doctor_good(d, "GET, POST, PUT and DELETE arrive");
}

static struct doctor_verdict check_head_answer(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = "HEAD" }, .target = "/x" };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return doctor_web_fault(d, k, "HEAD gets %s", wrong);
	/* Earlier versions of motetd do not send this header. */
	struct str arrived = net_ask_header(&t, "X-Motet-Method", NULL);
	if (arrived.n && !str_is(arrived, "HEAD"))
		return doctor_web_fault(d, k,
		    "HEAD arrives as %s: a cache or proxy asks for the whole answer",
		    str_z(d->mem, arrived));
	return doctor_good(d, "HEAD arrives, and is answered without a body");
}

const struct doctor_check doctor_web_parts_checks[] = {
	{ "web.path.at", "requests", "paths with @", check_path_arrives, DOCTOR_NEEDS_PROBE, 0,
	    "/@me" },
	{ "web.path.at_coded", "requests", "paths with %40", check_path_arrives, DOCTOR_NEEDS_PROBE,
	    0, "/%40me" },
	{ "web.path.slash", "requests", "paths with %2F", check_path_arrives, DOCTOR_NEEDS_PROBE, 0,
	    "/a%2Fb" },
	{ "web.path.percent", "requests", "paths with %25", check_path_arrives, DOCTOR_NEEDS_PROBE,
	    0, "/a%25b" },
	{ "web.path.double", "requests", "paths with //", check_double_slash, DOCTOR_NEEDS_PROBE, 0,
	    NULL },
	{ "web.path.trailing", "requests", "paths with a trailing /", check_path_arrives,
	    DOCTOR_NEEDS_PROBE, 0, "/x/" },
	{ "web.query", "requests", "queries", check_query_arrives, DOCTOR_NEEDS_PROBE, 0, NULL },
	{ "web.authorization", "requests", "Authorization", check_authorization_arrives,
	    DOCTOR_NEEDS_PROBE, 0, NULL },
	{ "web.method", "requests", "methods", check_methods_arrive, DOCTOR_NEEDS_PROBE, 0, NULL },
	{ "web.head", "requests", "HEAD", check_head_answer, DOCTOR_NEEDS_PROBE, 0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
