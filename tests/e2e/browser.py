#!/usr/bin/python3
"""A real browser: headless Chromium, by npm's playwright-core. A page of another origin registers an actor, makes its keys with WebCrypto and goes through its
life with fetch() alone; and the page that the server shows to people is legible on a phone and on a screen, in the light and in the dark, and valid HTML.
TAP; skipped without node, npm or Chromium.

Usage: browser.py [--web FRONT] [--state DIR] [--install DIR] [--pictures DIR]     (--install: where the driver is kept)
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import case  # noqa: E402
import fronts  # noqa: E402
import http1  # noqa: E402
import outage  # noqa: E402
from fronts.front import renamed  # noqa: E402
from npm import install  # noqa: E402
from place import Place  # noqa: E402
from run import SETS, Tap  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def drive(tap, where, url, pictures):
    """The driver says one line for each test."""
    command = ["node", os.path.join(where, "driver.mjs"), url] + ([pictures] if pictures else [])
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=dict(os.environ, CHROMIUM=CHROMIUM))
    for line in done.stdout.splitlines():
        tap.result(*json.loads(line))
    tap.result("the browser ran to its end", None if done.returncode == 0 else f"{done.returncode}: {done.stderr[-2000:]}")


def get(place, headers=()):
    return http1.send(place.address, http1.compose("GET", "/", list(headers), None, place.host))


def valid(place, where):
    name = os.path.join(where, "shown.html")
    with open(name, "wb") as f:
        f.write(get(place).body)
    command = [os.path.join(where, "node_modules", ".bin", "html-validate"), "--preset", "standard,a11y", "shown.html"]
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else (done.stdout + done.stderr)[:3000]


def without_database(place):
    with renamed(os.path.join(place.state, "postgres", ".s.PGSQL.5432")):
        place.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'motet'")
        got, facts = get(place), get(place, [("Accept", "application/json")])
        case.need(got.status == 503 and b"does not answer" in got.body and b'class="routes"' in got.body, f"{got}")
        case.need(got.header("Retry-After") and got.header("Content-Security-Policy") and got.header("Cache-Control") == "no-store", f"{got}")
        case.need(facts.status == 503 and facts.json()["error"] == "P2CORE_UNAVAILABLE", f"{facts}")
    outage.eventually(place, "/", 200)


def attempt(tap, name, test, *args):
    try:
        tap.result(name, test(*args))
    except (case.Failure, RuntimeError, OSError, EOFError, ValueError) as e:
        tap.result(name, f"{type(e).__name__}: {e}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--web", default="nginx", choices=fronts.names())
    p.add_argument("--state")
    p.add_argument("--install")
    p.add_argument("--pictures", help="where pictures of the page go")
    a = p.parse_args()
    if not CHROMIUM or not shutil.which("node") or not shutil.which("npm"):
        print("1..0 # SKIP node, npm or Chromium is not installed")
        return 0
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="motet-browser.") as scratch, Place(a.state) as place:
        where = a.install or scratch
        install("browser", where)
        place.start(a.web, "localhost", SETS, reset=True)
        drive(tap, where, place.url, a.pictures)
        attempt(tap, "the page for people is valid HTML", valid, place, where)
        attempt(tap, "the page for people without the database: 503, and what is known all the same", without_database, place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
