/* Files that are mapped and cut short by somebody meanwhile. */
#ifndef BASE_MAP_GUARD_H
#define BASE_MAP_GUARD_H

/* map_guard_install - a page of a mapped file that is not there any more reads as zeros,
 *                     instead of ending the process
 * use   once, at the start of a program. Who maps a file must expect zeros: it looks at the
 *       file's size again before it believes what it read */
void map_guard_install(void);

#endif
