#include "text/form.h"
#include "base/ascii.h"
#include "text/utf8.h"

bool form_decode(struct arena *mem, struct str s, bool plus, struct str *out)
{
	char *p;
	size_t n = 0;

	if (s.n == 0 || (memchr(s.s, '%', s.n) == NULL && !(plus && memchr(s.s, '+', s.n)))) {
		*out = s;
		return true;
	}
	p = arena_alloc(mem, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] == '%') {
			if (s.n - i < 3 || ascii_hex_value(s.s[i + 1]) < 0 ||
			    ascii_hex_value(s.s[i + 2]) < 0)
				return false;
			p[n++] =
			    (char)(ascii_hex_value(s.s[i + 1]) << 4 | ascii_hex_value(s.s[i + 2]));
			i += 2;
		} else
			p[n++] = plus && s.s[i] == '+' ? ' ' : s.s[i];
	}
	*out = (struct str){ p, n };
	return true;
}

void form_encode(struct buf *b, struct str s, const char *also)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_is_alnum(s.s[i]) || ascii_is_one_of(s.s[i], "-._~") ||
		    ascii_is_one_of(s.s[i], also))
			buf_put(b, s.s + i, 1);
		else
			buf_printf(b, "%%%02X", (unsigned)(uint8_t)s.s[i]);
}

static enum err decode_query_text(struct cx *cx, struct str *s)
{
	if (!form_decode(cx->mem, *s, true, s))
		return refuse(cx, ERR_BAD_REQUEST, NULL,
		    "every %% in the query must be followed by two hex digits");
	return utf8_ok(*s)
	    ? OK
	    : refuse(cx, ERR_BAD_REQUEST, NULL, "the query must be UTF-8 without NUL");
}

enum err form_next(
    struct cx *cx, struct str *rest, struct str *name, struct str *value, bool *there)
{
	struct str one = { "", 0 };

	while (rest->n && one.n == 0)
		str_cut(*rest, '&', &one, rest);
	*there = one.n != 0;
	str_cut(one, '=', name, value);
	TRY(decode_query_text(cx, name));
	return decode_query_text(cx, value);
}
