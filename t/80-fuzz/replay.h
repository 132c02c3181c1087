/* Force-included into a fuzz target in every mode but fuzz: a main that runs the target over
 * files and folders, so that what a fuzzer once found stays a test. Speaks TAP. */
#ifndef FUZZ_REPLAY_H
#define FUZZ_REPLAY_H

#include <glib.h>
#include <stdint.h>

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

int main(int argc, char **argv)
{
	int runs = 0;

	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-')
			runs += replay_path(argv[i]);
	printf("%sok 1 - %d inputs replayed\n1..1\n", runs > 0 ? "" : "not ", runs);
	return runs == 0;
}

#endif
