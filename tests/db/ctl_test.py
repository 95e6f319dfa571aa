#!/usr/bin/python3
"""motetctl from outside: ctl_test.py BUILD-DIRECTORY, beside a PostgreSQL (tests/with-postgres gives one). TAP.

Everything happens in a schema of its own, so the database may be empty or in use. Needs MOTET_DATABASE (the role of a server) and
MOTET_OWNER_DATABASE (the role that may make tables).
"""
import hashlib
import json
import os
import pty
import pwd
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import ctl_completion

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SCHEMA = os.path.join(TOP, "schema")
NAMESPACE = "motetctl_test"
PASSWORD = "correct horse battery"
ROOT = os.getuid() == 0
count = failed = 0


def ok(fine, name, why=""):
    global count, failed
    count, failed = count + 1, failed + (not fine)
    print(f"{'ok' if fine else 'not ok'} {count} - {name}")
    if not fine:
        print("# " + str(why).replace("\n", "\n# "))


class Site:
    """A directory with a configuration, and the program on it."""

    def __init__(self, build, server, owner):
        self.program = os.path.join(build, "motetctl")
        self.dir = tempfile.mkdtemp(prefix="motet-ctl.")
        self.conf = os.path.join(self.dir, "motet.conf")
        self.secret = os.path.join(self.dir, "var", "secret")
        self.owner = f"{owner} options='-c search_path={NAMESPACE}'"
        self.server = f"{server} options='-c search_path={NAMESPACE}'"
        self.psql_conninfo = owner
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("MOTET_", "PG"))}

    def run(self, *args, stdin="", env=None, conf=None):
        command = [self.program, "-c", conf or self.conf, *args]
        return subprocess.run(command, input=stdin, text=True, capture_output=True, env=self.env | (env or {}), check=False, start_new_session=True)

    def psql(self, sql):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.psql_conninfo, "-c",
                               f"SET client_min_messages = error; SET search_path = {NAMESPACE}; {sql}"],
                              text=True, capture_output=True, env=self.env, check=True)
        return done.stdout.strip()


def expect(site, name, args, status, out="", err="", **more):
    """Run motetctl; check the exit status, and that both outputs match their patterns."""
    r = site.run(*args, **more)
    fine = r.returncode == status and re.search(out, r.stdout, re.S) and re.search(err, r.stderr, re.S)
    ok(fine, name, f"{args}: status {r.returncode}, wanted {status}\nout: {r.stdout}\nerr: {r.stderr}")
    return r


def lists(site, name, args, members):
    """--json gives an array of objects with exactly these members."""
    r = site.run(*args, "--json")
    try:
        rows = json.loads(r.stdout)
        fine = r.returncode == 0 and isinstance(rows, list) and all(list(row) == members for row in rows) and rows
    except ValueError:
        rows, fine = [], False
    ok(fine, name, f"status {r.returncode}\n{r.stdout}{r.stderr}")
    return rows


# arguments, exit status, standard output, standard error of commands that need no database
USAGE = [
    ([], 64, "^$", "^Usage: motetctl"),
    (["--help"], 0, "^Usage: motetctl .*actor add NAME.*Exit status:", "^$"),
    (["help"], 0, "session revoke ACTOR SESSION_ID", "^$"),
    (["help", "actor", "add"], 0, "--password-stdin.*Next:|Next:.*--password-stdin", "^$"),
    (["actor", "add", "--help"], 0, "^Usage: motetctl actor add NAME", "^$"),
    (["-h", "actor", "add"], 0, "^Usage: motetctl actor add NAME", "^$"),
    (["help", "actor"], 0, "man motetctl-actor.*actor add NAME.*actor deactivate", "^$"),
    (["help", "admin"], 0, "\n  admin grant NAME", "^$"),
    (["help", "setup"], 0, "motetctl-setup.*\n  migrate ", "^$"),
    (["actor", "--help"], 0, "\n  actor add NAME", "^$"),
    (["-h", "setup"], 0, "\n  migrate ", "^$"),
    (["nothing", "--help"], 64, "^$", "no command nothing"),
    (["help", "nothing"], 64, "^$", "no command nothing"),
    (["help", "actor", "nothing"], 64, "^$", "begin with actor"),
    (["version"], 0, r"^motetctl \d+\.\d+\.\d+, schema \d+\n$", "^$"),
    (["-V"], 0, r"^motetctl \d", "^$"),
    (["nothing"], 64, "^$", "no command nothing.*--help"),
    (["actor"], 64, "^$", "begin with actor.*actor add NAME"),
    (["actor", "nothing"], 64, "^$", "begin with actor"),
    (["actor", "add"], 64, "^$", "^Usage: motetctl actor add NAME"),
    (["actor", "add", "a", "b"], 64, "^$", "^Usage"),
    (["actor", "list", "--frob"], 64, "^$", "frob.*Usage: motetctl actor list"),
    (["actor", "list", "--pem"], 64, "^$", "pem"),
    (["--frob"], 64, "^$", "frob"),
    (["session", "revoke", "a"], 64, "^$", "^Usage: motetctl session revoke ACTOR SESSION_ID"),
    (["config", "--sample"], 0, "(?m)^# Domain of .*^#domain =$", "^$"),
    (["-s", "domain=example.org", "top", "--sort", "x"], 64, "^$", "--sort must be time, requests or pid"),
    (["-s", "frob=1", "config"], 78, "^$", "frob: there is no such key"),
    (["-s", "workers=many", "config"], 78, "^$", "workers: must be a number"),
]


def beside(site, *args):
    """The program without -c, as a user who is not root, with a motet.conf beside it."""
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] if ROOT else []
    return subprocess.run([*command, f"{site.dir}/motetctl", *args], text=True, capture_output=True, env=site.env, check=False)


def test_closed(site):
    """motetctl reports a configuration that it finds but cannot read, unless the command line gives what the command needs of it: the role that migrates."""
    conf = f"{site.dir}/motet.conf"
    shutil.copy(site.program, f"{site.dir}/motetctl")
    os.chmod(site.dir, 0o755)
    with open(conf, "w", encoding="ascii") as f:
        f.write("domain = closed.example\n")
    os.chmod(conf, 0o640 if ROOT else 0)
    ok(beside(site, "version").returncode == 0, "what needs no configuration does without")
    r = beside(site, "config")
    ok(r.returncode == 78 and f"{conf}: Permission denied" in r.stderr, "a configuration that is closed to us is not passed over", r)
    r = beside(site, "migrate", "--status", "--dir", shutil.copytree(SCHEMA, f"{site.dir}/schema"), "--database", "host=/nowhere")
    ok(r.returncode == 69 and "/nowhere" in r.stderr, "who migrates needs none of it", r)
    os.remove(conf)
    os.mkdir(conf)
    r = beside(site, "config")
    ok(r.returncode == 78 and f"{conf}: Is a directory" in r.stderr, "a directory is none", r)
    os.rmdir(conf)
    os.remove(f"{site.dir}/motetctl")
    shutil.rmtree(f"{site.dir}/schema")
    os.chmod(site.dir, 0o700)


def test_usage(site):
    empty = os.path.join(site.dir, "empty.conf")
    with open(empty, "w", encoding="ascii"):
        pass
    for args, status, out, err in USAGE:
        expect(site, "motetctl " + " ".join(args), args, status, out, err, conf=empty)
    r = expect(site, "a configuration without a domain is printed and refused", ["config"], 78, "workers = 0", "domain: is not set", conf=empty)
    ok("domain =\n" in r.stdout, "as it stands", r.stdout)
    expect(site, "a missing configuration is a message", ["config"], 78, "^$", "No such file", conf=site.dir + "/nowhere.conf")
    test_closed(site)
    expect(site, "a database that is away is 69", ["-s", "domain=example.org", "-s", f"database=host={site.dir}", "actor", "list"], 69, "^$",
           "database: connect.*is PostgreSQL running", conf=empty)
    for text, shown in [("host=/tmp password=hunter2 user=x", "user=x password=*** host=/tmp"), ("password = 'hunter2 \\' x'", "password=***"),
                        ("postgresql://u:hunter2@h/d?sslpassword=hunter2", "user=u password=*** dbname=d host=h sslpassword=***"),
                        ("dbname='a b' passwd=hunter2", "***"), ("motet", "motet"),
                        ("dbname='it\\'s' user=''", "user='' dbname='it\\'s'")]:
        expect(site, f"config shows {shown}", ["-s", "domain=a.org", "-s", f"database={text}", "config"], 0, "(?m)^database = " + re.escape(shown) + "$", conf=empty)


def test_init(site):
    sets = ["-s", f"database={site.server}", "-s", f"state_dir={site.dir}/var"] + (["-s", "user=nobody"] if ROOT else [])
    expect(site, "init wants a domain", [*sets, "init"], 78, "^$", "--domain")
    ok(not os.path.exists(site.conf), "and writes nothing without one")
    expect(site, "init wants a domain in lower case", [*sets, "init", "--domain", "Example.org"], 78, "^$", "lower case")
    expect(site, "init writes the configuration and says what is missing", [*sets, "init", "--domain", "example.org"], 69, "written", "run motetctl migrate")
    with open(site.conf, encoding="utf-8") as f:
        text = f.read()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    ok(lines == [f"database = {site.server}", "domain = example.org", f"state_dir = {site.dir}/var"] + (["user = nobody"] if ROOT else []),
       "what was set is in it, the rest is comment", lines)
    ok(os.stat(site.conf).st_mode & 0o777 == 0o640, "others cannot read it", oct(os.stat(site.conf).st_mode))
    ok(not os.path.exists(site.secret), "no secret is made for a database that is not ready")
    expect(site, "other commands say so, too", ["actor", "list"], 69, "^$", "no tables yet: run motetctl migrate")
    return text


def test_migrate_beside_a_dump(site):
    """While a transaction reads a table that the next schema file changes, no other statement waits behind the migration."""
    own = shutil.copytree(SCHEMA, f"{site.dir}/dump")
    body = "BEGIN;\nALTER TABLE actor ADD COLUMN beside_a_dump int;\n"
    with open(f"{own}/9999_beside.sql", "w", encoding="ascii") as f:
        f.write(f"{body}INSERT INTO schema_version (version, compat, checksum) VALUES (9999, 1, '{hashlib.sha256(body.encode()).hexdigest()}');\nCOMMIT;\n")
    reader = threading.Thread(target=site.psql, args=("BEGIN; SELECT count(*) FROM actor; SELECT pg_sleep(6); COMMIT",))
    reader.start()
    while not site.psql("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(6)%' AND wait_event = 'PgSleep'"):
        time.sleep(0.05)
    done = []
    migrates = threading.Thread(target=lambda: done.append(site.run("migrate", "--dir", own, "--database", site.owner)))
    migrates.start()
    waits = []
    while migrates.is_alive():
        began = time.monotonic()
        site.psql("SELECT count(*) FROM actor")
        waits.append(time.monotonic() - began)
    migrates.join()
    reader.join()
    ok(done[0].returncode == 0 and "9999_beside.sql: waiting for a lock of another transaction" in done[0].stdout and "9999_beside.sql applied" in done[0].stdout,
       "a migration beside a long transaction says what it waits for, and is done", done[0])
    ok(max(waits) < 3, f"the longest of {len(waits)} other statements took {max(waits):.1f} s")
    site.psql("ALTER TABLE actor DROP COLUMN beside_a_dump; DELETE FROM schema_version WHERE version = 9999")


def test_migrate_encoding(site):
    """LATIN1 cannot hold our schema files."""
    cluster = ["psql", "-X", "-q", "-h", os.environ["MOTET_TEST_CLUSTER"], "-U", "postgres", "-d", "postgres", "-c"]
    name = f"latin_{os.getpid()}"
    subprocess.run([*cluster, f"CREATE DATABASE {name} OWNER motet_owner ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"], check=True)
    owner = f"host={os.environ['MOTET_TEST_CLUSTER']} user=motet_owner dbname={name}"
    expect(site, "a database that is not UTF-8 is refused", ["migrate", "--dir", SCHEMA, "--database", owner], 69, "^$", "is LATIN1; motet needs UTF8")
    subprocess.run([*cluster, f"DROP DATABASE {name} WITH (FORCE)"], check=True)


def test_migrate(site):
    here = ["migrate", "--dir", SCHEMA]
    rows = lists(site, "migrate --status --json before", [*here, "--status"], ["version", "state", "applied_at", "file"])
    ok(all(r["state"] == "pending" and r["applied_at"] is None for r in rows), "all files are pending", rows)
    expect(site, "the server's role may not migrate", here, 69, "", "permission denied")
    expect(site, "migrate", [*here, "--database", site.owner], 0, "0001_init.sql applied")
    expect(site, "a role without rights is told how to get them", ["actor", "list"], 69, "^$", "permission denied.*migrate --grant ROLE")
    expect(site, "again: nothing is applied, and rights are given", [*here, "--database", site.owner, "--grant", "motet"], 0,
           r"^schema (\d+) of \1\nrole motet may")
    expect(site, "the environment names the database as well", here, 0, "^schema", env={"MOTET_DATABASE": site.owner})
    expect(site, "what servers do not do is refused to their role", ["actor", "add", "root", "--admin", "--generate"], 69, "^$", "42501.*owner_database")
    expect(site, "so is an invite", ["invite", "create"], 69, "^$", "permission denied.*owner_database")
    site.env["MOTET_OWNER_DATABASE"] = site.owner
    expect(site, "owner_database is who migrates", here, 0, "^schema")
    test_grant(site, here)
    rows = lists(site, "migrate --status --json after", [*here, "--status"], ["version", "state", "applied_at", "file"])
    files = sorted(f for f in os.listdir(SCHEMA) if f.endswith(".sql"))
    ok([r["file"] for r in rows] == files and [int(r["version"]) for r in rows] == [int(f[:4]) for f in files], "each in its turn, whatever numbers are left out", rows)
    ok(all(r["state"] == "applied" and re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", r["applied_at"]) for r in rows), "all files are applied", rows)
    expect(site, "no such directory", ["migrate", "--dir", site.dir + "/nowhere"], 1, "^$", "nowhere: No such file")
    expect(site, "an unknown role", [*here, "--database", site.owner, "--grant", "no_such_role"], 1, "", "no_such_role.*does not exist")
    site.psql("UPDATE schema_version SET checksum = 'x' WHERE version = 1")
    ok(site.run(*here, "--status", "--json").stdout.count('"changed"') == 1, "a changed file is told")
    expect(site, "and stops a migration", [*here, "--database", site.owner], 1, "", "not the file that was applied")
    site.psql(f"UPDATE schema_version SET checksum = '{checksum()}' WHERE version = 1; INSERT INTO schema_version (version, compat, checksum) VALUES (99, 1, 'x')")
    ok('"unknown"' in site.run(*here, "--status", "--json").stdout, "a file of a newer program is told")
    site.psql("DELETE FROM schema_version WHERE version = 99")


def test_grant(site, here):
    """Objects of other owners in the schema, and unusual names of roles, do no harm."""
    odd = f'o d"d\\{os.getpid()}é'
    quoted = '"' + odd.replace('"', '""') + '"'
    other = f"other_{os.getpid()}"
    cluster = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", os.environ["MOTET_TEST_CLUSTER"], "-U", "postgres", "-d",
               re.search(r"dbname=(\S+)", os.environ["MOTET_DATABASE"]).group(1), "-c"]
    subprocess.run([*cluster, f"CREATE ROLE {other}; CREATE ROLE {quoted}; GRANT ALL ON SCHEMA {NAMESPACE} TO {other}; SET ROLE {other};"
                    f"SET search_path = {NAMESPACE}; CREATE TABLE not_ours (a int); CREATE VIEW not_ours_view AS SELECT * FROM not_ours;"
                    "CREATE SEQUENCE not_ours_seq; CREATE FUNCTION not_ours() RETURNS int LANGUAGE sql AS 'SELECT 1'"], check=True)
    site.psql("CREATE TABLE ours_but_new (a int); GRANT ALL ON ours_but_new, actor TO motet; GRANT UPDATE (admin) ON actor TO motet")
    expect(site, "--grant beside tables of others", [*here, "--grant", "motet"], 0, "role motet may run a server")
    expect(site, "--grant to a role with an odd name", [*here, "--grant", odd], 0, "may run a server")
    expect(site, "--grant to public, who is no role", [*here, "--grant", "public"], 1, "", "does not exist")
    ok(site.psql(f"SELECT has_table_privilege('{odd}', 'actor', 'SELECT')") == "t", "it has its rights")
    ok(site.psql("SELECT has_column_privilege('motet', 'actor', 'admin', 'UPDATE') OR has_table_privilege('motet', 'ours_but_new', 'SELECT')") == "f",
       "--grant takes what is too much")
    site.psql("DROP TABLE ours_but_new")
    subprocess.run([*cluster, f"SET client_min_messages = error; DROP OWNED BY {other} CASCADE; DROP OWNED BY {quoted}; DROP ROLE {other}; DROP ROLE {quoted}"],
                   check=True)


def checksum():
    with open(os.path.join(SCHEMA, "0001_init.sql"), encoding="utf-8") as f:
        return re.search(r"VALUES \(1, 1, '([0-9a-f]{64})'\)", f.read()).group(1)


def test_identity(site, text):
    expect(site, "key show before there is one", ["key", "show"], 1, "^$", "run motetctl init")
    expect(site, "key rotate without a secret", ["key", "rotate"], 78, "^$", "motetctl init")
    expect(site, "--domain never speaks against the file", ["init", "--domain", "example.com"], 78, "^$", "example.org, --domain says example.com")
    expect(site, "init", ["init"], 0, "secret: created.*identity created, serial [0-9]{16}.*next: motetctl actor add")
    ok(os.stat(site.secret).st_mode & 0o777 == 0o400 and os.stat(os.path.dirname(site.secret)).st_mode & 0o007 == 0, "nobody else can read the secret")
    user = pwd.getpwnam("nobody") if ROOT else pwd.getpwuid(os.getuid())
    place = os.stat(os.path.dirname(site.secret))
    ok((place.st_uid, place.st_gid) == (os.getuid(), user.pw_gid) and place.st_mode & 0o7777 == (0o1770 if ROOT else 0o700),
       "its directory belongs to whoever made it; the server's user can make files there, and not replace the secret", oct(place.st_mode))
    ok(os.stat(site.secret).st_uid == os.getuid(), "and it to whoever made it: root's stays root's")
    ok(os.stat(site.conf).st_gid == user.pw_gid, "who may read the configuration, too")
    with open(site.secret, encoding="ascii") as f:
        secret = f.read()
    expect(site, "init again has nothing to do", ["init", "--domain", "example.org"], 0, "^nothing to do: example.org")
    with open(site.conf, encoding="utf-8") as f, open(site.secret, encoding="ascii") as g:
        ok(f.read() == text and g.read() == secret, "and changes no file")
    ok(site.psql("SELECT count(*) FROM server_key") == "1", "and makes no second key")
    test_wrong_secret(site, secret)
    expect(site, "another domain is refused", ["-s", "domain=example.net", "init"], 78, "^$", "belongs to example.org")
    expect(site, "also for a rotation", ["-s", "domain=example.net", "key", "rotate"], 78, "^$", "belongs to example.org")
    test_keys(site)


def put_secret(site, text):
    os.remove(site.secret)
    if text:
        fd = os.open(site.secret, os.O_WRONLY | os.O_CREAT, 0o400)
        os.write(fd, text.encode())
        os.close(fd)


def test_wrong_secret(site, secret):
    put_secret(site, "00" * 32 + "\n")
    expect(site, "another secret: init", ["init"], 78, "^$", "not the secret of this database")
    expect(site, "another secret: rotate", ["key", "rotate"], 78, "^$", "not the secret of this database")
    put_secret(site, None)
    expect(site, "the secret is missing: none is made", ["init"], 78, "^$", "from a host that has it")
    ok(not os.path.exists(site.secret) and site.psql("SELECT count(*) FROM server_key") == "1", "nothing was changed")
    with open(site.secret, "w", encoding="ascii") as f:
        f.write(secret)
    os.chmod(site.secret, 0o644)
    expect(site, "a secret that others can read", ["key", "rotate"], 78, "^$", "chmod 0400")
    os.chmod(site.secret, 0o400)


def openssl(pem, *args):
    return subprocess.run(["openssl", "x509", "-noout", *args], input=pem, text=True, capture_output=True, check=True).stdout


def test_keys(site):
    members = ["serial", "state", "not_before", "not_after", "ended_at", "public_key", "fingerprint"]
    old = lists(site, "key show --json", ["key", "show"], members)[0]
    time.sleep(1.1)
    expect(site, "key rotate", ["key", "rotate"], 0, "state: +current")
    rows = lists(site, "both are shown", ["key", "show"], members)
    ok(all(isinstance(r["serial"], str) for r in rows), "serial numbers are strings", rows)
    ok([r["state"] for r in rows] == ["ended", "current"] and rows[0]["serial"] == old["serial"] and rows[0]["ended_at"], "the old one has ended", rows)
    ok(rows[0]["public_key"] != rows[1]["public_key"], "the key is another one")
    pem = site.run("key", "show", "--pem").stdout
    ok(int(openssl(pem, "-serial").split("=")[1], 16) == int(rows[1]["serial"]), "--pem is the current certificate")
    ok(rows[1]["fingerprint"] in openssl(pem, "-fingerprint", "-sha256"), "the fingerprint is OpenSSL's")
    expect(site, "key show for people", ["key", "show"], 0, f"serial: +{old['serial']}" + "\nstate: +ended")


def test_actors(site):
    members = ["name", "fid", "admin", "second_factor", "sessions", "certificates", "created_at", "deactivated_at", "id"]
    add = ["actor", "add"]
    expect(site, "actor add --password-stdin", [*add, "alice", "--password-stdin"], 0, "^alice@example.org added\n$", stdin=PASSWORD + "\n")
    expect(site, "a name that is taken", [*add, "ALICE@example.org", "--password-stdin"], 1, "^$", "taken", stdin=PASSWORD)
    r = expect(site, "actor add --generate", [*add, "bob", "--generate", "--admin"], 0, r"administrator\npassword: (\S{5}-){3}\S{5}\n")
    ok(site.run(*add, "bob2", "--generate").stdout[-24:] != r.stdout[-24:], "each time another one")
    one = json.loads(site.run(*add, "bob3", "--generate", "--json").stdout)
    ok(list(one) == ["name", "fid", "admin", "created_at", "id", "password"] and one["fid"] == "bob3@example.org" and len(one["password"]) == 23,
       "actor add --generate --json is one object: %s" % one)
    r = expect(site, "actor add --json", [*add, "bob4", "--password-stdin", "--json"], 0, '"password": *null', stdin=PASSWORD + "\n")
    ok(json.loads(r.stdout)["name"] == "bob4", "without a password that the operator knows")
    name = os.path.join(site.dir, "password")
    with open(name, "w", encoding="utf-8") as f:
        f.write("pässword-of-carol\nnext line\n")
    expect(site, "actor add --password-file", [*add, "carol", "--password-file", name], 0, "added")
    for what, args, stdin, why in [
            ("a short password", ["dave", "--password-stdin"], "short", "8 to 256"), ("a long one", ["dave", "--password-stdin"], "x" * 257, "8 to 256"),
            ("one that is not UTF-8", ["dave", "--password-file", site.program], "", "UTF-8|8 to 256"), ("a bad name", [".dave", "--password-stdin"], PASSWORD, "A name has"),
            ("a name of another domain", ["dave@example.com", "--password-stdin"], PASSWORD, "only has actors of example.org"),
            ("no terminal", ["dave"], PASSWORD, "--password-stdin"), ("no such file", ["dave", "--password-file", name + "x"], "", "No such file")]:
        expect(site, "actor add: " + what, [*add, *args], 1, "^$", why, stdin=stdin)
    expect(site, "actor add: two ways at once", [*add, "dave", "--password-stdin", "--generate"], 64, "^$", "Give only one of", stdin=PASSWORD)
    for args in [], ["alice", "--all"]:
        expect(site, " ".join(["token delete", *args]), ["token", "delete", *args], 64, "^$", "name one actor, or give --all")
    rows = lists(site, "actor list --json", ["actor", "list"], members)
    ok([r["fid"] for r in rows] == [n + "@example.org" for n in ("alice", "bob", "bob2", "bob3", "bob4", "carol")], "those who were added, and nobody else", rows)
    ok([r["admin"] for r in rows] == [False, True, False, False, False, False], "who is an administrator", rows)
    ok(all(isinstance(r["id"], str) and r["sessions"] == 0 and r["deactivated_at"] is None for r in rows), "types", rows)
    expect(site, "actor list for people", ["actor", "list"], 0, r"^NAME +FID .*ID\nalice +alice@example.org +no .*\nbob +bob@example.org +yes ")
    ok(json.loads(site.run("actor", "show", "alice", "--json").stdout) == rows[0], "actor show --json is that row")
    expect(site, "actor show of nobody", ["actor", "show", "nobody"], 1, "^$", "There is no actor nobody")
    for args, name, want in [(["grant", "alice"], "alice", "t"), (["revoke", "bob"], "bob", "f")]:
        expect(site, "admin " + " ".join(args), ["admin", *args], 0, "administrator")
        ok(site.psql(f"SELECT admin FROM actor WHERE local_name = '{name}'") == want, "it is in the database")
    expect(site, "admin grant to nobody", ["admin", "grant", "nobody"], 1, "^$", "There is no actor nobody")
    test_passwords(site)


def hash_of(site, name):
    return site.psql(f"SELECT password FROM actor WHERE local_name = '{name}'")


def read(tty, patience):
    if not select.select([tty], [], [], max(0, patience - time.monotonic()))[0]:
        raise TimeoutError("the terminal stays silent")
    return os.read(tty, 1024)


def typed(site, args, *lines):
    """Run at a terminal of its own, typing these lines at the prompts; returns the status and all that the terminal showed."""
    pid, tty = pty.fork()
    patience = time.monotonic() + 20
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests in the background ignores it
        os.execve(site.program, [site.program, "-c", site.conf, *args], site.env)
    shown = b""
    for line in lines:
        while not shown.endswith(b": "):
            shown += read(tty, patience)
        shown += b"<asked>"
        os.write(tty, line.encode())
    try:
        while more := read(tty, patience):
            shown += more
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass  # the other end is closed: it has ended
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def test_passwords(site):
    before = hash_of(site, "alice")
    ok(re.match(r"\$(scrypt|argon2id)\$", before), "passwords are PHC strings", before)
    expect(site, "actor passwd", ["actor", "passwd", "alice", "--password-stdin"], 0, "new password", stdin="another password\n")
    ok(hash_of(site, "alice") != before, "it was changed")
    expect(site, "actor passwd of nobody", ["actor", "passwd", "nobody", "--password-stdin"], 1, "^$", "There is no actor", stdin=PASSWORD)
    before = hash_of(site, "alice")
    status, shown = typed(site, ["actor", "passwd", "alice"], "typed password\n", "typed password\n")
    ok(status == 0 and hash_of(site, "alice") != before, "a password typed twice", shown)
    ok("typed password" not in shown, "is not shown", shown)
    before = hash_of(site, "alice")
    status, shown = typed(site, ["actor", "passwd", "alice"], "typed password\n", "another one\n")
    ok(status == 1 and "passwords differ" in shown and hash_of(site, "alice") == before, "two that differ change nothing", shown)
    status, shown = typed(site, ["actor", "passwd", "alice"], "\x03")
    ok(status == -2, "an interrupt ends it", f"{status} {shown}")


def test_invites(site):
    made = ["code", "id", "uses", "created_at", "expires_at", "note"]
    listed = ["id", "state", "used", "uses", "created_at", "expires_at", "revoked_at", "note"]
    expect(site, "invite list when there is none", ["invite", "list", "--json"], 0, r"^\[\s*\]\n$")
    r = expect(site, "invite create", ["invite", "create"], 0, r"(?m)^code: +p2i_[0-9A-Za-z]{49}$.*^uses: +1$", "invites work only while")
    r = expect(site, "invite create with everything", ["-s", "registration=invite", "invite", "create", "--uses", "3", "--expires", "12h", "--note", "Grüße", "--json"],
               0, "", "^$")
    one = json.loads(r.stdout)
    ok(list(one) == made and one["uses"] == 3 and one["note"] == "Grüße", "its members", one)
    ok(site.psql(f"SELECT code_hash = sha256('{one['code']}'), expires_at - created_at FROM invite WHERE id = {one['id']}") == "t|12:00:00", "as asked", one)
    for what, args in [("no uses", ["--uses", "0"]), ("too many", ["--uses", "100001"]), ("no number", ["--uses", "many"]), ("a second", ["--expires", "1s"]),
                       ("eternal", ["--expires", "9999d"]), ("a long note", ["--note", "x" * 201])]:
        expect(site, "invite create: " + what, ["invite", "create", *args], 64, "^$", args[0] + " must be ")
    site.psql(f"UPDATE invite SET used = 1 WHERE id = {one['id']}; UPDATE actor SET invite_id = {one['id']} WHERE local_name = 'bob'")
    rows = lists(site, "invite list --json", ["invite", "list"], listed)
    ok([(r["state"], r["used"], r["uses"]) for r in rows] == [("open", 0, 1), ("open", 1, 3)], "both", rows)
    expect(site, "invite show", ["invite", "show", one["id"]], 0, r"state: +open.*FID .*\nbob@example.org ")
    guests = lists(site, "invite show --json", ["invite", "show", one["id"]], ["fid", "created_at", "deactivated_at"])
    ok([g["fid"] for g in guests] == ["bob@example.org"], "who came by it", guests)
    expect(site, "invite revoke", ["invite", "revoke", one["id"]], 0, "is revoked")
    site.psql(f"UPDATE invite SET used = uses WHERE id <> {one['id']}")
    ok([r["state"] for r in lists(site, "states", ["invite", "list"], listed)] == ["used up", "revoked"], "used up and revoked")
    expect(site, "invite revoke of none", ["invite", "revoke", "1"], 1, "^$", "There is no invite 1")
    expect(site, "invite show of none", ["invite", "show", "1"], 1, "^$", "There is no invite 1")
    expect(site, "invite show of nonsense", ["invite", "show", "x"], 64, "^$", "x is not the id of an invite")
    site.psql("UPDATE actor SET invite_id = NULL; DELETE FROM invite")


SESSION = """
INSERT INTO serial_used SELECT 1234567890123450 + n FROM generate_series(1, 2) n;
INSERT INTO idcert (actor_id, serial, session_id, server_serial, public_key, csr_hash, cert, not_before, not_after)
SELECT a.id, 1234567890123450 + n, 'device ' || n, (SELECT serial FROM server_key WHERE ended_at IS NULL),
       decode(repeat('0' || n, 32), 'hex'), decode(repeat('0' || n, 32), 'hex'), '', now(), now() + interval '1 day'
FROM (VALUES ('alice', 1), ('carol', 2)) v (name, n) JOIN actor a ON a.local_name = v.name;
INSERT INTO session (token_hash, actor_id, serial) SELECT public_key, actor_id, serial FROM idcert
"""


def test_sessions(site):
    members = ["fid", "session_id", "created_at", "not_after", "serial"]
    expect(site, "session list when there is none", ["session", "list", "--json"], 0, r"^\[\s*\]\n$")
    site.psql(SESSION)
    rows = lists(site, "session list --json", ["session", "list"], members)
    ok([(r["fid"], r["session_id"], r["serial"]) for r in rows] ==
       [("alice@example.org", "device 1", "1234567890123451"), ("carol@example.org", "device 2", "1234567890123452")], "both sessions", rows)
    ok(lists(site, "session list ACTOR --json", ["session", "list", "carol"], members) == rows[1:], "only the actor's")
    expect(site, "session list of nobody", ["session", "list", "nobody"], 1, "^$", "There is no actor nobody")
    expect(site, "session revoke of another's session", ["session", "revoke", "carol", "device 1"], 1, "^$", "no session device 1.*session list carol")
    expect(site, "session revoke", ["session", "revoke", "alice", "device 1"], 0, "device 1 of alice@example.org has ended")
    ok(lists(site, "the other one stays", ["session", "list"], members) == rows[1:], "alone")
    ok(site.psql("SELECT live, invalidated_at IS NOT NULL FROM idcert WHERE serial = 1234567890123451") == "f|t", "the ID-Cert is revoked")
    expect(site, "a second time", ["session", "revoke", "alice", "device 1"], 1, "^$", "no session")
    expect(site, "actor deactivate", ["actor", "deactivate", "carol"], 0, "deactivated")
    expect(site, "ends sessions", ["session", "list", "--json"], 0, r"^\[\s*\]\n$")
    ok(site.psql("SELECT live FROM idcert WHERE serial = 1234567890123452") == "f", "and ID-Certs")
    expect(site, "and keeps the name", ["actor", "add", "carol", "--generate"], 1, "^$", "taken")
    expect(site, "actor deactivate of nobody", ["actor", "deactivate", "nobody"], 1, "^$", "There is no actor nobody")


KEY_PACKAGES = """
INSERT INTO key_package (actor_id, serial, suite, extensions, last_resort, ref, init_hash, tls, not_before, not_after, used_at, spent_at)
SELECT c.actor_id, c.serial, v.suite, '{}', v.last, '', sha256(v.n::text::bytea), CASE WHEN NOT v.spent THEN 'x'::bytea END, now(),
       now() + v.days * interval '1 day', CASE WHEN v.used THEN now() END, CASE WHEN v.spent THEN now() END
FROM idcert c, (VALUES (1, 1, false, false, false, 1), (2, 1, false, true, false, 1), (3, 1, true, false, true, 1), (4, 3, false, false, false, 1),
                       (5, 3, false, false, false, -1)) v (n, suite, last, spent, used, days) WHERE c.session_id = 'device 1'
"""


def test_keypackages(site):
    members = ["fid", "session_id", "serial", "suite", "stock", "last_resort", "last_resort_used", "spent"]
    expect(site, "keypackage stats when there are none", ["keypackage", "stats", "--json"], 0, r"^\[\s*\]\n$")
    site.psql(SESSION)
    site.psql(KEY_PACKAGES)
    rows = lists(site, "keypackage stats --json", ["keypackage", "stats"], members)
    ok([(r["fid"], r["session_id"], r["suite"], r["stock"], r["last_resort"], r["last_resort_used"], r["spent"]) for r in rows] ==
       [("alice@example.org", "device 1", 1, 1, True, True, 1), ("alice@example.org", "device 1", 3, 1, False, False, 0)],
       "what is spent or has run out is no stock", rows)
    ok(lists(site, "keypackage stats ACTOR --json", ["keypackage", "stats", "alice"], members) == rows, "of one actor")
    expect(site, "keypackage stats of another", ["keypackage", "stats", "carol", "--json"], 0, r"^\[\s*\]\n$")
    expect(site, "keypackage stats of nobody", ["keypackage", "stats", "nobody"], 1, "^$", "There is no actor nobody")
    expect(site, "a revoked session", ["session", "revoke", "alice", "device 1"], 0, "has ended")
    expect(site, "has none any more", ["keypackage", "stats", "--json"], 0, r"^\[\s*\]\n$")
    site.psql("DELETE FROM key_package; DELETE FROM session; DELETE FROM idcert;"
              "DELETE FROM serial_used WHERE serial IN (1234567890123451, 1234567890123452); DELETE FROM event")


def test_prune(site):
    members = ["kind", "rows", "what"]
    site.psql("INSERT INTO throttle (key, tat) SELECT n::text::bytea, now() - interval '1 h' FROM generate_series(1, 1234) n;"
              "INSERT INTO throttle (key, tat) VALUES ('stays', now() + interval '1 h')")
    rows = {r["kind"]: r["rows"] for r in lists(site, "prune --dry-run --json", ["prune", "--dry-run"], members)}
    ok(rows["throttle"] == 1234 and site.psql("SELECT count(*) FROM throttle") == "1235", "counts, and changes nothing", rows)
    with open(f"{TOP}/deploy/man/motetctl-prune.8", encoding="ascii") as f:
        ok(re.findall(r"(?m)^\.It Cm ([a-z_]+)$", f.read()) == list(rows), "its page says of each kind when it is deleted", rows)
    rows = {r["kind"]: r["rows"] for r in lists(site, "prune --json", ["prune"], members)}
    ok(rows["throttle"] == 1234 and site.psql("SELECT count(*) FROM throttle") == "1", "takes what may go", rows)
    expect(site, "prune for people", ["prune"], 0, r"(?m)^KIND +ROWS +WHAT$.*^throttle +0 ", "^$")
    site.psql("INSERT INTO throttle (key, tat) SELECT n::text::bytea, now() - interval '1 h' FROM generate_series(1, 30000) n")
    status, shown = typed(site, ["prune"])
    ok(status == 0 and re.search(r"\r\x1b\[K\d+ rows deleted, \d+ of them counts of wrong passwords", shown), "on a terminal it shows how far it is", shown[:500])
    site.psql("DELETE FROM throttle")


def test_verify(site):
    r = expect(site, "verify", ["verify", "--dir", SCHEMA], 0, r"^\d+ rows in [\d.]+ s: no fault found\n(not checked: .*\n){4}$", "^$")
    expect(site, "verify --json", ["verify", "--json", "--dir", SCHEMA], 0, r"^\[\]\n$", "^$")
    status, shown = typed(site, ["verify", "--dir", SCHEMA])
    ok(status == 0 and re.search(r"\r\x1b\[K *\d+ %  \d+ of \d+ rows  \d+ rows/s", shown), "on a terminal it shows how far it is", shown[:500])
    site.psql("UPDATE server_key SET not_after = not_after + interval '1 s', cert = set_byte(cert, 200, 255 - get_byte(cert, 200))")
    r = expect(site, "verify finds", ["verify", "--dir", SCHEMA], 1, r"(?m)^server_key \d{16}: .*\n.*faults found\n(not checked: .*\n){4}$", "motetctl: [2-9][0-9]* faults in")
    found = json.loads(site.run("verify", "--json", "--dir", SCHEMA).stdout)
    ok(len(found) + 5 == len(r.stdout.splitlines()) and all(list(f) == ["table", "key", "what"] for f in found), "the same as JSON", found)
    site.psql("UPDATE server_key SET not_after = not_after - interval '1 s', cert = set_byte(cert, 200, 255 - get_byte(cert, 200))")
    expect(site, "and nothing when it is undone", ["verify", "--dir", SCHEMA], 0, "no fault found")


def test_newer(site):
    site.psql("INSERT INTO schema_version (version, compat, checksum) VALUES (99, 99, 'x')")
    expect(site, "a schema that has let go of this program", ["actor", "list"], 69, "^$", "install a newer program")
    expect(site, "config --json", ["config", "--json"], 0, '"key":"domain",\\s*"value":"example.org"')
    r = subprocess.run(f"'{site.program}' config --sample >/dev/full", shell=True, text=True, capture_output=True, env=site.env, check=False)
    ok(r.returncode == 1 and "standard output" in r.stderr, "an output that cannot be written is a failure", r)


def main():
    server, owner = os.environ.get("MOTET_DATABASE"), os.environ.get("MOTET_OWNER_DATABASE")
    if not server or not owner:
        print("1..0 # SKIP run me with tests/with-postgres")
        return 0
    site = Site(os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "."), server, owner)
    site.psql(f"DROP SCHEMA IF EXISTS {NAMESPACE} CASCADE; CREATE SCHEMA {NAMESPACE}; GRANT USAGE ON SCHEMA {NAMESPACE} TO motet")
    try:
        test_usage(site)
        text = test_init(site)
        test_migrate(site)
        test_migrate_beside_a_dump(site)
        test_migrate_encoding(site)
        test_identity(site, text)
        test_actors(site)
        test_invites(site)
        test_keypackages(site)
        test_prune(site)
        ctl_completion.test(site, ok)
        test_verify(site)
        test_sessions(site)
        test_newer(site)
    finally:
        site.psql(f"DROP SCHEMA {NAMESPACE} CASCADE")
        shutil.rmtree(site.dir)
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
