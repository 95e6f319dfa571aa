#include "base/ascii.h"
#include "api/common/binary.h"
#include "api/common/key_trials.h"
#include "api/common/render.h"
#include "core/key_trial.h"
#include <json-c/json.h>

static bool is_decimal_serial(struct str s)
{
	return s.s[0] != '0' && ascii_all(s, ascii_is_digit);
}

#define SERIAL_RULES \
	.as = "AnySerial", .min = 1, .max = 49, .ok = is_decimal_serial, \
	.must = "must be a serial number in decimal digits"
#define CHALLENGE_RULES .min = 1, .max = KEY_TRIAL_TEXT_MAX, PRINTABLE
#define SIGNATURE_RULES .min = 1, .max = 256, PRINTABLE

/* GET /session/auth (beta.3): a key trial. */
enum err corev1_get_session_auth(struct call *c)
{
	return reply_key_trial(c, true);
}

static enum err reply_session_token(struct call *c, int status, struct str token)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "token", json_from_str(token));
	return reply_json(c, status, o);
}

/*
 * POST /session/auth: a signed key trial opens a session here. The answer is the token, as text or
 * in JSON; Accept chooses.
 */
struct key_trial_body {
	struct str signature, serialNumber, serial, fid, trial;
	struct blob id_cert;
};
SHAPE(key_trial_body,
    F_STR(key_trial_body, signature, .flags = REQUIRED, SIGNATURE_RULES,
	.about = "Ed25519 signature of the trial's text: 128 hex digits, or base64"),
    F_STR(key_trial_body, serialNumber, .alias = "cert_serial", .flags = NUMERIC, SERIAL_RULES,
	.about = "serial number of the ID-Cert; not needed if id_cert is sent"),
    F_STR(key_trial_body, serial, .flags = NUMERIC | OTHER_NAME, SERIAL_RULES),
    F_STR(key_trial_body, fid, .alias = "federation_id", .as = "Fid", .min = 3, .max = 320,
	.about = "federation ID of the ID-Cert's owner; not needed if the trial names it"),
    F_STR(key_trial_body, trial, .alias = "challenge", CHALLENGE_RULES,
	.about = "the text that was signed"),
    F_CUSTOM(key_trial_body, id_cert, binary_get_cert, .alias = "idCert", .as = "IdCert"));

static const char *const token_media[] = { "text/plain", "application/json" };

enum err corev1_post_session_auth(struct call *c)
{
	const struct key_trial_body *in = c->in;
	const struct key_trial_answer a = { .trial = in->trial,
		.address = c->req->remote,
		.fid = in->fid,
		.serial = in->serialNumber.n ? in->serialNumber : in->serial,
		.cert = in->id_cert,
		.signature = in->signature };
	struct str token;

	TRY(key_trial_complete(c->cx, &a, &token));
	http_set(c->cx, c->resp, "Vary", "Accept");
	if (http_choose(c->req->accept, token_media, 2) == 1)
		return reply_session_token(c, 200, token);
	return reply_text(c, 200, "text/plain; charset=utf-8", token);
}

/* POST /session/identify (alpha.8): the same as POST /session/auth, with the ID-Cert in the
 * request. */
struct completed_challenge {
	struct str challenge, signature;
};
struct identify_body {
	struct completed_challenge completed_challenge;
	struct str challenge, signature;
	struct blob id_cert;
};
ROW(completed_challenge,
    F_STR(completed_challenge, challenge, .alias = "trial", .flags = REQUIRED, CHALLENGE_RULES),
    F_STR(completed_challenge, signature, .flags = REQUIRED, SIGNATURE_RULES));

static enum err get_completed_challenge(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	if (!json_object_is_type(v, json_type_object))
		return shape_refuse(
		    cx, f, "must be an object with the members challenge and signature");
	return shape_decode(cx, &completed_challenge_shape, v, out);
}
SHAPE(identify_body,
    F_CUSTOM(identify_body, completed_challenge, get_completed_challenge,
	.of = &completed_challenge_shape),
    F_STR(identify_body, challenge, .alias = "trial", CHALLENGE_RULES,
	.about = "the text that was signed; not needed if completed_challenge is sent"),
    F_STR(identify_body, signature, SIGNATURE_RULES,
	.about = "Ed25519 signature of that text: 128 hex digits, or base64"),
    F_CUSTOM(identify_body, id_cert, binary_get_cert, .alias = "idCert", .flags = REQUIRED,
	.as = "IdCert"));

enum err corev1_post_session_identify(struct call *c)
{
	const struct identify_body *in = c->in;
	struct completed_challenge d = in->completed_challenge;
	struct str token;

	if (d.challenge.n == 0)
		d = (struct completed_challenge){ in->challenge, in->signature };
	if (d.challenge.n == 0)
		return refuse(c->cx, ERR_BAD_REQUEST, "completed_challenge",
		    "completed_challenge is missing: {\"challenge\": …, \"signature\": …}.");
	const struct key_trial_answer a = {
		.trial = d.challenge, .cert = in->id_cert, .signature = d.signature
	};
	TRY(key_trial_complete(c->cx, &a, &token));
	return reply_session_token(c, 201, token);
}
