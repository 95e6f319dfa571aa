"""
Everything secret that the tests made or got (tokens, passwords, key trials, private keys, key material, CSRs), and a look for it in every log of a place. What
passes over the wire is found by its shape (http1.py calls wire()), what is made here is told (pki.py calls keep()).
"""
import base64
import glob
import os
import re
import threading

SHAPES = [
    ("session token", re.compile(rb"\bp2[a-z]_([0-9A-Za-z]{49})")),
    ("federation token", re.compile(rb"\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{40,})")),
    ("key trial", re.compile(rb"motet-keytrial-v1~[^\"\s]*~([0-9A-Za-z]{43})")),
    ("password", re.compile(rb"\"password\": *\"([^\"\\]{8,})\"")),
    ("password", re.compile(rb"(?i)\r\nX-P2-Sensitive-Solution: *([^\r\n]{8,})")),
]
SHORTEST = 8
lock = threading.Lock()
known = {}


def forms(raw):
    """As it is, and for PEM and other long texts each of their lines, since a log has no line breaks."""
    return {raw} | {line for line in raw.splitlines() if len(line) >= 32 and not line.startswith(b"-----")}


def keep(kind, raw):
    """A secret of this kind, as octets; in text it would be base64 or hexadecimal."""
    coded = base64.b64encode(raw).rstrip(b"=")
    with lock:
        for form in forms(raw) | {coded[:-1], coded[:60], raw.hex().encode()}:
            if len(form) >= SHORTEST:
                known.setdefault(form, kind)


def wire(data):
    """What goes over a connection, either way."""
    for kind, shape in SHAPES:
        for found in shape.findall(data):
            with lock:
                known.setdefault(found, kind)


def search(text, secrets):
    """The kinds that are in the text. Each place is looked at once, whatever the number of secrets."""
    begin = {}
    for s in secrets:
        begin.setdefault(s[:SHORTEST], []).append(s)
    return {secrets[s] for i in range(len(text) - SHORTEST + 1) for s in begin.get(text[i:i + SHORTEST], ()) if text.startswith(s, i)}


def run(place, least):
    """Yields (title, None or what is wrong) for every log. There must have been secrets of so many kinds at `least`, and logs of some length; with 0 of none."""
    with lock:
        secrets = dict(known)
    size = 0
    for path in sorted(glob.glob(os.path.join(place.state, "log", "*.log"))):
        with open(path, "rb") as f:
            text = f.read()
        size += len(text)
        found = search(text, secrets)
        yield f"{os.path.basename(path)}, {len(text)} octets", f"there is in it: {', '.join(sorted(found))}" if found else None
    kinds = sorted(set(secrets.values()))
    enough = not least or (len(kinds) >= least and size > 100000)
    yield f"{len(secrets)} forms of {', '.join(kinds)} were looked for", None if enough else "that is too little to show anything"
