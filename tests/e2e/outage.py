"""What clients see while a part is away, and that all is well when it is back: the database, and motetd itself."""
import os
import time

import case
from fronts.front import renamed


def get(place, target, token=None):
    headers = [("Authorization", f"Bearer {token}")] if token else []
    return place.send("GET", target, headers)


def readable(r):
    """A page of another origin can read it, with the headers that say what to do."""
    case.need(r.header("Access-Control-Allow-Origin") == "*", f"a browser cannot read it: {r}")
    exposed = (r.header("Access-Control-Expose-Headers") or "").replace(" ", "").split(",")
    case.need({"Retry-After", "X-P2-Error"} <= set(exposed), f"not exposed: {exposed}")
    case.need((r.header("Cache-Control") or "") == "no-store", f"it may be cached: {r}")


def unavailable(r, statuses=(503,)):
    case.need(r.status in statuses, f"status is none of {statuses}: {r}")
    case.need((r.header("Retry-After") or "").isdigit(), f"no Retry-After: {r}")
    case.check_answer(r, "P2CORE_UNAVAILABLE")
    case.need(not case.leaks(r.body), f"the response leaks: {r}")
    readable(r)


def eventually(place, target, status, token=None, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        r = get(place, target, token)
        if r.status == status:
            return r
        case.need(time.monotonic() < deadline, f"{target} is not {status} after {seconds} s: {r}")
        time.sleep(0.1)


def database(place):
    runner = case.Runner(place, "")
    runner.step_actor("alice")
    token, target = runner.devices["alice"].token, "/.p2/core/v1/session/keymaterial"
    with renamed(os.path.join(place.state, "postgres", ".s.PGSQL.5432")):
        place.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'motet'")
        for _ in range(4):
            unavailable(get(place, target, token))
        eventually(place, "/readyz", 503)  # remembered for a second
        case.need(get(place, "/healthz").status == 200, "healthz does not need the database")
    eventually(place, "/readyz", 200)
    for _ in range(8):
        eventually(place, target, 200, token)


def web_server_alone(place):
    with place.front.away(place):
        place.front.forget(place)
        unavailable(get(place, "/healthz"), place.front.away_statuses)
    eventually(place, "/healthz", 200)


def too_large(place):
    big = b" " * (1200 * 1024)
    r = place.send("POST", "/.p2/core/v1/register", [], big)
    case.need(r.status == 413, f"not 413: {r}")
    case.check_answer(r, "P2CORE_TOO_LARGE")
    readable(r)


def refused_by_front(place):
    """Whoever refuses these, motetd or the web server, says it in the same way."""
    for target, headers in ("/%zz", []), ("/.p2/core/v1/challenge?x=" + "a" * 14000, []), ("/healthz", [("X-Long", "a" * 60000)]):
        r = place.send("GET", target, headers)
        if r.status == 200 or r.status in place.front.page_of_its_own or "early-errors" in place.front.cannot:
            continue
        case.need(r.status in (400, 414, 431), f"{target[:40]}: {r}")
        case.check_answer(r, "P2CORE_BAD_REQUEST")
        case.need(r.header("Retry-After") is None, f"not to be sent again: {r}")
        readable(r)


def logs_are_clean(place):
    """Neither passwords nor tokens are ever logged."""
    log = place.log()
    case.need(case.PASSWORD not in log, "a password is in the log")
    case.need("p2s_" not in log, "a token is in the log")


def run(place):
    for test in (too_large, refused_by_front, database, web_server_alone, logs_are_clean):
        try:
            test(place)
            yield test.__name__, None
        except (case.Failure, OSError, EOFError, ValueError, KeyError) as e:
            yield test.__name__, f"{type(e).__name__}: {e}"
