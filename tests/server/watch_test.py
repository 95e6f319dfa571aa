#!/usr/bin/env python3
"""What the master sees and says: the watchdog, alarms, workers that are old or large, sockets from systemd: watch_test.py BUILD_DIR [TEST...]"""
from behind import *


def watchdog():
    with Systemd() as n, Server(env={**n.env, "WATCHDOG_USEC": "400000"}, workers=1) as s:
        until(lambda: s.dir.logged("ready"))
        start, pets = time.monotonic(), 0
        while time.monotonic() - start < 2:
            pets += n.told(but=("READY", "STATUS"), seconds=1) == "WATCHDOG=1"
        ok(4 <= pets <= 15, "WATCHDOG_USEC of 0.4 s: %d times in 2 s" % pets)
        s.tell(signal.SIGSTOP)
        n.told(but=("READY", "STATUS", "WATCHDOG"), seconds=0.3)
        ok(n.told(but=("READY", "STATUS"), seconds=1) is None, "a master that hangs says nothing")
        s.tell(signal.SIGCONT)
        ok(n.told(but=("READY", "STATUS"), seconds=2) == "WATCHDOG=1", "and goes on afterwards")
        s.tell(signal.SIGHUP)
        until(lambda: s.dir.logged("the new workers serve"))
        n.told(but=("READY", "STATUS", "WATCHDOG", "RELOADING"), seconds=0.3)
        ok(n.told(but=("READY", "STATUS"), seconds=2) == "WATCHDOG=1" and s.stop()[0] == 0, "after a reload, too")
    with Systemd() as n, Server(env={**n.env, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"}, workers=1) as s:
        until(lambda: s.dir.logged("ready"))
        ok(n.told(but=("READY", "STATUS"), seconds=1) is None, "a watchdog of another process is none of ours")
    with Systemd() as n, Server(env={**n.env, "WATCHDOG_USEC": "200000", "MOTET_ECHO_CRASH": "1"}, workers=1, wait=False) as s:
        ok(n.told(but=("STATUS",), seconds=1.5) is None, "no worker serves: neither ready nor well")


def status_text():
    with Systemd() as n, Server(env=n.env, workers=2) as s:
        n.told(but=("READY",))
        for _ in range(7):
            s.get()
        s.tell(signal.SIGKILL, s.workers()[0])
        m = until(lambda: (n.told(but=("READY", "WATCHDOG"), seconds=12) or "").startswith("STATUS=2 workers serve, 0 busy; 7 requests answered; 1 workers died"), 25)
        ok(m is not None, "STATUS= says how many workers serve, what they have answered, and how many died")


def storm():
    with Server(workers=3) as s:
        for _ in range(8):
            until(lambda: s.workers(), 5)
            try:
                s.tell(signal.SIGSEGV, s.workers()[0])
            except (IndexError, ProcessLookupError):
                pass
            time.sleep(0.1)
        ok(until(lambda: s.dir.logged("CRASH STORM")) is not None, "workers die one after the other: an alarm")
        with open(s.dir.log) as f:
            line = [x for x in f if "CRASH STORM" in x][0]
        ok(" error [" in line and "signal 11" in line and "SIGUSR2" in line, "which says what to do: %s" % line.strip()[25:200])
        ok(s.dir.logged("CRASH STORM") == 1 and until(lambda: len(s.workers()) == 3, 30) is not None and s.get().status == 200, "once, and the pool is made whole again")
    with Server(workers=3) as s:
        for _ in range(4):
            s.tell(signal.SIGKILL, s.workers()[0])
            until(lambda: len(s.workers()) == 3)
        s.tell(signal.SIGHUP)
        until(lambda: s.dir.logged("the new workers serve"))
        for p in s.workers():
            s.tell(signal.SIGTERM, p)
        time.sleep(0.5)
        ok(s.dir.logged("CRASH STORM") == 0, "four deaths, and workers that were told to go: no alarm")


def busy():
    with Server(workers=2) as s:
        conns = []
        for _ in range(2):      # a worker that has accepted both would serve one after the other
            conns.append(s.conn())
            conns[-1].send(fcgi.request(fcgi.params("GET", "/slow?ms=7500")))
            time.sleep(0.1)
        ok(until(lambda: s.dir.logged("have been busy for"), 12) is not None and s.dir.logged("raise `workers`") == 1, "all workers are busy for seconds: a warning that says what to raise")
        ok(all(c.read().status == 200 for c in conns) and s.dir.logged("have been busy for") == 1, "once")


def old():
    with Server(workers=3, max_age=2) as s, Nginx(s) as nginx:
        load, start, most = Load(nginx.d + "/http"), time.monotonic(), 0
        while time.monotonic() - start < 8:
            with open(s.dir.log) as f:
                times = [x[:23] for x in f if "(max_age)" in x]
            time.sleep(0.2)
        load.end()
        most = len(times) - len(set(times))
        ok(load.good > 500 and not load.bad and len(load.pids) >= 6, "max_age = 2: %d POSTs over kept connections, %d workers, %d failed %s" % (load.good, len(load.pids), sum(load.bad.values()), load.bad or ""))
        ok(len(times) >= 3 and most == 0, "%d were replaced, one at a time" % len(times))
        ok(s.dir.logged("die young") == 0 and s.dir.logged("CRASH") == 0 and not nginx.errors(), "and nobody takes them for crashes")
    with Server(workers=2, max_age=1) as s:
        before = s.workers()
        ok(until(lambda: not set(before) & set(s.workers()), 10) is not None, "idle workers are replaced, too")
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=3000")))
        ok(c.read().status == 200, "and one that is at a request finishes that first")


def large():
    with Server(workers=2, max_rss="64m") as s, Nginx(s) as nginx:
        load, grown = Load(nginx.d + "/http", 4), set()
        for _ in range(2):
            grown.add(s.get("/grow?mb=100").json()["pid"])
            until(lambda: not grown & set(s.workers()), 10)
        load.end()
        ok(len(grown) == 2 and s.dir.logged(r"it has grown to \d+ MiB \(max_rss\)") == 2 and not grown & set(s.workers()), "max_rss = 64m: %d workers grew, and were replaced" % len(grown))
        ok(load.good > 200 and not load.bad, "meanwhile %d POSTs, %d failed %s" % (load.good, sum(load.bad.values()), load.bad or ""))
        ok(s.get("/hash").status == 200 and s.dir.logged("max_rss") == 2, "hashing a password is no growth")


def activated():
    tool = shutil.which("systemd-socket-activate")
    if not tool:
        return skip("systemd-socket-activate", "not installed")
    d = Dir()
    p = subprocess.Popen([tool, "-l", d.path + "/activated", APP, "-c", d.conf, "-s", "workers=2"], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        until(lambda: os.path.exists(d.path + "/activated"))
        ok(not os.path.exists(d.log), "a socket of systemd's, and nobody there")
        ok(fcgi.get(d.path + "/activated").status == 200 and until(lambda: d.logged("on the socket given")) is not None, "the first request starts us, and is answered")
        before = children(p.pid)
        p.send_signal(signal.SIGUSR2)
        ok(until(lambda: d.logged("the new workers serve")) is not None and until(lambda: len(children(p.pid)) == 3 and not set(before) & set(children(p.pid))) is not None,
           "SIGUSR2: the new program has the socket")
        ok(fcgi.get(d.path + "/activated", "/newkey").json()["verified"] == 1 and not os.path.exists(d.sock), "and serves there, and nowhere else")
        p.terminate()
        ok(p.wait(10) == 0 and os.path.exists(d.path + "/activated"), "a stop leaves the socket file to who made it")
    finally:
        p.kill()
        p.wait()
        d.remove()


ALL = (watchdog, status_text, storm, busy, old, large, activated)
for test in [t for t in ALL if len(sys.argv) < 3 or t.__name__ in sys.argv[2:]]:
    begun = time.monotonic()
    try:
        test()
    except Exception as e:
        ok(False, "%s: %s: %s" % (test.__name__, type(e).__name__, e))
    print("# %s: %.1f s" % (test.__name__, time.monotonic() - begun))
done()
