#include "shm/scoreboard.h"
#include "base/clock.h"
#include <stddef.h>
#include <sys/mman.h>

struct scoreboard *scoreboard_new(void)
{
	struct scoreboard *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return b == MAP_FAILED ? NULL : b;
}

void scoreboard_birth(struct score *s, int pid)
{
	s->requests = 0;
	s->request_us = 0;
	s->started_us = clock_us();
	s->pid = pid;
	scoreboard_state(s, pid ? WORKER_STARTING : WORKER_NONE);
}

void scoreboard_state(struct score *s, enum worker_state state)
{
	s->active_us = clock_us();
	s->state = (int)state;
}

void scoreboard_busy(struct score *s, int64_t now_us)
{
	s->request_us = now_us;
	s->active_us = now_us;
	s->state = WORKER_BUSY;
}

void scoreboard_done(struct score *s)
{
	s->requests++;
	s->request_us = 0;
	scoreboard_state(s, WORKER_IDLE);
}
