#include "db/conninfo.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

/* libpq's own mark of a field that is not to be shown: password, sslpassword. */
static bool is_secret_field(const PQconninfoOption *o)
{
	return o->dispchar[0] == '*';
}

/* Write a value, in quotes if the syntax of libpq needs them. */
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

/* Is it only the name of a database? PQconnectStartParams() with expand_dbname decides in the same
 * way. */
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

bool conninfo_valid(const char *conninfo, char *why, size_t size)
{
	char *text = NULL;

	if (is_database_name(conninfo))
		return true;
	PQconninfoOption *all = PQconninfoParse(conninfo, &text);
	snprintf(why, size, "%s", text && !strstr(conninfo, "pass") ? text : "a syntax error");
	why[strcspn(why, "\n")] = '\0';
	PQfreemem(text);
	PQconninfoFree(all);
	return all != NULL;
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

/* Find a value in the connection string or, if it is not there, in the environment. "": it is in
 * neither. */
static const char *find_conninfo_value(
    const PQconninfoOption *all, const char *keyword, const char *variable)
{
	const char *env = getenv(variable);

	for (const PQconninfoOption *o = all; o && o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0 && o->val)
			return o->val;
	return env ? env : "";
}

static size_t count_list_items(const char *list)
{
	size_t n = *list != 0;

	for (; *list; list++)
		n += *list == ',';
	return n;
}

/* Return item i of a list with commas, or the last item if the list is shorter: a list of one port
 * is for all hosts. NULL: the list is empty. */
static const char *copy_list_item(struct arena *mem, const char *list, size_t i)
{
	if (*list == 0)
		return NULL;
	for (; i && strchr(list, ','); i--)
		list = strchr(list, ',') + 1;
	return arena_dup(mem, list, strcspn(list, ","));
}

size_t conninfo_hosts(struct arena *mem, const char *conninfo, struct conninfo_host **out)
{
	PQconninfoOption *all = is_database_name(conninfo) ? NULL : PQconninfoParse(conninfo, NULL);
	const char *host = find_conninfo_value(all, "host", "PGHOST"),
		   *addr = find_conninfo_value(all, "hostaddr", "PGHOSTADDR"),
		   *port = find_conninfo_value(all, "port", "PGPORT");
	size_t n = count_list_items(*addr ? addr : host);
	bool list = n > 0 && *find_conninfo_value(all, "service", "PGSERVICE") == 0;

	*out = arena_alloc(mem, (n + 1) * sizeof **out);
	**out = (struct conninfo_host){ NULL, NULL, NULL };
	for (size_t i = 0; list && i < n; i++)
		(*out)[i] = (struct conninfo_host){ copy_list_item(mem, host, i),
			copy_list_item(mem, addr, i), copy_list_item(mem, port, i) };
	PQconninfoFree(all);
	return list ? n : 1;
}
