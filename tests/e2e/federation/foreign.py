"""A home server that is not ours, in the style of polyproto-rs: its actors log in, and are treated as its texts say."""
import json
import time

import pki
from guest import Guest
from world import Actor, challenge, complete, events, identify, need, refused, trial, works

DOMAINS = ["rs.test", "slashless.test", "visible.test", "api.test", "redirecting.test", "odd.test", "spaced.test", "strings.test", "short.test", "gone.test", "turning.test",
           "revoking.test", "many.test", "renewing.test", "leaving.test", "warm.test", "cold.test"]


def test_log_in(w):
    """An actor logs in by identify, session/auth and p2core, on both servers, with certificates as polyproto-rs encodes them, including pathLen in eight octets."""
    home = w.homes.home("rs.test")
    for server in (w.one, w.two):
        vera = Guest(home)
        tokens = vera.log_in(server)
        need([works(server, t) for t in tokens] == [False, False, True], "one token for each ID-Cert: the last of three works")
        need(server.sql(f"SELECT domain FROM foreign_session WHERE fid = '{vera.fid}' AND ended_at IS NULL") == "rs.test", "its row")
    need(all("Authorization" not in "".join(lines) for _, lines in home.asked), "a credential was sent to the other server")


def test_without_trailing_slash(w):
    home = w.homes.home("slashless.test")
    home.slash = False
    need(identify(w.one, Guest(home)).status == 201, "a home without trailing slashes")


def test_api_elsewhere(w):
    """/.well-known/polyproto-core of the visible domain names another host; with and without scheme, slash and v1; through two redirects."""
    visible, api = w.homes.home("visible.test"), w.homes.home("api.test")
    vera = Guest(visible)
    said, api.routes, routes = {}, lambda path: visible_routes(path), visible.routes

    def visible_routes(path):
        return routes(path)
    visible.routes = lambda path: (200, json.dumps(said)) if path == "/.well-known/polyproto-core" else (404, "")
    for text in ("https://api.test/.p2/core/", "https://api.test/.p2/core", "api.test/.p2/core/v1/", "https://api.test/.p2/core/v1"):
        said["api"] = text
        need(w.one.ctl(["foreign", "refresh", "visible.test"]).returncode in (0, 1), "refresh")
        w.one.sql("DELETE FROM foreign_server WHERE place LIKE '%visible.test'")
        r = identify(w.one, vera)
        need(r.status == 201, f"api {text}: {r}")


def test_well_known_through_redirects(w):
    home = w.homes.home("redirecting.test")
    vera, answer = Guest(home), home.answer
    hops = {"/.well-known/polyproto-core": "https://redirecting.test/a", "/a": "https://redirecting.test/b"}

    def answers(sock, target):
        if target in hops:
            home.reply(sock, 302, headers=[f"Location: {hops[target]}"])
        elif target == "/b":
            home.reply(sock, 200, json.dumps({"api": "https://redirecting.test/elsewhere/.p2/core/"}).encode())
        elif target.startswith("/elsewhere"):
            answer(sock, target[len("/elsewhere"):])
        else:
            home.reply(sock, 404)
    home.answer = answers
    need(identify(w.one, vera).status == 201, "two redirects")


def test_verbatim(w):
    """What a foreign home has signed of its actor comes back as it was; members that we do not know are dropped."""
    home = w.homes.home("odd.test")
    vera = Guest(home)
    item = home.cacheable(vera.person.parts.der(), vera.person.number)
    said = '{ "later" : [1, {"a": "]}\\""}] ,\n "cacheNotValidBefore":%d, "idCertPem" : %s,"cacheNotValidAfter":%d  ,"cacheSignature":"%s", "x":1.50 }' % (
        item["cacheNotValidBefore"], json.dumps(item["idCertPem"]), item["cacheNotValidAfter"], item["cacheSignature"])
    home.actor_items = lambda fid: f" [ {said} ]\n" if fid == vera.fid else "[]"
    for _ in range(2):
        body = w.one.get(f"/.p2/core/v1/idcert/actor/{vera.fid}").body.decode()
        (told,) = json.loads(body)
        need({k: told.get(k) for k in item} == item, f"{told} is not {item}")
        need("later" not in told and "x" not in told, f"unknown members are kept: {told}")


def test_home_of_beta13(w):
    """A home server built on polyproto-rs 0.16 or later signs with spaces; from 0.19 on, times are strings."""
    for domain, time_form in (("spaced.test", int), ("strings.test", str)):
        home = w.homes.home(domain)
        home.gap, home.time = " ", time_form
        vera = Guest(home)
        need(identify(w.one, vera).status == 201, f"an actor of {domain} is refused")
        (told,) = w.one.get(f"/.p2/core/v1/idcert/actor/{vera.fid}").json()
        need(isinstance(told["cacheNotValidAfter"], time_form), f"{told} is not what {domain} has said")


def test_remembered_as_long_as_it_says(w):
    """Within the validity of its answer, the home server is not asked again; afterwards it is. If it does not answer then, no old answer is used."""
    home = w.homes.home("short.test")
    home.ttl = 4
    vera = Guest(home)
    need(identify(w.one, vera).status == 201, "identify")
    until, first = time.time() + home.ttl, len(home.asked)
    for _ in range(3):
        need(identify(w.one, vera).status == 201, "identify")
    need(time.time() > until or len(home.asked) == first, f"asked again within the window: {[t for t, _ in home.asked[first:]]}")
    texts = [challenge(w.one) for _ in range(2)]
    time.sleep(max(0, until + 1.2 - time.time()))
    need(identify(w.one, vera, texts[0]).status == 201 and len(home.asked) > first, "not asked again after the window")
    time.sleep(home.ttl + 1.2)
    home.answer = lambda sock, target: sock.close()
    with w.one.unchanged():
        refused(identify(w.one, vera, texts[1]), 502, "P2CORE_HOME_SERVER_UNREACHABLE")


def test_rotated_honestly(w):
    """A home server changes its identity key: old signatures stay valid by the certificate that was current then; new actors have certificates by the new key."""
    home = w.homes.home("turning.test")
    old = Guest(home, "old")
    need(identify(w.one, old).status == 201, "before the rotation")
    before, signer = home.parts, home.key
    number = home.number
    time.sleep(1.1)
    home.rotate()
    past = home.routes

    def answer(sock, target):
        if "idcert/server" in target and "timestamp=" in target and int(target.split("timestamp=")[1].split("&")[0]) < time.time() - 30:
            ended = int(time.time()) - 1
            nb, na = int(time.time()) - 5, int(time.time()) + home.ttl
            item = {"idCertPem": pki.pem("CERTIFICATE", before.der()), "invalidatedAt": ended, "cacheNotValidBefore": nb, "cacheNotValidAfter": na,
                    "cacheSignature": home.statement(number, nb, na, ended)}
            home.reply(sock, 200, json.dumps(item).encode())
        else:
            status, body = past(target.split("?")[0])
            home.reply(sock, status, body.encode())
    home.answer = answer
    new = Guest(home, "new")
    r = identify(w.one, new)
    need(r.status == 201, f"an actor with a certificate by the new key: {r}")
    need(signer is old.person.parts.signer, "the old one is signed by the old key")
    r = complete(w.one, old, trial(w.one, old.fid))
    need(r.status == 200, f"an actor with a certificate by the old key: {r}")


def test_revoked_by_a_foreign_home(w):
    """When our server learns that an ID-Cert is revoked, its session here ends. Until then, the session works as long as the statement about the ID-Cert is valid."""
    home = w.homes.home("revoking.test")
    vera = Guest(home)
    token = vera.session_on(w.one)
    with w.one.unchanged():
        r = w.one.ask("PUT", "/.p2/core/v1/session/idcert/extern", vera.cert.encode(), token)
        need(r.status in (200, 201, 204) and works(w.one, token), f"extern with the same certificate, which is good: {r}")
    vera.person.invalidated = int(time.time()) - 2
    r = w.one.ask("PUT", "/.p2/core/v1/session/idcert/extern", vera.cert.encode(), token)
    need(r.status in (200, 201, 204), f"extern: {r}")
    need(not works(w.one, token), "the session of a revoked certificate goes on")
    with_one = challenge(w.one)
    with w.one.unchanged():
        refused(identify(w.one, vera, with_one), 403, "P2CORE_BAD_ID_CERT")
        refused(vera.auth(w.one), 403, "P2CORE_BAD_ID_CERT")


def test_new_certificate_of_a_foreign_home(w):
    """PUT session/idcert/extern and POST key/user/@me for an actor of a server that is not ours; the actor's other session gets the event."""
    home = w.homes.home("renewing.test")
    vera, tablet = Guest(home), Guest(home, session="tablet")
    token, other = vera.session_on(w.one), tablet.session_on(w.one)
    events(w.one, other)
    for way in (lambda c: w.one.ask("PUT", "/.p2/core/v1/session/idcert/extern", c.encode(), token),
                lambda c: w.one.ask("POST", "/p2core/key/user/@me", list(pki.unpem(c)), token)):
        home.people.remove(vera.person)
        vera = Guest(home)
        r = way(vera.cert)
        need(r.status == 201 and works(w.one, token), f"a new certificate: {r}")
        heard = events(w.one, other)
        need([e["t"] for e in heard] == ["CLIENT_KEY_CHANGE"] and heard[0]["d"]["cert"] == vera.cert, f"the other session heard {heard}")


def test_many_sessions(w):
    """An actor with a dozen sessions: each logs in, by its serial alone."""
    home = w.homes.home("many.test")
    guests = [Guest(home, session=f"client{i}") for i in range(12)]
    for g in guests:
        need(complete(w.two, g, trial(w.two, g.fid, g.session)).status == 200, f"{g.session}")
    got = w.two.get(f"/.p2/core/v1/idcert/actor/{guests[0].fid}").json()
    need(len(got) == 12, f"{len(got)} certificates")


def end_statement(server, actor):
    server.sql(f"UPDATE foreign_session SET confirmed_until = now() - interval '1 s' WHERE fid = '{actor.fid}'")


def test_end_own_sessions(w):
    """A foreign actor can end the session that it uses and its other sessions, but nobody else's."""
    home = w.homes.home("leaving.test")
    vera, tablet, other = Guest(home), Guest(home, session="tablet"), Guest(home, name="otto", session="phone")
    token, second, third = (g.session_on(w.one) for g in (vera, tablet, other))
    path = "/.p2/core/v1/session?session_id="
    for session in ("phone", "nothing"):
        with w.one.unchanged():
            refused(w.one.ask("DELETE", path + session, token=token), 404, "P2CORE_NOT_FOUND")
    need(w.one.ask("DELETE", path + "tablet", token=token).status == 204, "DELETE of the other session")
    need([works(w.one, t) for t in (token, second, third)] == [True, False, True], "the other session has ended, and no more")
    need(w.one.ask("DELETE", path + vera.session, token=token).status == 204, "DELETE of this session")
    need([works(w.one, t) for t in (token, third)] == [False, True], "this session has ended, and no more")
    token = vera.session_on(w.one)
    need(w.one.ask("DELETE", f"/.p2/core/v1/session/{vera.session}", token=token).status == 204 and not works(w.one, token),
         "a new session, ended by its ID in the path")


def test_confirmed_by_its_home(w):
    """When the home server's statement is over, a session is used again after the home server was asked, whatever the request is."""
    home = w.homes.home("warm.test")
    vera, owner = Guest(home), Actor(w.one, "owner")
    token = vera.session_on(w.one)
    for target in ("/.p2/core/v1/events", f"/.p2/core/v1/keypackage/{owner.fid}", f"/p2core/keypackage/{owner.fid}"):
        end_statement(w.one, vera)
        asked = len(home.asked)
        need(w.one.ask("GET", target, token=token).status in (200, 204), target)
        need(len(home.asked) == asked + 1, f"{target}: asked {[t for t, _ in home.asked[asked:]]}")
        w.one.ask("GET", target, token=token)
        need(len(home.asked) == asked + 1, "and once")
    home.people.remove(vera.person)
    need(works(w.one, token), "one that is no longer listed goes on until the last statement is over")
    end_statement(w.one, vera)
    for target in (f"/.p2/core/v1/keypackage/{owner.fid}", "/.p2/core/v1/events"):
        e = refused(w.one.ask("GET", target, token=token), 401, "P2CORE_SESSION_ENDED")
        need("warm.test no longer lists" in e["message"], f"it does not say why: {e}")


def test_silent_home(w):
    """A home server that does not answer: its actors' sessions go on for cache_lifetime, and then end with a reason."""
    home = w.homes.home("cold.test")
    vera = Guest(home)
    token, answer = vera.session_on(w.one), home.answer
    home.answer = lambda sock, target: sock.close()
    end_statement(w.one, vera)
    need(works(w.one, token), "the session goes on")
    left = int(w.one.sql(f"SELECT extract(epoch FROM confirmed_until - now())::int FROM foreign_session WHERE fid = '{vera.fid}'"))
    need(14300 < left <= 14400, f"for cache_lifetime: {left} s")
    w.one.sql(f"UPDATE foreign_session SET silent_since = now() - interval '5 hours' WHERE fid = '{vera.fid}'")
    end_statement(w.one, vera)
    for _ in range(2):
        e = refused(w.one.ask("GET", "/.p2/core/v1/events", token=token), 401, "P2CORE_SESSION_ENDED")
        need("cold.test has not answered" in e["message"], f"it does not say why: {e}")
    home.answer = answer
    for _ in range(20):
        r = vera.auth(w.one)
        if r.status == 201:
            break
        time.sleep(0.5)
    need(r.status == 201, f"a new session when it answers: {r}")
