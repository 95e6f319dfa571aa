"""Invalid federation tokens: each gets the right error, and none changes anything."""
import base64
import hashlib
import hmac
import json
import time

import case
import jws
from foreign_home import b64url
from guest import Guest
from world import Actor, need, refused

DOMAINS = ["tokens.test", "others.test"]


def rows(w, home, vera):
    """(name, token, allowed answers): tokens of the actor's real home server, each with the fault that its name states."""
    def token(header=None, signer=None, **claims):
        return home.token(vera.person, w.one.origin, header, signer, **claims)
    now = int(time.time())
    good = token()
    head, body, signature = good.split(".")
    other = Guest(w.homes.homes["others.test"])
    key = home.key.raw

    def signed_by_hmac():
        text = f"{b64url(json.dumps({'alg': 'HS256', 'typ': 'JWT', 'kid': str(home.number)}).encode())}.{body}"
        return f"{text}.{b64url(hmac.new(key, text.encode(), hashlib.sha256).digest())}"

    def flip(text, at):
        raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        raw[at] ^= 1
        return b64url(bytes(raw))
    forged = b64url(json.dumps({**json.loads(base64.urlsafe_b64decode(body + "==")), "sub": f"root@{home.domain}"}).encode())
    table = [
        ("forged claims", f"{head}.{forged}.{signature}"), ("flipped signature", f"{head}.{body}.{flip(signature, 3)}"),
        ("flipped payload", f"{head}.{flip(body, 12)}.{signature}"), ("signed by another key", token(signer=vera.key)),
        ("signed by another server", token(signer=other.home.key)),
        ("of another server for this actor", other.home.token(vera.person, w.one.origin)),
        ("another server's issuer, this one's key", token(iss="others.test")),
        ("of an actor at another domain", token(sub="vera@others.test")), ("of another actor", token(sub="eve@tokens.test")),
        ("expired", token(iat=now - 700, exp=now - 100)), ("not yet valid", token(iat=now + 300, exp=now + 900)),
        ("ends before it begins", token(iat=now, exp=now - 1)), ("valid for a year", token(exp=now + 31536000)),
        ("for another server", token(aud="https://two.test")), ("for a domain like ours", token(aud="https://one.test.evil.test")),
        ("for http", token(aud="http://one.test")), ("for several", token(aud=["https://one.test", "https://two.test"])),
        ("for another port", token(aud="https://one.test:8443")),
        ("without audience", token(aud=None)), ("without issuer", token(iss=None)), ("without subject", token(sub=None)),
        ("without jti", token(jti=None)), ("with a short jti", token(jti="x")), ("without exp", token(exp=None)), ("without iat", token(iat=None)),
        ("exp as text", token(exp="later")), ("exp with a fraction", token(exp=now + 100.5)), ("exp enormous", token(exp=2**70)),
        ("alg none, unsigned", f"{b64url(json.dumps({'alg': 'none', 'kid': str(home.number)}).encode())}.{body}."),
        ("alg none, signed", token({"alg": "none"})), ("alg RS256", token({"alg": "RS256"})), ("alg ES256", token({"alg": "ES256"})),
        ("alg HS256 with the public key", signed_by_hmac()), ("alg eddsa", token({"alg": "eddsa"})), ("without alg", token({"alg": None})),
        ("wrong kid", token({"kid": "1234567890123456"})), ("kid that is no number", token({"kid": "../../etc/passwd"})),
        ("kid with SQL", token({"kid": "1' OR '1'='1"})), ("without kid", token({"kid": None})),
        ("critical header", token({"crit": ["exp"]})), ("a key in its header, and signed by it", token(
            {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64url(vera.key.raw)}}, vera.key)),
        ("for another ID-Cert", token(cnf={"x5t#S256": jws.thumbprint(bytes(other.octets()))})), ("for a key of another kind", token(cnf={"jwk": {}})),
        ("cnf as text", token(cnf="x5t#S256")), ("cnf with half a hash", token(cnf={"x5t#S256": "AAAA"})),
        ("another typ", token({"typ": "at+jwt"})),
        ("truncated", good[:-10]), ("cut in its payload", good[:len(head) + 20]), ("without signature", f"{head}.{body}."),
        ("two parts", f"{head}.{body}"), ("four parts", f"{good}.{signature}"), ("padding", f"{good}=="), ("blank inside", f"{head}. {body}.{signature}"),
        ("base64 of the other alphabet", f"{head}.{body}.{'+/' + signature[2:]}"), ("empty", ""), ("dots", ".."),
        ("duplicate claims", duplicate(home, head)),
        ("payload that is a list", f"{head}.{b64url(b'[1]')}.{signature}"), ("payload that is no JSON", f"{head}.{b64url(b'hello')}.{signature}"),
        ("oversized", token(padding="x" * 5000)), ("more than oversized", token(padding="x" * 60000)),
    ]
    return good, table


def duplicate(home, head):
    """A payload that has one claim twice, with a valid signature."""
    payload = b64url(('{"iss":"others.test","iss":"%s"}' % home.domain).encode())
    text = f"{head}.{payload}"
    return f"{text}.{b64url(home.key.sign(text.encode()))}"


SHAPE = {"empty", "dots", "oversized", "more than oversized", "two parts", "four parts", "without signature", "padding", "blank inside", "truncated",
         "cut in its payload", "alg none, unsigned", "base64 of the other alphabet"}


def test_each_has_its_answer(w):
    """A wrong claim or signature gets 401; only a text that does not have the form of a token gets 400 or 413. Tokens are sent in the body and in Authorization."""
    home = w.homes.home("tokens.test")
    w.homes.home("others.test")
    vera = Guest(home)
    need(vera.auth(w.one).status == 201, "a good token is not good")
    bound = home.token(vera.person, w.one.origin, cnf={"x5t#S256": jws.thumbprint(bytes(vera.octets()))})
    need(vera.auth(w.one, bound).status == 201, "a token for this ID-Cert is not good")
    good, table = rows(w, home, vera)
    for name, token in table:
        try:
            with w.one.unchanged():
                r = vera.auth(w.one, token) if token else w.one.ask("POST", "/p2core/session/auth", {"federation_token": "", "id_cert": vera.octets()})
                allowed = {401} | ({400, 413} if name in SHAPE else set())
                need(r.status in allowed, f"wanted {sorted(allowed)}: {r}")
                if r.status == 401:
                    refused(r, 401, "P2CORE_BAD_FEDERATION_TOKEN")
                bearer = w.one.ask("POST", "/p2core/session/auth", {"id_cert": vera.octets()}, token or "x")
                need(bearer.status in (400, 401, 413), f"as Authorization: {bearer}")
            yield name, None
        except (case.Failure, OSError, ValueError) as e:
            yield name, str(e)
    need(vera.auth(w.one, good).status == 201, "the good one they were made of is good no more")
    with w.one.unchanged():
        refused(vera.auth(w.one, good), 401, "P2CORE_BAD_FEDERATION_TOKEN")


def test_clock_skew(w):
    """Clocks may differ by sixty seconds in both directions."""
    home = w.homes.homes["tokens.test"]
    vera, now = Guest(home), int(time.time())
    for name, claims, status in (("ended 40 s ago", dict(iat=now - 600, exp=now - 40), 201), ("ended 80 s ago", dict(iat=now - 600, exp=now - 80), 401),
                                 ("begins in 40 s", dict(iat=now + 40, exp=now + 600), 201), ("begins in 80 s", dict(iat=now + 80, exp=now + 600), 401)):
        r = vera.auth(w.one, vera.token_for(w.one, **claims))
        need(r.status == status, f"{name}: {r}")


def test_expired_at_home(w):
    """A token that the server issued itself and that is void since: the rows of both servers agree."""
    alice = Actor(w.one, "alice")
    token = alice.token_for(w.one)
    w.one.sql("UPDATE federation_token SET issued_at = now() - interval '1 hour', expires_at = now() - interval '10 minutes' "
              f"WHERE actor_id = (SELECT id FROM actor WHERE local_name = '{alice.name}')")
    with w.one.unchanged():
        refused(alice.auth(w.one, token), 401, "P2CORE_BAD_FEDERATION_TOKEN")


def test_session_tokens_are_none(w):
    """A session token is no federation token, nor the other way round."""
    alice = Actor(w.one, "alice")
    token = alice.token_for(w.two)
    with w.one.unchanged():
        need(w.one.ask("GET", "/.p2/core/v1/events", token=token).status == 401, "a federation token opens a route")
    with w.two.unchanged():
        need(alice.auth(w.two, alice.token).status in (400, 401), "a session token opens a session")
