"""What two of our servers do to each other, both ways: tokens, sessions, key trials, news of certificates, events."""
import json
import re
import time

import case
import mls
import pki
from world import Actor, challenge, complete, events, identify, need, refused, token_of, trial, works


def test_tokens_in_all_four_forms(w):
    """As a JSON string, as {"token"}, as a flattened JWS, as Authorization: Bearer; the session that comes of it works."""
    for home, away in w.pairs():
        alice = Actor(home, "alice")

        def flattened(t):
            header, payload, signature = t.split(".")
            return {"protected": header, "payload": payload, "signature": signature}

        for form in (lambda t: t, lambda t: {"token": t}, flattened):
            r = alice.auth(away, form(alice.token_for(away)))
            need(r.status == 201 and r.json()["extra"] == {"motd": "welcome"}, f"not 201 with extra: {r}")
            need(works(away, r.json()["session_token"]), "the session does not work")
        token = alice.token_for(away)
        r = away.ask("POST", "/p2core/session/auth", {"id_cert": alice.cert}, token=token)
        need(r.status == 201 and works(away, r.json()["session_token"]), f"Authorization: Bearer: {r}")
        with away.unchanged():
            refused(away.ask("POST", "/p2core/session/auth", {"id_cert": alice.cert}, token=token), 401, "P2CORE_BAD_FEDERATION_TOKEN")


def test_certificate_in_all_forms(w):
    """Octets, PEM, base64 of DER and of PEM."""
    alice = Actor(w.one, "alice")
    for form in (case.FILTERS["der64"], case.FILTERS["b64"], lambda c: json.loads(case.FILTERS["octets"](c)), str):
        need(alice.auth(w.two, cert=form(alice.cert)).status == 201, f"not taken as {form(alice.cert)!r:.60}")


def test_audience(w):
    """`server` is normalised; what is no https origin is refused; a token is for the server that it names and no other."""
    alice = Actor(w.one, "alice")
    for server in ("https://two.test", "https://TWO.test/", "HTTPS://two.test:443", "https://two.test:443/"):
        token = w.one.must("POST", "/p2core/token", 201, {"server": server}, alice.token).json()
        need(alice.auth(w.two, token).status == 201, f"a token for {server} is not good at {w.two.origin}")
    for server in ("http://two.test", "two.test", "https://two.test@one.test", "https://zwöi.test", "https://", "https://127.0.0.1", "",
                   "https://two.test:70000", "https://two.test/path", 7):
        with w.one.unchanged():
            r = w.one.ask("POST", "/p2core/token", {"server": server}, alice.token)
            need(r.status in (400, 404), f"{server} is taken: {r}")
            refused(r, *((400, "P2CORE_BAD_REQUEST") if r.status == 400 else (404, "P2CORE_NOT_FEDERATED")))
    refused(w.one.ask("POST", "/p2core/token", {"server": "https://nowhere.test"}, alice.token), 404, "P2CORE_NOT_FEDERATED")
    mine = w.one.must("POST", "/p2core/token", 201, {"server": w.one.origin}, alice.token).json()
    with w.two.unchanged():
        refused(alice.auth(w.two, mine), 401, "P2CORE_BAD_FEDERATION_TOKEN")
    need(alice.auth(w.one, mine).status == 201, "a token for one's own home is not good there")


def test_keypackages_of_foreign_actors(w):
    """KeyPackages of foreign actors are checked, also with a chain as credential, and discarded; the answer says so."""
    for home, away in w.pairs():
        alice = Actor(home, "alice")
        server = home.must("GET", "/.p2/core/v1/idcert/server", 200).json()["idCertPem"]
        k = mls.KeyPackage(alice.key, alice.fid, certs=[pki.unpem(alice.cert), pki.unpem(server)])
        body = {"federation_token": alice.token_for(away), "id_cert": alice.cert, "key_packages": [k.base64()]}
        r = away.ask("POST", "/p2core/session/auth", body)
        need(r.status == 201 and r.header("X-P2-KeyPackage-Count") == "0", f"dropped without a word: {r}")


def test_token_is_what_it_says(w):
    """A JWS by the home server's identity key, with the claims of wire.md 5."""
    alice = Actor(w.one, "alice")
    header, payload, signature = alice.token_for(w.two).split(".")
    h, p = (json.loads(case_base64(x)) for x in (header, payload))
    identity = w.one.identity()
    need(h["alg"] == "EdDSA" and h["kid"] == str(identity.serial), f"header: {h}")
    need((p["iss"], p["sub"], p["aud"]) == ("one.test", alice.fid, "https://two.test"), f"claims: {p}")
    need(p["exp"] - p["iat"] == 600 and abs(p["iat"] - time.time()) < 60, f"times: {p}")
    need(len(p["jti"]) >= 22, f"jti: {p}")
    pki.Ed25519PublicKey.from_public_bytes(identity.raw_key).verify(case_base64(signature), f"{header}.{payload}".encode())


def case_base64(text):
    return pki.base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_switching_tokens_off_and_on(w):
    alice, root = Actor(w.one, "alice"), Actor(w.one, "root", admin=True)
    status = "/p2core/token/status"
    before = alice.token_for(w.two)
    need(w.one.get(status).json() == {"enabled": True}, "tokens are not on")
    refused(w.one.ask("PUT", status, {"enabled": False}, alice.token), 403, "P2CORE_NOT_ADMINISTRATOR")
    try:
        w.one.must("PUT", status, 204, {"enabled": False}, root.token, root.sensitive())
        need(w.one.get(status).json() == {"enabled": False}, "tokens are not off")
        with w.one.unchanged():
            for _ in range(16):     # whichever worker answers
                refused(w.one.ask("POST", "/p2core/token", {"server": w.two.origin}, alice.token), 403, "P2CORE_TOKEN_GENERATION_DISABLED")
        need(alice.auth(w.two, before).status == 201, "a token that was issued before is not good any more")
    finally:
        w.one.must("PUT", status, 204, {"enabled": True}, root.token, root.sensitive())
    need(alice.session_on(w.two), "tokens are not on again")


def test_deleting_tokens(w):
    """Actors delete their own tokens, administrators one actor's or everybody's: the issuer rejects them at once, and so does another server of ours, which asks the issuer."""
    alice, bob, root = Actor(w.one, "alice"), Actor(w.one, "bob"), Actor(w.one, "root", admin=True)

    def check(target, who, mine, others, status=204):
        tokens = [alice.token_for(w.two) for _ in range(3)] + [alice.token_for(w.one)]
        kept = bob.token_for(w.two)
        r = w.one.ask("DELETE", target, token=who.token, headers=who.sensitive())
        need(r.status == status and not r.body, f"DELETE {target}: {r}")
        for t, server in zip(tokens, (w.two, w.two, w.two, w.one)):
            with server.unchanged():
                wanted = alice.auth(server, t)
                refused(wanted, 401, "P2CORE_BAD_FEDERATION_TOKEN")
        need(bob.auth(w.two, kept).status == (401 if others else 201), f"{target}: bob's token")
        need(mine is None or r.header("X-P2-Deleted-Count") == str(mine), f"X-P2-Deleted-Count is not {mine}: {r}")

    check("/p2core/token/@me", alice, 4, False)
    check(f"/p2core/token/{alice.fid}", root, None, False)
    check(f"/p2core/token/{alice.name}", root, None, False)
    check("/p2core/token/@all", root, None, True)
    alice.token_for(w.two)
    r = w.one.ask("DELETE", "/p2core/token/@me", token=alice.token, headers=[("Prefer", "return=representation")])
    need(r.status == 200 and r.json() == 1 and "return=representation" in (r.header("Preference-Applied") or ""), f"Prefer: {r}")
    with w.one.unchanged():
        refused(w.one.ask("DELETE", "/p2core/token/@all", token=alice.token), 403, "P2CORE_NOT_ADMINISTRATOR")
        refused(w.one.ask("DELETE", f"/p2core/token/{bob.fid}", token=alice.token), 403, "P2CORE_NOT_ADMINISTRATOR")
        refused(w.one.ask("DELETE", "/p2core/token/nobody-at-all", token=root.token, headers=root.sensitive()), 404, "P2CORE_NOT_FOUND")
        refused(w.one.ask("DELETE", "/p2core/token/@me"), 401, "P2CORE_UNAUTHORIZED")


def test_nothing_is_redeemed_when_a_later_check_fails(w):
    """session/auth checks sizes and JSON, then the token, then the certificate. A request that fails for another reason does not use up the token."""
    alice, bob = Actor(w.one, "alice"), Actor(w.one, "bob")
    token = alice.token_for(w.two)
    other = alice.device("phone")
    with w.two.unchanged():
        refused(w.two.ask("POST", "/p2core/session/auth", b"{nonsense"), 400, "P2CORE_BAD_JSON")
        refused(w.two.ask("POST", "/p2core/session/auth", {"id_cert": alice.cert}), 400, "P2CORE_BAD_REQUEST")
        refused(w.two.ask("POST", "/p2core/session/auth", {"federation_token": token}), 400, "P2CORE_BAD_REQUEST", "id_cert")
        need(alice.auth(w.two, "x.y", [1, 2, 3]).status in (400, 401), "garbage")
        refused(alice.auth(w.two, token[:-8] + "AAAAAAAA"), 401, "P2CORE_BAD_FEDERATION_TOKEN")
        need(bob.auth(w.two, token).status in (401, 403), "another actor's certificate with alice's token")
        broken = pki.unpem(alice.cert)
        broken = broken[:-5] + bytes([broken[-5] ^ 1]) + broken[-4:]
        refused(alice.auth(w.two, token, list(broken)), 401, "P2CORE_BAD_FEDERATION_TOKEN")
        refused(other.auth(w.two, token), 401, "P2CORE_BAD_FEDERATION_TOKEN")
    need(alice.auth(w.two, token).status == 201, "a token is for the session that asked for it")


def test_key_trials(w):
    """identify with the certificate; session/auth with the serial, with and without the federation ID; both methods of getting a trial."""
    for home, away in w.pairs():
        alice = Actor(home, "alice")
        r = identify(away, alice)
        need(r.status == 201 and works(away, r.json()["token"]), f"identify: {r}")
        r = complete(away, alice, trial(away, alice.fid, alice.session))
        need(r.status in (200, 201) and r.header("Content-Type").startswith("text/plain"), f"session/auth: {r}")
        need(works(away, token_of(r)), "the session does not work")
        for name, how in (("with fid, trial of nobody", dict(fid=alice.fid)),
                          ("serial as a number", dict(fid=alice.fid, serialNumber=int(alice.serial))),
                          ("cert_serial", dict(fid=alice.fid, serialNumber=None, cert_serial=alice.serial)),
                          ("with certificate", dict(serialNumber=None, id_cert=alice.cert))):
            r = complete(away, alice, trial(away), **how)
            need(works(away, token_of(r)), f"{name}: {r}")
        text = trial(away, alice.fid)
        r = complete(away, alice, text, trial=None)
        need(works(away, token_of(r)), f"as beta.3 says it, signature and serial only: {r}")
        r = away.ask("POST", "/.p2/core/v1/session/auth", {"trial": (t := trial(away, alice.fid)), "signature": alice.sign(t),
                                                           "serialNumber": alice.serial}, headers=[("Accept", "application/json")])
        need(works(away, r.json()["token"]), f"JSON for those who ask for it: {r}")
        need(away.sql(f"SELECT count(*) FROM foreign_session WHERE fid = '{alice.fid}' AND ended_at IS NULL") == "1", "one live token for each ID-Cert")


def test_key_trials_that_fail(w):
    """A key trial that is used, for another actor, of another server, with a wrong key or serial, expired or unknown gets the right error and changes nothing."""
    alice, bob = Actor(w.one, "alice"), Actor(w.one, "bob")
    for actor in (alice, bob):  # so that nothing needs fetching any more
        need(identify(w.two, actor).status == 201, "identify")
    used, fresh, bobs, elsewhere, old = challenge(w.two), trial(w.two, alice.fid), trial(w.two, bob.fid), challenge(w.one), challenge(w.two)
    need(identify(w.two, alice, used).status == 201, "identify")
    w.two.sql(f"UPDATE key_trial SET expires_at = now() - interval '1 second', created_at = now() - interval '301 seconds' WHERE trial = '{old}'")
    failed = (401, "P2CORE_KEY_TRIAL_FAILED")
    with w.two.unchanged():
        refused(identify(w.two, alice, used), *failed)
        refused(identify(w.two, alice, bobs), *failed)
        refused(identify(w.two, alice, elsewhere), *failed)
        refused(identify(w.two, alice, old), *failed)
        refused(identify(w.two, alice, "x" * 80), *failed)
        refused(identify(w.two, alice, fresh, bob.sign(fresh)), *failed)
        refused(identify(w.two, alice, fresh, alice.sign(used)), *failed)
        refused(identify(w.two, alice, fresh, "00" * 64), *failed)
        need(identify(w.two, alice, fresh, "zz").status in (400, 401), "a signature that is none")
        need(complete(w.two, alice, fresh, serialNumber="1234567890123456").status in (401, 403), "a serial that alice does not have")
        need(complete(w.two, alice, fresh, serialNumber=bob.serial).status in (401, 403), "bob's serial")
        need(complete(w.two, alice, fresh, fid=bob.fid).status in (401, 403), "a trial made for alice")
    need(identify(w.two, alice, fresh).status == 201, "the trial is still good")


def test_completed_trials_are_kept(w):
    alice = Actor(w.one, "alice")
    text = trial(w.two, alice.fid)
    need(complete(w.two, alice, text).status in (200, 201), "session/auth")
    need(w.two.sql(f"SELECT fid, serial FROM key_trial WHERE trial = '{text}' AND completed_at IS NOT NULL") == f"{alice.fid}|{alice.serial}",
         "a completed trial is not kept")


HOME_ONLY = [("POST", "/.p2/core/v1/session/idcert", {"csr": "x"}), ("POST", "/.p2/core/v1/idcert", {"csr": "x"}),
             ("POST", "/.p2/core/v1/session/keymaterial", {"key_data": "x"}), ("GET", "/.p2/core/v1/session/keymaterial", None),
             ("DELETE", "/.p2/core/v1/session/keymaterial", ["1"]), ("PUT", "/.p2/core/v1/key/server", None), ("POST", "/.p2/core/v1/key/server", None),
             ("POST", "/p2core/token", {"server": "https://one.test"}), ("DELETE", "/p2core/token/@me", None),
             ("DELETE", "/p2core/token/@all", None), ("PUT", "/p2core/token/status", {"enabled": True}), ("PUT", "/p2core/key/server", None)]


def test_what_a_foreign_session_may_do(w):
    """Every route that foreign actors can use works for them, and every other route says that it is for actors of this server."""
    for home, away in w.pairs():
        alice = Actor(home, "alice")
        token = alice.session_on(away)
        with away.unchanged():
            for method, target, body in HOME_ONLY:
                r = away.ask(method, target, body, token)
                admin = r.header("X-P2-Error") == "P2CORE_NOT_ADMINISTRATOR"
                refused(r, 403, "P2CORE_NOT_ADMINISTRATOR" if admin else "P2CORE_FOREIGN_ACTOR") if r.body else \
                    need(r.status == 403 and r.header("X-P2-Error") == "P2CORE_FOREIGN_ACTOR", f"{method} {target}: {r}")
        need(works(away, token), "events")
        away.get(f"/.p2/core/v1/idcert/actor/{alice.fid}", token=token)
        need(away.ask("PUT", "/.p2/core/v1/session/revoke", token=token).status == 204, "a foreign actor logs out")
        refused(away.ask("GET", "/.p2/core/v1/events", token=token), 401, "P2CORE_UNAUTHORIZED")
        need(works(home, alice.token), "logging out elsewhere ended the session at home")


def test_new_certificate_announced(w):
    """PUT and POST session/idcert/extern, and POST key/user/@me: the session keeps its token; the other sessions get the event."""
    for home, away in w.pairs():
        alice = Actor(home, "alice")
        phone = alice.device("phone")
        token, others = alice.session_on(away), phone.session_on(away)
        events(away, others)
        ways = [lambda: away.ask("PUT", "/.p2/core/v1/session/idcert/extern", alice.cert.encode(), token),
                lambda: away.ask("POST", "/.p2/core/v1/session/idcert/extern", alice.cert, token),
                lambda: away.ask("POST", "/p2core/key/user/@me", alice.octets(), token)]
        for number, way in enumerate(ways):
            alice.rotate()
            r = way()
            need(r.status == 201 and not r.body, f"way {number}: {r}")
            need(works(away, token), f"way {number}: the token does not go on")
            row = away.sql(f"SELECT serial FROM foreign_session WHERE fid = '{alice.fid}' AND session_id = 'laptop' AND ended_at IS NULL")
            need(row == alice.serial, f"way {number}: the session stands on {row}")
            heard = [e for e in events(away, others) if e["t"] == "CLIENT_KEY_CHANGE"]
            need(len(heard) == 1 and heard[0]["d"]["cert"] == alice.cert, f"way {number}: heard {heard}")
        with away.unchanged():
            r = away.ask("PUT", "/.p2/core/v1/session/idcert/extern", phone.cert.encode(), token)
            need(r.status in (400, 403, 409), f"another session's certificate: {r}")
            stranger = Actor(home, "mallory")
            r = away.ask("PUT", "/.p2/core/v1/session/idcert/extern", stranger.cert.encode(), token)
            need(r.status in (400, 403, 409), f"another actor's certificate: {r}")


def test_revoked_certificate_announced(w):
    """extern with the certificate that the home server has revoked ends the session here; a live one that is called revoked does not."""
    for home, away in w.pairs():
        alice = Actor(home, "alice")
        phone = alice.device("phone")
        token, others = alice.session_on(away), phone.session_on(away)
        events(away, others)
        need(works(away, token), "the session")
        home.must("DELETE", "/.p2/core/v1/session", 204, {"session_id": "laptop"}, phone.token, phone.sensitive())
        r = away.ask("PUT", "/.p2/core/v1/session/idcert/extern", alice.cert.encode(), token)
        need(r.status in (200, 201, 204), f"extern with a revoked certificate: {r}")
        refused(away.ask("GET", "/.p2/core/v1/events", token=token), 401, "P2CORE_SESSION_ENDED")
        heard = [e for e in events(away, others) if e["op"] == "4"]
        need(len(heard) == 1 and heard[0]["t"] == "ACTOR_CERTIFICATE_INVALIDATION", f"heard {heard}")
        need(works(away, others), "the other session goes on")


def test_revoked_certificates_open_nothing(w):
    """A certificate that was revoked before anybody here knew it; with a token that was issued while it was good."""
    alice = Actor(w.one, "alice")
    phone = alice.device("phone")
    token = alice.token_for(w.two)
    w.one.must("DELETE", "/.p2/core/v1/session", 204, {"session_id": "laptop"}, phone.token, phone.sensitive())
    text = challenge(w.two)
    serial_text = trial(w.two, alice.fid)
    with w.two.unchanged():
        refused(alice.auth(w.two, token), 403, "P2CORE_BAD_ID_CERT")
        refused(identify(w.two, alice, text), 403, "P2CORE_BAD_ID_CERT")
        refused(complete(w.two, alice, serial_text), 403, "P2CORE_BAD_ID_CERT")


def test_certificates_of_foreign_actors_verbatim(w):
    """idcert/actor/{fid} gives what the home server says, byte for byte, filters and all; own ones and unknown ones as well."""
    for home, away in w.pairs():
        alice = Actor(home, "alice")
        target = f"/.p2/core/v1/idcert/actor/{alice.fid}"
        first = json.loads(home.get(target).body)
        got = json.loads(away.get(target).body)
        need(got == first, f"{got} is not {first}")
        need(away.get(target).body == away.get(target).body, "the same twice")
        for item in got:
            pki.check_cacheable(item, home.identity())
        need(json.loads(away.get(target + "?session_id=laptop").body) == first, "session_id")
        need(json.loads(away.get(target + "?session_id=none").body) == [], "a session that is not there")
        refused(away.ask("GET", f"/.p2/core/v1/idcert/actor/nobody-{time.time_ns()}@{home.domain}"), 404, "P2CORE_NOT_FOUND")
    r = w.one.ask("GET", "/.p2/core/v1/idcert/actor/bob@nowhere.test")
    need(r.status in (404, 502), f"an actor of a server that is not there: {r}")


def test_events_of_foreign_sessions(w):
    """NEW_SESSION to all other sessions of the actor; numbered; ?after= repeats; the envelope of wire.md 2.8."""
    for home, away in w.pairs():
        alice = Actor(home, "alice")
        phone, tablet = alice.device("phone"), alice.device("tablet")
        first = alice.session_on(away)
        second = phone.session_on(away)
        third = token_of(complete(away, tablet, trial(away, alice.fid)))
        heard = events(away, first)
        need([e["t"] for e in heard] == ["NEW_SESSION"] * 2, f"the first session heard {heard}")
        need([e["d"]["cert"] for e in heard] == [phone.cert, tablet.cert], f"of whom: {heard}")
        need([e["s"] for e in heard] == ["1", "2"] and all(e["n"] == "core" and e["op"] == "3" for e in heard), f"envelope: {heard}")
        need(events(away, first) == [], "fetched once")
        need(events(away, first, 0) == heard and events(away, first, 0) == heard, "?after=0 repeats")
        need(events(away, first, 1) == heard[1:], "?after=1 repeats the second")
        need([e["d"]["cert"] for e in events(away, second)] == [tablet.cert], "the second session heard of the third")
        need(events(away, third) == [], "a session does not hear of itself")


def test_deny_and_block(w):
    """federation_deny holds for tokens and certificates in both directions; an operator's block ends what is there."""
    alice = Actor(w.one, "alice")
    token = alice.session_on(w.two)
    spare = alice.token_for(w.two)
    done = w.two.ctl(["foreign", "block", "one.test"])
    need(done.returncode == 0, f"motetctl foreign block: {done.stderr}")
    try:
        refused(w.two.ask("GET", "/.p2/core/v1/events", token=token), 401, "P2CORE_UNAUTHORIZED")
        with w.two.unchanged():
            r = alice.auth(w.two, spare)
            need(r.status in (401, 403, 404), f"a token of a blocked server: {r}")
            need(identify(w.two, alice, challenge_outside(w.two)).status in (401, 403, 404), "identify from a blocked server")
    finally:
        done = w.two.ctl(["foreign", "unblock", "one.test"])
        need(done.returncode == 0, f"motetctl foreign unblock: {done.stderr}")
    need(alice.auth(w.two, spare).status == 201, "unblocked")


def challenge_outside(server):
    return f"motet-keytrial-v1~{server.domain}~auth~-~-~1790000000~" + "x" * 43


def test_operator_sees_it(w):
    """motetctl: token status, list, delete; foreign list, show, refresh; event list."""
    alice = Actor(w.one, "alice")
    alice.token_for(w.two)
    alice.session_on(w.two)
    for server, args, shows in ((w.one, ["token", "status"], r"on|enabled"), (w.one, ["token", "list"], re.escape(alice.name)),
                                (w.one, ["token", "delete", alice.name], r"2"), (w.two, ["foreign", "list"], r"one\.test"),
                                (w.two, ["foreign", "show", "one.test"], r"one\.test"), (w.two, ["foreign", "refresh", "one.test"], "")):
        done = server.ctl(args)
        need(done.returncode == 0 and re.search(shows, done.stdout), f"motetctl {' '.join(args)}: {done.returncode} {done.stdout}{done.stderr}")
    need(alice.session_on(w.two), "after refresh everything is fetched again")
