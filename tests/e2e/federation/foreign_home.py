"""Home servers that are not ours: small HTTPS servers written from what the protocol's texts say, with the encodings of polyproto-rs.

A Home is one domain: an identity key, a server certificate, actors. Whoever wants a liar changes what it keeps, or replaces a method.
Homes is the process that they all live in: one port for TLS, told apart by the name that the caller asks for, and ports that misbehave.
"""
import base64
import contextlib
import datetime
import ipaddress
import json
import os
import secrets
import socket
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import pki
from pki import tlv

# As polyproto-rs encodes them: pathLen is an INTEGER of eight octets, and keyUsage says as many unused bits as its octet has leading zeros.
PP_CA, PP_CERT_SIGN = "300d0101ff02080000000000000001", "03020504"
NO_CA, SIGNS = "3003010100", "03020080"
HOUR = 3600


def extension(kind, value, critical=True):
    return tlv(0x30, pki.oid(kind), *([tlv(1, b"\xff")] if critical else []), tlv(4, value))


def extensions(bc, ku):
    return [extension(pki.BASIC_CONSTRAINTS, bytes.fromhex(bc)), extension(pki.KEY_USAGE, bytes.fromhex(ku))]


def utc(t):
    d = datetime.datetime.fromtimestamp(t, datetime.timezone.utc)
    return tlv(0x17, d.strftime("%y%m%d%H%M%SZ").encode()) if d.year < 2050 else tlv(0x18, d.strftime("%Y%m%d%H%M%SZ").encode())


def integer(n):
    size = n.bit_length() // 8 + 1
    return tlv(2, n.to_bytes(size, "big", signed=True))


def dcs(domain):
    return [pki.rdn(pki.DC, 0x16, label) for label in reversed(domain.split("."))]


class Cert:
    """The parts of a certificate, each of which may be replaced before der() puts them together."""

    def __init__(self, domain, key, signer, serial, subject, exts, life, begin=-60):
        now = int(time.time())
        self.signer = signer
        self.version, self.serial = bytes.fromhex("a003020102"), integer(serial)
        self.algorithm = self.outer = pki.ED25519
        self.issuer, self.subject = tlv(0x30, *dcs(domain)), tlv(0x30, *subject)
        self.times = [utc(now + begin), utc(now + life)]
        self.key, self.spki_algorithm = key.raw, pki.ED25519
        self.unique, self.extensions, self.tail = b"", exts, b""
        self.bend = lambda der: der

    def der(self):
        spki = tlv(0x30, self.spki_algorithm, tlv(3, b"\0", self.key))
        last = [tlv(0xa3, tlv(0x30, *self.extensions))] if self.extensions is not None else []
        tbs = tlv(0x30, self.version, self.serial, self.algorithm, self.issuer, tlv(0x30, *self.times), self.subject, spki, self.unique, *last)
        tbs = self.bend(tbs)
        return tlv(0x30, tbs, self.outer, tlv(3, b"\0", self.signer.sign(tbs))) + self.tail


class Person:
    """An actor of such a home, with one session."""

    def __init__(self, home, name, session):
        self.home, self.name, self.session = home, name, session
        self.fid = f"{name}@{home.domain}"
        self.key = pki.Key()
        self.number = secrets.randbelow(2**62) + 1
        self.serial = str(self.number)
        subject = [pki.rdn(pki.SESSION, 0x0c, session), pki.rdn(pki.UID, 0x0c, self.fid)] + dcs(home.domain) + [pki.rdn(pki.CN, 0x0c, name)]
        self.parts = Cert(home.domain, self.key, home.key, self.number, subject, extensions(NO_CA, SIGNS), 30 * 86400)
        self.invalidated = None

    @property
    def cert(self):
        return pki.pem("CERTIFICATE", self.parts.der())

    def token_for(self, server, **claims):
        return self.home.token(self, server.origin, **claims)

    def sign(self, text):
        return self.key.sign(text.encode()).hex()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Home:
    """One domain. `slash`: it knows its routes with a trailing slash only, as polyproto-rs calls them."""

    def __init__(self, domain):
        self.domain, self.key, self.slash, self.ttl = domain, pki.Key(), True, 4 * HOUR
        self.gap, self.time = "", int   # of a statement: as before beta.13
        self.number = secrets.randbelow(2**62) + 1
        self.parts = Cert(domain, self.key, self.key, self.number, dcs(domain), extensions(PP_CA, PP_CERT_SIGN), 365 * 86400, -86400)
        self.people, self.asked, self.api, self.port = [], [], None, None
        self.invalidated = None
        self.claim = self.claim_actor = lambda item: item    # what a liar does to a statement before it goes out

    def person(self, name="vera", session="client1"):
        p = Person(self, name, session)
        self.people.append(p)
        return p

    def rotate(self):
        """Changes the identity key; earlier signatures stay valid."""
        self.key, self.number = pki.Key(), secrets.randbelow(2**62) + 1
        self.parts = Cert(self.domain, self.key, self.key, self.number, dcs(self.domain), extensions(PP_CA, PP_CERT_SIGN), 365 * 86400)

    # --- What it says ---

    def statement(self, number, nb, na, invalidated=None, signer=None):
        """The signature over serial, window and end in decimal digits, with self.gap between: a space since beta.13."""
        numbers = [number, nb, na] + ([invalidated] if invalidated else [])
        return (signer or self.key).sign(self.gap.join(str(n) for n in numbers).encode()).hex()

    def cacheable(self, cert, number, invalidated=None):
        nb, na = int(time.time()) - 5, int(time.time()) + self.ttl
        item = {"idCertPem": pki.pem("CERTIFICATE", cert)}
        if invalidated:
            item["invalidatedAt"] = self.time(invalidated)
        item.update(cacheNotValidBefore=self.time(nb), cacheNotValidAfter=self.time(na), cacheSignature=self.statement(number, nb, na, invalidated))
        return item

    def server_item(self):
        return json.dumps(self.claim(self.cacheable(self.parts.der(), self.number, self.invalidated)))

    def actor_items(self, fid):
        found = [p for p in self.people if p.fid == fid]
        return json.dumps([self.claim_actor(self.cacheable(p.parts.der(), p.number, p.invalidated)) for p in found])

    def token(self, person, audience, header=None, signer=None, **claims):
        now = int(time.time())
        head = {"alg": "EdDSA", "typ": "JWT", "kid": str(self.number)}
        head.update(header or {})
        body = dict(iss=self.domain, sub=person.fid, aud=audience, iat=now, exp=now + 600, jti=b64url(secrets.token_bytes(16)))
        body.update(claims)
        text = ".".join(b64url(json.dumps({k: v for k, v in part.items() if v is not None}).encode()) for part in (head, body))
        return f"{text}.{b64url((signer or self.key).sign(text.encode()))}"

    # --- How it says it ---

    def routes(self, path):
        """(status, body) of a GET."""
        end = "/" if self.slash else ""
        if path == f"/.p2/core/v1/idcert/server{end}":
            return 200, self.server_item()
        if path.startswith("/.p2/core/v1/idcert/actor/"):
            fid = path[len("/.p2/core/v1/idcert/actor/"):].replace("%40", "@")
            return 200, self.actor_items(fid)
        if path == "/.well-known/polyproto-core" and self.api:
            return 200, json.dumps({"api": self.api})
        return 404, "not here"

    def answer(self, sock, target):
        """Write whatever is to be written."""
        status, body = self.routes(target.split("?")[0])
        self.reply(sock, status, body.encode())

    @staticmethod
    def reply(sock, status, body=b"", headers=(), length=True):
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n" + "".join(f"{h}\r\n" for h in headers)
        if length:
            head += f"Content-Length: {len(body)}\r\n"
        sock.sendall(head.encode() + b"\r\n" + body)


class Authority:
    """TLS certificates from the test authority that the servers trust, good ones and bad ones."""

    def __init__(self, directory):
        with open(os.path.join(directory, "ca.pem"), "rb") as f:
            self.cert = x509.load_pem_x509_certificate(f.read())
        with open(os.path.join(directory, "ca.key"), "rb") as f:
            self.key = serialization.load_pem_private_key(f.read(), None)

    def context(self, names, directory, expired=False, own=False):
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.utcnow()
        end = now - datetime.timedelta(days=1) if expired else now + datetime.timedelta(days=2)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "homes")])
        sans = [x509.DNSName(n) for n in names] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = x509.CertificateBuilder(subject if own else self.cert.subject, subject, key.public_key(), x509.random_serial_number(),
                                          now - datetime.timedelta(days=3), end).add_extension(x509.SubjectAlternativeName(sans), False)
        cert = builder.sign(key if own else self.key, hashes.SHA256())
        path = os.path.join(directory, secrets.token_hex(8))
        with open(path, "wb") as f:
            f.write(cert.public_bytes(serialization.Encoding.PEM))
            f.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        os.unlink(path)
        return context


def listener():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 0))
    return s


class Homes:
    """All of them. Names that begin with self-signed., outdated. or misnamed. have a TLS certificate like that; the others a good one."""

    def __init__(self, directory, domains):
        self.directory, self.domains, self.homes = directory, domains, {}
        self.contexts, self.stopping = {}, False
        self.good, self.silent, self.plain, self.closed = listener(), listener(), listener(), listener()

    def ports(self, domain):
        kind = domain.split(".")[0]
        s = {"silent": self.silent, "plain": self.plain, "closed": self.closed}.get(kind, self.good)
        return s.getsockname()[1]

    def peers(self):
        return [f"{d}={self.ports(d)}" for d in self.domains]

    def home(self, domain):
        """A new Home with that domain, which answers from now on."""
        assert domain in self.domains, f"{domain} is in no DOMAINS"
        self.homes[domain] = Home(domain)
        return self.homes[domain]

    def start(self):
        authority = Authority(self.directory)
        bad = {"self-signed": dict(own=True), "outdated": dict(expired=True)}
        good = [d for d in self.domains if d.split(".")[0] not in ("misnamed",)]
        self.contexts[None] = authority.context(good, self.directory)
        for kind, how in bad.items():
            self.contexts[kind] = authority.context(self.domains, self.directory, **how)

        def choose(sock, name, _context):
            sock.context = self.contexts.get((name or "").split(".")[0], self.contexts[None])
        self.contexts[None].sni_callback = choose
        for s, work in ((self.good, self.serve), (self.silent, self.say_nothing), (self.plain, self.serve_plain)):
            s.listen(256)
            threading.Thread(target=self.accept, args=(s, work), daemon=True).start()

    def stop(self):
        self.stopping = True
        for s in (self.good, self.silent, self.plain, self.closed):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()

    def accept(self, s, work):
        while not self.stopping:
            try:
                sock, _ = s.accept()
            except OSError:
                return
            threading.Thread(target=self.guarded, args=(sock, work), daemon=True).start()

    @staticmethod
    def guarded(sock, work):
        """A server that closes the connection to a lying home server is right."""
        sock.settimeout(20)
        with contextlib.suppress(OSError, ValueError, IndexError), sock:
            work(sock)

    def serve(self, sock):
        with self.contexts[None].wrap_socket(sock, server_side=True) as tls:
            self.respond(tls)

    def serve_plain(self, sock):
        self.respond(sock)

    def say_nothing(self, sock):
        while not self.stopping and sock.recv(4096):
            pass

    def respond(self, sock):
        head = b""
        while b"\r\n\r\n" not in head:
            more = sock.recv(4096)
            if not more:
                return
            head += more
        lines = head.decode("latin-1").split("\r\n")
        host = next(x.split(":", 1)[1].strip() for x in lines if x.lower().startswith("host:")).split(":")[0]
        home = self.homes.get(host)
        if home is None:
            Home.reply(sock, 421)
            return
        target = lines[0].split(" ")[1]
        home.asked.append((target, lines))
        home.answer(sock, target)
