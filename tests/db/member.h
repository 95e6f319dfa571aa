#ifndef MOTET_TESTS_MEMBER_H
#define MOTET_TESTS_MEMBER_H
/* Actors with sessions in a real database, and KeyPackages signed with their keys. */
#include "home.h"
#include "../unit/mls_make.h"
#include "core/actor.h"
#include "core/keypackage.h"
#include <sys/random.h>

/* Run a statement as the owner of the tables; returns the first column of the last row as text. */
static inline const char *run_sql(struct cx *cx, const char *text)
{
	PGconn *pg = connect_as_owner();
	PGresult *r = PQexec(pg, text);
	const char *out = "";

	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
		out = arena_printf(cx->mem, "%s", PQerrorMessage(pg));
	else if (PQntuples(r) > 0)
		out = arena_printf(cx->mem, "%s", PQgetvalue(r, PQntuples(r) - 1, 0));
	PQclear(r);
	PQfinish(pg);
	return out;
}

/* Replaces the limits that motet_list_caps() of the schema returns. */
static inline void set_caps(struct cx *cx, int of_one, int of_all)
{
	run_sql(cx, "ALTER FUNCTION motet_list_caps() RENAME TO motet_real_caps");
	run_sql(cx,
	    arena_printf(cx->mem,
		"CREATE OR REPLACE FUNCTION motet_list_caps() RETURNS TABLE (tab text, counted text, owner "
		"text, newest text, of_one int8, of_all int8) LANGUAGE sql AS 'SELECT tab, counted, "
		"owner, newest, %d::int8, %d::int8 FROM motet_real_caps()'",
		of_one, of_all));
}

static inline long sql_number(struct cx *cx, const char *text)
{
	return strtol(run_sql(cx, text), NULL, 10);
}

/* A session and the seed of its key, in the arena of the context that made it. */
struct member {
	const char *local, *fid;
	uint8_t seed[ED25519_SEED];
	struct blob token_hash;
	struct session *s;
	int64_t actor_id, serial;
	const char *session_id;
};

static inline struct idcsr new_csr(struct cx *cx, struct member *m)
{
	struct arena *mem = cx->mem;
	uint8_t key[ED25519_KEY];
	struct idcsr csr;

	must(cx, ed25519_new(cx, m->seed, key));
	struct blob name = name_of(mem,
	    arena_printf(mem, "S:%s|U:%s|D:org|D:example|C:%s", m->session_id, m->fid, m->local));
	struct blob info = derw(mem, DER_SEQUENCE, derw_integer(mem, 0), name,
	    ed25519_spki(mem, key), derw(mem, DER_CONTEXT_OF, (struct blob){ NULL, 0 }));
	must(cx, idcsr_read(cx, signed_with(cx, m->seed, info), &csr));
	return csr;
}

static inline void keep_grant(struct cx *cx, struct member *m, const struct grant *g)
{
	must(cx, session_hash_token(cx, g->token, &m->token_hash));
	must(cx, session_find(cx, g->token, false, &m->s));
	m->serial = m->s->serial;
}

/* Opens another session of an actor. */
static inline struct member new_device(struct cx *cx, const struct member *of, const char *session)
{
	struct member m = {
		.local = of->local, .fid = of->fid, .actor_id = of->actor_id, .session_id = session
	};
	struct idcsr csr = new_csr(cx, &m);
	const struct issue_request i = { m.actor_id, str_of(m.local), &csr, 0 };
	struct grant g;

	must(cx, issue_idcert(cx, &i, &g));
	keep_grant(cx, &m, &g);
	return m;
}

static inline struct member new_member(struct cx *cx, const char *local, const char *session)
{
	struct member m = { .local = local, .fid = arena_printf(cx->mem, "%s@example.org", local) };

	must(cx, q_actor_insert(cx, str_of(local), STR("x"), false, &m.actor_id));
	return new_device(cx, &m, session);
}

/* Gives the session a new certificate. */
static inline void rotate_session(struct cx *cx, struct member *m)
{
	struct idcsr csr = new_csr(cx, m);
	struct grant g;

	must(cx, session_rotate(cx, m->s, &csr, &g));
	keep_grant(cx, m, &g);
}

/* How a KeyPackage differs from the usual one; init NULL: a new key. */
struct keypackage_spec {
	const char *init;	 /* hex */
	const char *head, *caps; /* as in struct parts */
	int64_t lasts;		 /* lifetime, in seconds from now; 0: a day */
};

static inline struct mls_input new_keypackage(
    struct cx *cx, const struct member *m, const struct keypackage_spec *o)
{
	int64_t now = clock_now(), until = now + (o->lasts ? o->lasts : 86400);
	struct mls_input in = { .tls = { NULL, 0 } };
	uint8_t fresh[32];

	if (getrandom(fresh, sizeof fresh, 0) != sizeof fresh)
		exit(1);
	const struct parts p = { .head = o->head,
		.caps = o->caps,
		.seed = m->seed,
		.init =
		    o->init ? o->init : hex_encode(cx->mem, (struct blob){ fresh, sizeof fresh }).s,
		.credential = basic_credential(cx->mem, str_blob(str_of(m->fid))),
		.source = arena_printf(cx->mem, "01%016llx%016llx", (unsigned long long)now - 60,
		    (unsigned long long)until) };
	in.tls = keypackage_of(cx, &p);
	must(cx, mls_keypackage_read(cx, in.tls, &in.kp));
	return in;
}

/* Returns false if there is no database; the test is then reported as skipped. */
static inline bool open_test_home(void)
{
	if (!open_home())
		return false;
	conf->rate_limit = false;
	create_identity();
	return true;
}
#endif
