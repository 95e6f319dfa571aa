#!/usr/bin/env python3
"""A new program takes the place of the old one (SIGUSR2), under load and behind nginx, and one that is not fit does not: upgrade_test.py BUILD_DIR [TEST...]"""
import pwd
import random
import threading

from behind import *

SEED = random.randrange(1 << 32)
random.seed(SEED)
print("# seed %d" % SEED)
with Server(spawned=True) as first:
    EPOLL = first.get().json()["recipe"] == "epoll"


class Programs:
    """A directory with the program that is installed, and two versions of it to put there."""

    def __init__(self, mode=0o755):
        self.d = tempfile.mkdtemp(prefix="motet-programs-")
        os.chmod(self.d, 0o755)
        self.path = self.d + "/motetd"
        with open(APP, "rb") as f:
            data = f.read()
        assert data.count(b"version:one") == 1
        for name in ("one", "two"):
            with open(self.d + "/" + name, "wb") as f:
                f.write(data.replace(b"version:one", b"version:" + name.encode()))
            os.chmod(self.d + "/" + name, mode)
        self.install("one")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        shutil.rmtree(self.d)

    def install(self, name):
        shutil.copy2(self.d + "/" + name, self.d + "/new")
        os.rename(self.d + "/new", self.path)

    def write(self, text, mode=0o755):
        with open(self.d + "/new", "wb") as f:
            f.write(text)
        os.chmod(self.d + "/new", mode)
        os.rename(self.d + "/new", self.path)


TAKEN, REFUSED = "the new workers serve", "the old program stays"


def upgrade(s, word=TAKEN):
    """Returns how long it took."""
    n = s.dir.logged(word)
    s.tell(signal.SIGUSR2)
    return until(lambda: s.dir.logged(word) > n)


def serves(s, version):
    """From now on; older workers may still have answered when the new ones began."""
    return until(lambda: s.get().json()["version"] == version) is not None


def settled(s, workers):
    """Only the present workers and one signer are left, and nobody waits to be reaped."""
    return until(lambda: len(s.children()) == workers + 1 and all(alive(p) for p in s.children())) is not None


def left_behind(d):
    """Processes that run with this directory's configuration."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                if d.conf.encode() in f.read().split(b"\0"):
                    found.append(int(pid))
        except OSError:
            pass
    return found


def under_load(keep):
    n, times = 50, []
    with Programs() as programs, Server(program=programs.path, workers=3) as s, Nginx(s, keep) as nginx:
        node, fds, load = os.stat(s.address).st_ino, len(os.listdir("/proc/%d/fd" % s.p.pid)), Load(nginx.d + "/http")
        for i in range(n):
            programs.install(("two", "one")[i % 2])
            times.append(upgrade(s))
        until(lambda: load.good > 1000)
        load.end()
        ok(None not in times and len(load.versions) == 2, "%d upgrades, keep_conn %s: the longest took %.0f ms" % (n, keep, max(t or 99 for t in times) * 1000))
        ok(load.good > 1000 and not load.bad, "%d POSTs meanwhile, by %d workers of two versions, %d failed %s" % (load.good, len(load.pids), sum(load.bad.values()), load.bad or ""))
        errors = nginx.errors()
        ok(not errors, "nginx has nothing to complain of: %s" % (errors[:1] or "0 lines"))
        ok(settled(s, 3), "the same process has three workers and one signer: %d children" % len(s.children()))
        now = len(os.listdir("/proc/%d/fd" % s.p.pid))
        ok(now == fds, "and as many descriptors as at the start: %d" % now)
        ok(os.stat(s.address).st_ino == node and s.get("/newkey").json()["verified"] == 1, "the socket file is the one of the start, and the signer signs")
        code, t = s.stop()
        ok(code == 0 and not os.path.exists(s.address) and until(lambda: not left_behind(s.dir)) is not None, "SIGTERM: exit %s, the socket file is gone, and everybody" % code)


def load_on():
    if EPOLL:
        under_load("on")
    else:
        skip("upgrades with kept connections", "the plain recipe hands nothing over: leave fastcgi_keep_conn off there")


def load_off():
    under_load("off")


def unfit():
    with Programs() as programs, Server(program=programs.path, workers=2) as s:
        workers, conf = s.children(), open(s.dir.conf).read()

        def refused(name, pattern):
            t = upgrade(s, REFUSED)
            with open(s.dir.log) as f:
                said = [line for line in f if REFUSED in line][-1:]
            good = t is not None and re.search(pattern, said[0]) and s.children() == workers and s.get().json()["version"] == "one"
            ok(good, "%s: the old one goes on: %s" % (name, said[0].strip()[25:180] if said else "nothing logged"))

        for name, text, pattern in (("exit 1", b"#!/bin/sh\necho no such library >&2\nexit 1\n", "status 1.*no such library"), ("exit 0, but no motetd", b"#!/bin/sh\n", "status 0"),
                                    ("a crash", b"#!/bin/sh\nkill -SEGV $$\n", "signal 11"), ("garbage", random.randbytes(5000), "Exec format error"),
                                    ("a script without a first line", b"echo taken for a script\n", "Exec format error")):
            programs.write(text)
            refused(name, pattern)
        programs.write(b"", 0o644)
        refused("not executable", "ermission denied|status")
        os.unlink(programs.path)
        refused("missing", "No such file")
        programs.install("two")
        with open(s.dir.conf, "a") as f:
            f.write("no_such_key = 1\n")
        refused("a bad configuration", "no_such_key")
        for line, pattern in (("log_file = /nonexistent/x", "/nonexistent/x: there is no directory"), ("secret_file = /nonexistent", "/nonexistent: there is no such file"), ("listen = /" + "x" * 200, "listen")):
            with open(s.dir.conf, "w") as f:
                f.write("".join(old for old in conf.splitlines(True) if old.split()[0] != line.split()[0]) + line + "\n")
            refused(line[:30], pattern)
        with open(s.dir.conf, "w") as f:
            f.write(conf)
        open(s.dir.path + "/unready", "w").close()
        refused("a schema that does not fit", "would not be ready to serve: the schema does not fit")
        os.unlink(s.dir.path + "/unready")
        ok(upgrade(s) is not None and serves(s, "two"), "and when all is well, the new one takes over")


def ends():
    """SIGTERM, or SIGKILL, at any moment of an upgrade."""
    n, bad, longest = 21, [], 0
    with Programs() as programs:
        for i in range(n):
            sig = signal.SIGKILL if i % 3 == 2 else signal.SIGTERM
            with Server(program=programs.path, workers=2) as s:
                s.tell(signal.SIGUSR2)
                time.sleep(random.random() * 0.25)
                code, t = s.stop(sig)
                gone = until(lambda: not left_behind(s.dir)) is not None
                if not gone or code != (0 if sig == signal.SIGTERM else -9) or (sig == signal.SIGTERM and os.path.exists(s.address)):
                    bad.append((sig, code, left_behind(s.dir)))
                longest = max(longest, t)
        ok(not bad, "SIGTERM and SIGKILL at random moments of %d upgrades: all processes end, the longest after %.0f ms; %s" % (n, longest * 1000, bad or "0 left behind"))
        programs.install("one")
        with Server(program=programs.path, workers=2) as s:
            programs.write(b"#!/bin/sh\nexec sleep 100\n")
            s.tell(signal.SIGUSR2)
            until(lambda: s.dir.logged("rehearses"))
            s.tell(signal.SIGUSR2)
            before = s.children()
            ok(s.get().status == 200 and len(before) == 4, "a rehearsal that hangs: requests are served, and there is one")
            code, t = s.stop()
            ok(code == 0 and t < 20 and until(lambda: not any(alive(p) for p in before)) is not None, "and a stop ends it: exit %s after %.0f ms" % (code, t * 1000))


def several():
    """Upgrades, reloads and deaths all at once."""
    with Programs() as programs, Server(program=programs.path, workers=2) as s:
        load, what = Load(s.address, 4, Direct), [signal.SIGUSR2, signal.SIGHUP, signal.SIGUSR1]
        for _ in range(40):
            programs.install(random.choice(["one", "two"]))
            s.tell(random.choice(what))
            time.sleep(random.random() * 0.1)
        time.sleep(0.5)
        ok(upgrade(s) is not None and settled(s, 2), "40 upgrades, reloads and reopened logs at random moments: %d children in the end" % len(s.children()))
        until(lambda: load.good > 100)
        load.end()
        ok(load.good > 100 and (not load.bad or not EPOLL), "%d requests, %s failed" % (load.good, load.bad or 0))
        ok(s.stop()[0] == 0, "and it stops")


def under_way():
    """The process that took a request answers it; connections that only an old worker holds are handed to a new one."""
    with Programs() as programs, Server(program=programs.path, workers=2) as s:
        programs.install("two")
        slow, kept = s.conn(), s.conn()
        kept.ask("GET", "/", keep=EPOLL)
        slow.send(fcgi.request(fcgi.params("GET", "/slow?ms=5000")))
        slow.taken()
        upgrade(s)
        ok(serves(s, "two") and until(lambda: len(s.children()) == 5) is not None, "a request is under way: the new program serves, the old worker and its signer go on")
        if EPOLL:
            ok(all(kept.ask("GET", "/", keep=True).status == 200 for _ in range(3)) and kept.ask("GET", "/", keep=True).json()["version"] == "two", "an idle kept connection is the new program's")
        a = slow.read()
        ok(a.status == 200 and a.json()["version"] == "one", "the slow answer comes from the old one")
        ok(settled(s, 2), "both of which end then")
    with Programs() as programs, Server(program=programs.path, workers=2, stop_deadline=1) as s:
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=60000")))
        c.taken()
        upgrade(s)
        ok(c.closed(40) and settled(s, 2), "an old worker that outlasts stop_deadline is ended")


def supervised():
    """A supervisor sees the same process before and after the upgrade."""
    with Systemd() as n, Programs() as programs, Server(program=programs.path, env=n.env, args=["--pidfile", n.d + "/pid"], workers=1) as s:
        ok(n.told() == "READY=1", "ready")
        programs.install("two")
        upgrade(s)
        told = n.told(), n.told()
        ok(told[0].startswith("RELOADING=1\nMONOTONIC_USEC=") and told[1] == "READY=1", "systemd is told that it reloads, and that it is ready again: %s" % (told,))
        ok(int(open(n.d + "/pid").read()) == s.p.pid and serves(s, "two"), "the pid file holds for the new program, which has the same process id")
        r = subprocess.run([APP, "-c", s.dir.conf, "-s", "listen=" + n.d + "/other", "--pidfile", n.d + "/pid"], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        ok(r.returncode == 71 and b"holds it" in r.stderr, "and is locked by it")
        s.stop()
        ok(not os.path.exists(n.d + "/pid"), "and gone when that stops")


def roots_secret():
    if os.geteuid() != 0:
        return skip("an upgrade after root's rights were given up", "needs root")
    with Programs() as programs:
        d = Dir(user="nobody", workers=2)
        shutil.chown(d.path, "nobody")
        p = subprocess.Popen([programs.path, "-c", d.conf], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: d.logged("ready"))
            programs.install("two")
            p.send_signal(signal.SIGUSR2)
            ok(until(lambda: d.logged(REFUSED)) is not None and d.logged("chmod go-r") == 1 and fcgi.get(d.sock).json()["version"] == "one",
               "workers could read the new program's memory while it starts, and take root's secret: refused, with what to do")
            os.chmod(programs.path, 0o711)
            p.send_signal(signal.SIGUSR2)
            ok(until(lambda: d.logged(TAKEN)) is not None and until(lambda: fcgi.get(d.sock, "/newkey").json()["version"] == "two") is not None, "a program that they cannot read takes over, and signs")
            peek = [fcgi.get(d.sock, "/peek?pid=%d" % q).json() for q in [p.pid] + children(p.pid)]
            ok(not any(x["opened"] or x["taken"] for x in peek), "no worker can open the secret, or read the memory of anybody else")
            ok(status(p.pid, "Uid") == str(pwd.getpwnam("nobody").pw_uid), "and all is nobody's")
        finally:
            p.terminate()
            p.wait(PATIENCE)
            d.remove()


def rehearsal():
    """By hand: motetd -t -t, of the real program with a real database."""
    motetd, database = os.path.join(BUILD, "motetd"), os.environ.get("MOTET_DATABASE")
    if not database:
        return skip("motetd -t -t", "needs tests/with-postgres")
    d, other = Dir(), Dir()

    def tried(conninfo, conf=d.conf, domain="example.org"):
        return subprocess.run([motetd, "-t", "-t", "-c", conf, "-s", "database=" + conninfo, "-s", "base_path=/~jo/motet", "-s", "domain=" + domain],
                              capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    fresh = tried(database)
    ok(fresh.returncode == 69 and b"no identity key yet: run motetctl init" in fresh.stderr, "motetd -t -t, before motetctl init: exit %d" % fresh.returncode)
    subprocess.run([os.path.join(BUILD, "motetctl"), "-c", d.conf, "-s", "database=" + database, "init"], capture_output=True, timeout=PATIENCE, check=True)
    for name, r, want, pattern in (("a database that fits", tried(database), 0, b"good, and ready to serve"),
                                   ("one without tables", tried(re.sub(r"dbname=\S+", "dbname=postgres", database)), 69, b"ready to serve"),
                                   ("none", tried("host=/nonexistent"), 69, b"ready to serve: database: connect"),
                                   ("that of another domain", tried(database, domain="example.com"), 69, b"belongs to example.org, but the configuration says domain = example.com"),
                                   ("another secret", tried(database, other.conf), 69, b"is not the secret of this database's identity")):
        said = (r.stdout if want == 0 else r.stderr).strip().split(b"\n")[-1]
        ok(r.returncode == want and re.search(pattern, said), "motetd -t -t, %s: exit %d: %s" % (name, r.returncode, said.decode()[:120]))
    d.remove()
    other.remove()


run_tests(named((load_on, load_off, unfit, ends, several, under_way, supervised, roots_secret, rehearsal)))
