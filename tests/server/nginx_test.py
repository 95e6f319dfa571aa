#!/usr/bin/env python3
"""Behind a real nginx, kept connections on: reloads and recycled workers under load, POSTs, no request may fail. nginx_test.py BUILD_DIR [SECONDS]"""
from behind import *

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 8


def enough(load):
    return load.good > 1000 and len(load.pids) > 4


def under_load(name, step, **keys):
    with Server(**keys) as s, Nginx(s) as n:
        load, end, steps = Load(n.d + "/http"), time.monotonic() + SECONDS, 0
        while time.monotonic() < end or not (enough(load) or time.monotonic() > end + PATIENCE):
            step(s, steps)
            steps += 1
        load.end()
        ok(enough(load) and not load.bad, "%s, %d times: %d POSTs by %d workers over kept connections, %d failed %s" % (
            name, steps, load.good, len(load.pids), sum(load.bad.values()), load.bad or ""))
        errors = n.errors()
        ok(not errors, "and nginx has nothing to complain of: %s" % (errors[:1] or "0 lines"))


def reload(s, i):
    s.tell(signal.SIGHUP)
    until(lambda: s.dir.logged("the new workers serve") == i + 1)
    time.sleep(0.05)


def retire_one(s, i):
    workers = s.workers()
    if workers:
        s.tell(signal.SIGTERM, workers[i % len(workers)])
    time.sleep(0.05)


def main():
    if not os.path.exists(NGINX):
        skip("behind nginx", "not installed")
        return
    with Server(spawned=True) as s:
        if s.get().json()["recipe"] != "epoll":
            skip("kept connections", "the plain recipe hands nothing over: leave fastcgi_keep_conn off there")
            return
    under_load("reload", reload, workers=3)
    under_load("retire a worker", retire_one, workers=3)
    under_load("retire the only worker", retire_one, workers=1)
    under_load("max_requests = 100", lambda s, i: time.sleep(0.5), workers=3, max_requests=100)
    with Server(workers=2) as s, Nginx(s) as n:
        c = Client(n.d + "/http")
        c.request("GET", "/a%2Fb//c?d=%zz")
        j = c.getresponse().read()
        ok(b'"target":"/a%2Fb//c?d=%zz"' in j, "the raw target comes through")


main()
done()
