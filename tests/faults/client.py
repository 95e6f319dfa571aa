"""
An actor with several devices, that remembers all it was told and holds the next answers against
it. Without an answer, and after a 5xx, it sends the same request again, as the server asks for.
"""
import json
import random
import secrets
import threading
import time

import fcgi
import mls
import pki

PASSWORD = "correct horse battery"
DEFINITE = 300      # seconds after which there must be an answer that is one
LEAVE = 0.01        # the share of requests whose client is gone before the answer
CORE = "/.p2/core/v1"


class Stop(Exception):
    """The current action is abandoned."""


class Answer:
    def __init__(self, status, body=None, doubt=False):
        self.status, self.body = status, body
        self.doubt = doubt      # an earlier try may have done it

    def __repr__(self):
        return f"{self.status}{' after doubt' if self.doubt else ''} {str(self.body)[:160]}"

    @property
    def unsure(self):
        return self.status is None or self.status >= 500


class Device:
    """A session. `promised`: the fault during which its last certificate was acknowledged."""

    def __init__(self, name):
        self.name, self.key, self.cert, self.token = name, None, None, None
        self.live, self.promised, self.old_tokens, self.old_serials = False, "", [], []


class Stock:
    """KeyPackages of all actors: what was uploaded, what was given out."""

    def __init__(self):
        self.lock = threading.Lock()
        self.offered, self.uploaded, self.given = set(), {}, {}
        self.claims = {}        # actor -> [[began, ended or None, what came or None]]

    def begin_claim(self, owner):
        with self.lock:
            claim = [time.monotonic(), None, None]
            self.claims.setdefault(owner, []).append(claim)
            return claim

    def surely_left(self, owner, claim):
        """How many there were at least for this claim: whatever others may have got is taken."""
        with self.lock:
            had = sum(owner == o and at < claim[0] for o, at, _ in self.uploaded.values())
            return had - sum(c is not claim and c[0] < claim[1] for c in self.claims[owner])


class Actor:
    def __init__(self, lab, history, stock, number, seed):
        self.lab, self.history, self.stock = lab, history, stock
        self.random = random.Random(f"{seed} {number}")
        self.name = f"f{number}x{secrets.token_hex(3)}"
        self.fid = f"{self.name}@{lab.domain}"
        self.main = Device("main")      # never rotated, never ended: it looks at the others
        self.devices, self.materials, self.new = [self.main], {}, {}
        self.seen, self.last_event, self.others, self.over = set(), 0, [], False

    # --- Requests ---

    def ask_once(self, method, target, body=None, token=None):
        began, status, said = time.monotonic(), None, None
        try:
            if self.random.random() < LEAVE:
                self.send_and_leave(method, target, body, token)
            else:
                status, said, headers = self.lab.ask(method, target, body, token)
                self.check_form(method, target, status, said, headers)
        except (OSError, fcgi.Closed):
            pass
        self.history.add(began, status, method != "GET")
        return Answer(status, said)

    def send_and_leave(self, method, target, body, token):
        octets = b"" if body is None else json.dumps(body).encode()
        c = fcgi.Conn(self.lab.socket)
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        c.send(fcgi.request(fcgi.params(method, target, octets, CONTENT_TYPE="application/json",
                                        **headers), octets))
        time.sleep(self.random.random() * 0.02)
        c.close()

    def check_form(self, method, target, status, said, headers):
        if status >= 500 and status != 503:
            self.accuse("told wrongly", f"{method} {target}: {status} {said}")
        if status == 503 and "retry-after" not in headers:
            self.accuse("told wrongly", f"{method} {target}: 503 without Retry-After: {said}")

    def ask(self, method, target, body=None, token=None):
        """Sends the same request again until a real answer arrives."""
        end, doubt = time.monotonic() + DEFINITE, False
        while True:
            answer = self.ask_once(method, target, body, token)
            answer.doubt = doubt
            if not answer.unsure:
                return answer
            doubt = True
            if time.monotonic() > end:
                self.accuse("told wrongly", f"{method} {target}: nothing definite: {answer}")
                raise Stop
            time.sleep(0.05 + self.random.random() * 0.2)

    def accuse(self, kind, text, fault=None):
        self.history.accuse(kind, f"{self.fid}: {text}", fault)

    def want(self, what, answer, *statuses):
        """Checks that the answer is one of these; otherwise the server is wrong."""
        if answer.status in statuses:
            return True
        self.accuse("told wrongly", f"{what}: {answer}")
        return False

    def csr(self, device, key):
        name = pki.subject(self.name, self.fid, device.name, self.lab.domain)
        return pki.pem("CERTIFICATE REQUEST", pki.csr(name, key))

    # --- Sessions ---

    def register(self):
        a = self.ask("POST", f"{CORE}/register",
                     {"actor_name": self.name, "auth_payload": {"password": PASSWORD}})
        if not self.want("register", a, 201) or not self.trust(self.main):
            raise Stop

    def trust(self, device):
        """A log-in. The same request again gives the same, whatever happened to the first."""
        key = pki.Key()
        a = self.ask("POST", f"{CORE}/session/trust",
                     {"actor_name": self.name, "csr": self.csr(device, key),
                      "auth_payload": {"password": PASSWORD}})
        if not self.want(f"trust {device.name}", a, 201):
            return False
        device.live = True
        self.take(device, key, a.body["id_cert"], a.body["token"])
        if device is not self.main:
            self.new[device.cert.serial] = device.promised
        return True

    def take(self, device, key, cert, token):
        if device.cert:
            device.old_serials.append(device.cert.serial)
        device.key, device.cert, device.promised = key, pki.Cert(cert), self.history.now.name
        self.replace_token(device, token)
        if device.cert.raw_key != key.raw:
            self.accuse("told wrongly", f"{device.name}: a certificate of another key")

    def replace_token(self, device, token):
        if device.token:
            device.old_tokens = device.old_tokens[-5:] + [device.token]
        device.token = token

    def begin_device(self):
        device = Device(f"d{len(self.devices)}")
        if self.trust(device):
            self.devices.append(device)

    def rotate(self, device):
        key = pki.Key()
        a = self.ask("POST", f"{CORE}/session/idcert", {"csr": self.csr(device, key)},
                     device.token)
        if self.want(f"rotate {device.name}", a, 201):
            self.take(device, key, a.body["id_cert"], a.body["token"])
            self.check_token(device.old_tokens[-1], False, f"{device.name} before its rotation")

    def revoke(self, device):
        a = self.ask("PUT", f"{CORE}/session/revoke", token=device.token)
        device.live, device.promised = False, self.history.now.name
        if self.want(f"revoke {device.name}", a, *((204, 401) if a.doubt else (204,))):
            self.check_token(device.token, False, f"{device.name} after it was revoked")

    def delete_device(self, device):
        a = self.ask("DELETE", f"{CORE}/session", {"session_id": device.name}, self.main.token)
        device.live, device.promised = False, self.history.now.name
        if self.want(f"delete {device.name}", a, *((204, 404) if a.doubt else (204,))):
            self.check_token(device.token, False, f"{device.name} after it was deleted")

    def check_token(self, token, works, whose, fault=None):
        a = self.ask("GET", f"{CORE}/session/keymaterial", token=token)
        if works and a.status != 200:
            self.accuse("lost", f"the token of {whose} does not work: {a}", fault)
        if not works and a.status != 401:
            self.accuse("lost", f"the token of {whose} works: its end was lost: {a}", fault)

    # --- What may be used once ---

    def redeem(self, device):
        """A federation token, sometimes by two at the same time."""
        issued = self.ask("POST", "/p2core/token", {"server": self.lab.public}, device.token)
        if self.want("token", issued, 201):
            body = {"federation_token": issued.body, "id_cert": device.cert.pem}
            self.use_once(device, "/p2core/session/auth", body, "session_token")

    def identify(self, device):
        """A key trial."""
        a = self.ask("GET", f"{CORE}/challenge")
        if self.want("challenge", a, 200):
            text = a.body["challenge"]
            proof = {"challenge": text, "signature": device.key.sign(text.encode()).hex()}
            body = {"completed_challenge": proof, "id_cert": device.cert.pem}
            self.use_once(device, f"{CORE}/session/identify", body, "token")

    def use_once(self, device, target, body, member):
        answers = self.ask_twice_at_once(target, body)
        tries = 0
        while all(a.unsure for a in answers[-2:]) or (tries < 2 and all(a.unsure for a in answers)):
            answers.append(self.ask("POST", target, body))
            tries += 1
        won = [a for a in answers if a.status == 201]
        if len(won) > 1:
            self.accuse("doubled", f"{target}: {answers}")
        for a in answers:
            if not a.unsure:
                self.want(target, a, 201, 401)
        if won:
            self.replace_token(device, won[0].body[member])
            again = self.ask("POST", target, body)
            if again.status == 201:
                self.accuse("doubled", f"{target} once more: {again}")
        elif any(a.unsure or a.doubt for a in answers):
            self.recover(device)
        else:
            self.accuse("told wrongly", f"{target}: {answers}")

    def ask_twice_at_once(self, target, body):
        if self.random.random() < 0.6:
            return [self.ask_once("POST", target, body)]
        answers = []
        other = threading.Thread(
            target=lambda: answers.append(self.ask_once("POST", target, body)))
        other.start()
        answers.append(self.ask_once("POST", target, body))
        other.join()
        return answers

    def recover(self, device):
        """The token was replaced by one whose answer was lost: gets another token by a key trial."""
        if not self.over:
            self.identify(device)

    # --- Key material, KeyPackages, events ---

    def add_material(self, device):
        if device.cert.serial in self.materials:
            return
        text = pki.key_material(secrets.token_bytes(60))
        a = self.ask("POST", f"{CORE}/session/keymaterial", {"key_data": text}, device.token)
        if self.want("key material", a, 201):
            self.materials[device.cert.serial] = (text, self.history.now.name)

    def delete_material(self, _):
        if not self.materials:
            return
        serial = self.random.choice(list(self.materials))
        a = self.ask("DELETE", f"{CORE}/session/keymaterial", [str(serial)], self.main.token)
        if self.want("delete key material", a, 204):
            del self.materials[serial]

    def check_materials(self, _=None):
        a = self.ask("GET", f"{CORE}/session/keymaterial", token=self.main.token)
        if not self.want("read key material", a, 200):
            return
        there = {int(x["serialNumber"]): x["key_data"] for x in a.body}
        for serial, (text, fault) in self.materials.items():
            if there.get(serial) != text:
                self.accuse("lost", f"key material of {serial}", fault)
        if set(there) - set(self.materials):
            self.accuse("lost", f"deleted key material is back: {set(there) - set(self.materials)}")

    def upload(self, _):
        made = [mls.KeyPackage(self.main.key, self.fid).base64() for _ in range(3)]
        with self.stock.lock:
            self.stock.offered.update(made)
        a = self.ask("POST", f"{CORE}/keypackage/@me", made, self.main.token)
        taken = a.doubt and a.status == 400 and "reused" in str(a.body)
        if not taken and not self.want("upload", a, 201):
            return
        with self.stock.lock:
            at = time.monotonic()
            self.stock.uploaded.update((k, (self.fid, at, self.history.now.name)) for k in made)

    def claim(self, _):
        """What came; None: no answer."""
        owner = self.random.choice(self.others)
        claim = self.stock.begin_claim(owner)
        a = self.ask_once("GET", f"{CORE}/keypackage/{owner}", token=self.main.token)
        claim[1] = time.monotonic()
        if a.unsure:
            return None
        if not self.want("claim", a, 200):
            return []
        claim[2] = a.body
        if not a.body and self.stock.surely_left(owner, claim) > 0:
            self.accuse("told wrongly", f"no KeyPackage of {owner}, and there are some")
        for k in a.body:
            self.take_package(k)
        return a.body

    def take_package(self, k):
        with self.stock.lock:
            self.stock.given[k] = self.stock.given.get(k, 0) + 1
            twice, unknown = self.stock.given[k] > 1, k not in self.stock.offered
        if twice:
            self.accuse("doubled", f"KeyPackage {k[:40]} was given out again")
        if unknown:
            self.accuse("told wrongly", f"KeyPackage {k[:40]} was never uploaded")

    def read_events(self, _=None):
        a = self.ask("GET", f"{CORE}/events?after={self.last_event}", token=self.main.token)
        if not self.want("events", a, 200, 204) or a.status == 204:
            return 0
        for event in a.body:
            if int(event["s"]) != self.last_event + 1:
                self.accuse("lost", f"events {self.last_event} to {event['s']}")
            self.last_event = int(event["s"])
            self.note_event(event)
        return len(a.body)

    def note_event(self, event):
        if event["t"] == "NEW_SESSION" and "cert" in event["d"]:
            cert = event["d"]["cert"]
            text = cert["idCertPem"] if isinstance(cert, dict) else cert
            self.seen.add(pki.Cert(text).serial)

    # --- All of it ---

    DEEDS = ((rotate, 10), (revoke, 3), (delete_device, 2), (add_material, 9), (delete_material, 4),
             (check_materials, 4), (redeem, 10), (identify, 8), (upload, 9), (claim, 20),
             (read_events, 5))

    def work(self, stop):
        deeds, weights = zip(*self.DEEDS)
        while not stop.is_set():
            others = [d for d in self.devices if d.live and d is not self.main]
            try:
                if len(others) < 3 and (not others or self.random.random() < 0.06):
                    self.begin_device()
                elif others:
                    self.random.choices(deeds, weights)[0](self, self.random.choice(others))
            except Stop:
                pass
            time.sleep(self.random.random() * 0.05)

    def check_all(self):
        """At the end, checks that everything that the server acknowledged is there."""
        self.over = True
        for device in self.devices:
            self.check_token(device.token, device.live, device.name, device.promised)
            for token in device.old_tokens:
                self.check_token(token, False, f"{device.name}, an old one,", device.promised)
        self.check_materials()
        while self.read_events():
            pass
        for serial in set(self.new) - self.seen:
            self.accuse("lost", f"the event of session {serial}", self.new[serial])
        self.check_certs()

    def check_certs(self):
        a = self.ask("GET", f"{CORE}/idcert/actor/{self.fid}?notBefore=1000000000")
        if not self.want("certificates", a, 200):
            return
        there = {pki.Cert(x["idCertPem"]).serial: "invalidatedAt" in x for x in a.body}
        for device in self.devices:
            if device.live and there.get(device.cert.serial, True):
                self.accuse("lost", f"certificate {device.cert.serial}", device.promised)
            for serial in device.old_serials + ([] if device.live else [device.cert.serial]):
                if there.get(serial, True) is False:
                    self.accuse("lost", f"the end of certificate {serial}", device.promised)
