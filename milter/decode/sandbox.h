/* The room without doors in which foreign formats are read: nothing can be opened,
 * started, connected or written there; memory, time and numbers of files are bounded. */
#ifndef DECODE_SANDBOX_H
#define DECODE_SANDBOX_H

#include <stddef.h>

#include "base/compiler.h"

/* sandbox_enter - close all doors behind this process, for good
 * in    memory_bytes   that it may take beyond what it has; sanitizers need address space
 *                      without bound, so there it does not hold
 * out   NULL; or what could not be done, in static words: then nothing foreign may be read
 * err   see above
 * use   a process with one thread; its only open file is standard input, a socket */
const char *sandbox_enter(size_t memory_bytes) MUST_CHECK;

#endif
