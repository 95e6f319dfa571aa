"""KeyPackages (RFC 9420 10) of cipher suites 1 and 3, written from the RFC: nothing here knows motet's own code."""
import base64
import hashlib
import json
import os
import struct
import time

MARKS = {"none": b"", "extension": bytes.fromhex("000a00"), "component": bytes.fromhex("0006" "04" "03000400")}
CAPABLE = {"none": [], "extension": [0x000a], "component": [0x0006]}


def u16(v):
    return struct.pack(">H", v)


def vector(data):
    """Variable-size vectors, 2.1.2: the length in the shortest of three forms."""
    n = len(data)
    if n < 64:
        return bytes([n]) + data
    return (struct.pack(">H", 0x4000 | n) if n < 16384 else struct.pack(">I", 0x80000000 | n)) + data


def list16(values):
    return vector(b"".join(map(u16, values)))


def sign(key, label, content):
    """SignWithLabel, 5.1.2."""
    return key.sign(vector(b"MLS 1.0 " + label.encode()) + vector(content))


class KeyPackage:
    """What is not given is as usual: an init_key that is new, a lifetime of a day, a basic credential."""

    def __init__(self, key, fid, suite=1, certs=(), lifetime=86400, mark="none", init=None, extensions=(), framed=False):
        now = int(time.time())
        self.suite, self.init, self.extensions = suite, init or os.urandom(32), MARKS[mark]
        credential = u16(2) + vector(b"".join(map(vector, certs))) if certs else u16(1) + vector(fid.encode())
        capabilities = (list16([1]) + list16([1, 2, 3]) + list16(CAPABLE[mark] + list(extensions)) + list16([]) + list16([1, 2]))
        self.leaf = (vector(os.urandom(32)) + vector(key.raw) + credential + capabilities + b"\1" + struct.pack(">QQ", now - 3600, now + lifetime) + vector(b""))
        self.leaf += vector(sign(key, "LeafNodeTBS", self.leaf))
        tbs = u16(1) + u16(suite) + vector(self.init) + self.leaf + vector(self.extensions)
        self.signature = sign(key, "KeyPackageTBS", tbs)
        self.bare = tbs + vector(self.signature)
        self.tls = (u16(1) + u16(5) if framed else b"") + self.bare
        self.key = key.raw

    def base64(self):
        return base64.b64encode(self.tls).decode()

    def ref(self):
        """5.2, in hex."""
        return ref(self.bare)

    def exploded(self):
        """The object of core.md 6.1, in JSON."""
        def text(b):
            return base64.b64encode(b).decode()
        return json.dumps({"protocol_version": 1, "cipher_suite": self.suite, "init_key": text(self.init), "leaf_node": text(self.leaf),
                           "extensions": text(self.extensions), "signature": text(self.signature)})

    def claimed(self, last_resort=False):
        """The object of mls alpha.4, with the octets beside it."""
        return json.dumps({"id": self.ref(), "publicKey": base64.b64encode(self.key).decode(), "signature": base64.b64encode(self.signature).decode(),
                           "capabilities": {"versions": ["1.0"], "ciphersuites": ["1", "3"], "extensions": []}, "lastResort": last_resort,
                           "key_package": self.base64()})


def ref(bare):
    return hashlib.sha256(vector(b"MLS 1.0 KeyPackage Reference") + vector(bare)).hexdigest()
