#include "crypto/argon2id.h"
#ifdef HAVE_LIBARGON2
#include <argon2.h>
#include <sys/mman.h>

static struct {
	uint8_t *p;
	size_t n;
} kept_memory;

/* Return the kept memory. Map new memory if the kept memory is too small: a stored hash may need
 * more memory than a new hash. */
static int take_kept_memory(uint8_t **p, size_t n)
{
	if (n > kept_memory.n) {
		void *m = mmap(NULL, n, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (m == MAP_FAILED)
			return ARGON2_MEMORY_ALLOCATION_ERROR;
		if (kept_memory.p)
			munmap(kept_memory.p, kept_memory.n);
		madvise(m, n, MADV_DONTDUMP);
		kept_memory.p = m;
		kept_memory.n = n;
	}
	*p = kept_memory.p;
	return ARGON2_OK;
}

/* Let the kernel take this memory back when memory is scarce. libargon2 has already overwritten the
 * contents. */
static void offer_kept_memory(uint8_t *p, size_t n)
{
	madvise(p, n, MADV_FREE);
}

bool argon2id_derive(struct str password, const struct phc *p, uint8_t *out)
{
	argon2_context c = {
		.out = out,
		.outlen = (uint32_t)p->nhash,
		.pwd = (uint8_t *)(uintptr_t)password.s,
		.pwdlen = (uint32_t)password.n,
		.salt = (uint8_t *)(uintptr_t)p->salt,
		.saltlen = (uint32_t)p->nsalt,
		.m_cost = (uint32_t)p->v[0],
		.t_cost = (uint32_t)p->v[1],
		.lanes = (uint32_t)p->v[2],
		.threads = 1,
		.version = ARGON2_VERSION_13,
		.allocate_cbk = take_kept_memory,
		.free_cbk = offer_kept_memory,
	};

	return argon2id_ctx(&c) == ARGON2_OK;
}
#else
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

/* The algorithm is fetched once per process and never freed. */
static EVP_KDF *fetch_argon2id(void)
{
	static EVP_KDF *kdf;

	if (kdf == NULL)
		kdf = EVP_KDF_fetch(NULL, "ARGON2ID", NULL);
	return kdf;
}

bool argon2id_derive(struct str password, const struct phc *p, uint8_t *out)
{
	uint32_t memory = (uint32_t)p->v[0], rounds = (uint32_t)p->v[1], lanes = (uint32_t)p->v[2];
	uint8_t *secret = (uint8_t *)(uintptr_t)password.s, *salt = (uint8_t *)(uintptr_t)p->salt;
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_PASSWORD, secret, password.n),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, salt, p->nsalt),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_ARGON2_MEMCOST, &memory),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_ITER, &rounds),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_ARGON2_LANES, &lanes),
		OSSL_PARAM_END,
	};
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(fetch_argon2id());
	bool fine = ctx && EVP_KDF_derive(ctx, out, p->nhash, params) == 1;

	EVP_KDF_CTX_free(ctx);
	if (!fine)
		ERR_clear_error();
	return fine;
}
#endif
