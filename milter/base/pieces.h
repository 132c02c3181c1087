/* Lists in one text, as files and options have them. */
#ifndef BASE_PIECES_H
#define BASE_PIECES_H

/* pieces_split - what stands between separators; within double quotes they separate nothing
 * in    separators   each of its characters is one
 * out   NULL-terminated, empty pieces left out; quotes and backslashes stay in them. A quote
 *       that is not closed is a character like others
 * own   the caller frees with g_strfreev()
 * cost  linear */
char **pieces_split(const char *text, const char *separators);

#endif
