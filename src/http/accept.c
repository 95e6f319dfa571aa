#include "base/ascii.h"
#include "http/http.h"

/* Take the text up to the next `sep` outside of quotes (RFC 9110 5.6.4), trimmed. */
static bool next_accept_item(struct str *rest, char sep, struct str *out)
{
	size_t i = 0;
	bool quoted = false;

	if (rest->n == 0)
		return false;
	for (; i < rest->n && (quoted || rest->s[i] != sep); i++) {
		if (rest->s[i] == '"')
			quoted = !quoted;
		else if (quoted && rest->s[i] == '\\')
			i++;
	}
	i = i < rest->n ? i : rest->n;
	*out = str_trim((struct str){ rest->s, i });
	*rest = str_from(*rest, i + 1);
	return true;
}

/* A weight is 0 to 1 with up to three decimals (RFC 9110 12.4.2). Malformed counts as 0. */
static bool is_positive_weight(struct str q)
{
	bool some = q.n && q.s[0] == '1';

	if (q.n == 0 || q.n > 5 || (q.s[0] != '0' && q.s[0] != '1') || (q.n > 1 && q.s[1] != '.'))
		return false;
	for (size_t i = 2; i < q.n; i++) {
		if (!ascii_is_digit(q.s[i]) || (q.s[0] == '1' && q.s[i] != '0'))
			return false;
		some |= q.s[i] != '0';
	}
	return some;
}

static bool may_accept_params(struct str params)
{
	struct str one, name, value;
	bool some = true;

	while (next_accept_item(&params, ';', &one)) {
		str_cut(one, '=', &name, &value);
		if (str_ieq(str_trim(name), STR("q")))
			some = is_positive_weight(str_trim(value));
	}
	return some;
}

bool http_accepts(struct str accept, const char *type)
{
	struct str one, name;

	while (next_accept_item(&accept, ',', &one))
		if (next_accept_item(&one, ';', &name) && str_ieq(name, str_of(type)) &&
		    may_accept_params(one))
			return true;
	return false;
}

static bool is_token68_char(char c)
{
	return ascii_is_alnum(c) || ascii_is_one_of(c, "-._~+/");
}

static bool is_token68(struct str t)
{
	size_t n = t.n;

	while (n && t.s[n - 1] == '=')
		n--;
	return n != 0 && ascii_all((struct str){ t.s, n }, is_token68_char);
}

struct str http_bearer(struct str authorization)
{
	struct str scheme, token;

	str_cut(str_trim(authorization), ' ', &scheme, &token);
	token = str_trim(token);
	return str_ieq(scheme, STR("Bearer")) && is_token68(token) ? token : STR("");
}
