#include "x509/key_material_der.h"
#include "x509/der.h"
#include "text/encoding.h"

enum { OID_ARCS_MAX = 32, OID_TEXT_MAX = 256 };

/* AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL } (RFC
 * 5280 4.1.1.2). */
static bool take_algorithm_oid(struct blob *in, struct blob *oid)
{
	struct blob seq;
	struct der parameters;

	return der_get(in, DER_SEQUENCE, &seq) && der_get(&seq, DER_OID, oid) &&
	    (seq.n == 0 || (der_next(&seq, &parameters) && seq.n == 0));
}

enum err key_material_der_check(struct cx *cx, struct str key_data)
{
	struct blob der, seq, oid, bits;
	size_t at;
	const char *wrong;

	TRY(armour_decode(cx, "key_data", "PUBLIC KEY", key_data, &der));
	if ((wrong = der_check(der, &at)) != NULL)
		return refuse(cx, ERR_BAD_REQUEST, "key_data",
		    "The DER inside the PEM is invalid at octet %zu: %s.", at, wrong);
	if (!der_get(&der, DER_SEQUENCE, &seq) || !take_algorithm_oid(&seq, &oid) ||
	    !der_get(&seq, DER_BIT_STRING, &bits) || seq.n || bits.n < 1 || bits.p[0] != 0)
		return refuse(cx, ERR_BAD_REQUEST, "key_data",
		    "The PEM must contain a SubjectPublicKeyInfo (RFC 5280 4.1) "
		    "with the ciphertext in its BIT STRING.");
	return OK;
}

enum err key_material_der_read_oid(
    struct cx *cx, const char *field, struct blob der, struct str *oid)
{
	char text[OID_TEXT_MAX];
	struct blob in = der, id;
	size_t at;

	if (der_check(der, &at) || !take_algorithm_oid(&in, &id))
		return refuse(
		    cx, ERR_BAD_REQUEST, field, "This must be an AlgorithmIdentifier in DER.");
	if (!der_oid_print(id, text, sizeof text))
		return refuse(cx, ERR_BAD_REQUEST, field, "This object identifier is too long.");
	*oid = (struct str){ arena_dup(cx->mem, text, strlen(text)), strlen(text) };
	return OK;
}

enum err key_material_der_read_own_oid(struct cx *cx, struct str key_data, struct str *oid)
{
	struct blob der, seq;
	struct der algorithm;

	TRY(armour_decode(cx, "key_data", "PUBLIC KEY", key_data, &der));
	if (!der_get(&der, DER_SEQUENCE, &seq) || !der_next(&seq, &algorithm))
		return refuse(cx, ERR_BAD_REQUEST, "key_data", "There is no AlgorithmIdentifier.");
	return key_material_der_read_oid(cx, "key_data", algorithm.whole, oid);
}

static bool parse_oid_arcs(struct str oid, int64_t *v, size_t *n)
{
	struct str one;
	bool more = true;

	for (*n = 0; more && *n < OID_ARCS_MAX; ++*n) {
		more = str_cut(oid, '.', &one, &oid);
		if (!str_i64(one, &v[*n]) || v[*n] > INT64_MAX / 2)
			return false;
	}
	return !more && *n >= 2 && v[0] <= 2 && (v[0] == 2 || v[1] < 40);
}

/* Write a number in base 128, most significant digit first; all octets but the last have the top
 * bit set (X.690 8.19.2). */
static size_t write_subidentifier(uint8_t *to, uint64_t v)
{
	uint8_t tmp[10];
	size_t n = 0;

	do
		tmp[n++] = (uint8_t)(v & 0x7f);
	while (v >>= 7);
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(tmp[n - 1 - i] | (i + 1 < n ? 0x80 : 0));
	return n;
}

enum err key_material_der_write_oid(
    struct cx *cx, const char *field, struct str oid, struct blob *der)
{
	uint8_t *p = arena_alloc(cx->mem, 4 + OID_ARCS_MAX * 10);
	int64_t v[OID_ARCS_MAX];
	size_t n, len;

	if (!parse_oid_arcs(oid, v, &n))
		return refuse(cx, ERR_BAD_REQUEST, field,
		    "This must be an object identifier: numbers separated by dots, such as "
		    "2.16.840.1.101.3.4.1.46.");
	len = write_subidentifier(p + 4, (uint64_t)(v[0] * 40 + v[1]));
	for (size_t i = 2; i < n; i++)
		len += write_subidentifier(p + 4 + len, (uint64_t)v[i]);
	if (len > 100)
		return refuse(cx, ERR_BAD_REQUEST, field, "This object identifier is too long.");
	p[0] = DER_SEQUENCE;
	p[1] = (uint8_t)(len + 2);
	p[2] = DER_OID;
	p[3] = (uint8_t)len;
	*der = (struct blob){ p, len + 4 };
	return OK;
}

struct blob key_material_der_unnamed(void)
{
	static const uint8_t der[] = { 0x30, 0x05, 0x06, 0x03, 0x00, 0x00, 0x00 };

	return (struct blob){ der, sizeof der };
}
