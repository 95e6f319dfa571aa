/* Different spellings of one session ID name the same session. */
#include "member.h"

static enum err issue_for(
    struct cx *cx, const struct member *m, const char *session, int64_t replaces, struct grant *g)
{
	struct member named = *m;

	named.session_id = session;
	struct idcsr csr = new_csr(cx, &named);
	const struct issue_request i = { m->actor_id, str_of(m->local), &csr, replaces };
	return issue_idcert(cx, &i, g);
}

/* By RFC 5280 7.1, S1, s1 and " s1" are the same name. */
int main(void)
{
	static const char *const same[] = { "s1", "S1", " S1", "s1 ", "  S1  " };
	struct session *s, *t;
	struct grant g, h;
	int refused = 0;

	if (!open_test_home())
		return 0;
	struct cx cx = new_context();
	struct member m = new_member(&cx, "spell", "S1"), other = new_device(&cx, &m, "S 1");
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		refused += issue_for(&cx, &m, same[i], 0, &g) == ERR_SESSION_ID_IN_USE;
	ok(refused == 5, "no second session S1 in another spelling: %d of 5 refused", refused);
	run_sql(&cx, "ALTER TABLE idcert DISABLE TRIGGER idcert_one_spelling");
	ok(issue_for(&cx, &m, "s1", 0, &h) == OK,
	    "two spellings, as earlier releases issued them,");
	run_sql(&cx, "ALTER TABLE idcert ENABLE TRIGGER idcert_one_spelling");
	ok(issue_for(&cx, &m, "S1", m.serial, &g) == OK &&
		session_find(&cx, g.token, false, &s) == OK,
	    "go on and can be rotated: %s", cx.why.say);
	ok(session_end(&cx, other.s, STR("s1")) == OK &&
		session_find(&cx, h.token, false, &t) != OK &&
		session_find(&cx, g.token, false, &s) == OK,
	    "a session is ended by its own spelling first");
	ok(session_end(&cx, other.s, STR(" s1 ")) == OK &&
		session_find(&cx, g.token, false, &s) != OK,
	    "and by another one");
	ok(session_end(&cx, other.s, STR("s1")) == ERR_NOT_FOUND, "and then there is none");
	ok(issue_for(&cx, &m, "s1", 0, &g) == OK, "the name is free again");
	end_context(&cx);
	conf_free(conf);
	return done();
}
