/* Read once, wiped where it stood. */
#include "base/password_file.h"

#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

#define PASSWORD_BYTES 4096

char *password_file_read(const char *path, GError **e)
{
	struct stat st;
	char *text, *word = NULL;
	size_t n;

	if (stat(path, &st) == 0 && (st.st_mode & 0027) != 0) {
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"%s: a password that others may read (or the group change): its "
			"mode is %04o; run chmod 0640 or stricter",
			path, (unsigned)st.st_mode & 07777);
		return NULL;
	}
	if (!file_read(path, PASSWORD_BYTES, &text, &n, e))
		return NULL;
	if (strlen(text) == n) {
		text[strcspn(text, "\r\n")] = '\0';
		word = *text != '\0' ? g_strdup(text) : NULL;
	}
	explicit_bzero(text, n);
	g_free(text);
	if (word == NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: its first line must be the password", path);
	return word;
}
