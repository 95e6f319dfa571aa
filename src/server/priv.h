#ifndef MOTET_SERVER_PRIV_H
#define MOTET_SERVER_PRIV_H
#include "base/conf.h"
/*
 * Become conf->user and conf->group for good, when started as root and a user is set: groups,
 * group, user, then a try to return. Without a user nothing changes. Afterwards no program that is
 * executed gains privileges, whoever we are, and what root had opened before cannot be taken from
 * us by processes of that user, as by priv_hide(). False: `why` is for a person.
 */
bool priv_drop(const struct conf *, char *why, size_t size);
/* This process cannot be traced, read or dumped by others of the same user (Linux). */
void priv_hide(void);
/* What ps(1) and top(1) call this process (Linux); 15 characters at most. */
void priv_set_name(const char *);
/* It has been hidden since it was executed: its user cannot read the program. */
bool priv_is_hidden(void);
/* The signal that the system sends us when our parent dies, where it can; false when the parent is
 * gone already. */
bool priv_die_with_parent(int parent, int sig);
#endif
