"""The fronts by name. A new one: a line in `list`, a class in a module of its family, a row here."""
import os

from fronts import apache, others, quickstart
from fronts.front import CAPABILITIES

FRONTS = {
    "nginx": quickstart.Nginx,
    "lighttpd": quickstart.Lighttpd,
    "apache": quickstart.Apache,
    "apache-fcgid": apache.Fcgid,
    "apache-htaccess": apache.Htaccess,
    "apache-htaccess-below": apache.HtaccessBelow,
    "apache-cgi": apache.Cgi,
    "caddy": others.Caddy,
    "lighttpd-binpath": others.LighttpdBinPath,
    "nginx-plain": others.NginxPlain,
    "spawn-fcgi": others.SpawnFcgi,
    "multiwatch": others.Multiwatch,
}


def names():
    """As `list` has them, which tests/run reads, too."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "list"), encoding="ascii") as f:
        return [line.split()[0] for line in f if line.strip() and line[0] != "#"]


def get(name):
    return FRONTS[name]()


assert sorted(names()) == sorted(FRONTS), "fronts/list and fronts/__init__.py name different fronts"
assert all(set(f.cannot) <= set(CAPABILITIES) for f in FRONTS.values()), "a front cannot do what fronts/front.py has no word for"
