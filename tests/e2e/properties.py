#!/usr/bin/python3
"""Is what GET /.p2/openapi.json says true? For every operation of it, inputs that fit its schemas and inputs that do not, made by dice, against a running
server. No answer may be a 500 or 503; each has a status, a type, headers and a body that the description knows; what does not fit is refused and changes
nothing; an unknown method is 405 with Allow; HEAD is GET without the body. TAP; the seed and the number of requests are printed.

Usage: properties.py [--web FRONT] [--state DIR] [--install DIR] [--seed S] [--only REGEX] [--long]    (--install: where npm's validator is kept)
"""
import argparse
import base64
import json
import os
import random
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
from jsonschema import Draft202012Validator  # noqa: E402
import case  # noqa: E402
import fronts  # noqa: E402
import http1  # noqa: E402
import pki  # noqa: E402
from npm import install  # noqa: E402
from place import Place  # noqa: E402
from run import SETS, Tap  # noqa: E402

DOCUMENT = "/.p2/openapi.json"
METHODS = ("get", "post", "put", "delete", "options")
SAFE = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}    # Fetch standard 2.2.6
# What random requests cannot reach: sessions of foreign actors, federation tokens, signed key
# trials.
# Of the last three, one gives 404 unless it is configured, one always gives 404, and one needs the ID of a session. Cases test them all.
HARD = {"corev1_put_session_idcert_extern", "corev1_post_session_idcert_extern", "corev1_post_session_auth", "corev1_post_session_identify",
        "p2core_post_session_auth", "p2core_post_token", "ops_post_totp_confirm", "ops_post_totp_recovery", "ops_any_probe_get", "ops_any_probe_post",
        "ops_any_probe_put", "ops_any_probe_delete", "corev1_get_contact", "corev1_get_gateway", "corev1_delete_session_id"}
# Operations whose answer differs the second time, or is empty without their side effect.
UNSTABLE = {"corev1_get_challenge", "corev1_get_session_auth", "corev1_get_keypackage", "p2core_get_keypackage", "mlsv1_get_keypackages", "corev1_get_events",
            "ops_get_metrics"}
TEXTS = ["", " ", "a", "0", "-1", "null", "é", "日本", "a" * 33, "a" * 400, "\u0000", "\u202e", "x@y", "x@nowhere.invalid", "'; --", "<b>", "%00", "..", "😀" * 9, "\n"]
NOT_JSON = [b"{", b"}", b"[1,", b'{"a":1}x', b'{"a":1,"a":2}', b'"\xff"', b"\xff\xfe", b"[" * 40 + b"]" * 40, b"nul", b"{'a':1}", b'{"a":01}', b'"\\u0000"', b"\0"]
ACCEPTS = [None, None, None, "*/*", "application/json", "application/pkix-cert", "application/x-pem-file", "text/plain", "text/html", "application/pgp-keys",
           "application/json;q=0", "no type", "text/*, */*;q=0.1"]

# Members that answers repeat under the names of other versions of the protocol.
REPEATED = {"Grant": ["idCert"], "KeyMaterial": ["keyData", "serialNumber"], "CacheableIdCert": ["id_cert", "cacheValidNotBefore", "cacheValidNotAfter"]}


class Description:
    def __init__(self, document):
        self.document = document
        self.components = document["components"]
        schemas = self.components["schemas"]
        self.strict = dict(self.components, schemas={k: closed(v, REPEATED.get(k, ())) for k, v in schemas.items()})
        self.liberal = dict(self.components, schemas={k: liberal(v) for k, v in schemas.items()})
        self.operations = [(path, method, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item]

    def resolve(self, what):
        while "$ref" in what:
            _, _, kind, name = what["$ref"].split("/")
            what = self.components[kind][name]
        return what

    def fits(self, schema, value, strict=False):
        """None, or why not. Strict: no member may be there that the schema does not name."""
        whole = {"allOf": [schema], "components": self.strict if strict else self.components}
        if strict:
            whole["unevaluatedProperties"] = False
        e = next(Draft202012Validator(whole).iter_errors(value), None)
        return None if e is None else f"{e.json_path}: {e.message[:300]}"

    def is_taken(self, schema, value):
        """As info.description says: null counts as absent, and whole numbers may be decimal strings."""
        return Draft202012Validator({"allOf": [liberal(schema)], "components": self.liberal}).is_valid(value)


def closed(schema, repeated=()):
    """The same, without room for members that neither it names nor `repeated`."""
    if isinstance(schema, list):
        return [closed(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    out = {k: closed(v) for k, v in schema.items()}
    if "properties" not in out or out.get("type") != "object":
        return out
    return dict(out, properties={**out["properties"], **{name: {} for name in repeated}}, unevaluatedProperties=False)


def liberal(schema):
    """What the server takes where this schema stands."""
    if isinstance(schema, list):
        return [liberal(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    out = {k: liberal(v) for k, v in schema.items()}
    if out.get("type") == "integer":
        return {"anyOf": [out, {"type": "string", "pattern": "^[0-9]+$"}]}
    if isinstance(out.get("properties"), dict):
        need = out.get("required", [])
        out["properties"] = {k: v if k in need else {"anyOf": [v, {"type": "null"}]} for k, v in out["properties"].items()}
    return out


class Dice:
    """Values for a schema. What has a meaning (a CSR, a serial number) has it as often as `sense` says, from 0 to 1."""

    def __init__(self, seed, description, world):
        self.r, self.d, self.world, self.sense = random.Random(seed), description, world, 0

    def text(self):
        return self.r.choice(TEXTS) if self.r.random() < .5 else "".join(chr(self.r.choice((self.r.randrange(32, 127), self.r.randrange(160, 0x3000))))
                                                                          for _ in range(self.r.randrange(1, 40)))

    def anything(self, depth=0):
        simple = [lambda: None, lambda: True, lambda: self.r.randrange(-5, 1 << 62), lambda: 1.5, self.text]
        nested = [lambda: [self.anything(depth + 1) for _ in range(self.r.randrange(4))],
                  lambda: {self.text(): self.anything(depth + 1) for _ in range(self.r.randrange(3))}]
        return self.r.choice(simple + (nested if depth < 3 else []))()

    def pattern(self, pattern):
        """Of those that requests have."""
        made = {"^(0|[1-9][0-9]{0,11})$": lambda: str(self.r.randrange(2 * 10 ** 9)), "^[ -~]*$": lambda: self.r.choice(["x", "~ !", "motet-keytrial-v1~x"]),
                "^[0-9A-Fa-f]{64}$": lambda: self.r.randbytes(32).hex(), "^[1-9][0-9]{0,48}$": lambda: str(self.r.randrange(1, 1 << 60)),
                "^([0-9]+(,[0-9]+)*)?$": lambda: ",".join(str(self.r.randrange(1, 1 << 53)) for _ in range(self.r.randrange(4))),
                "^[A-Za-z0-9+/]*={0,2}$": lambda: base64.b64encode(self.r.randbytes(12)).decode()}
        return made[pattern]()

    def known(self, name):
        """By the name of the component, or of the member."""
        return self.world.values.get(name) if self.r.random() < self.sense else None

    def value(self, schema, name=None):
        if "$ref" in schema:
            known = self.known(schema["$ref"].rsplit("/", 1)[1])
            return known() if known else self.value(self.d.resolve(schema), name)
        known = self.known(name)
        if known:
            return known()
        if "anyOf" in schema and "type" not in schema:
            return self.value(self.r.choice([s for s in schema["anyOf"] if s != {"type": "null"} or self.r.random() < .1] or schema["anyOf"]), name)
        if "const" in schema or "enum" in schema:
            return self.r.choice(schema.get("enum") or [schema["const"]])
        kind = schema.get("type")
        return getattr(self, self.r.choice(kind) if isinstance(kind, list) else kind)(schema)

    def string(self, s):
        if "pattern" in s:
            return self.pattern(s["pattern"])
        out = self.text().replace("\0", "0")[:s.get("maxLength", 1000)]
        return out if len(out) >= s.get("minLength", 0) else "ab@localhost"

    def integer(self, s):
        return self.r.randrange(s.get("minimum", 0), min(s.get("maximum", 1 << 53), 1 << 53) + 1)

    def boolean(self, _):
        return self.r.random() < .5

    def null(self, _):
        return None

    def array(self, s):
        return [self.value(s["items"]) for _ in range(self.r.randrange(s.get("minItems", 0), min(s.get("maxItems", 3), 3) + 1))]

    def object(self, s):
        need, out = set(s.get("required", [])), {}
        for k, v in s.get("properties", {}).items():
            if k in need or self.r.random() < .3:
                out[k] = None if k not in need and self.r.random() < .1 else self.value(v, k)
        return out

    def spoilt(self, value):
        """Changes the value at a random place: removes a member, or replaces a value by one of another type."""
        if isinstance(value, dict) and value and self.r.random() < .85:
            k = self.r.choice(list(value))
            out = dict(value)
            if self.r.random() < .3:
                del out[k]
            else:
                out[k] = self.spoilt(value[k])
            return out
        if isinstance(value, list) and value and self.r.random() < .6:
            out = list(value)
            out[self.r.randrange(len(out))] = self.spoilt(self.r.choice(out))
            return out
        return self.anything()


class World:
    """The actors that send requests, and the values that make sense for them."""

    def __init__(self, place):
        self.place, self.runner = place, case.Runner(place, "")
        self.runner.step_admin("root")
        self.runner.step_actor("bob")
        self.fresh()
        d = self.runner.devices
        self.values = {
            "Csr": self.csr, "IdCert": lambda: d["alice"].cert, "Binary": lambda: secrets.choice([self.csr(), d["alice"].cert]),
            "p_fid": lambda: secrets.choice([d["alice"].actor.fid, d["bob"].actor.name]), "fid": lambda: d["alice"].actor.fid,
            "p_user_id": lambda: d["alice"].actor.fid, "AnySerial": lambda: d["alice"].serial, "Serial": lambda: d["alice"].serial,
            "key_data": lambda: pki.key_material(secrets.token_bytes(60)), "KeyPackage": self.keypackage, "actor_name": lambda: secrets.choice([d["alice"].actor.name, "new-" + secrets.token_hex(4)]),
            "auth_payload": lambda: {"password": case.PASSWORD}, "serial_number": lambda: d["alice"].serial, "session_id": lambda: d["alice"].session,
            "serial_numbers": lambda: [d["alice"].serial], "encryption_algorithm": lambda: list(pki.ED25519), "encryptionAlgorithms": lambda: ["1.3.101.112"],
            "Time": lambda: 1700000000, "ciphersuites": lambda: ["1", "3"], "versions": lambda: ["1.0"], "extensions": lambda: ["3"],
            "after": lambda: 0, "timestamp": lambda: 4000000000,
        }

    def fresh(self, stocked=True):
        """A new session, with something in store."""
        alice = self.runner.devices.get("alice")
        self.runner.trust("alice", alice.actor if alice else self.runner.register("alice", case.PASSWORD), secrets.token_hex(4))
        if not stocked:
            return
        token, body = self.runner.devices["alice"].token, json.dumps({"key_data": pki.key_material(secrets.token_bytes(60))}).encode()
        got = self.ask("POST", "/.p2/core/v1/session/keymaterial", [("Authorization", f"Bearer {token}")], body)
        case.need(got.status == 201, f"{got}")

    def csr(self):
        """For the session that asks, or for another."""
        return self.runner.make_csr(pki.Key(), dict({"actor": "alice"}, **secrets.choice([{}, {"session": secrets.token_hex(4)}])))

    def keypackage(self):
        self.runner.who = "alice"
        self.runner.step_keypackage("kp")
        return secrets.choice([self.runner.vars["kp"], json.loads(self.runner.vars["kp.octets"])])

    def ask(self, method, target, headers, body):
        raw = http1.compose(method, target, headers, body, self.place.host)
        return http1.send(self.place.address, raw, method)


class Operation:
    """One operation, tried `n` times."""

    def __init__(self, dice, path, method, what):
        self.dice, self.d, self.world, self.r = dice, dice.d, dice.world, dice.r
        self.path, self.method, self.what, self.name = path, method.upper(), what, what["operationId"]
        self.wrong, self.requests, self.good = [], 0, 0
        self.with_token = bool(what["security"])
        self.with_solution = any(p["name"] == "X-P2-Sensitive-Solution" and p["required"] for p in what["parameters"])
        body = what.get("requestBody", {}).get("content", {}).get("application/json")
        self.body = body and body["schema"]
        self.parameters = [self.d.resolve(p) for p in what["parameters"]]
        self.who = "root" if self.name.endswith("_server") or "Access: admin" in what["description"] else "alice"

    def budget(self):
        if "_key_server" in self.name and self.method != "GET":
            return 6
        if self.with_solution or self.name in ("corev1_post_register", "corev1_post_session_trust"):
            return 20    # each hashes a password
        return 75 if self.body else 50 if self.parameters else 12

    # --- Requests ---

    def target(self, values):
        path = self.path
        for name, v in values.items():
            path = path.replace("{%s}" % name, urllib.parse.quote(str(v), safe="") or "%20")
        query = []
        for p in self.parameters:
            if p["in"] == "query" and (p["required"] or self.r.random() < .4):
                v = self.dice.value(p["schema"], p["name"])
                if v is not None:
                    query.append((p["name"], ",".join(map(str, v)) if isinstance(v, list) else str(v)))
        return path + ("?" + urllib.parse.urlencode(query) if query else "")

    def path_values(self):
        return {p["name"]: self.dice.value(p["schema"]) for p in self.parameters if p["in"] == "path"}

    def headers(self):
        out = []
        if self.with_token and self.name != "p2core_post_session_auth":
            out.append(("Authorization", f"Bearer {self.world.runner.devices[self.who].token}"))
        if self.with_solution:
            out.append(("X-P2-Sensitive-Solution", case.PASSWORD))
        accept = self.r.choice(ACCEPTS)
        more = [("Accept", accept)] if accept else []
        more += self.r.choice([[], [], [("Prefer", "return=representation")], [("If-None-Match", "*")], [("Origin", "https://app.example")],
                               [("Content-Type", "text/plain")], [("User-Agent", "polyproto-rs/0.10")]])
        return out + more

    def send(self, target, headers, body):
        self.requests += 1
        got = self.world.ask(self.method, target, headers, body)
        self.good += got.status < 400
        why = self.judge(got)
        if why:
            self.wrong.append(f"{self.method} {target} {headers} {(body or b'')[:600]!r}\n{why}: {got}")
        return got

    # --- What came ---

    def judge(self, got):
        documented = self.what["responses"].get(str(got.status))
        if documented is None:
            return f"the status {got.status} is not documented"
        if got.status in (500, 503):
            return "a defect"
        documented = self.d.resolve(documented)
        code = got.header("X-P2-Error")
        if code and f"`{code}`" not in documented["description"]:
            return f"{code} is not documented for {got.status}"
        return self.judge_headers(got, documented) or self.judge_body(got, documented.get("content", {}))

    def judge_headers(self, got, documented):
        if not got.header("X-Request-Id"):
            return "no X-Request-Id"
        exposed = {h.strip().lower() for h in (got.header("Access-Control-Expose-Headers") or "").split(",")} | SAFE
        for name, header in documented.get("headers", {}).items():
            if got.header(name) is None and self.d.resolve(header).get("required"):
                return f"there is no {name}"
            if name.lower() not in exposed:
                return f"no script of another origin can read {name}"
        more = [n for n, _ in got.headers if n.lower().startswith("x-p2-") and n not in documented.get("headers", {})]
        return f"nobody has heard of {more}" if more else None

    def judge_body(self, got, content):
        kind = (got.header("Content-Type") or "").split(";")[0]
        if not got.body:    # no certificates in PEM are no body
            empty = got.status in (201, 204, 304) or not content or content.get(kind) == {}
            return None if empty else "the body is missing"
        if kind not in content:
            return f"the type {kind} is not documented"
        if "schema" not in content[kind]:
            return None
        try:
            value = json.loads(got.body) if kind.endswith("json") else got.body.decode()
        except ValueError as e:
            return f"the body is no {kind}: {e}"
        return self.d.fits(content[kind]["schema"], value, strict=True)

    # --- Tries ---

    def fitting(self):
        body = None
        if self.body and self.method != "DELETE" or self.body and self.r.random() < .5:
            body = json.dumps(self.dice.value(self.body), ensure_ascii=self.r.random() < .5).encode("utf-8", "surrogatepass")
        values = self.path_values()
        if "_key_server" in self.name and self.method != "GET":
            time.sleep(1.1)    # one change a second, or it says 503 and to try again
        got = self.send(self.target(values) if not (self.method == "DELETE" and body) else self.path_only(values), self.headers(), body)
        if got.status < 300 and self.method != "GET" or got.status == 401:
            self.still_in()

    def path_only(self, values):
        return self.target(values).split("?")[0]

    def still_in(self):
        d = self.world.runner.devices[self.who]
        if self.world.ask("GET", "/.p2/core/v1/events", [("Authorization", f"Bearer {d.token}")], None).status == 401:
            self.world.runner.step_admin("root") if self.who == "root" else self.world.fresh()

    def not_fitting(self):
        """A body against its schema, or one that is no JSON: refused, and nothing has changed."""
        value = self.dice.spoilt(self.dice.value(self.body))
        if self.r.random() < .2:
            body = self.r.choice(NOT_JSON)
        elif not self.d.is_taken(self.body, value):
            body = json.dumps(value).encode("utf-8", "surrogatepass")
        else:
            return self.fitting()
        before = self.world.place.fingerprint()
        got = self.send(self.path_only(self.path_values()), self.headers(), body)
        if not 400 <= got.status < 500:
            self.wrong.append(f"{self.method} {self.path} {body[:600]!r} does not fit and is not refused: {got}")
        elif self.world.place.fingerprint() != before:
            self.wrong.append(f"{self.method} {self.path} {body[:600]!r} was refused and has changed something: {got}")
        return None

    def stranger(self):
        """Without a token, or with a wrong one; a path that is none is refused before anybody asks for it."""
        self.dice.sense = 1
        headers = self.r.choice([[], [("Authorization", "Bearer x")], [("Authorization", "Basic eDp4")], [("Authorization", "Bearer motet_" + "A" * 50)]])
        got = self.send(self.target(self.path_values()), headers, b"{}" if self.method in ("POST", "PUT") else None)
        if self.with_token and {} not in self.what["security"] and got.status != 401:
            self.wrong.append(f"a stranger gets {got}")

    def any_query(self):
        query = urllib.parse.urlencode([(self.r.choice([p["name"] for p in self.parameters] or ["x"]), self.dice.text()) for _ in range(self.r.randrange(4))])
        self.send(self.path_only(self.path_values()) + "?" + query, self.headers(), None)

    def head(self):
        """Everything but the body."""
        headers = [h for h in self.headers() if h[0] in ("Authorization", "X-P2-Sensitive-Solution")]
        target = self.target(self.path_values())
        get, head = self.world.ask("GET", target, headers, None), self.world.ask("HEAD", target, headers, None)
        self.requests += 2
        ignored = {"date", "x-request-id", "connection", "keep-alive"} | ({"content-length", "content-type"} if self.name in UNSTABLE else set())
        a, b = ({(n.lower(), v) for n, v in g.headers if n.lower() not in ignored} for g in (get, head))
        if self.name in UNSTABLE and head.status == 200 != get.status:
            return
        if a != b or get.status not in (head.status, 204):
            self.wrong.append(f"HEAD {target} is not GET without the body: {sorted(a ^ b)} {head.status}, GET: {get.status}")

    def run(self, times):
        tries = [self.fitting] * 6 + [self.stranger] + ([self.not_fitting] * 5 if self.body else []) + \
                ([self.any_query] * 2 if self.method in ("GET", "DELETE") else []) + ([self.head] if self.method == "GET" else [])
        if self.who == "alice" and self.with_token:
            self.world.fresh(self.name != "corev1_post_session_keymaterial")
        for i in range(self.budget() * times):
            self.dice.sense = self.r.choice((0, .7, 1))
            self.r.choice(tries)() if i > 1 else self.fitting()
        self.dice.sense = 1
        for _ in range(30):     # dice may never have meant it well
            if self.good == 0 and self.name not in HARD:
                self.fitting()
        return "\n".join(self.wrong[:2]) or None


def unknown_methods(description, world):
    """405, with exactly the methods that are documented."""
    for path, item in description.document["paths"].items():
        target = re.sub(r"\{.*?\}", "x", path)
        got = world.ask("PATCH", target, [], None)
        want = {m.upper() for m in METHODS if m in item} | ({"HEAD"} if "get" in item else set()) | {"OPTIONS"}
        allowed = set((got.header("Allow") or "").split(", "))
        case.need(got.status == 405 and allowed == want, f"PATCH {target}: {sorted(want)} are documented: {got}")


def validator(where, document):
    """npm's, against the meta schema of OpenAPI 3.1."""
    name = os.path.join(where, "document.json")
    with open(name, "w", encoding="utf-8") as f:
        json.dump(document, f)
    done = subprocess.run([os.path.join(where, "node_modules", ".bin", "validate-api"), name], capture_output=True, text=True, check=False)
    case.need(done.returncode == 0 and '"valid": true' in done.stdout, done.stdout[:2000] + done.stderr[:500])


def schemas(description):
    """Draft 2020-12; and every $ref leads somewhere."""
    for name, s in description.components["schemas"].items():
        Draft202012Validator.check_schema(s)
        case.need(re.fullmatch(r"[A-Za-z0-9._-]+", name), f"{name} is no name")
    for ref in re.findall(r'"\$ref": "([^"]+)"', json.dumps(description.document)):
        _, _, kind, name = ref.split("/")
        case.need(name in description.components[kind], f"{ref} leads nowhere")
    used = set(re.findall(r'#/components/schemas/(\w+)', json.dumps(description.document)))
    case.need(used == set(description.components["schemas"]), f"nobody uses {sorted(set(description.components['schemas']) - used)}")


def bodies(description):
    """(operationId, media type, its object) of each body."""
    for _, _, what in description.operations:
        for where in (what.get("requestBody", {}), *what["responses"].values()):
            for kind, media in description.resolve(where).get("content", {}).items():
                yield what["operationId"], kind, media


def examples(description):
    """Every body in JSON has one, and examples fit their schemas."""
    for name, kind, media in bodies(description):
        case.need("example" in media or not kind.endswith("json"), f"{name}: no example of {kind}")
        wrong = description.fits(media["schema"], media["example"], strict=True) if "example" in media else None
        case.need(wrong is None, f"{name}: the example of {kind}: {wrong}")


def links(description):
    """They lead to an operation, by one of its parameters."""
    takes = {what["operationId"]: {p["name"] for p in what["parameters"]} for _, _, what in description.operations}
    n = 0
    for _, _, what in description.operations:
        for response in what["responses"].values():
            for link in description.resolve(response).get("links", {}).values():
                n += 1
                case.need(set(link["parameters"]) <= takes.get(link["operationId"], set()), f"{what['operationId']}: {link}")
    case.need(n, "there is none")


def snake(name):
    return re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name)


def for_generators(description):
    """What programs that make clients stumble over: members that are one name after a change of case, numbers without a size."""
    for name, schema in description.components["schemas"].items():
        members = schema.get("properties", {})
        names = [snake(m) for m in members]
        case.need(len(names) == len(set(names)), f"{name}: two members of one name: {sorted(members)}")
        for m, s in [("", schema), *members.items()]:
            case.need(s.get("type") != "integer" or "format" in s, f"{name} {m}: a number without a size")
            case.need("anyOf" not in s or m == "" or all("properties" not in o for o in s["anyOf"]), f"{name} {m}: an object without a name")
    for name, kind, media in bodies(description):
        case.need(set(media.get("schema", {})) <= {"$ref"}, f"{name}: the schema of {kind} has no name")


def attempt(tap, name, test, *args):
    try:
        tap.result(name, test(*args))
    except (case.Failure, RuntimeError, OSError, EOFError, ValueError, LookupError) as e:
        tap.result(name, f"{type(e).__name__}: {e}")


def run(tap, place, where, seed, times, only):
    world = World(place)
    description = Description(world.ask("GET", DOCUMENT, [], None).json())
    attempt(tap, "the description is valid OpenAPI 3.1", validator, where, description.document)
    attempt(tap, "its schemas are valid, and their references lead somewhere", schemas, description)
    attempt(tap, "every body has an example, which fits", examples, description)
    attempt(tap, "its links lead somewhere", links, description)
    attempt(tap, "clients can be made from it", for_generators, description)
    attempt(tap, "an unknown method is 405, with the methods that are described", unknown_methods, description, world)
    dice, total = Dice(seed, description, world), 0
    for path, method, what in (o for o in description.operations if re.search(only, o[2]["operationId"])):
        o = Operation(dice, path, method, what)
        attempt(tap, f"{method.upper()} {path}", o.run, times)
        total += o.requests
        if o.good == 0 and o.name not in HARD:
            tap.result(f"{method.upper()} {path} was ever well", f"none of {o.requests} requests")
    print(f"# seed {seed}, {total} requests to {len(description.operations)} operations")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--web", default="nginx", choices=fronts.names())
    p.add_argument("--state")
    p.add_argument("--install")
    p.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    p.add_argument("--only", default="", help="the operations whose operationId this finds something in")
    p.add_argument("--long", action="store_true", help="twenty times as many requests")
    a = p.parse_args()
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="motet-openapi.") as scratch, Place(a.state) as place:
        where = a.install or scratch
        install("openapi", where)
        place.start(a.web, "localhost", SETS + ["metrics_allow=127.0.0.1"], reset=True)
        run(tap, place, where, a.seed, 20 if a.long else 1, a.only)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
