#include "db/wait.h"
#include <stdio.h>

/* Names of types as the .sql files declare them. */
static const struct {
	Oid oid;
	const char *name;
} pg_types[] = { { 16, "bool" }, { 17, "bytea" }, { 20, "int8" }, { 23, "int4" }, { 25, "text" },
	{ 1184, "timestamptz" }, { 1000, "bool[]" }, { 1001, "bytea[]" }, { 1009, "text[]" },
	{ 1016, "int8[]" } };

static const char *find_type_name(Oid oid)
{
	for (size_t i = 0; i < sizeof pg_types / sizeof pg_types[0]; i++)
		if (pg_types[i].oid == oid)
			return pg_types[i].name;
	return "?";
}

static PGresult *describe_statement(struct cx *cx, const struct stmt *st)
{
	PGresult *r;

	if (!PQsendPrepare(cx->db->pg, "", st->sql, 0, NULL) || (r = conn_read_result(cx)) == NULL)
		return NULL;
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		return r;
	return PQsendDescribePrepared(cx->db->pg, "") ? conn_read_result(cx) : NULL;
}

enum err db_check(struct cx *cx, const struct stmt *st)
{
	struct buf args = { .mem = cx->mem }, cols = { .mem = cx->mem };

	TRY(db_connect(cx));
	TRY(wait_begin(cx));
	PGresult *r = describe_statement(cx, st);
	wait_end(cx);
	if (r == NULL || PQresultStatus(r) != PGRES_COMMAND_OK)
		return fail(cx, ERR_INTERNAL, "%s: %s", st->name,
		    r ? PQresultErrorMessage(r) : "no connection");
	for (int i = 0; i < PQnparams(r); i++)
		buf_printf(&args, "%s%s", i ? ", " : "", find_type_name(PQparamtype(r, i)));
	for (int i = 0; i < PQnfields(r); i++)
		buf_printf(
		    &cols, "%s%s %s", i ? ", " : "", PQfname(r, i), find_type_name(PQftype(r, i)));
	if (!str_is(buf_done(&args), st->args) || !str_is(buf_done(&cols), st->cols))
		return fail(
		    cx, ERR_INTERNAL, "%s takes (%s) and returns (%s)", st->name, args.s, cols.s);
	return OK;
}
