#include "core/key_material.h"
#include "base/conf.h"
#include "core/session.h"
#include "core/resend.h"

static enum err check_key_material(struct cx *cx, const struct session *s, struct key_material *k)
{
	int64_t most = cx->conf->keymaterial_max_bytes;

	if ((int64_t)k->key_data.n > most)
		return refuse(cx, ERR_TOO_LARGE, "key_data",
		    "key_data has %zu bytes; the maximum is %lld.", k->key_data.n, (long long)most);
	if (k->serial == 0)
		k->serial = s->serial;
	return OK;
}

enum err key_material_add(struct cx *cx, const struct session *s, struct key_material *k, size_t n)
{
	struct resend settle = { .doubt = false };
	struct key_material_added *a;
	enum err e;

	for (size_t i = 0; i < n; i++)
		TRY(check_key_material(cx, s, &k[i]));
	do
		e = q_key_material_add(cx, s->actor_id, k, n, KEY_MATERIAL_TOTAL, &a);
	while (resend_again(cx, &settle, &e));
	if (e == ERR_CONFLICT)
		return refuse(cx, e, "serial_number",
		    "That ID-Cert already has other key material; delete it first.");
	TRY(e);
	if (a->missing)
		return refuse(cx, ERR_NOT_FOUND, "serial_number",
		    "You have no ID-Cert with the serial number %lld.", (long long)a->missing);
	if (a->bytes > KEY_MATERIAL_TOTAL)
		return refuse(cx, ERR_TOO_LARGE, "",
		    "Your key material would exceed %d bytes in total; delete some first.",
		    KEY_MATERIAL_TOTAL);
	return OK;
}

/* The statement only finds sessions of home actors; a session of a foreign actor gets
 * ERR_FOREIGN. */
static enum err refuse_foreign_session(struct cx *cx, struct blob hash)
{
	struct session *s;

	TRY(q_session_find(cx, hash, false, &s));
	return s && s->ended_why.s == NULL ? session_require_home(cx, s) : OK;
}

enum err key_material_list(struct cx *cx, struct blob hash, const int64_t *serials, size_t nserials,
    struct key_material **out, size_t *n)
{
	TRY(q_key_material_list(cx, hash, serials, nserials, out, n));
	if (*n == 0)
		TRY(refuse_foreign_session(cx, hash));
	if (*n == 0)
		return refuse(cx, ERR_UNAUTHORIZED, "",
		    "No such session, or it has ended; log in with POST "
		    "/.p2/core/v1/session/trust.");
	if ((*out)->serial)
		return OK;
	*n = 0;
	if (serials)
		return refuse(cx, ERR_NOT_FOUND, "serial_numbers",
		    "None of these serial numbers has key material.");
	return OK;
}

enum err key_material_delete(
    struct cx *cx, const struct session *s, const int64_t *serials, size_t n)
{
	struct resend settle = { .doubt = false };
	struct buf names = { .mem = cx->mem };
	int64_t *missing;
	size_t nmissing;
	enum err e;

	do
		e = q_key_material_delete(cx, s->actor_id, serials, n, &missing, &nmissing);
	while (resend_again(cx, &settle, &e));
	TRY(e);
	for (size_t i = 0; i < nmissing && i < 8; i++)
		buf_printf(&names, "%s%lld", i ? ", " : "", (long long)missing[i]);
	if (nmissing)
		return refuse(cx, ERR_NOT_FOUND, "serials",
		    "Nothing was deleted: you have no ID-Cert with the serial number %s%s.",
		    buf_done(&names).s, nmissing > 8 ? ", nor others that you sent" : "");
	return OK;
}
