"""POST /p2core/key/user/@me: at home and abroad, with every body, the wrong one, and keys that gpg has made; and our own key in gpg."""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile

import case
import pki
from world import Actor, need, refused, works

KEY_USER = "/p2core/key/user/@me"


class Gpg:
    """Makes a separate keyring and deletes it afterwards."""

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="gpg.")
        return self

    def __exit__(self, *_):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], capture_output=True, check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, *args, stdin=None):
        done = subprocess.run(["gpg", "--homedir", self.home, "--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", *args],
                              input=stdin, capture_output=True, check=False)
        need(done.returncode == 0, f"gpg {' '.join(args)}: {done.stderr.decode()}")
        return done.stdout

    def key(self, user, kind="ed25519", usage="sign", expires="never"):
        self.run("--quick-generate-key", user, kind, usage, expires)
        return self.block(user)

    def block(self, user):
        return self.run("--armor", "--export", f"={user}").decode()


def new_cert(actor, r):
    """The certificate in the answer of the home server, checked; the session goes on with the same token."""
    need(r.status == 201, f"not taken: {r}")
    text = base64.b64decode(json.loads(r.body), validate=True).decode()
    cert = pki.check_actor_cert(text, actor.home.identity(), actor.fid, actor.session)
    need(works(actor.home, actor.token), "the session does not go on")
    live = actor.home.sql(f"SELECT c.serial FROM idcert c JOIN actor a ON a.id = c.actor_id WHERE a.local_name = '{actor.name}' AND c.live")
    need(live == str(cert.serial), f"the live certificates are {live}, not {cert.serial}")
    return cert


def in_base64(octets):
    return json.dumps(base64.b64encode(octets).decode()).encode()


def test_home_bodies(w):
    """A CSR in each of its forms."""
    alice = Actor(w.one, "alice")
    for form in (lambda c: c.encode(), json.dumps, lambda c: {"csr": c}, lambda c: case.FILTERS["der64"](c).encode(),
                 lambda c: json.dumps(case.FILTERS["b64"](c)).encode(), lambda c: f'"{c}"'.encode()):
        key = pki.Key()
        body = form(alice.csr(key))
        cert = new_cert(alice, w.one.ask("POST", KEY_USER, body.encode() if isinstance(body, str) else body, alice.token))
        need(cert.raw_key == key.raw, f"{body!r:.40}: another key")


def test_wrong_bodies(w):
    """A certificate at home, a CSR or a key abroad: 409 with a sentence that says what to send; what is nothing at all: 400."""
    for home, away in w.pairs():
        alice, bob = Actor(home, "alice"), Actor(home, "bob")
        token, key = alice.session_on(away), pki.Key()
        with home.unchanged():
            e = refused(home.ask("POST", KEY_USER, alice.octets(), alice.token), 409, "P2CORE_CONFLICT")
            need("CSR" in e["message"], f"it does not say what to send: {e}")
            refused(home.ask("POST", KEY_USER, alice.cert.encode(), alice.token), 409, "P2CORE_CONFLICT")
            for nothing in (b"hello", b'"hello"', b"[1,2,3]", b"", b"{}", b"\xff\xfe", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"):
                r = home.ask("POST", KEY_USER, nothing, alice.token)
                need(r.status == 400, f"{nothing!r}: {r}")
            need(home.ask("POST", KEY_USER, alice.csr(key, "other").encode(), alice.token).status in (400, 409), "another session's CSR")
            refused(home.ask("POST", KEY_USER, alice.csr(bob.key).encode(), alice.token), 409, "P2CORE_KEY_IN_USE")
            refused(home.ask("POST", KEY_USER, alice.csr(key).encode()), 401, "P2CORE_UNAUTHORIZED")
            spki = pki.pem("PUBLIC KEY", pki.tlv(0x30, pki.ED25519, pki.tlv(3, b"\0", key.raw)))
            need(home.ask("POST", KEY_USER, spki.encode(), alice.token).status == 400, "a bare public key, while allow_bare_public_keys is off")
        with away.unchanged():
            e = refused(away.ask("POST", KEY_USER, alice.csr(key).encode(), token), 409, "P2CORE_CONFLICT")
            need(home.domain in e["message"], f"it does not say where: {e}")
            refused(away.ask("POST", KEY_USER, spki.encode(), token), 409, "P2CORE_CONFLICT")


def test_keys_of_gpg(w):
    """Ed25519 keys that gpg has made, for the actor's federation ID: armoured, as JSON, with raw line breaks, in base64."""
    alice = Actor(w.one, "alice")
    forms = [lambda b: b.encode(), lambda b: json.dumps(b).encode(), lambda b: f'"{b}"'.encode(),
             lambda b: json.dumps(base64.b64encode(b.encode()).decode()).encode()]
    for form in forms:
        with Gpg() as gpg:
            block = gpg.key(alice.fid)
            cert = new_cert(alice, w.one.ask("POST", KEY_USER, form(block), alice.token))
            raw = gpg.run("--export", f"={alice.fid}")
            need(cert.raw_key in raw, "the certificate has another key than gpg")


def test_keys_of_gpg_with_more(w):
    """A second user ID and a subkey beside it; packets without armour."""
    alice = Actor(w.two, "alice")
    with Gpg() as gpg:
        gpg.key(alice.fid)
        finger = re.search(r"fpr:+(\w+):", gpg.run("--with-colons", "--list-keys").decode()).group(1)
        gpg.run("--quick-add-uid", finger, "Alice at work")
        gpg.run("--quick-add-key", finger, "cv25519", "encr", "never")
        new_cert(alice, w.two.ask("POST", KEY_USER, in_base64(gpg.run("--export", f"={alice.fid}")), alice.token))


def test_keys_of_gpg_that_do_not_fit(w):
    """Another user ID, another algorithm, an expired key, a revoked one, a secret one: refused, and nothing changes."""
    alice, bob = Actor(w.one, "alice"), Actor(w.one, "bob")
    with Gpg() as gpg:
        rows = [("for another actor", gpg.key(bob.fid)), ("with a name around it", gpg.key(f"Alice <{alice.fid}>"))]
        gpg.run("--faked-system-time", "20250101T000000", "--quick-generate-key", alice.fid, "ed25519", "sign", "2d")
        rows.append(("expired", gpg.block(alice.fid)))
    with Gpg() as gpg:
        gpg.key(alice.fid)
        rows.append(("secret", gpg.run("--armor", "--export-secret-keys", f"={alice.fid}").decode()))
        finger = re.search(r"fpr:+(\w+):", gpg.run("--with-colons", "--list-keys").decode()).group(1)
        with open(os.path.join(gpg.home, "openpgp-revocs.d", f"{finger}.rev"), encoding="ascii") as f:
            gpg.run("--import", stdin=f.read().replace(":-----BEGIN", "-----BEGIN").encode())
        rows.append(("revoked", gpg.block(alice.fid)))
    for kind in ("rsa2048", "nistp256"):
        with Gpg() as gpg:
            rows.append((kind, gpg.key(alice.fid, kind)))
    with w.one.unchanged():
        for name, block in rows:
            r = w.one.ask("POST", KEY_USER, block.encode(), alice.token)
            need(r.status == 400, f"{name}: {r}")
            refused(r, 400, "P2CORE_BAD_REQUEST")


def test_hostile_blocks(w):
    """
    A good block, cut at every length and with a bit of each octet turned: never a crash, never another key, and nothing changes. What no signature covers
    may be turned: then it is the same key once more, and the same certificate.
    """
    alice = Actor(w.one, "alice")
    with Gpg() as gpg:
        gpg.key(alice.fid)
        octets = gpg.run("--export", f"={alice.fid}")
    first = w.one.ask("POST", KEY_USER, in_base64(octets), alice.token)
    new_cert(alice, first)
    variants = [octets[:n] for n in range(0, len(octets), 9)]
    for at in range(len(octets)):
        variants.append(octets[:at] + bytes([octets[at] ^ (1 << w.random.randrange(8))]) + octets[at + 1:])
    variants += [octets * 2, octets + b"\xff" * 40, b"\x99\xff\xff" + octets, b"\xff" * 300, octets[:60] * 100, b"\xc6\xff\xff\xff\xff\xff" + octets]
    with w.one.unchanged():
        for v in variants:
            r = w.one.ask("POST", KEY_USER, in_base64(v), alice.token)
            need(r.status in (400, 409) or (r.status, r.body) == (201, first.body), f"{v.hex()}: {r}")
    need("signal 11" not in w.one.log(), "a worker crashed")


def test_our_key_in_gpg(w):
    """The server's own key imports into gpg, with its user ID and a good signature of its own."""
    for server in (w.one, w.two):
        block = server.get("/p2core/key/server", headers=[("Accept", "application/pgp-keys")]).body
        again = server.get("/p2core/key/server", headers=[("Accept", "application/pgp-keys")]).body
        need(block == again, "another block at the second look")
        with Gpg() as gpg:
            gpg.run("--import", stdin=block)
            shown = gpg.run("--with-colons", "--check-sigs").decode()
        need(f":{server.domain}:" in shown or f"@{server.domain}" in shown or server.domain in shown, f"no user ID of {server.domain}: {shown}")
        need(re.search(r"^sig:!:", shown, re.M), f"no good self-signature: {shown}")
        need(server.identity().raw_key in base64.b64decode("".join(x for x in block.decode().split("\n\n", 1)[1].split("=")[0].splitlines()) + "=="),
             "another key than the identity key")


def test_server_key_in_ascii(w):
    """PUT answers with SPKI PEM as a JSON string; GET has octets, DER, PEM and base64 of the certificate, and no certificate before there was one."""
    server = w.two
    root = Actor(server, "root", admin=True)
    text = server.must("PUT", "/p2core/key/server", 200, None, root.token, root.sensitive()).json()
    identity = server.identity()
    need(text.startswith("-----BEGIN PUBLIC KEY-----") and pki.unpem(text)[-32:] == identity.raw_key, f"it is {text}")
    need(bytes(server.get("/p2core/key/server").json()) == identity.der, "octets")
    need(server.get("/p2core/key/server", headers=[("Accept", "application/pkix-cert")]).body == identity.der, "DER")
    need(server.get("/p2core/key/server", headers=[("Accept", "application/x-pem-file")]).body.decode() == identity.pem, "PEM")
    need(base64.b64decode(server.get("/p2core/key/server?encoding=base64").json()) == identity.der, "base64")
    need(server.ask("GET", "/p2core/key/server?timestamp=1600000000").status == 404, "before there was one")
    need(bytes(server.get("/p2core/key/server", body={"timestamp": str(identity.not_before + 1)}).json()) == identity.der, "timestamp in a body")
    need([bytes(c) for c in server.get(f"/p2core/key/user/{root.fid}").json()] == [pki.unpem(root.cert)], "an actor's certificates")
    refused(server.ask("GET", "/p2core/key/user/nobody-at-all"), 404, "P2CORE_NOT_FOUND")
