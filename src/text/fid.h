#ifndef MOTET_TEXT_FID_H
#define MOTET_TEXT_FID_H
#include "base/cx.h"
/*
 * Federation IDs: local@domain, lowercase. The rules are anchored and stricter than the published
 * expression (wire.md 2.7).
 */
enum { FID_LOCAL_MAX = 64, FID_DOMAIN_MAX = 253, FID_LABEL_MAX = 63 };
/*
 * 1 to 64 of a-z 0-9 . _ + -, no . or - at either end, not all digits (those are Snowflakes), no
 * reserved name. Reserved are the words that routes take where a bare name could stand: me and all
 * (as @me, @all), status.
 */
bool local_name_ok(struct str);
/*
 * DNS name: labels of a-z 0-9 -, 1 to 63, none at the ends; 253 in all; the last label not a
 * number, decimal or 0x: no address in disguise. A single label is fine.
 */
bool domain_ok(struct str);
/*
 * Splits and checks by both rules; takes upper case and lowers it. The halves live in the arena,
 * side by side: local.s is the whole FID in lower case, local.n + 1 + domain.n octets. False leaves
 * them alone.
 */
bool fid_parse(struct arena *, struct str fid, struct str *local, struct str *domain);
#endif
