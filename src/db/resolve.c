#include "db/resolve.h"
#include "db/wait.h"
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A look-up, shared by its thread and the caller that waits for it: the last of the two frees
 * it. */
struct lookup {
	_Atomic int users;
	char *host;
	int done[2]; /* the thread closes its end of this pipe when the other members are filled */
	int error;   /* of getaddrinfo(3) */
	struct addrinfo *found;
};

/* What a connection knows about its host. */
struct resolver {
	struct lookup *pending;
	char *host;
	struct resolved last;
};

bool resolve_is_needed(const char *host)
{
	const struct addrinfo numeric = { .ai_flags = AI_NUMERICHOST };
	struct addrinfo *found;

	if (host == NULL || host[0] == '\0' || host[0] == '/' || host[0] == '@')
		return false;
	if (getaddrinfo(host, NULL, &numeric, &found) != 0)
		return true;
	freeaddrinfo(found);
	return false;
}

static void release_lookup(struct lookup *l)
{
	if (atomic_fetch_sub(&l->users, 1) > 1)
		return;
	if (l->error == 0 && l->found)
		freeaddrinfo(l->found);
	free(l->host);
	free(l);
}

static void *run_lookup(void *arg)
{
	const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
	struct lookup *l = arg;

	l->error = getaddrinfo(l->host, NULL, &stream, &l->found);
	close(l->done[1]);
	release_lookup(l);
	return NULL;
}

/* The new thread blocks all signals: the thread that serves requests handles them. */
static bool start_detached_thread(struct lookup *l)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool started = pthread_create(&thread, NULL, run_lookup, l) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started && pthread_detach(thread) == 0;
}

static struct lookup *begin_lookup(const char *host)
{
	struct lookup *l = calloc(1, sizeof *l);

	if (l == NULL || (l->host = strdup(host)) == NULL || pipe2(l->done, O_CLOEXEC) != 0) {
		free(l ? l->host : NULL);
		free(l);
		return NULL;
	}
	l->users = 2;
	if (start_detached_thread(l))
		return l;
	close(l->done[0]);
	close(l->done[1]);
	l->users = 1;
	release_lookup(l);
	return NULL;
}

static void end_waiting(struct resolver *r)
{
	if (r->pending == NULL)
		return;
	close(r->pending->done[0]);
	release_lookup(r->pending);
	r->pending = NULL;
}

static void copy_addresses(const struct lookup *l, struct resolved *out)
{
	*out = (struct resolved){ .n = 0 };
	if (l->error != 0) {
		out->why = gai_strerror(l->error);
		return;
	}
	for (struct addrinfo *a = l->found; a && out->n < RESOLVED_MAX; a = a->ai_next)
		out->n += getnameinfo(a->ai_addr, a->ai_addrlen, out->text[out->n], RESOLVED_TEXT,
			      NULL, 0, NI_NUMERICHOST) == 0;
}

static struct resolver *find_resolver(struct db *d, const char *host)
{
	if (d->resolver && strcmp(d->resolver->host, host) == 0)
		return d->resolver;
	resolve_free(d);
	d->resolver = calloc(1, sizeof *d->resolver);
	if (d->resolver && (d->resolver->host = strdup(host)) == NULL)
		resolve_free(d);
	return d->resolver;
}

void resolve_host(struct db *d, const char *host, int64_t deadline_us, struct resolved *out)
{
	struct resolver *r = find_resolver(d, host);
	struct resolved now = { .why = "the name server does not answer" };

	if (r && r->pending == NULL)
		r->pending = begin_lookup(host);
	if (r && r->pending && wait_for_socket(d, r->pending->done[0], POLLIN, deadline_us)) {
		copy_addresses(r->pending, &now);
		end_waiting(r);
	}
	if (r && now.n)
		r->last = now;
	*out = r && r->last.n ? r->last : now;
}

void resolve_free(struct db *d)
{
	if (d->resolver == NULL)
		return;
	end_waiting(d->resolver);
	free(d->resolver->host);
	free(d->resolver);
	d->resolver = NULL;
}
