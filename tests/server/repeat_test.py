#!/usr/bin/python3
"""
The answer to a write is lost, and the database is away for longer than motetd waits for it:
repeat_test.py BUILD-DIRECTORY, beside a PostgreSQL (tests/with-postgres). TAP.

The client is told 503 and "send the same request again", and then gets the result that it would
have got. What works only once is in the table with another status, which says so. A route that
writes and has no row in the table fails this test.
"""
import base64
import hmac
import json
import os
import re
import secrets
import socket
import struct
import subprocess
import sys
import threading
import time

import fcgi
import pool
from pool import ok, until

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
# pylint: disable=wrong-import-position
import mls      # noqa: E402
import pki      # noqa: E402

DOMAIN, PUBLIC, PASSWORD = "example.org", "https://example.org", "correct horse battery"
CORE = "/.p2/core/v1"
PROOF = {"HTTP_X_P2_SENSITIVE_SOLUTION": PASSWORD}
AWAY = 1.5      # seconds; longer than motetd waits: database_timeout is 1


class Proxy:
    """Between motetd and PostgreSQL. After lose(NAME), the next statement NAME is executed, but
    its answer is not passed on, and the database is away for AWAY seconds."""

    def __init__(self, place, server):
        self.server = os.path.join(server, ".s.PGSQL.5432")
        self.name, self.back, self.lost = None, 0, 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(place, ".s.PGSQL.5432"))
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def lose(self, name):
        self.name, self.lost = name.encode(), 0

    def is_away(self):
        return time.monotonic() < self.back

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            if self.is_away():
                near.close()
                continue
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.server)
            threading.Thread(target=Link(self, near, far).run, daemon=True).start()


class Link:
    """One connection."""

    def __init__(self, proxy, near, far):
        self.proxy, self.near, self.far = proxy, near, far
        self.text, self.started, self.losing = b"", False, False

    def run(self):
        other = threading.Thread(target=self.pass_answers, daemon=True)
        other.start()
        try:
            while (data := self.near.recv(65536)) and not self.proxy.is_away():
                self.look_for_bind(data)
                self.far.sendall(data)
        except OSError:
            pass
        if not self.losing:
            self.close()

    def pass_answers(self):
        try:
            while data := self.far.recv(65536):
                if self.losing and data.endswith(b"Z\0\0\0\5I"):
                    self.proxy.back, self.proxy.lost = time.monotonic() + AWAY, 1
                    break
                if not self.losing:
                    self.near.sendall(data)
        except OSError:
            pass
        self.close()

    def close(self):
        for s in (self.near, self.far):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def look_for_bind(self, data):
        self.text += data
        head = 1 if self.started else 0     # the first message has no type
        while len(self.text) >= head + 4:
            size = head + struct.unpack(">I", self.text[head:head + 4])[0]
            if len(self.text) < size:
                return
            message, self.text = self.text[:size], self.text[size:]
            if head and message[:1] == b"B" and message[5:].split(b"\0")[1] == self.proxy.name:
                self.proxy.name, self.losing = None, True
            self.started, head = True, 1


class Device:
    def __init__(self, actor, name):
        self.actor, self.name, self.key = actor, name, pki.Key()

    def csr(self, key=None, name=None):
        subject = pki.subject(self.actor, self.fid(), name or self.name, DOMAIN)
        return pki.pem("CERTIFICATE REQUEST", pki.csr(subject, key or self.key))

    def fid(self):
        return f"{self.actor}@{DOMAIN}"

    def log_in(self):
        return {"actor_name": self.actor, "csr": self.csr(),
                "auth_payload": {"password": PASSWORD}}


def totp(secret):
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = mac.digest()[19] & 15
    return "%06d" % ((struct.unpack(">I", mac.digest()[at:at + 4])[0] & 0x7fffffff) % 10**6)


class World:
    """A motetd, and what a request needs: each has an actor of its own."""

    def __init__(self, server):
        self.server = server

    def send(self, method, target, body=None, token=None, headers=()):
        octets, headers = b"" if body is None else json.dumps(body).encode(), dict(headers)
        if token:
            headers["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        if octets:
            headers["CONTENT_TYPE"] = "application/json"
        c = self.server.conn()
        try:
            return c.ask(method, target, octets, **headers)
        finally:
            c.close()

    def register(self):
        name = "a" + secrets.token_hex(5)
        a = self.send("POST", f"{CORE}/register",
                      {"actor_name": name, "auth_payload": {"password": PASSWORD}})
        assert a.status == 201, a.body
        return name

    def device(self, name="one", actor=None):
        d = Device(actor or self.register(), name)
        a = self.send("POST", f"{CORE}/session/trust", d.log_in())
        assert a.status == 201, a.body
        d.token, d.cert = a.json()["token"], pki.Cert(a.json()["id_cert"])
        return d

    def admin(self):
        d = self.device()
        done = pool.ctl(self.server, "admin", "grant", d.actor)
        assert done.returncode == 0, done.stderr
        return d

    def enrolled(self):
        d = self.device()
        d.secret = self.send(*enrol(self, d)).json()["secret"]
        return d

    def confirmed(self):
        d = self.enrolled()
        a = self.send("POST", "/.motet/v1/totp/confirm", {"code": totp(d.secret)}, d.token)
        d.codes = a.json()["recovery_codes"]
        return d


# Each returns (method, target, body, token, headers) of a request that can be sent.

def register(_):
    return ("POST", f"{CORE}/register", {"actor_name": "r" + secrets.token_hex(5),
                                         "auth_payload": {"password": PASSWORD}})


def trust(w):
    return ("POST", f"{CORE}/session/trust", Device(w.register(), "one").log_in())


def rotation(method, path):
    def make(w):
        d = w.device()
        return (method, path, {"csr": d.csr(pki.Key())}, d.token)
    return make


def add_material(w):
    d = w.device()
    return ("POST", f"{CORE}/session/keymaterial",
            {"key_data": pki.key_material(secrets.token_bytes(40))}, d.token)


def delete_material(w):
    d = w.device()
    assert w.send("POST", f"{CORE}/session/keymaterial",
                  {"key_data": pki.key_material(b"x" * 40)}, d.token).status == 201
    return ("DELETE", f"{CORE}/session/keymaterial", [str(d.cert.serial)], d.token)


def upload(path, form=lambda k: k.base64()):
    def make(w):
        d = w.device()
        return ("POST", path, [form(mls.KeyPackage(d.key, d.fid()))], d.token)
    return make


def last_resort(path):
    def make(w):
        d = w.device()
        return ("PUT", path, [mls.KeyPackage(d.key, d.fid(), mark="extension").base64()], d.token)
    return make


def by_session(method, path, body=None):
    return lambda w: (method, path, body, w.device().token)


def by_admin(method, path, body=None):
    def make(w):
        d = w.admin()
        if path.endswith("/key/server"):
            time.sleep(1.2)     # two keys begin a second apart
        return (method, path.replace("{actor}", d.actor), body, d.token)
    return make


def end_other(path):
    def make(w):
        d = w.device()
        w.device("other", d.actor)
        return ("DELETE", path, None, d.token)
    return make


def claim(path, query=""):
    def make(w):
        owner, asker = w.device(), w.device()
        made = [mls.KeyPackage(owner.key, owner.fid()).base64() for _ in range(4)]
        a = w.send("POST", f"{CORE}/keypackage/@me", made, owner.token)
        assert a.status == 201, a.body
        return ("GET", f"{path}/{owner.fid()}{query}", None, asker.token)
    return make


def key_trial(path):
    def make(w):
        d = w.device()
        text = w.send("GET", f"{CORE}/challenge").json()["challenge"]
        signed = {"challenge": text, "signature": d.key.sign(text.encode()).hex()}
        if path.endswith("identify"):
            return ("POST", path, {"completed_challenge": signed, "id_cert": d.cert.pem})
        return ("POST", path, {"trial": text, "signature": signed["signature"],
                               "serialNumber": str(d.cert.serial), "fid": d.fid()})
    return make


def federation_token(w):
    d = w.device()
    a = w.send("POST", "/p2core/token", {"server": PUBLIC}, d.token)
    assert a.status == 201, a.body
    return ("POST", "/p2core/session/auth",
            {"federation_token": a.json(), "id_cert": d.cert.pem})


def enrol(w, device=None):
    d = device or w.device()
    return ("POST", "/.motet/v1/totp", {}, d.token, PROOF)


def confirm(w):
    d = w.enrolled()
    return ("POST", "/.motet/v1/totp/confirm", {"code": totp(d.secret)}, d.token)


def renew_codes(w):
    d = w.confirmed()
    return ("POST", "/.motet/v1/totp/recovery", None, d.token,
            {"HTTP_X_P2_SENSITIVE_SOLUTION": d.codes[0]})


def remove_factor(w):
    d = w.confirmed()
    return ("DELETE", "/.motet/v1/totp", None, d.token,
            {"HTTP_X_P2_SENSITIVE_SOLUTION": d.codes[0]})


# What another status than that of the first time says.
ENDED = "the session has ended"
GONE = "it is gone"
ONCE = "it is good once; get a new one"
CODE = "a code of a second factor is good once; send another"
SHOWN = "recovery codes are shown once; the message says how to get new ones"

# route: (statement, maker, status, [status when repeated, why])
ROWS = {
    f"POST {CORE}/register": ("sql_actor_insert", register, 201),
    f"POST {CORE}/session/trust": ("sql_idcert_issue", trust, 201),
    f"PUT {CORE}/session/revoke":
        ("sql_session_end", by_session("PUT", f"{CORE}/session/revoke"), 204, 401, ENDED),
    f"POST {CORE}/session/idcert":
        ("sql_idcert_issue", rotation("POST", f"{CORE}/session/idcert"), 201),
    f"POST {CORE}/idcert": ("sql_idcert_issue", rotation("POST", f"{CORE}/idcert"), 201),
    f"PUT {CORE}/idcert": ("sql_idcert_issue", rotation("PUT", f"{CORE}/idcert"), 201),
    "POST /p2core/key/user/@me":
        ("sql_idcert_issue", rotation("POST", "/p2core/key/user/@me"), 201),
    f"POST {CORE}/session/auth":
        ("sql_key_trial_complete_home", key_trial(f"{CORE}/session/auth"), 200, 401, ONCE),
    f"POST {CORE}/session/identify":
        ("sql_key_trial_complete_home", key_trial(f"{CORE}/session/identify"), 201, 401, ONCE),
    "POST /p2core/session/auth":
        ("sql_federation_token_redeem_home", federation_token, 201, 401, ONCE),
    f"DELETE {CORE}/session":
        ("sql_session_end", end_other(f"{CORE}/session?session_id=other"), 204, 404, GONE),
    f"DELETE {CORE}/session/{{id}}":
        ("sql_session_end", end_other(f"{CORE}/session/other"), 204, 404, GONE),
    f"POST {CORE}/session/keymaterial": ("sql_key_material_add", add_material, 201),
    f"DELETE {CORE}/session/keymaterial": ("sql_key_material_delete", delete_material, 204),
    f"POST {CORE}/keypackage/@me": ("sql_keypackage_add", upload(f"{CORE}/keypackage/@me"), 201),
    f"DELETE {CORE}/keypackage/@me":
        ("sql_keypackage_withdraw", by_session("DELETE", f"{CORE}/keypackage/@me"), 204),
    f"PUT {CORE}/keypackage_lr":
        ("sql_keypackage_add", last_resort(f"{CORE}/keypackage_lr"), 204),
    f"GET {CORE}/keypackage/{{fid}}": ("sql_keypackage_claim", claim(f"{CORE}/keypackage"), 200),
    "GET /.p2/mls/v1/keypackages/{fid}":
        ("sql_keypackage_claim", claim("/.p2/mls/v1/keypackages", "?ciphersuites=1"), 200),
    "POST /.p2/mls/v1/keypackages":
        ("sql_keypackage_add",
         upload("/.p2/mls/v1/keypackages", lambda k: json.loads(k.claimed())), 200),
    f"PUT {CORE}/key/server":
        ("sql_server_key_add", by_admin("PUT", f"{CORE}/key/server"), 200),
    f"POST {CORE}/key/server":
        ("sql_server_key_add", by_admin("POST", f"{CORE}/key/server"), 200),
    "PUT /p2core/token/status":
        ("sql_federation_token_switch",
         by_admin("PUT", "/p2core/token/status", {"enabled": True}), 204),
    "POST /p2core/token":
        ("sql_federation_token_issue", by_session("POST", "/p2core/token", {"server": PUBLIC}),
         201),
    "DELETE /p2core/token/@me":
        ("sql_federation_token_delete_of", by_session("DELETE", "/p2core/token/@me"), 204),
    "DELETE /p2core/token/@all":
        ("sql_federation_token_delete_all", by_admin("DELETE", "/p2core/token/@all"), 204),
    "DELETE /p2core/token/{user_id}":
        ("sql_federation_token_delete_of", by_admin("DELETE", "/p2core/token/{actor}"), 204),
    "POST /.motet/v1/totp":
        ("sql_second_factor_enrol", enrol, 201),
    "POST /.motet/v1/totp/confirm": ("sql_second_factor_confirm", confirm, 200, 409, SHOWN),
    "POST /.motet/v1/totp/recovery":
        ("sql_second_factor_replace_codes", renew_codes, 200, 403, CODE),
    "DELETE /.motet/v1/totp": ("sql_second_factor_end", remove_factor, 204, 403, CODE),
}
# The same operation as a row above, or for foreign actors (e2e/federation) and motetctl doctor.
ALIASES = {f"{m} {p}" for m, p in (
    ("PUT", f"{CORE}/session/idcert/extern"), ("POST", f"{CORE}/session/idcert/extern"),
    ("POST", "/p2core/keypackage/@me"), ("DELETE", "/p2core/keypackage/@me"),
    ("PUT", "/p2core/keypackage_lr"), ("GET", "/p2core/keypackage/{user_id}"),
    ("PUT", "/p2core/key/server"), ("DELETE", "/.p2/mls/v1/keypackages"),
    ("DELETE", "/.motet/v1/probe/{token}/{text}"), ("POST", "/.motet/v1/probe/{token}/{text}"),
    ("PUT", "/.motet/v1/probe/{token}/{text}"))}


def all_rows():
    said = subprocess.run([os.path.join(pool.BUILD, "motetd"), "-T"], capture_output=True,
                          text=True, check=True).stdout
    writes = {f"{m} {p}" for m, p in re.findall(r"^(POST|PUT|DELETE|PATCH) +(\S+)", said, re.M)}
    ok(writes <= set(ROWS) | ALIASES, f"no row in the table: {writes - set(ROWS) - ALIASES}")


# What the 503 says: to send the request again, but to look at the key before another rotation.
SAYS = {f"{m} {CORE}/key/server": b"only if the key is still the old one" for m in ("PUT", "POST")}


def repeat(w, proxy, route):
    statement, make, good, *other = ROWS[route]
    again, why = other or (good, "")
    request = make(w)
    proxy.lose(statement)
    first = w.send(*request)
    until(lambda: not proxy.is_away() and w.server.get("/readyz").status == 200, step=0.05)
    second = w.send(*request)
    told = (first.status == 503
            and SAYS.get(route, b"send the same request again") in first.body)
    ok(proxy.lost and told and second.status == again,
       f"{route}: {first.status}, again {second.status} {why}")
    if not (proxy.lost and told and second.status == again):
        print(f"# {statement} was {'' if proxy.lost else 'not '}lost\n# {first.body[:300]}\n"
              f"# {second.body[:300]}", flush=True)


def main():
    if not pool.has_database():
        return
    with pool.behind_proxy(Proxy, workers=1, database_timeout=1, rate_limit="off",
                           sensitive_actions="off", registration="open",
                           public_url=PUBLIC) as (s, proxy):
        pool.ctl(s, "init", "--domain", DOMAIN)
        ok(until(lambda: s.get("/readyz").status == 200) is not None, "a worker serves")
        all_rows()
        w = World(s)
        for route in ROWS if len(sys.argv) < 3 else sys.argv[2:]:
            repeat(w, proxy, route)
    pool.done()


if __name__ == "__main__":
    main()
