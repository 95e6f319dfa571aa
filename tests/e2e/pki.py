"""ID-CSRs made, and ID-Certs checked, byte by byte and by Python's cryptography: nothing here knows motet's own code."""
import base64
import re
import subprocess
import tempfile
import time
from datetime import datetime, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

import issued

ED25519 = bytes.fromhex("300506032b6570")
CN, DC, UID, SESSION = "2.5.4.3", "0.9.2342.19200300.100.1.25", "0.9.2342.19200300.100.1.1", "0.9.2342.19200300.100.1.44"
KEY_USAGE, BASIC_CONSTRAINTS, EXTENSION_REQUEST = "2.5.29.15", "2.5.29.19", "1.2.840.113549.1.9.14"
# wire.md 3.3: the extensions of an actor's and of a home server's certificate, to the byte.
# An actor's certificate has the extensions of polyproto-rs up to 0.11, from 0.14 or from 0.19, whichever its request had.
ACTOR_EXTENSIONS = [bytes.fromhex(x) for x in ("3021300f0603551d130101ff04053003010100300e0603551d0f0101ff040403020080",
                                               "3021300f0603551d130101ff04053003010100300e0603551d0f0101ff040403020780",
                                               "301e300c0603551d130101ff04023000300e0603551d0f0101ff040403020780")]
SERVER_EXTENSIONS = [bytes.fromhex("302430120603551d130101ff040830060101ff020100300e0603551d0f0101ff040403020146")]


# --- DER ---

def tlv(tag, *content):
    body = b"".join(content)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body


def oid(dotted):
    arcs = [int(x) for x in dotted.split(".")]
    out = b""
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        part = [arc & 0x7f]
        while arc >> 7:
            arc >>= 7
            part.insert(0, 0x80 | arc & 0x7f)
        out += bytes(part)
    return tlv(6, out)


def children(der):
    """[(tag, content, whole)] of the elements one after the other in `der`."""
    out, i = [], 0
    while i < len(der):
        start, tag, n = i, der[i], der[i + 1]
        i += 2
        if n & 0x80:
            size = n & 0x7f
            n = int.from_bytes(der[i:i + size], "big")
            i += size
        out.append((tag, der[i:i + n], der[start:i + n]))
        i += n
    return out


# --- PEM ---

def pem(label, der):
    text = base64.b64encode(der).decode()
    lines = "".join(text[i:i + 64] + "\n" for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n"


def unpem(text):
    body = re.search(r"-----BEGIN [A-Z ]+-----(.*?)-----END", text, re.S)
    return base64.b64decode(body.group(1) if body else text)


# --- CSRs ---

class Key:
    def __init__(self):
        self.private = Ed25519PrivateKey.generate()
        issued.keep("private key", self.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
        self.raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, data):
        return self.private.sign(data)


def rdn(kind, tag, text):
    return tlv(0x31, tlv(0x30, oid(kind), tlv(tag, text.encode())))


def subject(cn, uid, session, domain):
    """As polyproto-rs orders it: session ID, UID, DCs from the top-level domain down, CN. None leaves one out."""
    out = []
    if session is not None:
        out.append(rdn(SESSION, 0x0c, session))
    if uid is not None:
        out.append(rdn(UID, 0x0c, uid))
    out += [rdn(DC, 0x16, label) for label in reversed(domain.split(".")) if label]
    if cn is not None:
        out.append(rdn(CN, 0x0c, cn))
    return tlv(0x30, *out)


def extension_request(ku, bc):
    extensions = [tlv(0x30, oid(BASIC_CONSTRAINTS), tlv(1, b"\xff"), tlv(4, bc)),
                  tlv(0x30, oid(KEY_USAGE), tlv(1, b"\xff"), tlv(4, ku))]
    return [tlv(0x30, oid(EXTENSION_REQUEST), tlv(0x31, tlv(0x30, *extensions)))]


def bare_attributes(ku, bc):
    return [tlv(0x30, oid(KEY_USAGE), tlv(0x31, ku)), tlv(0x30, oid(BASIC_CONSTRAINTS), tlv(0x31, bc))]


FORMS = {"attributes": bare_attributes, "extreq": extension_request, "none": lambda ku, bc: []}


def csr(name, key, form="attributes", ku="03020080", bc="3003010100", signer=None, algorithm=ED25519, raw_key=None, tail=b""):
    """A PKCS#10 request in DER; every part can be made wrong."""
    spki = tlv(0x30, algorithm, tlv(3, b"\0", raw_key or key.raw))
    attributes = tlv(0xa0, *FORMS[form](bytes.fromhex(ku), bytes.fromhex(bc)))
    info = tlv(0x30, tlv(2, b"\0"), name, spki, attributes)
    der = tlv(0x30, info, ED25519, tlv(3, b"\0", (signer or key).sign(info))) + tail
    issued.keep("CSR", der)
    return der


def key_material(ciphertext):
    """PublicKeyInfo in PEM whose key is ciphertext, as clients upload it."""
    return pem("PUBLIC KEY", tlv(0x30, ED25519, tlv(3, b"\0", ciphertext)))


def openpgp(user_id):
    """A fresh Ed25519 key of gpg's, armoured."""
    with tempfile.TemporaryDirectory(prefix="motet-gpg.") as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--no-tty", "--passphrase", "", "--pinentry-mode", "loopback"]
        made = subprocess.run(gpg + ["--quick-generate-key", user_id, "ed25519", "sign", "never"], capture_output=True, text=True, check=False)
        need(made.returncode == 0, f"gpg: {made.stderr}")
        block = subprocess.run(gpg + ["--armor", "--export"], capture_output=True, text=True, check=True).stdout
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        return block


# --- Certificates ---

def utc_time(text):
    """UTCTime or GeneralizedTime (RFC 5280 4.1.2.5) as seconds since 1970."""
    return int(datetime.strptime(text if len(text) == 15 else "20" + text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc).timestamp())


class Cert:
    """A certificate taken apart by its bytes (RFC 5280 4.1)."""

    def __init__(self, text):
        self.pem, self.der = text, unpem(text)
        (_, whole, all_of_it), = children(self.der)
        assert all_of_it == self.der
        tbs, algorithm, signature = children(whole)
        self.tbs, self.algorithm, self.signature = tbs[2], algorithm[2], signature[1][1:]
        version, serial, inner, issuer, validity, name, spki, *rest = children(tbs[1])
        self.version, self.serial_bytes, self.inner_algorithm = version[2], serial[1], inner[2]
        self.serial = int.from_bytes(serial[1], "big")
        self.issuer, self.subject, self.spki = issuer[2], name[2], spki[2]
        self.raw_key = children(spki[1])[1][1][1:]
        self.times = children(validity[1])
        self.extensions = rest[0][1] if len(rest) == 1 and rest[0][0] == 0xa3 else None
        self.parsed = x509.load_der_x509_certificate(self.der)
        self.not_before, self.not_after = (utc_time(t[1].decode()) for t in self.times)

    def names(self):
        """[(dotted OID, text)] of the subject in the order of the bytes."""
        out = []
        for _, one, _ in children(children(self.subject)[0][1]):
            (_, pair, _), = children(one)
            kind, value = children(pair)
            out.append((kind[2], value[1].decode()))
        return out

    def value(self, kind):
        return [v for k, v in self.names() if k == oid(kind)]


def need(condition, what):
    if not condition:
        raise AssertionError(what)


def check_armour(text):
    lines = text.split("\n")
    need(lines[0] == "-----BEGIN CERTIFICATE-----" and lines[-2:] == ["-----END CERTIFICATE-----", ""], "PEM has its frame and one final newline")
    need(all(len(x) == 64 for x in lines[1:-3]) and 0 < len(lines[-3]) <= 64, "PEM has lines of 64 characters")


def check_profile(cert, issuer, extensions):
    need(cert.version == bytes.fromhex("a003020102"), "version is 3")
    need(cert.algorithm == cert.inner_algorithm == ED25519, "signature algorithm is Ed25519 without parameters, inside and outside")
    need(cert.serial_bytes[0] < 0x80 and (len(cert.serial_bytes) == 1 or cert.serial_bytes[0] or cert.serial_bytes[1] & 0x80), "serial is minimal and positive")
    need(10**15 <= cert.serial < 2**53, f"serial {cert.serial} has 16 digits and is below 2^53")
    need(all(t[0] == 0x17 and len(t[1]) == 13 or int(t[1][:4]) >= 2050 for t in cert.times), "times are UTCTime up to 2049")
    need(cert.extensions in extensions, f"extensions are those of the profile, not {cert.extensions.hex() if cert.extensions else None}")
    need(cert.issuer == issuer.subject, "issuer is the server's subject")
    Ed25519PublicKey.from_public_bytes(issuer.raw_key).verify(cert.signature, cert.tbs)


def check_actor_cert(text, server, fid, session, key=None, now=None):
    check_armour(text)
    cert = Cert(text)
    check_profile(cert, server, ACTOR_EXTENSIONS)
    local, domain = fid.split("@")
    need(cert.value(UID) == [fid] and cert.value(CN) == [local], f"subject is {fid}: {cert.names()}")
    need(cert.value(SESSION) == [session], f"session ID is {session}: {cert.names()}")
    need(cert.value(DC) == list(reversed(domain.split("."))), f"DCs are {domain}: {cert.names()}")
    need([k for k, _ in cert.names()][-4:] == [oid(x) for x in (DC, UID, CN, SESSION)], f"DCs, UID, CN, session, in this order: {cert.names()}")
    need(key is None or cert.raw_key == key, "the key is that of the request")
    need(cert.not_after - cert.not_before <= 60 * 86400, "valid for 60 days at most")
    need(cert.not_after <= server.not_after, "not valid longer than the server's own")
    need(cert.not_before <= (now or time.time()) + 2 <= cert.not_after, "valid now")
    return cert


def check_server_cert(text, domain):
    check_armour(text)
    cert = Cert(text)
    check_profile(cert, cert, SERVER_EXTENSIONS)
    need([k for k, _ in cert.names()] == [oid(DC)] * len(domain.split(".")), f"subject is DCs only: {cert.names()}")
    need(cert.value(DC) == list(reversed(domain.split("."))), f"DCs are {domain}: {cert.names()}")
    return cert


def verifies(key, signature, text):
    try:
        key.verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def check_cacheable(item, server, now=None):
    """wire.md 4.1: the signature over serial, window and end, and what makes it harmless without gaps."""
    now = now or time.time()
    cert = Cert(item["idCertPem"])
    times = [item["cacheNotValidBefore"], item["cacheNotValidAfter"]] + ([item["invalidatedAt"]] if "invalidatedAt" in item else [])
    need(len({type(t) for t in times}) == 1, f"all times are numbers, or all strings: {times}")
    nb, na, end = [int(t) for t in times] + [None] * (3 - len(times))
    for t in (int(t) for t in times):
        need( 10**9 <= t < 10**10, f"timestamp {t} has 10 digits")
    need(nb <= now + 2, f"the window has begun: {nb}, now {now}")
    need(end is not None or 0 < na - now <= 43200, f"the window ends within 12 hours, not in {na - now} s")
    need(end is None or na >= 1844674408, "the window of an invalidated one cannot be stripped of its end")
    need(re.fullmatch(r"[0-9a-f]{128}", item["cacheSignature"]), "signature is 128 hex digits")
    key, sig = Ed25519PublicKey.from_public_bytes(server.raw_key), bytes.fromhex(item["cacheSignature"])
    texts = [gap.join(str(n) for n in (cert.serial, nb, na, end) if n is not None) for gap in (" ", "")]
    # Generations with numbers exist with and without spaces (protocol.md 1.3), generations with strings only with spaces.
    need(any(verifies(key, sig, text) for text in texts[:1 if isinstance(times[0], str) else 2]), f"the signature is over none of {texts}")
    return cert
