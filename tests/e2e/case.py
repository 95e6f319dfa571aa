"""Cases: small text files, one step a line. README.md beside this says what the steps are."""
import base64
import glob
import hashlib
import json
import os
import re
import secrets
import subprocess
import threading
import time
import urllib.parse

import http1
import issued
import jws
import mls
import pki
import probe
from fronts.front import CAPABILITIES

METHOD = re.compile(r"^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|FOO) (\S.*)$")
LEAKS = re.compile(rb"SQLSTATE|/src/|postgres|\b(?:libpq|psql)\b|\.c:\d|ERROR:|duplicate key value|"
                   rb"relation \"|violates|0x[0-9a-f]{8}|/var/lib|/tmp/", re.I)
# Certificates, tokens and other long base64 text, whose random characters may form any word.
RANDOM = re.compile(rb"-----BEGIN [A-Z ]+-----[A-Za-z0-9+/=\\\s]*-----END|p2[a-z]_[A-Za-z0-9]{20,}|[A-Za-z0-9+/]{60,}")
PASSWORD = "correct horse battery staple"


class Failure(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Failure(what)


def leaks(body):
    """Does the response show an internal text? Long base64 is skipped, because it may contain any word by chance."""
    return LEAKS.search(RANDOM.sub(b"", body)) is not None


def check_problem(response, error):
    """The error document has the form of RFC 9457, also when the web server answers by itself. Some web servers send no X-Request-Id then."""
    kind = response.header("Content-Type") or ""
    need(re.match("application/(problem[+])?json", kind), f"Content-Type is not JSON: {response}")
    need(error["type"].endswith(f"/#{error['error']}") and error["title"] and error["detail"] == error["message"], f"type, title, detail: {error}")
    need(error["status"] == response.status and error.get("instance") == response.header("X-Request-Id"), f"status, instance: {response}")
    need(error["namespace"] == "https://polyproto.org/core", f"namespace: {error}")


def check_answer(response, code):
    """An error with that code, to a request without Accept."""
    error = response.json()
    need(response.header("Content-Type") == "application/problem+json", f"Content-Type is not problem details: {response}")
    check_problem(response, error)
    need(error["errcode"] == response.status and error["error"] == response.header("X-P2-Error") == code, f"errcode, error: {response}")


def is_canonical(response):
    """A JSON answer of motetd has the form of RFC 8785: sorted members, no blanks. No answer has fractions. Answers of the web server are not checked."""
    if response.header("X-Request-Id") is None or not re.match("application/(.*[+])?json", response.header("Content-Type") or "") or not response.body:
        return True
    again = json.dumps(json.loads(response.body), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return again.encode() == response.body


def as_text(v):
    return v if isinstance(v, str) else json.dumps(v)


FILTERS = {
    "json": json.dumps,
    "url": lambda v: urllib.parse.quote(v, safe=""),
    "b64": lambda v: base64.b64encode(v.encode()).decode(),
    "der64": lambda v: base64.b64encode(pki.unpem(v)).decode(),
    "octets": lambda v: json.dumps(list(pki.unpem(v))),
    "sha256": lambda v: hashlib.sha256(v.encode()).hexdigest(),
    "flat": lambda v: json.dumps(dict(zip(("protected", "payload", "signature"), v.split(".")))),
    "upper": str.upper,
    "oneline": lambda v: v.replace("\n", "\\n"),
    "crlf": lambda v: v.replace("\n", "\r\n"),
    "bytes": lambda v: json.dumps(list(int(v).to_bytes((int(v).bit_length() + 8) // 8, "big"))),
}


def walk(value, path):
    """The value at $.a[0].b; Failure when it is not there."""
    need(path.startswith("$"), f"a path starts with $: {path}")
    for name, index in re.findall(r"\.([\w-]+)|\[(-?\d+)\]", path[1:]):
        try:
            value = value[name] if name else value[int(index)]
        except (KeyError, IndexError, TypeError):
            raise Failure(f"{path}: there is no {name or index} in {json.dumps(value)[:300]}") from None
    return value


def generate(text):
    """${random:N}: N hex digits."""
    return re.sub(r"\$\{random:(\d+)\}", lambda m: secrets.token_hex(int(m.group(1)) // 2), text)


class Actor:
    def __init__(self, name, fid, password):
        self.name, self.fid, self.password = name, fid, password


class Device:
    """A session of an actor: what `as` names."""

    def __init__(self, actor, session):
        self.actor, self.session, self.key = actor, session, pki.Key()
        self.token = self.cert = self.serial = None


class Runner:
    """The state of one case: variables, devices, who asks, the last response."""

    def __init__(self, place, path):
        self.place, self.path = place, path
        self.vars = {"host": place.host, "domain": place.domain, "url": f"http://{place.host}", "base": f"http://{place.host}{place.front.base_path}", "web": place.web,
                     "password": PASSWORD,
                     "vectors": os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")}
        self.devices, self.keys, self.rows, self.who = {}, {}, set(), None
        self.request, self.response, self.before = None, None, None

    # --- Variables ---

    def lookup(self, name):
        if name in self.vars:
            return self.vars[name]
        device, _, member = name.partition(".")
        if device in self.devices and member:
            d = self.devices[device]
            return {"token": d.token, "cert": d.cert, "serial": d.serial, "session": d.session, "key": device, "fid": d.actor.fid,
                    "name": d.actor.name, "password": d.actor.password, "id": None}[member]
        raise Failure(f"there is no variable {name}")

    def expand(self, text):
        """${name}, ${name|filter|filter}; a value that came out of a row of `each` may hold variables itself."""
        def one(m):
            name, *filters = m.group(1).split("|")
            value = self.lookup(name)
            if name in self.rows:
                value = self.expand(value)
            for f in filters:
                value = FILTERS[f](as_text(value))
            return as_text(value)
        return re.sub(r"\$\{([^}]*)\}", one, generate(text))

    # --- Requests ---

    def begin(self, method, target):
        self.request = {"method": method, "target": target, "headers": [], "body": None, "parallel": 1}

    def send(self, changes=True):
        q = self.request
        headers = list(q["headers"])
        if self.who and not any(n.lower() == "authorization" for n, _ in headers):
            headers.append(("Authorization", f"Bearer {self.devices[self.who].token}"))
        self.before = None if changes else self.place.fingerprint()
        responses = [None] * q["parallel"]

        def one(i):
            responses[i] = self.place.send(q["method"], q["target"], headers, q["body"])
        threads = [threading.Thread(target=one, args=(i,)) for i in range(q["parallel"])]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        need(all(responses), "no response")
        return responses

    def call(self, method, target, body, want):
        """A request of the runner's own, such as registering an actor."""
        r = self.place.send(method, target, [], json.dumps(body).encode())
        need(r.status == want, f"{method} {target}: {r}")
        return r.json()

    def register(self, name, password):
        local = f"{name}-x{secrets.token_hex(4)}"
        fid = self.call("POST", "/.p2/core/v1/register", {"actor_name": local, "auth_payload": {"password": password}}, 201)["fid"]
        need(fid == f"{local}@{self.place.domain}", f"fid is {fid}")
        return Actor(local, fid, password)

    def trust(self, name, actor, session):
        d = Device(actor, session)
        self.devices[name], self.keys[name] = d, d.key
        request = self.make_csr(d.key, {"actor": name})
        body = {"actor_name": actor.name, "csr": request, "auth_payload": {"password": actor.password}}
        got = self.call("POST", "/.p2/core/v1/session/trust", body, 201)
        d.token, d.cert, d.serial = got["token"], got["id_cert"], str(pki.Cert(got["id_cert"]).serial)
        self.who = name

    def make_csr(self, key, opt):
        d = self.devices.get(opt.get("actor"))
        fid = opt.get("uid", d.actor.fid if d else None)
        session = opt.get("session", d.session if d else None)
        cn = opt.get("cn", d.actor.name if d else None)
        none = {"cn": cn, "uid": fid, "session": session}
        for k in none:
            none[k] = None if none[k] == "-" else none[k]
        name = pki.subject(none["cn"], none["uid"], none["session"], opt.get("dc", self.place.domain))
        kw = {k: opt[k] for k in ("form", "ku", "bc") if k in opt}
        if "sign" in opt:
            kw["signer"] = self.keys[opt["sign"]]
        if "algorithm" in opt:
            kw["algorithm"] = bytes.fromhex(opt["algorithm"])
        if "point" in opt:
            kw["raw_key"] = bytes.fromhex(opt["point"])
        if "tail" in opt:
            kw["tail"] = bytes.fromhex(opt["tail"])
        return pki.pem("CERTIFICATE REQUEST", pki.csr(name, key, **kw))

    def server_cert(self):
        r = self.call("GET", "/.p2/core/v1/idcert/server", {}, 200)
        return pki.check_server_cert(r["idCertPem"], self.place.domain)

    # --- Steps: things ---

    def options(self, words):
        return dict(w.split("=", 1) for w in words if "=" in w)

    def step_actor(self, name, *words):
        o = self.options(words)
        self.trust(name, self.register(name, o.get("password", PASSWORD).replace("_", " ")), o.get("session", "laptop"))

    def step_device(self, name, _of, other, *words):
        self.trust(name, self.devices[other].actor, self.options(words).get("session", name))

    def step_registered(self, name):
        """An actor without a session yet."""
        d = Device(self.register(name, PASSWORD), "laptop")
        self.devices[name], self.keys[name] = d, d.key

    def step_admin(self, name):
        self.step_actor(name)
        done = self.place.ctl(["admin", "grant", self.devices[name].actor.name])
        need(done.returncode == 0, f"motetctl admin grant: {done.stdout}{done.stderr}")

    def step_as(self, name):
        need(name == "nobody" or name in self.devices, f"there is no device {name}")
        self.who = None if name == "nobody" else name

    def step_key(self, name):
        self.keys[name] = pki.Key()

    def step_csr(self, name, *words):
        o = self.options(words)
        if "key" not in o:
            self.keys[name] = pki.Key()
        self.vars[name] = self.make_csr(self.keys[o.get("key", name)], o)

    def step_sign(self, name, key, *text):
        """The signature over a text by a key, or by a device's key, in hex."""
        self.vars[name] = self.keys[key].sign(" ".join(text).encode()).hex()

    def step_pkm(self, name, size="60"):
        ciphertext = secrets.token_bytes(int(size))
        issued.keep("key material", ciphertext)
        self.vars[name] = pki.key_material(ciphertext)

    def step_keypackage(self, name, *words):
        """keypackage NAME [of DEVICE] [suite= lifetime= mark= init= framed=yes credential=x509|chain key= fid= ext=1,2]; its forms are NAME.octets and so on"""
        o = self.options(words)
        d = self.devices[words[1] if words[:1] == ("of",) else self.who]
        chain = {"x509": [d.cert], "chain": [d.cert, self.call("GET", "/.p2/core/v1/idcert/server", {}, 200)["idCertPem"]]}.get(o.get("credential"), [])
        k = mls.KeyPackage(self.keys[o["key"]] if "key" in o else d.key, o.get("fid", d.actor.fid), suite=int(o.get("suite", 1)),
                           certs=[pki.unpem(c) for c in chain], lifetime=int(o.get("lifetime", 86400)), mark=o.get("mark", "none"),
                           init=bytes.fromhex(o["init"]) if "init" in o else None, framed="framed" in o,
                           extensions=[int(x, 0) for x in o["ext"].split(",")] if "ext" in o else ())
        forms = {"": k.base64(), ".octets": json.dumps(list(k.tls)), ".exploded": k.exploded(), ".claimed": k.claimed(), ".last": k.claimed(True),
                 ".ref": k.ref(), ".init": k.init.hex(), ".bare": base64.b64encode(k.bare).decode()}
        self.vars.update({name + form: text for form, text in forms.items()})

    def step_jws(self, name, *words):
        """A federation token by the key of that name (`key=`), for an actor (`actor=`) and this server unless said otherwise."""
        o = self.options(words)
        d = self.devices[o["actor"]]
        if o.get("cnf") in self.devices:
            o["cnf"] = json.dumps({"x5t#S256": jws.thumbprint(pki.unpem(self.devices[o["cnf"]].cert))})
        self.vars[name] = jws.make(self.keys[o["key"]], o, {"iss": self.place.domain, "sub": d.actor.fid, "aud": self.vars["url"]})

    def step_probe(self, name):
        self.vars[name], = probe.tokens(self.place, 1)

    def step_pgp(self, name, user_id):
        """An OpenPGP public key block by gpg, for that user ID."""
        self.vars[name] = pki.openpgp(user_id)

    def step_totp(self, name, secret, step="0"):
        """The code of a second factor, by oathtool, so many steps of 30 seconds from now."""
        at = f"@{int(time.time()) + 30 * int(step)}"
        command = ["oathtool", "--totp", "--base32", f"--now={at}", "-"]
        self.vars[name] = subprocess.run(command, input=secret, text=True, capture_output=True, check=True).stdout.strip()

    def step_unlogged(self, *words):
        """Checks that no log of motetd, the web server or PostgreSQL contains a secret."""
        logs = glob.glob(os.path.join(self.place.state, "log", "*"))
        need(self.place.front.log(self.place) in logs, f"logs: {logs}")
        for log in logs:
            with open(log, encoding="utf-8", errors="replace") as f:
                need(" ".join(words) not in f.read(), f"it is in {log}")

    def step_spki(self, name, key):
        """A key as SPKI in PEM; ${key} becomes its octets in hex."""
        self.vars[name], self.vars[key] = pki.key_material(self.keys[key].raw), self.keys[key].raw.hex()

    def step_serverkey(self, name, serial):
        """A key that this server had once, and that the case can sign with."""
        raw = self.keys[name].raw.hex()
        self.place.sql(f"WITH used AS (INSERT INTO serial_used VALUES ({serial}) RETURNING serial) INSERT INTO server_key (serial, public_key, "
                       f"sealed, cert, not_before, not_after, ended_at) SELECT serial, '\\x{raw}', '', '', now() - interval '2 days', "
                       "now() + interval '1 day', now() - interval '1 day' FROM used")

    def step_file(self, name, path):
        with open(path, encoding="ascii") as f:
            self.vars[name] = f.read()

    def step_set(self, name, *words):
        self.vars[name] = " ".join(words)

    def step_adopt(self, name, token_path, cert_path):
        """The session of a device goes on with a new token and certificate out of the response."""
        d, got = self.devices[name], self.response.json()
        d.token, d.cert = walk(got, token_path), walk(got, cert_path)
        d.serial = str(pki.Cert(d.cert).serial)

    def step_need(self, *words):
        """need web=nginx: the rest of the case is for one web server only."""
        if any(self.lookup(k) != v for k, v in self.options(words).items()):
            raise StopIteration

    def step_ctl(self, *args):
        done = self.place.ctl(list(args))
        self.response = http1.Response(done.returncode, [], done.stdout.encode() or done.stderr.encode())

    # --- Steps: requests ---

    def header_step(self, line):
        name, _, value = line.partition(":")
        self.request["headers"].append((name.strip(), value.strip()))

    def body_step(self, text):
        self.request["body"] = (self.request["body"] or b"") + text.encode("utf-8", "surrogateescape")

    def step_body(self, kind, *words):
        if kind == "hex":
            self.request["body"] = bytes.fromhex("".join(words))
        elif kind == "empty":
            self.request["body"] = b""
        else:
            self.body_step(" ".join((kind,) + words))

    def step_parallel(self, n):
        self.request["parallel"] = int(n)

    def expect(self, text):
        """= 201, = 201 unchanged, = 201x1 409x7 (of parallel ones), = 200|409 (any of them), = 400 P2CORE_X [field]"""
        if self.request is None:
            need(str(self.response.status) == text, f"exit status {self.response.status}, wanted {text}: {self.response.body!r}")
            return
        words = text.split()
        unchanged = "unchanged" in words or words[0][0] == "4"
        responses = self.send(changes=not unchanged)
        self.request = None
        counts = {}
        for r in responses:
            need(not leaks(r.body), f"the response leaks: {r}")
            need(is_canonical(r), f"the JSON is not canonical (RFC 8785): {r}")
            counts[r.status] = counts.get(r.status, 0) + 1
            self.response = r
        if "x" in words[0] and words[0][0].isdigit():
            want = {int(s): int(n) for s, n in (w.split("x") for w in words)}
            need(counts == want, f"statuses {counts}, wanted {want}")
            return
        need(set(counts) <= {int(s) for s in words[0].split("|")}, f"wanted {words[0]}, got {self.response}")
        if unchanged:
            need(self.before == self.place.fingerprint(), "the database has changed")
        codes = [w for w in words[1:] if w != "unchanged"]
        if codes:
            self.check_error(*codes)

    def check_error(self, code, field=None):
        r = self.response
        need(r.header("X-P2-Error") == code, f"X-P2-Error is not {code}: {r}")
        need(r.status != 401 or (r.header("WWW-Authenticate") or "").startswith("Bearer"), f"WWW-Authenticate is missing: {r}")
        if field == "bodiless":
            need(r.body == b"", f"body is not empty: {r}")
            return
        e = r.json()
        check_problem(r, e)
        need(e.get("errcode") == r.status and e.get("error") == code, f"errcode and error are not {r.status} {code}: {r}")
        need(len(e.get("message", "")) > 10, f"message is not a sentence: {r}")
        need(field is None or e.get("field") == field, f"field is not {field}: {r}")

    # --- Steps: checks of the response ---

    def compare(self, what, got, line):
        """Checks a value; got is None when there is no such value."""
        op, _, want = line.strip().partition(" ")
        want = want.strip()
        shown = as_text(got) if got is not None else None
        if op == "exists":
            need(got is not None, f"{what} is missing")
        elif op == "absent":
            need(got is None, f"{what} is there: {shown}")
        elif op == "=":
            need(got is not None and as_text(got) == want, f"{what} is {shown!r}, wanted {want!r}: {self.response}")
        elif op == "~":
            need(got is not None and re.search(want, as_text(got)), f"{what} is {shown!r}, which does not match {want}: {self.response}")
        elif op == "count":
            need(len(got) == int(want), f"{what} has {len(got)}, wanted {want}")
        elif op == "has":
            need(json.loads(want) in got, f"{what} has no {want}: {shown}")
        else:
            raise Failure(f"unknown comparison {op}")

    def json_step(self, line):
        path, _, rest = line.partition(" ")
        try:
            got = walk(self.response.json(), path)
            got = "null" if got is None else got
        except Failure:
            got = None
            if not rest.startswith("absent"):
                raise
        except ValueError as e:
            raise Failure(f"the body is not JSON ({e}): {self.response}") from None
        if rest.startswith("= "):
            try:
                need(got == json.loads(rest[2:]), f"{path} is {json.dumps(got)}, wanted {rest[2:]}: {self.response}")
                return
            except json.JSONDecodeError:
                raise Failure(f"not JSON in the case: {rest[2:]}") from None
        self.compare(path, got, rest)

    def response_header_step(self, line):
        m = re.match(r"([\w-]+):? *(.*)$", line)
        rest = m.group(2)
        self.compare(m.group(1), self.response.header(m.group(1)), rest if re.match(r"(~|exists|absent|=)", rest) else f"= {rest}")

    def step_text(self, *words):
        line = " ".join(words)
        body = self.response.body.decode("utf-8")
        if line == "empty":
            need(body == "", f"the body is not empty: {self.response}")
        elif line.startswith("= "):
            need(body == line[2:].replace("\\n", "\n"), f"the body is {body!r}, wanted {line[2:]!r}")
        else:
            self.compare("the body", body, line)

    def step_save(self, name, path, *rest):
        if path == "header":
            self.vars[name] = self.response.header(rest[0])
        elif path == "body":
            self.vars[name] = self.response.body.decode()
        else:
            self.vars[name] = walk(self.response.json(), path)

    def step_error(self, code, field=None):
        self.check_error(code, field)

    def step_cert(self, path, _of, name, *words):
        """cert $.id_cert of alice [session=x] [key=k]: a certificate in the response, or in a variable."""
        o, d = self.options(words), self.devices[name]
        text = walk(self.response.json(), path) if path[0] == "$" else self.lookup(path)
        key = self.keys[o["key"]].raw if "key" in o else None
        cert = pki.check_actor_cert(text, self.server_cert(), d.actor.fid, o.get("session", d.session), key)
        self.vars["serial"] = str(cert.serial)

    def step_cacheable(self, path):
        cert = pki.check_cacheable(walk(self.response.json(), path), self.server_cert())
        self.vars["serial"] = str(cert.serial)

    def step_sql(self, *words):
        statement, arrow, want = " ".join(words).partition(" => ")
        got = self.place.sql(statement)
        need(not arrow or got == want, f"{statement} gives {got!r}, wanted {want!r}")

    # --- Lines ---

    def line(self, raw):
        line = self.expand(raw)
        m = METHOD.match(line)
        if m:
            self.begin(m.group(1), m.group(2))
        elif line[0] == ">":
            self.header_step(line[1:])
        elif line[0] == "<":
            self.response_header_step(line[1:].strip())
        elif line[0] in "{[\"":
            self.body_step(line)
        elif line[0] == "=":
            self.expect(line[1:].strip())
        elif line[0] == "$":
            self.json_step(line)
        else:
            word, *rest = line.split(" ")
            step = getattr(self, f"step_{word}", None)
            if step is None:
                raise Failure(f"there is no step '{word}'")
            step(*rest)


def read_lines(path):
    with open(path, encoding="utf-8") as f:
        return [(n, text.rstrip("\n")) for n, text in enumerate(f, 1) if text.strip() and not text.lstrip().startswith("#")]


def block_end(lines, i):
    """Index of the `end` that closes the block opened at i."""
    depth = 0
    for j in range(i, len(lines)):
        word = lines[j][1].split()[0]
        depth += word in BLOCKS
        depth -= word == "end"
        if depth == 0:
            return j
    raise Failure(f"line {lines[i][0]}: no end")


def run_each(runner, lines, i, end):
    names = [n.strip() for n in lines[i][1].split(None, 1)[1].split("|")]
    do = next(j for j in range(i, end) if lines[j][1].strip() == "do")
    for number, row in lines[i + 1:do]:
        values = [v.strip() for v in row.strip().split(" | ")]
        need(len(values) == len(names), f"line {number}: {len(names)} columns, not {len(values)}")
        try:
            for name, value in zip(names, values):
                runner.vars[name] = generate(value)
                runner.rows.add(name)
            run_lines(runner, lines[do + 1:end])
        except Failure as e:
            raise Failure(f"row {number} ({row.strip()[:80]}): {e}") from None


def run_repeat(runner, lines, i, end):
    for k in range(int(lines[i][1].split()[1])):
        runner.vars["i"] = str(k)
        run_lines(runner, lines[i + 1:end])


def run_can(runner, lines, i, end):
    """can WORD … otherwise … end: a web server that does not support WORD gets its own expectations, so that no case is skipped silently."""
    word = lines[i][1].split()[1]
    need(word in CAPABILITIES, f"fronts/front.py has no capability {word}")
    other = next((j for j in range(i, end) if lines[j][1].strip() == "otherwise"), None)
    need(other is not None, f"line {lines[i][0]}: can {word} has no otherwise")
    run_lines(runner, lines[other + 1:end] if word in runner.place.front.cannot else lines[i + 1:other])


BLOCKS = {"each": run_each, "repeat": run_repeat, "can": run_can}


def run_lines(runner, lines):
    i = 0
    while i < len(lines):
        number, text = lines[i]
        word = text.split()[0]
        try:
            if word in BLOCKS:
                end = block_end(lines, i)
                BLOCKS[word](runner, lines, i, end)
                i = end
            else:
                runner.line(text.strip())
        except (Failure, AssertionError) as e:
            raise Failure(str(e) if str(e).startswith(("line ", "row ")) else f"line {number}: {text.strip()[:120]}: {e}") from None
        i += 1


def run_case(place, path):
    """None when the case passes, else what is wrong."""
    runner = Runner(place, path)
    try:
        run_lines(runner, read_lines(path))
        need(runner.request is None, "the last request is never sent: it has no `=` line")
    except StopIteration:
        return None
    except Failure as e:
        return str(e)
    except Exception as e:  # pylint: disable=broad-except # a step that fails unexpectedly fails its case, not the run
        return f"{type(e).__name__}: {e}"
    return None
