#include "core/foreign_own.h"
#include "codec/cacheable.h"
#include "codec/fid.h"

static enum err convert(struct cx *cx, const struct published *p, struct foreign_cert *out)
{
	*out = (struct foreign_cert){ .invalidated_at = p->claim.invalidated, .cache_not_after = p->claim.not_after,
		.cacheable = json_text(cx, cacheable_json(cx, p->cert, &p->claim, p->sig)) };
	return idcert_read(cx, p->cert, &out->cert);
}

enum err foreign_own_server(struct cx *cx, int64_t at, struct foreign_cert *out)
{
	struct published p;

	TRY(publish_server(cx, at, &p));
	return convert(cx, &p, out);
}

enum err foreign_own_actor(struct cx *cx, struct str fid, const struct cert_filter *f, struct foreign_cert **out, size_t *n)
{
	struct str local, domain;
	struct published *p;

	if (!fid_parse(cx->mem, fid, &local, &domain))
		return refuse(cx, ERR_BAD_REQUEST, "fid", "This is no federation ID.");
	TRY(publish_actor(cx, local, f, &p, n));
	*out = arena_alloc(cx->mem, *n * sizeof **out + 1);
	for (size_t i = 0; i < *n; i++)
		TRY(convert(cx, &p[i], &(*out)[i]));
	return OK;
}

enum err foreign_own_find(struct cx *cx, struct str fid, struct str serial, struct foreign_cert *out)
{
	const struct cert_filter all = { -1, -1, -1, { NULL, 0 } };
	struct foreign_cert *v;
	size_t n = 0;

	enum err e = foreign_own_actor(cx, fid, &all, &v, &n);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].cert.serial, serial)) {
			*out = v[i];
			return OK;
		}
	return refuse(cx, ERR_BAD_CERT, "id_cert", "This server has issued no such ID-Cert to %.*s, or it has expired.", (int)fid.n, fid.s);
}
