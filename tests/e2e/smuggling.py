"""
Hostile requests, byte by byte, through a front: each is taken as what it is, or refused, or the connection is closed. Never another principal, another address, a
second request, a response that is not whole, or a header that the client has made. Headers that a client of FastCGI cannot tell apart count as one.
"""
import collections
import concurrent.futures
import json
import random
import re
import sys

import probe

SEED = random.SystemRandom().randrange(2 ** 32)
A, B = "Bearer p2s_alice", "Bearer p2s_bob"
CLIENTS = 32
SMUGGLED = "GET {S} HTTP/1.1\r\nHost: {H}\r\n\r\n"
DASHED = ("X-P2-Sensitive-Solution", "Content-Length", "Transfer-Encoding", "Content-Type", "X-Request-Id", "X-Forwarded-For", "If-None-Match", "User-Agent",
          "Access-Control-Request-Method")
ALIKE = ("Authorization_", "_Authorization", "HTTP_AUTHORIZATION", "Http-Authorization", "REDIRECT_HTTP_AUTHORIZATION", "Redirect-Http-Authorization",
         "Redirect_Authorization", "Proxy-Authorization", "Proxy_Authorization", "X-Authorization", "Remote-User", "REMOTE_USER", "Auth-Type")
PARAMETERS = ("Remote-Addr", "REMOTE_ADDR", "Https", "Request-Scheme", "Request-Uri", "REQUEST_METHOD", "Script-Name", "Path_Info", "X-Forwarded-For", "X_Forwarded_For",
              "Forwarded", "X-Real-IP", "X-Forwarded-Proto", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "Proxy", "Trailer", "Status")
LENGTHS = ("5, 5", "5, 6", "+5", "-5", "0x5", "05", "5abc", "5 5", "18446744073709551621", "9223372036854775808", "5\x0b", "5.0", "\u0665")
CODINGS = ("chunked", "CHUNKED", "xchunked", "chunked, identity", "identity, chunked", "chunked, chunked", "\x0bchunked", '"chunked"', "chunked;q=1", "gzip, chunked",
           "gzip", "identity", "chun\tked", "chunked\x00")
SIZES = ("ffffffffffffffff", "10000000000000005", "-5", "0x5", "+5", "5 5", "5;" + "x" * 9000, "5;a=\"\n\"", "5\n", "", "g", " 5", "5\x00")
FIELDS = ("Authorization : {B}", "Authorization\t: {B}", " Authorization: {B}", "X: a\r\n Authorization: {B}", "X: a\r\n\tAuthorization: {B}", "X: a\rAuthorization: {B}",
          "X: a\x00Authorization: {B}", "X: a\x0bAuthorization: {B}", "Authorization", ": {B}", "Auth\x01orization: {B}", "Authorizat\u0131on: {B}", "X\x00: y", "X: %0d%0aAuthorization: {B}",
          "X-Request-Id: a%0d%0aInjected: 1", "X-Request-Id: a\tb", "X-Request-Id: a\rInjected: 1", "Origin: https://a\rInjected: 1", "Origin: https://a%0d%0aInjected:1",
          "Accept: a\rInjected: 1", "Connection: Authorization", "Connection: close, Host", "Expect: 200-ok", "Range: bytes=0-0,1-1", "Content-Type: a\x0bb")
LINES = ("GET http://evil.example{T} HTTP/1.1", "GET http://a:b@evil.example{T} HTTP/1.1", "GET  {T} HTTP/1.1", "GET\t{T}\tHTTP/1.1", "GET {T} HTTP/1.1 HTTP/1.1", "get {T} HTTP/1.1",
         "GET {T} HTTP/1.2", "GET {T} HTTP/2.0", "GET {T} HTTP/9.9", "GET {T} HTTP/1.1\x0b", "GET {T} HTTP/01.1", "GET {T}", "GET {T}%00 HTTP/1.1", "GET {T}%0d%0aInjected:%201 HTTP/1.1",
         "GET {T}?a=%0d%0aInjected:%201 HTTP/1.1", "GET {T}?\rInjected:1 HTTP/1.1", "GET {T}\x01 HTTP/1.1", "GET {T}\\..\\y HTTP/1.1", "GET {T}#f HTTP/1.1", "GET {T}\u00ff HTTP/1.1",
         "GET {T}/../../x HTTP/1.1", "GET /{T} HTTP/1.1", "GET {T};a HTTP/1.1", "CONNECT evil.example:443 HTTP/1.1", "TRACE {T} HTTP/1.1", "GET * HTTP/1.1", "PRI * HTTP/2.0",
         "GE\x00T {T} HTTP/1.1", "\r\nGET {T} HTTP/1.1", "GET {T} HTTP/1.1\r\n X: y")


class Row:
    """`who`: as whom it may be taken, if not as nobody or not at all; `length`: of the body then; `beside`: it has both a length and a coding that all know."""

    def __init__(self, name, text, who=(), length=None, method="GET", beside=False):
        self.name, self.text, self.who, self.length, self.method, self.beside = name, text, who, length, method, beside

    @property
    def headless(self):
        """HTTP/0.9: the response is a body alone."""
        return "HTTP/" not in self.text.split("\r\n")[0]

    @property
    def of_chunks(self):
        """Its chunks, or their trailer, may be none."""
        return self.name.startswith(("chunk", "trailer"))


def head(*fields, line="GET {T} HTTP/1.1", body=""):
    return "".join(f + "\r\n" for f in (line, "Host: {H}", *fields)) + "\r\n" + body


def post(*fields, body="hello"):
    return head(*fields, line="POST {T} HTTP/1.1", body=body)


def mixed(rng, text):
    return "".join(rng.choice((c.upper(), c.lower())) for c in text)


def twins(rng):
    for name in DASHED:
        own = {"Content-Length": "5", "Transfer-Encoding": "identity"}.get(name, "one")
        for twin in (name.replace("-", "_"), mixed(rng, name.replace("-", "_", 1))):
            other = rng.choice(("0", "50")) if name == "Content-Length" else "chunked" if name == "Transfer-Encoding" else "two"
            lines = ["Content-Length: 5", f"{twin}: {other}"] + ([f"{name}: {own}"] if name not in ("Content-Length", "Transfer-Encoding") else [])
            rng.shuffle(lines)
            yield Row(f"{twin} beside {name}", post(*lines), length=5)


def principals(rng):
    for name in ALIKE:
        yield Row(f"{name} alone", head(f"{name}: {B}"))
        yield Row(f"{name} behind Authorization", head(f"Authorization: {A}", f"{name}: {B}"), who=("alice",))
        yield Row(f"{name} before Authorization", head(f"{mixed(rng, name)}: {B}", f"Authorization: {A}"), who=("alice",))
    for field in FIELDS:
        yield Row(f"field {field!r}", head(f"Authorization: {A}", field), who=("alice",))
    yield Row("Authorization in any case", head(f"{mixed(rng, 'authorization')}: {A}"), who=("alice",))
    yield Row("Authorization folded", head(f"Authorization: {A}", " {B}"))
    yield Row("bare LF between fields", head("X: a\nAuthorization: {B}"), who=("bob",))


def twice(rng):
    for first, second in ((A, A), (A, B), (B, A)):
        who = ("alice" if first == A else "bob",)   # the first of both is what all of them mean that do not join them
        yield Row(f"Authorization twice: {first}, {second}", head(f"Authorization: {first}", f"{mixed(rng, 'authorization')}: {second}"), who=who)
    yield Row("Host twice", head("Host: evil.example"))
    yield Row("Host twice, the same", head("Host: {H}"))
    yield Row("X-P2-Sensitive-Solution twice", head("X-P2-Sensitive-Solution: a", "X-P2-Sensitive-Solution: b"))
    for name in PARAMETERS:
        yield Row(f"{name} from outside", head(f"{name}: {'on' if name == 'Https' else '203.0.113.66'}"))


def framing(rng):
    hidden = SMUGGLED
    for n in LENGTHS:
        yield Row(f"Content-Length: {n!r}", post(f"Content-Length: {n}", body="hello"), length=5)
    yield Row("Content-Length: ''", post("Content-Length: ", body=""), length=0)
    for one, other in (("5", "6"), ("5", "0"), ("0", "5"), ("5", "5")):
        yield Row(f"Content-Length: {one} and {other}", post(f"Content-Length: {one}", f"Content-Length: {other}"), length=5)
    for coding in CODINGS:
        lines = [f"Transfer-Encoding: {coding}", "Content-Length: {N}"]
        rng.shuffle(lines)
        yield Row(f"CL.TE {coding!r}", post(*lines, body="0\r\n\r\n" + hidden), beside=coding.lower() == "chunked")
        yield Row(f"TE.CL {coding!r}", post("Content-Length: 4", f"Transfer-Encoding: {coding}", body="{X}\r\n" + hidden + "\r\n0\r\n\r\n"))
    yield Row("Transfer-Encoding : chunked", post("Transfer-Encoding : chunked", "Content-Length: {N}", body="0\r\n\r\n" + hidden))
    yield Row("Transfer-Encoding twice", post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Content-Length: {N}", body="0\r\n\r\n" + hidden))
    yield Row("Transfer-Encoding in HTTP/1.0", head("Transfer-Encoding: chunked", "Content-Length: {N}", line="POST {T} HTTP/1.0", body="0\r\n\r\n" + hidden))
    yield Row("a body for GET", head("Content-Length: {N}", body=hidden))
    yield Row("a body for HEAD", head("Content-Length: {N}", line="HEAD {T} HTTP/1.1", body=hidden), method="HEAD")


def chunks(_):
    te = "Transfer-Encoding: chunked"
    for size in SIZES:
        yield Row(f"chunk of size {size[:20]!r}", post(te, body=f"{size}\r\nhello\r\n0\r\n\r\n"), length=5)
    yield Row("chunk longer than it says", post(te, body="5\r\nhelloworld\r\n0\r\n\r\n"))
    yield Row("chunk without its end", post(te, body="5\r\nhello0\r\n\r\n"))
    yield Row("chunks with bare LF", post(te, body="5\nhello\n0\n\n"), length=5)
    for trailer in ("Authorization: {B}", "Content-Length: 99", "Host: evil.example", "X_P2_Sensitive_Solution: a", "X-Forwarded-For: 203.0.113.66", "no colon", "X: a\rb"):
        yield Row(f"trailer {trailer!r}", post(f"Authorization: {A}", te, body=f"5\r\nhello\r\n0\r\n{trailer}\r\n\r\n"), who=("alice",), length=5)


def lines(_):
    for line in LINES:
        yield Row(f"line {line!r}", head(f"Authorization: {A}", line=line), who=("alice",))


def rows(seed):
    rng = random.Random(seed)
    return [r for family in (twins, principals, twice, framing, chunks, lines) for r in family(rng)]


def raw(place, row, own, hidden):
    """The bytes of a row; {N} is the length of its body, {X} that of the hidden request in hexadecimal."""
    places = {"T": probe.target(place, own), "S": probe.target(place, hidden), "H": place.host, "A": A, "B": B}
    places["X"] = f"{len(fill(SMUGGLED, places)):x}"
    before, gap, body = fill(row.text, places).partition("\r\n\r\n")
    return (before.replace("{N}", str(len(body))) + gap + body).encode("utf-8")


def fill(text, places):
    return re.sub(r"\{([A-Z])\}", lambda m: places.get(m.group(1), m.group()), text)


def taken_as(echo):
    return {probe.digest(A): "alice", probe.digest(B): "bob"}.get(echo.get("authorization"), "nobody")


def wrong_echo(front, row, echo):
    """What is wrong with a request that was taken."""
    if echo["remote"] != "127.0.0.1" or echo["https"]:
        return f"it was believed where it came from: {echo}"
    if row.length is None or row.of_chunks and "broken-chunks" in front.cannot:
        return None
    return None if echo["body_length"] == row.length else f"its body has {echo['body_length']} octets, not {row.length}"


def reads_on(front, row):
    return row.beside and "length-or-coding" in front.cannot


def by_the_front(row, r):
    """TRACE is answered with itself."""
    return row.text.startswith("TRACE ") and r.header("Content-Type") == "message/http"


def wrong(front, row, answers):
    """None when all is well."""
    if len(answers) > 1 and not all(a.status == 400 for a in answers[1:]) and not reads_on(front, row):
        return f"{len(answers)} responses: {[a.status for a in answers]}"
    r = answers[0]
    if any(n.lower() == "injected" or "\r" in v or "\n" in v or "\0" in v for n, v in r.headers):
        return f"it made a header of the response: {r}"
    if by_the_front(row, r):
        return None if "trace" in front.cannot else "the web server answers TRACE"
    if r.status == 200:
        return wrong_echo(front, row, json.loads(r.body)) if row.method != "HEAD" else None
    return None if 300 <= r.status < 500 or r.status in (204, 501, 505) or row.of_chunks and r.status in front.broken_body else f"status {r.status}"


def fate(row, answers):
    """In a word what became of a request: as whom it was taken, of all its responses, or that it was not."""
    takers = {taken_as(json.loads(a.body)) for a in answers if a.status == 200 and a.body and not by_the_front(row, a)}
    return "/".join(sorted(takers - {"nobody"})) or ("nobody" if any(a.status == 200 for a in answers) else "refused")


class Outcome:
    """Sends a row; returns what became of it, and what is wrong with that, or None."""

    def __init__(self, front, row, got):
        self.row, self.fate, self.why = row, "closed", None
        try:
            answers = [] if row.headless and not got.startswith(b"HTTP/") else probe.responses(got, row.method)
            if answers:
                self.why, self.fate = wrong(front, row, answers), fate(row, answers)
        except (ValueError, EOFError, KeyError, IndexError) as e:
            self.why = f"the response is not whole: {type(e).__name__}: {e}"
        if self.why:
            self.why = f"{row.name}: {self.why}\n{got[:300]!r}"


def one(place, row, own, hidden):
    return Outcome(place.front, row, probe.exchange(place.address, raw(place, row, own, hidden)))


def another(done):
    """The rows that were taken as somebody they may not be taken as, of which each has no more than one."""
    return [f"{o.row.name}: it was taken as {o.fate}, not {' or '.join((*o.row.who, 'nobody'))}" for o in done
            if o.fate not in ("closed", "refused", "nobody", *o.row.who)]


def counted(done):
    fates = collections.Counter(o.fate for o in done)
    return ", ".join(f"{fates[f]} {f if f in ('refused', 'closed') else 'as ' + f}" for f in sorted(fates))


def run(place):
    """(title, what is wrong or None)"""
    all_rows = rows(SEED)
    made = probe.tokens(place, 2 * len(all_rows) + 1)
    control, own, hidden = made[0], made[1::2], made[2::2]
    good = one(place, Row("the control", head(f"Authorization: {A}", "Connection: close"), who=("alice",)), control, control)
    yield "smuggling: what is right is taken", good.why or (None if good.fate == "alice" else good.fate)
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        done = list(pool.map(one, [place] * len(all_rows), all_rows, own, hidden))
    left = probe.unused(place, hidden)
    bad = [o.why for o in done if o.why] + [f"{row.name}: the request within it was executed" for row, t in zip(all_rows, hidden)
                                            if t not in left and not reads_on(place.front, row)]
    title = f"smuggling: {len(all_rows)} hostile requests, {counted(done)} (seed {SEED})"
    yield title, "\n".join(bad) if bad else None
    yield f"smuggling: nobody else than the {sum(bool(r.who) for r in all_rows)} rows allow was believed", "\n".join(another(done)) or None
    healthy = place.send("GET", "/readyz")
    yield "smuggling: it serves as before", None if healthy.status == 200 else str(healthy)


if __name__ == "__main__":
    sys.exit(f"{len(rows(SEED))} rows; run.py runs them")
