#include "crypto/opaque_string.h"
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* The code points of a text that is checked. */
struct code_points {
	const ucs4_t *v;
	size_t n;
};

/* RFC 5892, A: the contexts in which certain characters are allowed. */
static bool is_after_virama(struct code_points t, size_t i)
{
	enum { CCC_VIRAMA = 9 };

	return i > 0 && uc_combining_class(t.v[i - 1]) == CCC_VIRAMA;
}

/* The joining type of the nearest character on one side; transparent characters are skipped. */
static int find_joining_type(struct code_points t, size_t i, int step)
{
	for (i += (size_t)step; i < t.n; i += (size_t)step)
		if (uc_joining_type(t.v[i]) != UC_JOINING_TYPE_T)
			return uc_joining_type(t.v[i]);
	return UC_JOINING_TYPE_U;
}

static bool is_between_joining(struct code_points t, size_t i)
{
	int left = find_joining_type(t, i, -1), right = find_joining_type(t, i, 1);

	return is_after_virama(t, i) ||
	    ((left == UC_JOINING_TYPE_L || left == UC_JOINING_TYPE_D) &&
		(right == UC_JOINING_TYPE_R || right == UC_JOINING_TYPE_D));
}

static bool is_between_l(struct code_points t, size_t i)
{
	return i > 0 && i + 1 < t.n && t.v[i - 1] == 'l' && t.v[i + 1] == 'l';
}

static bool is_script(ucs4_t c, const char *script)
{
	return uc_is_script(c, uc_script_byname(script));
}

static bool is_before_greek(struct code_points t, size_t i)
{
	return i + 1 < t.n && is_script(t.v[i + 1], "Greek");
}

static bool is_after_hebrew(struct code_points t, size_t i)
{
	return i > 0 && is_script(t.v[i - 1], "Hebrew");
}

static bool is_beside_japanese(struct code_points t, size_t i)
{
	(void)i;
	for (size_t k = 0; k < t.n; k++)
		if (is_script(t.v[k], "Hiragana") || is_script(t.v[k], "Katakana") ||
		    is_script(t.v[k], "Han"))
			return true;
	return false;
}

/* A text must not have Arabic-Indic digits of both kinds: U+0660 to U+0669 and U+06F0 to U+06F9. */
static bool has_one_kind_of_digits(struct code_points t, size_t i)
{
	const ucs4_t other = t.v[i] < 0x6f0 ? 0x6f0 : 0x660;

	for (size_t k = 0; k < t.n; k++)
		if (t.v[k] >= other && t.v[k] <= other + 9)
			return false;
	return true;
}

static bool is_always_allowed(struct code_points t, size_t i)
{
	(void)t, (void)i;
	return true;
}

/* RFC 8264 9.6 to 9.8 and 9.10: characters for which the general category gives the wrong
 * answer. */
static const struct {
	ucs4_t from, to;
	bool (*allowed)(struct code_points, size_t); /* NULL: never */
} odd_characters[] = {
	{ 0xb7, 0xb7, is_between_l },
	{ 0x375, 0x375, is_before_greek },
	{ 0x5f3, 0x5f4, is_after_hebrew },
	{ 0x640, 0x640, NULL },
	{ 0x660, 0x669, has_one_kind_of_digits },
	{ 0x6f0, 0x6f9, has_one_kind_of_digits },
	{ 0x6fd, 0x6fe, is_always_allowed },
	{ 0x7fa, 0x7fa, NULL },
	{ 0xf0b, 0xf0b, is_always_allowed },
	{ 0x1100, 0x11ff, NULL }, /* old Hangul jamo */
	{ 0x200c, 0x200c, is_between_joining },
	{ 0x200d, 0x200d, is_after_virama },
	{ 0x302e, 0x302f, NULL },
	{ 0x3031, 0x3035, NULL },
	{ 0x303b, 0x303b, NULL },
	{ 0x30fb, 0x30fb, is_beside_japanese },
	{ 0xa960, 0xa97c, NULL }, /* old Hangul jamo */
	{ 0xd7b0, 0xd7fb, NULL },
};

/* RFC 8264 8: letters, marks, numbers, symbols, punctuation and spaces that Unicode has assigned;
 * no controls, and no characters that are never shown. */
static bool is_freeform(ucs4_t c)
{
	const uint32_t mask = UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N |
	    UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_Zs;

	return uc_is_general_category_withtable(c, mask) &&
	    !uc_is_property_default_ignorable_code_point(c);
}

static bool is_allowed_at(struct code_points t, size_t i)
{
	const ucs4_t c = t.v[i];

	for (size_t k = 0; k < sizeof odd_characters / sizeof odd_characters[0]; k++)
		if (c >= odd_characters[k].from && c <= odd_characters[k].to)
			return odd_characters[k].allowed && odd_characters[k].allowed(t, i);
	return is_freeform(c);
}

static void map_spaces(ucs4_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (uc_is_general_category_withtable(v[i], UC_CATEGORY_MASK_Zs))
			v[i] = ' ';
}

/* Make room for NFC, in which no code point becomes more than three. */
static bool normalise_code_points(
    struct arena *mem, const ucs4_t *v, size_t n, struct code_points *out)
{
	size_t room = 3 * n + 1;
	ucs4_t *to = arena_secret(mem, room * sizeof *to);

	out->v = to;
	out->n = room;
	return u32_normalize(UNINORM_NFC, v, n, to, &out->n) == to;
}

static bool write_utf8(struct arena *mem, struct code_points t, struct str *out)
{
	size_t n = 4 * t.n + 1;
	uint8_t *to = arena_secret(mem, n);

	if (u32_to_u8(t.v, t.n, to, &n) != to)
		return false;
	*out = (struct str){ (const char *)to, n };
	return true;
}

enum opaque_string opaque_string_enforce(struct arena *mem, struct str text, struct str *out)
{
	size_t n = text.n + 1;
	ucs4_t *v = arena_secret(mem, n * sizeof *v);
	struct code_points t;

	if (text.n == 0)
		return OPAQUE_STRING_EMPTY;
	if (u8_to_u32((const uint8_t *)text.s, text.n, v, &n) != v)
		return OPAQUE_STRING_NOT_UTF8;
	map_spaces(v, n);
	if (!normalise_code_points(mem, v, n, &t))
		return OPAQUE_STRING_NOT_UTF8;
	for (size_t i = 0; i < t.n; i++)
		if (!is_allowed_at(t, i))
			return OPAQUE_STRING_DISALLOWED;
	return write_utf8(mem, t, out) ? OPAQUE_STRING_GOOD : OPAQUE_STRING_NOT_UTF8;
}
