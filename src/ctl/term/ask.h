#ifndef MOTET_CTL_TERM_ASK_H
#define MOTET_CTL_TERM_ASK_H
#include "ctl/ctl.h"
/*
 * Get a new password from --password-file, --password-stdin or --generate; without an option, ask
 * for it twice at the terminal. The password is never an argument, because every user of the host
 * can read arguments. It is kept in the arena, which erases it. ERR_BAD_REQUEST when it is not
 * UTF-8, when the two entries differ, or when there is no terminal.
 */
must_check enum err ask_password(struct ctl *, struct str *out);
/* Print a generated password; call it after the password was stored. */
void ask_print_generated(const struct ctl *, struct str password);
#define ASK_OPTIONS (OPT_BIT(PASSWORD_FILE) | OPT_BIT(PASSWORD_STDIN) | OPT_BIT(GENERATE))
#endif
