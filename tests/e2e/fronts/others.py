"""Caddy, lighttpd that starts motetd, and nginx before what spawn-fcgi starts or without kept connections."""
import os
import re

from fronts.front import Front
from fronts.quickstart import Nginx


def program(place):
    return os.path.join(place.programs or place.state, "sbin", "motetd")


class Caddy(Front):
    cannot = frozenset({"early-errors", "length-or-coding"})
    broken_body = (503,)
    http2 = True
    long_target = long_field = 200
    page_of_its_own = (431,)

    def launch(self, place):
        conf = self.fill(place, "Caddyfile")
        if place.tls:
            with_tls(conf, f"http://:{place.port} {{", f"https://127.0.0.1:{place.port} {{\n\ttls {place.state}/etc/server.pem {place.state}/etc/server.key")
        own = os.path.join(place.state, "web")
        self.spawn(place, "caddy", "run", "--adapter", "caddyfile", "--config", conf, env=dict(os.environ, HOME=own, XDG_DATA_HOME=own, XDG_CONFIG_HOME=own))


def with_tls(path, line, instead):
    """A ready Caddyfile with certificates of our own, as it says itself."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert line in text and "auto_https off" in text, f"{path} has nothing to put TLS into"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(line, instead).replace("auto_https off", "auto_https disable_redirects"))


class LighttpdBinPath(Front):
    quickstart = "spawner"
    cannot = frozenset({"streams", "unsaid-length"})
    lost_status = 500
    long_target = long_field = 200

    def launch(self, place):
        conf, more = self.fill(place, "lighttpd.conf"), self.fill(
            place, "lighttpd-binpath.conf", MOTETD=program(place), CONF=os.path.join(place.state, "motet.conf"))
        with open(conf, "a", encoding="utf-8") as f, open(more, encoding="utf-8") as appended:
            f.write(appended.read())
        self.spawn(place, "lighttpd", "-D", "-f", conf)

        if not os.path.lexists(self.log(place)):
            os.symlink(os.path.join(place.state, "web", "motetd.log"), self.log(place))

    def socket(self, place):
        return super().socket(place) + "-0"


class OwnNginx(Nginx):
    """deploy/nginx.conf, started by us."""
    quickstart = "none"
    every_case = False
    http2 = False
    start = Front.start
    kept = True

    def launch(self, place):
        conf = self.fill(place, "nginx.conf")
        if not self.kept:
            without(conf, r"^\s*(keepalive \d+|fastcgi_keep_conn on);\n")
        self.spawn(place, "nginx", "-e", "stderr", "-p", os.path.dirname(conf), "-c", conf, "-g", "daemon off;")

    def forget(self, place):
        if self.kept:
            super().forget(place)


def without(path, pattern):
    """A ready file without some of its lines, as it says itself where they do harm."""
    with open(path, encoding="utf-8") as f:
        text, n = re.subn(pattern, "", f.read(), flags=re.M)
    assert n == 2, f"{path} has {n} lines to leave out"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


class NginxPlain(OwnNginx):
    kept = False


class SpawnFcgi(OwnNginx):
    quickstart = "spawner"
    options = ()

    def launch(self, place):
        script = os.path.join(place.programs or place.state, "share", "motet", "spawn-fcgi.sh")
        self.spawn(place, script, *self.options, self.socket(place), program(place), os.path.join(place.state, "motet.conf"), "3")
        super().launch(place)

    def log(self, place):
        return self.log_of(place)


class Multiwatch(SpawnFcgi):
    options = ("--multiwatch",)
    kept = False
