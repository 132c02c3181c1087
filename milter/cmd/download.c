/* HTTP and HTTPS with the certificates of the system, bounded by what the caller expects. */
#include "cmd/download.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define CONNECT_S 30L
#define SILENT_S 60L /* without a byte */
#define REDIRECTS 5L
#define BLOCK_BYTES (1024 * 1024)

struct transfer {
	CURL *curl;
	const char *from;
	GString *text; /* or, NULL, into fd */
	int fd;
	int64_t at, most;
	long status; /* of HTTP */
	int failed;  /* errno of writing; 0 */
	bool too_large;
};

bool download_is_url(const char *from)
{
	return g_str_has_prefix(from, "http://") || g_str_has_prefix(from, "https://");
}

static bool fail(const char *from, const char *what, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: %s", from, what);
	return false;
}

static bool write_all(int fd, const char *at, size_t n)
{
	while (n > 0) {
		ssize_t wrote = write(fd, at, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		at += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

static size_t take(char *data, size_t size, size_t n, void *user)
{
	struct transfer *t = user;

	t->too_large = t->at + (int64_t)(size * n) > t->most;
	if (t->too_large)
		return 0;
	if (t->text != NULL) {
		g_string_append_len(t->text, data, (gssize)(size * n));
	} else if (!write_all(t->fd, data, size * n)) {
		t->failed = errno;
		return 0;
	}
	t->at += (int64_t)(size * n);
	return size * n;
}

static bool say_why(const struct transfer *t, CURLcode code, GError **e)
{
	if (code == CURLE_HTTP_RETURNED_ERROR) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: the server answered with status %ld", t->from,
			    t->status);
		return false;
	}
	if (t->too_large)
		return fail(t->from, "it has more bytes than its manifest says", e);
	if (t->failed == ENOSPC)
		return fail(t->from, "there is no room; make some on that disk", e);
	if (t->failed != 0)
		return fail(t->from, g_strerror(t->failed), e);
	return fail(t->from, curl_easy_strerror(code), e);
}

static void set_options(struct transfer *t)
{
	curl_easy_setopt(t->curl, CURLOPT_URL, t->from);
	curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(t->curl, CURLOPT_MAXREDIRS, REDIRECTS);
	curl_easy_setopt(t->curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_TIME, SILENT_S);
	curl_easy_setopt(t->curl, CURLOPT_USERAGENT, "wonted/" WONTED_VERSION);
	curl_easy_setopt(t->curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->at);
	curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
}

static CURLcode try_to_get(struct transfer *t)
{
	CURLcode code = CURLE_FAILED_INIT;

	t->curl = curl_easy_init();
	if (t->curl == NULL)
		return code;
	set_options(t);
	code = curl_easy_perform(t->curl);
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->status);
	curl_easy_cleanup(t->curl);
	return code;
}

/* A server that knows nothing of ranges is asked for all of it. */
static bool get(struct transfer *t, GError **e)
{
	CURLcode code = try_to_get(t);

	if (code == CURLE_RANGE_ERROR && t->text == NULL && t->at > 0) {
		t->at = 0;
		if (ftruncate(t->fd, 0) != 0 || lseek(t->fd, 0, SEEK_SET) != 0)
			return fail(t->from, g_strerror(errno), e);
		code = try_to_get(t);
	}
	return code == CURLE_OK || say_why(t, code, e);
}

bool download_text(const char *from, size_t most, char **text_r, GError **e)
{
	struct transfer t = { .from = from, .most = (int64_t)most };
	size_t n;
	bool good;

	if (!download_is_url(from))
		return file_read(from, most, text_r, &n, e);
	t.text = g_string_new(NULL);
	good = get(&t, e);
	*text_r = g_string_free(t.text, !good);
	return good;
}

static bool copy_rest(struct transfer *t, int from, GError **e)
{
	char *block = g_malloc(BLOCK_BYTES);
	ssize_t got = 1;

	while (got > 0 && t->failed == 0) {
		got = pread(from, block, BLOCK_BYTES, t->at);
		if (got > 0 && t->at + got > t->most) {
			t->too_large = true;
			break;
		}
		if (got < 0 || !write_all(t->fd, block, (size_t)got))
			t->failed = errno;
		t->at += MAX(got, 0);
	}
	g_free(block);
	return (t->failed == 0 && !t->too_large) || say_why(t, CURLE_OK, e);
}

bool download_append(const char *from, int fd, int64_t bytes, GError **e)
{
	struct transfer t = { .from = from, .fd = fd, .most = bytes };
	bool good;
	int other;

	t.at = lseek(fd, 0, SEEK_END);
	if (t.at >= bytes)
		return true;
	if (download_is_url(from))
		return get(&t, e);
	other = open(from, O_RDONLY | O_CLOEXEC);
	if (other < 0)
		return fail(from, g_strerror(errno), e);
	good = copy_rest(&t, other, e);
	close(other);
	return good;
}
