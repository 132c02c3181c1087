/* Root may read everything: a test of what is forbidden is done as nobody. */
#ifndef WONTED_T_NOBODY_H
#define WONTED_T_NOBODY_H

#include <glib.h>
#include <unistd.h>

enum { NOBODY_UID = 65534 };

/* nobody_begin - go on without root's rights; false when that cannot be, with the test skipped */
static inline gboolean nobody_begin(void)
{
	if (geteuid() != 0 || seteuid(NOBODY_UID) == 0)
		return TRUE;
	g_test_skip("root cannot become nobody here");
	return FALSE;
}

/* nobody_end - be again who the test was started as */
static inline void nobody_end(void)
{
	g_assert_cmpint(seteuid(getuid()), ==, 0);
}

#endif
