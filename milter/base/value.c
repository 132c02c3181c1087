#include "base/value.h"

#include <string.h>

size_t name_table_find(const struct name_table *t, const char *name, bool *former_r)
{
	*former_r = false;
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->rows[i].name, name) == 0)
			return i;
	*former_r = true;
	for (size_t i = 0; i < t->n_former; i++)
		if (strcmp(t->former[i].name, name) == 0)
			return t->former[i].row;
	return SIZE_MAX;
}

const char *name_table_former(const struct name_table *t, size_t row)
{
	for (size_t i = 0; i < t->n_former; i++)
		if (t->former[i].row == row)
			return t->former[i].name;
	return NULL;
}
