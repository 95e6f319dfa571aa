#include "text/fid.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool alnum(char c)
{
	return digit(c) || (c >= 'a' && c <= 'z');
}

static bool hex(char c)
{
	return digit(c) || (c >= 'a' && c <= 'f');
}

static bool among(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool all(struct str s, bool (*is)(char))
{
	for (size_t i = 0; i < s.n; i++)
		if (!is(s.s[i]))
			return false;
	return true;
}

static bool reserved(struct str s)
{
	static const char *const words[] = { "me", "all", "status" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_is(s, words[i]))
			return true;
	return false;
}

bool local_name_ok(struct str s)
{
	if (s.n < 1 || s.n > FID_LOCAL_MAX || among(s.s[0], ".-") || among(s.s[s.n - 1], ".-"))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!alnum(s.s[i]) && !among(s.s[i], "._+-"))
			return false;
	return !all(s, digit) && !reserved(s);
}

static bool label_ok(struct str s)
{
	if (s.n < 1 || s.n > FID_LABEL_MAX || s.s[0] == '-' || s.s[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!alnum(s.s[i]) && s.s[i] != '-')
			return false;
	return true;
}

static bool number(struct str s)
{
	return all(s, digit) || (str_starts(s, "0x") && all(str_from(s, 2), hex));
}

bool domain_ok(struct str s)
{
	struct str label;

	if (s.n > FID_DOMAIN_MAX)
		return false;
	for (bool more = true; more;) {
		more = str_cut(s, '.', &label, &s);
		if (!label_ok(label))
			return false;
	}
	return !number(label);
}

bool fid_parse(struct arena *mem, struct str fid, struct str *local, struct str *domain)
{
	struct str l, d;

	if (fid.n > FID_LOCAL_MAX + 1 + FID_DOMAIN_MAX ||
	    !str_cut(str_lower(mem, fid), '@', &l, &d))
		return false;
	if (!local_name_ok(l) || !domain_ok(d))
		return false;
	*local = l;
	*domain = d;
	return true;
}
