"""What arrives at motetd: requests to /.motet/v1/probe/TOKEN/…, which answers with what it got. A token that is still there was never used."""
import hashlib
import secrets
import socket
import string
import time
import zlib

import http1

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def base62(n, width):
    out = ""
    for _ in range(width):
        n, digit = divmod(n, 62)
        out = DIGITS[digit] + out
    return out


def digest(text):
    return hashlib.sha256(text.encode("latin-1")).hexdigest()


def tokens(place, n):
    """Makes this many probe tokens, each for one request, as motetctl doctor does."""
    made = ["p2p_" + base62(secrets.randbits(256), 43) for _ in range(n)]
    made = [t + base62(zlib.crc32(t.encode()), 6) for t in made]
    rows = ", ".join(f"(decode('{digest(t)}', 'hex'), now() + interval '10 minutes')" for t in made)
    place.sql(f"INSERT INTO probe (token_hash, expires_at) VALUES {rows}")
    return made


def unused(place, some):
    there = set(place.sql("SELECT encode(token_hash, 'hex') FROM probe").split())
    return {t for t in some if digest(t) in there}


def target(place, token, rest="/x"):
    return place.target(f"/.motet/v1/probe/{token}{rest}")


class Bytes:
    """The octets that were received, as a socket for http1.Reader."""

    def __init__(self, data):
        self.data = data

    def recv(self, _):
        out, self.data = self.data, b""
        return out


def exchange(address, raw, idle=1.5, patience=6):
    """All that comes back until the other end closes, or is silent for `idle` seconds after it has said something."""
    got, deadline = b"", time.monotonic() + patience
    with http1.connect(address, patience) as s:
        try:
            s.sendall(raw)
            while time.monotonic() < deadline:
                s.settimeout(idle if got else max(deadline - time.monotonic(), 0.01))
                data = s.recv(65536)
                if not data:
                    break
                got += data
        except (socket.timeout, OSError):
            pass
    return got


def responses(data, method):
    """The whole of it as responses; ValueError or EOFError where it is none."""
    r, out = http1.Reader(Bytes(data)), []
    while r.buf or r.more():
        if not r.buf.startswith(b"HTTP/"):
            raise ValueError(f"no response: {r.buf[:100]!r}")
        out.append(http1.read_response(r, method))
    return out
