#ifndef MOTET_BASE_CONF_H
#define MOTET_BASE_CONF_H
#include "base/cx.h"
#include <stdio.h>
/*
 * The configuration: one file of `key = value` lines, `#` starts a comment, blank lines are free.
 * The rows of conf.def say which keys there are. A key may come from the environment as MOTET_KEY
 * (MOTET_DOMAIN), which wins over the file, and a caller may set one by hand, which wins over both.
 * Values are read once; workers see a const struct conf.
 */
#define CONF_T_STR const char *
#define CONF_T_PATH const char *
#define CONF_T_LIST const char * /* the words as they stand; conf_listed() asks */
#define CONF_T_INT int64_t
#define CONF_T_SIZE int64_t
#define CONF_T_SECS int64_t
#define CONF_T_BOOL bool
#define CONF_T_ENUM int /* the index of the word in the row */

struct conf {
	struct arena *mem; /* owns every text below */
	const char *file;  /* where it was read, or NULL */
#define CONF(type, name, def, min, max, text) CONF_T_##type name;
#include "base/conf.def"
};

enum { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };
enum { LOG_ADDRESSES_NONE, LOG_ADDRESSES_SHORT, LOG_ADDRESSES_FULL };
enum { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum { REGISTRATION_OPEN, REGISTRATION_INVITE, REGISTRATION_CLOSED };
enum { SENSITIVE_ALWAYS, SENSITIVE_ENROLLED, SENSITIVE_OFF };

/*
 * Read `file` (NULL: none) and the environment into a new configuration, which conf_free() ends. On
 * failure *out is NULL and `why` holds a line for a person: file, line, key, and what would be
 * right.
 */
must_check bool conf_load(const char *file, struct conf **out, char *why, size_t whysize);
/* Set one key as if the file had said so. */
must_check bool conf_set(
    struct conf *, struct str key, struct str value, char *why, size_t whysize);
/* What only the whole can tell: a domain is there, and what is derived from others gets its value.
 * Called last. */
must_check bool conf_finish(struct conf *, char *why, size_t whysize);
/* A duration as the keys have it: seconds, or with s, m, h or d, from `least` to `most`. */
bool conf_seconds(struct str, int64_t least, int64_t most, int64_t *out);
void conf_free(struct conf *);
/*
 * The file to use when nobody named one: $MOTET_CONF, else motet.conf beside or above the program
 * (../etc/), else where it is installed, else NULL. One that is there and may not be read is it all
 * the same: who reads it then says so.
 */
const char *conf_default_file(const char *argv0, char *buf, size_t size);
bool conf_listed(const char *list, struct str word);
/* `domain` stands in the list, or is a subdomain of one that does. */
bool conf_domain_listed(const char *list, struct str domain);
/* May we have to do with this domain: federation_deny says no, or federation_allow names others
 * only. */
bool conf_federates(const struct conf *, struct str domain);
/* Every key as `key = value`, with the sentences of the rows as comments: the sample file, and
 * `motetctl config`. */
void conf_print(const struct conf *, FILE *, bool sentences);

struct conf_row {
	const char *name, *type, *def, *words, *text;
	int64_t min, max;
};
const struct conf_row *conf_rows(size_t *n);
/* The value of row i as text, in buf. */
const char *conf_value(const struct conf *, size_t i, char *buf, size_t size);
#endif
