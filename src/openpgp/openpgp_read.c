#include "openpgp/openpgp.h"
#include "openpgp/openpgp_armour.h"
#include "openpgp/openpgp_sig.h"

enum { AHEAD = 60 }; /* seconds that another clock may be ahead of ours */

/* What the signatures that follow are about. */
enum about { ABOUT_KEY, ABOUT_FID, ABOUT_OTHERS };

struct reading {
	struct arena *mem;
	struct str fid;
	int64_t now;
	struct openpgp_packet_key key;
	enum about about;
	bool found; /* the user ID */
	struct openpgp_sig self,
	    direct; /* the newest that certifies the user ID, and over the key alone */
};

static bool certifies(const struct openpgp_sig *sig)
{
	return sig->type >= OPENPGP_SIG_GENERIC && sig->type <= OPENPGP_SIG_POSITIVE;
}

/* Over the key alone, wherever in the block it stands. */
static bool over_key(const struct openpgp_sig *sig)
{
	return sig->type == OPENPGP_SIG_DIRECT_KEY || sig->type == OPENPGP_SIG_KEY_REVOCATION;
}

static bool revokes(const struct openpgp_sig *sig)
{
	return sig->type == OPENPGP_SIG_KEY_REVOCATION ||
	    sig->type == OPENPGP_SIG_CERTIFICATION_REVOCATION;
}

/* By the key, and right: what does it say? */
static const char *heed(struct reading *r, const struct openpgp_sig *sig)
{
	struct openpgp_sig *to = over_key(sig) ? &r->direct : &r->self;

	if (revokes(sig))
		return over_key(sig) ? "the key has been revoked" : "the user ID has been revoked";
	if (sig->unknown)
		return arena_printf(r->mem,
		    "a signature by the key has a critical subpacket of type %u, which this server does not know",
		    sig->unknown);
	if (sig->created < r->key.created || sig->created > r->now + AHEAD)
		return "a signature by the key was made before the key, or is to be made yet";
	if (sig->created >= to->created)
		*to = *sig;
	return NULL;
}

static const char *own(struct reading *r, const struct openpgp_sig *sig)
{
	const char *wrong =
	    openpgp_sig_verify(sig, &r->key, over_key(sig) ? (struct str){ NULL, 0 } : r->fid);

	return wrong ? wrong : heed(r, sig);
}

static const char *signature(struct reading *r, struct blob body)
{
	struct openpgp_sig sig;
	const char *wrong = openpgp_sig_read(body, &r->key, &sig);

	if (wrong)
		return wrong;
	if (sig.version == 3 && r->about != ABOUT_OTHERS)
		return "a signature is of version 3, which no key that signs with EdDSA makes";
	if (sig.version != 4 || !openpgp_sig_own(&sig))
		return NULL;
	return over_key(&sig) || (r->about == ABOUT_FID && (certifies(&sig) || revokes(&sig)))
	    ? own(r, &sig)
	    : NULL;
}

static const char *user_id(struct reading *r, struct blob body)
{
	bool wanted = r->fid.n && blob_eq(body, str_blob(r->fid));

	r->about = wanted ? ABOUT_FID : ABOUT_OTHERS;
	r->found |= wanted;
	return NULL;
}

static const char *others(struct reading *r, struct blob body)
{
	r->about = ABOUT_OTHERS;
	return body.n ? NULL : "a packet is empty";
}

static const char *nothing(struct reading *r, struct blob body)
{
	(void)r, (void)body;
	return NULL;
}

static const char *second_key(struct reading *r, struct blob body)
{
	(void)r, (void)body;
	return "there is more than one key in the block";
}

static const char *secret(struct reading *r, struct blob body)
{
	(void)r, (void)body;
	return "there is a secret key in the block, which nobody else may ever see: use a new one";
}

/* Of all packets but the first. */
static const struct {
	unsigned tag;
	const char *(*take)(struct reading *, struct blob body);
} packets[] = {
	{ OPENPGP_SIGNATURE, signature },
	{ OPENPGP_USER_ID, user_id },
	{ OPENPGP_ATTRIBUTE, others },
	{ OPENPGP_SUBKEY, others },
	{ OPENPGP_PUBLIC_KEY, second_key },
	{ OPENPGP_SECRET_KEY, secret },
	{ OPENPGP_SECRET_SUBKEY, secret },
	{ OPENPGP_MARKER, nothing },
	{ OPENPGP_TRUST, nothing },
	{ OPENPGP_PADDING, nothing },
};

static const char *packet(struct reading *r, const struct openpgp_packet *p)
{
	for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
		if (packets[i].tag == p->tag)
			return packets[i].take(r, p->body);
	return p->tag >= OPENPGP_UNCRITICAL
	    ? NULL
	    : arena_printf(r->mem, "a packet with tag %u has no place in a key block", p->tag);
}

static const char *first(struct reading *r, struct blob *in)
{
	struct openpgp_packet p;
	const char *wrong = openpgp_packet_next(in, &p);

	if (wrong)
		return wrong;
	if (p.tag == OPENPGP_SECRET_KEY)
		return secret(r, p.body);
	if (p.tag != OPENPGP_PUBLIC_KEY)
		return "the block does not begin with a public key";
	return openpgp_packet_key(p.body, &r->key);
}

static const char *rest(struct reading *r, struct blob in)
{
	struct openpgp_packet p;
	const char *wrong = NULL;

	for (size_t n = 1; in.n && wrong == NULL; n++) {
		if (n == OPENPGP_PACKETS_MAX)
			return "there are more than 256 packets in the block";
		if ((wrong = openpgp_packet_next(&in, &p)) == NULL)
			wrong = packet(r, &p);
	}
	return wrong;
}

static bool over(int64_t from, int64_t seconds, int64_t now)
{
	return seconds && from + seconds <= now;
}

static const char *verdict(const struct reading *r)
{
	if (!r->found)
		return arena_printf(
		    r->mem, "no user ID in it is %.*s and nothing else", (int)r->fid.n, r->fid.s);
	if (r->self.version == 0)
		return "the key has not signed this user ID";
	if (over(r->self.created, r->self.lives, r->now))
		return "the key's signature over the user ID has expired";
	if (over(r->key.created, r->self.key_lives, r->now) ||
	    over(r->key.created, r->direct.key_lives, r->now))
		return "the key has expired";
	return NULL;
}

static const char *read_block(struct reading *r, struct str block)
{
	struct blob in;
	const char *wrong;

	if (block.n > OPENPGP_TEXT_MAX)
		return "it is longer than 65536 characters";
	if ((wrong = openpgp_armour_decode(r->mem, block, &in)) != NULL ||
	    (wrong = first(r, &in)) != NULL || (wrong = rest(r, in)) != NULL)
		return wrong;
	return verdict(r);
}

enum err openpgp_read(
    struct cx *cx, struct str block, struct str fid, int64_t now, uint8_t key[ED25519_KEY])
{
	struct reading r = { .mem = cx->mem, .fid = fid, .now = now };
	const char *wrong = read_block(&r, block);

	if (wrong)
		return refuse(cx, ERR_BAD_REQUEST, "public_key",
		    "This OpenPGP key block cannot be taken: %s.", wrong);
	memcpy(key, r.key.key, ED25519_KEY);
	return OK;
}
