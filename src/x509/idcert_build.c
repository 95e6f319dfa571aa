#include "x509/derw.h"
#include "x509/idcert.h"
#include <openssl/rand.h>

enum {
	WRITE_BOOLEAN = 0x01,
	WRITE_BIT_STRING = 0x03,
	WRITE_OCTET_STRING = 0x04,
	WRITE_IA5_STRING = 0x16,
	WRITE_SEQUENCE = 0x30,
	WRITE_SET = 0x31
};
enum { WRITE_CONTEXT_0 = 0xa0, WRITE_CONTEXT_3 = 0xa3 };

#define DER_LITERAL(lit) ((struct blob){ (const uint8_t *)"" lit, sizeof(lit) - 1 })

enum err idcert_new_serial(struct cx *cx, int64_t *serial)
{
	uint64_t v;

	do {
		if (RAND_bytes((unsigned char *)&v, sizeof v) != 1)
			return fail(
			    cx, ERR_UNAVAILABLE, "serial number: OpenSSL has no random numbers");
		v &= SERIAL_MAX; /* a mask of 53 bits: eight of nine such numbers are at least
				    SERIAL_MIN */
	} while (v < SERIAL_MIN);
	*serial = (int64_t)v;
	return OK;
}

static struct blob build_idcert_algorithm(struct arena *mem)
{
	return derw(mem, WRITE_SEQUENCE, DER_LITERAL("\x06\x03\x2b\x65\x70"));
}

static struct blob build_idcert_dc(struct arena *mem, struct str label)
{
	const struct blob type = DER_LITERAL("\x06\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19");

	return derw(mem, WRITE_SET,
	    derw(mem, WRITE_SEQUENCE, type, derw(mem, WRITE_IA5_STRING, str_blob(label))));
}

/* Write a Name of DCs, the last label of the domain first. */
static struct blob build_idcert_server_name(struct arena *mem, struct str domain)
{
	struct buf b = { .mem = mem };

	while (domain.n) {
		size_t at = domain.n;
		while (at && domain.s[at - 1] != '.')
			at--;
		struct blob rdn = build_idcert_dc(mem, str_from(domain, at));
		buf_put(&b, rdn.p, rdn.n);
		domain.n = at ? at - 1 : 0;
	}
	return derw(mem, WRITE_SEQUENCE, str_blob(buf_done(&b)));
}

static struct blob build_idcert_extension(struct arena *mem, struct blob type, struct blob value)
{
	return derw(mem, WRITE_SEQUENCE, type, derw(mem, WRITE_BOOLEAN, DER_LITERAL("\xff")),
	    derw(mem, WRITE_OCTET_STRING, value));
}

/* Write BasicConstraints and the content of KeyUsage. Two dialects break rules of DER, because
 * their clients can verify only the octets that they would write themselves (wire.md 3.3). */
struct idcert_caps {
	struct blob basic, usage;
};
static struct idcert_caps choose_idcert_caps(const struct idcert_spec *s)
{
	if (s->subject.n == 0)
		return (struct idcert_caps){ DER_LITERAL("\x30\x06\x01\x01\xff\x02\x01\x00"),
			DER_LITERAL("\x01\x46") };
	return (struct idcert_caps){ s->dialect == IDCERT_DER ? DER_LITERAL("\x30\x00")
							      : DER_LITERAL("\x30\x03\x01\x01\x00"),
		s->dialect == IDCERT_RS_0_11
		    ? (s->commitment ? DER_LITERAL("\x01\x40") : DER_LITERAL("\x00\x80"))
		    : (s->commitment ? DER_LITERAL("\x06\x40") : DER_LITERAL("\x07\x80")) };
}

static struct blob build_idcert_extensions(struct arena *mem, struct idcert_caps c)
{
	return derw(mem, WRITE_CONTEXT_3,
	    derw(mem, WRITE_SEQUENCE,
		build_idcert_extension(mem, DER_LITERAL("\x06\x03\x55\x1d\x13"), c.basic),
		build_idcert_extension(mem, DER_LITERAL("\x06\x03\x55\x1d\x0f"),
		    derw(mem, WRITE_BIT_STRING, c.usage))));
}

enum err idcert_build_tbs(struct cx *cx, const struct idcert_spec *spec, struct blob *tbs)
{
	struct arena *mem = cx->mem;
	struct blob from, to;

	if (spec->serial <= 0)
		return fail(cx, ERR_INTERNAL, "certificate: the serial number is not positive");
	if (!derw_time(mem, spec->not_before, &from) || !derw_time(mem, spec->not_after, &to))
		return fail(
		    cx, ERR_INTERNAL, "certificate: a time is not in the years 1970 to 9999");
	struct blob issuer = build_idcert_server_name(mem, spec->domain);
	struct blob version = derw(mem, WRITE_CONTEXT_0, derw_integer(mem, 2)),
		    serial = derw_integer(mem, (uint64_t)spec->serial);
	*tbs = derw(mem, WRITE_SEQUENCE, version, serial, build_idcert_algorithm(mem), issuer,
	    derw(mem, WRITE_SEQUENCE, from, to), spec->subject.n ? spec->subject : issuer,
	    ed25519_spki(mem, spec->key), build_idcert_extensions(mem, choose_idcert_caps(spec)));
	return OK;
}

struct blob idcert_assemble(struct arena *mem, struct blob tbs, const uint8_t sig[ED25519_SIG])
{
	return derw(mem, WRITE_SEQUENCE, tbs, build_idcert_algorithm(mem),
	    derw(mem, WRITE_BIT_STRING, DER_LITERAL("\x00"), (struct blob){ sig, ED25519_SIG }));
}
