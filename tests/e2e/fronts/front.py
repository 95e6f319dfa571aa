"""What stands between a client and motetd: the class that every front is one of, and what all of them need to start a process."""
import contextlib
import os
import subprocess
import time

import http1

# What some web servers cannot do; a case says `can WORD … otherwise … end`, and each half is run through some front.
CAPABILITIES = {
    "early-errors": "what the web server refuses before it looks at its configuration for the path has our JSON, not the host's page",
    "encoded-nul": "%00 in a path is a bad request; Apache says that there is no such path",
    "length-or-coding": "what is behind a chunked body that has a Content-Length, too, is no further request; Caddy takes it for one",
    "broken-chunks": "a body whose chunks are none is refused; mod_fcgid hands on some of its octets",
    "unsaid-length": "a POST of HTTP/1.1 that says no length has no body, and one of HTTP/2 the one that came; lighttpd answers 411",
    "streams": "a response comes as it is made, and breaks off visibly where motetd does; lighttpd has all of it first",
    "trace": "TRACE is refused; Apache answers it itself where its configuration is out of reach",
    "encoded-slash": "%2F in a path is a slash within its segment; Apache says 404 where its configuration is out of reach",
}


def as_user():
    """What runs a command as the user that quickstart runs its own children as."""
    return ["setpriv", "--reuid=motet", "--regid=motet", "--clear-groups", "--"] if os.getuid() == 0 else []


def spawn(log, *command, **options):
    """A process in a session of its own, unprivileged, which ends with this one."""
    options.setdefault("env", dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))
    with open(log, "ab") as f:
        return subprocess.Popen(as_user() + ["setpriv", "--pdeathsig", "TERM", "--", *command], stdout=f, stderr=f, stdin=subprocess.DEVNULL,
                                start_new_session=True, **options)


def end(processes):
    """Ends the processes, the last one first."""
    for p in reversed(processes):
        p.terminate()
    for p in processes:
        try:
            p.wait(20)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()


def fill(sample, target, places):
    """A ready file out of share/motet with its @PLACES@ filled in."""
    with open(sample, encoding="utf-8") as f:
        text = f.read()
    for name, value in places.items():
        text = text.replace(f"@{name}@", str(value))
    with open(target, "w", encoding="utf-8") as f:
        f.write(text)


@contextlib.contextmanager
def renamed(path):
    """A file that is not there for a while."""
    os.rename(path, path + ".away")
    try:
        yield
    finally:
        os.rename(path + ".away", path)


class Front:
    """A front that starts its processes itself, in a directory of the Place that belongs to the unprivileged user."""
    quickstart = "none"         # --web of deploy/quickstart: it leaves the web server to us; "spawner": motetd, too
    every_case = False          # without --all; else EVERYWHERE of run.py
    http2 = False               # by quickstart with --tls
    base_path = ""              # of motet.conf: what the web server puts before every route
    sets = ()                   # further keys of motet.conf
    cannot = frozenset()        # words of CAPABILITIES
    away_statuses = (503,)      # what it says while motetd is away
    lost_status = 503           # and when motetd dies over a request
    long_target = 414           # what 20 000 octets of a target are answered; 200: they arrive
    long_field = 400            # and 40 000 octets of a header
    page_of_its_own = ()        # statuses that have no JSON: they are said before the configuration counts
    broken_body = ()            # what it says besides 4xx of a body whose chunks are none
    longest_chunked = None      # a longer body without Content-Length is not 413 but 500

    def __init__(self):
        self.processes = []

    # --- Each front defines these ---

    def launch(self, place):
        """Start the processes."""

    def forget(self, place):
        """Close the connections to motetd that are kept open."""

    def away(self, place):
        """A context in which motetd cannot be reached."""
        return renamed(self.socket(place))

    def socket(self, place):
        """Where motetd listens."""
        return os.path.join(place.state, "run", "motet.sock")

    def log(self, place):
        """Where motetd's log is."""
        return os.path.join(place.state, "log", "motetd.log")

    # --- The same for all fronts ---

    def start(self, place):
        self.launch(place)
        for _ in range(600):
            with contextlib.suppress(OSError, EOFError, ValueError):
                if place.send("GET", "/readyz").status == 200:
                    return
            if any(p.poll() is not None for p in self.processes):
                break
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"it does not start: {self.said(place)}")

    def stop(self):
        end(self.processes)
        self.processes = []

    def spawn(self, place, *command, **options):
        self.processes.append(spawn(self.log_of(place), *command, **options))

    def log_of(self, place):
        return os.path.join(place.state, "log", "front.log")

    def said(self, place):
        with open(self.log_of(place), encoding="utf-8", errors="replace") as f:
            return f.read()[-2000:]

    def fill(self, place, name, **more):
        """Fill in deploy/NAME, as it is installed; the path of the result, in the directory of the front."""
        share, target = os.path.join(place.programs or place.state, "share", "motet"), os.path.join(place.state, "web", name)
        fill(os.path.join(share, name), target, {
            "LISTEN": "127.0.0.1", "PORT": place.port, "SOCKET": os.path.join(place.state, "run", "motet.sock"), "SHARE": share,
            "STATE": os.path.join(place.state, "web"), "ERRORS": os.path.join(share, "errors"), "MODULES": "/usr/lib/apache2/modules", **more})
        return target
