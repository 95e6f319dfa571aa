#include "fcgi/spool.h"
#include "base/clock.h"
#include "base/memory_file.h"
#include "fcgi/fcgi.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SPOOL_CHUNK = 65536, SPOOL_CHUNKS = 16 };

struct spool *spool_adopt(int fd, const struct spool_state *state)
{
	struct spool *s = fd >= 0 ? malloc(sizeof *s) : NULL;

	if (s)
		*s = (struct spool){ .fd = fd, .state = *state };
	else if (fd >= 0)
		close(fd);
	return s;
}

struct spool *spool_new(void)
{
	int64_t now = clock_us();

	return spool_adopt(memory_file_open("motet-request"),
	    &(struct spool_state){ .began_us = now, .last_us = now });
}

void spool_free(struct spool *s)
{
	if (s && s->fd >= 0)
		close(s->fd);
	free(s);
}

static bool store_octets(struct spool *s, const uint8_t *p, size_t n)
{
	if (s->state.skipping)
		return true;
	s->state.stored += n;
	return s->state.stored <= SPOOL_MAX && write(s->fd, p, n) == (ssize_t)n;
}

/* Store the complete header of a record. The content of the record will not be stored if the body
 * is already too large. */
static bool store_record_header(struct spool *s)
{
	const struct request_progress *a = &s->state.progress;
	size_t content = (size_t)a->header[4] << 8 | a->header[5];

	s->state.skipping =
	    request_progress_is_body(a) && content > 0 && a->body - content > FCGI_BODY_MAX;
	return store_octets(s, a->header, sizeof a->header);
}

static bool store_piece(struct spool *s, const uint8_t *p, size_t n, size_t had)
{
	if (had == sizeof s->state.progress.header)
		return store_octets(s, p, n);
	return had + n < sizeof s->state.progress.header || store_record_header(s);
}

static bool add_chunk(struct spool *s, const uint8_t *p, size_t n)
{
	struct request_progress *a = &s->state.progress;

	s->state.received += n;
	s->state.last_us = clock_us();
	while (n > 0 && !a->complete) {
		size_t had = a->nheader, took = request_progress_add(a, p, n);
		if (!store_piece(s, p, took, had))
			return false;
		p += took;
		n -= took;
	}
	return s->state.received <= FCGI_DRAIN_MAX + FCGI_PARAMS_MAX;
}

enum spool_result spool_fill(struct spool *s, int sock)
{
	static uint8_t chunk[SPOOL_CHUNK];
	ssize_t n = 1;

	for (int i = 0; i < SPOOL_CHUNKS && n > 0 && !s->state.progress.complete; i++) {
		n = recv(sock, chunk, sizeof chunk, MSG_DONTWAIT);
		if (n == 0 || (n > 0 && !add_chunk(s, chunk, (size_t)n)))
			return SPOOL_BROKEN;
	}
	if (s->state.progress.complete)
		return SPOOL_WHOLE;
	return n > 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? SPOOL_PART
										  : SPOOL_BROKEN;
}

bool spool_has_more(int sock)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };

	return poll(&p, 1, 0) > 0 && p.revents == POLLIN;
}

bool spool_is_too_old(const struct spool *s)
{
	return s->state.last_us - s->state.began_us > FCGI_ARRIVAL_TIMEOUT * INT64_C(1000000);
}

int spool_take_file(struct spool *s)
{
	int fd = s->fd;

	s->fd = -1;
#ifdef F_ADD_SEALS
	/* libfcgi may answer a management record on the descriptor that it reads from. */
	fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
#endif
	lseek(fd, 0, SEEK_SET);
	return fd;
}
