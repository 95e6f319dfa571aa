#ifndef MOTET_API_DESCRIBE_PAGE_HTML_H
#define MOTET_API_DESCRIBE_PAGE_HTML_H
#include "api/call.h"
/* The page of GET /: what this server is, for people. One HTML document with its style in it, no
 * script. */
struct page_facts {
	struct str fingerprint; /* of the server's certificate: SHA-256, lowercase hex */
	int64_t until;		/* its end, seconds since 1970 */
	bool tokens;		/* are federation tokens issued? */
};
/* `word` for programs, `text` and `more` for people; a row for each value of `registration`. */
struct page_registration {
	const char *word, *text, *more;
};
extern const struct page_registration page_html_registrations[];
/* Where this server is: public_url and base_path. In the arena. */
const char *page_html_address(struct cx *);
/* facts NULL: the database is away, and the page says so. */
struct str page_html(struct cx *, const struct page_facts *);
/* The response's headers: a Content-Security-Policy that allows the page's own style and nothing
 * else. */
void page_html_policy(struct call *);
#endif
