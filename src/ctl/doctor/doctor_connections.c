#include "base/machine.h"
#include "ctl/doctor/doctor.h"
#include "ctl/scoreboard_view.h"

/* Checks of how the servers connect to the database: through a pooler, and how often. */
enum { POOLER_LOOKS = 20, POOLER_CLIENTS = 2 };

struct pooler_clients {
	struct conf conf; /* with prepared_statements off: a pooler may make them fail */
	struct db *db[POOLER_CLIENTS];
	int64_t seen[POOLER_CLIENTS][POOLER_LOOKS];
};

/* Two open connections have different server processes, unless a pooler lends the same process
 * first to one of them and then to the other. */
static bool is_process_shared(const struct pooler_clients *p, int looks)
{
	for (int i = 0; i < looks; i++)
		for (int k = 0; k < looks; k++)
			if (p->seen[0][i] == p->seen[1][k])
				return true;
	return false;
}

static enum err look_for_pooler(struct cx *cx, struct pooler_clients *p, bool *found)
{
	struct doctor_connections *k;

	*found = false;
	for (int i = 0; i < POOLER_LOOKS && !*found; i++) {
		for (int client = 0; client < POOLER_CLIENTS; client++) {
			cx->db = p->db[client];
			TRY(q_doctor_connections(cx, &k));
			p->seen[client][i] = k->pid;
		}
		*found = is_process_shared(p, i + 1);
	}
	return OK;
}

struct doctor_verdict doctor_check_pooler(struct doctor *d, const struct doctor_check *k)
{
	static const char fix[] =
	    "in motet.conf set: prepared_statements = off; then give the role the settings that "
	    "motet(7) lists under GROW";
	struct cx *cx = &d->c->cx;
	struct db *own = cx->db;
	struct pooler_clients p = { .conf = *d->c->conf };
	bool found;

	(void)k;
	p.conf.prepared_statements = false;
	for (int i = 0; i < POOLER_CLIENTS; i++)
		p.db[i] = db_new(&p.conf);
	enum err e = look_for_pooler(cx, &p, &found);
	cx->db = own;
	for (int i = 0; i < POOLER_CLIENTS; i++)
		db_free(p.db[i]);
	if (e != OK)
		return doctor_bad_error(d, "allow the role at least two connections at a time");
	if (!found)
		return doctor_good(d, "no connection pooler in transaction mode is in use");
	return d->c->conf->prepared_statements
	    ? doctor_bad(d, fix,
		  "a connection pooler in transaction mode is in use, but prepared_statements is "
		  "on: requests fail with SQLSTATE 26000 or 42P05")
	    : doctor_good(d,
		  "a connection pooler in transaction mode is in use; prepared_statements is off");
}

/* Return how many workers the server on this host has, or would start if it does not run. */
static int count_wanted_workers(struct doctor *d)
{
	const struct machine m = machine_read("", 0);
	struct scoreboard_view *b;

	if (scoreboard_view_take(d->c, &b) == OK && b->wanted > 0)
		return (int)b->wanted;
	doctor_take_error(d);
	return machine_workers(d->c->conf, &m, 0);
}

struct doctor_verdict doctor_check_connections(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_connections *v;
	int workers = count_wanted_workers(d), need = workers + MACHINE_SPARE_CONNECTIONS;

	(void)k;
	if (q_doctor_connections(&d->c->cx, &v) != OK)
		return doctor_bad_error(d, "read the log of PostgreSQL");
	if (need > v->room)
		return doctor_bad(d,
		    "in postgresql.conf set max_connections to at least the workers of all hosts "
		    "plus 10, or in motet.conf lower workers",
		    "%d workers need %d connections, spare ones included, but the database "
		    "allows this role only %lld",
		    workers, need, (long long)v->room);
	if (need + v->others > v->room)
		return doctor_warn(d,
		    "in postgresql.conf set max_connections to at least the workers of all hosts "
		    "plus 10",
		    "%d workers need %d connections, spare ones included; the database allows "
		    "%lld, and other roles use %lld now",
		    workers, need, (long long)v->room, (long long)v->others);
	return doctor_good(d, "%d workers of this host need %d of %lld allowed connections",
	    workers, need, (long long)v->room);
}
