#!/usr/bin/env python3
"""Start modes, master, signer, signals: process_test.py BUILD_DIR [TEST...]. As root it also tests how privileges are dropped."""
import os
import pwd
import random
import shutil
import sys
import threading

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from pool import *
from ports import free_port

SEED = random.randrange(1 << 32)
random.seed(SEED)
with Server(spawned=True) as first:
    EPOLL = first.get().json()["recipe"] == "epoll"
# Without epoll, a signal may arrive while libfcgi reads the parameters of a request, which is then lost (operations.md 3.2).
print("# recipe %s, seed %d" % ("A (epoll)" if EPOLL else "B (plain)", SEED))


def run(*args, env=None, stdin=subprocess.DEVNULL):
    return subprocess.run([APP, *args], stdin=stdin, capture_output=True, timeout=PATIENCE, env=env)


def started():
    times = []
    for _ in range(5):
        with Server(workers=4) as s:
            s2 = s.ready
            times.append(s2 * 1000)
            s.get()
            if len(times) == 5:
                rss = [int(status(p, "VmRSS")) for p in s.workers()]
                private = [sum(int(line.split()[1]) for line in open("/proc/%d/smaps_rollup" % p) if line.startswith("Private_")) for p in s.workers()]
                print("# idle worker: RSS %d kB, private %d kB; signer RSS %s kB, master RSS %s kB" % (max(rss), max(private),
                      status(s.signer(), "VmRSS"), status(s.p.pid, "VmRSS")))
    ok(min(times) < 500,
       "start to ready: median %.1f ms, longest %.1f ms of 5" % (sorted(times)[2], max(times)))


def usage():
    d = Dir()
    for args, want in ((["-x"], 64), (["stray"], 64), (["-c", d.conf, "-s", "listen="], 64), (["-c", "/nonexistent"], 78), (["-c", d.conf, "-s", "nokey=1"], 78),
                       (["-c", d.conf, "-s", "workers=x"], 78), (["-c", d.conf, "-s", "listen=0.0.0.0:9"], 78), (["-c", d.conf, "-s", "listen=/nonexistent/s"], 78),
                       (["-c", d.conf, "-s", "secret_file=/nonexistent"], 78), (["-c", d.conf, "-s", "log_file=/nonexistent/x"], 78),
                       (["-h"], 0), (["-V"], 0), (["-T"], 0), (["-t", "-c", d.conf], 0), (["-t", "-c", d.conf, "-s", "domain="], 78),
                       (["-t", "-c", d.conf, "-s", "secret_file=/nonexistent"], 78), (["-t", "-c", d.conf, "-s", "listen=/" + "x" * 200], 78)):
        r = run(*args)
        said = (r.stdout if want == 0 else r.stderr) or (open(d.log, "rb").read() if os.path.exists(d.log) else b"")
        ok(r.returncode == want and len(said) > 10, "motetd %s: exit %d: %s" % (" ".join(args)[:60], r.returncode, said.decode().split("\n")[0][:90]))
    said = run("-V").stdout.decode().split()
    ok(said[-2:] == ["transport:", "epoll" if EPOLL else "plain"], "-V names the transport: %s" % said[-1])
    ok(not os.path.exists(d.sock), "no socket is left behind by a start that failed")
    os.chmod(d.path + "/secret", 0o440)
    ok(run("-c", d.conf).returncode == 78, "a secret that others may read: exit 78")
    d.remove()


def plain_cgi():
    d = Dir()
    env = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": "/echo", "PATH": "/bin", "MOTET_CONF": d.conf}
    head, _, body = run(env=env).stdout.partition(b"\r\n\r\n")
    ok(b"Status: 200" in head and b"Content-Length: %d" % len(body) in head, "as plain CGI: the one request is answered: %r" % head[:60])
    for args in (["-V"], ["-c", "/nonexistent"], ["-s", "nokey=1"], ["stray"]):
        r = run(*args, env=env)
        ok(r.returncode == 0 and b"Status: 200" in r.stdout, "what a query puts on the command line is not heeded: %s" % args[0])
    long = dict(env, REQUEST_METHOD="POST", CONTENT_LENGTH="5")
    r = subprocess.run([APP], input=b"12345678", capture_output=True, timeout=PATIENCE, env=long,
                       check=False)
    ok(b"Status: 200" in r.stdout and b"12345678" not in r.stdout, "a body ends where CONTENT_LENGTH says")
    r = subprocess.run([APP], input=b"123", capture_output=True, timeout=PATIENCE, env=long,
                       check=False)
    ok(b"Status: 400" in r.stdout, "a body that is shorter is refused: %r" % r.stdout[:40])
    r = run(env=dict(env, MOTET_CONF="/nonexistent"))
    head, _, body = r.stdout.partition(b"\r\n\r\n")
    ok(r.returncode == 78 and b"Status: 500" in head and b"cannot start" in body and b"/nonexistent" in r.stderr, "one that cannot start says so")
    ok(not [f for f in os.listdir(d.path) if f.startswith("scoreboard")], "none of them has made a scoreboard file")
    d.remove()


def cgi_ends():
    """Started by a web server that has blocked and ignored what it could, as some do."""
    d = Dir(request_deadline=60)
    env = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": "/slow?ms=40000", "PATH": "/bin", "MOTET_CONF": d.conf}

    def unkind():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGALRM))

    def start():
        return subprocess.Popen([APP], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, preexec_fn=unkind)

    def end(p):
        try:
            return p.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
            return None
    p = start()
    until(lambda: not any(int(status(p.pid, f), 16) >> (signal.SIGTERM - 1) & 1 for f in ("SigIgn", "SigBlk")))
    p.terminate()
    ok(end(p) == -signal.SIGTERM, "SIGTERM ends a CGI program in the middle of its request")
    os.path.exists(d.log) and os.unlink(d.log)
    os.mkfifo(d.log)
    d.configure(request_deadline=2)
    ok(end(start()) == -signal.SIGALRM, "request_deadline ends one that waits before it has read its request: for a reader of its log, here")
    d.remove()


def sockets():
    with Server(workers=1) as s:
        ok(os.stat(s.address).st_mode & 0o777 == 0o660, "the socket has its mode")
        r = run("-c", s.dir.conf)
        ok(r.returncode == 71 and s.get().status == 200, "a second motetd does not steal the socket: %s" % r.stderr.decode().strip())
        s.tell(signal.SIGKILL)
        s.p.wait()
        ok(os.path.exists(s.address), "killed: the socket file is left")
        s.p.stderr.close()
        s.p = subprocess.Popen([APP, "-c", s.dir.conf], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        ok(until(lambda: s.dir.logged("ready") == 2) is not None and s.get().status == 200, "and replaced by the next start")
        code, _ = s.stop()
        ok(code == 0 and not os.path.exists(s.address), "stopped: it is removed")
    for address in (("127.0.0.1",), ("::1",)):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        try:
            port = free_port(family, address[0])
        except RuntimeError:
            skip("listen on %s" % address[0], "no such address here")
            continue
        with Server(args=["-s", "listen=[%s]:%d" % (address[0], port)], workers=1) as s:
            ok(fcgi.get((address[0], port)).status == 200, "listen on %s" % address[0])
            with open("/proc/net/tcp6" if family == socket.AF_INET6 else "/proc/net/tcp") as f:
                ok(not any(line.split()[1].startswith("00000000:%04X" % port) for line in f.readlines()[1:]), "and nowhere else")


def spawners():
    d = Dir(workers=0)
    if shutil.which("spawn-fcgi"):
        r = subprocess.run(["spawn-fcgi", "-s", d.sock, "-F", "3", "-P", d.path + "/pid", "--", APP, "-c", d.conf], stdout=subprocess.DEVNULL)
        pids = [int(x) for x in open(d.path + "/pid").read().split()]
        ok(r.returncode == 0 and until(lambda: fcgi.get(d.sock).status == 200), "spawn-fcgi -F 3: served")
        ok(all(children(p) == [] for p in pids) and fcgi.get(d.sock, "/newkey").json()["verified"] == 1, "by processes without children, which sign by themselves")
        [os.kill(p, signal.SIGTERM) for p in pids]
        ok(until(lambda: not any(alive(p) for p in pids)) is not None, "and SIGTERM ends them")
        os.unlink(d.sock)
        subprocess.run(["spawn-fcgi", "-s", d.sock, "-P", d.path + "/pid", "--", APP, "-c", d.conf, "-s", "workers=2"], stdout=subprocess.DEVNULL)
        pid = int(open(d.path + "/pid").read())
        ok(until(lambda: len(children(pid)) == 3) is not None and fcgi.get(d.sock).status == 200, "spawn-fcgi, workers = 2: a master with two workers and a signer")
        os.kill(pid, signal.SIGTERM)
        ok(until(lambda: not alive(pid)) is not None and os.path.exists(d.sock), "which leaves the socket file alone when it stops")
        os.unlink(d.sock)
    else:
        skip("spawn-fcgi", "not installed")
    l = socket.socket(socket.AF_UNIX)
    l.bind(d.sock)
    l.listen(8)

    def systemd():
        os.dup2(l.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
        os.execv(APP, [APP, "-c", d.conf, "-s", "workers=1"])
    pid = os.fork()
    if pid == 0:
        systemd()
    ok(fcgi.get(d.sock).status == 200 and until(lambda: len(children(pid)) == 2) is not None, "a socket from systemd on descriptor 3")
    leaked = [os.readlink("/proc/%d/fd/%s" % (pid, f)) for f in os.listdir("/proc/%d/fd" % pid)]
    ok(sum(x.startswith("socket:") for x in leaked) == 5, "the master holds the listener and two pairs: %d sockets" % sum(x.startswith("socket:") for x in leaked))
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    d.remove()


def notify():
    with Systemd() as n, Server(env=n.env, args=["--pidfile", n.d + "/pid"], workers=1) as s:
        ok(n.told() == "READY=1" and s.get().status == 200, "systemd is told READY=1 when a worker serves")
        ok(int(open(n.d + "/pid").read()) == s.p.pid, "the pid file")
        r = run("-c", s.dir.conf, "-s", "listen=" + n.d + "/other", "--pidfile", n.d + "/pid")
        ok(r.returncode == 71, "is locked: %s" % r.stderr.decode().strip())
        s.tell(signal.SIGHUP)
        told = n.told(), n.told()
        us = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", told[0])
        ok(us and abs(int(us[1]) / 1e6 - time.monotonic()) < PATIENCE and told[1] == "READY=1",
           "RELOADING=1 with the time, and READY=1 again")
        s.stop()
        ok(n.told() == "STOPPING=1" and not os.path.exists(n.d + "/pid"), "STOPPING=1; the pid file is gone")


def deaths():
    with Server(workers=3) as s:
        s.get()
        time.sleep(1.1)
        load, n, times = Load(s.address), 30, []
        for _ in range(n):
            pid = random.choice(s.workers())
            s.tell(signal.SIGKILL, pid)
            times.append(until(lambda: len(s.workers()) == 3 and pid not in s.workers()))
            time.sleep(0.1)
        until(lambda: load.good > 500)
        load.end()
        ok(None not in times, "kill -9 of a worker, %d times: replaced after %.0f ms at the longest" % (n, max(t or 99 for t in times) * 1000))
        ok(load.good > 500 and load.bad <= n and load.refused == 0, "meanwhile %d requests served, %d lost with their worker (at most %d)" % (load.good, load.bad, n))
        workers = s.workers()
        s.tell(signal.SIGKILL)
        s.p.wait()
        t = until(lambda: not any(alive(p) for p in workers))
        ok(t is not None, "the master is killed: its workers end by themselves")


def master_killed_keeps_nothing():
    with Server(workers=2) as s:
        signer = s.signer()
        s.tell(signal.SIGKILL)
        s.p.wait()
        ok(until(lambda: not alive(signer)) is not None,
           "the master is killed: the signer ends too")


def storm():
    with Server(workers=2, env={"MOTET_ECHO_CRASH": "1"}, wait=False) as s:
        births, start = [], time.monotonic()

        def count():
            for line in iter(s.p.stderr.readline, b""):
                births.append(time.monotonic() - start)
        t = threading.Thread(target=count)
        t.start()
        time.sleep(8)
        until(lambda: len(births) >= 6 and births[-1] > 4)
        seconds, late = time.monotonic() - start, sum(b > 4 for b in births)
        ok(s.p.poll() is None and 6 <= len(births) <= 4 * seconds and late >= 1,
           "workers that die before they serve: %d births in %.1f s, %d of them after 4 s" % (len(births), seconds, late))
        ok(s.dir.logged("die early") == 1 and s.dir.logged("\n") < 10, "said once in the log: %d lines" % s.dir.logged("\n"))
        ok(s.stop()[0] == 0, "and it still stops when told")
        t.join()


def storm_ends():
    with Server(workers=1) as s:
        for _ in range(60):     # some live too long for it on a busy machine
            until(lambda: s.workers())
            s.tell(signal.SIGKILL, s.workers()[0])
            time.sleep(0.05)
            if s.dir.logged("die early"):
                break
        until(lambda: s.workers())
        s.get()
        ok(until(lambda: s.dir.logged("start normally again")) is not None and s.dir.logged("die early") == s.dir.logged("start normally again") == 1, "a storm that ends is said to have ended")


def graceful():
    lost = 0 if EPOLL else 8        # what waits in the backlog
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        with Server(workers=4) as s:
            load = Load(s.address, 8, "/slow?ms=20")
            until(lambda: load.good > 20)
            code, t = s.stop(sig)
            load.end()
            ok(code == 0 and load.good > 20 and load.bad <= lost, "signal %d under load: exit %s after %.0f ms, %d served, %d lost" % (sig, code, t * 1000, load.good, load.bad))
    with Server(workers=2, stop_deadline=1) as s:
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=30000")))
        c.taken()
        code, t = s.stop()
        ok(code == 0 and 0.9 < t < 15,
           "a request that outlasts stop_deadline is cut off: %.1f s" % t)
    with Server(workers=2, stop_deadline=50) as s:
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=60000")))
        c.taken()
        s.tell(signal.SIGTERM)
        time.sleep(0.1)
        code, t = s.stop(signal.SIGINT)
        ok(code == 0 and t < 20, "a second signal stops at once: %.0f ms" % (t * 1000))
    with Server(workers=2) as s:
        signer = s.signer()
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=500")))
        c.taken()
        for p in s.children() + [s.p.pid]:      # what systemd and shells do
            s.tell(signal.SIGTERM, p)
        ok(c.read().status == 200 and s.p.wait(PATIENCE) == 0 and until(lambda: not alive(signer)) is not None, "SIGTERM to all processes at once: the request is finished")


def recycle():
    with Server(workers=2, max_requests=50) as s:
        load = Load(s.address, 4)
        time.sleep(3)
        until(lambda: len(load.pids) > 10)
        load.end()
        ok(load.bad == 0 and load.refused == 0 and len(load.pids) > 10, "max_requests = 50: %d requests, %d workers, %d failed" % (load.good, len(load.pids), load.bad))
        ok(s.dir.logged("die early") == 0, "and none of them is taken for a crash")


def reload():
    with Server(workers=2) as s:
        before, signer = s.workers(), s.signer()
        load, n = Load(s.address, 4), 10
        for i in range(n):
            s.dir.configure(workers=2 + i % 3)
            s.tell(signal.SIGHUP)
            until(lambda: s.dir.logged("the new workers serve") == i + 1)
        want = 2 + (n - 1) % 3
        t = until(lambda: len(s.workers()) == want)
        load.end()
        ok(load.bad <= (0 if EPOLL else 4 * n) and load.refused == 0, "%d reloads under load: %d requests, %d failed" % (n, load.good, load.bad + load.refused))
        ok(t is not None and not set(before) & set(s.workers()) and s.signer() not in (None, signer), "new workers, as many as configured, and another signer")
        now = s.workers()
        with open(s.dir.conf, "a") as f:
            f.write("no_such_key = 1\n")
        s.tell(signal.SIGHUP)
        ok(until(lambda: s.dir.logged("no_such_key")) is not None and s.workers() == now and s.get().status == 200, "a bad configuration is refused, the old one stays")
        s.dir.configure(workers=1)
        [s.tell(signal.SIGHUP) for _ in range(20)]
        ok(until(lambda: len(s.workers()) == 1) is not None and s.get().status == 200, "20 reloads at once")


def holds(pid, name):
    try:
        return any(os.path.realpath("/proc/%d/fd/%s" % (pid, f)) == name for f in os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return False        # it ends


def logs():
    with Server(workers=2) as s:
        def holders(name):
            return [p for p in [s.p.pid] + s.children() if holds(p, name)]

        os.rename(s.dir.log, s.dir.log + ".1")
        s.tell(signal.SIGUSR1)
        ok(until(lambda: os.path.exists(s.dir.log)) is not None, "SIGUSR1: the log is opened anew")
        t = until(lambda: len(holders(s.dir.log)) == 4 and not holders(s.dir.log + ".1"))
        ok(t is not None, "by master, workers and signer: %d" % len(holders(s.dir.log)))
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=1000")))
        c.taken()
        os.rename(s.dir.log, s.dir.log + ".2")
        s.tell(signal.SIGUSR1)
        c.read()
        ok(until(lambda: len(holders(s.dir.log)) == 4) is not None, "by a worker that was busy when it is done, and not at its next request only")
        other = s.dir.log + ".other"
        s.dir.configure(workers=2, log_file=other)
        s.tell(signal.SIGHUP)
        ok(until(lambda: not holders(s.dir.log) and len(holders(other)) == 4) is not None, "a reload with another log_file: all have that, none the old one")
        s.dir.configure(workers=2, log_file="")
        s.tell(signal.SIGHUP)
        ok(until(lambda: not holders(other) and len(s.children()) == 3) is not None, "a reload without log_file: nobody keeps the old one")
        s.tell(signal.SIGTERM)
        ok(b"stopping" in s.p.stderr.read(), "standard error it is")


def signer():
    with Server(workers=2) as s:
        a = [s.get("/newkey").json() for _ in range(20)]
        ok(all(x["verified"] for x in a), "20 keys made and used by the signer, median %d us for both" % sorted(x["us"] for x in a)[10])
        first = s.signer()
        s.tell(signal.SIGKILL, first)
        start = time.monotonic()
        a = s.get("/newkey")
        ok(a.status == 200 and a.json()["verified"] == 1, "the signer is killed: the next signature comes after %.0f ms" % ((time.monotonic() - start) * 1000))
        ok(s.signer() not in (None, first) and s.dir.logged("the signer ended") == 1, "from another one")
        second = s.signer()
        s.tell(signal.SIGSTOP, second)
        a = s.get("/newkey")
        ok(a.status == 200 and s.signer() not in (None, second) and s.dir.logged("the signer %d was stopped" % second) == 1,
           "a signer that was stopped is replaced: %d" % a.status)
        idle = s.workers()[0]
        s.tell(signal.SIGSTOP, idle)
        ok(until(lambda: len(s.workers()) == 2 and idle not in s.workers()) is not None and s.dir.logged("process %d was stopped" % idle) == 1,
           "and so is an idle worker")
        old = s.workers()
        for p in old:
            s.tell(signal.SIGKILL, p)
        ok(until(lambda: len(s.workers()) == 2 and not set(old) & set(s.workers())) is not None and s.get("/newkey").status == 200, "workers are killed: their successors sign")
        ended = s.dir.logged("the signer ended")
        s.tell(signal.SIGTERM, s.signer())
        ok(s.get("/newkey").status == 200 and s.dir.logged("the signer ended") == ended, "SIGTERM is no reason for it to end")


def no_fork():
    """The signer's first successor cannot be forked: the seventh fork, behind the look at the database, signer and four workers."""
    with Server(workers=4, env={"MOTET_ECHO_FORK": "7,8"}) as s:
        s.tell(signal.SIGKILL, s.signer())
        ok(until(lambda: s.dir.logged("the signer: ")) is not None, "the signer ends, and fork fails: that is logged")
        s.tell(signal.SIGUSR1)
        s.tell(signal.SIGHUP)
        ok(until(lambda: s.signer() is not None) is not None and s.get("/newkey").status == 200, "it is tried again until it works")
        code = s.stop()[0]
        ok(code == 0 and s.p.stderr.read() == b"", "rotation, reload and stop meanwhile: no signal to everybody, exit %s" % code)
    with Server(workers=4, env={"MOTET_ECHO_FORK": "3,5"}) as s:
        ok(until(lambda: len(s.workers()) == 4) is not None and s.stop()[0] == 0 and s.p.stderr.read() == b"", "three workers cannot be forked at first: they come later")
    with Server(workers=1, env={"MOTET_ECHO_FORK": "2"}, wait=False) as s:
        ok(s.p.wait(PATIENCE) == 71 and s.p.stderr.read() == b"",
           "without a first signer nothing starts: exit %s" % s.p.returncode)


def memory():
    """The worker keeps the memory of a hash, and has told the system that it may take it."""
    def own(pid):
        with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as f:
            size = {line.split()[0]: int(line.split()[1]) for line in f if line.endswith("kB\n")}
        return size["Rss:"] - size["LazyFree:"]

    with Server(workers=1) as s:
        s.get()
        pid = s.workers()[0]
        before, most = own(pid), 0
        for _ in range(4):
            good = s.get("/hash").status == 200
            most = max(most, own(pid))
        ok(good and most - before < 8192, "hashing a password, which takes 19 MiB, leaves nothing behind that the system cannot take: %d kB before, at most %d kB after it" % (before, most))


def undead():
    with Server(workers=2, env={"MOTET_ECHO_UNDEAD": "1"}) as s:
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=2500")))
        c.taken()
        for _ in range(2):
            s.tell(signal.SIGTERM)
            time.sleep(0.05)
        s.p.wait(PATIENCE)
        ok(s.dir.logged("is killed") == 1, "a worker that SIGKILL does not end at once: the master waits, having said so once: %d" % s.dir.logged("is killed"))


def find_in_memory(pid, needles):
    """How often any of the needles is in the memory of a process, and how much memory was read."""
    hits = size = 0
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
        for line in maps:
            span, mode = line.split()[:2]
            if "r" not in mode or "[v" in line:
                continue
            start, end = (int(x, 16) for x in span.split("-"))
            if end - start > 1 << 30:        # reserved by a sanitizer
                continue
            try:
                mem.seek(start)
                data = mem.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            size += len(data)
            hits += sum(data.count(n) for n in needles)
    return hits, size


def secrecy():
    with Server(workers=3) as s:
        [s.get("/newkey") for _ in range(50)]
        needles = [s.dir.secret, s.dir.secret.hex().encode()]
        try:
            found = {p: find_in_memory(p, needles) for p in [s.p.pid] + s.workers()}
            own, _ = find_in_memory(s.signer(), needles)
        except PermissionError:
            return skip("the secret is in the signer's memory only", "needs the right to read /proc/PID/mem")
        ok(own >= 1, "the secret is in the signer's memory: %d" % own)
        ok(all(h == 0 and n > 100000 for h, n in found.values()), "and not in that of master and workers: %s hits in %d kB" % (
            sum(h for h, _ in found.values()), sum(n for _, n in found.values()) // 1024))
        ok(status(s.p.pid, "NoNewPrivs") == "1" and all(status(p, "NoNewPrivs") == "1" for p in s.children()), "none of them can gain privileges")


def deadline():
    with Server(workers=2, request_deadline=2) as s:
        c = s.conn()
        start = time.monotonic()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=30000")))
        ok(c.closed(25), "a request that is overdue by 5 s is ended with its worker: %.1f s" % (time.monotonic() - start))
        ok(until(lambda: len(s.workers()) == 2) is not None and s.get().status == 200 and s.dir.logged("has worked on one request") == 1, "which is replaced")


def shared():
    with Server(workers=4) as s:
        n = [s.get("/limit?key=a").status for _ in range(12)]
        ok(n.count(200) == 5, "one limit for all workers: 5 at once, %d allowed" % n.count(200))
        old = s.workers()
        for p in old:
            s.tell(signal.SIGKILL, p)
        until(lambda: len(s.workers()) == 4 and not set(old) & set(s.workers()))
        ok(s.get("/limit?key=a").status == 429 or n.count(200) == 5, "and the death of all workers does not reset it")
        start = time.monotonic()
        load = [threading.Thread(target=s.get, args=("/gate?ms=100",)) for _ in range(4)]
        [t.start() for t in load]
        [t.join() for t in load]
        t, slots = time.monotonic() - start, min(3, os.cpu_count())
        ok(t > 0.4 / slots - 0.02, "4 hashings of 100 ms, %d at a time: %.0f ms" % (slots, t * 1000))


def end(p):
    p.terminate()
    p.wait(PATIENCE)


def privileges():
    if os.geteuid() != 0:
        return skip("privileges are dropped", "needs root")
    who = pwd.getpwnam("nobody")
    d = Dir(user="nobody", workers=2)
    shutil.chown(d.path, "nobody")
    p = subprocess.Popen([APP, "-c", d.conf], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ok(until(lambda: d.logged("ready")) is not None and fcgi.get(d.sock, "/newkey").status == 200, "started as root with user = nobody")
    uid, gid = str(who.pw_uid), str(who.pw_gid)

    def identities():
        found = set()
        for q in [p.pid] + children(p.pid):
            with open("/proc/%d/status" % q) as f:
                found |= {tuple(line.split()[1:]) for line in f if line.startswith(("Uid:", "Gid:", "Groups:"))}
        return found
    until(lambda: len(children(p.pid)) == 3 and identities() <= {(uid,) * 4, (gid,) * 4, (gid,)})
    uids = identities()
    ok(uids <= {(uid,) * 4, (gid,) * 4, (gid,)}, "every process is nobody, in no other group: %s" % sorted(uids))
    secret = os.path.realpath(d.path + "/secret")
    holders = [q for q in [p.pid] + children(p.pid) if secret in [os.path.realpath("/proc/%d/fd/%s" % (q, f)) for f in os.listdir("/proc/%d/fd" % q)]]
    peek = [fcgi.get(d.sock, "/peek?pid=%d" % q).json() for q in [p.pid] + children(p.pid)]
    ok(holders == [p.pid] and not any(x["opened"] or x["taken"] for x in peek), "root's secret: only the master holds the file, and no worker can open it, or trace anybody")
    old = children(p.pid)
    for q in old:
        os.kill(q, signal.SIGKILL)
    ok(until(lambda: len(children(p.pid)) == 3 and not set(old) & set(children(p.pid))) is not None and fcgi.get(d.sock, "/newkey").status == 200, "all children are killed: all come back")
    p.terminate()
    ok(p.wait(PATIENCE) == 0 and not os.path.exists(d.sock), "stopped, its socket removed")
    ok(d.logged("workers could open") == 0, "nothing to warn of")
    for owner, mode, warned in ((0, 0o1770, 0), (0, 0o770, 1), (who.pw_uid, 0o700, 1)):
        before, started = d.logged("workers could replace"), d.logged("ready")
        os.chown(d.path, owner, who.pw_gid)
        os.chmod(d.path, mode)
        p = subprocess.Popen([APP, "-c", d.conf], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ready = until(lambda: d.logged("ready") > started) is not None
        ok(ready and d.logged("workers could replace") == before + warned, "the secret in a directory of user %d, mode %o: %d warnings" % (owner, mode, warned))
        end(p)
    shutil.chown(d.path + "/secret", "nobody")
    for r in (run("-c", d.conf), run("-t", "-c", d.conf)):
        ok(r.returncode == 78 and b"belongs to another user" in r.stderr, "root's motetd refuses a secret that belongs to its user: %s" % r.stderr.decode()[:150])
    shutil.chown(d.path + "/secret", "root")
    l = socket.socket(socket.AF_UNIX)
    l.bind(d.sock)
    l.listen(8)
    p = subprocess.Popen([APP, "-c", d.conf, "-s", "workers=0"], stdin=l, stderr=subprocess.DEVNULL)
    ok(fcgi.get(d.sock, "/newkey").status == 200 and status(p.pid, "Uid") == uid, "spawned alone by root: it reads the secret, and is nobody")
    end(p)
    l.close()
    os.unlink(d.sock)
    r = subprocess.run(["setpriv", "--reuid=nobody", "--clear-groups", "--", APP, "-c", d.conf],
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    ok(r.returncode == 78 and b"this user may not read it" in r.stderr, "started as nobody, who cannot read the secret: exit 78")
    r = run("-c", d.conf, "-s", "user=no-such-user")
    ok(r.returncode == 78, "an unknown user: exit 78: %s" % r.stderr.decode().strip())
    with Server(workers=1) as s:
        ok(s.dir.logged("running as root") == 1, "root without `user`: a warning")
    d.remove()


def rests():
    """Begun before all other tests: it takes a minute."""
    with RESTING[0] as s:
        until(lambda: s.dir.logged("rests") or time.monotonic() - s.started > 50, 60)
        ok(s.dir.logged("rests") == 0 or not EPOLL or time.monotonic() - s.started > 60, "spawned alone, it keeps its connection at first")
        until(lambda: s.dir.logged("rests"))
        ok(s.dir.logged("rests") == EPOLL, "and gives it back after a minute of rest")
        ok(s.get().status == 200 and s.p.poll() is None, "and goes on serving")


ALL = (started, usage, plain_cgi, cgi_ends, sockets, spawners, notify, deaths, master_killed_keeps_nothing, storm, storm_ends, graceful, recycle, reload, logs, signer, no_fork, undead, memory, secrecy,
             deadline, shared, privileges, rests)
CHOSEN = named(ALL)
RESTING = [Server(spawned=True, workers=0)] if rests in CHOSEN else []
run_tests(CHOSEN)
