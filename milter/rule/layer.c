#include "rule/layer.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define SITE_FROM 90
#define EMERGENCY_FROM 99

enum layer layer_of(const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash == NULL ? file : slash + 1;
	char *end;
	long number = strtol(name, &end, 10);

	if (!g_ascii_isdigit(name[0]) || *end != '-')
		return LAYER_SITE;
	if (number >= EMERGENCY_FROM)
		return LAYER_EMERGENCY;
	return number >= SITE_FROM ? LAYER_SITE : LAYER_SHIPPED;
}
