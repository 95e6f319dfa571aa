"""Home servers that lie, are slow or vanish, each with its own domain. Their actors get the error that protocol.md 4.10 names, and nothing else happens."""
import concurrent.futures
import gzip
import json
import secrets
import time

import case
import foreign_home
import pki
from foreign_home import HOUR, NO_CA, PP_CA, PP_CERT_SIGN, SIGNS, dcs, extension, extensions, integer, tlv, utc
from guest import Guest
from world import challenge, identify, need, refused

BAD = {(403, "P2CORE_BAD_ID_CERT")}
AWAY = {(502, "P2CORE_HOME_SERVER_UNREACHABLE")}
NONSENSE = {(502, "P2CORE_HOME_SERVER_INVALID")}
NONE = {(404, "P2CORE_NOT_FEDERATED")}
SMALL_ORDER = bytes.fromhex("0100000000000000000000000000000000000000000000000000000000000000")
NOT_CANONICAL = bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")


# --- What is done to a certificate: each takes its parts ---

def parts(**values):
    """Replaces some parts of a certificate; a part that is a function is called with the home and the person (or None)."""
    def change(home, person, p):
        for k, v in values.items():
            setattr(p, k, v(home, person) if callable(v) and k != "bend" else v)
    return change


def names(*rdns):
    return lambda home, person: tlv(0x30, *[x for r in rdns for x in r(home, person)])


def of_home(home, _person):
    return dcs(home.domain)


def one(kind, text, tag=0x0c):
    return lambda home, person: [pki.rdn(kind, tag, text.format(h=home, p=person))]


SESSION, UID, CN = one(pki.SESSION, "{p.session}"), one(pki.UID, "{p.fid}"), one(pki.CN, "{p.name}")
SKI = extension("2.5.29.14", tlv(4, b"x" * 20), False)


def long_length(der):
    """The same with a length of four octets: BER, not DER."""
    _, body, whole = pki.children(der)[0]
    return whole[:1] + b"\x84" + len(body).to_bytes(4, "big") + body


def indefinite(der):
    return b"\x30\x80" + pki.children(der)[0][1] + b"\0\0"


ANY_CERT = [
    ("version 1", parts(version=b"")), ("serial 0", parts(serial=integer(0))), ("negative serial", parts(serial=integer(-5))),
    ("serial of 21 octets", parts(serial=integer(1 << 160))), ("serial with a zero in front", parts(serial=bytes.fromhex("02030000ff"))),
    ("algorithm with NULL", parts(algorithm=bytes.fromhex("300706032b65700500"))), ("another algorithm inside", parts(algorithm=bytes.fromhex("300506032b6571"))),
    ("another algorithm outside", parts(outer=bytes.fromhex("300506032b6571"))), ("key of small order", parts(key=SMALL_ORDER)),
    ("key that is not canonical", parts(key=NOT_CANONICAL)), ("key of 31 octets", parts(key=b"x" * 31)),
    ("key algorithm with NULL", parts(spki_algorithm=bytes.fromhex("300706032b65700500"))),
    ("issuerUniqueID", parts(unique=bytes.fromhex("81020001"))), ("no extensions", parts(extensions=None)),
    ("another extension", lambda h, p, c: c.extensions.append(SKI)), ("an extension twice", lambda h, p, c: c.extensions.append(c.extensions[0])),
    ("a length in BER", parts(bend=long_length)), ("indefinite length", parts(bend=indefinite)), ("something behind it", parts(tail=b"\x05\x00")),
    ("signed by another key", parts(signer=lambda h, p: pki.Key())), ("expired", parts(times=lambda h, p: [utc(time.time() - 7200), utc(time.time() - 3600)])),
    ("not yet valid", parts(times=lambda h, p: [utc(time.time() + 3600), utc(time.time() + 7200)])),
    ("times without seconds", parts(times=[tlv(0x17, b"2601010000Z"), tlv(0x17, b"2701010000Z")])),
]
SERVER_CERT = ANY_CERT + [
    ("of another domain", parts(issuer=lambda h, p: tlv(0x30, *dcs("elsewhere.test")), subject=lambda h, p: tlv(0x30, *dcs("elsewhere.test")))),
    ("of a domain below", parts(issuer=lambda h, p: tlv(0x30, *dcs(f"a.{h.domain}")), subject=lambda h, p: tlv(0x30, *dcs(f"a.{h.domain}")))),
    ("issued by another", parts(issuer=lambda h, p: tlv(0x30, *dcs("elsewhere.test")))), ("with a CN", parts(subject=names(of_home, one(pki.CN, "root")))),
    ("with a UID", parts(subject=names(one(pki.UID, "root@{h.domain}"), of_home))), ("no CA", parts(extensions=extensions(NO_CA, PP_CERT_SIGN))),
    ("may not sign certificates", parts(extensions=extensions(PP_CA, SIGNS))), ("an actor's", parts(extensions=extensions(NO_CA, SIGNS))),
    ("no key usage at all", parts(extensions=extensions(PP_CA, "030100"))), ("no subject", parts(subject=tlv(0x30))),
]
ACTOR_CERT = ANY_CERT + [
    ("of an actor elsewhere", parts(subject=names(SESSION, one(pki.UID, "vera@elsewhere.test"), lambda h, p: dcs("elsewhere.test"), CN))),
    ("UID of another domain than the DCs", parts(subject=names(SESSION, one(pki.UID, "vera@elsewhere.test"), of_home, CN))),
    ("DCs too many", parts(subject=names(SESSION, UID, lambda h, p: dcs(f"a.{h.domain}"), CN))),
    ("CN of somebody else", parts(subject=names(SESSION, UID, of_home, one(pki.CN, "root")))), ("UID in capitals", parts(subject=names(SESSION, one(
        pki.UID, "VERA@{h.domain}"), of_home, CN))), ("UID twice", parts(subject=names(SESSION, UID, UID, of_home, CN))),
    ("no session", parts(subject=names(UID, of_home, CN))), ("no UID", parts(subject=names(SESSION, of_home, CN))),
    ("session of 33 characters", parts(subject=names(one(pki.SESSION, "s" * 33), UID, of_home, CN))),
    ("session with a line break", parts(subject=names(one(pki.SESSION, "a\nb"), UID, of_home, CN))),
    ("a CA", parts(extensions=extensions(PP_CA, SIGNS))), ("may sign certificates", parts(extensions=extensions(NO_CA, "03020084"))),
    ("both ways to sign", parts(extensions=extensions(NO_CA, "030200c0"))), ("no key usage at all", parts(extensions=extensions(NO_CA, "030100"))),
    ("issued by another domain", parts(issuer=lambda h, p: tlv(0x30, *dcs("elsewhere.test")))), ("with its home's key", parts(key=lambda h, p: h.key.raw)),
    ("outlives its home's", parts(times=lambda h, p: [utc(time.time() - 60), utc(time.time() + 400 * 86400)])),
    ("older than its home's", parts(times=lambda h, p: [utc(time.time() - 2 * 86400), utc(time.time() + 86400)])),
]


# --- What is done to a statement about a certificate: each takes the home, the number of the certificate, and the item ---

def stated(nb, na, invalidated=None):
    """A statement with a valid signature over another period of validity, in seconds from now."""
    def change(home, number, item):
        now = int(time.time())
        item.update(cacheNotValidBefore=now + nb, cacheNotValidAfter=now + na)
        if invalidated is not None:
            item["invalidatedAt"] = now + invalidated
        item["cacheSignature"] = home.statement(number, now + nb, now + na, item.get("invalidatedAt"))
    return change


def members(**values):
    def change(_home, _number, item):
        for k, v in values.items():
            if v is None:
                item.pop(k, None)
            else:
                item[k] = v
    return change


def resplit(_home, _number, item):
    """The same digits, read as a window that began long ago and never ends (wire.md 4.2)."""
    nb, na = str(item["cacheNotValidBefore"]), str(item["cacheNotValidAfter"])
    item.update(cacheNotValidBefore=int(nb[:9]), cacheNotValidAfter=int(nb[9:] + na))


def revocation_stripped(home, number, item):
    """Revoked, and the end of the certificate hung onto the end of the window (wire.md 4.2)."""
    stated(-5, 4 * HOUR, -2)(home, number, item)
    item["cacheNotValidAfter"] = int(f"{item['cacheNotValidAfter']}{item.pop('invalidatedAt')}")


def signed_by_another(_home, number, item):
    item["cacheSignature"] = pki.Key().sign(f"{number}{item['cacheNotValidBefore']}{item['cacheNotValidAfter']}".encode()).hex()


STATEMENTS = [
    ("window is over", stated(-7200, -3600), BAD), ("window has not begun", stated(3600, 7200), BAD), ("window ends before it begins", stated(100, 50), BAD),
    ("window of two days", stated(-5, 48 * HOUR), BAD), ("revoked", stated(-5, HOUR, -2), BAD), ("read with another split", resplit, BAD),
    ("revocation cut off", revocation_stripped, BAD), ("signed by another key", signed_by_another, BAD), ("signature of zeros", members(cacheSignature="0" * 128), BAD),
    ("signature too short", members(cacheSignature="ab"), BAD), ("no signature", members(cacheSignature=None), NONSENSE | NONE | BAD),
    ("no window", members(cacheNotValidAfter=None), NONSENSE | NONE | BAD), ("window in words", members(cacheNotValidAfter="later"), NONSENSE | NONE | BAD),
    ("no certificate", members(idCertPem=None), NONSENSE | NONE | BAD), ("certificate that is none", members(idCertPem="hello"), NONSENSE | NONE | BAD),
]


# --- What is done with the connection: each takes the home, the socket and the target ---

def drip(_home, sock, _target):
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    for _ in range(120):
        sock.sendall(b" ")
        time.sleep(0.5)


def never(_home, _sock, _target):
    time.sleep(60)


def endless(home, sock, _target):
    home.reply(sock, 200, b"[", length=False)
    for _ in range(10000):
        sock.sendall(b" " * 10000)


def endless_chunks(home, sock, _target):
    home.reply(sock, 200, headers=["Transfer-Encoding: chunked"], length=False)
    for _ in range(10000):
        sock.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")


def endless_head(_home, sock, _target):
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in range(100000):
        sock.sendall(b"X-%d: y\r\n" % i)


def cut(_home, sock, _target):
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")


def says(status, body, *headers):
    return lambda home, sock, target: home.reply(sock, status, body.encode() if isinstance(body, str) else body, headers)


def compressed(home, sock, target):
    _, body = home.routes(target)
    home.reply(sock, 200, gzip.compress(body.encode()), ["Content-Encoding: gzip"])


def redirected(home, sock, target):
    if target.startswith("/else"):
        home.reply(sock, 200, home.routes(target[5:])[1].encode())
    else:
        home.reply(sock, 302, headers=[f"Location: https://{home.domain}/else{target}"])


def redirect_loop(home, sock, target):
    home.reply(sock, 302, headers=[f"Location: https://{home.domain}{target}"])


def redirect_inside(home, sock, _target):
    home.reply(sock, 302, headers=["Location: https://127.0.0.1:5432/"])


CONNECTIONS = [
    ("hangs up", lambda h, s, t: None, AWAY), ("hangs up within the answer", cut, AWAY), ("is in trouble", says(500, "oh"), AWAY), ("is busy", says(429, ""), AWAY),
    ("has no such route", says(404, ""), NONE), ("has no such route any more", says(410, ""), NONE), ("says no JSON", says(200, "<html>hello</html>"), NONE | NONSENSE),
    ("says nothing", says(200, ""), NONE | NONSENSE), ("says another thing", says(200, '{"hello": 1}'), NONE | NONSENSE), ("nests deeply", says(200, "[" * 50000), NONE | NONSENSE),
    ("says a member twice", says(200, '{"idCertPem": "a", "idCertPem": "b"}'), NONE | NONSENSE), ("says bytes", says(200, bytes(range(256)) * 8), NONE | NONSENSE),
    ("never ends", endless, NONSENSE), ("never ends, in chunks", endless_chunks, NONSENSE), ("never ends its head", endless_head, NONSENSE), ("compresses", compressed, NONSENSE),
    ("redirects its API", redirected, NONE | NONSENSE), ("redirects in a circle", redirect_loop, NONE | NONSENSE), ("redirects to us", redirect_inside, NONE | NONSENSE),
    ("speaks no HTTP", lambda h, s, t: s.sendall(b"220 mail.test ESMTP\r\n"), NONSENSE | AWAY | NONE),
]
SLOW = [("never answers", never, AWAY), ("answers drop by drop", drip, AWAY)]
BY_NAME = [("self-signed.tls.test", "a TLS certificate of its own"), ("outdated.tls.test", "an expired TLS certificate"), ("misnamed.tls.test", "another's TLS certificate"),
           ("closed.port.test", "nothing at its port"), ("plain.port.test", "no TLS")]
SILENT = "silent.port.test"


def domain(prefix, number):
    return f"{prefix}{number}.hostile.test"


DOMAINS = ([domain("s", i) for i in range(len(SERVER_CERT))] + [domain("a", i) for i in range(len(ACTOR_CERT))] +
           [domain("t", i) for i in range(len(STATEMENTS))] + [domain("u", i) for i in range(len(STATEMENTS))] +
           [domain("c", i) for i in range(len(CONNECTIONS))] + [domain("d", i) for i in range(len(CONNECTIONS))] +
           [domain("w", i) for i in range(2 * len(SLOW))] + [d for d, _ in BY_NAME] + [SILENT] + [domain("k", i) for i in range(8)])


def verdict(w, guest, wanted, text=None, cert=None):
    """identify and session/auth of p2core give the right error and change nothing; returns what is wrong, or None."""
    try:
        token = guest.token_for(w.one)
        with w.one.unchanged():
            for how, r in (("identify", identify(w.one, guest, text, cert=cert)), ("p2core", guest.auth(w.one, token, cert and list(pki.unpem(cert))))):
                got = (r.status, r.header("X-P2-Error"))
                need(got in wanted, f"{how}: wanted {' or '.join(f'{s} {c}' for s, c in sorted(wanted))}: {r}")
                refused(r, *got)
        rows = w.one.sql(f"SELECT count(*) FROM foreign_cert WHERE subject = '{guest.fid}' AND usable_until > now() AND invalidated_at IS NULL AND now() BETWEEN not_before AND not_after")
        need(rows == "0", "its certificate is remembered as good")
        return None
    except (case.Failure, OSError, EOFError, ValueError) as e:
        return str(e)


def texts(w, n):
    """Challenges are rows, too: all of them before anything is looked at."""
    return [challenge(w.one) for _ in range(n)]


def test_server_certificates(w):
    """Every rule for a home server's certificate, broken."""
    for (name, change), d, text in zip(SERVER_CERT, DOMAINS, texts(w, len(SERVER_CERT))):
        home = w.homes.home(d)
        guest = Guest(home)
        change(home, None, home.parts)
        yield name, verdict(w, guest, BAD, text)


def test_actor_certificates(w):
    """Every rule for an actor's certificate, broken: the home shows it, and the actor too."""
    for i, ((name, change), text) in enumerate(zip(ACTOR_CERT, texts(w, len(ACTOR_CERT)))):
        home = w.homes.home(domain("a", i))
        guest = Guest(home)
        change(home, guest.person, guest.person.parts)
        fid = guest.fid
        home.actor_items = lambda _fid, home=home, fid=fid: foreign_home.Home.actor_items(home, fid)
        yield name, verdict(w, guest, BAD | {(400, "P2CORE_BAD_REQUEST"), (400, "P2CORE_BAD_ID_CERT")}, text)


def test_statements_about_actors(w):
    for i, ((name, change, wanted), text) in enumerate(zip(STATEMENTS, texts(w, len(STATEMENTS)))):
        home = w.homes.home(domain("t", i))
        guest = Guest(home)

        def lie(item, home=home, guest=guest, change=change):
            change(home, guest.person.number, item)
            return item
        home.claim_actor = lie
        yield name, verdict(w, guest, wanted, text)


def test_statements_about_servers(w):
    for i, ((name, change, wanted), text) in enumerate(zip(STATEMENTS, texts(w, len(STATEMENTS)))):
        home = w.homes.home(domain("u", i))

        def lie(item, home=home, change=change):
            change(home, home.number, item)
            return item
        home.claim = lie
        yield name, verdict(w, Guest(home), wanted, text)


def test_connections(w):
    """The first question already is answered badly, or not at all."""
    for i, ((name, answer, wanted), text) in enumerate(zip(CONNECTIONS, texts(w, len(CONNECTIONS)))):
        home = w.homes.home(domain("c", i))
        home.answer = lambda sock, target, home=home, answer=answer: answer(home, sock, target)
        yield name, verdict(w, Guest(home), wanted, text)


def later(home, answer):
    """A home server gives a good answer about itself, and a bad answer about its actors."""
    good = home.answer
    home.answer = lambda sock, target: answer(home, sock, target) if "/actor/" in target else good(sock, target)


def test_vanishing_between_two_calls(w):
    """The server's certificate is good; what it is asked next is answered badly, or not at all."""
    for i, ((name, answer, wanted), text) in enumerate(zip(CONNECTIONS, texts(w, len(CONNECTIONS)))):
        home = w.homes.home(domain("d", i))
        later(home, answer)
        yield name, verdict(w, Guest(home), wanted | (BAD | NONSENSE if NONE <= wanted else set()), text)


def test_slow(w):
    """Requests that need a slow home server fail. Other requests wait for little more than four seconds at most, because strangers get only one of two places."""
    guests = []
    for i, (_, answer, _) in enumerate(SLOW + SLOW):
        home = w.homes.home(domain("w", i))
        if i < len(SLOW):
            home.answer = lambda sock, target, home=home, answer=answer: answer(home, sock, target)
        else:
            later(home, answer)
        guests.append(Guest(home))
    guests.append(Guest(w.homes.home(SILENT)))
    todo = list(zip(guests, texts(w, len(guests))))

    def ask(pair):
        began = time.monotonic()
        return identify(w.one, *pair), time.monotonic() - began
    with w.one.unchanged(), concurrent.futures.ThreadPoolExecutor(1) as pool:
        answers = pool.map(ask, todo)
        longest = 0
        while pool._work_queue.qsize() or longest == 0:     # pylint: disable=protected-access
            began = time.monotonic()
            need(w.one.get("/readyz").status == 200, "readyz")
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.05)
        answers = list(answers)
    need(longest < 6, f"somebody else had to wait {longest:.1f} s")
    for (r, seconds), guest in zip(answers, guests):
        refused(r, 502, "P2CORE_HOME_SERVER_UNREACHABLE")
        need(seconds < 20, f"{guest.home.domain} kept us busy for {seconds:.1f} s")


def test_wrong_tls(w):
    for (d, name), text in zip(BY_NAME, texts(w, len(BY_NAME))):
        yield name, verdict(w, Guest(w.homes.home(d)), AWAY, text)


def test_liars_about_keys(w):
    """A home whose words and certificates do not fit together."""
    text = texts(w, 8)
    home = w.homes.home(domain("k", 0))
    guest = Guest(home)
    home.people.clear()
    yield "does not know the actor", verdict(w, guest, BAD | {(404, "P2CORE_NOT_FOUND")}, text[0])

    home = w.homes.home(domain("k", 1))
    guest, other = Guest(home), Guest(home)
    home.people.remove(guest.person)
    yield "knows another certificate of that session", verdict(w, guest, BAD, text[1])
    need(identify(w.one, other).status == 201, "the one that it knows is good")

    home = w.homes.home(domain("k", 2))
    guest = Guest(home)
    again = Guest(home)
    again.person.number, again.person.parts.serial = guest.person.number, guest.person.parts.serial
    home.people.remove(guest.person)
    yield "another certificate with the same serial", verdict(w, guest, BAD, text[2])

    home = w.homes.home(domain("k", 3))
    guest = Guest(home)
    old = home.key
    home.key = pki.Key()    # never published
    guest.person.parts.signer = home.key
    home.server_item = lambda: server_by(home, old)
    yield "changes its key between two calls, and shows it nowhere", verdict(w, guest, BAD | {(401, "P2CORE_BAD_FEDERATION_TOKEN")}, text[3])

    home = w.homes.home(domain("k", 4))
    guest = Guest(home)
    need(identify(w.one, guest).status == 201, "good at first")
    with w.one.unchanged():
        home.key = pki.Key()
        late = Guest(home, f"late-{secrets.token_hex(2)}")
        late.person.parts.signer = home.key
        r = late.auth(w.one)
        need(r.status in (401, 403), f"a token by a key that is in no certificate: {r}")
    yield "good at first, then with another key", None

    home = w.homes.home(domain("k", 5))
    guest = Guest(home)
    home.actor_items = lambda fid: json.dumps([home.cacheable(home.parts.der(), home.number)])
    yield "shows its own certificate for the actor's", verdict(w, guest, BAD | NONSENSE, text[5])

    home = w.homes.home(domain("k", 6))
    guest = Guest(home)
    home.actor_items = lambda fid: json.dumps([home.cacheable(guest.person.parts.der(), guest.person.number)] * 2000)
    yield "a list without end", verdict(w, guest, NONSENSE, text[6])

    home = w.homes.home(domain("k", 7))
    guest, eve = Guest(home), Guest(home, "eve")
    home.actor_items = lambda fid: json.dumps([home.cacheable(eve.person.parts.der(), eve.person.number)])
    yield "shows another actor's certificate", verdict(w, guest, BAD, text[7])


def server_by(home, key):
    """The server's certificate and a statement by the key that is in it."""
    now = int(time.time())
    item = {"idCertPem": pki.pem("CERTIFICATE", home.parts.der()), "cacheNotValidBefore": now - 5, "cacheNotValidAfter": now + HOUR}
    item["cacheSignature"] = home.statement(home.number, now - 5, now + HOUR, signer=key)
    return json.dumps(item)
