#include "api/call.h"
#include "api/ops/metrics_text.h"
#include "base/conf.h"
#include "text/origin.h"
#include <json-c/json.h>

static bool is_session_extra(struct cx *cx, const char *text)
{
	struct json_object *v;

	return text[0] == '\0' ||
	    (json_parse(cx, str_of(text), &v) == OK && json_object_is_type(v, json_type_object));
}

bool api_conf_ok(const struct conf *conf, char *why, size_t size)
{
	struct cx cx = { .mem = arena_new(1 << 22), .conf = conf };
	struct str origin;
	const char *wrong =
	    origin_read(cx.mem, str_of(conf->public_url), ORIGIN_HTTP | ORIGIN_ADDRESS, &origin);
	bool extra = is_session_extra(&cx, conf->session_extra);

	if (wrong)
		snprintf(why, size, "public_url: %s %s", conf->public_url, wrong);
	else if (!extra)
		snprintf(why, size,
		    "session_extra: not a JSON object, such as {\"motd\": \"hello\"}: %s",
		    cx.why.say);
	arena_free(cx.mem);
	return wrong == NULL && extra && metrics_text_conf_ok(conf, why, size);
}
