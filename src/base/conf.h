#ifndef MOTET_BASE_CONF_H
#define MOTET_BASE_CONF_H
#include "base/cx.h"
#include <stdio.h>
/*
 * The configuration: a file of `key = value` lines; `#` starts a comment line, blank lines are
 * ignored. conf.def lists the keys. An environment variable MOTET_KEY (MOTET_DOMAIN) overrides the
 * file, and conf_set() overrides both. Values are read once; workers get a const struct conf.
 */
#define CONF_T_STR const char *
#define CONF_T_PATH const char *
#define CONF_T_LIST const char * /* the text of the list; use conf_listed() to search it */
#define CONF_T_INT int64_t
#define CONF_T_SIZE int64_t
#define CONF_T_SECS int64_t
#define CONF_T_BOOL bool
#define CONF_T_ENUM int /* index of the word among those of the key's row */

struct conf {
	struct arena *mem; /* owns every string below */
	const char *file;  /* the file that was read, or NULL */
	bool seen[128];	   /* which rows of conf.def the file sets */
#define CONF(type, name, def, min, max, check, text) CONF_T_##type name;
#include "base/conf.def"
};

enum { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };
enum { LOG_ADDRESSES_NONE, LOG_ADDRESSES_SHORT, LOG_ADDRESSES_FULL };
enum { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum { REGISTRATION_OPEN, REGISTRATION_INVITE, REGISTRATION_CLOSED };
enum { DEFAULT_GENERATION_BETA13, DEFAULT_GENERATION_BETA3 };
enum { SENSITIVE_ALWAYS, SENSITIVE_ENROLLED, SENSITIVE_OFF };

/*
 * Read `file` (NULL: none) and the environment into a new configuration; free it with conf_free().
 * On failure *out is NULL and `why` is a line for the operator: file, line, key and what is
 * allowed.
 */
must_check bool conf_load(const char *file, struct conf **out, char *why, size_t whysize);
/* Set one key. On failure `why` says what is allowed. */
must_check bool conf_set(
    struct conf *, struct str key, struct str value, char *why, size_t whysize);
/* Set one key from `key = value`, as a line of the file does. */
must_check bool conf_set_text(struct conf *, struct str text, char *why, size_t whysize);
/*
 * Require a domain, fill in keys that are derived from others, take slashes off the end of
 * base_path, and give public_url its normal form: no slash at the end, lower case, no default port.
 * Call it after the last conf_set().
 */
must_check bool conf_finish(struct conf *, char *why, size_t whysize);
/* Read a duration in the form of SECS keys: seconds, or with suffix s, m, h or d. False if the
 * duration is malformed, below `least` or above `most`. */
bool conf_seconds(struct str, int64_t least, int64_t most, int64_t *out);
/* Call `warn` for each environment variable MOTET_… that names no key, and for
 * MOTET_FEDERATION_ALLOW if it is empty, which allows all domains. */
void conf_warn_of_environment(void (*warn)(const char *text));
void conf_free(struct conf *);
/*
 * The configuration file to use when the command line names none: $MOTET_CONF; else motet.conf in
 * the program's directory, its parent or ../etc; else the installed file; NULL if none of them
 * exists. A file that cannot be read is returned, too: opening it reports the error. The result may
 * be in `buf`.
 */
const char *conf_default_file(const char *argv0, char *buf, size_t size);
/* Is `word` in the list? */
bool conf_listed(const char *list, struct str word);
/* Is `domain` in the list, or a subdomain of a domain in the list? */
bool conf_domain_listed(const char *list, struct str domain);
/* May this server federate with `domain`? Yes, unless federation_deny lists it, or federation_allow
 * is set and does not list it. */
bool conf_federates(const struct conf *, struct str domain);
/* Print every key as `key = value`; with `sentences`, print the text of the key's row as a comment
 * before it. conf NULL: print the sample file, which has all defaults, commented out. */
void conf_print(const struct conf *, FILE *, bool sentences);

struct conf_row {
	const char *name, *type, *def, *words, *text;
	int64_t min, max;
};
const struct conf_row *conf_rows(size_t *n);
/* Write the value of row i as text, in buf. */
const char *conf_value(const struct conf *, size_t i, char *buf, size_t size);
#endif
