#ifndef MOTET_SHM_SIPHASH_H
#define MOTET_SHM_SIPHASH_H
#include "base/str.h"
/* SipHash-2-4 (Aumasson and Bernstein, 2012): without the key, nobody can find collisions. */
struct siphash_key {
	uint64_t k0, k1;
};
uint64_t siphash(const struct siphash_key *, struct str text);
#endif
