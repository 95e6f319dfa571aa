#include "text/fid.h"
#include "base/ascii.h"

static bool is_label_char(char c)
{
	return ascii_is_digit(c) || ascii_is_lower(c) || c == '-';
}

static bool is_local_name_char(char c)
{
	return is_label_char(c) || ascii_is_one_of(c, "._+");
}

static bool is_hex_char(char c)
{
	return ascii_hex_value(c) >= 0;
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
	if (s.n < 1 || s.n > FID_LOCAL_MAX || ascii_is_one_of(s.s[0], ".-") ||
	    ascii_is_one_of(s.s[s.n - 1], ".-") || !ascii_all(s, is_local_name_char))
		return false;
	return !ascii_all(s, ascii_is_digit) && !is_reserved_name(s);
}

struct str fid_letters(struct arena *mem, struct str s)
{
	struct buf b = { .mem = mem };

	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] >= 'a' && s.s[i] <= 'z')
			buf_put(&b, &s.s[i], 1);
	return buf_done(&b);
}

static bool is_dns_label(struct str s)
{
	return s.n >= 1 && s.n <= FID_LABEL_MAX && s.s[0] != '-' && s.s[s.n - 1] != '-' &&
	    ascii_all(s, is_label_char);
}

static bool is_number_label(struct str s)
{
	return ascii_all(s, ascii_is_digit) ||
	    (str_starts(s, "0x") && ascii_all(str_from(s, 2), is_hex_char));
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
