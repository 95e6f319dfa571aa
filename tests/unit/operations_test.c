/* Every route names its operation, and the operation says who sends X-P2-Sensitive-Solution. */
#include "../tap.h"
#include "api/operation.h"
#include "api/describe/about.h"
#include "api/routes.h"

static const char *const policies[] = { [SOLUTION_NOBODY] = "nobody",
	[SOLUTION_WITH_FACTOR] = "with_factor",
	[SOLUTION_BY_SETTING] = "by_setting",
	[SOLUTION_EVERYBODY] = "everybody" };

/* A change of which routes ask for X-P2-Sensitive-Solution needs a change of this table. */
static const struct {
	const char *method, *path, *operation;
	enum solution_policy policy;
} asking[] = {
	{ "POST", "/.p2/core/v1/session/idcert", "REPLACE_KEY", SOLUTION_WITH_FACTOR },
	{ "DELETE", "/.p2/core/v1/session", "END_SESSION", SOLUTION_BY_SETTING },
	{ "DELETE", "/.p2/core/v1/session/keymaterial", "DELETE_KEY_MATERIAL",
	    SOLUTION_BY_SETTING },
	{ "POST", "/.p2/core/v1/idcert", "ISSUE_ID_CERT", SOLUTION_BY_SETTING },
	{ "DELETE", "/.p2/core/v1/session/{id}", "END_SESSION", SOLUTION_BY_SETTING },
	{ "PUT", "/.p2/core/v1/idcert", "REPLACE_KEY", SOLUTION_WITH_FACTOR },
	{ "PUT", "/.p2/core/v1/key/server", "ROTATE_SERVER_KEY", SOLUTION_BY_SETTING },
	{ "POST", "/.p2/core/v1/key/server", "ROTATE_SERVER_KEY", SOLUTION_BY_SETTING },
	{ "PUT", "/p2core/token/status", "SWITCH_FEDERATION_TOKENS", SOLUTION_BY_SETTING },
	{ "DELETE", "/p2core/token/@all", "DELETE_TOKENS_OF_OTHERS", SOLUTION_BY_SETTING },
	{ "DELETE", "/p2core/token/{user_id}", "DELETE_TOKENS_OF_OTHERS", SOLUTION_BY_SETTING },
	{ "PUT", "/p2core/key/server", "ROTATE_SERVER_KEY", SOLUTION_BY_SETTING },
	{ "POST", "/p2core/key/user/@me", "REPLACE_KEY", SOLUTION_WITH_FACTOR },
	{ "POST", "/.motet/v1/totp", "ENROL_SECOND_FACTOR", SOLUTION_EVERYBODY },
	{ "DELETE", "/.motet/v1/totp", "END_SECOND_FACTOR", SOLUTION_EVERYBODY },
	{ "POST", "/.motet/v1/totp/recovery", "REPLACE_RECOVERY_CODES", SOLUTION_EVERYBODY },
};
enum { ASKING = sizeof asking / sizeof asking[0] };

static int find_row(const struct route *r)
{
	int i = 0;

	while (i < ASKING &&
	    (strcmp(asking[i].method, about_method(r)) != 0 ||
		strcmp(asking[i].path, r->path) != 0))
		i++;
	return i;
}

/* Only a route that changes nothing may be READ; a route that asks for a solution needs a session.
 */
static bool is_operation_sound(const struct route *r)
{
	bool reads = strcmp(operation_name(r), "READ") == 0,
	     safe = r->method == M_GET || r->method == M_OPTIONS;

	return (!reads || safe) &&
	    (operation_policy(r) == SOLUTION_NOBODY || r->auth == AUTH_ANY ||
		r->auth == AUTH_SESSION || r->auth == AUTH_ADMIN) &&
	    (r->auth != AUTH_ADMIN || operation_policy(r) == SOLUTION_BY_SETTING);
}

static void check_route(const struct route *r, int *found)
{
	enum solution_policy policy = operation_policy(r);
	int i = find_row(r);
	bool good = i < ASKING
	    ? policy == asking[i].policy && strcmp(operation_name(r), asking[i].operation) == 0
	    : policy == SOLUTION_NOBODY;

	*found += i < ASKING;
	ok(good && is_operation_sound(r), "%s %s: %s, asked: %s", about_method(r), r->path,
	    operation_name(r), policies[policy]);
}

int main(void)
{
	int found = 0;

	for (size_t g = 0; g < about_ngenerations; g++)
		for (size_t i = 0; i < about_generations[g].n; i++)
			check_route(&about_generations[g].routes[i], &found);
	ok(found == ASKING, "every row of the table is a route");
	return done();
}
