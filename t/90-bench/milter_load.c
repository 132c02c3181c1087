/* The load generator: the MTA's side of the milter protocol, version 6, on N connections,
 * with messages from files. Prints the rate, latencies from the last byte to the answer, and
 * the CPU time the milter took for each message. */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CHUNK 65535
#define STEPS 0x1FFFFFUL

struct load {
	char *socket, *client, *rcpt;
	int connections, messages, pid;
	double rate; /* messages a second over all connections; 0: as fast as it goes */
	GPtrArray *files; /* GByteArray */
	int64_t begin_us;
	int next;     /* atomic: number of the next message */
	int64_t *us;  /* latency of each */
	int modified; /* atomic: modification actions seen */
};

struct line {
	const struct load *load;
	int fd;
	unsigned long steps; /* granted to the milter */
	GByteArray *out;
	unsigned char in[CHUNK + 16];
};

static void die(const char *doing)
{
	fprintf(stderr, "milter_load: %s: %s\n", doing, g_strerror(errno));
	exit(1);
}

static void flush(struct line *l)
{
	size_t at = 0;

	while (at < l->out->len) {
		ssize_t put = write(l->fd, l->out->data + at, l->out->len - at);

		if (put <= 0)
			die("write");
		at += (size_t)put;
	}
	g_byte_array_set_size(l->out, 0);
}

static void put(struct line *l, char command, const void *data, size_t n)
{
	uint32_t size = htonl((uint32_t)n + 1);

	g_byte_array_append(l->out, (const guint8 *)&size, 4);
	g_byte_array_append(l->out, (const guint8 *)&command, 1);
	g_byte_array_append(l->out, data, (guint)n);
	if (l->out->len > 4 * CHUNK)
		flush(l);
}

static void read_all(struct line *l, void *to, size_t n)
{
	char *at = to;

	while (n > 0) {
		ssize_t got = read(l->fd, at, n);

		if (got <= 0)
			die("the milter closed the connection: read");
		at += got;
		n -= (size_t)got;
	}
}

/* the answer to a command; modifications before it are counted */
static char hear(struct line *l, int *modified)
{
	flush(l);
	for (;;) {
		uint32_t size;

		read_all(l, &size, 4);
		size = ntohl(size);
		if (size == 0 || size > sizeof(l->in))
			die("the milter sent a packet of wrong size");
		read_all(l, l->in, size);
		if (strchr("acrtdsyO", l->in[0]) != NULL)
			return (char)l->in[0];
		if (modified != NULL && l->in[0] != SMFIR_PROGRESS)
			++*modified;
	}
}

static void dial(struct line *l)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	g_strlcpy(to.sun_path, l->load->socket, sizeof(to.sun_path));
	l->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (l->fd < 0 || connect(l->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die(l->load->socket);
}

static void put_macros(struct line *l, char command, const char *pairs, size_t n)
{
	GString *all = g_string_new(NULL);

	g_string_append_c(all, command);
	g_string_append_len(all, pairs, (gssize)n);
	put(l, SMFIC_MACRO, all->str, all->len);
	g_string_free(all, TRUE);
}

static void answered(struct line *l, unsigned long no_reply)
{
	if ((l->steps & no_reply) == 0)
		hear(l, NULL);
}

static void greet(struct line *l)
{
	uint32_t offer[3] = { htonl(6), htonl(0x1FF), htonl(STEPS) }, got[3];
	static const char macros[] = "j\0mx.example.org\0{daemon_name}\0mx";
	GString *peer = g_string_new("client.example.net");

	dial(l);
	put(l, SMFIC_OPTNEG, offer, sizeof(offer));
	if (hear(l, NULL) != SMFIC_OPTNEG)
		die("the milter did not negotiate");
	memcpy(got, l->in + 1, sizeof(got));
	l->steps = ntohl(got[2]);
	put_macros(l, SMFIC_CONNECT, macros, sizeof(macros));
	g_string_append_c(peer, '\0');
	g_string_append_len(peer, "4\x30\x39", 3);
	g_string_append(peer, l->load->client);
	put(l, SMFIC_CONNECT, peer->str, peer->len + 1);
	answered(l, SMFIP_NR_CONN);
	if ((l->steps & SMFIP_NOHELO) == 0) {
		put(l, SMFIC_HELO, "client.example.net", 19);
		answered(l, SMFIP_NR_HELO);
	}
	g_string_free(peer, TRUE);
}

/* one field, folds as bare LF, leading blank kept if that was negotiated */
static void put_header(struct line *l, const char *at, size_t n)
{
	const char *colon = memchr(at, ':', n);
	GString *field = g_string_new(NULL);

	if (colon == NULL)
		return;
	g_string_append_len(field, at, colon - at);
	g_string_append_c(field, '\0');
	const char *value = colon + 1;

	if ((l->steps & SMFIP_HDR_LEADSPC) == 0 && value < at + n && *value == ' ')
		value++;
	for (; value < at + n; value++)
		if (*value != '\r')
			g_string_append_c(field, *value);
	put(l, SMFIC_HEADER, field->str, field->len + 1);
	answered(l, SMFIP_NR_HDR);
	g_string_free(field, TRUE);
}

static size_t put_headers(struct line *l, const char *raw, size_t n)
{
	size_t at = 0;

	while (at < n && raw[at] != '\n' && raw[at] != '\r') {
		size_t end = at;

		do {
			const char *lf = memchr(raw + end, '\n', n - end);

			end = lf == NULL ? n : (size_t)(lf - raw) + 1;
		} while (end < n && (raw[end] == ' ' || raw[end] == '\t'));
		size_t stop = end;

		while (stop > at && (raw[stop - 1] == '\n' || raw[stop - 1] == '\r'))
			stop--;
		put_header(l, raw + at, stop - at);
		at = end;
	}
	while (at < n && raw[at] == '\r')
		at++;
	return at < n ? at + 1 : n;
}

static void put_envelope(struct line *l, const char *id)
{
	char macros[64];
	int n = g_snprintf(macros, sizeof(macros), "i%c%s", 0, id);
	char *rcpt = g_strdup_printf("<%s>", l->load->rcpt);

	put(l, SMFIC_MAIL, "<sender@example.net>", 21);
	answered(l, SMFIP_NR_MAIL);
	put_macros(l, SMFIC_RCPT, macros, (size_t)n + 1);
	put(l, SMFIC_RCPT, rcpt, strlen(rcpt) + 1);
	answered(l, SMFIP_NR_RCPT);
	if ((l->steps & SMFIP_NODATA) == 0) {
		put(l, SMFIC_DATA, "", 0);
		answered(l, SMFIP_NR_DATA);
	}
	g_free(rcpt);
}

static int64_t send_message(struct line *l, const GByteArray *file, int number,
			    int *modified)
{
	char id[32];
	const char *raw = (const char *)file->data;

	g_snprintf(id, sizeof(id), "Q%d", number);
	put_envelope(l, id);
	size_t at = put_headers(l, raw, file->len);

	put(l, SMFIC_EOH, "", 0);
	answered(l, SMFIP_NR_EOH);
	for (size_t n; at < file->len; at += n) {
		n = MIN(file->len - at, CHUNK);
		put(l, SMFIC_BODY, raw + at, n);
		answered(l, SMFIP_NR_BODY);
	}
	flush(l);
	int64_t begin = g_get_monotonic_time();

	put(l, SMFIC_BODYEOB, "", 0);
	hear(l, modified);
	return g_get_monotonic_time() - begin;
}

static void keep_pace(const struct load *load, int number)
{
	if (load->rate <= 0)
		return;
	int64_t due = load->begin_us + (int64_t)(number * 1e6 / load->rate);
	int64_t early = due - g_get_monotonic_time();

	if (early > 0)
		g_usleep((gulong)early);
}

static gpointer run_line(gpointer data)
{
	struct load *load = data;
	struct line l = { .load = load, .out = g_byte_array_new() };
	int modified = 0;

	greet(&l);
	for (;;) {
		int number = g_atomic_int_add(&load->next, 1);

		if (number >= load->messages)
			break;
		keep_pace(load, number);
		load->us[number] = send_message(
			&l, load->files->pdata[(guint)number % load->files->len], number,
			&modified);
	}
	put(&l, SMFIC_QUIT, "", 0);
	flush(&l);
	close(l.fd);
	g_byte_array_free(l.out, TRUE);
	g_atomic_int_add(&load->modified, modified);
	return NULL;
}

static void add_file(struct load *load, const char *path)
{
	char *text;
	size_t n;

	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		GDir *folder = g_dir_open(path, 0, NULL);

		for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
			char *below = g_build_filename(path, name, NULL);

			add_file(load, below);
			g_free(below);
		}
		g_dir_close(folder);
	} else if (g_file_get_contents(path, &text, &n, NULL) && n > 0) {
		g_ptr_array_add(load->files, g_byte_array_new_take((guint8 *)text, n));
	}
}

/* CPU seconds and resident kilobytes of a process, from /proc */
static void read_process(int pid, double *cpu_s, long *rss_kb)
{
	char *path = g_strdup_printf("/proc/%d/stat", pid), *text = NULL;
	unsigned long user = 0, sys = 0;

	*cpu_s = 0;
	*rss_kb = 0;
	if (pid > 0 && g_file_get_contents(path, &text, NULL, NULL) &&
	    sscanf(strrchr(text, ')') + 2,
		   "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		   &sys) == 2)
		*cpu_s = (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
	g_free(text);
	g_free(path);
	text = NULL;
	path = g_strdup_printf("/proc/%d/status", pid);
	if (pid > 0 && g_file_get_contents(path, &text, NULL, NULL) &&
	    strstr(text, "VmRSS:"))
		sscanf(strstr(text, "VmRSS:"), "VmRSS: %ld", rss_kb);
	g_free(text);
	g_free(path);
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void report(struct load *load, double wall_s, double cpu_s, long rss_kb)
{
	int n = load->messages;
	size_t bytes = 0;

	for (int i = 0; i < n; i++)
		bytes += ((GByteArray *)load->files->pdata[(guint)i % load->files->len])
				 ->len;
	qsort(load->us, (size_t)n, sizeof(*load->us), by_size);
	printf("%d messages of %zu bytes on %d connections: %.0f/s, answer after p50 "
	       "%.2f ms, "
	       "p99 %.2f ms, max %.1f ms; milter cpu %.0f us a message, rss %ld MB, %d "
	       "edits\n",
	       n, bytes / (size_t)n, load->connections, n / wall_s,
	       (double)load->us[n / 2] / 1e3, (double)load->us[n - 1 - n / 100] / 1e3,
	       (double)load->us[n - 1] / 1e3, cpu_s * 1e6 / n, rss_kb / 1024,
	       load->modified);
}

static bool read_options(struct load *load, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{ "connections", 'c', 0, G_OPTION_ARG_INT, &load->connections, "At once",
		  "N" },
		{ "messages", 'm', 0, G_OPTION_ARG_INT, &load->messages, "Altogether",
		  "N" },
		{ "rate", 'r', 0, G_OPTION_ARG_DOUBLE, &load->rate,
		  "Messages a second; 0: as fast as it goes", "N" },
		{ "pid", 'p', 0, G_OPTION_ARG_INT, &load->pid,
		  "Of the milter, for its CPU time", "PID" },
		{ "client", 'i', 0, G_OPTION_ARG_STRING, &load->client,
		  "Address of the client", "IP" },
		{ "rcpt", 't', 0, G_OPTION_ARG_STRING, &load->rcpt, "Recipient", "ADDR" },
		G_OPTION_ENTRY_NULL
	};
	GOptionContext *context = g_option_context_new("SOCKETPATH FILE|FOLDER...");
	GError *e = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	bool done = g_option_context_parse(context, argc, argv, &e) && *argc >= 3;

	if (!done)
		fprintf(stderr, "milter_load: %s\n",
			e != NULL ? e->message : "name a socket and messages");
	g_option_context_free(context);
	return done;
}

int main(int argc, char **argv)
{
	struct load load = { .connections = 8,
			     .messages = 10000,
			     .client = g_strdup("192.0.2.10"),
			     .rcpt = g_strdup("ann@example.org"),
			     .files = g_ptr_array_new() };
	double cpu_before, cpu_after;
	long rss_kb;

	if (!read_options(&load, &argc, &argv))
		return 2;
	load.socket = argv[1];
	for (int i = 2; i < argc; i++)
		add_file(&load, argv[i]);
	if (load.files->len == 0) {
		fputs("milter_load: no messages there\n", stderr);
		return 2;
	}
	load.us = g_new0(int64_t, load.messages);
	read_process(load.pid, &cpu_before, &rss_kb);
	load.begin_us = g_get_monotonic_time();
	GThread **lines = g_new0(GThread *, load.connections);

	for (int i = 0; i < load.connections; i++)
		lines[i] = g_thread_new("line", run_line, &load);
	for (int i = 0; i < load.connections; i++)
		g_thread_join(lines[i]);
	double wall_s = (double)(g_get_monotonic_time() - load.begin_us) / 1e6;

	read_process(load.pid, &cpu_after, &rss_kb);
	report(&load, wall_s, cpu_after - cpu_before, rss_kb);
	return 0;
}
