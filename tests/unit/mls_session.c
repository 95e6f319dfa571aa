#include "mls_make.h"

/*
 * A session without a server, to test clients that make KeyPackages. Its certificates are valid for
 * a day from FROM, seconds since 1970.
 *
 *	mls_session show FROM
 *		prints the session, one value a line: the seed of its key in hex, the federation
 *		ID, and in base64 its ID-Cert and the server's certificate
 *	mls_session judge FROM
 *		reads KeyPackages in base64, one a line; prints "taken SUITE MARK REF" or
 *		"refused RULE: sentence" for each; exits with 1 when one was refused
 */
static int show(struct cx *cx, int64_t from)
{
	printf(
	    "%s\n%s\n", hex_encode(cx->mem, (struct blob){ actor_seed, sizeof actor_seed }).s, FID);
	printf("%s\n", base64_encode(cx->mem, cert_of(cx, actor_seed, false, from)).s);
	printf("%s\n", base64_encode(cx->mem, cert_of(cx, server_seed, true, from)).s);
	return 0;
}

static bool judge_line(struct cx *cx, struct str line, int64_t from)
{
	struct mls_policy policy = policy_of(cx);
	struct mls_keypackage kp;
	struct blob in, ref;

	policy.id_cert = cert_of(cx, actor_seed, false, from);
	policy.server_cert = cert_of(cx, server_seed, true, from);
	policy.now = (int64_t)time(NULL);
	if (!base64_decode(cx->mem, str_trim(line), &in)) {
		printf("refused base64: this is not base64\n");
		return false;
	}
	if (mls_keypackage_read(cx, in, &kp) || mls_keypackage_check(cx, &kp, &policy)) {
		printf("refused %s%s\n", cx->why.say, cx->why.log);
		return false;
	}
	must(cx, mls_keypackage_ref(cx, &kp, &ref));
	printf("taken %d %d %s\n", kp.suite->id, (int)mls_keypackage_mark(&kp),
	    hex_encode(cx->mem, ref).s);
	return true;
}

static int judge_all(struct cx *cx, int64_t from)
{
	static char line[2 * MLS_KEYPACKAGE_MAX];
	bool good = true;

	while (fgets(line, sizeof line, stdin)) {
		good &= judge_line(cx, str_of(line), from);
		arena_reset(cx->mem);
	}
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct cx cx = cx_new();
	int64_t from;
	int status = 64;

	if (argc != 3 || !str_i64(str_of(argv[2]), &from))
		fprintf(stderr, "usage: mls_session show|judge FROM\n");
	else if (strcmp(argv[1], "show") == 0)
		status = show(&cx, from);
	else if (strcmp(argv[1], "judge") == 0)
		status = judge_all(&cx, from);
	arena_free(cx.mem);
	return status;
}
