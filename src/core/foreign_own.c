#include "core/foreign_own.h"
#include "x509/cacheable.h"
#include "text/fid.h"

static enum err convert_published(
    struct cx *cx, const struct published *p, struct foreign_cert *out)
{
	*out = (struct foreign_cert){ .invalidated_at = p->claim.invalidated,
		.cache_not_after = p->claim.not_after,
		.cacheable = json_text(cx, cacheable_json(cx, p->cert, &p->claim, p->sig, true)) };
	return idcert_read(cx, p->cert, &out->cert);
}

enum err foreign_own_find_server(struct cx *cx, int64_t at, struct foreign_cert *out)
{
	struct published p;

	TRY(publish_server(cx, at, true, &p));
	return convert_published(cx, &p, out);
}

enum err foreign_own_list_certs(struct cx *cx, struct str fid, const struct cert_filter *f,
    struct foreign_cert **out, size_t *n)
{
	struct str local, domain;
	struct published *p;

	if (!fid_parse(cx->mem, fid, &local, &domain))
		return refuse(
		    cx, ERR_BAD_REQUEST, "fid", "Not a federation ID; expected name@domain.");
	TRY(publish_actor(cx, local, f, true, &p, n));
	*out = arena_alloc(cx->mem, *n * sizeof **out + 1);
	for (size_t i = 0; i < *n; i++)
		TRY(convert_published(cx, &p[i], &(*out)[i]));
	return OK;
}

/* Only the requested certificate gets a signed statement. */
enum err foreign_own_find(
    struct cx *cx, struct str fid, struct str serial, struct foreign_cert *out)
{
	const struct cert_filter all = { -1, -1, -1, { NULL, 0 } };
	struct str local, domain;
	struct cert_item *v;
	int64_t wanted = 0;
	size_t n = 0;

	if (!fid_parse(cx->mem, fid, &local, &domain))
		return refuse(
		    cx, ERR_BAD_REQUEST, "fid", "Not a federation ID; expected name@domain.");
	enum err e = str_i64(serial, &wanted) ? publish_list_certs(cx, local, &all, &v, &n) : OK;
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	for (size_t i = 0; i < n; i++)
		if (v[i].serial == wanted) {
			struct published p =
			    publish_claim(cx, v[i].cert, wanted, v[i].invalidated_at, true);
			TRY(publish_sign(cx, &p, 1));
			return convert_published(cx, &p, out);
		}
	return refuse(cx, ERR_BAD_CERT, "id_cert",
	    "This server did not issue this ID-Cert to %.*s, or it has expired.", (int)fid.n,
	    fid.s);
}
