#include "core/foreign.h"
#include "text/fid.h"
#include "text/origin.h"

static enum err read_domain_name(struct cx *cx, struct str text, struct str *domain)
{
	*domain = str_lower(cx->mem, str_trim(text));
	return domain_ok(*domain)
	    ? OK
	    : refuse(cx, ERR_BAD_REQUEST, "", "%.*s is not a domain name.", (int)text.n, text.s);
}

static enum err refuse_domain(struct cx *cx, struct str domain, const char *what)
{
	return refuse(cx, ERR_NOT_FOUND, "", "%.*s %s.", (int)domain.n, domain.s, what);
}

/* A domain, or the origin of a server: `foreign list` shows it as place. */
static enum err read_place(struct cx *cx, struct str text, struct str *place)
{
	text = str_trim(text);
	if (origin_read(cx->mem, text, ORIGIN_ADDRESS, place) == NULL)
		return OK;
	return read_domain_name(cx, text, place);
}

enum err foreign_list(struct cx *cx, struct foreign_item **out, size_t *n)
{
	return q_foreign_list(cx, (struct str){ NULL, 0 }, out, n);
}

enum err foreign_show(struct cx *cx, struct str text, struct foreign_item **out)
{
	struct str place;
	size_t n;

	TRY(read_place(cx, text, &place));
	TRY(q_foreign_list(cx, place, out, &n));
	return n ? OK : refuse_domain(cx, place, "has never been contacted or blocked");
}

enum err foreign_refresh(struct cx *cx, struct str text, int64_t *forgotten)
{
	struct str domain;

	TRY(read_domain_name(cx, text, &domain));
	return q_foreign_forget(cx, domain, (struct str){ NULL, 0 }, forgotten);
}

enum err foreign_block(struct cx *cx, struct str text, int64_t *ended)
{
	struct str domain;

	TRY(read_domain_name(cx, text, &domain));
	return q_foreign_block(cx, domain, ended);
}

enum err foreign_unblock(struct cx *cx, struct str text)
{
	struct str domain;
	bool was;

	TRY(read_domain_name(cx, text, &domain));
	TRY(q_foreign_unblock(cx, domain, &was));
	return was ? OK : refuse_domain(cx, domain, "is not blocked");
}
