"""The web servers that deploy/quickstart starts itself, with kept connections or without, all through motetd's own socket."""
import os
import signal
import time

from fronts.front import Front


class OfQuickstart(Front):
    def start(self, place):
        """quickstart has waited for it."""


class Nginx(OfQuickstart):
    quickstart = "nginx"
    every_case = True
    http2 = True

    def forget(self, place):
        """New worker processes have no connections yet."""
        with open(os.path.join(place.state, "web", "nginx.pid"), encoding="ascii") as f:
            os.kill(int(f.read()), signal.SIGHUP)
        time.sleep(1)


class Lighttpd(OfQuickstart):
    quickstart = "lighttpd"
    http2 = True
    cannot = frozenset({"streams", "unsaid-length"})
    lost_status = 500
    long_target = long_field = 200


class Apache(OfQuickstart):
    quickstart = "apache"
    http2 = True
    cannot = frozenset({"encoded-nul"})
