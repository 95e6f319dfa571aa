#ifndef MOTET_CTL_TERM_QR_H
#define MOTET_CTL_TERM_QR_H
#include "base/str.h"
/*
 * Print a text as a QR code on standard output, with qrencode(1). The text goes through a pipe,
 * since other users can read arguments. False when the program is missing or fails; the caller
 * prints the text as well.
 */
bool qr_print(struct str text);
#endif
