#!/usr/bin/python3
"""
A database that hangs: hang_test.py BUILD-DIRECTORY, beside a PostgreSQL (tests/with-postgres). TAP.

One worker waits for it; the others answer 503 at once, and /healthz is answered.
"""
import os
import select
import socket
import threading
import time

import fcgi
import pool
from pool import ok, until

FROZEN = 4.0        # seconds; less than database_timeout
LONG = 2.5          # one who waits with the others waits for one second, the scout for all of it
LOOKUP = "/.p2/core/v1/idcert/actor/nobody@example.org"


class Proxy:
    """Between motetd and PostgreSQL: passes on what comes, unless it is frozen."""

    def __init__(self, place, server):
        self.server, self.frozen = server, threading.Event()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(place, ".s.PGSQL.5432"))
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.socket(socket.AF_UNIX)
            far.connect(os.path.join(self.server, ".s.PGSQL.5432"))
            threading.Thread(target=self.pump, args=(near, far), daemon=True).start()

    def pump(self, near, far):
        other = {near: far, far: near}
        try:
            while True:
                for s in select.select([near, far], [], [])[0]:
                    data = s.recv(65536)
                    while self.frozen.is_set():
                        time.sleep(0.02)
                    if not data:
                        return
                    other[s].sendall(data)
        except OSError:
            pass
        finally:
            near.close()
            far.close()


class Clients:
    """Each asks for its target again and again."""

    def __init__(self, address, targets):
        self.address, self.stop, self.seen = address, threading.Event(), []
        self.threads = [threading.Thread(target=self.loop, args=(t,)) for t in targets]
        for t in self.threads:
            t.start()

    def loop(self, target):
        while not self.stop.is_set():
            began = time.monotonic()
            status = fcgi.get(self.address, target).status
            self.seen.append((target, time.monotonic() - began, status))
            time.sleep(0.05)

    def end(self):
        self.stop.set()
        for t in self.threads:
            t.join()


def hang(s, proxy):
    clients = Clients(s.address, [LOOKUP] * 6 + ["/healthz"])
    until(lambda: len(clients.seen) > 50)
    before = len(clients.seen)
    proxy.frozen.set()
    time.sleep(FROZEN)
    proxy.frozen.clear()
    clients.end()
    seen = clients.seen[before:]
    healthy = max(took for target, took, _ in seen if target == "/healthz")
    long = [took for target, took, _ in seen if target == LOOKUP and took > LONG]
    refused = sum(status == 503 for _, _, status in seen)
    ok(healthy < LONG, f"the database hangs for {FROZEN:.0f} s: /healthz takes {healthy:.2f} s")
    ok(len(long) <= 1, f"of {len(seen)} requests {len(long)} wait for all of it")
    ok(refused >= 20, f"{refused} are refused with 503")
    ok({status for _, _, status in seen} <= {200, 404, 503}, "there is no other answer")
    ok(until(lambda: s.get(LOOKUP).status == 404) is not None, "it is there again")


def main():
    if not pool.has_database():
        return
    with pool.behind_proxy(Proxy, workers=3, rate_limit="off") as (s, proxy):
        made = pool.ctl(s, "init", "--domain", "example.org")
        ok(until(lambda: s.get(LOOKUP).status == 404) is not None,
           f"three workers serve: {made.stderr}")
        hang(s, proxy)
    pool.done()


if __name__ == "__main__":
    main()
