/* Requests are taken as they come until one needs a worker; those behind it that need one, too, go
 * with it, and then the connection rests until the answers are there. So answers keep their
 * order, a client has one batch on its way, and what is kept of it is bounded. */
#include "serve/connection.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "serve/handlers.h"
#include "serve/limits.h"
#include "serve/reply.h"

#define KEPT_BYTES (16 * 1024) /* of memory for answers, from one to the next */

struct connection {
	struct connections *all;
	GList *link; /* in all->open */
	int fd;      /* -1: closed, and a worker is not done yet */
	struct loop_fd *watch;
	struct client client;
	struct request_reader *reader;
	GByteArray *rest; /* what came and was not looked at; NULL: nothing */
	size_t rest_at;
	GString *out; /* NULL: nothing */
	size_t sent;
	struct work *gathered; /* not given to a worker yet; NULL: none */
	bool working;
	bool ended; /* the client says nothing more */
	size_t charged;
	int64_t quiet_us; /* since when nothing was on its way */
	int64_t begun_us; /* since when a part of a request, or an answer, is; 0: it is not */
};

static size_t unsent(const struct connection *c)
{
	return c->out == NULL ? 0 : c->out->len - c->sent;
}

static size_t rest_of(const struct connection *c)
{
	return c->rest == NULL ? 0 : c->rest->len - c->rest_at;
}

static void free_all_of(struct connection *c)
{
	request_reader_free(c->reader);
	if (c->rest != NULL)
		g_byte_array_unref(c->rest);
	if (c->out != NULL)
		g_string_free(c->out, TRUE);
	work_free(c->gathered);
	g_free(c->client.name);
	g_free(c);
}

/* The loop's thread alone; whoever calls it looks at c no more. */
static void hang_up(struct connection *c)
{
	struct connections *all = c->all;

	g_assert(c->fd >= 0);
	loop_fd_free(c->watch);
	close(c->fd);
	c->fd = -1;
	c->watch = NULL;
	g_queue_delete_link(&all->open, c->link);
	atomic_fetch_sub(&all->s->clients, 1);
	budget_give(&all->s->memory, c->charged);
	c->charged = 0;
	if (!c->working)
		free_all_of(c);
}

static void close_for(struct connection *c, const char *why)
{
	metrics_add_to(c->all->s->metrics, METRIC_SERVE_CLOSED, why, 1);
	hang_up(c);
}

/* false: all clients together have too much; it was hung up */
static bool charge(struct connection *c)
{
	size_t now = request_held(c->reader) + (c->rest == NULL ? 0 : c->rest->len) +
		     (c->out == NULL ? 0 : c->out->len) +
		     (c->gathered == NULL ? 0 : c->gathered->job.bytes);
	struct serving *s = c->all->s;

	if (now <= c->charged)
		budget_give(&s->memory, c->charged - now);
	else if (!budget_take(&s->memory, now - c->charged, s->memory_most)) {
		close_for(c, "memory");
		return false;
	}
	c->charged = now;
	return true;
}

/* --- answers --- */

static GString *out_of(struct connection *c)
{
	if (c->out == NULL)
		c->out = g_string_new(NULL);
	return c->out;
}

static void forget_sent(struct connection *c)
{
	if (unsent(c) > 0)
		return;
	c->sent = 0;
	if (c->out != NULL && c->out->allocated_len > KEPT_BYTES) {
		g_string_free(c->out, TRUE);
		c->out = NULL;
	} else if (c->out != NULL) {
		g_string_truncate(c->out, 0);
	}
}

/* false: it was hung up */
static bool send_out(struct connection *c)
{
	while (unsent(c) > 0) {
		ssize_t n = send(c->fd, c->out->str + c->sent, unsent(c), MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			hang_up(c);
			return false;
		}
		c->sent += (size_t)n;
	}
	forget_sent(c);
	return true;
}

/* --- requests --- */

static struct request_bounds bounds_of(const struct connection *c)
{
	if (c->client.known)
		return (struct request_bounds){ LIMIT_SERVE_WORDS, LIMIT_SERVE_WORD_BYTES,
						LIMIT_SERVE_REQUEST_BYTES };
	return (struct request_bounds){ LIMIT_SERVE_WORDS_BEFORE,
					LIMIT_SERVE_BYTES_BEFORE,
					LIMIT_SERVE_BYTES_BEFORE };
}

static void work_done(struct job *j)
{
	struct work *w = (struct work *)j;
	struct connections *all = ((struct connection *)w->user)->all;

	pthread_mutex_lock(&all->lock);
	g_queue_push_tail(all->done, w);
	pthread_mutex_unlock(&all->lock);
	loop_wake(all->loop);
}

static void give_to_worker(struct connection *c)
{
	struct work *w = c->gathered;

	if (w == NULL || c->working)
		return;
	if (worker_pool_give(c->all->pool, &w->job, 0)) {
		c->working = true;
		c->all->working++;
		return;
	}
	metrics_add_to(c->all->s->metrics, METRIC_POOL_SHED, "serve",
		       w->calls->len - w->answered);
	work_shed(w);
	g_string_append_len(out_of(c), w->out->str, (gssize)w->out->len);
	c->gathered = NULL;
	work_free(w);
}

static void talk(struct connection *c, const struct command_row *row)
{
	struct arena *a = arena_create();
	struct request q = request_take(c->reader, a);

	if (!command_refuse(row, &c->client, &q, out_of(c)))
		handlers[row - command_rows].talk(
			&(struct talk){ c->all->s, &c->client, &q, c->out });
	arena_destroy(&a);
}

static void gather(struct connection *c, const struct command_row *row)
{
	struct request q;

	if (c->gathered == NULL)
		c->gathered = work_new(c->all->s, work_done, c);
	q = request_take(c->reader, c->gathered->a);
	work_add(c->gathered, row, &q);
}

static bool can_be_gathered(const struct connection *c, const struct command_row *row,
			    size_t words)
{
	return row != NULL && row->data && c->client.known &&
	       command_has_words(row, words);
}

/* The request that is whole. false: it waits for a worker's answers */
static bool take_request(struct connection *c)
{
	struct serving *s = c->all->s;
	size_t words;
	struct bytes name = request_peek(c->reader, &words);
	const struct command_row *row = command_find(name);
	bool data = can_be_gathered(c, row, words);

	if (c->gathered != NULL && (!data || !work_has_room(c->gathered, words))) {
		give_to_worker(c);
		if (c->working)
			return false;
	}
	atomic_fetch_add(&s->requests, 1);
	if (row != NULL)
		atomic_fetch_add(&s->calls[row - command_rows], 1);
	c->begun_us = 0;
	if (data)
		gather(c, row);
	else
		talk(c, row);
	return true;
}

static void be_malformed(struct connection *c)
{
	metrics_add_to(c->all->s->metrics, METRIC_SERVE_CLOSED, "malformed", 1);
	reply_error(out_of(c), "ERR %s", request_error(c->reader));
	c->client.leaves = true;
}

static void keep_rest(struct connection *c, struct bytes input)
{
	if (c->rest != NULL) { /* input lies in it */
		c->rest_at = c->rest->len - input.n;
		if (input.n == 0) {
			g_byte_array_unref(c->rest);
			c->rest = NULL;
			c->rest_at = 0;
		}
		return;
	}
	if (input.n == 0)
		return;
	c->rest = g_byte_array_new();
	g_byte_array_append(c->rest, (const guint8 *)input.at, (guint)input.n);
}

static bool is_full(const struct connection *c)
{
	return unsent(c) >= c->all->s->reply_bytes;
}

/* Until there is nothing more, or something must be waited for. */
static void take_requests(struct connection *c, struct bytes input)
{
	while (!c->working && !c->client.leaves && !is_full(c)) {
		const struct request_bounds bounds = bounds_of(c);
		enum request_state state = request_feed(c->reader, &bounds, &input);

		if (state == REQUEST_WHOLE) {
			if (!take_request(c))
				break;
		} else if (c->gathered != NULL) {
			give_to_worker(c); /* what comes behind it waits, even an error */
		} else {
			if (state == REQUEST_BAD)
				be_malformed(c);
			break;
		}
	}
	keep_rest(c, input);
}

static void note_times(struct connection *c)
{
	int64_t now_us = clock_mono_us();
	bool busy = unsent(c) > 0 || request_is_begun(c->reader);

	c->quiet_us = now_us;
	if (!busy || c->working)
		c->begun_us = 0;
	else if (c->begun_us == 0)
		c->begun_us = now_us;
}

static bool is_at_end(const struct connection *c)
{
	bool last = c->client.leaves || c->all->stopping || (c->ended && rest_of(c) == 0);

	return last && !c->working && c->gathered == NULL && unsent(c) == 0;
}

static struct bytes input_of(const struct connection *c)
{
	return rest_of(c) == 0
		       ? (struct bytes){ 0 }
		       : (struct bytes){ (char *)c->rest->data + c->rest_at, rest_of(c) };
}

/* After whatever has happened. */
static void go_on(struct connection *c, struct bytes input)
{
	bool was_full;

	do {
		take_requests(c, input);
		was_full = is_full(c);
		if (!charge(c) || !send_out(c))
			return;
		input = input_of(c);
	} while (was_full && !is_full(c));
	if (is_at_end(c)) {
		hang_up(c);
		return;
	}
	note_times(c);
	loop_fd_want(c->watch,
		     !c->working && !c->client.leaves && !c->ended && input.n == 0 &&
			     !is_full(c),
		     unsent(c) > 0);
}

static void on_ready(void *user, bool readable, bool writable)
{
	struct connection *c = user;
	struct connections *all = c->all;
	struct bytes input = input_of(c);

	if (writable && !send_out(c))
		return;
	if (readable && input.n == 0) {
		ssize_t n = recv(c->fd, all->buffer, READ_BYTES, 0);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			hang_up(c);
			return;
		}
		atomic_fetch_add(&all->s->reads, 1);
		c->ended = n == 0;
		input = (struct bytes){ all->buffer, (size_t)n };
	}
	go_on(c, input);
}

void connections_add(struct connections *all, int fd)
{
	struct connection *c = g_new0(struct connection, 1);

	c->all = all;
	c->fd = fd;
	c->client.id = atomic_fetch_add(&all->s->accepted, 1) + 1;
	c->client.known = *all->s->password == '\0';
	c->reader = request_reader_new();
	c->watch = loop_fd_new(all->loop, fd, on_ready, c);
	g_queue_push_tail(&all->open, c);
	c->link = all->open.tail;
	atomic_fetch_add(&all->s->clients, 1);
	note_times(c);
	loop_fd_want(c->watch, true, false);
}

/* --- what workers have done --- */

static void take_answers(struct work *w)
{
	struct connection *c = w->user;

	g_assert(c->working && c->gathered == w);
	c->working = false;
	c->all->working--;
	if (c->fd < 0) {
		free_all_of(c);
		return;
	}
	g_string_append_len(out_of(c), w->out->str, (gssize)w->out->len);
	g_string_truncate(w->out, 0);
	if (w->answered == w->calls->len) {
		c->gathered = NULL;
		work_free(w);
	}
	go_on(c, input_of(c));
}

static void take_all_answers(void *connections)
{
	struct connections *all = connections;
	GQueue *done;

	pthread_mutex_lock(&all->lock);
	done = all->done;
	all->done = g_queue_new();
	pthread_mutex_unlock(&all->lock);
	while (!g_queue_is_empty(done))
		take_answers(g_queue_pop_head(done));
	g_queue_free(done);
}

/* --- all of them --- */

void connections_init(struct connections *c)
{
	g_queue_init(&c->open);
	pthread_mutex_init(&c->lock, NULL);
	c->done = g_queue_new();
	loop_on_wake(c->loop, take_all_answers, c);
}

void connections_clear(struct connections *c)
{
	while (!g_queue_is_empty(&c->open))
		hang_up(c->open.head->data);
	take_all_answers(c);
	g_assert(c->working == 0);
	g_queue_free(c->done);
	pthread_mutex_destroy(&c->lock);
}

static const char *why_too_long(const struct connection *c, int64_t now_us)
{
	if (c->working)
		return NULL;
	if (c->begun_us != 0)
		return now_us - c->begun_us > LIMIT_SERVE_STALL_S * G_USEC_PER_SEC
			       ? "slow"
			       : NULL;
	return now_us - c->quiet_us > c->all->idle_us ? "idle" : NULL;
}

void connections_tend(struct connections *all)
{
	int64_t now_us = clock_mono_us();

	for (GList *l = all->open.head, *next; l != NULL; l = next) {
		const char *why = why_too_long(l->data, now_us);

		next = l->next;
		if (why != NULL)
			close_for(l->data, why);
	}
}

bool connections_stop(struct connections *all)
{
	all->stopping = true;
	for (GList *l = all->open.head, *next; l != NULL; l = next) {
		next = l->next;
		if (is_at_end(l->data))
			hang_up(l->data);
	}
	return g_queue_is_empty(&all->open) && all->working == 0;
}
