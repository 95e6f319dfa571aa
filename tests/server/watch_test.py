#!/usr/bin/env python3
"""What the master sees and says: the watchdog, alarms, workers that are old or large, sockets from systemd: watch_test.py BUILD_DIR [TEST...]"""
import datetime
import threading

from behind import *


def watchdog():
    with Systemd() as n, Server(env={**n.env, "WATCHDOG_USEC": "400000"}, workers=1) as s:
        until(lambda: s.dir.logged("ready"))
        start = time.monotonic()
        pets = sum(n.told(but=("READY", "STATUS")) == "WATCHDOG=1" for _ in range(10))
        took = time.monotonic() - start
        ok(pets == 10 and took > 1, "WATCHDOG_USEC of 0.4 s: %d times in %.1f s" % (pets, took))
        s.tell(signal.SIGSTOP)
        n.told(but=("READY", "STATUS", "WATCHDOG"), seconds=0.3)
        ok(n.told(but=("READY", "STATUS"), seconds=1) is None, "a master that hangs says nothing")
        s.tell(signal.SIGCONT)
        ok(n.told(but=("READY", "STATUS")) == "WATCHDOG=1", "and goes on afterwards")
        s.tell(signal.SIGHUP)
        until(lambda: s.dir.logged("the new workers serve"))
        n.told(but=("READY", "STATUS", "WATCHDOG", "RELOADING"), seconds=0.3)
        ok(n.told(but=("READY", "STATUS")) == "WATCHDOG=1" and s.stop()[0] == 0,
           "after a reload, too")
    with Systemd() as n, Server(env={**n.env, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"}, workers=1) as s:
        until(lambda: s.dir.logged("ready"))
        ok(n.told(but=("READY", "STATUS"), seconds=1) is None, "a watchdog of another process is none of ours")
    with Systemd() as n, Server(env={**n.env, "WATCHDOG_USEC": "200000", "MOTET_ECHO_CRASH": "1"}, workers=1, wait=False) as s:
        ok(n.told(but=("STATUS",), seconds=1.5) is None, "no worker serves: neither ready nor well")
        ran = s.cpu()
        time.sleep(1)
        ran = s.cpu() - ran
        ok(until(lambda: s.dir.logged("die early")) is not None and ran < 0.5, "meanwhile the master sees its workers die, and rests: %.2f s of a second" % ran)
        ok(s.stop()[0] == 0, "and stops when told")


def status_text():
    with Systemd() as n, Server(env=n.env, workers=2) as s:
        n.told(but=("READY",))
        for _ in range(7):
            s.get()
        quiet(s, requests=7, workers_idle=2)
        s.tell(signal.SIGKILL, s.workers()[0])
        m = until(lambda: (n.told(but=("READY", "WATCHDOG")) or "").startswith("STATUS=2 workers serve, 0 busy; 7 requests answered; 1 workers died"))
        ok(m is not None, "STATUS= says how many workers serve, what they have answered, and how many died")


def storm():
    with Server(workers=3) as s:
        for _ in range(60):     # some live too long for it on a busy machine
            if s.dir.logged("CRASH STORM"):
                break
            until(lambda: s.workers())
            try:
                s.tell(signal.SIGSEGV, s.workers()[0])
            except (IndexError, ProcessLookupError):
                pass
            time.sleep(0.1)
        ok(until(lambda: s.dir.logged("CRASH STORM")) is not None, "workers die one after the other: an alarm")
        with open(s.dir.log) as f:
            line = [x for x in f if "CRASH STORM" in x][0]
        ok(" error [" in line and "signal 11" in line and "SIGUSR2" in line, "which says what to do: %s" % line.strip()[25:200])
        ok(s.dir.logged("CRASH STORM") == 1 and until(lambda: len(s.workers()) == 3) is not None and s.get().status == 200, "once, and the pool is made whole again")
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
            conns[-1].taken()
        ok(until(lambda: s.dir.logged("have been busy for")) is not None and s.dir.logged("raise `workers`") == 1, "all workers are busy for seconds: a warning that says what to raise")
        ok(all(c.read().status == 200 for c in conns) and s.dir.logged("have been busy for") == 1, "once")


def old():
    with Server(workers=3, max_age=2) as s, Nginx(s) as nginx:
        load = Load(nginx.d + "/http")
        time.sleep(7)
        until(lambda: load.good > 500 and len(load.pids) >= 6 and s.dir.logged("max_age") >= 3)
        load.end()
        with open(s.dir.log) as f:
            times = [datetime.datetime.fromisoformat(x[:23]) for x in f if "(max_age)" in x]
        apart = min((b - a).total_seconds() for a, b in zip(times, times[1:]))
        ok(load.good > 500 and not load.bad and len(load.pids) >= 6, "max_age = 2: %d POSTs over kept connections, %d workers, %d failed %s" % (load.good, len(load.pids), sum(load.bad.values()), load.bad or ""))
        ok(len(times) >= 3 and apart > 0.3,
           "%d were replaced, one after the other: %.1f s apart at least" % (len(times), apart))
        ok(s.dir.logged("die early") == 0 and s.dir.logged("CRASH") == 0 and not nginx.errors(), "and nobody takes them for crashes")
    with Server(workers=2, max_age=1) as s:
        before = s.workers()
        ok(until(lambda: not set(before) & set(s.workers())) is not None,
           "idle workers are replaced, too")
    with Server(workers=1, max_age=1) as s:
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=4000")))
        ok(c.read().status == 200, "and one that is at a request finishes that first")


def large():
    with Server(workers=2, max_rss="64m") as s, Nginx(s) as nginx:
        load, grown = Load(nginx.d + "/http", 4), set()
        for _ in range(2):
            grown.add(s.get("/grow?mb=100").json()["pid"])
            until(lambda: not grown & set(s.workers()))
        until(lambda: load.good > 200)
        load.end()
        ok(len(grown) == 2 and s.dir.logged(r"it has grown to \d+ MiB \(max_rss\)") == 2 and not grown & set(s.workers()), "max_rss = 64m: %d workers grew, and were replaced" % len(grown))
        ok(load.good > 200 and not load.bad, "meanwhile %d POSTs, %d failed %s" % (load.good, sum(load.bad.values()), load.bad or ""))
        ok(s.get("/hash").status == 200 and s.dir.logged("max_rss") == 2, "hashing a password is no growth")


def hidden():
    """A /proc where processes of one user do not see each other, as with ProtectProc=invisible of systemd."""
    tools = [shutil.which(x) for x in ("unshare", "setpriv", "mount")]
    if os.geteuid() != 0 or not all(tools) or subprocess.run(["unshare", "-m", "mount", "-t", "proc", "-o", "hidepid=2", "proc", "/proc"], stderr=subprocess.DEVNULL).returncode:
        return skip("a /proc that hides processes", "needs root, setpriv, and the right to mount")
    d = Dir(workers=2, max_rss="64m", metrics_allow="192.0.2.1", database="host=/nonexistent dbname=motet", rate_limit="off")
    subprocess.run(["chown", "-R", "65534:65534", d.path], check=True)
    for app in ("tests/server/echo_app", "motetd"):
        start = "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all %s -c %s"
        p = subprocess.Popen(["unshare", "-m", "sh", "-c", start % (os.path.join(BUILD, app), d.conf)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: os.path.exists(d.sock) and len(children(p.pid)) == 3 and fcgi.get(d.sock, "/healthz"))
            if app == "motetd":
                def told():
                    return int(re.search(r"^process_resident_memory_bytes (\d+)$", fcgi.get(d.sock, "/metrics", REMOTE_ADDR="192.0.2.1").body.decode(), re.M)[1])

                def real():
                    workers = [q for q in children(p.pid) if not int(status(q, "SigIgn"), 16) >> (signal.SIGTERM - 1) & 1]
                    return sum(int(status(q, "VmRSS")) * 1024 for q in [p.pid] + workers)
                ok(until(lambda: told() > real() * 0.9) is not None, "/metrics: the memory of all processes where none sees another's: %d of %d kB" % (told() // 1024, real() // 1024))
                continue
            grown = fcgi.get(d.sock, "/grow?mb=100").json()["pid"]
            ok(until(lambda: not alive(grown) and d.logged("max_rss")) is not None,
               "max_rss where the master cannot see its workers in /proc")
        finally:
            p.terminate()
            p.wait(PATIENCE)
    d.remove()


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
        ok(p.wait(PATIENCE) == 0 and os.path.exists(d.path + "/activated"),
           "a stop leaves the socket file to who made it")
    finally:
        p.kill()
        p.wait()
        d.remove()


def outage():
    """A database that takes connections and never answers, and the real program."""
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(200)
    d, n = Dir(workers=4, rate_limit="off", database_timeout=2, database="host=127.0.0.1 port=%d user=x dbname=x" % silent.getsockname()[1]), 5
    p, run, waits = subprocess.Popen([os.path.join(BUILD, "motetd"), "-c", d.conf], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL), True, []

    def ask():
        while run:
            fcgi.get(d.sock, "/.p2/core/v1/idcert/server")
    try:
        until(lambda: d.logged("ready"))
        load = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
        [t.start() for t in load]
        time.sleep(3)           # each worker finds out for itself what it is in the middle of
        end = time.monotonic() + n
        while time.monotonic() < end or (len(waits) <= 20 and time.monotonic() < end + PATIENCE):
            waits.append(time.monotonic())
            code = fcgi.get(d.sock, "/healthz").status
            waits[-1] = time.monotonic() - waits[-1]
            time.sleep(0.02)
        run = False
        [t.join() for t in load]
        late = sum(w > 1.5 for w in waits)     # database_timeout is 2
        ok(code == 200 and len(waits) > 20 and late <= len(waits) // 20, "/healthz while the database takes connections and does not answer: asked %d times in %d s, %d waited, the longest %.1f s" % (
            len(waits), n, late, max(waits)))
    finally:
        run = False
        p.terminate()
        p.wait(PATIENCE)
        d.remove()
        silent.close()


run_tests(named((watchdog, status_text, storm, busy, old, large, hidden, activated, outage)))
