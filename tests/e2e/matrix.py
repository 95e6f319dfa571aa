"""
What arrives through a web server, and what comes back: the rows of a table for every front, asked of the probe, which answers with what it got. What a front cannot
do is a word of CAPABILITIES, and its row says what happens instead.
"""
import glob
import json
import os
import secrets
import signal
import time

import case
import http1
import probe
from case import need

# Paths, and what motetd reads each as; a third column is the capability of the web server that the path needs.
TEXTS = [("@me", "@me"), ("%40me", "@me"), ("a%25b", "a%b"), ("a%3Fb", "a?b"), ("a%23b", "a#b"), ("a%20b", "a b"), ("a+b", "a+b"), ("%C3%A9", "\u00e9"), ("a:b;c,d=e", "a:b;c,d=e"),
         ("~!$&'()*", "~!$&'()*"), ("a%5Cb", "a\\b"), ("%E2%82%AC%2E", "\u20ac."), ("x" * 200, "x" * 200), ("trailing/", "trailing"), ("a%2Fb", "a/b", "encoded-slash"), ("%2F", "/", "encoded-slash"),
         ("y" * 1000, "y" * 1000)]
REFUSED = ["..", "../x", "./x", "%2e%2e", "/x", "x//y", "%zz", "%2", "%01", "%ff", "%00"]
BODIES = [(method, n, coding) for method in ("GET", "DELETE", "PUT", "POST") for n in (0, 1, 1000, 100000) for coding in (None, "chunked")]
LONG = 65536     # no request with more octets than this in its head is taken by anybody
LARGE = [1, 16384, 65536, 65537, 300000, 1048576]


def ask(place, method, rest, headers=(), body=None, query=""):
    """(the token, the response)"""
    token, = probe.tokens(place, 1)
    raw = http1.compose(method, probe.target(place, token, f"/{rest}{query}"), list(headers), body, place.host)
    return token, http1.exchange(place.address, raw, method)


def echo(place, *args, **kw):
    _, r = ask(place, *args, **kw)
    need(r.status == 200, f"not taken: {r}")
    return r.json()


def text(place, raw, decoded, capability=None):
    if capability in place.front.cannot:
        token, r = ask(place, "GET", raw)
        need(r.status in (403, 404) and probe.unused(place, [token]), f"neither arrived nor refused: {r}")
        got = echo(place, "GET", "q", query=f"?name={raw}&fill=3")
        need(got["target"].endswith(f"/q?name={raw}&fill=3") and got["fill"] == "xxx", f"nor does it arrive in a query: {got['target']}")
        return
    got = echo(place, "GET", raw)
    need(got["text"] == decoded, f"it arrived as {got['text']!r}")
    need(got["target"].endswith("/" + raw) or got["target"].endswith("/" + raw.upper()), f"the target was changed: {got['target']}")


def refused(place, raw):
    token, r = ask(place, "GET", raw)
    need(400 <= r.status < 405 and probe.unused(place, [token]), f"not refused: {r}")


def answered(place, r, status, error):
    """A refusal in the API's language, whoever refused."""
    need(r.status == status, f"not {status}: {r}")
    if status not in place.front.page_of_its_own:
        case.check_answer(r, error)


def query(place):
    got = echo(place, "GET", "q", query="?a=%2F%25%3F%26+@/?&fill=3")
    need(got["target"].endswith("?a=%2F%25%3F%26+@/?&fill=3") and got["fill"] == "xxx", f"the query was changed: {got['target']}")


def authorization(place):
    for value in ("Bearer abc", "Basic " + "x" * 500 + "=="):
        need(echo(place, "GET", "a", [("Authorization", value)])["authorization"] == probe.digest(value), "Authorization is another one")
    need("authorization" not in echo(place, "GET", "a"), "an Authorization from nowhere")


def body(place, method, n, coding):
    data = secrets.token_bytes(n)
    got = echo(place, method, "b", [("Transfer-Encoding", coding)] if coding else [], data)
    need(got["body_length"] == n and got["method"] == method, f"{got['body_length']} octets arrived by {got['method']}")
    need(got["body_sha256"] == probe.digest(data.decode("latin-1")), "other octets arrived")


def no_length(place):
    token, = probe.tokens(place, 1)
    raw = http1.compose("POST", probe.target(place, token), [], None, place.host)
    r = http1.exchange(place.address, raw.replace(b"Content-Length: 0\r\n", b""), "POST")
    if "unsaid-length" in place.front.cannot:
        answered(place, r, 411, "P2CORE_BAD_REQUEST")
        need(probe.unused(place, [token]), "411, and it was taken")
    else:
        need(r.status == 200 and r.json()["body_length"] == 0, f"not taken as an empty one: {r}")


def long_target(place, n):
    """It arrives as it was sent, or not at all."""
    token, r = ask(place, "GET", "t" * n)
    if n < LONG and place.front.long_target == 200:
        need(r.status == 200 and r.json()["text"] == "t" * n, f"it did not arrive as it was sent: {r}")
    else:
        need(probe.unused(place, [token]), f"it was taken: {r}")
        answered(place, r, place.front.long_target if place.front.long_target != 200 else 431, "P2CORE_BAD_REQUEST")


def long_field(place, n):
    """A header of which motetd wants nothing."""
    token, r = ask(place, "GET", "h", [("X-Long", "f" * n), ("Authorization", "Bearer abc")])
    if n < LONG and place.front.long_field == 200:
        need(r.status == 200 and r.json()["authorization"] == probe.digest("Bearer abc"), f"it did not arrive as it was sent: {r}")
    else:
        need(probe.unused(place, [token]), f"it was taken: {r}")
        answered(place, r, place.front.long_field if place.front.long_field != 200 else 431, "P2CORE_BAD_REQUEST")


def options_body(place):
    r = place.send("OPTIONS", "/.p2/core/v1/register", [], b"x" * 1000)
    need(r.status == 204 and not r.body, f"OPTIONS with a body: {r}")


def expect_continue(place):
    token, = probe.tokens(place, 1)
    raw = http1.compose("POST", probe.target(place, token), [("Expect", "100-continue")], b"hello", place.host)
    with http1.connect(place.address) as s:
        s.sendall(raw[:-5])
        s.settimeout(10)
        first = s.recv(4096)
        need(first.startswith(b"HTTP/1.1 100 "), f"no 100: {first[:80]!r}")
        s.sendall(raw[-5:])
        r = http1.read_response(http1.Reader(s), "POST")
    need(r.status == 200 and r.json()["body_length"] == 5, f"{r}")


def bodiless(place):
    whole = place.send("GET", "/.p2/openapi.json")
    r = place.send("HEAD", "/.p2/openapi.json")
    need(r.status == 200 and not r.body, f"HEAD: {r}")
    need(r.header("Content-Length") == str(len(whole.body)), f"HEAD says {r.header('Content-Length')} octets, GET has {len(whole.body)}")
    need(whole.header("ETag") and r.header("ETag") == whole.header("ETag"), f"ETag is {whole.header('ETag')}, and {r.header('ETag')} of HEAD")
    r = place.send("GET", "/.p2/openapi.json", [("If-None-Match", whole.header("ETag"))])
    need(r.status == 304 and not r.body, f"304: {r}")
    r = place.send("OPTIONS", "/.p2/core/v1/register")
    need(r.status == 204 and not r.body and not r.header("Transfer-Encoding"), f"204: {r}")


def too_large(place):
    for coding in ([], [("Transfer-Encoding", "chunked")]):
        token, r = ask(place, "POST", "l", coding, b"x" * 1300000)
        allowed = (413,) if not coding or not place.front.longest_chunked else (413, 500)
        need(r.status in allowed and probe.unused(place, [token]), f"not 413: {r.status}")
        need(r.status != 413 or r.header("Retry-After") is None and r.header("X-P2-Error") in (None, r.json()["error"]), f"header and body differ: {r}")


def large(place, n):
    _, r = ask(place, "GET", "f", query=f"?fill={n}")
    need(r.status == 200 and len(r.json()["fill"]) == n, f"{r.status}, {len(r.body)} octets")


def a_range(place):
    _, r = ask(place, "GET", "r", [("Range", "bytes=0-3")], query="?fill=100")
    need(r.status == 200 and len(r.json()["fill"]) == 100, f"the range was cut: {r}")


def spoofed(place):
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP", "X_Forwarded_For"):
        got = echo(place, "GET", "s", [(name, "203.0.113.66")])
        need(got["remote"] == "127.0.0.1", f"{name} is believed: {got['remote']}")


def host(place):
    got = echo(place, "GET", "h", [("Host", "other.example:8443")])
    need(got["host"] == "other.example:8443", f"Host is {got['host']}")


def children(place):
    """The processes of motetd that have none of their own: workers, and the signer."""
    own = {}
    for exe in glob.glob("/proc/[0-9]*/exe"):
        try:
            if os.readlink(exe) == os.path.join(place.programs or place.state, "sbin", "motetd"):
                with open(exe[:-3] + "stat", encoding="latin-1") as f:
                    own[int(exe.split("/")[2])] = int(f.read().rpartition(") ")[2].split()[1])
        except OSError:
            pass    # it has gone
    return [p for p in own if p not in own.values()]


def kill(place):
    killed = children(place)
    need(killed, "no worker to kill")
    for pid in killed:
        os.kill(pid, signal.SIGKILL)


def comes_back(place):
    for _ in range(600):
        if place.send("GET", "/readyz").status == 200:
            return
        time.sleep(0.1)
    raise case.Failure("it does not come back")


def crash(place):
    """
    The workers die when the first octets of a large response have come, of which the client takes little: it sees that the rest is missing.
    Where the web server has the whole response before it passes any of it on, all of it comes.
    """
    token, = probe.tokens(place, 1)
    raw = http1.compose("GET", probe.target(place, token, f"/c?fill={LARGE[-1]}"), [], None, place.host)
    with http1.connect(place.address, small=True) as s:
        s.sendall(raw)
        r = http1.Reader(s)
        need(r.more() and r.buf.startswith(b"HTTP/1.1 200 "), f"no response to break off: {r.buf[:100]!r}")
        kill(place)
        n = length_if_whole(r)
    need(n in (None, LARGE[-1]), f"it looks whole and has {n} octets")
    need((n is None) == ("streams" not in place.front.cannot), "all of it came" if n else "it broke off")
    comes_back(place)


def crash_early(place):
    """The workers die while the database makes a request wait, of whose answer nothing has come."""
    token, = probe.tokens(place, 1)
    place.sql("BEGIN; LOCK TABLE probe IN ACCESS EXCLUSIVE MODE")
    try:
        with http1.connect(place.address) as s:
            s.sendall(http1.compose("POST", probe.target(place, token), [], b"hello", place.host))
            under_way(place)
            kill(place)
            r = http1.read_response(s, "POST")
    finally:
        place.sql("ROLLBACK")
    answered(place, r, place.front.lost_status, "P2CORE_UNAVAILABLE")
    need(r.header("X-P2-Error") == "P2CORE_UNAVAILABLE" and r.header("Retry-After"), f"it does not say when to come again: {r}")
    comes_back(place)


def under_way(place):
    for _ in range(600):
        if place.sql("SELECT count(*) FROM pg_locks WHERE relation = 'probe'::regclass AND NOT granted") != "0":
            return
        time.sleep(0.1)
    raise case.Failure("no request waits for the database")


def length_if_whole(reader):
    """Of what fills a response, None when its end is missing."""
    try:
        return len(http1.read_response(reader, "GET").json()["fill"])
    except (EOFError, OSError):
        return None


def table():
    """(title, function, arguments)"""
    yield from ((f"path {t[0][:20]}", text, t) for t in TEXTS)
    yield from ((f"refused: {raw}", refused, (raw,)) for raw in REFUSED)
    yield from ((f"{method} with {n} octets{', chunked' if coding else ''}", body, (method, n, coding)) for method, n, coding in BODIES)
    yield from ((f"a response of {n} octets", large, (n,)) for n in LARGE)
    yield from ((f"{f.__name__} of {n} octets", f, (n,)) for f, n in ((long_target, 20000), (long_target, LONG + 5000), (long_field, 40000), (long_field, LONG + 5000)))
    yield from ((f.__name__, f, ()) for f in (query, authorization, no_length, options_body, expect_continue, bodiless, too_large, a_range, spoofed, host, crash, crash_early))


def run(place):
    """(title, what is wrong or None)"""
    rows, wrong = list(table()), []
    for title, function, args in rows:
        try:
            function(place, *args)
        except (case.Failure, OSError, EOFError, ValueError, KeyError, json.JSONDecodeError) as e:
            wrong.append(f"{title}: {type(e).__name__}: {e}"[:600])
    yield f"matrix: {len(rows)} rows of what a web server does to requests and responses", "\n".join(wrong) if wrong else None
