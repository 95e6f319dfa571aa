"""HTTP/2 over TLS, as clients speak it with a web server that offers it: what curl sends, and what motetd's probe says has arrived."""
import json
import subprocess
import tempfile

import case
import probe
from case import need

ENDED_EARLY = 92    # what curl says of a stream that is closed before it has sent all; some versions leave out the answer then
AUTHORIZATION = "Bearer p2s_alice"


def curl(place, token, *options, said=None):
    """(the version and the status, the body) of what is sent to a probe; `said` is what curl is given to read."""
    command = ["curl", "--silent", "--show-error", "--http2", "--cacert", f"{place.tls}/ca.pem", "--max-time", "30", "--write-out", "\n%{http_version} %{http_code}",
               "--header", f"Authorization: {AUTHORIZATION}", "--path-as-is", *options, place.url + probe.target(place, token, "/@me%25%C3%A9?a=%2F&fill=100000")]
    done = subprocess.run(command, capture_output=True, check=False, text=True, input=said)
    need(done.returncode in (0, ENDED_EARLY), f"curl: {done.stderr}")
    body, _, end = done.stdout.rpartition("\n")
    return end, body


def ask(place, *options, said=None):
    """What the probe says."""
    token, = probe.tokens(place, 1)
    end, body = curl(place, token, *options, said=said)
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


def upload(place):
    """Without Content-Length, which HTTP/2 needs for nothing: the end of the stream is the end of the body."""
    body, options = "0123456789abcdef" * 6250, ["--request", "POST", "--upload-file", "-"]
    if "unsaid-length" not in place.front.cannot:
        return arrived(place, ask(place, *options, said=body), "POST", body)
    token, = probe.tokens(place, 1)
    end, answer = curl(place, token, *options, said=body)
    need(end == "0 000" or end == "2 411" and json.loads(answer)["errcode"] == 411, f"neither taken nor 411, but {end}: {answer[:300]}")
    need(probe.unused(place, [token]), "refused, and it was taken")
    return None


def run(place, web, sets):
    """(title, what is wrong or None); the server is started anew, with TLS."""
    with tempfile.TemporaryDirectory(prefix="motet-e2e-tls.") as place.tls:
        place.start(web, sets=sets, reset=True)
        for test in (get, post, upload):
            try:
                test(place)
                yield f"HTTP/2: {test.__name__}", None
            except (case.Failure, OSError, ValueError) as e:
                yield f"HTTP/2: {test.__name__}", f"{type(e).__name__}: {e}"
        place.stop()
    place.tls = None
