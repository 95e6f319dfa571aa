"""Bad input for every route: bad_input.table has good requests, and this module damages them. Each refusal must say what is wrong and change nothing."""
import copy
import json
import os
import zlib

import case

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bad_input.table")
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Route:
    def __init__(self, line):
        fields = [f.strip() for f in (line + " ").split(" | ")]
        self.method, self.target, who, limit, self.body, required = fields
        self.who, _, self.sensitive = who.partition("+")
        self.limit, self.required = int(limit), required.split()


def routes():
    with open(TABLE, encoding="utf-8") as f:
        return [Route(line.rstrip("\n")) for line in f if line.strip() and line[0] != "#"]


def forged_token():
    """The form and the checksum of a session token that nobody has (crypto/token.h)."""
    text = "p2s_" + "Qx7" * 14 + "Z"
    crc, tail = zlib.crc32(text.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        tail = DIGITS[digit] + tail
    return text + tail


def setting(place):
    """The actors of the test: alice with a laptop, a revoked and an expired session of hers, and an administrator."""
    r = case.Runner(place, "")
    r.step_admin("root")
    r.step_actor("alice")
    r.step_device("gone", "of", "alice")
    r.call_as = r.devices["gone"].token
    reply = place.send("PUT", "/.p2/core/v1/session/revoke", [("Authorization", f"Bearer {r.call_as}")])
    case.need(reply.status == 204, f"revoke: {reply}")
    r.step_device("late", "of", "alice")
    place.sql(f"UPDATE idcert SET not_before = now() - interval '2 days', not_after = now() - interval '1 day' WHERE serial = {r.devices['late'].serial}")
    r.step_csr("new", "actor=alice", "session=phone")
    r.step_csr("next", "actor=alice")
    r.step_pkm("pkm")
    r.step_as("alice")
    r.step_keypackage("kp")
    return r


# --- What is wrong with the token ---

def bad_tokens(r):
    alice, forged = r.devices["alice"].token, forged_token()
    case.need(len(forged) == len(alice), f"a token looks like {alice}")
    mistyped = alice[:-1] + ("a" if alice[-1] != "a" else "b")
    return [("no token", None), ("an empty token", "Bearer "), ("not a Bearer token", f"Basic {alice}"), ("no token at all", "Bearer"),
            ("a malformed token", "Bearer hello"), ("a mistyped token", f"Bearer {mistyped}"), ("a foreign token", f"Bearer {forged}"),
            ("a token with a tail", f"Bearer {alice}x"), ("two tokens", f"Bearer {alice} {alice}"), ("a very long token", "Bearer " + "A" * 4000),
            ("bytes in a token", "Bearer p2s_\udcff\udcfe"), ("a revoked token", f"Bearer {r.devices['gone'].token}"),
            ("an expired token", f"Bearer {r.devices['late'].token}")]


def authorization(r, route):
    who = {"session": "alice", "admin": "root"}.get(route.who)
    return [("Authorization", f"Bearer {r.devices[who].token}")] if who else []


# --- What is wrong with the body ---

def bad_texts(good):
    """(what, bytes): JSON that no route takes, made of a good one."""
    raw = good.encode()
    first = json.loads(good)
    deep = b"[" * 17 + b"]" * 17
    out = [("cut short", raw[:-1]), ("something behind it", raw + b" x"), ("two values", raw + raw), ("a NUL behind it", raw + b"\0"),
           ("a NUL in front", b"\0" + raw), ("single quotes", b"{'a': 1}"), ("a comment", b"/**/" + raw), ("a trailing comma", raw[:-1] + b"," + raw[-1:]),
           ("NaN", b'{"timestamp": NaN}'), ("not UTF-8", b'{"a": "\xff\xfe"}'), ("overlong UTF-8", b'{"a": "\xc0\x80"}'),
           ("a UTF-8 surrogate", b'{"a": "\xed\xa0\x80"}'), ("half a surrogate pair", b'{"a": "\\ud800"}'), ("a NUL in a key", b'{"a\\u0000": 1}'),
           ("a raw NUL in a string", b'{"a": "\0"}'), ("a control character in a string", b'{"a": "\x01"}'), ("nested too deeply", deep),
           ("nested too deeply in a member", b'{"x":' + deep + b"}"), ("a number with a leading zero", b'{"a": 01}'), ("UTF-16", good.encode("utf-16")),
           ("a lone number", b"1"), ("a word", b"hello")]
    if isinstance(first, dict):
        member = json.dumps(next(iter(first))).encode()
        value = json.dumps(next(iter(first.values()))).encode()
        out.append(("a member twice", b"{" + member + b":" + value + b"," + raw[1:]))
        out.append(("a member twice, once escaped", b'{"\\u00' + b"%02x" % member[1] + member[2:] + b":" + value + b"," + raw[1:]))
    return out


def members(value, path=()):
    """Paths of all members of a value."""
    if isinstance(value, dict):
        for k, v in value.items():
            yield path + (k,)
            yield from members(v, path + (k,))
    elif isinstance(value, list) and value:
        yield path + (0,)
        yield from members(value[0], path + (0,))


def changed(value, path, new):
    """A copy of value with the member at path set to new, or gone when new is KeyError."""
    out = copy.deepcopy(value)
    at = out
    for k in path[:-1]:
        at = at[k]
    if new is KeyError:
        del at[path[-1]]
    else:
        at[path[-1]] = new
    return out


def wrong_types(value):
    return [x for x in ({"a": {}}, [{}], True, 1.5, "\u2603", -1) if not isinstance(x, type(value)) or x in ("\u2603", -1)]


def bad_values(route, good):
    """(what, bytes): JSON that is fine as JSON, with a member missing or of a wrong type."""
    value = json.loads(good)
    for name in route.required:
        path = tuple(name.split("."))
        yield f"without {name}", json.dumps(changed(value, path, KeyError)).encode()
        yield f"{name} is null", json.dumps(changed(value, path, None)).encode()
    for path in members(value):
        at = value
        for k in path:
            at = at[k]
        for wrong in wrong_types(at):
            yield f"{'.'.join(map(str, path))} is {json.dumps(wrong)}", json.dumps(changed(value, path, wrong)).encode()


# --- Trying them ---

class Trial:
    def __init__(self, r, route):
        self.r, self.route, self.place, self.wrong = r, route, r.place, []
        self.target = r.expand(route.target)
        self.before = self.place.fingerprint()

    def send(self, headers, body):
        return self.place.send(self.route.method, self.target, headers, body)

    def refused(self, what, headers, body, statuses, codes=None):
        try:
            self.r.response = got = self.send(headers, body)
            case.need(got.status in statuses, f"status is {got.status}, not {statuses}: {got}")
            case.need(not case.leaks(got.body), f"the response leaks: {got}")
            code = got.header("X-P2-Error") or ""
            case.need(code.startswith("P2CORE_") and (codes is None or code in codes), f"X-P2-Error is {code}, not {codes}: {got}")
            if "/mls/" in self.target and got.body[:1] == b"[":
                case.need(all(set(x) == {"id", "reason"} for x in got.json()), f"not a list of what is faulty: {got}")
            else:
                self.r.check_error(code, "bodiless" if got.body == b"" and got.status in (404, 409, 413) else None)
            case.need(self.place.fingerprint() == self.before, "the database has changed")
        except (case.Failure, OSError, EOFError, ValueError) as e:
            self.wrong.append(f"{what}: {e}")
            self.before = self.place.fingerprint()

    def headers(self):
        solution = [("X-P2-Sensitive-Solution", case.PASSWORD)] if self.route.sensitive else []
        return authorization(self.r, self.route) + solution

    def tokens(self, body):
        for what, value in bad_tokens(self.r):
            self.refused(what, [("Authorization", value)] if value is not None else [], body, (401,), ("P2CORE_UNAUTHORIZED",))
        self.refused("no token and a body that is not JSON", [], b"{", (401,), ("P2CORE_UNAUTHORIZED",))
        if self.route.who == "admin":
            alice = [("Authorization", f"Bearer {self.r.devices['alice'].token}"), ("X-P2-Sensitive-Solution", case.PASSWORD)]
            self.refused("not an administrator", alice, body, (403,), ("P2CORE_NOT_ADMINISTRATOR",))

    def solutions(self, body):
        for what, value in (("no solution", None), ("an empty solution", ""), ("a wrong solution", "wrong horse"), ("a long solution", "x" * 3000)):
            extra = [("X-P2-Sensitive-Solution", value)] if value is not None else []
            self.refused(what, authorization(self.r, self.route) + extra, body, (403,), ("P2CORE_SENSITIVE_SOLUTION",))

    def bodies(self, good):
        for what, raw in bad_texts(good):
            self.refused(what, self.headers(), raw, (400,))
        for what, raw in bad_values(self.route, good):
            self.refused(what, self.headers(), raw, (400, 401, 404) if self.route.target.endswith(("/trust", "/p2core/session/auth")) else (400, 404))
        if self.route.required:
            self.refused("an empty body", self.headers(), b"", (400,))
            self.refused("only blanks", self.headers(), b" \n", (400,))

    def sizes(self):
        big = b" " * (self.route.limit + 1)
        self.refused("a body too large", self.headers(), big, (413,), ("P2CORE_TOO_LARGE",))
        longest = self.place.front.longest_chunked or len(big)
        status, code = (413, "P2CORE_TOO_LARGE") if len(big) <= longest else (500, "P2CORE_UNAVAILABLE")
        self.refused("a chunked body too large", self.headers() + [("Transfer-Encoding", "chunked")], big, (status,), (code,))

    def methods(self):
        self.route = copy.copy(self.route)
        self.route.method = "PATCH"
        self.refused("an unknown method", self.headers(), None, (405,), ("P2CORE_METHOD_NOT_ALLOWED",))
        if self.r.response.header("Allow") is None:
            self.wrong.append(f"405 without Allow: {self.r.response}")

    def run(self):
        good = None if self.route.body == "-" else self.r.expand(self.route.body)
        raw = None if good is None else good.encode()
        if self.route.who != "nobody":
            self.tokens(raw)
        if self.route.sensitive:
            self.solutions(raw)
        if good is not None:
            self.bodies(good)
        self.sizes()
        self.methods()
        return "\n".join(self.wrong) or None


def run(place, rows):
    """(title, what is wrong or None) for each of some routes()."""
    try:
        r = setting(place)
    except case.Failure as e:
        yield "setting", str(e)
        return
    for route in rows:
        try:
            wrong = Trial(r, route).run()
        except case.Failure as e:
            wrong = str(e)
        yield f"{route.method} {route.target}", wrong
