#!/usr/bin/python3
"""KeyPackages of npm's ts-mls through a running server and back: uploaded by every route in every form, claimed by every route, the same to the byte, and
good for adding the member to a group, in which both then write to each other. TAP; skipped without node and npm.

Usage: mls_clients.py [--web nginx|lighttpd] [--state DIR] [--install DIR]      (--install: where the library is kept)
"""
import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: E402
import case  # noqa: E402
import pki  # noqa: E402
from npm import install  # noqa: E402
from place import Place  # noqa: E402
from run import SETS, Tap  # noqa: E402


class Library:
    def __init__(self, where):
        self.program = ["node", "--no-warnings", os.path.join(where, "client.mjs")]

    def run(self, key, args, stdin=""):
        seed = key.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()).hex()
        done = subprocess.run(self.program + args, input=stdin, capture_output=True, text=True, check=False, env=dict(os.environ, MLS_KEY=seed))
        case.need(done.returncode == 0, f"{args[0]}: {done.stderr[-1500:]}")
        return done.stdout.splitlines()

    def generate(self, key, args):
        return json.loads(self.run(key, ["generate"] + args)[0])

    def join(self, key, made, octets):
        """As a member who was added with these octets."""
        given = dict(made, key_package=base64.b64encode(octets).decode())
        case.need(self.run(key, ["join"], json.dumps(given)) == ["ok"], "join does not say ok")


# --- The exploded object of core.md 6.1, cut out of the octets ---

def vector(b, at):
    """(end, content) of the vector there (RFC 9420 2.1.2)."""
    size = 1 << (b[at] >> 6)
    n = int.from_bytes(b[at:at + size], "big") & ((1 << (8 * size - 2)) - 1)
    return at + size + n, b[at + size:at + size + n]


def leaf_end(b, at):
    at = vector(b, vector(b, at)[0])[0]                  # encryption_key, signature_key
    at = vector(b, at + 2)[0]                            # credential
    for _ in range(5):                                   # capabilities
        at = vector(b, at)[0]
    at += 1 + 16                                         # source, lifetime
    return vector(b, vector(b, at)[0])[0]                # extensions, signature


def exploded(octets):
    b = octets[4:] if octets[2:5] == b"\0\5\0" else octets
    start, init = vector(b, 4)
    end = leaf_end(b, start)
    after, extensions = vector(b, end)
    parts = {"init_key": init, "leaf_node": b[start:end], "extensions": extensions, "signature": vector(b, after)[1]}
    return dict({k: base64.b64encode(v).decode() for k, v in parts.items()}, protocol_version=1, cipher_suite=int.from_bytes(b[2:4], "big"))


FORMS = {
    "base64": lambda m, o: m["key_package"],
    "octets": lambda m, o: list(o),
    "key_package": lambda m, o: {"key_package": m["key_package"]},
    "exploded": lambda m, o: exploded(o),
    "mls object": lambda m, o: {"id": m["ref"], "key_package": m["key_package"]},
}
# Where a KeyPackage is uploaded, the status of the answer, and whether the KeyPackage then is a last resort.
UPLOADS = {
    "core": ("POST", "/.p2/core/v1/keypackage/@me", 201, False),
    "core last resort": ("PUT", "/.p2/core/v1/keypackage_lr", 204, True),
    "mls": ("POST", "/.p2/mls/v1/keypackages", 200, False),
}


def claimed_core(answer):
    return answer[0], None


def claimed_mls(answer):
    return answer[0]["key_package"], answer[0]


CLAIMS = {"core": ("/.p2/core/v1/keypackage/%s", claimed_core), "mls": ("/.p2/mls/v1/keypackages/%s?ciphersuites=1,3&versions=1.0", claimed_mls)}


class Trial:
    """alice uploads what the library makes with her session's key, bob claims it."""

    def __init__(self, place, library):
        self.place, self.library, self.runner = place, library, case.Runner(place, "")
        self.runner.step_actor("bob")

    def ask(self, who, method, target, body=None):
        headers = [("Authorization", f"Bearer {self.runner.devices[who].token}")]
        return self.place.send(method, target, headers, body)

    def alice(self):
        """A new one each time, so that what is left of before is in nobody's way."""
        self.runner.step_actor("alice")
        return self.runner.devices["alice"]

    def credential(self, name, device):
        server = self.runner.call("GET", "/.p2/core/v1/idcert/server", {}, 200)["idCertPem"]
        def der(pem):
            return base64.b64encode(pki.unpem(pem)).decode()
        return {"basic": ["--fid", device.actor.fid], "X.509": ["--cert", der(device.cert)],
                "X.509 with the server's": ["--cert", der(device.cert), "--cert", der(server)]}[name]

    def one(self, options, credential, upload, form, claim):
        device = self.alice()
        made = self.library.generate(device.key, options + self.credential(credential, device))
        octets = base64.b64decode(made["key_package"])
        method, path, status, last = UPLOADS[upload]
        got = self.ask("alice", method, path, json.dumps([FORMS[form](made, octets)]).encode())
        case.need(got.status == status, f"uploaded: {got}")
        # An exploded KeyPackage comes back bare; all others come back as they were uploaded.
        want = octets[4:] if form == "exploded" and "--framed" in options else octets
        path, pick = CLAIMS[claim]
        for _ in range(2 if last else 1):
            got = self.ask("bob", "GET", path % device.actor.fid)
            case.need(got.status == 200, f"claimed: {got}")
            text, claimed = pick(got.json())
            case.need(base64.b64decode(text) == want, f"other octets came back: {got}")
            case.need(claimed is None or claimed["id"] == made["ref"] and claimed["lastResort"] == last, f"id or lastResort: {got}")
        case.need(last or self.ask("bob", "GET", path % device.actor.fid).json() == [], "it is given twice")
        self.library.join(device.key, made, base64.b64decode(text))

    def foreign_key(self):
        device = self.alice()
        made = self.library.generate(pki.Key(), ["--fid", device.actor.fid])
        got = self.ask("alice", "POST", "/.p2/core/v1/keypackage/@me", json.dumps([made["key_package"]]).encode())
        case.need(got.status == 400 and b"session_key_mismatch" in got.body, f"a key that is not the session's: {got}")


def trials():
    """Each route with each form, each suite, credential and way to write it at least once."""
    for i, upload in enumerate(UPLOADS):
        for j, form in enumerate(FORMS):
            options = ["--suite", "13"[(i + j) % 2]] + (["--framed", "yes"] if j % 2 else [])
            options += ["--last-resort", ("extension", "component")[j % 2]] if UPLOADS[upload][3] else []
            credential = ("basic", "X.509", "X.509 with the server's")[(i + j) % 3]
            yield options, credential, upload, form, ("core", "mls")[(i + j) % 2]
    yield ["--lifetime", "forever"], "basic", "core", "octets", "mls"


def run(tap, place, library):
    t = Trial(place, library)
    tests = [(", ".join([" ".join(a[0]).replace("--", ""), a[1], f"by {a[2]} as {a[3]}", f"claimed by {a[4]}"]), t.one, a) for a in trials()]
    for name, test, args in tests + [("with another key than the session's: refused", t.foreign_key, ())]:
        try:
            test(*args)
            tap.result(name, None)
        except (case.Failure, OSError, EOFError, ValueError, LookupError) as e:
            tap.result(name, f"{type(e).__name__}: {e}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--web", default="nginx", choices=["nginx", "lighttpd"])
    p.add_argument("--state")
    p.add_argument("--install")
    a = p.parse_args()
    if not shutil.which("node") or not shutil.which("npm"):
        print("1..0 # SKIP node or npm is not installed")
        return 0
    tap, where = Tap(), a.install or tempfile.mkdtemp(prefix="motet-ts-mls.")
    try:
        install("ts-mls", where)
        with Place(a.state) as place:
            place.start(a.web, "localhost", SETS, reset=True)
            run(tap, place, Library(where))
    finally:
        if not a.install:
            shutil.rmtree(where, ignore_errors=True)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
