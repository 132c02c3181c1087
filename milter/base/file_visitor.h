/* How files are handed on, one after the other, by those who find some in others. */
#ifndef BASE_FILE_VISITOR_H
#define BASE_FILE_VISITOR_H

#include "base/bytes.h"

/* One who is shown files. */
struct file_visitor {
	/* name: UTF-8, "" if it has none; data: as much of its content as is there */
	void (*see)(void *user, const char *name, struct bytes data);
	void *user;
};

#endif
