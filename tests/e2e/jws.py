"""Federation tokens made by hand, as right or as wrong as asked (RFC 7515, RFC 8037)."""
import base64
import hashlib
import json
import secrets
import time


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(text, now):
    """An absolute time, or one relative to now: +600, -60."""
    return now + int(text) if text[0] in "+-" else int(text)


def thumbprint(der):
    """x5t#S256 of a certificate (RFC 8705 3.1)."""
    return b64url(hashlib.sha256(der).digest())


def make(key, opt, defaults):
    """opt: alg kid typ crit and the claims; `-` leaves one out. cut=N drops characters at the end, pad=N makes the payload longer."""
    now = int(time.time())
    o = {"alg": "EdDSA", "typ": "JWT", "iat": "-5", "exp": "+300", "jti": secrets.token_urlsafe(16)} | defaults | opt
    header = {k: o[k] for k in ("alg", "typ", "kid") if o.get(k, "-") != "-"}
    if "crit" in o:
        header["crit"] = [o["crit"]]
    claims = {k: o[k] for k in ("iss", "sub", "aud", "jti") if o.get(k, "-") != "-"}
    claims |= {k: number(o[k], now) for k in ("iat", "exp") if o[k] != "-"}
    claims |= {"cnf": json.loads(o["cnf"])} if o.get("cnf", "-") != "-" else {}
    claims |= {"pad": "x" * int(o["pad"])} if "pad" in o else {}
    text = ".".join(b64url(json.dumps(part).encode()) for part in (header, claims))
    signature = b"" if o["alg"] == "none" else key.sign(text.encode())
    token = f"{text}.{b64url(signature)}"
    return token[:-int(o["cut"])] if "cut" in o else token
