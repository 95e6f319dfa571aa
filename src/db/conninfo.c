#include "db/conninfo.h"
#include <libpq-fe.h>

/* libpq's own mark of a field that is not to be shown: password, sslpassword. */
static bool is_secret_field(const PQconninfoOption *o)
{
	return o->dispchar[0] == '*';
}

/* In quotes where the syntax of libpq needs them. */
static void put_conninfo_value(struct buf *b, const char *value)
{
	if (value[0] && value[strcspn(value, " \t\n\r\f\v'\\")] == '\0') {
		buf_z(b, value);
		return;
	}
	buf_z(b, "'");
	for (; *value; value++) {
		buf_z(b, *value == '\'' || *value == '\\' ? "\\" : "");
		buf_put(b, value, 1);
	}
	buf_z(b, "'");
}

/* As PQconnectStartParams() with expand_dbname decides it. */
static bool is_database_name(const char *conninfo)
{
	return strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL;
}

struct str conninfo_mask_passwords(struct arena *mem, const char *conninfo)
{
	struct buf b = { .mem = mem };

	if (is_database_name(conninfo))
		return str_of(arena_dup(mem, conninfo, strlen(conninfo)));
	PQconninfoOption *all = PQconninfoParse(conninfo, NULL);
	if (all == NULL)
		return STR("***");
	for (const PQconninfoOption *o = all; o->keyword; o++) {
		if (o->val == NULL)
			continue;
		buf_printf(&b, "%s%s=", b.n ? " " : "", o->keyword);
		if (is_secret_field(o))
			buf_z(&b, "***");
		else
			put_conninfo_value(&b, o->val);
	}
	PQconninfoFree(all);
	return buf_done(&b);
}

bool conninfo_has_password(const char *conninfo)
{
	if (is_database_name(conninfo))
		return false;
	PQconninfoOption *all = PQconninfoParse(conninfo, NULL);
	bool has = all == NULL;

	for (const PQconninfoOption *o = all; o && o->keyword; o++)
		has |= o->val && is_secret_field(o);
	PQconninfoFree(all);
	return has;
}
