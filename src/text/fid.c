#include "text/fid.h"

static bool is_fid_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_fid_alnum(char c)
{
	return is_fid_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_lower_hex(char c)
{
	return is_fid_digit(c) || (c >= 'a' && c <= 'f');
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool all_chars_are(struct str s, bool (*is)(char))
{
	for (size_t i = 0; i < s.n; i++)
		if (!is(s.s[i]))
			return false;
	return true;
}

static bool is_reserved_name(struct str s)
{
	static const char *const words[] = { "me", "all", "status" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_is(s, words[i]))
			return true;
	return false;
}

bool local_name_ok(struct str s)
{
	if (s.n < 1 || s.n > FID_LOCAL_MAX || is_one_of(s.s[0], ".-") ||
	    is_one_of(s.s[s.n - 1], ".-"))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_fid_alnum(s.s[i]) && !is_one_of(s.s[i], "._+-"))
			return false;
	return !all_chars_are(s, is_fid_digit) && !is_reserved_name(s);
}

static bool is_dns_label(struct str s)
{
	if (s.n < 1 || s.n > FID_LABEL_MAX || s.s[0] == '-' || s.s[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_fid_alnum(s.s[i]) && s.s[i] != '-')
			return false;
	return true;
}

static bool is_number_label(struct str s)
{
	return all_chars_are(s, is_fid_digit) ||
	    (str_starts(s, "0x") && all_chars_are(str_from(s, 2), is_lower_hex));
}

bool domain_ok(struct str s)
{
	struct str label;

	if (s.n > FID_DOMAIN_MAX)
		return false;
	for (bool more = true; more;) {
		more = str_cut(s, '.', &label, &s);
		if (!is_dns_label(label))
			return false;
	}
	return !is_number_label(label);
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
