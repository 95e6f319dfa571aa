#include "ctl/doctor/doctor_web.h"

/* The beginning of every Server header, for rows that fit all web servers. */
#define ANY_SERVER ""

/*
 * One row for each check and web server: what to do, with the line and where to put it. Complete
 * configurations are in deploy/. @LISTEN@ becomes `listen` of motet.conf. `server` is the start of
 * the Server header. The first row that fits counts, so ANY_SERVER comes last.
 */
static const struct {
	const char *id, *server, *text;
} web_fixes[] = {
	{ "web.answer", ANY_SERVER, "start the web server, or correct host and port of the URL" },
	{ "web.silent", ANY_SERVER,
	    "the connection opens, but no answer comes: give https:// if that port uses TLS, "
	    "http:// if not; otherwise read the web server's error log and restart it" },
	{ "web.away", ANY_SERVER, "read the log of motetd; check that its database is running" },
	{ "web.limited_by_motetd", ANY_SERVER, "run this command again in a few minutes" },
	{ "web.limited_by_front", ANY_SERVER,
	    "this limit is not motetd's: raise the limit of the web server, or of a proxy in "
	    "front of it, for this address (nginx: limit_req), or run this command again in a "
	    "few minutes" },
	{ "web.reach", "nginx",
	    "in nginx.conf, location /, set: fastcgi_pass unix:@LISTEN@; (see "
	    "deploy/nginx.conf), and add nginx's user to the group of the socket" },
	{ "web.reach", "lighttpd",
	    "in lighttpd.conf, fastcgi.server, set: \"/\" => (( \"socket\" => \"@LISTEN@\", "
	    "\"check-local\" => \"disable\", \"fix-root-scriptname\" => \"enable\" ))" },
	{ "web.reach", "Apache",
	    "in the virtual host set: ProxyPass \"/\" \"unix:@LISTEN@|fcgi://motet/\" "
	    "timeout=35, and enable mod_proxy_fcgi (a2enmod proxy_fcgi)" },
	{ "web.reach", "Caddy",
	    "in the Caddyfile, in the site, set: reverse_proxy unix/@LISTEN@ { transport "
	    "fastcgi }" },
	{ "web.reach", ANY_SERVER,
	    "configure the web server to pass every path by FastCGI to `listen` of motet.conf: "
	    "@LISTEN@" },
	{ "web.known", ANY_SERVER,
	    "configure the web server to pass /.well-known/polyproto-core to motetd, or to "
	    "redirect it to the same path below base_path; remove rules for /.well-known that "
	    "come before" },
	{ "web.base", ANY_SERVER,
	    "in motet.conf set: base_path = PATH, the path of that URL; or give this command the "
	    "URL with base_path after the host" },
	{ "web.same", ANY_SERVER,
	    "run this command with the configuration of the motetd at that URL (-c FILE), or "
	    "configure the web server to pass requests to @LISTEN@" },
	{ "web.path", "nginx",
	    "in nginx.conf, location /, set: fastcgi_param REQUEST_URI $request_uri; (not "
	    "$uri, which is decoded); use fastcgi_pass without a path; remove rewrite rules" },
	{ "web.path", "Apache",
	    "in the virtual host set: AllowEncodedSlashes On and MergeSlashes Off; use "
	    "ProxyPass without nocanon" },
	{ "web.path", "lighttpd",
	    "in lighttpd.conf remove url-path-2f-reject and url-ctrls-reject from "
	    "server.http-parseopts, and remove url.rewrite and url.access-deny" },
	{ "web.path", "Caddy",
	    "in the Caddyfile remove uri, rewrite and handle_path before reverse_proxy" },
	{ "web.path", ANY_SERVER,
	    "configure the web server to pass the raw request target as REQUEST_URI, neither "
	    "decoded nor normalised" },
	{ "web.query", "nginx",
	    "in nginx.conf, location /, set: fastcgi_param REQUEST_URI $request_uri; "
	    "($request_uri contains the query, $uri does not)" },
	{ "web.query", ANY_SERVER,
	    "configure the web server to pass the raw request target with its query as "
	    "REQUEST_URI" },
	{ "web.authorization", "Apache",
	    "add to the virtual host: <Location \"/\"> CGIPassAuth On </Location> (in "
	    ".htaccess: CGIPassAuth On, without Location)" },
	{ "web.authorization", "nginx",
	    "in nginx.conf, location /, remove fastcgi_param HTTP_AUTHORIZATION and "
	    "fastcgi_pass_request_headers off; nginx passes the header by default" },
	{ "web.authorization", "lighttpd",
	    "in lighttpd.conf remove auth.require, and setenv.set-request-header for "
	    "Authorization" },
	{ "web.authorization", "Caddy",
	    "in the Caddyfile remove basicauth and request_header -Authorization before "
	    "reverse_proxy" },
	{ "web.authorization", ANY_SERVER,
	    "configure the web server to pass the Authorization header as HTTP_AUTHORIZATION" },
	{ "web.method", "nginx", "in nginx.conf remove limit_except and if ($request_method ...)" },
	{ "web.method", "Apache",
	    "in the virtual host remove <Limit>, <LimitExcept> and RewriteCond "
	    "%{REQUEST_METHOD}" },
	{ "web.method", "lighttpd",
	    "in lighttpd.conf remove $HTTP[\"request-method\"] { url.access-deny ... }" },
	{ "web.method", ANY_SERVER,
	    "configure the web server to pass GET, HEAD, POST, PUT, DELETE and OPTIONS to "
	    "motetd" },
	{ "web.body.get", "lighttpd",
	    "in lighttpd.conf set: server.http-parseopts = ( \"method-get-body\" => \"enable\" "
	    ")" },
	{ "web.body", "nginx",
	    "in nginx.conf, location /, set: fastcgi_pass_request_body on; fastcgi_param "
	    "CONTENT_LENGTH $content_length;" },
	{ "web.body", ANY_SERVER,
	    "configure the web server to pass request bodies of every method unchanged" },
	{ "web.chunked", "nginx", "in nginx.conf, location /, set: fastcgi_request_buffering on;" },
	{ "web.chunked", ANY_SERVER,
	    "configure the web server to accept bodies with Transfer-Encoding: chunked" },
	{ "web.cut", ANY_SERVER,
	    "configure the web server to read the whole body before it passes the request on, "
	    "and to drop a request whose client has disconnected" },
	{ "web.large", "nginx", "in nginx.conf, server block, set: client_max_body_size 1100k;" },
	{ "web.large", "lighttpd", "in lighttpd.conf set: server.max-request-size = 1100" },
	{ "web.large", "Apache",
	    "in the virtual host remove LimitRequestBody, which truncates bodies; with "
	    "mod_fcgid set: FcgidMaxRequestLen 1126400" },
	{ "web.large", "Caddy",
	    "in the Caddyfile, in the site, set: request_body { max_size 1100KB }" },
	{ "web.large", ANY_SERVER, "configure the web server to accept bodies of up to 1100 kB" },
	{ "web.too_large", "nginx",
	    "in nginx.conf set: client_max_body_size 1100k; and copy error_page 413 from "
	    "deploy/nginx.conf" },
	{ "web.too_large", ANY_SERVER,
	    "configure the web server to pass bodies of a little over 1 MiB to motetd, which "
	    "answers 413 itself" },
	{ "web.head", ANY_SERVER,
	    "configure the web server to answer HEAD with motetd's status and headers, without "
	    "a body" },
	{ "web.fill", "nginx",
	    "in nginx.conf, location /, set: fastcgi_max_temp_file_size 0; fastcgi_buffers 16 "
	    "16k; then read nginx's error log" },
	{ "web.fill", ANY_SERVER,
	    "configure the web server to pass answers of any length; read its error log and "
	    "check its free disk space" },
	{ "web.errors", "nginx", "in nginx.conf, location /, set: fastcgi_intercept_errors off;" },
	{ "web.errors", "Apache", "in the virtual host set: ProxyErrorOverride Off" },
	{ "web.errors", "lighttpd", "in lighttpd.conf remove server.error-intercept" },
	{ "web.errors", "Caddy",
	    "in the Caddyfile remove handle_errors and handle_response for answers of motetd" },
	{ "web.errors", ANY_SERVER,
	    "configure the web server to pass motetd's 4xx answers unchanged" },
	{ "web.cors", "nginx",
	    "in nginx.conf remove every answer to OPTIONS (if ($request_method = OPTIONS)), "
	    "and proxy_hide_header and fastcgi_hide_header for Access-Control-*" },
	{ "web.cors", "Apache",
	    "in the virtual host remove RewriteRule and <Limit OPTIONS> that answer OPTIONS, "
	    "and Header unset Access-Control-*" },
	{ "web.cors", ANY_SERVER,
	    "configure the web server to pass OPTIONS to motetd, and to leave Access-Control "
	    "headers of the answer unchanged" },
	{ "web.origin", "nginx",
	    "in nginx.conf remove fastcgi_hide_header and add_header for Access-Control-*: "
	    "motetd sends these headers, and browsers reject duplicates" },
	{ "web.origin", "Apache",
	    "in the virtual host remove Header set, add and unset for Access-Control-*: motetd "
	    "sends these headers, and browsers reject duplicates" },
	{ "web.origin", "lighttpd",
	    "in lighttpd.conf remove setenv.add-response-header for Access-Control-*: motetd "
	    "sends these headers, and browsers reject duplicates" },
	{ "web.origin", ANY_SERVER,
	    "configure the web server neither to add nor to remove Access-Control headers: "
	    "motetd sends them, and browsers reject duplicates" },
	{ "web.remote", ANY_SERVER,
	    "if that address belongs to your proxy, in motet.conf set: trusted_proxies = "
	    "ADDRESS" },
	{ "web.address", "nginx",
	    "in nginx.conf, location /, set: fastcgi_param REMOTE_ADDR $remote_addr;" },
	{ "web.address", ANY_SERVER,
	    "configure the web server to pass the address of the connected client as "
	    "REMOTE_ADDR" },
	{ "web.forwarded", ANY_SERVER,
	    "in motet.conf remove this address from trusted_proxies, unless it belongs to your "
	    "proxy" },
	{ "web.https", "nginx",
	    "in nginx.conf, location /, set: fastcgi_param HTTPS $https if_not_empty; "
	    "fastcgi_param REQUEST_SCHEME $scheme;" },
	{ "web.https", "Apache",
	    "if TLS ends before Apache, in the virtual host set: SetEnv HTTPS on" },
	{ "web.https", ANY_SERVER,
	    "configure the web server to set HTTPS=on for requests over https" },
	{ "web.http2", "nginx",
	    "read nginx's error log; or disable HTTP/2, which motetd does not need: in "
	    "nginx.conf remove http2 from listen and http2 on" },
	{ "web.http2", "Apache",
	    "read Apache's error log; or disable HTTP/2, which motetd does not need: in the "
	    "virtual host set: Protocols http/1.1" },
	{ "web.http2", "lighttpd",
	    "read lighttpd's error log; or disable HTTP/2, which motetd does not need: "
	    "server.feature-flags += ( \"server.h2proto\" => \"disable\" )" },
	{ "web.http2", "Caddy",
	    "disable HTTP/2, which motetd does not need: in the Caddyfile, global options, "
	    "set: servers { protocols h1 }" },
	{ "web.http2", ANY_SERVER,
	    "configure the web server to offer HTTP/1.1 only; motetd does not need HTTP/2" },
	{ "web.tls.days", ANY_SERVER,
	    "renew the certificate (certbot renew), then reload the web server" },
	{ "web.tls", "nginx",
	    "in nginx.conf set ssl_certificate to a certificate for this name with its whole "
	    "chain (fullchain.pem)" },
	{ "web.tls", "Apache",
	    "in the virtual host set SSLCertificateFile to a certificate for this name with "
	    "its whole chain (fullchain.pem)" },
	{ "web.tls", "lighttpd",
	    "in lighttpd.conf set ssl.pemfile to a certificate for this name with its whole "
	    "chain (fullchain.pem)" },
	{ "web.tls", ANY_SERVER,
	    "configure the web server to send a certificate for this name with its whole "
	    "chain, from a publicly trusted authority" },
};

/* A row "web.path" covers the checks web.path, web.path.at, web.path.slash, … */
static bool fix_covers_check(const char *id, const char *row)
{
	size_t n = strlen(row);

	return strncmp(id, row, n) == 0 && (id[n] == '\0' || id[n] == '.');
}

static const char *fill_in_listen(struct doctor *d, const char *text)
{
	static const char mark[] = "@LISTEN@";
	const char *at = strstr(text, mark);

	return at ? arena_printf(d->mem, "%.*s%s%s", (int)(at - text), text, d->c->conf->listen,
			at + strlen(mark))
		  : text;
}

const char *doctor_web_find_fix(struct doctor *d, const char *id)
{
	for (size_t i = 0; i < sizeof web_fixes / sizeof web_fixes[0]; i++)
		if (fix_covers_check(id, web_fixes[i].id) &&
		    str_starts(str_of(d->web->server), web_fixes[i].server))
			return fill_in_listen(d, web_fixes[i].text);
	return NULL;
}
