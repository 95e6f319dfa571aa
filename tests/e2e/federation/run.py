#!/usr/bin/python3
"""Two servers with two domains, each behind a web server of its own with TLS, and servers that are not ours; TAP.

Usage: run.py [--state DIR] [--seed N] [--only PATTERN]     (DIR keeps the programs, so that the second run need not build)
"""
import argparse
import contextlib
import os
import random
import re
import shutil
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
# pylint: disable=wrong-import-position
import bad_tokens  # noqa: E402
import case  # noqa: E402
import foreign  # noqa: E402
import foreign_home  # noqa: E402
import hostile  # noqa: E402
import key_user  # noqa: E402
import mutual  # noqa: E402
import one_winner  # noqa: E402
import rotation  # noqa: E402
from world import Server  # noqa: E402

MODULES = [mutual, bad_tokens, key_user, foreign, hostile, rotation, one_winner]
SETS = ["rate_limit=off", "sensitive_actions=off", 'session_extra={"motd": "welcome"}']


class World:
    """one.test behind nginx, two.test behind lighttpd, and as many servers that are not ours as the tests name."""

    def __init__(self, state, seed):
        self.seed, self.random = seed, random.Random(seed)
        programs, tls = state, os.path.join(state, "fed-tls")
        self.one = Server(os.path.join(state, "fed-one"), programs, tls, "one.test", "nginx")
        self.two = Server(os.path.join(state, "fed-two"), programs, tls, "two.test", "lighttpd")
        self.homes = None
        self.tls = tls

    def start(self):
        """The authority is made by the first server, so that it starts before those that are not ours have a certificate."""
        self.homes = foreign_home.Homes(self.tls, [d for m in MODULES for d in getattr(m, "DOMAINS", ())])
        peers = self.homes.peers()
        self.one.begin(SETS, [f"two.test={self.two.port}"] + peers, 8)
        self.two.begin(SETS, [f"one.test={self.one.port}"] + peers, 8)
        self.homes.start()

    def pairs(self):
        """(home, away), both ways."""
        return ((self.one, self.two), (self.two, self.one))

    def stop(self):
        for part in (self.homes, self.one, self.two):
            if part:
                part.stop()


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def result(self, name, wrong=None):
        self.n += 1
        self.bad += wrong is not None
        print(f"{'ok' if wrong is None else 'not ok'} {self.n} - {name}", flush=True)
        if wrong is not None:
            print("# " + wrong.replace("\n", "\n# "), flush=True)


def steps(module):
    return [(n, f) for n, f in vars(module).items() if n.startswith("test_")]


def attempt(tap, title, work):
    """Run one test. It says nothing, or yields (name, what is wrong or None) for each row of its table."""
    started = time.monotonic()
    try:
        rows = work()
        if rows is not None:
            for name, wrong in rows:
                tap.result(f"{title}: {name}", wrong)
        wrong = None
    except (case.Failure, AssertionError) as e:
        at = [f for f in traceback.extract_tb(e.__traceback__) if f.name.startswith("test_")]
        wrong = f"line {at[-1].lineno}: {e}" if at else str(e)
    except Exception:  # pylint: disable=broad-except # what fails unexpectedly fails its test, not the run
        wrong = traceback.format_exc()
    tap.result(f"{title} ({time.monotonic() - started:.1f} s)", wrong)


def run(tap, world, only):
    for module in MODULES:
        for name, f in steps(module):
            title = f"{module.__name__}: {name[5:].replace('_', ' ')}"
            if re.search(only, title):
                attempt(tap, title, lambda f=f: f(world))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state")
    p.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    p.add_argument("--only", default="")
    a = p.parse_args()
    state = a.state or tempfile.mkdtemp(prefix="motet-fed.")
    os.chmod(state, 0o755)
    tap = Tap()
    world = World(state, a.seed)
    print(f"# seed {a.seed}", flush=True)
    try:
        world.start()
        run(tap, world, a.only)
    except RuntimeError as e:
        tap.result("the servers start", str(e))
    finally:
        world.stop()
        if not a.state:
            with contextlib.suppress(OSError):
                shutil.rmtree(state)
    print(f"1..{tap.n}")
    return 1 if tap.bad or tap.n == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
