#include "text/form.h"
#include "http/http.h"

enum err http_query(
    struct cx *cx, struct str query, const char *name, struct str *value, bool *there)
{
	struct str n, v;
	bool more = true;

	*there = false;
	while (more && !*there) {
		TRY(form_next(cx, &query, &n, &v, &more));
		*there = more && str_is(n, name);
	}
	*value = *there ? v : STR("");
	return OK;
}
