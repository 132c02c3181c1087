/* libevent, and an eventfd by which other threads wake it. */
#include "serve/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"

struct loop {
	struct event_base *base;
	int wake_fd;
	struct event *woken;
	void (*on_wake)(void *user);
	void *user;
};

struct loop_fd {
	struct event *in, *out;
	bool read, write; /* waited for */
	void (*ready)(void *user, bool readable, bool writable);
	void *user;
};

struct loop_timer {
	struct event *event;
	void (*fn)(void *user);
	void *user;
};

static void be_woken(evutil_socket_t fd, short what, void *user)
{
	struct loop *l = user;
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof(n)) == (ssize_t)sizeof(n) && l->on_wake != NULL)
		l->on_wake(l->user);
}

struct loop *loop_new(GError **e)
{
	struct loop *l = g_new0(struct loop, 1);

	l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	l->base = event_base_new();
	if (l->wake_fd >= 0 && l->base != NULL) {
		l->woken =
			event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, be_woken, l);
		g_assert(l->woken != NULL);
		event_add(l->woken, NULL);
		return l;
	}
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "cannot make an event loop: %s; see the limit of open files "
		    "(LimitNOFILE)",
		    g_strerror(errno));
	loop_free(l);
	return NULL;
}

void loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	if (l->woken != NULL)
		event_free(l->woken);
	if (l->base != NULL)
		event_base_free(l->base);
	if (l->wake_fd >= 0)
		close(l->wake_fd);
	g_free(l);
}

void loop_run(struct loop *l)
{
	event_base_dispatch(l->base);
}

void loop_end(struct loop *l)
{
	event_base_loopbreak(l->base);
}

void loop_on_wake(struct loop *l, void (*fn)(void *user), void *user)
{
	l->on_wake = fn;
	l->user = user;
}

void loop_wake(struct loop *l)
{
	const uint64_t one = 1;
	ssize_t wrote;

	do /* EAGAIN: it is awake already, so often */
		wrote = write(l->wake_fd, &one, sizeof(one));
	while (wrote < 0 && errno == EINTR);
}

static void be_ready(evutil_socket_t fd, short what, void *user)
{
	struct loop_fd *f = user;

	(void)fd;
	f->ready(f->user, (what & EV_READ) != 0, (what & EV_WRITE) != 0);
}

struct loop_fd *loop_fd_new(struct loop *l, int fd,
			    void (*ready)(void *user, bool readable, bool writable),
			    void *user)
{
	struct loop_fd *f = g_new0(struct loop_fd, 1);

	f->ready = ready;
	f->user = user;
	f->in = event_new(l->base, fd, EV_READ | EV_PERSIST, be_ready, f);
	f->out = event_new(l->base, fd, EV_WRITE | EV_PERSIST, be_ready, f);
	g_assert(f->in != NULL && f->out != NULL);
	return f;
}

static void want(struct event *event, bool *now, bool wanted)
{
	if (*now == wanted)
		return;
	*now = wanted;
	if (wanted)
		event_add(event, NULL);
	else
		event_del(event);
}

void loop_fd_want(struct loop_fd *f, bool read, bool write)
{
	want(f->in, &f->read, read);
	want(f->out, &f->write, write);
}

void loop_fd_free(struct loop_fd *f)
{
	if (f == NULL)
		return;
	event_free(f->in);
	event_free(f->out);
	g_free(f);
}

static void be_due(evutil_socket_t fd, short what, void *user)
{
	struct loop_timer *t = user;

	(void)fd;
	(void)what;
	t->fn(t->user);
}

struct loop_timer *loop_timer_new(struct loop *l, int64_t every_ms,
				  void (*fn)(void *user), void *user)
{
	const struct timeval every = { .tv_sec = every_ms / 1000,
				       .tv_usec = every_ms % 1000 * 1000 };
	struct loop_timer *t = g_new0(struct loop_timer, 1);

	t->fn = fn;
	t->user = user;
	t->event = event_new(l->base, -1, EV_PERSIST, be_due, t);
	g_assert(t->event != NULL);
	event_add(t->event, &every);
	return t;
}

void loop_timer_free(struct loop_timer *t)
{
	if (t == NULL)
		return;
	event_free(t->event);
	g_free(t);
}
