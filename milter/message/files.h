/* The files of a message or a winmail.dat, for those who find one of these in another file. */
#ifndef MESSAGE_FILES_H
#define MESSAGE_FILES_H

#include "base/bytes.h"
#include "base/file_visitor.h"

/* message_show_files - all leaves of a message and of messages in it, and what is
 *                      uuencoded in texts, under each of their names
 * err   as message_parse()
 * cost  linear, for each name once more */
void message_show_files(struct bytes raw, const struct file_visitor *v);

/* tnef_show_files - the files of a winmail.dat
 * err   it is read up to the first thing that cannot be
 * cost  linear */
void tnef_show_files(struct bytes file, const struct file_visitor *v);

#endif
