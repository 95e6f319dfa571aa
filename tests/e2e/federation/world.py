"""Two servers and a client of both: everything goes over TLS, as the servers see each other."""
import contextlib
import json
import os
import re
import secrets
import signal
import ssl
import time

import case
import http1
import pki
from place import Place

# Tables with what servers remember about other servers, and with wrong passwords: a refused request may change these.
REMEMBERED = ("throttle", "foreign_server", "foreign_cert", "foreign_actor")
RANDOM = re.compile(rb"[A-Za-z0-9+/=_-]{40,}")    # tokens and base64, in which anything may stand by chance
CONFIRMED = "{confirmed_until,ask_at,silent_since}"      # the same of foreign_session
need = case.need


def text_of(table):
    """SQL: a row as text."""
    return f"(to_jsonb(t) - '{CONFIRMED}'::text[])::text" if table == "foreign_session" else "t::text"


class Server(Place):
    """A motet server behind its web server with TLS."""

    def __init__(self, state, programs, tls, domain, web):
        super().__init__(state, programs, tls)
        self.domain, self.web_wanted, self.context = domain, web, None

    def begin(self, sets, peers, workers):
        self.start(self.web_wanted, self.domain, sets, workers, True, peers)
        self.context = ssl.create_default_context(cafile=os.path.join(self.tls, "ca.pem"))
        tables = self.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1").split()
        each = [f"SELECT '{t}', count(*), md5(string_agg(v, '|' ORDER BY v)) FROM {t} t, LATERAL (SELECT {text_of(t)}) AS row(v)"
                for t in tables if t not in REMEMBERED]
        self.fingerprint_sql = " UNION ALL ".join(each)

    @property
    def origin(self):
        return f"https://{self.domain}"

    def raw(self, method, target, body=None, token=None, headers=()):
        """The bytes of a request: a dict, a list or a str that is to be JSON is made so; bytes go as they are."""
        payload = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = list(headers) + ([("Authorization", f"Bearer {token}")] if token else [])
        return http1.compose(method, target, headers, payload, self.domain)

    def ask(self, method, target, body=None, token=None, headers=(), address=None):
        raw = self.raw(method, target, body, token, headers)
        r = http1.send(address or self.address, raw, method, tls=(self.context, self.domain))
        need(not case.LEAKS.search(RANDOM.sub(b"", r.body)), f"the response leaks: {r}")
        return r

    def get(self, target, status=200, **kw):
        r = self.ask("GET", target, **kw)
        need(r.status == status, f"GET {target}: {r}")
        return r

    def must(self, method, target, status, body=None, token=None, headers=()):
        """An answer of that status, or a failure that shows the other one."""
        r = self.ask(method, target, body, token, headers)
        need(r.status == status, f"{method} {target} is not {status}: {r}")
        return r

    def identity(self, at=None):
        """This server's own certificate, checked."""
        r = self.get(f"/.p2/core/v1/idcert/server{'' if at is None else f'?timestamp={at}'}")
        return pki.check_server_cert(r.json()["idCertPem"], self.domain)

    @contextlib.contextmanager
    def unchanged(self):
        before = self.fingerprint()
        yield
        after = self.fingerprint()
        if before != after:
            differ = [f"{a} -> {b}" for a, b in zip(before.splitlines(), after.splitlines()) if a != b]
            raise case.Failure(f"the database has changed: {'; '.join(differ)}")

    @contextlib.contextmanager
    def setting(self, *sets):
        """Other configuration keys for a while: motetd reads its file again on SIGHUP."""
        path = os.path.join(self.state, "motet.conf")
        with open(path, encoding="utf-8") as f:
            before = f.read()
        self.reload(path, before + "".join(s.replace("=", " = ", 1) + "\n" for s in sets))
        try:
            yield
        finally:
            self.reload(path, before)

    def reload(self, path, text):
        def reloads():
            return self.log().count("the new workers serve")
        before, end = reloads(), time.monotonic() + 60
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.kill(self.motetd(), signal.SIGHUP)
        while reloads() == before:
            need(time.monotonic() < end, "motetd does not read its configuration again")
            time.sleep(0.05)

    def motetd(self):
        """The process ID of motetd's master: a child of quickstart's."""
        with open(os.path.join(self.state, "pid"), encoding="ascii") as f:
            return next(p for p in children(int(f.read())) if comm(p).startswith("motetd"))


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(p) for p in f.read().split()]


def comm(pid):
    with open(f"/proc/{pid}/comm", encoding="ascii") as f:
        return f.read().strip()


def refused(r, status, code, field=None):
    """A refusal as protocol.md 2.4 says: the status, the code in three places, a sentence."""
    e = json.loads(r.body) if r.body else {}
    need(r.status == status, f"wanted {status} {code}: {r}")
    need(r.header("X-P2-Error") == code, f"X-P2-Error is not {code}: {r}")
    need(e.get("errcode") == status and e.get("error") == code, f"errcode and error are not {status} {code}: {r}")
    need(len(e.get("message", "")) > 10, f"message is not a sentence: {r}")
    need(status != 401 or (r.header("WWW-Authenticate") or "").startswith("Bearer"), f"WWW-Authenticate is missing: {r}")
    need(field is None or e.get("field") == field, f"field is not {field}: {r}")
    return e


class Client:
    """What a client does with its key and its certificate, wherever its home is."""

    def octets(self):
        return list(pki.unpem(self.cert))

    def auth(self, server, token=None, cert=None, **kw):
        """POST /p2core/session/auth, whatever comes of it."""
        body = {"federation_token": token or self.token_for(server), "id_cert": cert or self.octets()}
        return server.ask("POST", "/p2core/session/auth", dict(body, **kw))

    def session_on(self, server):
        r = self.auth(server)
        need(r.status == 201, f"no session on {server.domain}: {r}")
        return r.json()["session_token"]

    def sign(self, text):
        return self.key.sign(text.encode()).hex()


class Actor(Client):
    """An actor of a motet server with one session at home."""

    def __init__(self, home, name, session="laptop", admin=False):
        self.home, self.session, self.password = home, session, case.PASSWORD
        self.name = f"{name}-x{secrets.token_hex(4)}"
        self.fid = f"{self.name}@{home.domain}"
        home.must("POST", "/.p2/core/v1/register", 201, {"actor_name": self.name, "auth_payload": {"password": self.password}})
        self.trust()
        if admin:
            done = home.ctl(["admin", "grant", self.name])
            need(done.returncode == 0, f"motetctl admin grant: {done.stderr}")

    def csr(self, key, session=None):
        name = pki.subject(self.name, self.fid, session or self.session, self.home.domain)
        return pki.pem("CERTIFICATE REQUEST", pki.csr(name, key))

    def trust(self):
        self.key = pki.Key()
        body = {"actor_name": self.name, "csr": self.csr(self.key), "auth_payload": {"password": self.password}}
        got = self.home.must("POST", "/.p2/core/v1/session/trust", 201, body).json()
        self.adopt(got["id_cert"], got["token"])

    def adopt(self, cert, token=None):
        self.cert, self.serial, self.token = cert, str(pki.Cert(cert).serial), token or self.token

    def device(self, session):
        """Another session of the same actor."""
        other = object.__new__(Actor)
        other.home, other.session, other.password, other.name, other.fid = self.home, session, self.password, self.name, self.fid
        other.key = pki.Key()
        got = self.home.must("POST", "/.p2/core/v1/idcert", 201, {"csr": other.csr(other.key)}, self.token, self.sensitive()).json()
        other.adopt(got["id_cert"], got["token"])
        return other

    def rotate(self):
        """A new key and certificate for this session, at home."""
        key = pki.Key()
        got = self.home.must("POST", "/.p2/core/v1/session/idcert", 201, {"csr": self.csr(key)}, self.token).json()
        self.key = key
        self.adopt(got["id_cert"], got["token"])

    def sensitive(self):
        return [("X-P2-Sensitive-Solution", self.password)]

    def token_for(self, server):
        return self.home.must("POST", "/p2core/token", 201, {"server": server.origin}, self.token).json()


def trial(server, fid=None, session=None):
    """A key trial of beta.3: its text."""
    query = "&".join(f"{k}={v}" for k, v in (("fid", fid), ("session_id", session)) if v)
    got = server.get(f"/.p2/core/v1/session/auth{'?' + query if query else ''}").json()
    check_trial(server, got["trial"], got["expires"])
    return got["trial"]


def challenge(server):
    """A challenge of alpha.8: its text."""
    got = server.get("/.p2/core/v1/challenge").json()
    check_trial(server, got["challenge"], got["expires"])
    return got["challenge"]


def check_trial(server, text, expires):
    now = time.time()
    need(64 <= len(text) <= 256, f"a challenge has 64 to 256 characters: {text}")
    need(server.domain in text, f"a challenge names its server: {text}")
    need(str(expires) in text, f"a challenge names its end, {expires}: {text}")
    need(now < int(expires) <= now + 302, f"a challenge lives five minutes, not {int(expires) - now} s")
    need(re.search(r"[0-9A-Za-z]{22,}", text), f"a challenge has random characters: {text}")


def identify(server, actor, text=None, signature=None, cert=None):
    """POST session/identify: a completed challenge and the certificate; whatever comes of it."""
    text = text or challenge(server)
    body = {"completed_challenge": {"challenge": text, "signature": signature or actor.sign(text)}, "id_cert": cert or actor.cert}
    return server.ask("POST", "/.p2/core/v1/session/identify", body)


def complete(server, actor, text, **members):
    """POST session/auth: a completed key trial and a serial number."""
    body = {"trial": text, "signature": actor.sign(text), "serialNumber": actor.serial}
    body.update(members)
    return server.ask("POST", "/.p2/core/v1/session/auth", {k: v for k, v in body.items() if v is not None})


def token_of(r):
    """The session token in any of the answers that open one."""
    need(r.status in (200, 201), f"no session: {r}")
    text = r.body.decode()
    if not text.startswith(("{", '"')):
        return text.strip()
    got = json.loads(text)
    return got if isinstance(got, str) else got.get("token") or got["session_token"]


def works(server, token):
    return server.ask("GET", "/.p2/core/v1/events", token=token).status in (200, 204)


def events(server, token, after=None):
    r = server.ask("GET", f"/.p2/core/v1/events{'' if after is None else f'?after={after}'}", token=token)
    need(r.status in (200, 204), f"no events: {r}")
    return r.json() if r.status == 200 else []
