#!/usr/bin/python3
"""Is each KeyPackage given out once, and nobody told that there is none while there was? 64 clients claim through two pools (two motetd, nginx and
lighttpd) on one database, while others upload, workers are killed and answers are cut; the history is judged by what the clients saw. TAP.

Usage: claims.py [--state DIR] [--claims N] [--long] [--seed S]     (default: 20 000 claims; --long: 1 000 000)
"""
import argparse
import base64
import bisect
import collections
import hashlib
import http.client
import json
import multiprocessing
import os
import random
import re
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: E402
import case  # noqa: E402
import http1  # noqa: E402
import mls  # noqa: E402
import pki  # noqa: E402
from place import Place  # noqa: E402
from run import Tap  # noqa: E402
import second  # noqa: E402

PROCESSES, THREADS, TARGETS, BATCH, UPLOADERS = 8, 8, 8, 100, 2
MOST = 200000       # at once in stock: a session may have 100 000
CUT = 0.02      # share of claims whose client does not wait for the answer
KILL_EVERY, KILL_EVERY_LONG = 0.1, 0.5      # seconds; each costs a connection, and the long run has more of them anyway
SETS = ["rate_limit=off", "log_level=warn", "keypackage_stock=100000", "keypackage_low=10"]
ONCE, LAST, NONE, LOST = range(4)
Claim = collections.namedtuple("Claim", "target began ended kind key")
Upload = collections.namedtuple("Upload", "target ended keys")


def short(octets):
    """What stands for a KeyPackage in the history."""
    return int.from_bytes(hashlib.sha256(octets).digest()[:8], "big")


class Client:
    """One connection that stays open, to one of the pools."""

    def __init__(self, addresses, rng):
        self.addresses, self.rng, self.connection = addresses, rng, None

    def ask(self, method, target, token, body=None):
        """(status, body), or None when there was no answer."""
        if self.connection is None:
            host, port = self.rng.choice(self.addresses)
            self.connection = http.client.HTTPConnection(host, port, timeout=40)
        try:
            self.connection.request(method, target, body, {"Authorization": f"Bearer {token}"})
            r = self.connection.getresponse()
            got = r.status, r.read()
            if r.will_close:
                self.close()
            return got
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ask_and_leave(self, method, target, token):
        """Send a request, and close the connection before the answer arrives, or perhaps just after that."""
        address = self.rng.choice(self.addresses)
        try:
            with socket.create_connection(address, timeout=40) as s:
                s.sendall(http1.compose(method, target, [("Authorization", f"Bearer {token}")], None, "%s:%d" % address))
                time.sleep(self.rng.random() * 0.02)
        except OSError:
            pass


# --- Claimants ---

class Claimants:
    """One process of clients. When all tickets are used up, it returns what the clients saw through a pipe."""

    def __init__(self, plan, number):
        self.plan, self.number, self.history = plan, number, []

    def one(self, client, rng, token):
        target = rng.randrange(TARGETS) if rng.random() < 0.6 else 0
        path, began = f"/.p2/core/v1/keypackage/{self.plan.fids[target]}", time.monotonic()
        if rng.random() < CUT:
            client.ask_and_leave("GET", path, token)
            # No answer came: the claim may have taken effect at any time after it began.
            return Claim(target, began, began, LOST, None)
        got = client.ask("GET", path, token)
        ended = time.monotonic()
        if got is None or got[0] >= 500:
            time.sleep(0.02)
            return Claim(target, began, ended, LOST, None)
        if got[0] != 200:
            raise RuntimeError(f"a claim was answered {got}")
        found = json.loads(got[1])
        if len(found) > 1:
            raise RuntimeError(f"{len(found)} KeyPackages of one session")
        if not found:
            return Claim(target, began, ended, NONE, None)
        key = short(base64.b64decode(found[0]))
        return Claim(target, began, ended, LAST if key in self.plan.lasts else ONCE, key)

    def thread(self, number):
        rng = random.Random(f"{self.plan.seed} {self.number} {number}")
        client = Client(self.plan.addresses, rng)
        token = self.plan.claimants[self.number * THREADS + number]
        while True:
            with self.plan.tickets.get_lock():
                if self.plan.tickets.value <= 0:
                    return
                self.plan.tickets.value -= 1
            self.history.append(self.one(client, rng, token))

    def guarded(self, number):
        try:
            self.thread(number)
        except Exception as e:  # pylint: disable=broad-except # said by judge()
            self.history.append(e)

    def run(self, pipe):
        threads = [threading.Thread(target=self.guarded, args=(i,)) for i in range(THREADS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        pipe.send(self.history)
        pipe.close()


# --- Uploaders ---

class Uploader:
    """One process: uploads `count` KeyPackages for each target of its share, in batches, and repeats each batch until an answer says that it is stored."""

    def __init__(self, plan, targets, count):
        self.plan, self.targets, self.count, self.history = plan, targets, count, []

    def batch(self, target, n):
        key = pki.Key()
        key.private = Ed25519PrivateKey.from_private_bytes(self.plan.seeds[target])
        key.raw = self.plan.raws[target]
        return [mls.KeyPackage(key, self.plan.fids[target]).tls for _ in range(n)]

    def upload(self, client, target, octets):
        body, asked = json.dumps([base64.b64encode(o).decode() for o in octets]), 0
        while True:
            got = client.ask("POST", "/.p2/core/v1/keypackage/@me", self.plan.tokens[target], body)
            asked += 1
            if got and got[0] == 201:
                break
            # The answer to an earlier try was lost, but that try stored all its KeyPackages, for one of
            # them has been given out since.
            if got and got[0] == 400 and b"init_key_reused" in got[1] and asked > 1:
                break
            # 409: the stock is full until a client claims.
            if got and got[0] < 500 and got[0] != 409:
                raise RuntimeError(f"an upload was answered {got}")
            time.sleep(0.05)
        self.history.append(Upload(target, time.monotonic(), [short(o) for o in octets]))

    def run(self, pipe):
        rng = random.Random(f"{self.plan.seed} {self.targets}")
        client = Client(self.plan.addresses, rng)
        left = {t: self.count * (5 if t == 0 else 1) for t in self.targets}
        try:
            while any(left.values()):
                target = rng.choice([t for t in left if left[t]])
                n = min(BATCH, left[target])
                self.upload(client, target, self.batch(target, n))
                left[target] -= n
        except Exception as e:  # pylint: disable=broad-except # said by judge()
            self.history.append(e)
        pipe.send(self.history)
        pipe.close()


# --- Disturbance ---

class Killer(threading.Thread):
    """SIGKILL to a worker of either pool, again and again."""

    def __init__(self, masters, seed, every):
        super().__init__(daemon=True)
        self.masters, self.rng, self.every, self.over, self.killed = masters, random.Random(seed), every, threading.Event(), 0

    def run(self):
        while not self.over.wait(self.every):
            workers = sorted(second.children(self.rng.choice(self.masters)))[1:]     # the first is the signer
            if workers:
                try:
                    os.kill(self.rng.choice(workers), signal.SIGKILL)
                    self.killed += 1
                except ProcessLookupError:
                    pass


class Progress(threading.Thread):
    """A line now and then: the long run takes half an hour."""

    def __init__(self, plan):
        super().__init__(daemon=True)
        self.plan, self.over = plan, threading.Event()

    def run(self):
        while not self.over.wait(60):
            print(f"# {self.plan.tickets.value} claims to go", flush=True)


# --- The plan, and how it ends ---

class Plan:
    """What all processes know; they are forks."""

    def __init__(self, first, other, claims, seed):
        self.addresses, self.seed = [first.address, other.address], seed
        self.tickets = multiprocessing.Value("q", claims)
        self.fids, self.tokens, self.seeds, self.raws, self.lasts, self.claimants = [], [], [], [], set(), []
        self.runner = case.Runner(first, "")

    def actors(self):
        r = self.runner
        for i in range(TARGETS):
            r.step_actor(f"target{i}")
            d = r.devices[f"target{i}"]
            self.fids.append(d.actor.fid)
            self.tokens.append(d.token)
            self.seeds.append(d.key.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
            self.raws.append(d.key.raw)
            last = mls.KeyPackage(d.key, d.actor.fid, mark="component")
            got = Client(self.addresses, random).ask("PUT", "/.p2/core/v1/keypackage_lr", d.token, json.dumps(last.base64()))
            case.need(got and got[0] == 204, f"last resort: {got}")
            self.lasts.add(short(last.tls))
        r.step_actor("claimant", "session=s0")
        for i in range(PROCESSES * THREADS):
            if i:
                r.step_device(f"c{i}", "of", "claimant", f"session=s{i}")
            self.claimants.append(r.devices[f"c{i}" if i else "claimant"].token)


def together(workers):
    """Runs all clients, each in a process of its own; returns their histories, and how long they took."""
    pipes, processes, history, started = [], [], [], time.monotonic()
    for w in workers:
        mine, theirs = multiprocessing.Pipe(False)
        processes.append(multiprocessing.Process(target=w.run, args=(theirs,)))
        processes[-1].start()
        theirs.close()
        pipes.append(mine)
    for p, process in zip(pipes, processes):
        history += p.recv()
        process.join()
    return history, time.monotonic() - started


def race(plan, claimants, uploads):
    """`uploads` KeyPackages for each target, five times that for the first."""
    return together([Claimants(plan, i) for i in range(claimants)] +
                    [Uploader(plan, list(range(i, TARGETS, UPLOADERS)), uploads) for i in range(UPLOADERS)])


def of(kind, history):
    return [x for x in history if isinstance(x, kind)]


class Drainer:
    """One client alone claims the KeyPackages that are left of one target, until it gets the last resort."""

    def __init__(self, plan, target):
        self.plan, self.target = plan, target

    def one(self, client):
        began = time.monotonic()
        got = client.ask("GET", f"/.p2/core/v1/keypackage/{self.plan.fids[self.target]}", self.plan.claimants[self.target])
        case.need(got and got[0] == 200, f"draining: {got}")
        key = short(base64.b64decode(json.loads(got[1])[0]))
        return Claim(self.target, began, time.monotonic(), LAST if key in self.plan.lasts else ONCE, key)

    def run(self, pipe):
        client, history = Client(self.plan.addresses, random.Random(self.target)), []
        try:
            while not history or history[-1].kind == ONCE:
                history.append(self.one(client))
        except Exception as e:  # pylint: disable=broad-except # said by judge()
            history.append(e)
        pipe.send(history)
        pipe.close()


def drain(plan):
    return together([Drainer(plan, t) for t in range(TARGETS)])[0]


def false_empties(claims, uploads):
    """
    An answer without a one-time KeyPackage is false when there was one all the while, for sure: more had been uploaded, and acknowledged, before it was
    asked than all others together can have taken that began before it was answered, each of them one.
    """
    wrong = []
    for t in range(TARGETS):
        acknowledged = sorted((u.ended, len(u.keys)) for u in uploads if u.target == t)
        times, stock = [a[0] for a in acknowledged], [0]
        for _, n in acknowledged:
            stock.append(stock[-1] + n)
        began = sorted(c.began for c in claims if c.target == t)
        # A claim that got the last resort, or nothing, took no KeyPackage: of the claims before it, count only those that can have taken one.
        spared = sorted(c.ended for c in claims if c.target == t and c.kind in (LAST, NONE))
        for c in claims:
            if c.target == t and c.kind in (LAST, NONE):
                had = stock[bisect.bisect_right(times, c.began)]
                taken = bisect.bisect_right(began, c.ended) - bisect.bisect_left(spared, c.began) - 1
                if had > taken:
                    wrong.append(c)
    return wrong


def judge(tap, claims, uploads, failures):
    def test(name, bad):
        tap.result(name, f"{len(bad)}, such as {bad[:3]}" if bad else None)

    given = collections.Counter(c.key for c in claims if c.kind == ONCE)
    known = {k for u in uploads for k in u.keys}
    test("no client met an answer that it should not meet", failures)
    test("0 given twice", [k for k, n in given.items() if n > 1])
    test("0 given that nobody uploaded, or in other bytes", [k for k in given if k not in known])
    test("0 false empties", false_empties(claims, uploads))
    test("a session that has a last resort is never without any", [c for c in claims if c.kind == NONE])
    gone, lost = len(known) - len(given), sum(c.kind == LOST for c in claims)
    tap.result(f"{lost} lost answers lost {gone} KeyPackages, at most one each", None if 0 <= gone <= lost else f"{gone} of {len(known)}")


def limits(tap, first, other):
    """The database counts the limits, so both pools give the same answer."""
    r = case.Runner(first, "")
    r.step_actor("target")
    device, client = r.devices["target"], Client([first.address], random)
    for _ in range(8):
        client.ask("POST", "/.p2/core/v1/keypackage/@me", device.token, json.dumps(mls.KeyPackage(device.key, device.actor.fid).base64()))
    path, pools = f"/.p2/core/v1/keypackage/{device.actor.fid}", [Client([first.address], random), Client([other.address], random)]
    r.step_actor("eve")
    got = [pools[i % 2].ask("GET", path, r.devices["eve"].token)[0] for i in range(4)]
    tap.result("two pools count a claimant and a target together", None if got == [200, 200, 429, 429] else str(got))
    left = first.sql(f"SELECT count(*) FROM key_package WHERE serial = {device.serial} AND spent_at IS NULL")
    tap.result("and what they refuse consumes nothing", None if left == "6" else f"{left} are left of 8")
    first.sql("UPDATE throttle SET tat = now() + interval '1 h' WHERE key = sha256('claims 127.0.0.1')")
    r.step_actor("mallory")
    got = [p.ask("GET", path, r.devices["mallory"].token)[0] for p in pools]
    tap.result("and an address", None if got == [429, 429] else str(got))


def claims_in(log):
    return [x for x in log.splitlines() if re.search(r"method=(GET|HEAD) route=/\.p2/core/v1/keypackage/", x)]


def one_round_trip(tap, first, workers):
    """A claim is one round trip to the database, whatever it finds; the first claim of a worker also opens the connection."""
    r = case.Runner(first, "")
    r.step_actor("grace")
    client = Client([first.address], random)
    for i in range(20):
        client.ask("GET" if i % 2 else "HEAD", f"/.p2/core/v1/keypackage/{r.devices['grace'].actor.fid}", r.devices["grace"].token)
    end = time.monotonic() + 60
    while len(lines := claims_in(first.log())) < 20 and time.monotonic() < end:
        time.sleep(0.1)
    more = [x for x in lines if " db_round_trips=1" not in x]
    fine = len(lines) >= 20 and len(more) <= workers
    tap.result(f"a claim is one round trip: {len(lines)} requests, {len(more)} with more", None if fine else "\n".join(more))


def start(place, sets, workers):
    place.start("nginx", "localhost", sets, workers=workers, reset=True)
    other = second.Second(place, "lighttpd")
    other.start()
    return other


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", help="a state directory of quickstart; its data is thrown away")
    p.add_argument("--claims", type=int, default=20000)
    p.add_argument("--long", action="store_true")
    p.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    a = p.parse_args()
    n, tap = 1000000 if a.long else a.claims, Tap()
    print(f"# seed {a.seed}, N={n} claims by {PROCESSES * THREADS} clients of {TARGETS} sessions, through nginx and lighttpd", flush=True)
    with Place(a.state) as place:
        other = start(place, SETS, 4)
        try:
            plan = Plan(place, other, n, a.seed)
            plan.actors()
            killer = Killer([second.master(place), other.motetd.pid], a.seed, KILL_EVERY_LONG if a.long else KILL_EVERY)
            killer.start()
            progress = Progress(plan)
            progress.start()
            # Most KeyPackages are there when the claims begin, so that last resorts come only now
            # and then.
            ready = min(n * 2 // 3, MOST) // (TARGETS + 4)
            history, _ = race(plan, 0, ready)
            more, seconds = race(plan, PROCESSES, n // (TARGETS + 4) - ready)
            progress.over.set()
            killer.over.set()
            killer.join()
            made = len(of(Claim, more))
            print(f"# {made} claims in {seconds:.0f} s, {made / seconds:.0f}/s, {killer.killed} workers killed", flush=True)
            time.sleep(1)
            history += more + drain(plan)
            claims, uploads, failures = of(Claim, history), of(Upload, history), of(Exception, history)
            kinds = collections.Counter(c.kind for c in claims)
            print(f"# {len(claims) - made} more to empty the stock: {kinds[ONCE]} one-time, {kinds[LAST]} last resort, {kinds[NONE]} none, "
                  f"{kinds[LOST]} lost; {sum(len(u.keys) for u in uploads)} uploaded", flush=True)
            tap.result(f"{made} claims were made", None if made >= n and not failures else f"only {made}")
            judge(tap, claims, uploads, failures)
        finally:
            other.stop()
        place.stop()
        other = start(place, ["rate_limit=on", "rate_limit_claims=2", "log_level=debug"], 2)
        try:
            one_round_trip(tap, place, 2)
            limits(tap, place, other)
        finally:
            other.stop()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
