/* Lists in an order that does not change from run to run. */
#ifndef BASE_SORTED_H
#define BASE_SORTED_H

#include <glib.h>

/* sorted_by_text - the order of an array of texts, byte by byte whatever the locale; for
 *                  g_ptr_array_sort()
 * in    a, b   char *const * */
gint sorted_by_text(gconstpointer a, gconstpointer b);

/* sorted_values - what a table holds, in the order of compare
 * own   the array; its elements stay the table's */
GPtrArray *sorted_values(GHashTable *table, GCompareFunc compare);

#endif
