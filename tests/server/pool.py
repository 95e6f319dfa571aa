"""What the tests of the server share: a directory, motetd with the echo application, TAP."""
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import fcgi

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
APP, MOTETCTL = (os.path.join(BUILD, p) for p in ("tests/server/echo_app", "motetctl"))
count = failures = 0


def ok(good, name):
    global count, failures
    count += 1
    failures += not good
    print("%sok %d - %s" % ("" if good else "not ", count, name), flush=True)
    return good


def skip(name, why):
    global count
    count += 1
    print("ok %d - %s # SKIP %s" % (count, name, why), flush=True)


def done():
    print("1..%d" % count)
    sys.exit(1 if failures else 0)


def named(tests):
    """Those that the command line names; all, when it names none."""
    return [t for t in tests if len(sys.argv) < 3 or t.__name__ in sys.argv[2:]]


def run_tests(tests):
    """One after the other, each with its time; a broken one does not hide the others."""
    for test in tests:
        begun = time.monotonic()
        try:
            test()
        except Exception as e:
            ok(False, "%s: %s: %s" % (test.__name__, type(e).__name__, e))
        print("# %s: %.1f s" % (test.__name__, time.monotonic() - begun), flush=True)
    done()


PATIENCE = 60   # seconds for what comes soon, on a machine that may be busy with other things


def until(what, seconds=PATIENCE, step=0.005):
    """Wait for what() to be true; returns how long that took, or None."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if what():
            return time.monotonic() - start
        time.sleep(step)
    return None


class Dir:
    """A directory for one test: configuration, secret, socket, log."""

    def __init__(self, **keys):
        self.path = tempfile.mkdtemp(prefix="motet-test-")
        os.chmod(self.path, 0o755)
        self.secret = secrets.token_bytes(32)
        self.sock, self.log, self.conf = (os.path.join(self.path, n) for n in ("s", "log", "motet.conf"))
        with open(os.path.join(self.path, "secret"), "w", opener=lambda p, f: os.open(p, f, 0o400)) as f:
            f.write(self.secret.hex() + "\n")
        self.configure(**keys)

    def configure(self, **keys):
        keys = {"domain": "example.org", "listen": self.sock, "log_file": self.log, "state_dir": self.path, **keys}
        if "request_deadline" in keys:
            keys.setdefault("database_timeout", min(5, keys["request_deadline"]))
        with open(self.conf, "w") as f:
            for k, v in keys.items():
                f.write("%s = %s\n" % (k, v))

    def text(self):
        try:
            with open(self.log) as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def logged(self, pattern):
        return len(re.findall(pattern, self.text()))

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """motetd in the foreground. spawned: hand it a socket on descriptor 0, as spawn-fcgi does. program: another than APP."""

    def __init__(self, args=(), spawned=False, env=None, wait=True, program=APP, **keys):
        self.dir = Dir(**keys)
        self.address = self.dir.sock
        stdin = subprocess.DEVNULL
        if spawned:
            stdin = socket.socket(socket.AF_UNIX)
            stdin.bind(self.dir.sock)
            stdin.listen(511)
        self.started = time.monotonic()
        self.p = subprocess.Popen([program, "-c", self.dir.conf, *args], stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  env={**os.environ, **(env or {})})
        if spawned:
            stdin.close()
            fcgi.get(self.address)
        elif wait:
            self.ready = until(lambda: self.dir.logged("ready") or self.p.poll() is not None,
                               step=0.001)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if exc[0]:
            print("# motetd, status %s, has logged:\n#   %s"
                  % (self.p.poll(), "\n#   ".join(self.dir.text().splitlines()[-10:])))
        if self.p.poll() is None:
            self.p.kill()
        self.p.wait()
        self.p.stderr.close()
        self.dir.remove()

    def get(self, uri="/", **more):
        return fcgi.get(self.address, uri, **more)

    def timed(self):
        """Seconds of one request."""
        start = time.monotonic()
        assert self.get().status == 200
        return time.monotonic() - start

    def conn(self, timeout=PATIENCE):
        return fcgi.Conn(self.address, timeout)

    def tell(self, sig, pid=None):
        os.kill(pid or self.p.pid, sig)

    def cpu(self):
        """Seconds that the master has computed."""
        with open(f"/proc/{self.p.pid}/stat", encoding="ascii") as f:
            return sum(int(x) for x in f.read().rpartition(") ")[2].split()[11:13]) / os.sysconf("SC_CLK_TCK")

    def stop(self, sig=signal.SIGTERM, seconds=PATIENCE):
        """Returns exit status and time taken."""
        start = time.monotonic()
        self.tell(sig)
        try:
            return self.p.wait(seconds), time.monotonic() - start
        except subprocess.TimeoutExpired:
            return None, seconds

    def children(self):
        return children(self.p.pid)

    def signer(self):
        """The child that ignores SIGTERM."""
        for pid in self.children():
            if int(status(pid, "SigIgn"), 16) >> (signal.SIGTERM - 1) & 1:
                return pid
        return None

    def workers(self):
        signer = self.signer()
        return [p for p in self.children() if p != signer]


def has_database():
    """False, with the line that skips the test, if tests/with-postgres has not started one."""
    if "MOTET_DATABASE" in os.environ:
        return True
    print("1..0 # SKIP run me with tests/with-postgres")
    return False


@contextlib.contextmanager
def behind_proxy(make, **keys):
    """A motetd whose database is behind make(DIRECTORY FOR MOTETD, DIRECTORY OF POSTGRESQL), a
    proxy between their sockets. Yields the server and the proxy."""
    conninfo = os.environ["MOTET_DATABASE"]
    real = re.search(r"host=(\S+)", conninfo)[1]
    with tempfile.TemporaryDirectory(prefix="motet-proxy.") as place:
        proxy = make(place, real)
        env = {"MOTET_DATABASE": conninfo.replace(real, place)}
        with Server(program=os.path.join(BUILD, "motetd"), env=env, **keys) as s:
            yield s, proxy


class Systemd:
    """The socket at which systemd would listen, and what comes there."""

    def __init__(self):
        self.d = tempfile.mkdtemp(prefix="motet-notify-")
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.s.bind(self.d + "/n")
        self.env = {"NOTIFY_SOCKET": self.d + "/n"}

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.s.close()
        shutil.rmtree(self.d)

    def told(self, but=("STATUS", "WATCHDOG"), seconds=PATIENCE):
        """The next message that does not begin with one of these words, or None."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.s.settimeout(left)
            try:
                m = self.s.recv(1000).decode()
            except socket.timeout:
                return None
            if not m.startswith(but):
                return m
        return None


def ctl(s, *args, env=None):
    """motetctl with the configuration of a Server or of a Dir."""
    conf = s.dir.conf if isinstance(s, Server) else s.conf
    return subprocess.run([MOTETCTL, "-c", conf, *args], capture_output=True, text=True, errors="replace", timeout=PATIENCE,
                          env={**os.environ, **(env or {})})


def state(s):
    r = ctl(s, "status", "--json")
    return json.loads(r.stdout) if r.returncode == 0 else {"failed": r.returncode, "said": r.stderr}


def quiet(s, **want):
    """The status once it has these members: a request is counted just after its answer was sent."""
    last = {}

    def there():
        last.update(state(s))
        return all(last.get(k) == v for k, v in want.items())
    until(there)
    return last


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(x) for x in f.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def status(pid, field):
    try:
        with open("/proc/%d/status" % pid) as f:
            for line in f:
                if line.startswith(field + ":"):
                    return line.split()[1]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return "0"


def alive(pid):
    return status(pid, "State") not in ("0", "Z")


class Load:
    """Threads that ask without a pause; what fails is counted, connections that were refused apart."""

    def __init__(self, address, threads=4, uri="/"):
        self.good = self.bad = self.refused = 0
        self.pids, self.lock, self.run = set(), threading.Lock(), True
        self.threads = [threading.Thread(target=self.loop, args=(address, uri)) for _ in range(threads)]
        [t.start() for t in self.threads]

    def one(self, address, uri):
        try:
            c = fcgi.Conn(address)
        except OSError:
            return "refused", None
        try:
            a = c.ask("GET", uri)
            return ("good", a.json()["pid"]) if a.status == 200 else ("bad", None)
        except (OSError, fcgi.Closed):
            return "bad", None
        finally:
            c.close()

    def loop(self, address, uri):
        while self.run:
            what, pid = self.one(address, uri)
            with self.lock:
                setattr(self, what, getattr(self, what) + 1)
                self.pids.add(pid)
            if what == "refused":
                time.sleep(0.01)

    def end(self):
        self.run = False
        [t.join() for t in self.threads]
        return self
