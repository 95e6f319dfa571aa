#include "server/request_log.h"
#include "api/call.h"
#include "base/address.h"
#include "base/log.h"

void request_log_begin(const struct worker *w, struct cx *cx, const struct http_req *q)
{
	int64_t now = clock_us();

	cx->why = (struct fail){ .err = OK };
	cx->started_us = now;
	cx->now = clock_now();
	log_request(q->request_id);
	meter_begin(&cx->meter, q->began_us ? q->began_us : now);
	scoreboard_start_request(w->row, now);
	meter_phase(&cx->meter, PHASE_WORK);
	cx->meter.us[PHASE_READ] -= q->waited_us;
	cx->meter.us[PHASE_WAIT] += q->waited_us;
}

void request_log_suspend(const struct worker *w)
{
	log_request((struct str){ NULL, 0 });
	scoreboard_suspend_request(w->row);
}

static const char *format_client_address(
    const struct cx *cx, const struct http_req *q, char text[ADDRESS_TEXT])
{
	if (cx->conf->log_addresses == LOG_ADDRESSES_SHORT)
		return address_short(q->remote, text);
	return str_z(cx->mem, q->remote);
}

/* `where` and `why` are for operators; the client got another message. */
static void log_request_line(
    const struct cx *cx, const struct http_req *q, const struct http_resp *r, int64_t us)
{
	const struct meter *m = &cx->meter;
	enum err e = (enum err)m->err;
	const char *file = e == OK ? "" : cx->why.file, *slash = strrchr(file, '/');
	char text[ADDRESS_TEXT];
	struct log_field f[12];
	size_t n = 0;

	f[n++] = (struct log_field){ "method", str_z(cx->mem, q->method_name), 0 };
	f[n++] = (struct log_field){ "route", api_route_path(m->route), 0 };
	f[n++] = (struct log_field){ "status", NULL, r->status };
	f[n++] = (struct log_field){ "ms", NULL, us / 1000 };
	f[n++] =
	    (struct log_field){ "db_ms", NULL, (m->us[PHASE_DB] + m->us[PHASE_CONNECT]) / 1000 };
	f[n++] = (struct log_field){ "db_round_trips", NULL, m->count[COUNT_DB_ROUND_TRIP] };
	f[n++] = (struct log_field){ "bytes", NULL, (int64_t)r->body.n };
	if (cx->conf->log_addresses != LOG_ADDRESSES_NONE)
		f[n++] = (struct log_field){ "address", format_client_address(cx, q, text), 0 };
	if (e != OK) {
		f[n++] = (struct log_field){ "error", err_name(e), 0 };
		f[n++] = (struct log_field){ "where",
			arena_printf(cx->mem, "%s:%d", slash ? slash + 1 : file, cx->why.line), 0 };
	}
	if (e != OK && err_is_server_fault(e))
		f[n++] = (struct log_field){ "why", cx->why.log, 0 };
	log_event(e == OK || !err_is_server_fault(e) ? LOG_LEVEL_INFO
		: e == ERR_RETRY		     ? LOG_LEVEL_WARN
						     : LOG_LEVEL_ERROR,
	    "request", f, n);
}

/* Phases of less than a millisecond are left out. */
static void log_slow_phases(
    const struct cx *cx, const struct http_req *q, const struct http_resp *r, int64_t us)
{
	const struct meter *m = &cx->meter;
	struct log_field f[4 + PHASES];
	size_t n = 0;

	f[n++] = (struct log_field){ "method", str_z(cx->mem, q->method_name), 0 };
	f[n++] = (struct log_field){ "route", api_route_path(m->route), 0 };
	f[n++] = (struct log_field){ "status", NULL, r->status };
	f[n++] = (struct log_field){ "ms", NULL, us / 1000 };
	for (int i = 0; i < PHASES; i++)
		if (m->us[i] >= 1000)
			f[n++] = (struct log_field){ arena_printf(
							 cx->mem, "%s_ms", meter_phase_names[i]),
				NULL, m->us[i] / 1000 };
	log_event(LOG_LEVEL_WARN, "slow", f, n);
}

void request_log_end(
    const struct worker *w, struct cx *cx, const struct http_req *q, const struct http_resp *r)
{
	meter_phase(&cx->meter, PHASE_WORK);
	meter_add(&cx->meter, COUNT_RESPONSE_BYTES, (int64_t)r->body.n);
	int64_t us = meter_total(&cx->meter), slow = cx->conf->slow_request_ms;
	log_request_line(cx, q, r, us);
	if (slow && us >= slow * 1000)
		log_slow_phases(cx, q, r, us);
	log_request((struct str){ NULL, 0 });
	scoreboard_add_request(w->board, w->row, &cx->meter, r->status);
	scoreboard_end_request(w->row);
}
