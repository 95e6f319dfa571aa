"""Many hands on one token, through two pools on one database, while workers and connections die and answers are cut off: one winner.

Everything is judged from the clients' side (a one-time thing needs no more): at most one success; no refusal that ended before the winner's
request began; whoever was cut off asks again with the same request and learns its fate; a token that nobody has a session for was
lost by somebody who was cut off, and a session is there.
"""
import base64
import contextlib
import json
import os
import random
import shutil
import subprocess
import threading
import time

import case
import http1
from ports import free_port
from world import Actor, challenge, children, comm, need, trial, works

ROUNDS, FEWEST, MOST, CUT = 40, 16, 64, 0.2
LOST = "lost"


class Pool:
    """A second motetd and a second web server on the database of a server that runs already, as another host would have them."""

    def __init__(self, server):
        self.server, self.port = server, free_port()
        self.state = os.path.join(server.state, "run", "second")
        self.motetd = self.web = None

    def __enter__(self):
        shutil.rmtree(self.state, ignore_errors=True)
        os.mkdir(self.state, 0o700)
        user = os.stat(os.path.join(self.server.state, "var"))
        os.chown(self.state, user.st_uid, user.st_gid)
        self.as_user = ["setpriv", f"--reuid={user.st_uid}", f"--regid={user.st_gid}", "--clear-groups", "--"] if os.geteuid() == 0 else []
        var = os.path.join(self.server.state, "var")
        self.write("motet.conf", os.path.join(self.server.state, "motet.conf"),
                   [("/run/motet.sock", "/run/second/motet.sock"),
                    (f"state_dir = {var}\n", f"state_dir = {self.state}\n")])
        web = self.server.web_wanted
        self.write(f"{web}.conf", os.path.join(self.server.state, "etc", f"{web}.conf"),
                   [("/run/motet.sock", "/run/second/motet.sock"), (f"{self.server.port}", f"{self.port}"), ("/web/nginx.pid", "/run/second/nginx.pid")])
        programs = self.server.programs
        motetd = next(p for d in ("sbin", "bin") if os.path.exists(p := os.path.join(programs, d, "motetd")))
        self.motetd = self.spawn([motetd, "-c", os.path.join(self.state, "motet.conf")], [])
        self.until(lambda: os.path.exists(os.path.join(self.state, "motet.sock")))
        conf = os.path.join(self.state, f"{web}.conf")
        self.web = self.spawn(["/usr/sbin/nginx", "-e", "stderr", "-c", conf, "-g", "daemon off;"] if web == "nginx" else ["/usr/sbin/lighttpd", "-D", "-f", conf])
        self.until(lambda: self.server.ask("GET", "/readyz", address=self.address).status == 200)
        return self

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    def write(self, name, like, replace):
        with open(like, encoding="utf-8") as f:
            text = f.read()
        for a, b in replace:
            text = text.replace(a, b)
        path = os.path.join(self.state, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o644)

    def spawn(self, command, user=None):
        """Root's motetd becomes its user by itself."""
        with open(os.path.join(self.server.state, "log", "second.log"), "ab") as log:
            return subprocess.Popen((self.as_user if user is None else user) + command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    @staticmethod
    def until(fine):
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError, EOFError):
                if fine():
                    return
            need(time.monotonic() < deadline, "the second pool does not start")
            time.sleep(0.1)

    def __exit__(self, *_):
        for p in (self.web, self.motetd):
            if p:
                p.terminate()
                p.wait(20)
        shutil.rmtree(self.state, ignore_errors=True)


class Killer(threading.Thread):
    """Every 100 ms a worker of either pool dies by SIGKILL, or a connection to the database ends."""

    def __init__(self, server, masters, rng):
        super().__init__(daemon=True)
        self.server, self.masters, self.rng, self.stop = server, masters, rng, threading.Event()
        self.workers = self.connections = 0

    def run(self):
        while not self.stop.wait(0.1):
            if self.rng.random() < 0.5:
                self.connections += int(self.server.sql("SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE "
                                                        "usename = 'motet' ORDER BY random() LIMIT 1) x"))
                continue
            with contextlib.suppress(OSError, IndexError):
                master = self.rng.choice(self.masters)
                os.kill(self.rng.choice([p for p in children(master) if "sign" not in title(p)]), 9)
                self.workers += 1


def title(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as f:
        return comm(pid) + f.read().decode(errors="replace")


class Contender(threading.Thread):
    """One request, sent when all clients are ready, and repeated until an answer arrives."""

    def __init__(self, raw, address, tls, gate, cut_after):
        super().__init__(daemon=True)
        self.raw, self.address, self.tls, self.gate, self.cut_after = raw, address, tls, gate, cut_after
        self.tries = []    # (began, ended, status or LOST)
        self.body = None

    def run(self):
        with contextlib.suppress(OSError):
            sock = http1.connect(self.address, 60, self.tls)
        self.gate.wait(120)
        self.once(sock, self.cut_after)
        deadline = time.monotonic() + 90
        while self.tries[-1][2] == LOST and time.monotonic() < deadline:
            time.sleep(0.02)
            try:
                self.once(http1.connect(self.address, 60, self.tls), None)
            except OSError:
                continue

    def once(self, sock, cut_after):
        began, status = time.monotonic(), LOST
        try:
            with sock:
                sock.sendall(self.raw)
                if cut_after is None:
                    r = http1.read_response(sock, "POST")
                    away = r.header("X-P2-Error") == "P2CORE_UNAVAILABLE"    # what web servers say when a worker died
                    status, self.body = LOST if away else r.status, r.body if r.status in (200, 201) else self.body
                else:
                    time.sleep(cut_after)
        except (OSError, EOFError, ValueError, IndexError):
            pass
        self.tries.append((began, time.monotonic(), status))


def judge(all_of, opened):
    """What is wrong with the history of one token, or None. `opened`: sessions that the database has of it."""
    tries = [(t, c) for c in all_of for t in c.tries]
    won = [(t, c) for t, c in tries if t[2] in (200, 201)]
    lost = [t for t, _ in tries if t[2] == LOST]
    others = {t[2] for t, _ in tries} - {200, 201, 401, LOST}
    if others:
        return f"other answers: {others}"
    if len(won) > 1:
        return f"{len(won)} winners"
    if any(c.tries[-1][2] == LOST for c in all_of):
        return "somebody never learned its fate"
    if opened != 1:
        return f"{opened} sessions in the database"
    if not won and not lost:
        return "burnt, and nobody was told"
    if won and any(t[2] == 401 and t[1] < won[0][0][0] for t, _ in tries) and not any(t[0] < won[0][0][1] for t in lost):
        return "refused before the winner began"
    return None


def contend(rng, raw, addresses, tls):
    n = rng.randint(FEWEST, MOST)
    gate = threading.Barrier(n)
    all_of = [Contender(raw, rng.choice(addresses), tls, gate, rng.random() * 0.03 if rng.random() < CUT else None) for _ in range(n)]
    for c in all_of:
        c.start()
    for c in all_of:
        c.join(90)
    return all_of


def rounds(w, title_, prepare, opened):
    """ROUNDS one-time things, each fought for; `prepare` makes one and the request for it."""
    rng, wrong, sent, cut, silent = random.Random(w.seed), [], 0, 0, 0
    server = w.two
    with Pool(server) as second:
        killer = Killer(server, [server.motetd(), second.motetd.pid], random.Random(w.seed + 1))
        addresses, tls = [server.address, second.address], (server.context, server.domain)
        started = time.monotonic()
        killer.start()
        try:
            for i in range(ROUNDS):
                thing, raw = patiently(prepare)
                all_of = contend(rng, raw, addresses, tls)
                sent += sum(len(c.tries) for c in all_of)
                cut += sum(t[2] == LOST for c in all_of for t in c.tries)
                silent += not any(t[2] in (200, 201) for c in all_of for t in c.tries)
                why = judge(all_of, opened(thing))
                if why:
                    wrong.append(f"round {i}: {why}")
        finally:
            killer.stop.set()
            killer.join()
        seconds = time.monotonic() - started
    print(f"# {title_}: seed {w.seed}, {ROUNDS} rounds, {sent} requests by {FEWEST} to {MOST} at a time in {seconds:.0f} s, {cut} answers lost, "
          f"{killer.workers} workers and {killer.connections} connections killed, {silent} winners were cut off", flush=True)
    need(not wrong, "\n".join(wrong))
    need(killer.workers + killer.connections > 0 and cut > 0, "nothing was disturbed")


def patiently(work):
    """Repeats the preparation of a round, because the killer may hit it, too."""
    for _ in range(50):
        with contextlib.suppress(case.Failure, OSError, EOFError):
            return work()
        time.sleep(0.05)
    raise case.Failure("no round can begin")


def test_federation_tokens(w):
    """One token, redeemed by everybody at once."""
    alice = Actor(w.one, "alice")
    alice.session_on(w.two)

    def prepare():
        token = alice.token_for(w.two)
        return token, w.two.raw("POST", "/p2core/session/auth", {"federation_token": token, "id_cert": alice.cert})

    def opened(token):
        payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return int(w.two.sql(f"SELECT count(*) FROM redeemed_token r JOIN foreign_session s ON s.token_hash = r.attempt WHERE jti = '{payload['jti']}'"))
    rounds(w, "federation tokens", prepare, opened)
    need(works(w.two, alice.session_on(w.two)), "and all is well afterwards")


def test_challenges(w):
    """One completed challenge, sent by everybody at once: with the certificate, and with the serial."""
    alice = Actor(w.one, "alice")
    alice.session_on(w.two)

    def prepare():
        if w.random.random() < 0.5:
            text = challenge(w.two)
            return text, w.two.raw("POST", "/.p2/core/v1/session/identify",
                                   {"completed_challenge": {"challenge": text, "signature": alice.sign(text)}, "id_cert": alice.cert})
        text = trial(w.two, alice.fid)
        return text, w.two.raw("POST", "/.p2/core/v1/session/auth", {"trial": text, "signature": alice.sign(text), "serialNumber": alice.serial})

    def opened(text):
        return int(w.two.sql(f"SELECT count(*) FROM key_trial t JOIN foreign_session s ON s.token_hash = t.attempt WHERE trial = '{text}'"))
    rounds(w, "challenges", prepare, opened)


def test_the_judge(_w):
    """Tests the judge itself: it finds what is wrong in wrong histories."""
    def history(*rows):
        out = []
        for tries in rows:
            c = Contender(b"", None, None, None, None)
            c.tries = list(tries)
            out.append(c)
        return out
    fine = history([(0, 1, 201)], [(0, 1, 401)], [(0, .5, LOST), (.6, 1, 401)])
    need(judge(fine, 1) is None, "a good history")
    need(judge(history([(0, 1, 201)], [(0, 1, 201)]), 1), "two winners")
    need(judge(history([(0, 1, 401)], [(0, 1, 401)]), 1), "burnt without a word")
    need(judge(history([(0, 1, 201)], [(0, 1, LOST)]), 1), "one who never learned")
    need(judge(history([(2, 3, 201)], [(0, 1, 401)]), 1), "refused too early")
    need(judge(history([(0, 1, 201)]), 0), "a winner without a session")
    need(judge(history([(0, 1, 500)], [(0, 1, 201)]), 1), "another answer")
    need(judge(history([(0, .1, LOST), (.2, 1, 401)], [(0, 1, 401)]), 1) is None, "the winner was cut off")
