#ifndef MOTET_CTL_TERM_QR_H
#define MOTET_CTL_TERM_QR_H
#include "base/str.h"
/*
 * Show a text as a QR code on standard output, by qrencode(1), which gets it on its standard input,
 * where nobody else can read it. False when that program is not there or fails: whoever asked
 * prints the text as well.
 */
bool qr_print(struct str text);
#endif
