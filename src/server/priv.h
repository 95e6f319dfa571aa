#ifndef MOTET_SERVER_PRIV_H
#define MOTET_SERVER_PRIV_H
#include "base/conf.h"
/*
 * Drop root privileges: if started as root and `user` is set, become conf->user and conf->group
 * permanently, check that root cannot be regained, and call priv_hide(), so that other processes of
 * that user cannot take what root opened. In any case, set no_new_privs: no program that we execute
 * gains privileges. False: `why` is for a person.
 */
bool priv_drop(const struct conf *, char *why, size_t size);
/* Other processes of the same user can no longer trace, read or dump this process (Linux). */
void priv_hide(void);
/* Set the name that ps(1) and top(1) show (Linux); at most 15 characters. */
void priv_set_name(const char *);
/* Is this process hidden already? A process is hidden from the start if its user cannot read the
 * program file. */
bool priv_is_hidden(void);
/* Let the system send us `sig` when our parent dies (Linux). False: the parent has died already. */
bool priv_die_with_parent(int parent, int sig);
#endif
