#include "openpgp/openpgp_sig.h"
#include <openssl/evp.h>
#include <stdlib.h>

enum { SUBPACKET_CRITICAL = 0x80, SUBPACKET_TYPES = 0x80 };

/* The types of subpackets that are read or do not matter here: a critical subpacket of one of these
 * types is accepted. */
static const bool known_subpackets[SUBPACKET_TYPES] = {
	[OPENPGP_SUB_CREATED] = true,
	[OPENPGP_SUB_SIG_LIFETIME] = true,
	[OPENPGP_SUB_KEY_LIFETIME] = true,
	[OPENPGP_SUB_ISSUER_KEY_ID] = true,
	[OPENPGP_SUB_ISSUER_FINGERPRINT] = true,
	[7] = true, /* revocable */
	[11] = true,
	[21] = true,
	[22] = true,
	[34] = true,
	[39] = true, /* preferred algorithms */
	[23] = true,
	[24] = true, /* key server */
	[25] = true, /* primary user ID */
	[26] = true, /* policy URI */
	[OPENPGP_SUB_KEY_FLAGS] = true,
	[29] = true, /* reason for revocation */
	[30] = true, /* features */
};

/* The length has one, two or five octets and includes the octet of the type (RFC 9580 5.2.3.7). */
static bool take_subpacket(struct blob *in, unsigned *type, struct blob *value)
{
	uint32_t n, more = 0, head;

	if (!openpgp_packet_take_number(in, 1, &n) ||
	    (n >= 192 && !openpgp_packet_take_number(in, n == 255 ? 4 : 1, &more)))
		return false;
	n = n < 192 ? n : n < 255 ? ((n - 192) << 8) + more + 192 : more;
	if (n < 1 || !openpgp_packet_take_number(in, 1, &head) ||
	    !openpgp_packet_take_octets(in, n - 1, value))
		return false;
	*type = head;
	return true;
}

static const char *read_sig_seconds(struct blob value, bool *there, int64_t *out)
{
	uint32_t v;

	if (*there)
		return "a signature has a time twice";
	*there = true;
	if (value.n != 4 || !openpgp_packet_take_number(&value, 4, &v))
		return "a time in a signature does not have 4 octets";
	*out = v;
	return NULL;
}

static const char *note_issuer(
    struct openpgp_sig *sig, struct blob value, const uint8_t *name, size_t n)
{
	if (value.n == n && memcmp(value.p, name, n) == 0)
		sig->names_key = true;
	else
		sig->names_other_key = true;
	return NULL;
}

/* The content of the subpacket must be the version 4, followed by the fingerprint. */
static const char *note_issuer_fingerprint(
    struct openpgp_sig *sig, struct blob value, const struct openpgp_packet_key *key)
{
	uint8_t want[1 + OPENPGP_FINGERPRINT] = { 4 };

	memcpy(want + 1, key->fingerprint, OPENPGP_FINGERPRINT);
	return note_issuer(sig, value, want, sizeof want);
}

struct subpacket_times {
	bool created, lifetime, key_lifetime;
};

/* `seen` NULL: the subpacket is not hashed, so anyone could have put it there. From such a
 * subpacket only the issuer is used, because verifying the signature proves who the issuer is. */
static const char *read_subpacket(struct openpgp_sig *sig, const struct openpgp_packet_key *key,
    unsigned type, struct blob value, struct subpacket_times *seen)
{
	switch (type) {
	case OPENPGP_SUB_CREATED:
		return seen ? read_sig_seconds(value, &seen->created, &sig->created) : NULL;
	case OPENPGP_SUB_SIG_LIFETIME:
		return seen ? read_sig_seconds(value, &seen->lifetime, &sig->lifetime) : NULL;
	case OPENPGP_SUB_KEY_LIFETIME:
		return seen ? read_sig_seconds(value, &seen->key_lifetime, &sig->key_lifetime)
			    : NULL;
	case OPENPGP_SUB_ISSUER_KEY_ID:
		return note_issuer(sig, value,
		    key->fingerprint + OPENPGP_FINGERPRINT - OPENPGP_KEY_ID, OPENPGP_KEY_ID);
	case OPENPGP_SUB_ISSUER_FINGERPRINT:
		return note_issuer_fingerprint(sig, value, key);
	}
	return NULL;
}

static const char *read_subpackets(struct blob in, const struct openpgp_packet_key *key,
    struct openpgp_sig *sig, struct subpacket_times *seen)
{
	struct blob value;
	unsigned type;
	const char *wrong;

	while (in.n) {
		if (!take_subpacket(&in, &type, &value))
			return "a subpacket of a signature is shorter than its length";
		if (type & SUBPACKET_CRITICAL && !known_subpackets[type & ~SUBPACKET_CRITICAL] &&
		    sig->unknown_critical == 0)
			sig->unknown_critical =
			    type & ~SUBPACKET_CRITICAL ? type & ~SUBPACKET_CRITICAL : type;
		if ((wrong = read_subpacket(sig, key, type & ~SUBPACKET_CRITICAL, value, seen)) !=
		    NULL)
			return wrong;
	}
	return NULL;
}

const char *openpgp_sig_read(
    struct blob body, const struct openpgp_packet_key *key, struct openpgp_sig *sig)
{
	uint32_t version, type, algorithm, hash, n;
	struct blob in = body, hashed, rest, hash_start;
	struct subpacket_times seen = { false };
	const char *wrong;

	*sig = (struct openpgp_sig){ .version = 0 };
	if (!openpgp_packet_take_number(&in, 1, &version))
		return "a signature packet is empty";
	sig->version = version;
	if (version != 4)
		return NULL;
	if (!openpgp_packet_take_number(&in, 1, &type) ||
	    !openpgp_packet_take_number(&in, 1, &algorithm) ||
	    !openpgp_packet_take_number(&in, 1, &hash) || !openpgp_packet_take_number(&in, 2, &n) ||
	    !openpgp_packet_take_octets(&in, n, &hashed))
		return "a signature packet is too short";
	sig->signed_part = (struct blob){ body.p, body.n - in.n };
	if (!openpgp_packet_take_number(&in, 2, &n) || !openpgp_packet_take_octets(&in, n, &rest) ||
	    !openpgp_packet_take_octets(&in, 2, &hash_start))
		return "a signature packet is too short";
	sig->type = type;
	sig->algorithm = algorithm;
	sig->hash = hash;
	sig->hash_start = hash_start.p;
	sig->raw_signature = in;
	wrong = read_subpackets(hashed, key, sig, &seen);
	return wrong ? wrong : read_subpackets(rest, key, sig, NULL);
}

bool openpgp_sig_is_own(const struct openpgp_sig *sig)
{
	return sig->names_key || !sig->names_other_key;
}

static void require_hash_step(bool fine)
{
	if (fine)
		return;
	fprintf(stderr, "motet: openpgp: OpenSSL could not hash\n");
	abort();
}

static void hash_sig_octets(EVP_MD_CTX *m, struct blob b)
{
	require_hash_step(EVP_DigestUpdate(m, b.p, b.n) == 1);
}

/* Hash octets, after hashing a mark and their number (RFC 9580 5.2.4). */
static void hash_sig_framed(EVP_MD_CTX *m, uint8_t mark, size_t width, struct blob b)
{
	uint8_t head[5] = { mark };

	for (size_t i = 0; i < width; i++)
		head[1 + i] = (uint8_t)((uint32_t)b.n >> 8 * (width - 1 - i));
	hash_sig_octets(m, (struct blob){ head, 1 + width });
	hash_sig_octets(m, b);
}

static const EVP_MD *find_sig_digest(unsigned hash)
{
	return hash == 8		 ? EVP_sha256()
	    : hash == 9			 ? EVP_sha384()
	    : hash == OPENPGP_SIG_SHA512 ? EVP_sha512()
					 : NULL;
}

size_t openpgp_sig_hash(unsigned algorithm, struct blob key, struct str user_id,
    struct blob signed_part, uint8_t out[OPENPGP_SIG_HASH_MAX])
{
	const EVP_MD *md = find_sig_digest(algorithm);
	const uint32_t n = (uint32_t)signed_part.n;
	const uint8_t trailer[] = { 4, 0xff, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };
	unsigned len = 0;

	if (md == NULL)
		return 0;
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	require_hash_step(m && EVP_DigestInit_ex(m, md, NULL) == 1);
	hash_sig_framed(m, 0x99, 2, key);
	if (user_id.s)
		hash_sig_framed(m, 0xb4, 4, str_blob(user_id));
	hash_sig_octets(m, signed_part);
	hash_sig_octets(m, (struct blob){ trailer, sizeof trailer });
	require_hash_step(EVP_DigestFinal_ex(m, out, &len) == 1);
	EVP_MD_CTX_free(m);
	return len;
}

/* The signature is encoded as two numbers without leading zeros, or as its 64 octets (RFC 9580
 * 5.2.3.3.1, 5.2.3.4). */
static bool decode_sig_octets(const struct openpgp_sig *sig, uint8_t out[ED25519_SIG])
{
	struct blob in = sig->raw_signature, half;

	if (sig->algorithm == OPENPGP_ED25519) {
		if (in.n == ED25519_SIG)
			memcpy(out, in.p, ED25519_SIG);
		return in.n == ED25519_SIG;
	}
	memset(out, 0, ED25519_SIG);
	for (size_t end = ED25519_SIG / 2; end <= ED25519_SIG; end += ED25519_SIG / 2) {
		if (!openpgp_packet_take_mpi(&in, &half) || half.n > ED25519_SIG / 2)
			return false;
		if (half.n)
			memcpy(out + end - half.n, half.p, half.n);
	}
	return in.n == 0;
}

const char *openpgp_sig_verify(
    const struct openpgp_sig *sig, const struct openpgp_packet_key *key, struct str user_id)
{
	uint8_t hash[OPENPGP_SIG_HASH_MAX], raw[ED25519_SIG];
	size_t n;

	if (sig->names_other_key)
		return "a signature names two issuers";
	if (sig->algorithm != key->algorithm)
		return "a signature by the key has another algorithm than the key";
	if ((n = openpgp_sig_hash(sig->hash, key->body, user_id, sig->signed_part, hash)) == 0)
		return "a signature by the key uses another hash than SHA-256, SHA-384 or SHA-512";
	if (!decode_sig_octets(sig, raw))
		return "a signature by the key is not encoded as its algorithm requires";
	if (memcmp(hash, sig->hash_start, 2) != 0 ||
	    !ed25519_verify(key->key, (struct blob){ hash, n }, raw))
		return "a signature by the key does not verify";
	return sig->created ? NULL : "a signature by the key does not say when it was made";
}
