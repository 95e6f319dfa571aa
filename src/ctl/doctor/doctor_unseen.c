#include "ctl/doctor/doctor.h"

/* What no check of doctor can see. A green list without these lines would say that all is well. */
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
	    "the web server, TLS and what clients get: give the URL of this server"),
	UNSEEN("unseen.outside", name_unseen,
	    "requests from other hosts: firewall, DNS, and proxies that only they pass"),
	UNSEEN("unseen.actors", name_unseen,
	    "whether actors can register, log in and get ID-Certs: motetctl selftest URL"),
	UNSEEN("unseen.data", name_unseen, "what the database has stored: motetctl verify"),
	UNSEEN("unseen.hosts", name_unseen, "other hosts of this server: run doctor on each"),
	UNSEEN("unseen.federation", name_unseen,
	    "federation with other servers: motetctl foreign list"),
	UNSEEN("unseen.backup", name_unseen, "backups of the database and of the secret file"),
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
