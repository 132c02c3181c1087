#include "quarantine/writers.h"

#include <errno.h>
#include <glib.h>
#include <time.h>

#include "base/limits.h"
#include "base/wait.h"

void writers_init(struct writers *w)
{
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->ended, NULL);
	w->n = 0;
}

void writers_clear(struct writers *w)
{
	pthread_cond_destroy(&w->ended);
	pthread_mutex_destroy(&w->lock);
}

bool writers_wait(struct writers *w, int64_t until_us)
{
	return wait_until(&w->ended, &w->lock, until_us);
}

bool writers_enter(struct writers *w, int64_t until_us)
{
	bool room = true;

	pthread_mutex_lock(&w->lock);
	while (w->n >= LIMIT_HOLD_WRITERS && room)
		room = writers_wait(w, until_us);
	room = w->n < LIMIT_HOLD_WRITERS;
	w->n += room;
	pthread_mutex_unlock(&w->lock);
	return room;
}

void writers_leave(struct writers *w)
{
	pthread_mutex_lock(&w->lock);
	g_assert(w->n > 0);
	w->n--;
	pthread_cond_broadcast(&w->ended);
	pthread_mutex_unlock(&w->lock);
}

bool writers_rest(struct writers *w, int64_t until_us)
{
	pthread_mutex_lock(&w->lock);
	while (w->n > 0 && writers_wait(w, until_us))
		;
	bool rest = w->n == 0;

	pthread_mutex_unlock(&w->lock);
	return rest;
}
