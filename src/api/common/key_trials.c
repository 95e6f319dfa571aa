#include "api/common/key_trials.h"
#include "api/common/render.h"
#include "core/key_trial.h"
#include <json-c/json.h>

bool key_trials_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] < 0x20 || s.s[i] > 0x7e)
			return false;
	return true;
}

SHAPE(key_trial_query,
    F_STR(key_trial_query, fid, .alias = "federation_id", .as = "Fid", .min = 3, .max = 320,
	.about = "the actor who will sign the trial; nobody else can then complete it"),
    F_STR(key_trial_query, session_id, .alias = "sessionId", .min = 1, .max = 32, PRINTABLE,
	.about = "ID of the session whose ID-Cert will sign the trial"));

enum err reply_key_trial(struct call *c, bool both)
{
	const struct key_trial_query *in = c->in;
	struct json_object *o;
	struct key_trial t;

	TRY(key_trial_new(c->cx, in->fid, in->session_id, c->req->remote, c->req->head, &t));
	o = json_object_new_object();
	json_object_object_add(o, "challenge", json_from_str(t.text));
	if (both)
		json_object_object_add(o, "trial", json_from_str(t.text));
	json_object_object_add(o, "expires", render_number(c, t.expires));
	return reply_json(c, 200, o);
}
