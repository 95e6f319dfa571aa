#!/usr/bin/env python3
"""Processes that stand in each other's way: two motetd with one state_dir: neighbour_test.py BUILD_DIR [TEST...]"""
from pool import *


def start_motetd(*args, stdin=subprocess.DEVNULL):
    return subprocess.run([APP, *args], stdin=stdin, capture_output=True, timeout=PATIENCE, check=False)


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


run_tests(named((one_state_dir,)))
