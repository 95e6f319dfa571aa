#!/usr/bin/python3
"""Memory that runs out while a request is served: memory_test.py BUILD-DIRECTORY. TAP."""
from pool import Server, ok, run_tests, until

ENOUGH = 1000       # allocations


def no_memory():
    """When memory runs out inside a library, the server must not send the library's result as its answer."""
    with Server(workers=2) as s:
        answers, n = [s.get(f"/nomemory?after={ENOUGH}")], 0
        whole = answers[0].json()["json"]
        while answers[-1].status != 200 or n == 0:
            answers.append(s.get(f"/nomemory?after={n}"))
            n += 1
        failed = answers[1:-1]
        ok(whole == answers[-1].json()["json"] == {"member": "value"} and len(failed) > 4,
           f"JSON takes {len(failed)} allocations")
        ok(all(a.status == 503 and a.headers["x-p2-error"] == a.json()["error"]
               == "P2CORE_UNAVAILABLE" and "retry-after" in a.headers for a in failed),
           f"each of them that fails is a 503: {[a.status for a in failed]}")
        ok(until(lambda: s.dir.logged("out of memory") == len(failed)
                 and len(s.workers()) == 2) is not None,
           "the workers are replaced, and the log tells")


def one_request():
    """A request that wants more than 32 MiB ends its worker, and no other request."""
    with Server(workers=2) as s:
        fits = s.get("/arena?mb=30")
        ok(fits.status == 200 and fits.json()["taken"] == 30, "30 MiB for one request: 200")
        big = s.get("/arena?mb=33")
        ok(big.status == 503 and big.json()["error"] == "P2CORE_UNAVAILABLE",
           f"33 MiB: {big.status}")
        ok(until(lambda: s.dir.logged("out of memory") == 1 and len(s.workers()) == 2) is not None
           and s.get("/arena?mb=30").status == 200, "the worker is replaced")


run_tests([no_memory, one_request])
