#include "x509/idname.h"
#include "base/ascii.h"
#include "x509/derw.h"
#include "text/fid.h"
#include <stddef.h>

enum { SESSION_ID_OCTETS_MAX = 32 };
enum { ATTR_DC, ATTR_CN, ATTR_UID, ATTR_SESSION }; /* indexes of the rows of name_attrs */

static const struct name_attr {
	const char *name;
	uint8_t n, oid[10];
	size_t off; /* offset of its struct str in struct idname */
} name_attrs[] = {
	{ "DC", 10, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19 },
	    offsetof(struct idname, domain) },
	{ "CN", 3, { 0x55, 0x04, 0x03 }, offsetof(struct idname, cn) },
	{ "UID", 10, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01 },
	    offsetof(struct idname, uid) },
	{ "uniqueIdentifier", 10, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x2c },
	    offsetof(struct idname, session_id) },
};

/* A domain that is built from its end, since the DCs come with the top level first. */
struct name_domain {
	char text[FID_DOMAIN_MAX];
	size_t at;
};

static const struct name_attr *find_name_attr(struct blob oid)
{
	for (size_t i = 0; i < sizeof name_attrs / sizeof name_attrs[0]; i++)
		if (oid.n == name_attrs[i].n && memcmp(oid.p, name_attrs[i].oid, oid.n) == 0)
			return &name_attrs[i];
	return NULL;
}

static bool is_printable_string_char(char c)
{
	return ascii_is_alnum(c) || ascii_is_one_of(c, " '()+,-./:=?");
}

static const char *read_attr_text(struct der d, struct str *out)
{
	if (d.tag != DER_UTF8 && d.tag != DER_PRINTABLE && d.tag != DER_IA5)
		return "is not a PrintableString, UTF8String or IA5String";
	if (d.body.n == 0)
		return "is empty";
	for (size_t i = 0; i < d.body.n; i++) {
		char c = (char)d.body.p[i];
		if (c < 0x20 || c > 0x7e)
			return "has a character outside 0x20 to 0x7e";
		if (d.tag == DER_PRINTABLE && !is_printable_string_char(c))
			return "has a character that PrintableString excludes (X.680 41.4)";
	}
	*out = (struct str){ (const char *)d.body.p, d.body.n };
	return NULL;
}

static const char *prepend_domain_label(struct name_domain *d, struct str label)
{
	bool first = d->at == sizeof d->text;

	if (memchr(label.s, '.', label.n))
		return "has a DC with more than one label: use one DC for each label";
	if (label.n + !first > d->at)
		return "has DCs for a domain of more than 253 octets";
	if (!first)
		d->text[--d->at] = '.';
	d->at -= label.n;
	memcpy(d->text + d->at, label.s, label.n);
	return NULL;
}

static const char *store_attr_value(struct arena *mem, const struct name_attr *a, struct str value,
    struct idname *out, struct name_domain *d)
{
	struct str *slot = (struct str *)(void *)((char *)out + a->off);

	if (slot == &out->domain)
		return prepend_domain_label(d, value);
	if (slot->n)
		return arena_printf(mem, "has more than one %s", a->name);
	*slot = value;
	return NULL;
}

static const char *read_name_attr(struct arena *mem, const struct name_attr *a, struct der value,
    struct idname *out, struct name_domain *d)
{
	struct str text;
	const char *why = read_attr_text(value, &text);

	return why ? arena_printf(mem, "has a %s that %s", a->name, why)
		   : store_attr_value(mem, a, text, out, d);
}

/* polyproto-rs puts all other attributes into one RDN. */
static const char *read_name_rdn(
    struct arena *mem, struct blob rdn, struct idname *out, struct name_domain *d)
{
	const struct name_attr *a = NULL;
	struct blob ava, oid;
	struct der value;
	size_t n = 0;

	if (!der_is_set_order(rdn))
		return "has an RDN that is not in the order of a SET OF (X.690 11.6)";
	for (; n == 0 || rdn.n; n++) {
		if (!der_get(&rdn, DER_SEQUENCE, &ava) || !der_get(&ava, DER_OID, &oid) ||
		    !der_next(&ava, &value) || ava.n)
			return "has an RDN that is not attribute types and values";
		const struct name_attr *one = find_name_attr(oid);
		a = a ? a : one;
		if (a && (n || rdn.n))
			return "has CN, DC, UID or uniqueIdentifier in an RDN with more than "
			       "one attribute";
	}
	if (a)
		return read_name_attr(mem, a, value, out, d);
	out->has_others = true;
	return NULL;
}

const char *idname_read(struct arena *mem, struct blob name, struct idname *out)
{
	struct name_domain d = { .at = sizeof d.text };
	struct blob rdns, rdn;
	const char *why;

	*out = (struct idname){ 0 };
	if (!der_get(&name, DER_SEQUENCE, &rdns) || name.n)
		return "is not a Name (RFC 5280 4.1.2.4)";
	while (rdns.n) {
		if (!der_get(&rdns, DER_SET, &rdn))
			return "has an RDN that is not a SET";
		if ((why = read_name_rdn(mem, rdn, out, &d)))
			return why;
	}
	size_t n = sizeof d.text - d.at;
	out->domain = (struct str){ arena_dup(mem, d.text + d.at, n), n };
	if (n == 0)
		return "has no DC";
	return domain_ok(out->domain)
	    ? NULL
	    : "has DCs that are not a domain name (lower case, top level first)";
}

const char *idname_check_actor(struct arena *mem, struct idname *n, bool cn_needed)
{
	struct str local, domain, uid = n->uid;

	if (uid.n == 0 || n->session_id.n == 0 || (cn_needed && n->cn.n == 0))
		return arena_printf(mem, "has no %s",
		    uid.n == 0		       ? "UID (the federation ID)"
			: n->session_id.n == 0 ? "uniqueIdentifier (the session ID)"
					       : "CN (the local name)");
	if (!fid_parse(mem, uid, &local, &domain))
		return "has a UID that is not a federation ID";
	if (!str_eq(uid, (struct str){ local.s, uid.n }))
		return "has a UID that is not in lower case";
	if (!str_eq(domain, n->domain))
		return "has DCs that do not match the domain of the UID "
		       "(one label each, top level first)";
	if (n->session_id.n > SESSION_ID_OCTETS_MAX)
		return "has a uniqueIdentifier (the session ID) of more than 32 octets";
	if (n->cn.n && !str_eq(n->cn, local))
		return "has a CN that is not the local name (the part of the UID before the @)";
	n->local = local;
	return NULL;
}

const char *idname_check_server(const struct idname *n)
{
	return n->cn.n || n->uid.n || n->session_id.n || n->has_others
	    ? "has attributes other than DC; the name of a home server has only DCs"
	    : NULL;
}

static struct blob build_name_rdn(struct arena *mem, int attr, uint8_t tag, struct str text)
{
	const struct blob oid = { name_attrs[attr].oid, name_attrs[attr].n };

	return derw(mem, DER_SET,
	    derw(mem, DER_SEQUENCE, derw(mem, DER_OID, oid), derw(mem, tag, str_blob(text))));
}

struct blob idname_write(
    struct arena *mem, struct str local, struct str domain, struct str session_id)
{
	struct buf dcs = { .mem = mem };
	struct str fid =
	    str_of(arena_printf(mem, "%.*s@%.*s", (int)local.n, local.s, (int)domain.n, domain.s));

	for (size_t at; domain.n; domain.n = at ? at - 1 : 0) {
		for (at = domain.n; at && domain.s[at - 1] != '.';)
			at--;
		struct blob one = build_name_rdn(mem, ATTR_DC, DER_IA5, str_from(domain, at));
		buf_put(&dcs, one.p, one.n);
	}
	return derw(mem, DER_SEQUENCE, str_blob(buf_done(&dcs)),
	    build_name_rdn(mem, ATTR_UID, DER_UTF8, fid),
	    build_name_rdn(mem, ATTR_CN, DER_UTF8, local),
	    build_name_rdn(mem, ATTR_SESSION, DER_IA5, session_id));
}

/* Take the next character to compare: in lower case, several blanks as one. 0: there are no more
 * characters. */
static char take_name_char(struct str *s)
{
	if (s->n == 0)
		return 0;
	char c = s->s[0];
	*s = str_from(*s, 1);
	while (c == ' ' && s->n && s->s[0] == ' ')
		*s = str_from(*s, 1);
	return ascii_lower(c);
}

bool idname_same_session(struct str a, struct str b)
{
	char x, y;

	a = str_trim(a);
	b = str_trim(b);
	do {
		x = take_name_char(&a);
		y = take_name_char(&b);
	} while (x == y && x);
	return x == y;
}
