#!/usr/bin/env python3
"""The transport against the faults of operations.md 1.1 to 1.15, here L1 to L15, and against malformed messages: transport_test.py BUILD_DIR."""
import random
import shutil
import threading
import zlib

from pool import *

SEED = random.randrange(1 << 32)
random.seed(SEED)
with Server(spawned=True) as s:
    EPOLL = s.get().json()["recipe"] == "epoll"
print("# recipe %s, seed %d" % ("A (epoll)" if EPOLL else "B (plain)", SEED))
SLACK = 4      # seconds, of a busy machine: less than it takes until a peer that stalls is cut off, which is 10


def only_epoll(why):
    """The rows that say what recipe B cannot do are skipped there, with the reason."""
    def wrap(test):
        def run():
            if EPOLL:
                test()
            else:
                skip(test.__doc__, why)
        run.__doc__ = test.__doc__
        return run
    return wrap


def l1():
    """L1: SIGTERM while idle in accept"""
    for sig in (signal.SIGTERM, signal.SIGUSR1):
        with Server(spawned=True) as s:
            code, t = s.stop(sig)
            ok(code == 0 and t < SLACK, "L1: signal %d while idle: exit %s after %.0f ms" % (sig, code, t * 1000))


def l2():
    """L2: SIGTERM between the look at the flag and the wait"""
    if not shutil.which("gdb"):
        return skip(l2.__doc__, "needs gdb")
    with Server(spawned=True) as s:
        where = "epoll_pwait" if EPOLL else "accept"
        g = subprocess.Popen(["gdb", "-nx", "-batch", "-p", str(s.p.pid), "-ex", "break " + where, "-ex", "echo armed\\n", "-ex", "continue",
                              "-ex", "shell kill -TERM %d" % s.p.pid, "-ex", "detach"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = b""
        while b"armed" not in text and g.poll() is None:
            text += os.read(g.stdout.fileno(), 65536)
        time.sleep(0.3)
        try:
            s.get()
        except (OSError, fcgi.Closed):
            pass        # being attached to has interrupted the wait already
        text += g.communicate(timeout=PATIENCE)[0]
        start = time.monotonic()
        try:
            code = s.p.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            code = None
        ok(b"Breakpoint 1, " in text and code == 0, "L2: SIGTERM right before %s(): exit %s, %.0f ms later" % (where, code, (time.monotonic() - start) * 1000))


def l2_random():
    """L2: SIGTERM at any moment of a busy worker"""
    n, bad, longest = 30, 0, 0
    for _ in range(n):
        with Server(spawned=True) as s:
            def load():
                try:
                    while True:
                        s.get()
                except (OSError, fcgi.Closed):
                    pass
            t = threading.Thread(target=load)
            t.start()
            time.sleep(random.random() / 50)
            code, took = s.stop()
            bad += code != 0
            longest = max(longest, took)
            s.p.kill()
            os.unlink(s.address)
            t.join()
    ok(bad == 0, "L2: SIGTERM at a random moment under load: %d of %d did not end, longest %.0f ms" % (bad, n, longest * 1000))


def l3():
    """L3: SIGTERM while idle on a kept connection"""
    with Server(spawned=True) as s:
        c = s.conn()
        c.ask("GET", "/", keep=True)
        code, t = s.stop()
        ok(code == 0 and t < SLACK, "L3: SIGTERM while idle on a kept connection that the peer leaves open: exit %s after %.0f ms" % (code, t * 1000))


def l4():
    """L4: SIGTERM while serving a request of a kept connection"""
    with Server(spawned=True) as s:
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/slow?ms=300"), keep=True))
        c.taken()
        s.tell(signal.SIGTERM)
        a = c.read()
        start = time.monotonic()
        code = s.p.wait(PATIENCE)
        t = time.monotonic() - start
        ok(a.status == 200 and code == 0 and t < SLACK, "L4: the answer arrives, then exit %s after %.0f ms" % (code, t * 1000))


def l5():
    """L5: SIGTERM while the body is read"""
    with Server(spawned=True) as s:
        c = s.conn()
        whole = fcgi.request(fcgi.params("POST", "/", b"0123456789"), b"0123456789")
        c.send(whole[:-13])        # five octets of the body, and the end of STDIN, are missing
        time.sleep(0.5)     # it looks at what has come without taking it, so that nobody sees when
        s.tell(signal.SIGTERM)
        time.sleep(0.1)
        c.send(whole[-13:])
        a = c.read()
        ok(a.status == 200 and a.json()["length"] == 10 and s.p.wait(PATIENCE) == 0,
           "L5: SIGTERM in the middle of a body: all of its 10 octets arrive")


@only_epoll("libfcgi accepts there, and waits for the peer: leave spare workers")
def l6():
    """L6: silent connections"""
    with Server(workers=2) as s:
        silent = [s.conn() for _ in range(50)]
        start = time.monotonic()
        good = all(s.get().status == 200 for _ in range(20))
        t = time.monotonic() - start
        ok(good and t < SLACK, "L6: 50 silent connections, 2 workers: 20 requests in %.0f ms" % (t * 1000))
        silent[3].send(fcgi.request(fcgi.params("GET", "/")))
        ok(silent[3].read().status == 200, "L6: one of them speaks after all")


@only_epoll("no public way to bound a read: the master's deadline does not see a request that has not begun")
def l7():
    """L7: peers that begin and stall"""
    rows = [("BEGIN", fcgi.begin(False)), ("half a header", b"\1\1\0"), ("half the parameters", fcgi.begin(False) + fcgi.record(fcgi.PARAMS, b"\x0e")),
            ("half a body", fcgi.request(fcgi.params("POST", "/crash", b"x" * 10), b"x" * 10)[:-13])]
    with Server(spawned=True) as s:
        stalled = []
        for name, data in rows:
            stalled += [s.conn() for _ in range(20)]
            for c in stalled[-20:]:
                c.send(data)
            time.sleep(0.05)
            start = time.monotonic()
            good = all(s.get().status == 200 for _ in range(20))
            t = time.monotonic() - start
            ok(good and t < SLACK, "L7: %s, then silence, 20 times: 20 requests of others in %.0f ms" % (name, t * 1000))
        start = time.monotonic()
        ok(all(c.closed() for c in stalled),
           "L7: and all of them are closed within %.1f s" % (time.monotonic() - start))
        whole = fcgi.request(fcgi.params("POST", "/", b"0123456789"), b"0123456789", keep=True)
        c = s.conn()
        for n in range(1, len(whole), 9):
            c.send(whole[:n])
            time.sleep(0.002)
            others = s.get().status
            c.send(whole[n:])
            a = c.read()
            if others != 200 or a.status != 200 or a.json()["length"] != 10:
                break
        ok(n + 9 >= len(whole), "L7: a request in two parts, cut at any ninth octet, on one kept connection: served when its second part has come")


@only_epoll("a slow body occupies a worker there: let the web server buffer it")
def l7_bodies():
    """L7: bodies that come slowly"""
    body = random.randbytes(900000)
    whole = fcgi.request(fcgi.params("POST", "/", body), body)
    with Server(spawned=True) as s:
        quiet = sorted(s.timed() for _ in range(200))[197]
        slow = [s.conn() for _ in range(200)]
        for c in slow:
            c.send(whole[:40000])
        times = []
        for i in range(200):
            slow[i].send(whole[40000:40001])
            times.append(s.timed())
        ok(sum(times) < SLACK, "200 clients in the middle of 900 kB, an octet of theirs before each request of others: p99 %.1f ms, %.1f ms without them" % (sorted(times)[197] * 1000, quiet * 1000))
        for c in slow[:20]:
            c.send(whole[40001:])
        ok(all(c.read().json()["crc"] == zlib.crc32(body) for c in slow[:20]), "whose rest comes is served")
        big = b"x" * ((1 << 20) + 70000)
        data = fcgi.request(fcgi.params("POST", "/", big), big, keep=True)
        c = s.conn()
        for i in range(0, len(data), 100000):
            c.send(data[i:i + 100000])
            time.sleep(0.01)
        ok(c.read().status == 413 and c.ask("POST", "/", b"y", keep=True).json()["crc"] == zlib.crc32(b"y"), "more than 1 MiB in pieces: 413, and the next request on this connection is served")
        with open("/proc/%d/smaps_rollup" % s.p.pid, encoding="ascii") as f:
            rss = next(int(line.split()[1]) for line in f if line.startswith("Rss:"))
        ok(rss < 40000, "what waits is in files in memory, not in the worker: RSS %d kB" % rss)
        ok(all(c.closed() for c in slow[180:]), "who stalls is cut off")
        full = [s.conn() for _ in range(80)]
        for c in full:
            c.send(whole[:-100])
        ok(s.get().status == 200 and full[0].closed(5) and not full[-1].closed(0.1), "80 of them are more than 64 MiB: the oldest make room")


@only_epoll("no public way to bound a read")
def l7_pass():
    """L7: a worker that goes passes on what has come of large requests"""
    body = random.randbytes(600000)
    whole = fcgi.request(fcgi.params("POST", "/", body), body, keep=True)
    cuts = [1, 7, 8, 9, 100, 32768, 32769, 65536, 100000, 300001, 599999, len(whole) - 13, len(whole) - 1]
    with Server(workers=2) as s:
        until(lambda: len(s.workers()) == 2)
        conns = [s.conn() for _ in cuts]
        for c, n in zip(conns, cuts):
            c.send(whole[:n])
        time.sleep(0.5)
        for p in s.workers():
            s.tell(signal.SIGTERM, p)
            until(lambda: p not in s.workers())
        for c, n in zip(conns, cuts):
            c.send(whole[n:])
        ok(all(c.read().json()["crc"] == zlib.crc32(body) for c in conns), "L7: %d requests of 600 kB, cut anywhere, go from worker to worker: all answered" % len(cuts))
        ok(all(c.ask("GET", "/", keep=True).status == 200 for c in conns), "and their connections are kept")


@only_epoll("no public way to bound a read")
def l7_stop():
    """L7: SIGTERM while requests are half there"""
    whole = fcgi.request(fcgi.params("POST", "/", b"0123456789"), b"0123456789")
    with Server(workers=2) as s:
        until(lambda: len(s.workers()) == 2)
        conns = [s.conn() for _ in range(20)]
        for c in conns:
            c.send(whole[:-13])
        time.sleep(0.5)
        for p in s.workers():
            s.tell(signal.SIGTERM, p)
        time.sleep(0.3)     # they hand them over now, or when the rest has come
        for c in conns:
            c.send(whole[-13:])
        ok(sum(c.read().status == 200 for c in conns) == 20, "L7: a worker that goes hands them over: 20 half requests, all answered by others")
    with Server(workers=2) as s:
        until(lambda: len(s.workers()) == 2)
        conns = [s.conn() for _ in range(20)]
        for c in conns:
            c.send(whole[:-13])
        time.sleep(0.5)
        code, t = s.stop()
        ok(code == 0 and t < 25, "L7: and when all of them stall, a stop takes %.1f s" % t)


@only_epoll("no public way to bound a request")
def l7_drip():
    """L7: a peer that drips"""
    with Server(spawned=True) as s:
        c, good, n = s.conn(), 0, 40
        data = fcgi.request(fcgi.params("GET", "/"))
        for i in range(n):
            c.send(data[i:i + 1])
            good += s.get().status == 200
        c.send(data[n:])
        ok(good == n and c.read().status == 200, "L7: an octet, and a request of others, %d times: all are served" % n)
        c = s.conn()
        c.s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        start = time.monotonic()
        for i in range(len(data)):
            c.send(data[i:i + 1])
        ok(c.read().status == 200, "L7: all of them single, more than the peer's buffer holds before we read: served after %.1f s" % (time.monotonic() - start))


def l8():
    """L8: a peer that does not close after the answer"""
    with Server(spawned=True) as s:
        conns, start = [], time.monotonic()
        for _ in range(20):
            conns.append(s.conn())
            conns[-1].ask("GET", "/")
        t = time.monotonic() - start
        ok(t < 20 * 0.05 + SLACK, "L8: 20 peers that leave the connection open: %.0f ms" % (t * 1000))
        ok(all(c.closed() for c in conns), "L8: and we have closed it")


def l9():
    """L9: what a request leaves unread"""
    with Server(spawned=True) as s:
        c = s.conn()
        for n in (10, 8191, 8192, 8193, 65535, 65536, 300000, 1 << 20):
            body = random.randbytes(n)
            a = c.ask("POST", "/", body, keep=True).json()
            ok(a["length"] == n and a["crc"] == zlib.crc32(body), "L9: a body of %d octets on a kept connection" % n)
        a = c.ask("POST", "/", b"x" * ((1 << 20) + 1), keep=True)
        ok(a.status == 413 and a.json()["length"] == 0, "L9: one octet more than 1 MiB: 413, and nothing of it is kept")
        ok(c.ask("POST", "/", b"y", keep=True).json()["crc"] == zlib.crc32(b"y"), "L9: and the next request on this connection is served")
        try:
            c.send(fcgi.request(fcgi.params("POST", "/", CONTENT_LENGTH=""), b"x" * (9 << 20)))
            closed = c.closed()
        except OSError:
            closed = True
        ok(closed and s.get().status == 200, "L9: more than 8 MiB: the connection is dropped")


@only_epoll("libfcgi waits for a record that does not come")
def l10():
    """L10: FCGI_GET_VALUES as the only record"""
    with Server(spawned=True) as s:
        c = s.conn()
        c.send(fcgi.record(9, fcgi.pair("FCGI_MAX_CONNS", ""), 0))
        time.sleep(0.05)
        start = time.monotonic()
        ok(s.get().status == 200 and time.monotonic() - start < SLACK,
           "L10: FCGI_GET_VALUES alone: next request after %.2f s" % (time.monotonic() - start))


def l11():
    """L11: lengths that overflow inside libfcgi"""
    with Server(workers=2) as s:
        for _ in range(4):
            c = s.conn()
            c.send(fcgi.begin(False) + fcgi.record(fcgi.PARAMS, b"\xff\xff\xff\xfe\x80\x00\x00\x10" + b"x" * 64))
            c.close()
        t = until(lambda: len(s.workers()) == 2)
        good = sum(s.get().status == 200 for _ in range(20))
        ok(t is not None and good == 20, "L11: 4 requests that make libfcgi abort: the pool is whole again, %d of 20 served" % good)


@only_epoll("one connection at a time: no descriptor above a few")
def l12():
    """L12: descriptors above 1024"""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        return skip(l12.__doc__, "RLIMIT_NOFILE")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
    with Server(spawned=True) as s:
        idle = [s.conn() for _ in range(1100)]
        c = s.conn()
        good = all(c.ask("GET", "/", keep=True).status == 200 for _ in range(5))
        top = max(int(x) for x in os.listdir("/proc/%d/fd" % s.p.pid))
        ok(good and top > 1100, "L12: a kept connection with descriptor %d" % top)
        code, t = s.stop()
        ok(code == 0 and t < SLACK and all(c.closed() for c in idle[:20]),
           "L12: and an end to all of them")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@only_epoll("one connection at a time")
def out_of_descriptors():
    """more connections than descriptors"""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (150, hard))
    with Server(spawned=True) as s:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1024), hard))
        idle = [s.conn() for _ in range(400)]
        good = sum(s.get().status == 200 for _ in range(20))
        ok(good == 20, "400 silent connections, 150 descriptors: %d of 20 requests served" % good)
        ok(idle[0].closed() and not idle[-1].closed(0.1), "the oldest silent ones made room")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def backlog():
    """more connections than the backlog holds"""
    with Server(workers=1) as s:
        pids = [*s.workers(), s.p.pid]
        for pid in reversed(pids):
            s.tell(signal.SIGSTOP, pid)
        waiting, full = [], False
        while not full and len(waiting) < 2000:
            c = socket.socket(socket.AF_UNIX)
            c.setblocking(False)
            try:
                c.connect(s.address)
                waiting.append(c)
            except BlockingIOError:
                full = True
        for pid in pids:
            s.tell(signal.SIGCONT, pid)
        ok(full and 500 <= len(waiting) <= 520,
           "%d connections wait while nobody accepts; the next is refused" % len(waiting))
        ok(s.get().status == 200, "and when somebody does, requests are served")
        for c in waiting:
            c.close()


def l13():
    """L13: the peer closes during a large response"""
    with Server(spawned=True) as s:
        for _ in range(10):
            c = s.conn()
            c.send(fcgi.request(fcgi.params("GET", "/big?bytes=6000000")))
            c.exactly(1000)
            c.close()
        a = s.get("/big?bytes=6000000")
        ok(a.json()["pid"] == s.p.pid and len(a.body) > 6000000, "L13: 10 peers that leave in the middle of 6 MB: the worker lives")
        ok(int(a.headers["content-length"]) == len(a.body), "L13: and the eleventh gets every octet")


@only_epoll("no public way to bound a write")
def l13_slow():
    """L13: peers that do not read"""
    def cut(c):
        try:
            return c.read() is None
        except (fcgi.Closed, ConnectionError):
            return True

    with Server(spawned=True) as s:
        conns = [s.conn() for _ in range(20)]
        for c in conns:         # one after another, so that the last one is the youngest
            c.send(fcgi.request(fcgi.params("GET", "/big?bytes=6000000"), keep=True))
            c.taken()
        start = time.monotonic()
        ok(s.get().status == 200 and time.monotonic() - start < SLACK, "L13: 20 peers do not read their 6 MB: next request after %.2f s" % (time.monotonic() - start))
        ok(len(conns[-1].read().body) > 6000000 and conns[-1].ask("GET", "/", keep=True).status == 200, "L13: who reads later gets every octet, and its connection is kept")
        ok(all(cut(c) for c in conns[:8]), "L13: of more than 64 MiB the oldest are cut off")
        time.sleep(max(0, start + 11.5 - time.monotonic()))
        ok(cut(conns[15]) and s.get().status == 200, "L13: and after 10 s without an octet all of them")
    with Server(workers=2) as s:
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/big?bytes=6000000")))
        c.taken()
        s.tell(signal.SIGTERM)
        until(lambda: s.dir.logged("stopping"))
        ok(len(c.read().body) > 6000000 and s.stop()[0] == 0, "L13: a stop waits until the peer has read")


@only_epoll("no public way to bound a write")
def l13_stopped():
    """L13: a worker that was stopped"""
    body = random.randbytes(200000)
    whole = fcgi.request(fcgi.params("POST", "/", body), body)
    with Server(spawned=True) as s:
        reader, writer = s.conn(), s.conn()
        reader.send(fcgi.request(fcgi.params("GET", "/big?bytes=6000000"), keep=True))
        reader.taken()
        writer.send(whole[:100000])
        writer.taken()
        s.get()
        s.tell(signal.SIGSTOP)
        first = reader.exactly(200000)
        writer.send(whole[100000:])
        time.sleep(11)
        s.tell(signal.SIGCONT)
        ok(writer.read().json()["crc"] == zlib.crc32(body),
           "L13: a worker stopped for 11 s serves whose body came meanwhile")
        rest = 0
        while rest < 5800000:
            rest += len(reader.exactly(10000))
        ok(len(first) + rest == 6000000, "L13: and goes on sending to who has read")


def l14():
    """L14: system calls of one request"""
    if not shutil.which("strace"):
        return skip(l14.__doc__, "needs strace")
    with Server(spawned=True) as s:
        c, n = s.conn(), 100
        c.ask("GET", "/", keep=True)
        t = subprocess.Popen(["strace", "-qq", "-c", "-S", "calls", "-p", str(s.p.pid)], stderr=subprocess.PIPE)
        time.sleep(0.7)
        for _ in range(n):
            c.ask("GET", "/", keep=True)
        t.send_signal(signal.SIGINT)
        text = t.communicate()[1].decode()
        calls = sum(int(x.split()[3]) for x in text.splitlines() if x.strip() and x.split()[0].replace(".", "").isdigit() and "total" not in x)
        print("# " + text.replace("\n", "\n# "))
        ok(calls / n < 20, "L14: %.1f system calls for a request on a kept connection" % (calls / n))


def l15():
    """L15: a connection that is lost inside the parameters"""
    plist = b"".join(fcgi.pair(*p) for p in fcgi.params("GET", "/crash"))
    whole = fcgi.begin(False) + fcgi.record(fcgi.PARAMS, plist)
    with Server(spawned=True) as s:
        for name, data in (("at the end of a pair", whole), ("in a pair", fcgi.begin(False) + fcgi.record(fcgi.PARAMS, plist)[:-4]),
                           ("before STDIN", whole + fcgi.record(fcgi.PARAMS)), ("in STDIN", whole + fcgi.record(fcgi.PARAMS) + fcgi.record(fcgi.STDIN, b"x"))):
            c = s.conn()
            c.send(data)
            c.close()
            ok(s.get().json()["pid"] == s.p.pid, "L15: lost %s: nothing is executed" % name)
        for n in range(0, len(whole), 7):
            c = s.conn()
            c.send(whole[:n])
            c.close()
        ok(s.get().json()["pid"] == s.p.pid, "L15: lost after any of %d lengths: nothing is executed" % len(range(0, len(whole), 7)))


def messages():
    """requests and responses"""
    with Server(spawned=True, trusted_proxies="10.0.0.0/24") as s:
        a = s.get("/x%2Fy?z", method="POST", body=b"abc", HTTP_HOST="h:8080", REQUEST_ID="id.1")
        j = a.json()
        ok(j["target"] == "/x%2Fy?z" and j["host"] == "h:8080" and j["request_id"] == "id.1" and j["crc"] == zlib.crc32(b"abc"), "what was sent arrives")
        ok(a.raw.startswith(b"Status: 200 OK\r\n") and a.headers["content-length"] == str(len(a.body)), "Status and an exact Content-Length")
        h = s.get(method="HEAD", REQUEST_ID="id.1")
        g = s.get(REQUEST_ID="id.1")
        ok(h.body == b"" and int(h.headers["content-length"]) == len(g.body) + 1, "HEAD: the length of what GET would send, and nothing of it")
        for code in (204, 304):
            a = s.get("/status?code=%d" % code)
            ok(a.status == code and a.body == b"" and "content-length" not in a.headers, "%d: no content, no length" % code)
        ok(s.get("/status?code=451").status == 451, "any status")
        ok(s.get(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="9.9.9.9, 203.0.113.4").json()["remote"] == "203.0.113.4", "the client behind a proxy of ours")
        for n, name in ((2, "less"), (4, "more")):
            a = s.get("/", method="POST", body=b"abc", CONTENT_LENGTH=str(n))
            ok(a.status == 400 and "Content-Length" in a.json()["malformed"], "a Content-Length of %s than the body: 400" % name)
        ok(s.get("/", method="POST", body=b"abc", CONTENT_LENGTH="-1").json()["length"] == 3, "a Content-Length that is no number does not matter")
        ok(s.get("/", HTTP_X="y" * 70000).status == 400, "70 kB of headers: 400")
        ok(s.get("/", **{"HTTP_X%d" % i: "y" for i in range(300)}).status == 400, "300 headers: 400")
        c = s.conn()
        c.send(fcgi.request(fcgi.params("GET", "/") + [("HTTP_AUTHORIZATION", "a"), ("HTTP_AUTHORIZATION", "b")]))
        ok(c.read().status == 400, "a header twice with different contents: 400")
        c = s.conn()
        c.send(fcgi.request([("REQUEST_URI", "/crash")]))
        try:
            a = c.read()
        except (fcgi.Closed, ConnectionError):
            a = None
        ok(a is None or a.raw == b"", "no REQUEST_METHOD: no answer")
        for name, data in (("zeros", b"\0" * 64), ("HTTP", b"GET / HTTP/1.0\r\n\r\n"), ("noise", random.randbytes(4096)), ("an unknown role", fcgi.record(fcgi.BEGIN, b"\0\7\0\0\0\0\0\0"))):
            c = s.conn()
            c.send(data)
            c.s.shutdown(socket.SHUT_WR)
            c.closed()
            ok(s.get().json()["pid"] == s.p.pid, "%s instead of a request: the worker lives" % name)
        ok(s.get().json()["pid"] == s.p.pid, "the same worker all the time")


def kept():
    """many kept connections on few workers"""
    with Server(workers=2) as s:
        conns = [s.conn() for _ in range(40 if EPOLL else 2)]
        n = 0
        for _ in range(20):
            for c in conns:
                n += c.ask("GET", "/", keep=True).status == 200
        ok(n == 20 * len(conns), "%d kept connections, 2 workers: %d of %d served" % (len(conns), n, 20 * len(conns)))
        if EPOLL:
            t = [threading.Thread(target=lambda c=c: c.ask("GET", "/slow?ms=100", keep=True)) for c in conns[:2]]
            start = time.monotonic()
            [x.start() for x in t]
            [x.join() for x in t]
            print("# two slow requests on two kept connections: %.0f ms" % ((time.monotonic() - start) * 1000))


ALL = (l1, l2, l2_random, l3, l4, l5, l6, l7, l7_bodies, l7_pass, l7_stop, l7_drip, l8, l9, l10, l11, l12, out_of_descriptors, backlog, l13, l13_slow, l13_stopped, l14, l15, messages, kept)
for test in [t for t in ALL if len(sys.argv) < 3 or t.__doc__.split(":")[0] in sys.argv[2:]]:
    try:
        test()
    except Exception as e:      # one broken row must not hide the others
        ok(False, "%s: %s: %s" % (test.__doc__, type(e).__name__, e))
done()
