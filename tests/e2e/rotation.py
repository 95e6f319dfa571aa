"""The server's key changes while everybody is at work: no request fails, what is signed and what is published belong together."""
import json
import threading
import time

import case
import pki

ROTATIONS, CLIENTS = 3, 4


class Client(threading.Thread):
    """An actor that renews its ID-Cert, gets federation tokens and redeems them, as fast as it can."""

    def __init__(self, place, n):
        super().__init__()
        self.r = case.Runner(place, "")
        self.r.step_actor(f"r{n}")
        self.name_, self.stop, self.wrong, self.done = f"r{n}", False, None, 0

    def ask(self, method, target, body, status):
        headers = [("Authorization", f"Bearer {self.r.devices[self.name_].token}")]
        reply = self.r.place.send(method, target, headers, json.dumps(body).encode())
        case.need(reply.status == status, f"{method} {target}: {reply}")
        self.done += 1
        return reply.json()

    def turn(self):
        d = self.r.devices[self.name_]
        self.r.step_csr("c", f"actor={self.name_}")
        got = self.ask("POST", "/.p2/core/v1/session/idcert", {"csr": self.r.vars["c"]}, 201)
        d.token, d.cert = got["token"], got["id_cert"]
        token = self.ask("POST", "/p2core/token", {"server": self.r.vars["url"]}, 201)
        body = {"federation_token": token, "id_cert": list(pki.unpem(d.cert))}
        d.token = self.ask("POST", "/p2core/session/auth", body, 201)["session_token"]
        self.ask("GET", "/.p2/core/v1/idcert/server", {}, 200)

    def run(self):
        try:
            while not self.stop:
                self.turn()
        except Exception as e:  # pylint: disable=broad-except # whatever it is, it is what is wrong
            self.wrong = f"{type(e).__name__}: {e}"


def under_load(place):
    clients = [Client(place, n) for n in range(CLIENTS)]
    for c in clients:
        c.start()
    try:
        for _ in range(ROTATIONS):
            time.sleep(1.2)
            done = place.ctl(["key", "rotate"])
            case.need(done.returncode == 0, f"motetctl key rotate: {done.stdout}{done.stderr}")
        time.sleep(0.5)
    finally:
        for c in clients:
            c.stop = True
        for c in clients:
            c.join()
    wrong = [c.wrong for c in clients if c.wrong]
    case.need(not wrong, f"{len(wrong)} of {CLIENTS} clients failed: {wrong[:1]}")
    return sum(c.done for c in clients)


def run(place):
    """(title, what is wrong or None)"""
    try:
        n = under_load(place)
        return [(f"{ROTATIONS} rotations by motetctl under load: {n} requests, none failed", None)]
    except case.Failure as e:
        return [("rotations by motetctl under load", str(e))]
