"""The server's identity key changes, again and again, while everybody goes on: no request fails, and the past stays provable."""
import threading
import time

import pki
from world import Actor, complete, events, need, trial, works

ROUNDS = 4


class Load(threading.Thread):
    """One client that repeats one action and stores what went wrong."""

    def __init__(self, name, work):
        super().__init__(name=name, daemon=True)
        self.work, self.done, self.failed, self.stop = work, 0, [], threading.Event()

    def run(self):
        while not self.stop.is_set():
            try:
                self.work()
                self.done += 1
            except Exception as e:  # pylint: disable=broad-except # kept, and counted
                self.failed.append(f"{self.name} after {self.done}: {type(e).__name__}: {e}")


def loads(w, home, away):
    """At home: certificates and tokens; abroad: sessions by token and by trial, and the certificates of home actors."""
    writer, reader, guest, tester = (Actor(home, n) for n in ("writer", "reader", "guest", "tester"))

    def published():
        item = home.get(f"/.p2/core/v1/idcert/actor/{reader.fid}").json()[0]
        pki.Cert(item["idCertPem"])
        home.get("/.p2/core/v1/idcert/server")

    def by_trial():
        r = complete(away, tester, trial(away, tester.fid))
        need(r.status == 200, f"key trial: {r}")
    return [Load("rotating an actor's key", writer.rotate), Load("publishing", published), Load("federation token", lambda: guest.session_on(away)),
            Load("key trial", by_trial), Load("asking for a foreign actor", lambda: away.get(f"/.p2/core/v1/idcert/actor/{reader.fid}"))]


def test_under_load(w):
    """By both routes and by motetctl; every session at home and abroad hears of it."""
    home, away = w.one, w.two
    root, visitor = Actor(home, "root", admin=True), Actor(away, "visitor")
    visiting = visitor.session_on(home)
    events(home, visiting)
    running = loads(w, home, away)
    before = home.identity()
    for t in running:
        t.start()
    ways = [lambda: home.must("PUT", "/p2core/key/server", 200, None, root.token, root.sensitive()),
            lambda: home.must("PUT", "/.p2/core/v1/key/server", 200, None, root.token, root.sensitive()),
            lambda: home.must("POST", "/.p2/core/v1/key/server", 200, None, root.token, root.sensitive()), lambda: operator(home)]
    serials = [before.serial]
    for i in range(ROUNDS):
        time.sleep(1.5)
        ways[i % len(ways)]()
        serials.append(home.identity().serial)
    time.sleep(1.5)
    for t in running:
        t.stop.set()
    for t in running:
        t.join(60)
    need(len(set(serials)) == ROUNDS + 1, f"not every round made a key: {serials}")
    failed = [f for t in running for f in t.failed]
    need(not failed, f"{len(failed)} of {sum(t.done for t in running) + len(failed)} requests failed:\n" + "\n".join(failed[:5]))
    need(all(t.done for t in running), f"somebody did nothing: {[(t.name, t.done) for t in running]}")
    print(f"# {sum(t.done for t in running)} rounds of {len(running)} clients, {ROUNDS} rotations, 0 failed", flush=True)
    for where, token in (("at home", root.token), ("from abroad", visiting)):
        heard = [e for e in events(home, token, 0) if e["t"] == "SERVER_KEY_CHANGE"]
        need(len(heard) >= ROUNDS and all(e["op"] == "6" for e in heard), f"a session {where} heard {heard}")
        need(pki.Cert(heard[-1]["d"]["cert"]).serial == serials[-1], f"a session {where} heard of another certificate last")


def operator(server):
    done = server.ctl(["key", "rotate"])
    need(done.returncode == 0, f"motetctl key rotate: {done.stdout}{done.stderr}")


def test_the_past_stays_provable(w):
    """An actor's certificate by an old key: verified with the server's certificate of its time, vouched for by the key of today, good abroad."""
    for home, away in w.pairs():
        root, alice = Actor(home, "root", admin=True), Actor(home, "alice")
        old = home.identity()
        token = alice.session_on(away)
        issued = pki.Cert(alice.cert).not_before
        time.sleep(1.1)
        home.must("PUT", "/p2core/key/server", 200, None, root.token, root.sensitive())
        now = home.identity()
        need(now.serial != old.serial and now.raw_key != old.raw_key, "no new key")
        need(home.identity(at=int(time.time()) - 1).serial in (old.serial, now.serial), "the certificate of a second ago")
        then = home.identity(at=max(issued, old.not_before))
        need(then.serial == old.serial, f"the certificate of {issued} is {then.serial}, not {old.serial}")
        item = home.get(f"/.p2/core/v1/idcert/actor/{alice.fid}").json()[0]
        pki.check_cacheable(item, now)
        pki.check_actor_cert(item["idCertPem"], then, alice.fid, alice.session)
        need(works(home, alice.token) and works(away, token), "sessions go on")
        need(alice.session_on(away), "an actor with a certificate by the old key logs in abroad")
        late = Actor(home, "late")
        need(late.session_on(away), "an actor with a certificate by the new key logs in abroad")
