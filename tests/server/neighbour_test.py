#!/usr/bin/env python3
"""Who stands in whose way: two motetd with one state_dir, log-ins and the requests of others: neighbour_test.py BUILD_DIR [TEST...]"""
from pool import *


def start_motetd(*args, stdin=subprocess.DEVNULL):
    return subprocess.run([APP, *args], stdin=stdin, capture_output=True, timeout=PATIENCE, check=False)


def ask_for_places(s, n, ms, keep=False):
    conns = [s.conn() for _ in range(n)]
    for c in conns:
        c.send(fcgi.request(fcgi.params("GET", "/queue?ms=%d" % ms), keep=keep))
    return conns


def places():
    """Requests that wait for a hashing slot occupy no worker."""
    with Server(workers=2, hashing_slots=1) as s:
        until(lambda: len(s.workers()) == 2)
        kept = [s.conn() for _ in range(20)]
        for c in kept:
            c.ask("GET", "/", keep=True)
        conns, longest = ask_for_places(s, 16, 100, keep=True), 0
        conns[-1].taken()
        for i in range(60):
            start = time.monotonic()
            kept[i % 20].ask("GET", "/", keep=True)
            longest = max(longest, time.monotonic() - start)
        answers = [c.read() for c in conns]
        ok([a.status for a in answers] == [200] * 16, "16 at once, one place, two workers: all are served")
        ok(longest < 0.5, "60 requests on 20 kept connections meanwhile: %.0f ms at the longest" % (longest * 1000))
        waited = sorted(a.json()["waited"] for a in answers)
        ok(waited[0] == 0 and 1000000 < waited[-1] < PATIENCE * 1000000, "the last one has waited %.1f s" % (waited[-1] / 1e6))
        ok(all(c.ask("GET", "/", keep=True).status == 200 for c in conns), "their connections are kept")
        j = quiet(s, requests=20 + 16 + 60 + 16)
        ok(j["requests"] == 112, "each is counted once: %s" % j["requests"])
        conns = ask_for_places(s, 8, 100)
        conns[-1].taken()
        code, t = s.stop()
        ok(code == 0 and [c.read().status for c in conns] == [200] * 8, "a stop serves those that wait: %.1f s" % t)
    with Server(workers=2, hashing_slots=1, login_patience=1) as s:
        conns = ask_for_places(s, 1, 3000)
        conns[0].taken()
        conns += ask_for_places(s, 3, 10)
        start = time.monotonic()
        ok([c.read().status for c in conns[1:]] == [503] * 3 and time.monotonic() - start > 0.8, "who waits for longer than login_patience is told 503, after %.1f s" % (time.monotonic() - start))
        ok(conns[0].read().status == 200, "and not who has the place")


def one_state_dir():
    """Two motetd with one state_dir, or with one scoreboard file."""
    with Server(workers=1) as s:
        other = ["-c", s.dir.conf, "-s", "listen=" + s.dir.path + "/other"]
        r = start_motetd(*other)
        ok(r.returncode == 78 and b"another motetd uses it" in r.stderr and not os.path.exists(s.dir.path + "/other"),
           "a second motetd with the same state_dir: exit %d: %s" % (r.returncode, r.stderr.decode().strip()))
        l = socket.socket(socket.AF_UNIX)
        l.bind(s.dir.path + "/spawned")
        l.listen(8)
        r = start_motetd(*other, "-s", "workers=0", stdin=l)
        ok(r.returncode == 78, "also one that was spawned alone: exit %d" % r.returncode)
        l.close()
        ok(state(s)["workers"] == 1 and s.get().status == 200, "the first one serves, and motetctl status reads its scoreboard")
        with Server(workers=2, scoreboard_file=s.dir.path + "/scoreboard") as two:
            ok(two.dir.logged("scoreboard.*another server uses it") == 1 and two.get().status == 200,
               "a second motetd that has only the scoreboard file in common serves without it")
            ok(two.stop()[0] == 0 and state(s)["workers"] == 1, "and leaves it alone when it stops")
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=2000")))
        c.taken()
        s.tell(signal.SIGTERM)
        until(lambda: s.dir.logged("stopping"))
        p = subprocess.Popen([APP, "-c", s.dir.conf], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        ok(until(lambda: s.dir.logged("ready") == 2) is not None and s.p.poll() is None,
           "the next one starts while the first one finishes its last request")
        ok(c.read().status == 200 and s.p.wait(PATIENCE) == 0 and state(s)["workers"] == 1, "which is answered; the scoreboard is the new one's")
        s.p.stderr.close()
        s.p = p


def killed_master():
    """The master is killed while a worker serves: the next motetd waits for that worker."""
    with Server(workers=2) as s:
        until(lambda: len(s.workers()) == 2)
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=2000")))
        c.taken()
        s.tell(signal.SIGKILL)
        s.p.wait()
        s.p.stderr.close()
        s.p = subprocess.Popen([APP, "-c", s.dir.conf], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        ok(until(lambda: s.dir.logged("ready") == 2 or s.p.poll() is not None) is not None and s.p.poll() is None,
           "a motetd that is started right after its master was killed starts: %s" % s.p.poll())
        said = os.read(s.p.stderr.fileno(), 65536) + s.dir.text().encode()
        ok(said.count(b"another process still listens there; waiting") == 1, "it says what it waits for")
        ok(c.read().status == 200 and s.get().status == 200, "the old worker ends its request, and the new one serves")


run_tests(named((places, one_state_dir, killed_master)))
