#include "ctl/doctor/doctor_web.h"
#include "core/probe.h"

/* Checks of request bodies and of a long answer. */
enum { LARGEST_BODY = 1048576, LONG_ANSWER = 1000000 };

/* Check that the body of a request with the method k->arg arrives. */
static struct doctor_verdict check_body_arrives(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = k->arg,
					    .body = str_blob(
						STR("{\"doctor\": \"\xc3\xa4\\u0000\"}")) },
		.target = "/x" };
	struct net_answer t;

	if (d->web->no_delete && strcmp(k->arg, "DELETE") == 0)
		return doctor_skipped(d, "bodies of DELETE not checked: DELETE does not arrive");
	const char *wrong = doctor_web_probe_body(d, &a, &t);
	return wrong ? doctor_web_fault(d, k, "a %s request with a body gets %s", k->arg, wrong)
		     : doctor_good(d, "the body of a %s request arrives", k->arg);
}

static struct doctor_verdict check_chunked_body(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = "POST",
					    .chunked = true,
					    .body = str_blob(STR("[\"in chunks\"]")) },
		.target = "/x" };
	struct net_answer t;
	const char *wrong = doctor_web_probe_body(d, &a, &t);

	if (wrong && t.status == 411)
		return doctor_warn(d, doctor_web_find_fix(d, k->id),
		    "the web server requires Content-Length: chunked requests get 411");
	return wrong ? doctor_web_fault(d, k, "a chunked body gets %s", wrong)
		     : doctor_good(d, "a chunked body arrives");
}

/* An unused token proves that motetd did not act on the truncated request. */
static const char *send_cut_body(struct doctor *d, bool chunks)
{
	struct doctor_web_request a = { .q = { .method = "POST",
					    .cut = true,
					    .chunked = chunks,
					    .body = str_blob(STR("{\"half\": ")) },
		.target = "/x" };
	struct net_answer t;
	bool unused = false;

	if (probe_new(&d->c->cx, &a.token) != OK)
		return doctor_take_error(d);
	doctor_web_send(d, &a, &t);
	if (probe_unused(&d->c->cx, a.token, &unused) != OK)
		return doctor_take_error(d);
	return unused ? NULL : "a truncated body was accepted as complete";
}

static struct doctor_verdict check_cut_body(struct doctor *d, const struct doctor_check *k)
{
	const char *wrong = send_cut_body(d, false);

	if (wrong == NULL)
		wrong = send_cut_body(d, true);
	return wrong ? doctor_web_fault(d, k, "%s", wrong)
		     : doctor_good(d, "a truncated body is not accepted");
}

static struct blob make_body_of_size(struct doctor *d, size_t n)
{
	char *p = arena_alloc(d->mem, n);

	memset(p, ' ', n);
	return (struct blob){ (const uint8_t *)p, n };
}

static struct doctor_verdict check_largest_body(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = "POST",
					    .body = make_body_of_size(d, LARGEST_BODY) },
		.target = "/x" };
	struct net_answer t;
	const char *wrong = doctor_web_probe_body(d, &a, &t);

	d->web->no_large = wrong && !d->web->limited;
	return wrong ? doctor_web_fault(
			   d, k, "a body of 1 MiB, the largest that motetd accepts, gets %s", wrong)
		     : doctor_good(d, "a body of 1 MiB arrives");
}

static struct doctor_verdict check_too_large_body(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = "POST",
					    .body = make_body_of_size(d, LARGEST_BODY + 1024) },
		.target = "/x" };
	struct net_answer t;
	struct doctor_echo e;

	if (d->web->no_large)
		return doctor_skipped(
		    d, "a body over 1 MiB not checked: a body of 1 MiB does not arrive");
	const char *wrong = doctor_web_probe(d, &a, &t, &e);
	if (t.status != 413)
		return doctor_web_fault(d, k, "a body over 1 MiB gets %s, not status 413",
		    wrong ? wrong : "status 200");
	if (!str_is(net_ask_header(&t, "X-P2-Error", NULL), "P2CORE_TOO_LARGE") ||
	    !str_starts(t.body, "{"))
		return doctor_warn(d, doctor_web_find_fix(d, k->id),
		    "a body over 1 MiB gets 413 from the web server, without P2CORE_TOO_LARGE in "
		    "its header and body");
	return doctor_good(d, "a body over 1 MiB gets 413 and P2CORE_TOO_LARGE");
}

static struct doctor_verdict check_long_answer(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = arena_printf(d->mem, "/x?fill=%d", LONG_ANSWER) };
	struct net_answer t;
	struct doctor_echo e;

	if (d->web->no_query)
		return doctor_skipped(
		    d, "a long answer not checked: the query that asks for it does not arrive");
	const char *wrong = doctor_web_probe(d, &a, &t, &e);
	if (wrong || !t.whole || e.fill.n != LONG_ANSWER)
		return doctor_web_fault(d, k, "an answer of 1 MB is truncated: %s",
		    wrong ? wrong : arena_printf(d->mem, "%zu octets", t.body.n));
	return doctor_good(d, "an answer of 1 MB arrives complete");
}

const struct doctor_check doctor_web_body_checks[] = {
	{ "web.body.post", "requests", "bodies of POST", check_body_arrives, DOCTOR_NEEDS_PROBE, 0,
	    "POST" },
	{ "web.body.get", "requests", "bodies of GET", check_body_arrives, DOCTOR_NEEDS_PROBE, 0,
	    "GET" },
	{ "web.body.delete", "requests", "bodies of DELETE", check_body_arrives, DOCTOR_NEEDS_PROBE,
	    0, "DELETE" },
	{ "web.chunked", "requests", "chunked bodies", check_chunked_body, DOCTOR_NEEDS_PROBE, 0,
	    NULL },
	{ "web.cut", "requests", "truncated bodies", check_cut_body, DOCTOR_NEEDS_PROBE, 0, NULL },
	{ "web.large", "requests", "the largest body", check_largest_body, DOCTOR_NEEDS_PROBE, 0,
	    NULL },
	{ "web.too_large", "requests", "a body over 1 MiB", check_too_large_body,
	    DOCTOR_NEEDS_PROBE, 0, NULL },
	{ "web.fill", "requests", "a long answer", check_long_answer, DOCTOR_NEEDS_PROBE, 0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
