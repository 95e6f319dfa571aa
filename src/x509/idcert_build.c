#include "x509/derw.h"
#include "x509/idcert.h"
#include <openssl/rand.h>

enum {
	BOOLEAN = 0x01,
	BIT_STRING = 0x03,
	OCTET_STRING = 0x04,
	IA5_STRING = 0x16,
	SEQUENCE = 0x30,
	SET = 0x31
};
enum { CONTEXT_0 = 0xa0, CONTEXT_3 = 0xa3 };

#define BYTES(lit) ((struct blob){ (const uint8_t *)"" lit, sizeof(lit) - 1 })

enum err idcert_serial(struct cx *cx, int64_t *serial)
{
	uint64_t v;

	do {
		if (RAND_bytes((unsigned char *)&v, sizeof v) != 1)
			return fail(cx, ERR_INTERNAL, "serial: no random bits");
		v &= SERIAL_MAX; /* 2^53 - 1: eight of nine draws fit */
	} while (v < SERIAL_MIN);
	*serial = (int64_t)v;
	return OK;
}

static struct blob algorithm(struct arena *mem)
{
	return derw(mem, SEQUENCE, BYTES("\x06\x03\x2b\x65\x70"));
}

static struct blob dc(struct arena *mem, struct str label)
{
	const struct blob type = BYTES("\x06\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19");

	return derw(mem, SET, derw(mem, SEQUENCE, type, derw(mem, IA5_STRING, str_blob(label))));
}

/* The last label first. */
static struct blob server_name(struct arena *mem, struct str domain)
{
	struct buf b = { .mem = mem };

	while (domain.n) {
		size_t at = domain.n;
		while (at && domain.s[at - 1] != '.')
			at--;
		struct blob rdn = dc(mem, str_from(domain, at));
		buf_put(&b, rdn.p, rdn.n);
		domain.n = at ? at - 1 : 0;
	}
	return derw(mem, SEQUENCE, str_blob(buf_done(&b)));
}

static struct blob boolean(struct arena *mem, bool v)
{
	return derw(mem, BOOLEAN, v ? BYTES("\xff") : BYTES("\x00"));
}

static struct blob extension(struct arena *mem, struct blob type, struct blob value)
{
	return derw(mem, SEQUENCE, type, boolean(mem, true), derw(mem, OCTET_STRING, value));
}

/* The reference client re-encodes what it read and verifies that: FALSE written out, and leading
 * zeros counted as unused bits. */
static struct blob extensions(struct arena *mem, bool server, bool commitment)
{
	const struct blob basic = derw(mem, SEQUENCE, boolean(mem, server));
	const struct blob bits = server ? BYTES("\x01\x46")
	    : commitment		? BYTES("\x01\x40")
					: BYTES("\x00\x80");

	return derw(mem, CONTEXT_3,
	    derw(mem, SEQUENCE, extension(mem, BYTES("\x06\x03\x55\x1d\x13"), basic),
		extension(mem, BYTES("\x06\x03\x55\x1d\x0f"), derw(mem, BIT_STRING, bits))));
}

enum err idcert_tbs(struct cx *cx, const struct idcert_spec *spec, struct blob *tbs)
{
	struct arena *mem = cx->mem;
	const bool server = spec->subject.n == 0;
	struct blob from, to;

	if (spec->serial <= 0)
		return fail(cx, ERR_INTERNAL, "certificate: a serial that is not positive");
	if (!derw_time(mem, spec->not_before, &from) || !derw_time(mem, spec->not_after, &to))
		return fail(cx, ERR_INTERNAL, "certificate: a time without encoding");
	struct blob issuer = server_name(mem, spec->domain);
	struct blob version = derw(mem, CONTEXT_0, derw_integer(mem, 2)),
		    serial = derw_integer(mem, (uint64_t)spec->serial);
	*tbs = derw(mem, SEQUENCE, version, serial, algorithm(mem), issuer,
	    derw(mem, SEQUENCE, from, to), server ? issuer : spec->subject,
	    ed25519_spki(mem, spec->key), extensions(mem, server, spec->commitment));
	return OK;
}

struct blob idcert_seal(struct arena *mem, struct blob tbs, const uint8_t sig[ED25519_SIG])
{
	return derw(mem, SEQUENCE, tbs, algorithm(mem),
	    derw(mem, BIT_STRING, BYTES("\x00"), (struct blob){ sig, ED25519_SIG }));
}
