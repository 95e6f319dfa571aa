#ifndef MOTET_CODEC_FID_H
#define MOTET_CODEC_FID_H
#include "base/cx.h"
/*
 * Federation IDs: local@domain, lowercase. The rules are anchored and stricter than the published expression (WIRE.md 2.14, 5 #36).
 */
/* 1 to 64 of a-z 0-9 . _ + -, no . or - at either end, not all digits (those are Snowflakes), no reserved name. */
bool local_name_ok(struct str);
/* DNS name: labels of a-z 0-9 -, 1 to 63, none at the ends; 253 in all; the last label not a number: no address in disguise. A single label is fine. */
bool domain_ok(struct str);
/* Splits and checks; takes upper case and lowers it (in the arena). */
bool fid_parse(struct arena *, struct str fid, struct str *local, struct str *domain);
#endif
