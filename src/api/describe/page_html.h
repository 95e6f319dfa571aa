#ifndef MOTET_API_DESCRIBE_PAGE_HTML_H
#define MOTET_API_DESCRIBE_PAGE_HTML_H
#include "api/call.h"
/* The page of GET /, for people: one HTML document with its style sheet, without scripts. */
struct page_facts {
	struct str fingerprint; /* SHA-256 of the server's certificate, lowercase hex */
	int64_t until;		/* when the certificate expires, seconds since 1970 */
	bool tokens;		/* are federation tokens issued? */
};
/* A row for each value of `registration`: `word` for programs, `text` and `more` for people. */
struct page_registration {
	const char *word, *text, *more;
};
extern const struct page_registration page_html_registrations[];
/* The URL of this server: public_url and base_path. The text is in the arena. */
const char *page_html_address(struct cx *);
/* facts NULL: the database does not answer, and the page says so. */
struct str page_html(struct cx *, const struct page_facts *);
/* Set Content-Security-Policy (only the page's own style is allowed) and Referrer-Policy. */
void page_html_policy(struct call *);
#endif
