#include "text/form.h"
#include "text/utf8.h"

static int read_percent_digit(char c)
{
	return c >= '0' && c <= '9'		 ? c - '0'
	    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						 : -1;
}

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
			if (s.n - i < 3 || read_percent_digit(s.s[i + 1]) < 0 ||
			    read_percent_digit(s.s[i + 2]) < 0)
				return false;
			p[n++] = (char)(read_percent_digit(s.s[i + 1]) << 4 |
			    read_percent_digit(s.s[i + 2]));
			i += 2;
		} else
			p[n++] = plus && s.s[i] == '+' ? ' ' : s.s[i];
	}
	*out = (struct str){ p, n };
	return true;
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
