"""Web servers in front of a running motetd, correct and faulty: the samples of deploy/ with changed lines."""
import contextlib
import http.client
import http.server
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from place import TOP
from ports import free_port

APACHE = """
ServerRoot @STATE@
PidFile @STATE@/apache.pid
ErrorLog @STATE@/error.log
LogLevel warn
ServerName localhost
Listen 127.0.0.1:@PORT@
LoadModule mpm_event_module @MODULES@/mod_mpm_event.so
LoadModule authz_core_module @MODULES@/mod_authz_core.so
LoadModule proxy_module @MODULES@/mod_proxy.so
LoadModule proxy_fcgi_module @MODULES@/mod_proxy_fcgi.so
DefaultRuntimeDir @STATE@
TraceEnable off
AllowEncodedSlashes On
MergeSlashes Off
<Location "/">
	CGIPassAuth On
</Location>
ProxyPass "/" "unix:@SOCKET@|fcgi://motet/" timeout=35
"""


def sample(kind):
    if kind == "apache":
        return APACHE
    with open(os.path.join(TOP, "deploy", kind if kind == "Caddyfile" else f"{kind}.conf"), encoding="utf-8") as f:
        return f.read()


def identity():
    """The command prefix and user for processes, which do not run as root."""
    if os.getuid() != 0:
        return [], None
    return ["setpriv", "--reuid=motet", "--regid=motet", "--clear-groups", "--"], pwd.getpwnam("motet")


def command(kind, directory, conf):
    return {"nginx": ["nginx", "-e", f"{directory}/error.log", "-p", directory, "-c", conf, "-g", "daemon off;"],
            "Caddyfile": ["env", f"HOME={directory}", "caddy", "run", "--adapter", "caddyfile", "--config", conf],
            "lighttpd": ["lighttpd", "-D", "-f", conf],
            "apache": ["apache2", "-D", "FOREGROUND", "-f", conf]}[kind]


def wait_for(port, process, directory):
    for _ in range(1200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    with open(f"{directory}/log", encoding="utf-8", errors="replace") as f:
        raise RuntimeError(f"{process.args} does not listen:\n{f.read()}")


@contextlib.contextmanager
def running(args, directory, prefix=None):
    """Run a process as the user of the quickstart, and end it."""
    prefix = identity()[0] if prefix is None else prefix
    with open(f"{directory}/log", "ab") as log:
        process = subprocess.Popen(prefix + args, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def scratch(parent):
    directory = tempfile.mkdtemp(prefix="web.", dir=parent)
    user = identity()[1]
    if user:
        os.chown(directory, user.pw_uid, user.pw_gid)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def web(place, kind, changes=(), sock=None):
    """Run a web server and yield its port; each of `changes` is (text in the sample, its replacement)."""
    port = free_port()
    with scratch(place.state) as directory:
        text = sample(kind)
        for old, new in changes:
            if old not in text:
                raise RuntimeError(f"{kind}: {old!r} is no longer in the sample")
            text = text.replace(old, new)
        values = {"LISTEN": "127.0.0.1", "PORT": str(port), "SOCKET": sock or f"{place.state}/run/motet.sock", "STATE": directory,
                  "ERRORS": os.path.join(place.programs or place.state, "share", "motet", "errors"), "MODULES": "/usr/lib/apache2/modules"}
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        conf = f"{directory}/{kind}.conf"
        with open(conf, "w", encoding="utf-8") as f:
            f.write(text)
        with running(command(kind, directory, conf), directory) as process:
            wait_for(port, process, directory)
            yield port


def other_motetd(place, sets, changes=()):
    """A second motetd on the same database with other configuration keys, behind nginx."""
    class Other:
        def __enter__(self):
            self.scratch = scratch(place.state)
            directory = self.scratch.__enter__()
            self.sock = sock = f"{directory}/m.sock"
            conf = f"{directory}/motet.conf"
            own = {"listen": sock, "state_dir": directory, "secret_file": f"{place.state}/secret"} | sets
            with open(f"{place.state}/motet.conf", encoding="utf-8") as f, open(conf, "w", encoding="utf-8") as g:
                g.write("".join(line for line in f if not line.startswith(tuple(f"{k} =" for k in own))))
                g.write("".join(f"{k} = {v}\n" for k, v in own.items()))
            motetd = f"{place.programs or place.state}/sbin/motetd"
            self.process = running([motetd, "-c", conf], directory, [])     # root's becomes its user by itself
            self.process.__enter__()
            for _ in range(1200):
                if os.path.exists(sock):
                    break
                time.sleep(0.05)
            self.web = web(place, "nginx", changes, sock=sock)
            return f"http://127.0.0.1:{self.web.__enter__()}"

        def __exit__(self, *_):
            for c in (self.web, self.process, self.scratch):
                c.__exit__(None, None, None)
    return Other()


class Careless(http.server.BaseHTTPRequestHandler):
    """A faulty web server: passes incomplete bodies and truncates answers."""
    protocol_version = "HTTP/1.1"
    motet = None
    refused = {}    # method or part of the target: status and headers that it answers itself
    heard = 0

    def refuse(self, status, headers):
        self.send_response(status)
        for name, value in {"Content-Length": "0", "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def pass_on(self):
        Careless.heard += 1
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        for what, said in self.refused.items():
            if what == self.command or what in self.path:
                self.refuse(*said)
                return
        link = http.client.HTTPConnection(*self.motet)
        try:
            link.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k not in ("Content-Length", "Connection")})
            answer = link.getresponse()
            said = answer.read()[:200000]
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name not in ("Connection", "Server", "Date", "Content-Length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else said)
        link.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = pass_on

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def careless(place, refused):
    Careless.motet, Careless.refused, Careless.heard = place.address, refused, 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


PASS = "fastcgi_param REQUEST_URI $request_uri;"
APACHE_AUTH = ("CGIPassAuth On", "CGIPassAuth Off")
# Name of the test, web server, changes to its sample, lines that are not green, pattern of the first fix
WEBS = [
    ("nginx as in the sample", "nginx", [], [], ""),
    ("lighttpd as in the sample", "lighttpd", [], [], ""),
    ("Apache with mod_proxy_fcgi", "apache", [], [], ""),
    ("nginx with client_max_body_size 1k", "nginx", [("client_max_body_size 1100k", "client_max_body_size 1k")], ["web.large"], "client_max_body_size 1100k;"),
    ("lighttpd with max-request-size 1", "lighttpd", [("server.max-request-size = 1100", "server.max-request-size = 1")], ["web.large"], "server.max-request-size = 1100"),
    ("nginx that drops Authorization", "nginx", [(PASS, PASS + ' fastcgi_param HTTP_AUTHORIZATION "";')], ["web.authorization"], "remove fastcgi_param HTTP_AUTHORIZATION"),
    ("nginx that decodes the path", "nginx", [(PASS, "fastcgi_param REQUEST_URI $uri;")],
     ["web.path.at_coded", "web.path.slash", "web.path.percent", "web.query"], r"fastcgi_param REQUEST_URI \$request_uri;"),
    ("nginx that cleans the path", "nginx", [(PASS, "fastcgi_param REQUEST_URI $uri$is_args$args;"), ("merge_slashes off;", "")],
     ["web.path.double", "web.path.at_coded", "web.path.slash", "web.path.percent"], r"fastcgi_param REQUEST_URI \$request_uri;"),
    ("nginx that removes a trailing /", "nginx", [("location / {", "rewrite ^(/.+)/$ $1 permanent; location / {")], ["web.path.trailing"], "remove rewrite"),
    ("nginx that refuses HEAD", "nginx", [("fastcgi_pass motet;", "if ($request_method = HEAD) { return 403; } fastcgi_pass motet;")], ["web.head"], "answer HEAD"),
    ("nginx that refuses methods", "nginx", [("fastcgi_pass motet;", "limit_except GET POST OPTIONS { deny all; } fastcgi_pass motet;")], ["web.method"], "limit_except"),
    ("nginx that drops bodies", "nginx", [("fastcgi_pass motet;", "fastcgi_pass_request_body off; fastcgi_pass motet;")],
     ["web.body.post", "web.body.get", "web.body.delete", "web.chunked", "web.large"], "fastcgi_pass_request_body on"),
    ("nginx that answers preflights itself", "nginx", [("fastcgi_pass motet;", "if ($request_method = OPTIONS) { return 204; } fastcgi_pass motet;")], ["web.cors"], "answer to OPTIONS"),
    ("nginx without Access-Control headers", "nginx", [("fastcgi_pass motet;", "fastcgi_hide_header Access-Control-Allow-Origin; fastcgi_pass motet;")],
     ["web.origin"], "fastcgi_hide_header"),
    ("nginx with one Access-Control header too many", "nginx", [("fastcgi_pass motet;", "add_header Access-Control-Allow-Origin * always; fastcgi_pass motet;")],
     ["web.origin"], "add_header"),
    ("nginx with its own error pages", "nginx", [("fastcgi_pass motet;", "fastcgi_intercept_errors on; error_page 404 = @large; fastcgi_pass motet;")],
     ["web.errors"], "fastcgi_intercept_errors off"),
    ("nginx that serves /.well-known itself", "nginx", [("location / {", "location /.well-known/ { return 404; } location / {")], ["web.known"], "/.well-known"),
    ("nginx with 413 in HTML", "nginx", [("error_page 413 = @large;", ""), ("client_max_body_size 1100k", "client_max_body_size 1m")], ["web.too_large=warning"], "error_page 413"),
    ("nginx that passes a wrong client address", "nginx", [("fastcgi_param REMOTE_ADDR $remote_addr;", "fastcgi_param REMOTE_ADDR 198.51.100.1;")],
     ["web.remote=warning"], r"fastcgi_param REMOTE_ADDR \$remote_addr;"),
    ("lighttpd that refuses bodies of GET", "lighttpd", [('"method-get-body" => "enable",', "")], ["web.body.get"], 'method-get-body" => "enable'),
    ("lighttpd that refuses %2F", "lighttpd", [('"url-normalize" => "disable",', '"url-path-2f-decode" => "disable", "url-path-2f-reject" => "enable",')],
     ["web.path.slash"], "remove url-path-2f-reject"),
    ("Apache without CGIPassAuth", "apache", [APACHE_AUTH], ["web.authorization"], r'<Location "/"> CGIPassAuth On </Location>'),
    ("Apache without AllowEncodedSlashes", "apache", [("AllowEncodedSlashes On", "")], ["web.path.slash"], "AllowEncodedSlashes On"),
    ("Caddy as in the sample", "Caddyfile", [], [], ""),
    ("Caddy that drops Authorization", "Caddyfile", [("request_header -Proxy", "request_header -Authorization")], ["web.authorization"], "remove .*request_header -Authorization"),
    ("Apache with both mistakes", "apache", [APACHE_AUTH, ("AllowEncodedSlashes On", "")], ["web.path.slash", "web.authorization"], "AllowEncodedSlashes On"),
]
