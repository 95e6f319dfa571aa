#include "ctl/doctor/doctor.h"

/* What no check of doctor can see. Without these lines, a list without faults would suggest that
 * everything had been checked. */
static struct doctor_verdict name_unseen(struct doctor *d, const struct doctor_check *k)
{
	return (struct doctor_verdict){ DOCTOR_UNSEEN, arena_dup(d->mem, k->arg, strlen(k->arg)),
		NULL };
}

static struct doctor_verdict name_unseen_web(struct doctor *d, const struct doctor_check *k)
{
	if (d->url)
		return doctor_skipped(d, "the web server was checked");
	return name_unseen(d, k);
}

#define UNSEEN(id, fn, text) \
	{ \
		id, "not checked by this command", text, fn, 0, 0, text \
	}

const struct doctor_check doctor_unseen[] = {
	UNSEEN("unseen.web", name_unseen_web,
	    "the web server, TLS and what clients get: run motetctl doctor URL"),
	UNSEEN("unseen.outside", name_unseen,
	    "whether other hosts reach this server through firewalls and proxies: try it there"),
	UNSEEN("unseen.actors", name_unseen,
	    "whether actors can register, log in and get ID-Certs: run motetctl selftest URL"),
	UNSEEN("unseen.data", name_unseen,
	    "whether the stored data is undamaged: run motetctl verify"),
	UNSEEN("unseen.hosts", name_unseen,
	    "the other hosts of this server: run motetctl doctor on each"),
	UNSEEN("unseen.federation", name_unseen,
	    "whether other servers can be reached: run motetctl foreign list"),
	UNSEEN("unseen.backup", name_unseen,
	    "whether the database and the secret file have backups: see motetctl help backup"),
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
