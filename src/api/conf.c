#include "api/call.h"
#include "api/ops/metrics_text.h"
#include "base/conf.h"
#include <json-c/json.h>

static bool check_session_extra(const struct conf *conf, char *why, size_t size)
{
	struct cx cx = { .mem = arena_new(1 << 22), .conf = conf };
	struct json_object *v;
	bool good = conf->session_extra[0] == '\0' ||
	    (json_parse(&cx, str_of(conf->session_extra), &v) == OK &&
		json_object_is_type(v, json_type_object));

	if (!good)
		snprintf(why, size,
		    "session_extra: not a JSON object, such as {\"motd\": \"hello\"}: %s",
		    cx.why.say);
	arena_free(cx.mem);
	return good;
}

bool api_conf_ok(const struct conf *conf, const char *key, char *why, size_t size)
{
	static const struct {
		const char *key;
		bool (*check)(const struct conf *, char *, size_t);
	} rows[] = {
		{ "metrics_token_file", metrics_text_conf_ok },
		{ "session_extra", check_session_extra },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].key, key) == 0)
			return rows[i].check(conf, why, size);
	snprintf(why, size, "%s: no check is defined for this key", key);
	return false;
}
