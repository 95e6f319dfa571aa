/* Passwords as RFC 8265 prepares them. */
#include "../tap.h"
#include "crypto/opaque_string.h"
#include "text/utf8.h"

static const struct {
	const char *what, *text;
	enum opaque_string end;
	const char *prepared; /* NULL: the password does not change */
} rows[] = {
	/* RFC 8265 4.4, tables 4 and 5 */
	{ "ASCII", "correct horse battery staple", OPAQUE_STRING_GOOD, NULL },
	{ "upper case stays", "Correct Horse Battery Staple", OPAQUE_STRING_GOOD, NULL },
	{ "letters that case folding would change", "\u03c0\u00df\u00e5", OPAQUE_STRING_GOOD,
	    NULL },
	{ "a symbol", "Jack of \u2666s", OPAQUE_STRING_GOOD, NULL },
	{ "OGHAM SPACE MARK", "foo\u1680bar", OPAQUE_STRING_GOOD, "foo bar" },
	{ "nothing", "", OPAQUE_STRING_EMPTY, NULL },
	{ "a tabulator", "my cat is a \tby", OPAQUE_STRING_DISALLOWED, NULL },
	/* its rules */
	{ "a + combining ring (NFD)", "pa\u030assword", OPAQUE_STRING_GOOD, "p\u00e5ssword" },
	{ "IDEOGRAPHIC SPACE", "\u3000foo\u3000", OPAQUE_STRING_GOOD, " foo " },
	{ "NO-BREAK SPACE", "foo\u00a0bar", OPAQUE_STRING_GOOD, "foo bar" },
	{ "a compatibility character stays (no NFKC)", "\ufb01x\uff21", OPAQUE_STRING_GOOD, NULL },
	{ "Hangul jamo that NFC composes", "\u1112\u1161\u11ab", OPAQUE_STRING_GOOD, "\ud55c" },
	{ "an old Hangul jamo", "\u1113", OPAQUE_STRING_DISALLOWED, NULL },
	{ "emoji", "\U0001f511\U0001f511", OPAQUE_STRING_GOOD, NULL },
	{ "line break", "with\nnewline", OPAQUE_STRING_DISALLOWED, NULL },
	{ "C1 control",
	    "next\xc2\x85"
	    "line",
	    OPAQUE_STRING_DISALLOWED, NULL },
	{ "LINE SEPARATOR", "a\u2028b", OPAQUE_STRING_DISALLOWED, NULL },
	{ "SOFT HYPHEN", "soft\u00adhyphen", OPAQUE_STRING_DISALLOWED, NULL },
	{ "ZERO WIDTH SPACE", "zero\u200bwidth", OPAQUE_STRING_DISALLOWED, NULL },
	{ "unassigned", "a\U000e0080b", OPAQUE_STRING_DISALLOWED, NULL },
	{ "noncharacter", "a\ufdd0b", OPAQUE_STRING_DISALLOWED, NULL },
	{ "private use", "a\ue000b", OPAQUE_STRING_DISALLOWED, NULL },
	{ "joiner after a virama", "\u0915\u094d\u200d\u0937", OPAQUE_STRING_GOOD, NULL },
	{ "joiner elsewhere", "a\u200db", OPAQUE_STRING_DISALLOWED, NULL },
	{ "non-joiner between Arabic letters", "\u0645\u06cc\u200c\u062e", OPAQUE_STRING_GOOD,
	    NULL },
	{ "non-joiner at the end", "\u0645\u06cc\u200c", OPAQUE_STRING_DISALLOWED, NULL },
	{ "middle dot between l", "col\u00b7lecci\u00f3", OPAQUE_STRING_GOOD, NULL },
	{ "middle dot elsewhere", "a\u00b7b", OPAQUE_STRING_DISALLOWED, NULL },
	{ "Arabic-Indic digits", "\u0661\u0662", OPAQUE_STRING_GOOD, NULL },
	{ "of two kinds", "\u0661\u06f2", OPAQUE_STRING_DISALLOWED, NULL },
	{ "katakana middle dot", "\u30a2\u30fb", OPAQUE_STRING_GOOD, NULL },
	{ "katakana middle dot alone", "a\u30fb", OPAQUE_STRING_DISALLOWED, NULL },
	{ "no UTF-8", "p\xe4ss", OPAQUE_STRING_NOT_UTF8, NULL },
	{ "a surrogate", "a\xed\xa0\x80z", OPAQUE_STRING_NOT_UTF8, NULL },
};

int main(void)
{
	struct arena *mem = arena_new(1 << 20);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str out = { NULL, 0 };
		enum opaque_string e = opaque_string_enforce(mem, str_of(rows[i].text), &out);
		const char *want = rows[i].prepared ? rows[i].prepared : rows[i].text;
		ok(e == rows[i].end &&
			(e == OPAQUE_STRING_GOOD ? str_is(out, want) : out.s == NULL),
		    "%s: %d", rows[i].what, (int)e);
	}
	arena_free(mem);
	return done();
}
