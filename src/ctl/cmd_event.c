#include "core/event.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"

static const struct column event_columns[] = {
	COL_STR(event_item, session_id, "session_id"),
	COL_NUM(event_item, seq, "number"),
	COL_STR(event_item, name, "event"),
	COL_STR(event_item, namespace, "namespace"),
	COL_NUM(event_item, op, "op"),
	COL_ID(event_item, serial, "serial"),
	COL_TIME(event_item, created_at, "created_at"),
	COL_BOOL(event_item, fetched, "fetched"),
};

enum err cmd_event_list(struct ctl *c)
{
	struct event_item *e;
	size_t n;

	TRY(event_list_pending(&c->cx, str_of(c->word[0]), &e, &n));
	const struct listing l = LISTING(event_columns, e, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}
