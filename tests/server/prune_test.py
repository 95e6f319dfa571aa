#!/usr/bin/python3
"""The master has what expired taken out of the database: prune_test.py BUILD-DIRECTORY, beside a PostgreSQL (tests/with-postgres). TAP."""
import os
import signal
import subprocess
import sys

import pool
from pool import ok, until

ROWS = 3000


def sql(text):
    return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", os.environ["MOTET_OWNER_DATABASE"], "-c", text], text=True,
                          capture_output=True, check=True).stdout.strip()


def stale(name):
    sql(f"INSERT INTO throttle (key, tat) SELECT ('{name}' || n)::bytea, now() - interval '1 h' FROM generate_series(1, {ROWS}) n")


def left(name):
    return int(sql(f"SELECT count(*) FROM throttle WHERE key LIKE '{name}%'::bytea"))


def connections(pid):
    return sum("socket:" in os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd"))


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return f.read().split()


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as f:
            return f.read().strip()
    except OSError:
        return ""


def main():
    if "MOTET_DATABASE" not in os.environ:
        print("1..0 # SKIP run me with tests/with-postgres")
        return
    motetd = os.path.join(pool.BUILD, "motetd")
    sql("INSERT INTO throttle (key, tat) VALUES ('stays', now() + interval '1 h')")
    with pool.Server(program=motetd, prune_interval="1s", workers=1) as s:
        before = connections(s.p.pid)
        for i in range(2):
            stale(f"turn{i}-")
            ok(until(lambda: left(f"turn{i}-") == 0, step=0.1), f"turn {i + 1}: {ROWS} rows go")
        ok(left("stays") == 1, "what has not expired stays")
        ok(until(lambda: s.dir.logged(r"pruned throttle=\d+") > 0), "the log tells")
        stale("many")
        seen = until(lambda: "motetd: prune" in [name_of(p) for p in children(s.p.pid)], step=0.001)
        ok(seen is not None, "it is a child with a name of its own")
        ok(until(lambda: len(children(s.p.pid)) == 2, step=0.01),
           "that ends: a worker and the signer are left")
        ok(connections(s.p.pid) == before, "the master has no connection to the database")
        with open(s.dir.conf, encoding="ascii") as f:
            lines = [line for line in f if not line.startswith("prune_interval")]
        with open(s.dir.conf, "w", encoding="ascii") as f:
            f.write("".join(lines) + "prune_interval = 0\n")
        s.tell(signal.SIGHUP)
        ok(until(lambda: s.dir.logged("the new workers serve") > 0) and until(lambda: len(children(s.p.pid)) == 2), "reloaded with 0")
        stale("off")
        ok(until(lambda: left("off") < ROWS, 3, 0.5) is None, "nothing goes any more")
        status, _ = s.stop()
        ok(status == 0, "an orderly end")
    with pool.Server(program=motetd, prune_interval="1s", workers=1) as s:
        until(lambda: "motetd: prune" in [name_of(p) for p in children(s.p.pid)], step=0.001)
        status, seconds = s.stop()
        ok(status == 0 and seconds < 25, f"a stop while it is at work takes {seconds:.1f} s")
    with pool.Server(program=motetd, prune_interval="1s", workers=1, env={"MOTET_DATABASE": "host=/nonexistent dbname=motet"}) as s:
        ok(until(lambda: s.dir.logged("pruning failed, some expired rows may be left: database: connect") > 1),
           "a database that is away is a line, and it is tried again")
        ok(s.stop()[0] == 0, "and no more than that")
    sql("DELETE FROM throttle")
    confirmed(motetd)


def confirmed(motetd):
    """The master has the home servers of foreign sessions asked, before their last statement is over."""
    sql("INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, public_key, cert, not_after, ask_at) "
        "SELECT sha256(n::text::bytea), 'u' || n || '@nowhere.invalid', 'nowhere.invalid', 's', n, sha256('k'), 'c', now() + interval '1 d', "
        "now() + n * interval '1 h' - interval '90 min' FROM generate_series(1, 3) n")
    with pool.Server(program=motetd, workers=1) as s:
        ok(until(lambda: "motetd: confirm" in [name_of(p) for p in children(s.p.pid)], step=0.001), "a child asks other servers about sessions")
        ok(until(lambda: sql("SELECT string_agg(session_id || serial, ' ') FROM foreign_session WHERE silent_since IS NOT NULL") == "s1", step=0.1),
           "about those whose time has come; this one's server is not there")
        ok(until(lambda: len(children(s.p.pid)) == 2, step=0.01), "and ends")
        ok(sql("SELECT count(*) FROM foreign_session WHERE ask_at BETWEEN now() AND now() + interval '5 min'") == "1", "to ask again in some minutes")
        ok(s.stop()[0] == 0, "an orderly end")
    sql("DELETE FROM foreign_session")


if __name__ == "__main__":
    main()
    pool.done()
    sys.exit()
