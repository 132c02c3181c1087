/* Force-included into a fuzz target in every mode but fuzz: a main that runs the target over
 * files and folders, so that what a fuzzer once found stays a test; with --growth, over rows of
 * hostile input that get longer (growth.t). Speaks TAP. */
#ifndef FUZZ_REPLAY_H
#define FUZZ_REPLAY_H

#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/growth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int replay_path(const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);
	const char *name;
	char *text;
	size_t n;
	int runs = 0;

	if (folder != NULL) {
		while ((name = g_dir_read_name(folder)) != NULL) {
			char *below = g_build_filename(path, name, NULL);

			runs += replay_path(below);
			g_free(below);
		}
		g_dir_close(folder);
	} else if (g_file_get_contents(path, &text, &n, NULL)) {
		uint8_t *exact = g_memdup2(text, n); /* ASan sees one byte too far */

		LLVMFuzzerTestOneInput(exact, n);
		g_free(exact);
		g_free(text);
		runs = 1;
	}
	return runs;
}

static GBytes *of_hex(const char *hex)
{
	size_t n = strlen(hex) / 2;
	guint8 *out = g_malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		out[i] = (guint8)(g_ascii_xdigit_value(hex[2 * i]) * 16 +
				  g_ascii_xdigit_value(hex[2 * i + 1]));
	return g_bytes_new_take(out, n);
}

/* One line: what, head, unit, tail, the last three in hexadecimal. */
static bool grow_row(const char *line)
{
	char **word = g_strsplit(line, "\t", 4);
	bool linear = false;

	if (g_strv_length(word) == 4) {
		struct growth_row r = { word[0], of_hex(word[1]), of_hex(word[2]),
					of_hex(word[3]) };

		linear = growth_is_linear(LLVMFuzzerTestOneInput, &r);
		g_bytes_unref(r.head);
		g_bytes_unref(r.unit);
		g_bytes_unref(r.tail);
	}
	g_strfreev(word);
	return linear;
}

/* Rows from standard input. */
static int grow(void)
{
	char line[65536];
	int n = 0, failed = 0;

	LLVMFuzzerTestOneInput((const uint8_t *)"", 0); /* what libraries do once */
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = 0;
		bool linear = grow_row(line);

		failed += !linear;
		printf("%sok %d - %.*s\n", linear ? "" : "not ", ++n,
		       (int)strcspn(line, "\t"), line);
	}
	printf("1..%d\n", n);
	return n == 0 || failed > 0;
}

int main(int argc, char **argv)
{
	int runs = 0;

	if (argc == 2 && strcmp(argv[1], "--growth") == 0)
		return grow();
	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-')
			runs += replay_path(argv[i]);
	printf("%sok 1 - %d inputs replayed\n1..1\n", runs > 0 ? "" : "not ", runs);
	return runs == 0;
}

#endif
