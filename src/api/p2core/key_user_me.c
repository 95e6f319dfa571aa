#include "api/common/binary.h"
#include "api/common/render.h"
#include "base/conf.h"
#include "x509/idcsr.h"
#include "x509/idname.h"
#include "openpgp/openpgp.h"
#include "text/encoding.h"
#include "x509/x509.h"
#include "core/foreign_session.h"
#include <json-c/json.h>

/*
 * POST /key/user/@me does two things. With a session of a home actor: change its key and issue an
 * ID-Cert. With a session of a foreign actor: store the ID-Cert that its home server has issued.
 */
enum upload_kind { NOTHING, CSR, PUBLIC_KEY, OPENPGP, ID_CERT };
struct key_user_body {
	struct str text; /* PEM, an OpenPGP block, base64 of PEM, of a block or of DER, or DER */
};

static enum err get_key_user_text(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct str *text = out;
	struct blob octets;

	if (json_object_is_type(v, json_type_string)) {
		*text = json_get_str(v);
		return OK;
	}
	if (!json_octets(cx->mem, v, &octets))
		return shape_refuse(cx, f, "must be a string, or an array of octets");
	*text = (struct str){ (const char *)octets.p, octets.n };
	return OK;
}

/* Is this a JSON string with unescaped line breaks, as in samples of the specification? */
static bool is_loose_json_string(struct str s, struct str *inner)
{
	if (s.n < 2 || s.s[0] != '"' || s.s[s.n - 1] != '"')
		return false;
	*inner = (struct str){ s.s + 1, s.n - 2 };
	return (memchr(inner->s, '\n', inner->n) || memchr(inner->s, '\r', inner->n)) &&
	    !memchr(inner->s, '"', inner->n) && !memchr(inner->s, '\\', inner->n);
}

static enum err parse_key_user_body(
    struct cx *cx, const struct shape *sh, struct str body, void *out)
{
	struct key_user_body *to = out;
	struct str text = str_trim(body);
	struct json_object *v;

	to->text = text;
	if (text.n == 0 || strchr("{[\"", text.s[0]) == NULL ||
	    is_loose_json_string(text, &to->text))
		return OK;
	TRY(json_parse(cx, body, &v));
	return text.s[0] == '{' ? shape_decode(cx, sh, v, out)
				: get_key_user_text(cx, &sh->fields[0], v, &to->text);
}
SHAPE_BY(key_user_body, parse_key_user_body, "Binary", "text/plain",
    { .name = "csr",
	.alias = "id_cert",
	.type = FT_CUSTOM,
	.get = get_key_user_text,
	.flags = REQUIRED,
	.off = offsetof(struct key_user_body, text),
	.as = "Binary",
	.about = "home actors: CSR or OpenPGP public key block; foreign actors: ID-Cert" });

/*
 * The first element inside the DER shows what it is: a certificate begins with the version, a CSR
 * with an integer, a key with an algorithm.
 */
static enum upload_kind kind_of_der(struct blob der)
{
	struct blob outer, inner;
	struct der first;

	if (!der_get(&der, DER_SEQUENCE, &outer) || !der_get(&outer, DER_SEQUENCE, &inner) ||
	    !der_next(&inner, &first))
		return NOTHING;
	return first.tag == DER_CONTEXT_OF ? ID_CERT
	    : first.tag == DER_INTEGER	   ? CSR
	    : first.tag == DER_OID	   ? PUBLIC_KEY
					   : NOTHING;
}

static enum upload_kind kind_of_armour(struct str s)
{
	static const struct {
		const char *begin;
		enum upload_kind kind;
	} rows[] = { { "-----BEGIN CERTIFICATE-----", ID_CERT },
		{ "-----BEGIN CERTIFICATE REQUEST-----", CSR },
		{ "-----BEGIN NEW CERTIFICATE REQUEST-----", CSR },
		{ "-----BEGIN PUBLIC KEY-----", PUBLIC_KEY }, { "-----BEGIN PGP ", OPENPGP } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_starts(s, rows[i].begin))
			return rows[i].kind;
	return NOTHING;
}

/* Octets without armour: DER, or OpenPGP packets, whose first octet has its highest bit set. */
static enum upload_kind kind_of_octets(struct str s)
{
	if (s.n && (s.s[0] & 0x80))
		return OPENPGP;
	return s.n && s.s[0] == 0x30 ? kind_of_der(str_blob(s)) : kind_of_armour(str_trim(s));
}

static enum upload_kind kind_of_upload(struct arena *mem, struct str s)
{
	enum upload_kind k = kind_of_octets(s);
	struct blob b;

	if (k == NOTHING && base64_decode(mem, s, &b))
		k = kind_of_octets((struct str){ (const char *)b.p, b.n });
	return k;
}

/*
 * Make a request for a certificate from a bare key that came instead of a CSR; the other values of
 * the request come from the session. The key is stored in place of the CSR, so that a retry is
 * recognised.
 */
static struct idcsr make_key_request(struct call *c)
{
	const struct session *s = c->who;
	struct str domain = str_of(c->cx->conf->domain);

	return (struct idcsr){ .fid = session_fid(c->cx, s),
		.local = s->local_name,
		.domain = domain,
		.session_id = s->session_id };
}

static enum err read_uploaded_csr(struct call *c, struct str text, struct idcsr *r)
{
	struct blob der;

	TRY(armour_decode(c->cx, "csr", "CERTIFICATE REQUEST", text, &der));
	return idcsr_read(c->cx, der, r);
}

static enum err read_uploaded_openpgp(struct call *c, struct str text, struct idcsr *r)
{
	*r = make_key_request(c);
	TRY(openpgp_read(c->cx, text, r->fid, c->cx->now, r->key));
	r->der = ed25519_spki(c->cx->mem, r->key);
	return OK;
}

static enum err read_uploaded_key(struct call *c, struct str text, struct idcsr *r)
{
	struct cx *cx = c->cx;
	struct blob der;

	if (!cx->conf->allow_bare_public_keys)
		return refuse(cx, ERR_BAD_REQUEST, "public_key",
		    "This server accepts no public key without a proof of possession: "
		    "send a CSR.");
	TRY(armour_decode(cx, "public_key", "PUBLIC KEY", text, &der));
	*r = make_key_request(c);
	const char *why = x509_check_der(cx->mem, der);
	if (why == NULL)
		why = x509_read_key(cx->mem, &der, r->key);
	r->der = ed25519_spki(cx->mem, r->key);
	return why ? refuse(cx, ERR_BAD_REQUEST, "public_key",
			 "This public key cannot be certified: %s", why)
		   : OK;
}

static enum err rekey_home_session(struct call *c, enum upload_kind kind, struct str text)
{
	static enum err (*const readers[])(struct call *, struct str, struct idcsr *) = {
		[CSR] = read_uploaded_csr,
		[OPENPGP] = read_uploaded_openpgp,
		[PUBLIC_KEY] = read_uploaded_key,
	};
	struct blob hash;
	struct idcsr r;
	struct str pem;

	if (kind == ID_CERT)
		return refuse(c->cx, ERR_CONFLICT, "csr",
		    "This is your home server, which issues your ID-Certs: send a CSR or an "
		    "OpenPGP public key block, not an ID-Cert.");
	TRY(readers[kind](c, text, &r));
	TRY(session_hash_token(c->cx, http_bearer(c->req->authorization), &hash));
	TRY(session_rekey(c->cx, c->who, &r, hash, &pem));
	return reply_json(c, 201, json_from_str(base64_encode(c->cx->mem, str_blob(pem))));
}

static enum err rekey_foreign_session(struct call *c, enum upload_kind kind, struct str text)
{
	struct blob der;
	bool ended;

	if (kind != ID_CERT)
		return refuse(c->cx, ERR_CONFLICT, "id_cert",
		    "Your ID-Certs are issued by %.*s: change your key there, then send the new "
		    "ID-Cert here.",
		    (int)c->who->domain.n, c->who->domain.s);
	TRY(armour_decode(c->cx, "id_cert", "CERTIFICATE", text, &der));
	TRY(foreign_session_update(c->cx, c->who, der, &ended));
	return reply_empty(c, 201);
}

enum err p2core_post_key_user_me(struct call *c)
{
	const struct key_user_body *in = c->in;
	enum upload_kind kind = kind_of_upload(c->cx->mem, in->text);

	if (kind == NOTHING)
		return refuse(c->cx, ERR_BAD_REQUEST, "",
		    "This is not %s: send PEM, base64 of DER or PEM, or an array of octets.",
		    c->who->actor_id ? "a CSR or an OpenPGP public key block" : "an ID-Cert");
	return c->who->actor_id ? rekey_home_session(c, kind, in->text)
				: rekey_foreign_session(c, kind, in->text);
}
