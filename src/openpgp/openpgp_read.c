#include "openpgp/openpgp.h"
#include "openpgp/openpgp_armour.h"
#include "openpgp/openpgp_sig.h"

enum { CLOCK_AHEAD_MAX = 60 }; /* seconds that the owner's clock may be ahead of ours */

/* What the signatures that follow are about. */
enum openpgp_about { ABOUT_KEY, ABOUT_FID, ABOUT_OTHERS };

struct openpgp_reader {
	struct arena *mem;
	struct str fid;
	int64_t now;
	struct openpgp_packet_key key;
	enum openpgp_about about;
	bool found;			 /* a user ID packet with the federation ID */
	struct openpgp_sig self, direct; /* the newest signature that certifies the user ID, and the
					    newest signature over the key alone */
};

static bool is_certification(const struct openpgp_sig *sig)
{
	return sig->type >= OPENPGP_SIG_GENERIC && sig->type <= OPENPGP_SIG_POSITIVE;
}

/* A signature of these types is over the key alone, wherever it is in the block. */
static bool is_over_key_alone(const struct openpgp_sig *sig)
{
	return sig->type == OPENPGP_SIG_DIRECT_KEY || sig->type == OPENPGP_SIG_KEY_REVOCATION;
}

static bool is_revocation(const struct openpgp_sig *sig)
{
	return sig->type == OPENPGP_SIG_KEY_REVOCATION ||
	    sig->type == OPENPGP_SIG_CERTIFICATION_REVOCATION;
}

/* Note what a verified signature by the key says. */
static const char *apply_own_signature(struct openpgp_reader *r, const struct openpgp_sig *sig)
{
	struct openpgp_sig *to = is_over_key_alone(sig) ? &r->direct : &r->self;

	if (is_revocation(sig))
		return is_over_key_alone(sig) ? "the key has been revoked"
					      : "the user ID has been revoked";
	if (sig->unknown_critical)
		return arena_printf(r->mem,
		    "a signature by the key has an unknown critical subpacket of type %u",
		    sig->unknown_critical);
	if (sig->created < r->key.created || sig->created > r->now + CLOCK_AHEAD_MAX)
		return "a signature by the key is dated before the key or in the future";
	if (sig->created >= to->created)
		*to = *sig;
	return NULL;
}

static const char *check_own_signature(struct openpgp_reader *r, const struct openpgp_sig *sig)
{
	const char *wrong = openpgp_sig_verify(
	    sig, &r->key, is_over_key_alone(sig) ? (struct str){ NULL, 0 } : r->fid);

	return wrong ? wrong : apply_own_signature(r, sig);
}

static const char *read_signature_packet(struct openpgp_reader *r, struct blob body)
{
	struct openpgp_sig sig;
	const char *wrong = openpgp_sig_read(body, &r->key, &sig);

	if (wrong)
		return wrong;
	if (sig.version == 3 && r->about != ABOUT_OTHERS)
		return "a signature is of version 3, which EdDSA keys do not make";
	if (sig.version != 4 || !openpgp_sig_is_own(&sig))
		return NULL;
	return is_over_key_alone(&sig) ||
		(r->about == ABOUT_FID && (is_certification(&sig) || is_revocation(&sig)))
	    ? check_own_signature(r, &sig)
	    : NULL;
}

static const char *read_user_id_packet(struct openpgp_reader *r, struct blob body)
{
	bool wanted = r->fid.n && blob_eq(body, str_blob(r->fid));

	r->about = wanted ? ABOUT_FID : ABOUT_OTHERS;
	r->found |= wanted;
	return NULL;
}

static const char *read_unrelated_packet(struct openpgp_reader *r, struct blob body)
{
	r->about = ABOUT_OTHERS;
	return body.n ? NULL : "a packet is empty";
}

static const char *skip_openpgp_packet(struct openpgp_reader *r, struct blob body)
{
	(void)r, (void)body;
	return NULL;
}

static const char *refuse_second_key(struct openpgp_reader *r, struct blob body)
{
	(void)r, (void)body;
	return "the block has more than one key";
}

static const char *refuse_secret_key(struct openpgp_reader *r, struct blob body)
{
	(void)r, (void)body;
	return "the block has a secret key, which must never leave its owner: make a new key";
}

/* The functions that read each kind of packet but the first packet. */
static const struct {
	unsigned tag;
	const char *(*read)(struct openpgp_reader *, struct blob body);
} packet_readers[] = {
	{ OPENPGP_SIGNATURE, read_signature_packet },
	{ OPENPGP_USER_ID, read_user_id_packet },
	{ OPENPGP_ATTRIBUTE, read_unrelated_packet },
	{ OPENPGP_SUBKEY, read_unrelated_packet },
	{ OPENPGP_PUBLIC_KEY, refuse_second_key },
	{ OPENPGP_SECRET_KEY, refuse_secret_key },
	{ OPENPGP_SECRET_SUBKEY, refuse_secret_key },
	{ OPENPGP_MARKER, skip_openpgp_packet },
	{ OPENPGP_TRUST, skip_openpgp_packet },
	{ OPENPGP_PADDING, skip_openpgp_packet },
};

static const char *read_later_packet(struct openpgp_reader *r, const struct openpgp_packet *p)
{
	for (size_t i = 0; i < sizeof packet_readers / sizeof packet_readers[0]; i++)
		if (packet_readers[i].tag == p->tag)
			return packet_readers[i].read(r, p->body);
	return p->tag >= OPENPGP_UNCRITICAL
	    ? NULL
	    : arena_printf(r->mem, "a packet with tag %u is not allowed in a key block", p->tag);
}

static const char *read_first_packet(struct openpgp_reader *r, struct blob *in)
{
	struct openpgp_packet p;
	const char *wrong = openpgp_packet_next(in, &p);

	if (wrong)
		return wrong;
	if (p.tag == OPENPGP_SECRET_KEY)
		return refuse_secret_key(r, p.body);
	if (p.tag != OPENPGP_PUBLIC_KEY)
		return "the block does not start with a public key";
	return openpgp_packet_read_key(p.body, &r->key);
}

static const char *read_later_packets(struct openpgp_reader *r, struct blob in)
{
	struct openpgp_packet p;
	const char *wrong = NULL;

	for (size_t n = 1; in.n && wrong == NULL; n++) {
		if (n == OPENPGP_PACKETS_MAX)
			return "the block has more than 256 packets";
		if ((wrong = openpgp_packet_next(&in, &p)) == NULL)
			wrong = read_later_packet(r, &p);
	}
	return wrong;
}

static bool is_lifetime_over(int64_t from, int64_t seconds, int64_t now)
{
	return seconds && from + seconds <= now;
}

static const char *judge_openpgp_block(const struct openpgp_reader *r)
{
	if (!r->found)
		return arena_printf(
		    r->mem, "it has no user ID that is exactly %.*s", (int)r->fid.n, r->fid.s);
	if (r->self.version == 0)
		return "the key has not signed this user ID";
	if (is_lifetime_over(r->self.created, r->self.lifetime, r->now))
		return "the key's signature over the user ID has expired";
	if (is_lifetime_over(r->key.created, r->self.key_lifetime, r->now) ||
	    is_lifetime_over(r->key.created, r->direct.key_lifetime, r->now))
		return "the key has expired";
	return NULL;
}

static const char *read_openpgp_block(struct openpgp_reader *r, struct str block)
{
	struct blob in;
	const char *wrong;

	if (block.n > OPENPGP_TEXT_MAX)
		return "it is longer than 65536 characters";
	if ((wrong = openpgp_armour_decode(r->mem, block, &in)) != NULL ||
	    (wrong = read_first_packet(r, &in)) != NULL ||
	    (wrong = read_later_packets(r, in)) != NULL)
		return wrong;
	return judge_openpgp_block(r);
}

enum err openpgp_read(
    struct cx *cx, struct str block, struct str fid, int64_t now, uint8_t key[ED25519_KEY])
{
	struct openpgp_reader r = { .mem = cx->mem, .fid = fid, .now = now };
	const char *wrong = read_openpgp_block(&r, block);

	if (wrong)
		return refuse(cx, ERR_BAD_REQUEST, "public_key",
		    "This OpenPGP key block cannot be used: %s.", wrong);
	memcpy(key, r.key.key, ED25519_KEY);
	return OK;
}
