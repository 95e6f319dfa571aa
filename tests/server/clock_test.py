#!/usr/bin/python3
"""
A host whose clock is an hour off: clock_test.py BUILD-DIRECTORY, beside a PostgreSQL
(tests/with-postgres). TAP.

What the database says about a token may then be wrong, so nobody is refused because of it.
"""
import os
import shutil
import subprocess
import tempfile

import pool
from pool import ok, skip, until

TIME_C = """
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
time_t time(time_t *out)
{
	long skew = 0;
	struct timespec t;
	FILE *f = fopen(getenv("TEST_SKEW"), "r");
	if (f) {
		if (fscanf(f, "%ld", &skew) != 1)
			skew = 0;
		fclose(f);
	}
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += skew;
	if (out)
		*out = t.tv_sec;
	return t.tv_sec;
}
"""
UNKNOWN = {"HTTP_AUTHORIZATION": "Bearer p2s_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp10ysR0A"}
EVENTS = "/.p2/core/v1/events"


def told(s, **more):
    a = s.get(EVENTS, **more)
    return a.status, a.headers.get("x-p2-error")


def clock_off(s, skew_file):
    def set_skew(seconds):
        with open(skew_file, "w", encoding="ascii") as f:
            f.write(str(seconds))
    ok(told(s, **UNKNOWN)[0] == 401, "an unknown token: 401")
    for hours in (1, -1):
        set_skew(hours * 3600)
        ok(until(lambda: told(s, **UNKNOWN) == (503, "P2CORE_UNAVAILABLE")) is not None,
           f"the host's clock {hours:+d} hour off: an unknown token gets 503")
        ok(told(s)[0] == 401, "no token: 401, since the database is not asked")
    set_skew(0)
    ok(until(lambda: told(s, **UNKNOWN)[0] == 401) is not None, "right again: 401")


def main():
    if not pool.has_database():
        return
    cc = shutil.which("cc") or shutil.which("gcc")
    with tempfile.TemporaryDirectory(prefix="motet-clock.") as place:
        library, skew_file = (os.path.join(place, n) for n in ("time.so", "skew"))
        if cc is None:
            skip("a host whose clock is an hour off", "needs a C compiler")
            return pool.done()
        subprocess.run([cc, "-shared", "-fPIC", "-x", "c", "-o", library, "-"], check=True,
                       input=TIME_C, text=True)
        with pool.Server(program=os.path.join(pool.BUILD, "motetd"), workers=1, rate_limit="off",
                         env={"LD_PRELOAD": library, "TEST_SKEW": skew_file}) as s:
            pool.ctl(s, "init", "--domain", "example.org")
            until(lambda: s.get("/readyz").status == 200)
            clock_off(s, skew_file)
    return pool.done()


if __name__ == "__main__":
    main()
