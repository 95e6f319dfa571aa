#include "crypto/low_priority.h"
#ifdef __linux__
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOW_NICE = 10, LOW_STACK = 256 << 10 };

struct low_job {
	void (*work)(void *);
	void *arg;
};

static void *run_low_job(void *arg)
{
	const struct low_job *j = arg;

	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), LOW_NICE);
	j->work(j->arg);
	return NULL;
}

/* All signals are blocked while the thread is created, because it inherits the mask. */
static bool start_low_thread(pthread_t *t, struct low_job *j)
{
	pthread_attr_t a;
	sigset_t all, was;

	if (pthread_attr_init(&a) != 0)
		return false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	bool began = pthread_attr_setstacksize(&a, LOW_STACK) == 0 &&
	    pthread_create(t, &a, run_low_job, j) == 0;
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	pthread_attr_destroy(&a);
	return began;
}

void low_priority_run(void (*work)(void *), void *arg)
{
	struct low_job j = { work, arg };
	pthread_t t;

	if (start_low_thread(&t, &j))
		pthread_join(t, NULL);
	else
		work(arg);
}
#else
void low_priority_run(void (*work)(void *), void *arg)
{
	work(arg);
}
#endif
