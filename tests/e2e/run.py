#!/usr/bin/python3
"""End-to-end tests: real PostgreSQL, motetd and web server, started by deploy/quickstart; TAP. README.md says how to write a case.

Usage: run.py [--web FRONT] [--state DIR] [--all | CASE...]     (default: nginx, and what is chosen for the front; fronts/list names them)
"""
import argparse
import glob
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import bad_input  # noqa: E402
import case  # noqa: E402
import fronts  # noqa: E402
import http2  # noqa: E402
import issued  # noqa: E402
import matrix  # noqa: E402
import outage  # noqa: E402
import rotation  # noqa: E402
import smuggling  # noqa: E402
from place import Place  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
USUAL = ("localhost", ())   # domain and settings of the server that most cases share
SETS = ["rate_limit=off", "log_level=debug"]

# The cases that run through every front; tests/README.md has the reasons. Through nginx, all cases run.
EVERYWHERE = ("corev1/corev1_get_idcert_actor", "corev1/corev1_get_session_keymaterial",
              "corev1/corev1_options_session_keymaterial", "corev1/corev1_post_session_identify",
              "corev1/corev1_post_session_keymaterial", "corev1/corev1_put_session_revoke",
              "ops/ops_any_probe", "ops/ops_get_openapi", "p2core/p2core_delete_token",
              "web/forwarded", "web/http", "web/underscores")


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def result(self, name, wrong):
        self.n += 1
        self.bad += wrong is not None
        print(f"{'ok' if wrong is None else 'not ok'} {self.n} - {name}", flush=True)
        if wrong is not None:
            print("# " + str(wrong).replace("\n", "\n# "), flush=True)

    def done(self):
        print(f"1..{self.n}")
        return 1 if self.bad or self.n == 0 else 0


def domain_of(path):
    """A case for a domain of its own says so in its first line: `# domain: polyphony.chat`; so do settings: `# set: key=value …`"""
    with open(path, encoding="utf-8") as f:
        head = [line.strip() for line in f if line.startswith("# domain:") or line.startswith("# set:")]
    domain = next((h.split(":", 1)[1].strip() for h in head if h.startswith("# domain:")), "localhost")
    sets = next((h.split(":", 1)[1].split() for h in head if h.startswith("# set:")), [])
    return domain, tuple(sets)


def first_of_each_method(routes):
    seen = set()
    return [r for r in routes if not (r.method in seen or seen.add(r.method))]


def chosen(everything, cases, routes):
    """
    What is run when no case is named: every case and every row of bad_input.table, or else
    EVERYWHERE and one row for each method.
    """
    if everything:
        return cases, routes
    return [os.path.join(HERE, f"{name}.case") for name in EVERYWHERE], first_of_each_method(routes)


def groups(paths):
    """Cases by the server they need, so that each server starts once."""
    out = {}
    for p in paths:
        out.setdefault(domain_of(p), []).append(p)
    return sorted(out.items(), key=lambda kv: (kv[0] != USUAL, kv[0]))


def run_group(tap, place, web, need, paths, routes, hostile):
    """The cases that need one server, and with routes the tests that are no cases."""
    (domain, sets), name = need, lambda p: f"{web} {os.path.relpath(p, HERE)[:-5]}"
    place.start(web, domain, SETS + list(sets), reset=True)
    for p in paths:
        started = time.monotonic()
        wrong = case.run_case(place, p)
        tap.result(f"{name(p)} ({time.monotonic() - started:.1f} s)", wrong)
    if hostile and need == USUAL:
        for title, wrong in (*matrix.run(place), *smuggling.run(place)):
            tap.result(f"{web} {title}", wrong)
    if routes and need == USUAL:
        for title, wrong in bad_input.run(place, routes):
            tap.result(f"{web} bad input: {title}", wrong)
        for title, wrong in rotation.run(place):
            tap.result(f"{web} rotation: {title}", wrong)
        for title, wrong in outage.run(place):
            tap.result(f"{web} outage: {title}", wrong)
    kinds = 7 if routes and need == USUAL else 0
    for title, wrong in issued.run(place, kinds):
        tap.result(f"{web} no secret in the logs: {title}", wrong)
    place.stop()


def run_http2(tap, place, web):
    try:
        for title, wrong in http2.run(place, web, SETS) if fronts.get(web).http2 else ():
            tap.result(f"{web} {title}", wrong)
    except RuntimeError as e:
        tap.result(f"{web} server with TLS starts", str(e))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--web", default="nginx", choices=fronts.names())
    p.add_argument("--state", help="a state directory of quickstart to use again, so that nothing needs building; its data is thrown away")
    p.add_argument("--all", action="store_true", help="every case and every row of bad_input.table, through whatever front")
    p.add_argument("--bad-input", action="store_true", help="with cases given: run the bad input, too")
    p.add_argument("--matrix", action="store_true", help="with cases given: run the matrix and the hostile requests, too")
    p.add_argument("cases", nargs="*")
    a = p.parse_args()
    paths, routes = chosen(a.all or fronts.get(a.web).every_case, sorted(glob.glob(os.path.join(HERE, "*", "*.case"))), bad_input.routes())
    if a.cases:
        paths, routes = [os.path.abspath(x) for x in a.cases], routes if a.bad_input else []
    tap = Tap()
    with Place(a.state) as place:
        for need, some in groups(paths):
            try:
                run_group(tap, place, a.web, need, some, routes, a.matrix or not a.cases)
            except RuntimeError as e:
                tap.result(f"{a.web} server for {need[0]} starts", str(e))
        if a.matrix or not a.cases:
            run_http2(tap, place, a.web)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
