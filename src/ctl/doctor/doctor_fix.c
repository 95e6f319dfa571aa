#include "ctl/doctor/doctor_web.h"

/* What stands for every server that is not named. */
#define ANY_SERVER ""

/*
 * For each check and web server, the line and where it belongs: the files of deploy/ have them all.
 * @LISTEN@ is what motet.conf says. The first row that fits counts, so a row for any server comes
 * last.
 */
static const struct {
	const char *id, *server, *text;
} web_fixes[] = {
	{ "web.answer", ANY_SERVER,
	    "start the web server, or correct the URL: its host and port have to be those where the web server listens" },
	{ "web.silent", ANY_SERVER,
	    "the connection stands, but no answer comes: give https:// where that port speaks TLS, and http:// where it does not; else look "
	    "into the web server's error log, and start it anew" },
	{ "web.away", ANY_SERVER,
	    "look into the log of motetd: is the database there that it was started with?" },
	{ "web.limited", ANY_SERVER, "run this again in some minutes" },
	{ "web.limited_before", ANY_SERVER,
	    "it was not motetd who said so: raise the limit that the web server, or a proxy before it, has for this address "
	    "(nginx: limit_req), or run this again in some minutes" },
	{ "web.reach", "nginx",
	    "nginx.conf, in location /: fastcgi_pass unix:@LISTEN@; (see deploy/nginx.conf), and nginx's user in the group "
	    "of the socket" },
	{ "web.reach", "lighttpd",
	    "lighttpd.conf, in fastcgi.server: \"/\" => (( \"socket\" => \"@LISTEN@\", \"check-local\" => \"disable\", "
	    "\"fix-root-scriptname\" => \"enable\" ))" },
	{ "web.reach", "Apache",
	    "the virtual host: ProxyPass \"/\" \"unix:@LISTEN@|fcgi://motet/\" timeout=35, with mod_proxy_fcgi enabled "
	    "(a2enmod proxy_fcgi)" },
	{ "web.reach", "Caddy",
	    "Caddyfile, in the site: reverse_proxy unix/@LISTEN@ { transport fastcgi }" },
	{ "web.reach", ANY_SERVER,
	    "let the web server pass every path by FastCGI to what `listen` of motet.conf says: @LISTEN@" },
	{ "web.known", ANY_SERVER,
	    "let the web server pass /.well-known/polyproto-core to motetd, or redirect it to below base_path: no rule for "
	    "/.well-known before" },
	{ "web.base", ANY_SERVER,
	    "in motet.conf: base_path = the path of that URL; or give this command the URL with base_path behind the host" },
	{ "web.same", ANY_SERVER,
	    "run this with the configuration of the motetd behind that URL (-c FILE), or let the web server pass to @LISTEN@" },
	{ "web.path", "nginx",
	    "nginx.conf, in location /: fastcgi_param REQUEST_URI $request_uri; (not $uri, which is decoded), and "
	    "fastcgi_pass without a path; no rewrite before it" },
	{ "web.path", "Apache",
	    "the virtual host: AllowEncodedSlashes On, and MergeSlashes Off; ProxyPass without nocanon" },
	{ "web.path", "lighttpd",
	    "lighttpd.conf: no url-path-2f-reject and no url-ctrls-reject in server.http-parseopts, no url.rewrite, no "
	    "url.access-deny" },
	{ "web.path", "Caddy", "Caddyfile: no uri, rewrite or handle_path before reverse_proxy" },
	{ "web.path", ANY_SERVER,
	    "let the web server hand on the raw target as REQUEST_URI: neither decoded nor cleaned" },
	{ "web.query", "nginx",
	    "nginx.conf, in location /: fastcgi_param REQUEST_URI $request_uri; (it has the query in it, $uri has not)" },
	{ "web.query", ANY_SERVER,
	    "let the web server hand on the raw target with its query as REQUEST_URI" },
	{ "web.authorization", "Apache",
	    "the virtual host, or .htaccess without the Location around it: <Location \"/\"> CGIPassAuth On </Location>" },
	{ "web.authorization", "nginx",
	    "nginx.conf, in location /: take out fastcgi_param HTTP_AUTHORIZATION and fastcgi_pass_request_headers off; "
	    "nginx hands it on by itself" },
	{ "web.authorization", "lighttpd",
	    "lighttpd.conf: no auth.require and no setenv.set-request-header for Authorization" },
	{ "web.authorization", "Caddy",
	    "Caddyfile: no basicauth and no request_header -Authorization before reverse_proxy" },
	{ "web.authorization", ANY_SERVER,
	    "let the web server hand on the header Authorization as HTTP_AUTHORIZATION" },
	{ "web.method", "nginx",
	    "nginx.conf: take out limit_except, and if ($request_method ...)" },
	{ "web.method", "Apache",
	    "the virtual host: take out <Limit>, <LimitExcept>, and RewriteCond %{REQUEST_METHOD}" },
	{ "web.method", "lighttpd",
	    "lighttpd.conf: take out $HTTP[\"request-method\"] { url.access-deny ... }" },
	{ "web.method", ANY_SERVER, "let GET, HEAD, POST, PUT, DELETE and OPTIONS pass to motetd" },
	{ "web.body.get", "lighttpd",
	    "lighttpd.conf: server.http-parseopts = ( \"method-get-body\" => \"enable\" )" },
	{ "web.body", "nginx",
	    "nginx.conf, in location /: fastcgi_pass_request_body on; fastcgi_param CONTENT_LENGTH $content_length;" },
	{ "web.body", ANY_SERVER,
	    "let the web server hand on bodies of every method, as they are" },
	{ "web.chunked", "nginx", "nginx.conf, in location /: fastcgi_request_buffering on;" },
	{ "web.chunked", ANY_SERVER,
	    "let the web server take bodies with Transfer-Encoding: chunked" },
	{ "web.cut", ANY_SERVER,
	    "let the web server read the whole body before it hands it on, and give up a request whose client has gone" },
	{ "web.large", "nginx", "nginx.conf, in the server block: client_max_body_size 1100k;" },
	{ "web.large", "lighttpd", "lighttpd.conf: server.max-request-size = 1100" },
	{ "web.large", "Apache",
	    "the virtual host: no LimitRequestBody, which cuts bodies; with mod_fcgid FcgidMaxRequestLen 1126400" },
	{ "web.large", "Caddy", "Caddyfile, in the site: request_body { max_size 1100KB }" },
	{ "web.large", ANY_SERVER, "let the web server take bodies of up to 1100 kB" },
	{ "web.too_large", "nginx",
	    "nginx.conf: client_max_body_size 1100k; and the error_page 413 of deploy/nginx.conf" },
	{ "web.too_large", ANY_SERVER,
	    "let the web server hand bodies of a little over 1 MiB on to motetd, which answers 413 itself" },
	{ "web.head", ANY_SERVER,
	    "let the web server answer HEAD with what motetd says, without a body" },
	{ "web.fill", "nginx",
	    "nginx.conf, in location /: fastcgi_max_temp_file_size 0; fastcgi_buffers 16 16k; and look into its error log" },
	{ "web.fill", ANY_SERVER,
	    "let the web server hand on answers of any length; look into its error log, and at the room on its disk" },
	{ "web.errors", "nginx", "nginx.conf, in location /: fastcgi_intercept_errors off;" },
	{ "web.errors", "Apache", "the virtual host: ProxyErrorOverride Off" },
	{ "web.errors", "lighttpd", "lighttpd.conf: no server.error-intercept" },
	{ "web.errors", "Caddy",
	    "Caddyfile: no handle_errors and no handle_response for what motetd answers" },
	{ "web.errors", ANY_SERVER,
	    "let the web server hand on motetd's own 4xx answers as they are" },
	{ "web.cors", "nginx",
	    "nginx.conf: take out any answer to OPTIONS (if ($request_method = OPTIONS)), and proxy_hide_header or "
	    "fastcgi_hide_header Access-Control-*" },
	{ "web.cors", "Apache",
	    "the virtual host: take out RewriteRule or <Limit OPTIONS> that answers OPTIONS, and Header unset Access-Control-*" },
	{ "web.cors", ANY_SERVER,
	    "let OPTIONS pass to motetd, and its Access-Control headers back as they are" },
	{ "web.origin", "nginx",
	    "nginx.conf: take out fastcgi_hide_header and add_header for Access-Control-*: motetd sends them, and two are "
	    "as bad as none" },
	{ "web.origin", "Apache",
	    "the virtual host: take out Header set, add or unset for Access-Control-*: motetd sends them, and two are as bad as none" },
	{ "web.origin", "lighttpd",
	    "lighttpd.conf: take out setenv.add-response-header for Access-Control-*: motetd sends them, and two are as "
	    "bad as none" },
	{ "web.origin", ANY_SERVER,
	    "let the web server neither add nor drop Access-Control headers: motetd sends them, and two are as bad as none" },
	{ "web.remote", ANY_SERVER,
	    "in motet.conf: trusted_proxies = the address that is named here, if it is that of a proxy of yours" },
	{ "web.address", "nginx",
	    "nginx.conf, in location /: fastcgi_param REMOTE_ADDR $remote_addr;" },
	{ "web.address", ANY_SERVER,
	    "let the web server hand on the address of who has connected to it as REMOTE_ADDR" },
	{ "web.forwarded", ANY_SERVER,
	    "in motet.conf: take this address out of trusted_proxies, unless it is that of a proxy of yours" },
	{ "web.https", "nginx",
	    "nginx.conf, in location /: fastcgi_param HTTPS $https if_not_empty; fastcgi_param REQUEST_SCHEME $scheme;" },
	{ "web.https", "Apache", "the virtual host, when TLS ends before it: SetEnv HTTPS on" },
	{ "web.https", ANY_SERVER, "let the web server set HTTPS=on for what has come by https" },
	{ "web.http2", "nginx",
	    "nginx.conf: listen without http2, and no http2 on; nothing needs HTTP/2. What is wrong with it is in the error log" },
	{ "web.http2", "Apache",
	    "the virtual host: Protocols http/1.1; nothing needs HTTP/2. What is wrong with it is in the error log" },
	{ "web.http2", "lighttpd",
	    "lighttpd.conf: server.feature-flags += ( \"server.h2proto\" => \"disable\" ); nothing needs HTTP/2. What is wrong "
	    "with it is in the error log" },
	{ "web.http2", "Caddy",
	    "Caddyfile, in the global options: servers { protocols h1 }; nothing needs HTTP/2" },
	{ "web.http2", ANY_SERVER,
	    "let the web server offer HTTP/1.1 alone: nothing needs HTTP/2" },
	{ "web.tls.days", ANY_SERVER,
	    "renew the certificate: certbot renew, then reload the web server" },
	{ "web.tls", "nginx",
	    "nginx.conf: ssl_certificate with the whole chain (fullchain.pem) of a certificate for this name" },
	{ "web.tls", "Apache",
	    "the virtual host: SSLCertificateFile with the whole chain (fullchain.pem) of a certificate for this name" },
	{ "web.tls", "lighttpd",
	    "lighttpd.conf: ssl.pemfile with the whole chain (fullchain.pem) of a certificate for this name" },
	{ "web.tls", ANY_SERVER,
	    "let the web server show the whole chain of a certificate for this name, by an authority that others trust" },
};

/* "web.path" stands for web.path.at and its like. */
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
