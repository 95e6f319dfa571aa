"""HTTP/2 over TLS, as clients speak it with a web server that offers it: what curl sends, and what motetd's probe says has arrived."""
import json
import subprocess
import tempfile

import case
import probe
from case import need

AUTHORIZATION = "Bearer p2s_alice"


def ask(place, *options):
    """(what the probe says, what has the version and the status)"""
    token, = probe.tokens(place, 1)
    command = ["curl", "--silent", "--show-error", "--http2", "--cacert", f"{place.tls}/ca.pem", "--max-time", "30", "--write-out", "\n%{http_version} %{http_code}",
               "--header", f"Authorization: {AUTHORIZATION}", "--path-as-is", *options, place.url + probe.target(place, token, "/@me%25%C3%A9?a=%2F&fill=100000")]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    need(done.returncode == 0, f"curl: {done.stderr}")
    body, _, end = done.stdout.rpartition("\n")
    need(end == "2 200", f"not HTTP/2 and 200, but {end}: {body[:300]}")
    return json.loads(body)


def arrived(place, got, method, body):
    wanted = {"method": method, "text": "@me%\u00e9", "host": place.host, "https": True, "remote": "127.0.0.1", "authorization": probe.digest(AUTHORIZATION),
              "body_length": len(body), "body_sha256": probe.digest(body), "fill": "x" * 100000}
    other = {name: got.get(name) for name, value in wanted.items() if got.get(name) != value}
    need(not other, f"it arrived as {str(other)[:500]}")
    need(got["target"].endswith("/@me%25%C3%A9?a=%2F&fill=100000"), f"the target was changed: {got['target']}")


def get(place):
    arrived(place, ask(place), "GET", "")


def post(place):
    body = "0123456789abcdef" * 6250
    with tempfile.NamedTemporaryFile("w", suffix=".body") as f:
        f.write(body)
        f.flush()
        arrived(place, ask(place, "--data-binary", "@" + f.name), "POST", body)


def run(place, web, sets):
    """(title, what is wrong or None); the server is started anew, with TLS."""
    with tempfile.TemporaryDirectory(prefix="motet-e2e-tls.") as place.tls:
        place.start(web, sets=sets, reset=True)
        for test in (get, post):
            try:
                test(place)
                yield f"HTTP/2: {test.__name__}", None
            except (case.Failure, OSError, ValueError) as e:
                yield f"HTTP/2: {test.__name__}", f"{type(e).__name__}: {e}"
        place.stop()
    place.tls = None
