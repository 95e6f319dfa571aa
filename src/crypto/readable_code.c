#include "crypto/readable_code.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

static const char readable_alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
enum { READABLE_GROUP = 5 };

struct str readable_code_new(struct arena *mem)
{
	char *p = arena_secret(mem, READABLE_CODE_LENGTH);

	if (RAND_bytes((unsigned char *)p, READABLE_CODE_LENGTH) != 1) {
		fprintf(stderr, "motet: readable code: no random bytes\n");
		abort();
	}
	for (int i = 0; i < READABLE_CODE_LENGTH; i++)
		p[i] = i % (READABLE_GROUP + 1) == READABLE_GROUP
		    ? '-'
		    : readable_alphabet[(unsigned char)p[i] % 32];
	return (struct str){ p, READABLE_CODE_LENGTH };
}

bool readable_code_normalize(struct arena *mem, struct str text, struct str *digits)
{
	char *p = arena_secret(mem, READABLE_CODE_DIGITS);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c =
		    text.s[i] >= 'A' && text.s[i] <= 'Z' ? (char)(text.s[i] | 0x20) : text.s[i];
		if (c == '-' || c == ' ')
			continue;
		if (n == READABLE_CODE_DIGITS || c == '\0' || strchr(readable_alphabet, c) == NULL)
			return false;
		p[n++] = c;
	}
	*digits = (struct str){ p, n };
	return n == READABLE_CODE_DIGITS;
}
