#include "base/error.h"

int error_exit_status(const GError *e)
{
	if (e != NULL && e->domain == WONTED_ERROR && e->code == WONTED_ERROR_INPUT)
		return EXIT_WRONG_INPUT;
	return EXIT_SYSTEM;
}
