#ifndef MOTET_CTL_TERM_ASK_H
#define MOTET_CTL_TERM_ASK_H
#include "ctl/ctl.h"
/*
 * A new password, from where the options say: --password-file, --password-stdin, --generate, else
 * typed twice at the terminal. Never from the command line, which everybody on the machine can
 * read. It lives in the arena, which cleanses it. ERR_BAD_REQUEST when it is no UTF-8, when both
 * did not agree, or when there is no terminal to ask at.
 */
must_check enum err ask_password(struct ctl *, struct str *out);
/* After it was stored: a generated one is printed, so that somebody learns it. */
void ask_print_generated(const struct ctl *, struct str password);
#define ASK_OPTIONS (OPT_BIT(PASSWORD_FILE) | OPT_BIT(PASSWORD_STDIN) | OPT_BIT(GENERATE))
#endif
