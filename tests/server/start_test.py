#!/usr/bin/python3
"""What motetd tries before it says that it serves: start_test.py BUILD-DIRECTORY, beside a PostgreSQL (tests/with-postgres). TAP.

A database that does not belong to the configuration is refused at every kind of start; /readyz is 503 while a write or a
signature would fail, and the log says so when it begins and when it is over.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys

import fcgi
from pool import BUILD, PATIENCE, Dir, done, ok, run_tests, skip, until

MOTETD, MOTETCTL = os.path.join(BUILD, "motetd"), os.path.join(BUILD, "motetctl")
ENVIRON = {k: v for k, v in os.environ.items() if not k.startswith("MOTET_")}
DATABASE, OWNER = os.environ.get("MOTET_DATABASE"), os.environ.get("MOTET_OWNER_DATABASE")


def sql(text, database=None):
    r = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database or OWNER, "-c", text], capture_output=True, text=True, check=False)
    assert r.returncode == 0, r.stderr


def superuser():
    return re.sub(r"user=\S+", "user=postgres", OWNER)


def name_of_database():
    return re.search(r"dbname=(\S+)", DATABASE).group(1)


class Site(Dir):
    """A directory on the test's database."""
    secret_of_home = ""

    def __init__(self, **keys):
        super().__init__(**{"database": DATABASE, "workers": 1, "rate_limit": "off", "registration": "open", **keys})

    def take_secret(self):
        """That of the identity in the database."""
        shutil.copyfile(self.secret_of_home, self.path + "/own")
        os.chmod(self.path + "/own", 0o400)
        os.replace(self.path + "/own", self.path + "/secret")
        return self

    def start(self, *args, stdin=subprocess.DEVNULL, env=None):
        return subprocess.Popen([MOTETD, "-c", self.conf, *args], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**ENVIRON, "MOTET_CONF": self.conf, **(env or {})})


def own_master(site):
    return site.start()


def given_socket(site, *args):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(site.path + "/given")
    listener.listen(5)
    p = site.start(*args, stdin=listener)
    listener.close()
    os.unlink(site.path + "/given")
    return p


def given_socket_and_workers(site):
    return given_socket(site, "-s", "workers=2")


def spawned(site):
    return given_socket(site, "-s", "workers=0")


def cgi(site):
    return site.start(env={"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": "/healthz"})


WAYS = (own_master, given_socket_and_workers, spawned, cgi)


def refused_at_start():
    """Whoever starts it."""
    home, stranger, other = Site().take_secret(), Site(domain="example.com").take_secret(), Site()
    bare = Site(database=re.sub(r"dbname=\S+", "dbname=postgres", DATABASE))
    cases = (("another domain", stranger, "belongs to example.org, but the configuration says domain = example.com", ""),
             ("another secret", other, "is not the secret of this database's identity key", ""),
             ("no tables", bare, "the database has no tables yet|permission denied", ""),
             ("a newer schema", home, "install a newer program", "INSERT INTO schema_version (version, compat, checksum) VALUES (9999, 9999, 'x')"))
    for what, site, pattern, before in cases:
        if before:
            sql(before)
        for way in WAYS:
            p = way(site)
            try:
                out, err = p.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                p.terminate()
                out, err = p.communicate()
                err += b" (it goes on serving)"
            ok(p.returncode == 78 and re.search(pattern, err.decode()) and (way is not cgi or b"Status: 500" in out),
               "%s, %s: exit %s: %s" % (what, way.__name__, p.returncode, err.decode().strip()[-120:]))
        ok(site.logged(pattern) == len(WAYS), "%s: the log says why" % what)
    sql("DELETE FROM schema_version WHERE version = 9999")
    p = cgi(home)
    out, err = p.communicate(timeout=PATIENCE)
    ok(p.returncode == 0 and b"Status: 200" in out, "with the right one, CGI answers: %s" % err.decode()[-100:])
    for d in (home, stranger, other, bare):
        d.remove()


def away_at_start():
    """It starts without its database, and answers 503 when that turns out to be another one."""
    there = re.search(r"host=(\S+)", DATABASE).group(1)
    for domain, status in (("example.com", 503), ("example.org", 201)):
        site = Site(domain=domain).take_secret()
        link = site.path + "/pg"
        site.configure(domain=domain, database=DATABASE.replace(there, link), workers=2, rate_limit="off", registration="open")
        p = site.start()
        ok(until(lambda s=site: s.logged("ready: ")) is not None and site.logged("not known yet") == 1, "%s: it starts without its database, and says so" % domain)
        os.symlink(there, link)
        body = json.dumps({"actor_name": "a" + os.urandom(4).hex(), "auth_payload": {"password": "correct horse battery"}}).encode()

        def register(s=site, body=body):
            return fcgi.get(s.sock, "/.p2/core/v1/register", REQUEST_METHOD="POST", CONTENT_TYPE="application/json", body=body).status
        ok(until(lambda: register() != 503, 4, 0.2) is None if status == 503 else until(lambda: register() == 201, step=0.1) is not None,
           "%s: %d to a registration when the database is there" % (domain, status))
        ok(status != 503 or site.logged("belongs to example.org") > 0, "%s: and the reason in the log" % domain)
        p.terminate()
        p.wait(PATIENCE)
        site.remove()


def readiness():
    """What breaks below a running server, and what mends it."""
    home = Site().take_secret()
    clock = "UPDATE pg_proc SET prolang = (SELECT oid FROM pg_language WHERE lanname = '%s'), prosrc = $$%s$$ WHERE oid = 'pg_catalog.now()'::regprocedure"
    read_only = "ALTER ROLE motet IN DATABASE %s SET default_transaction_read_only = %%s" % name_of_database()
    lost = "UPDATE pg_proc SET probin = '%s' WHERE proname LIKE 'plpgsql%%'"
    cases = (("a read-only database", read_only % "on", read_only % "off", "25006"),
             ("the identity certificate ran out", "UPDATE server_key SET not_before = now() - interval '80 days', not_after = now() - interval '75 days'",
              "UPDATE server_key SET not_after = now() + interval '80 days'", "has expired"),
             ("15 minutes between the clocks", clock % ("sql", "SELECT statement_timestamp() - interval '15 minutes'"), clock % ("internal", "now"), "clock is (89|90)[0-9] seconds behind"),
             ("PL/pgSQL whose library is gone", lost % "$libdir/gone", lost % "$libdir/plpgsql", "sql_schema_try_write"))
    p = home.start("-s", "workers=2")
    until(lambda: home.logged("ready: "))
    ok(fcgi.get(home.sock, "/readyz").status == 200, "ready")
    for what, broken, mended, pattern in cases:
        before, again = home.logged("not ready: "), home.logged("ready again")
        sql(broken, superuser())
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'motet' AND datname = current_database()", superuser())
        bad = until(lambda: fcgi.get(home.sock, "/readyz").status != 200, step=0.1)
        seen = fcgi.get(home.sock, "/readyz").status
        ok(bad is not None and seen == 503, "%s: /readyz is %d" % (what, seen))
        ok(home.logged("not ready: .*" + pattern) >= 1 and home.logged("not ready: ") == before + 1, "%s: one line of the log says why" % what)
        sql(mended, superuser())
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'motet' AND datname = current_database()", superuser())
        ok(until(lambda: fcgi.get(home.sock, "/readyz").status == 200, step=0.1) is not None and until(lambda n=again: home.logged("ready again") == n + 1) is not None,
           "%s: ready again, and one line says so" % what)
    p.terminate()
    p.wait(PATIENCE)
    for days in (29, 6, 0.9):
        sql("UPDATE server_key SET not_after = now() + interval '%s days'" % days)
        p = home.start()
        seen = home.logged("own certificate expires in")
        until(lambda: home.logged("ready: "))
        ok(until(lambda n=seen: home.logged("own certificate expires in %d hours" % (days * 24 - 1)) + home.logged("own certificate expires in %d hours" % (days * 24))) is not None,
           "%s days before its end, the log warns" % days)
        p.terminate()
        p.wait(PATIENCE)
    sql("UPDATE server_key SET not_after = now() + interval '80 days'")
    home.remove()


def main():
    if not DATABASE or not OWNER:
        skip("what motetd tries at its start", "needs tests/with-postgres")
        done()
    keep = Site()
    Site.secret_of_home = keep.path + "/secret"
    subprocess.run([MOTETCTL, "-c", keep.conf, "init"], capture_output=True, timeout=PATIENCE, check=True)
    run_tests((refused_at_start, away_at_start, readiness))


if __name__ == "__main__":
    sys.exit(main())
