/* The documents of the configuration, printed from the table of options. */
#ifndef CONFIG_PRINT_H
#define CONFIG_PRINT_H

#include <glib.h>

#include "config/options.h"

/* print_conf - conf/wonted.conf: every option with its document, commented out, behind a
 *              small configuration that works
 * out   appended to out */
void print_conf(GString *out);

/* print_man - conf/wonted.conf.5, in mdoc(7)
 * out   appended to out */
void print_man(GString *out);

/* print_dump - effective values, and behind each where it came from; it can be loaded again
 * out   appended to out */
void print_dump(const struct options *o, GString *out);

/* print_fingerprint - two configurations with the same one do the same
 * in    more   what else decides, "" for nothing
 * out   64 hex digits
 * own   g_free() */
char *print_fingerprint(const struct options *o, const char *more);

/* print_postfix_milter - our entry of smtpd_milters
 * in    address   as Postfix is to reach it
 * own   the caller frees with g_free() */
char *print_postfix_milter(const struct options *o, const char *address);

/* print_sendmail_milter - our line of sendmail.mc
 * in    milter   address, as socket_for_milter() has it
 * own   the caller frees with g_free() */
char *print_sendmail_milter(const struct options *o, const char *milter);

/* print_mta_lines - what to write into Postfix and Sendmail so that they find the filter
 * out   appended to out */
void print_mta_lines(const struct options *o, GString *out);

#endif
