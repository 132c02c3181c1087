/* The threads that write holds: so many at once, and no more when a disk hangs. */
#ifndef QUARANTINE_WRITERS_H
#define QUARANTINE_WRITERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct writers {
	pthread_mutex_t lock;
	pthread_cond_t ended; /* of any of them */
	unsigned n;
};

/* writers_init - make ready */
void writers_init(struct writers *w);

/* writers_clear - take apart; nobody writes any more */
void writers_clear(struct writers *w);

/* writers_enter - one more, when there is room
 * in    until_us   on clock_mono_us()
 * err   false: there was no room until then */
bool writers_enter(struct writers *w, int64_t until_us);

/* writers_leave - one less */
void writers_leave(struct writers *w);

/* writers_wait - sleep until one ended, or that moment; w->lock is held
 * out   false: it is that moment */
bool writers_wait(struct writers *w, int64_t until_us);

/* writers_rest - wait until nobody writes
 * err   false: somebody does still at that moment */
bool writers_rest(struct writers *w, int64_t until_us);

#endif
