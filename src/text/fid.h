#ifndef MOTET_TEXT_FID_H
#define MOTET_TEXT_FID_H
#include "base/cx.h"
/*
 * Federation IDs: local@domain, in lower case. The rules cover the whole text and are stricter than
 * the published regular expression (wire.md 2.7).
 */
enum { FID_LOCAL_MAX = 64, FID_DOMAIN_MAX = 253, FID_LABEL_MAX = 63 };
/*
 * Is the text a valid local name: 1 to 64 characters of a-z 0-9 . _ + -; no . or - at either end;
 * not only digits (those are Snowflakes); and not a reserved name? Reserved are the words that
 * routes use in the place of a name: me and all (as @me, @all), status.
 */
bool local_name_ok(struct str);
/* Keep the letters of a name, without digits and . _ + -, in the arena, to find names that look
 * alike. The result is empty for a name that looks like a Snowflake. */
struct str fid_letters(struct arena *, struct str);
/*
 * Is the text a DNS name: labels of 1 to 63 characters of a-z 0-9 -, with no - at either end of a
 * label; at most 253 characters in all? A name of one label is enough. The last label must not be a
 * number, decimal or 0x…, since an IPv4 address may be written like that.
 */
bool domain_ok(struct str);
/*
 * Lower the case, split at the @ and check both halves. Both halves are parts of one string in the
 * arena: local.s is the whole FID in lower case, of local.n + 1 + domain.n bytes. When it returns
 * false, *local and *domain are unchanged.
 */
bool fid_parse(struct arena *, struct str fid, struct str *local, struct str *domain);
#endif
