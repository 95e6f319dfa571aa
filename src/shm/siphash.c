#include "shm/siphash.h"

struct sip_state {
	uint64_t a, b, c, d;
};

static uint64_t rotate_left(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static void run_sip_rounds(struct sip_state *s, int n)
{
	while (n--) {
		s->a += s->b;
		s->c += s->d;
		s->b = rotate_left(s->b, 13) ^ s->a;
		s->d = rotate_left(s->d, 16) ^ s->c;
		s->a = rotate_left(s->a, 32);
		s->c += s->b;
		s->a += s->d;
		s->b = rotate_left(s->b, 17) ^ s->c;
		s->d = rotate_left(s->d, 21) ^ s->a;
		s->c = rotate_left(s->c, 32);
	}
}

static uint64_t read_sip_word(const char *p, size_t n)
{
	uint64_t w = 0;

	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)(unsigned char)p[i] << 8 * i;
	return w;
}

static void absorb_word(struct sip_state *s, uint64_t w)
{
	s->d ^= w;
	run_sip_rounds(s, 2);
	s->a ^= w;
}

uint64_t siphash(const struct siphash_key *k, struct str t)
{
	struct sip_state s = { k->k0 ^ 0x736f6d6570736575, k->k1 ^ 0x646f72616e646f6d,
		k->k0 ^ 0x6c7967656e657261, k->k1 ^ 0x7465646279746573 };
	size_t i;

	for (i = 0; i + 8 <= t.n; i += 8)
		absorb_word(&s, read_sip_word(t.s + i, 8));
	absorb_word(&s, read_sip_word(t.s + i, t.n - i) | (uint64_t)t.n << 56);
	s.c ^= 0xff;
	run_sip_rounds(&s, 4);
	return s.a ^ s.b ^ s.c ^ s.d;
}
