#!/usr/bin/env python3
"""What operators see: status_test.py BUILD_DIR [TEST...]. motetctl status and top with a full pool, without a database and through kill -9; /metrics, read back by
prometheus_client; the dashboard and the alerts, which may ask only for what is there; the lines of the log."""
import fcntl
import glob
import json
import pty
import random
import select
import shutil
import struct
import termios
import threading

from prometheus_client.parser import text_string_to_metric_families

from pool import *

SEED = random.randrange(1 << 32)
random.seed(SEED)
print("# seed %d" % SEED)
MOTETD = os.path.join(BUILD, "motetd")
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def idle_pool():
    with Server(workers=3) as s:
        for _ in range(20):
            s.get()
        s.get("/status?code=404")
        s.get("/status?code=503")
        j = quiet(s, requests=22, workers_idle=3)
        ok(j["requests"] == 22 and j["answers_below_400"] == 20 and j["answers_4xx"] == 1 and j["answers_5xx"] == 1, "status counts 22 requests by their answers")
        ok(j["workers"] == 3 and j["workers_wanted"] == 3 and j["workers_idle"] == 3 and j["state"] == "serving", "and three idle workers: %s" % j["state"])
        ok(0 < j["p50_ms"] <= j["p95_ms"] <= j["p99_ms"], "and how long they took: %s, %s, %s ms" % (j["p50_ms"], j["p95_ms"], j["p99_ms"]))
        text = ctl(s, "status").stdout
        ok(len(text.splitlines()) < 45 and "state:" in text and "requests:" in text, "for people as lines: %d" % len(text.splitlines()))
        ok(os.stat(s.dir.path + "/scoreboard").st_mode & 0o777 == 0o640, "the file has mode 0640")
        s.stop()
        r = ctl(s, "status")
        ok(r.returncode == 69 and "is motetd running on this host" in r.stderr, "stopped: exit 69: %s" % r.stderr.strip()[:120])


def full_pool():
    with Server(workers=3, stop_deadline="1s") as s:
        threads = [threading.Thread(target=lambda: s.get("/slow?ms=6000")) for _ in range(5)]
        [t.start() for t in threads]
        ok(until(lambda: "all workers" in state(s).get("state", ""), 5) is not None,
           "three workers at long requests, two requests wait: status says so at once")
        r = ctl(s, "top", "--once")
        rows = [line.split() for line in r.stdout.splitlines() if "GET /slow" in line and "busy" in line]
        ok("\nKeyPackages: not counted yet" in r.stdout, "top has a line for the stock of KeyPackages")
        ok(r.returncode == 0 and len(rows) == 3, "and top shows the three, with their route:\n# " + r.stdout.replace("\n", "\n# "))
        ok({int(x[0]) for x in rows} == set(s.workers()) and all(float(x[3]) > 100 and x[4] == "work" for x in rows), "and process, age and phase of each")
        page = json.loads(ctl(s, "top", "--json").stdout)
        busy = {w["pid"]: w for w in page["workers"] if (w["state"], w["method"], w["path"]) == ("busy", "GET", "/slow") and w["request_ms"] > 100}
        ok(set(busy) == set(s.workers()), "so does --json: %s" % page)
        [t.join() for t in threads]
        s.get("/slow?ms=1")
        page = json.loads(ctl(s, "top", "--json", "--sort", "requests").stdout)
        counts = [w["requests"] for w in page["workers"]]
        ok(counts == sorted(counts, reverse=True) and [r["requests"] for r in page["routes"] if r["path"] == "/slow"] == [6] and
           all(w["path"] is None and w["phase"] is None for w in page["workers"]), "and it counts the requests of each route: %s" % page)
        by_requests = [int(line.split()[2]) for line in ctl(s, "top", "--once", "--sort", "requests").stdout.splitlines() if " idle " in line and "workers" not in line]
        ok(by_requests == sorted(by_requests, reverse=True) and len(by_requests) == 3, "sorted by requests: %s" % by_requests)
        ok(ctl(s, "top", "--once", "--sort", "x").returncode == 64, "by nothing else")


def killed_workers():
    """Whatever is killed, totals never decrease, and they include everything that clients have seen."""
    with Server(workers=3, max_requests=0) as s:
        good, run, lock = [0], [True], threading.Lock()

        def load():
            while run[0]:
                try:
                    fine = s.get().status == 200
                except (OSError, fcgi.Closed):
                    fine = False
                with lock:
                    good[0] += fine
        threads = [threading.Thread(target=load) for _ in range(3)]
        [t.start() for t in threads]
        seen, killed, end = [], set(), time.monotonic() + 6
        while time.monotonic() < end:
            victims = [p for p in s.workers() if p not in killed]     # one that is killed already may still be listed
            if victims:
                victim = random.choice(victims)
                s.tell(signal.SIGKILL, victim)
                killed.add(victim)
            seen.append(state(s)["requests"])
        kills = len(killed)
        run[0] = False
        [t.join() for t in threads]
        j = quiet(s, workers_idle=3)
        ok(seen == sorted(seen) and seen[-1] <= j["requests"], "%d workers killed under load: requests never go back: %s" % (kills, seen))
        ok(good[0] - kills <= j["requests"] <= good[0] + kills, "and are those that clients made: %d answered, %d counted" % (good[0], j["requests"]))
        ok(j["worker_deaths"] == kills and j["worker_births"] == 3 + kills, "deaths %d, births %d" % (j["worker_deaths"], j["worker_births"]))
        s.tell(signal.SIGKILL)
        s.p.wait()
        r = ctl(s, "status")
        ok(r.returncode == 69 and "has stopped" in r.stderr, "the master is killed: the file stays, and status knows: %s" % r.stderr.strip()[:90])


def spawned():
    d = Dir(workers=0)
    if not shutil.which("spawn-fcgi"):
        return skip("spawn-fcgi -F", "is not installed")
    subprocess.run(["spawn-fcgi", "-s", d.sock, "-F", "4", "-P", d.path + "/pid", "--", APP, "-c", d.conf], stdout=subprocess.DEVNULL, check=True)
    pids = [int(x) for x in open(d.path + "/pid").read().split()]
    until(lambda: state(d).get("workers_idle") == 4)
    for _ in range(10):
        fcgi.get(d.sock)
    j = quiet(d, requests=10, workers_idle=4)
    ok(j["workers"] == 4 and j["requests"] == 10, "four processes that were spawned alone share one scoreboard: %s workers, %s requests" % (j["workers"], j["requests"]))
    os.kill(pids[0], signal.SIGKILL)
    j = quiet(d, workers=3)
    ok(j["workers"] == 3 and j["requests"] == 10, "one is killed: three, and no request is forgotten")
    [os.kill(p, signal.SIGTERM) for p in pids[1:]]
    until(lambda: not any(alive(p) for p in pids))
    ok(ctl(d, "status").returncode == 69, "all are gone: exit 69")
    d.remove()


def broken():
    """Files that nobody wrote on purpose, or somebody did: motetctl answers, or refuses; it never dies of them, and prints no control sequence."""
    with Server(workers=2) as s:
        for _ in range(5):
            s.get()
        quiet(s, requests=5, workers_idle=2)
        path, n, bad = s.dir.path + "/scoreboard", 300, []
        with open(path, "r+b") as f:        # the server's own, so that its locks say that it lives
            head = f.read(32768)
            used = [i for i in range(0, len(head) - 8, 4) if i >= 56] if head else []
            fields = [i for i in used if i < 200] + [i for i in used if head[i:i + 4] != bytes(4)]
            for i in range(n):
                at, new = random.choice(fields if i % 3 else used), random.choice((b"\xff" * 4, struct.pack("<i", 1 << 30), b"\xff\xff\xff\x7f", b"\x1b[2J", random.randbytes(4), b"A" * 8))
                f.seek(at)
                f.write(new)
                f.flush()
                r = ctl(s, "top", "--once")
                if r.returncode not in (0, 1, 69) or re.search(r"[^\n -~]", r.stdout):
                    bad.append((at, new, r.returncode))
                f.seek(0)
                f.write(head)
                f.flush()
            r = ctl(s, "status")
            ok(not bad and r.returncode == 0, "%d broken numbers and texts: top ends in order: %s" % (n, bad[:5]))
        with open(path, "rb") as f:
            f.seek(0)
            first = f.read(100000)
        s.stop()
        for size in (0, 100, 20000, 40000, 90000):
            with open(path, "wb") as f:
                f.write(first[:size])
            ok(ctl(s, "top", "--once").returncode in (1, 69), "a file of %d octets is refused" % size)


def overdue():
    with Server(workers=6, request_deadline=2) as s:
        keep = []
        for _ in range(24):     # one worker may take several of them
            keep.append(s.conn())
            keep[-1].send(fcgi.request(fcgi.params("GET", "/slow?ms=30000")))
        until(lambda: state(s).get("workers_killed", 0) >= 5, step=0.5)
        j = quiet(s, worker_deaths=0)
        ok(j["workers_killed"] >= 5 and j["worker_deaths"] == 0 and s.dir.logged("CRASH STORM") == 0, "%d workers killed as overdue: %d deaths, and no crash storm" % (j["workers_killed"], j["worker_deaths"]))


def no_file():
    with Server(workers=1, args=["-s", "scoreboard_file=/nonexistent/x"]) as s:
        ok(s.p.wait() == 78 and b"no directory /nonexistent" in s.p.stderr.read(), "no directory for the file: refused, and the directory is named")
    with tempfile.TemporaryDirectory() as there, Server(workers=1, args=["-s", "scoreboard_file=" + there]) as s:
        ok(s.get().status == 200 and s.dir.logged("motetctl status will not see") == 1, "a directory where the file should be: a warning, and it serves")


class Terminal:
    def __init__(self, s, *args, term="xterm"):
        pid, self.fd = pty.fork()
        if pid == 0:
            os.execve(MOTETCTL, [MOTETCTL, "-c", s.dir.conf, "top", *args], {**os.environ, "TERM": term})
        self.pid, self.text = pid, ""

    def until(self, text, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while text not in self.text and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode()
                except OSError:
                    break
        return text in self.text

    def size(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def modes(self):
        return termios.tcgetattr(self.fd)[3] & (termios.ECHO | termios.ICANON)

    def widest(self):
        """The longest line of the next page."""
        self.text = ""
        self.until("\033[J")
        return max(map(len, re.sub("\033\\[[HJK]", "", self.text).split("\r\n")))

    def end(self):
        """Reads the rest of the output, so that the program does not wait for the test."""
        self.until("\0", 1)
        status = os.waitpid(self.pid, 0)[1]
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)


def terminals():
    with Server(workers=2) as s:
        for how in ("q", "^C", "SIGTERM"):
            t = Terminal(s)
            was = t.modes()
            ok(t.until("PHASE") and t.until("\033[?1049h"), "top on a terminal shows a page")
            ok(until(lambda: t.modes() == 0) is not None, "and reads single keys")
            if how == "q":
                t.size(10, 40)
                ok(until(lambda: t.widest() <= 40) is not None,
                   "on a smaller one no line is longer than it")
                t.text = ""
                os.write(t.fd, b"r")
                ok(t.until("\033[H"), "a key is answered with a page")
            os.write(t.fd, {"q": b"q", "^C": b"\003"}[how]) if how != "SIGTERM" else os.kill(t.pid, signal.SIGTERM)
            t.until("\033[?1049l")
            ok("\033[?25h\033[?1049l" in t.text and until(lambda: t.modes() == was) is not None,
               "%s: the terminal is as it was" % how)
            ok(t.end() == 0, "and the end is orderly")
        t = Terminal(s, term="dumb")
        ok(t.until("PHASE") and t.until("\r\n \r\n") and "\033" not in t.text,
           "on a dumb terminal there are no control sequences")
        os.kill(t.pid, signal.SIGINT)
        ok(t.end() == 0, "^C ends it")
        r = subprocess.run([MOTETCTL, "-c", s.dir.conf, "top", "--once"], capture_output=True, text=True)
        ok(r.returncode == 0 and "\033" not in r.stdout and r.stdout.count("PHASE") == 1, "--once in a pipe: one page, plain")


def families(text):
    return {f.name: f for f in text_string_to_metric_families(text)}


def value(found, name, **labels):
    for f in found.values():
        for x in f.samples:
            if x.name == name and all(x.labels.get(k) == v for k, v in labels.items()):
                return x.value
    return None


TOKEN = secrets.token_hex(16)


def bearer(token):
    return {"HTTP_AUTHORIZATION": "Bearer " + token, "REMOTE_ADDR": "203.0.113.9"}


def real(**keys):
    os.environ.pop("MOTET_DATABASE", None)
    d = {"database": "host=/nonexistent dbname=motet", "rate_limit": "off", "workers": 2, "slow_request_ms": 1, "log_format": "json", "log_level": "debug", **keys}
    return Server(program=MOTETD, **d)


def metrics():
    place = tempfile.mkdtemp(prefix="motet-token-")
    token = os.path.join(place, "token")
    with open(token, "w", encoding="ascii") as f:
        f.write(TOKEN + "\n")
    with real(metrics_allow="192.0.2.0/24, 2001:db8::/32", metrics_token_file=token) as s:
        for address, want in (("192.0.2.7", 200), ("2001:db8::1", 200), ("192.0.3.7", 404), ("127.0.0.1", 404), ("", 404)):
            ok(s.get("/metrics", REMOTE_ADDR=address).status == want, "/metrics for %s: %d" % (address or "nobody", want))
        ok(s.get("/metrics", **bearer(TOKEN)).status == 200, "with the token: 200")
        for wrong in (TOKEN[:-1], TOKEN + "0", "", TOKEN.upper() if TOKEN.upper() != TOKEN else "x", "0" * 32):
            ok(s.get("/metrics", **bearer(wrong)).status == 404, "with another one: 404")
        nowhere, here = s.get("/nowhere", REMOTE_ADDR="203.0.113.9"), s.get("/metrics", REMOTE_ADDR="203.0.113.9")
        bodies = [{k: v for k, v in json.loads(r.body).items() if k != "instance"} for r in (nowhere, here)]
        ok(bodies[0] == bodies[1] and b"no such route" in here.body, "who may not read it cannot tell that it is there")
        with open(token, "w", encoding="ascii") as f:
            f.write("x" * 20 + "\n")
        ok(s.get("/metrics", **bearer(TOKEN)).status == 404 and s.get("/metrics", **bearer("x" * 20)).status == 200, "a new token counts at once")
        ok(all(s.get("/readyz").status == 503 for _ in range(16)), "without a database /readyz is 503")
        j = state(s)
        ok(j["state"] == "the database is unavailable" and j["workers_without_database"] > 0, "the database is away, and status says so: %s" % j["state"])
        a = s.get("/metrics", REMOTE_ADDR="192.0.2.7")
        text = a.body.decode()
        found = families(text)
        ok(a.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8" and len(found) > 25, "without a database there are %d families" % len(found))
        ok(value(found, "motet_http_requests_total", route="/readyz", method="GET", status="503") >= 8, "requests by route, method and status")
        count = value(found, "motet_http_request_duration_seconds_count", route="/readyz")
        ok(count == value(found, "motet_http_request_duration_seconds_bucket", route="/readyz", le="+Inf") and count >= 8, "a histogram whose count is its last bucket")
        steps = [x.value for x in found["motet_http_request_duration_seconds"].samples if x.name.endswith("_bucket") and x.labels["route"] == "/readyz"]
        ok(steps == sorted(steps) and len(steps) == 14, "and whose buckets add up: %s" % steps)
        ok(value(found, "motet_database_failures_total") > 0 and value(found, "motet_errors_total", error="UNAVAILABLE") >= 8, "failures of the database are counted")
        ok(value(found, "motet_workers_wanted") == 2 and value(found, "motet_workers", state="busy") >= 1, "workers: the one that answers is busy")
        ok(all(f.documentation and f.type != "unknown" for f in found.values()), "every family has a type and a help text")
        dashboards(text)
        lines(s)
    shutil.rmtree(place)
    with Server(program=MOTETD, args=["-s", "metrics_allow=here"], wait=False) as s:
        ok(s.p.wait(PATIENCE) == 78,
           "an address that is none: exit 78: %s" % s.p.stderr.read().decode().strip()[:90])


def storm():
    """Workers die one after the other. That it is over after a minute is in tests/unit/server_test.c."""
    with real(metrics_allow="192.0.2.7", workers=3) as s:
        def gauge():
            return value(families(s.get("/metrics", REMOTE_ADDR="192.0.2.7").body.decode()), "motet_crash_storm")
        ok(state(s)["state"] == "serving" and gauge() == 0, "three workers: serving, and no storm")
        for _ in range(10):
            until(lambda: s.workers())
            if s.dir.logged("CRASH STORM"):
                break
            victims = s.workers()
            for p in victims:
                s.tell(signal.SIGSEGV, p)
            until(lambda v=victims: not set(v) & set(s.workers()))
        until(lambda: state(s).get("workers", 0) == 3)
        j = state(s)
        ok(j["state"].startswith("crash storm") and j["worker_deaths"] >= 5, "%d died one after the other: status says so, also when all are there again: %s" % (j["worker_deaths"], j["state"]))
        ok("crash storm" in ctl(s, "status").stdout and gauge() == 1, "to people, too, and /metrics has it")


def names_in(expr):
    """Names of metrics in an expression, as far as ours look like that."""
    return set(re.findall(r"\b(?:motet|process)_[a-z0-9_]+", expr))


def expressions(node):
    if isinstance(node, dict):
        for k, v in node.items():
            if k in ("expr", "query") and isinstance(v, str):
                yield v
            else:
                yield from expressions(v)
    elif isinstance(node, list):
        for v in node:
            yield from expressions(v)


def dashboards(text):
    there = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)", text, re.M):
        there |= {name + x for x in ("_bucket", "_sum", "_count")} if kind == "histogram" else set()
    for path in glob.glob(os.path.join(TOP, "deploy/grafana/*.json")) or [""]:
        asked = set().union(*(names_in(x) for x in expressions(json.load(open(path, encoding="utf-8")))))
        ok(len(asked) > 10 and asked <= there, "%s asks for %d metrics, all of which are there: %s" % (os.path.basename(path), len(asked), sorted(asked - there)))
    for path in glob.glob(os.path.join(TOP, "deploy/prometheus/*.yml")) or [""]:
        rules = [line.split("expr:", 1)[1] for line in open(path, encoding="utf-8") if "expr:" in line]
        asked = set().union(*(names_in(x) for x in rules))
        ok(len(rules) > 4 and asked <= there, "%s asks for %d metrics, all of which are there: %s" % (os.path.basename(path), len(asked), sorted(asked - there)))


def logged(s):
    with open(s.dir.log, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def lines(s):
    a = s.get("/nowhere", REMOTE_ADDR="198.51.100.77", REQUEST_ID="web.1", HTTP_X_REQUEST_ID="mine")
    ok(a.headers["x-request-id"] == "web.1", "the web server's id is returned")
    ok(s.get("/nowhere", HTTP_X_REQUEST_ID="mine").headers["x-request-id"] != "mine", "a client's is not")
    mine = []
    until(lambda: mine.extend(x for x in logged(s) if x.get("id") == "web.1") or mine)
    ok(len(mine) == 1 and mine[0]["event"] == "request" and mine[0]["status"] == 404 and mine[0]["route"] == "-", "one line for it: %s" % mine)
    ok(mine and mine[0]["address"] == "198.51.100.0" and mine[0]["bytes"] == len(a.body), "with the network that asked, and the octets of the answer")
    asked = [x for x in logged(s) if x.get("event") == "request"]
    ok(len(asked) > 20 and all({"ms", "db_ms", "db_round_trips", "bytes"} <= set(x) and 0 <= x["db_ms"] <= x["ms"] + 1 for x in asked),
       "each of %d lines of requests has ms, db_ms and db_round_trips" % len(asked))


def slow_real():
    """Where the database does not answer, that is where the time goes: a listener that takes connections and says nothing."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(64)
        with real(database="host=127.0.0.1 port=%d dbname=motet" % mute.getsockname()[1]) as s:
            s.get("/readyz", REQUEST_ID="slow.1")
            until(lambda: s.dir.logged("slow.1.*\"event\":\"slow\"|\"event\":\"slow\".*slow.1"), 15)
            slow = [x for x in logged(s) if x.get("event") == "slow" and x["id"] == "slow.1"]
            ok(slow and all({"id", "route", "status", "ms"} <= set(x) and x["ms"] >= 1 for x in slow), "%d slow lines, each with its id: %s" % (len(slow), slow[:1]))
            asked = [x for x in logged(s) if x.get("event") == "request" and x["id"] == "slow.1"]
            ok(asked and asked[0]["ms"] >= 500 and asked[0]["db_ms"] >= 0.9 * asked[0]["ms"] - 1, "db_ms is what the database took: %s" % asked)


def slow_lines():
    with Server(workers=1, slow_request_ms=1000, log_format="json") as s:
        s.get("/slow?ms=10")
        s.get("/slow?ms=1200", REQUEST_ID="s.1")
        until(lambda: s.dir.logged('"event":"slow"'))
        got = [x for x in logged(s) if x.get("event") == "slow"]
        ok(len(got) == 1 and got[0]["id"] == "s.1" and got[0]["ms"] >= 1200 and got[0]["level"] == "warn", "a request of 1200 ms is slow, one of 10 is not")
        ok(1190 <= got[0]["work_ms"] <= got[0]["ms"] + 1,
           "and its phases say where the time went: %s" % got)
    with Server(workers=1, slow_request_ms=0) as s:
        s.get("/slow?ms=300")
        until(lambda: s.dir.logged(r"\bms=[3-9]\d\d|\bms=\d{4}"))
        ok(s.dir.logged(" slow ") == 0, "slow_request_ms = 0: never")


def destinations():
    """Standard error that is the journal's, and addresses as log_addresses says."""
    for how, want in (("none", 0), ("short", 1), ("full", 1)):
        with Server(workers=1, log_addresses=how) as s:
            s.get(REMOTE_ADDR="198.51.100.77")
            until(lambda: s.dir.logged(" request "))
            ok(s.dir.logged("address=198.51.100.%s\\b" % ("77" if how == "full" else "0")) == want, "log_addresses = %s" % how)


TESTS = [idle_pool, full_pool, killed_workers, spawned, broken, overdue, no_file, terminals, metrics, storm, slow_real, slow_lines, destinations]
for test in TESTS:
    if len(sys.argv) < 3 or test.__name__ in sys.argv[2:]:
        test()
done()
