#include "json/json.h"
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static void release_json_object(void *o)
{
	json_object_put(o);
}

static void release_json_tokener(void *t)
{
	json_tokener_free(t);
}

static struct json_tokener *new_tokener(struct cx *cx)
{
	/* json-c gets one more level than json_scan(), because it counts a scalar as a level. */
	struct json_tokener *t =
	    arena_own(cx->mem, json_tokener_new_ex(JSON_DEPTH + 1), release_json_tokener);

	if (t)
		json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	return t;
}

static enum err parse_scanned(struct cx *cx, struct str text, bool body, struct json_object **out)
{
	struct json_tokener *t;
	struct json_object *o;
	size_t end;

	*out = NULL;
	if (str_starts(text, "\xef\xbb\xbf"))
		text = str_from(text, 3); /* a byte order mark, which some editors write */
	if (text.n > INT_MAX)
		return refuse(cx, ERR_TOO_LARGE, NULL, "%s", err_text(ERR_TOO_LARGE));
	TRY(body ? json_scan_body(cx, text) : json_scan(cx, text));
	if ((t = new_tokener(cx)) == NULL)
		return fail(cx, ERR_UNAVAILABLE, "json-c: out of memory");
	o = json_tokener_parse_ex(t, text.s, (int)text.n);
	end = json_tokener_get_parse_end(t);
	/* After a number at the end, json-c needs a NUL to know that no digit follows. */
	if (o == NULL && json_tokener_get_error(t) == json_tokener_continue)
		o = json_tokener_parse_ex(t, "", 1);
	*out = arena_own(cx->mem, o, release_json_object);
	if (json_tokener_get_error(t) != json_tokener_success || str_trim(str_from(text, end)).n)
		return fail(cx, ERR_INTERNAL, "json-c refuses JSON that json_scan() accepted: %s",
		    json_tokener_error_desc(json_tokener_get_error(t)));
	return OK;
}

enum err json_parse(struct cx *cx, struct str text, struct json_object **out)
{
	return parse_scanned(cx, text, false, out);
}

enum err json_parse_body(struct cx *cx, struct str text, struct json_object **out)
{
	return parse_scanned(cx, text, true, out);
}

bool json_whole_double(struct json_object *o, int64_t *out)
{
	const double most = 9007199254740992; /* 2^53: above it, doubles skip whole numbers */
	double v = json_object_get_double(o);

	if (!json_object_is_type(o, json_type_double) || !(v >= -most && v <= most) ||
	    (double)(int64_t)v != v)
		return false;
	*out = (int64_t)v;
	return true;
}

bool json_i64(struct json_object *o, int64_t *out)
{
	int64_t v;

	if (json_whole_double(o, out))
		return true;

	if (!json_object_is_type(o, json_type_int))
		return false;
	v = json_object_get_int64(o);
	if (v >= 0 && (uint64_t)v != json_object_get_uint64(o))
		return false;
	*out = v;
	return true;
}

bool json_number(struct json_object *o, int64_t *out)
{
	return json_i64(o, out) || str_i64(json_get_str(o), out);
}

bool json_octets(struct arena *mem, struct json_object *o, struct blob *out)
{
	size_t n = json_object_is_type(o, json_type_array) ? json_object_array_length(o) : 0;
	uint8_t *p = arena_alloc(mem, n + 1);
	int64_t octet;

	for (size_t i = 0; i < n; i++) {
		if (!json_i64(json_object_array_get_idx(o, i), &octet) || octet < 0 || octet > 255)
			return false;
		p[i] = (uint8_t)octet;
	}
	*out = (struct blob){ p, n };
	return n > 0;
}

struct str json_get_str(struct json_object *o)
{
	if (!json_object_is_type(o, json_type_string))
		return (struct str){ "", 0 };
	return (struct str){ json_object_get_string(o), (size_t)json_object_get_string_len(o) };
}

struct json_object *json_from_str(struct str s)
{
	struct json_object *o =
	    s.n <= INT_MAX ? json_object_new_string_len(s.n ? s.s : "", (int)s.n) : NULL;

	if (o == NULL) {
		fprintf(stderr, "motet: json: out of memory\n");
		abort();
	}
	return o;
}

struct json_object *json_from_octets(struct blob b)
{
	struct json_object *a = json_object_new_array_ext(b.n ? (int)b.n : 1);

	for (size_t i = 0; i < b.n; i++)
		json_object_array_add(a, json_object_new_int(b.p[i]));
	return a;
}

struct json_object *json_own(struct cx *cx, struct json_object *o)
{
	return arena_own(cx->mem, o, release_json_object);
}
