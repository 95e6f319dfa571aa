#include "db/db.h"
#include <stdio.h>

struct arg arg_str(struct str s)
{
	return (struct arg){ s.s, (int)s.n, 1 };
}

struct arg arg_blob(struct blob b)
{
	return (struct arg){ (const char *)b.p, (int)b.n, 1 };
}

struct arg arg_bool(bool b)
{
	return (struct arg){ b ? "true" : "false", 0, 0 };
}

struct arg arg_i64(struct cx *cx, int64_t v)
{
	return (struct arg){ arena_printf(cx->mem, "%lld", (long long)v), 0, 0 };
}

struct arg arg_i64s(struct cx *cx, const int64_t *v, size_t n)
{
	struct buf b = { .mem = cx->mem };

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%c%lld", i ? ',' : '{', (long long)v[i]);
	buf_z(&b, n ? "}" : "{}");
	return (struct arg){ buf_done(&b).s, 0, 0 };
}

/* An array literal (PostgreSQL 8.15.2): quotes and backslashes in elements are escaped; NULL has no
 * quotes. */
struct arg arg_strs(struct cx *cx, const struct str *v, size_t n)
{
	struct buf b = { .mem = cx->mem };

	buf_z(&b, "{");
	for (size_t i = 0; i < n; i++) {
		buf_z(&b, i ? "," : "");
		if (v[i].s == NULL) {
			buf_z(&b, "NULL");
			continue;
		}
		buf_z(&b, "\"");
		for (size_t k = 0; k < v[i].n; k++) {
			if (v[i].s[k] == '"' || v[i].s[k] == '\\')
				buf_z(&b, "\\");
			buf_put(&b, v[i].s + k, 1);
		}
		buf_z(&b, "\"");
	}
	buf_z(&b, "}");
	return (struct arg){ buf_done(&b).s, 0, 0 };
}

struct arg arg_blobs(struct cx *cx, const struct blob *v, size_t n)
{
	struct buf b = { .mem = cx->mem };

	buf_z(&b, "{");
	for (size_t i = 0; i < n; i++) {
		buf_z(&b, i ? "," : "");
		buf_z(&b, v[i].p ? "\"\\\\x" : "NULL");
		for (size_t k = 0; v[i].p && k < v[i].n; k++)
			buf_printf(&b, "%02x", v[i].p[k]);
		buf_z(&b, v[i].p ? "\"" : "");
	}
	buf_z(&b, "}");
	return (struct arg){ buf_done(&b).s, 0, 0 };
}
