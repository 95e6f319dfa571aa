"""What doctor says of the host, of connections to the database, and of what it may not look at. `t` has finds, changed, doctor, as_user and ok of doctor_test."""
import os
import re
import shutil
import subprocess
import time

BOUNCER = """[databases]
motet = host={state}/postgres port=5432 dbname=motet
[pgbouncer]
listen_addr =
unix_socket_dir = {dir}
listen_port = 6432
auth_type = trust
auth_file = {dir}/users
pool_mode = {mode}
default_pool_size = 5
ignore_startup_parameters = extra_float_digits
pidfile = {dir}/pid
logfile = {dir}/log
"""


def accepted(t, place):
    t.finds(place, "a fault that is accepted is none", [], ["-s", f"database=host={place.state}/postgres user=motet dbname=motet", "doctor", "--accept", "db.fsync"])
    place.sql("ALTER SYSTEM SET fsync = off")
    place.sql("SELECT pg_reload_conf(), pg_sleep(0.5)")
    status, lines, rows = t.doctor(place, "doctor", "--accept", "file.log,db.fsync")
    of = {r["id"]: r["status"] for r in rows}
    t.ok(status == 0 and not lines and of["db.fsync"] == "accepted", "--accept takes a list, and the line stays", (status, lines))
    text = place.ctl(["doctor", "--accept", "db.fsync"])
    t.ok(text.returncode == 0 and "~ fsync is off" in text.stdout and "0 errors, 1 accepted" in text.stdout, "and is shown with a mark of its own", text)
    place.sql("ALTER SYSTEM RESET fsync")
    place.sql("SELECT pg_reload_conf(), pg_sleep(0.5)")
    for name, said in ("db.fsinc", "no such check"), ("db.reach", "no server works without"), ("key.secret", "no server works without"):
        done = place.ctl(["doctor", "--accept", name])
        t.ok(done.returncode == 64 and said in done.stderr, f"--accept {name} is refused", done)


def hidden(t, place, directory):
    """If a user is not permitted to look at a file, doctor does not say that the file is missing."""
    os.makedirs(f"{directory}/closed/deep")
    with open(f"{place.state}/motet.conf", encoding="utf-8") as f, open(f"{directory}/motet.conf", "w", encoding="utf-8") as g:
        g.write(re.sub("(?m)^state_dir.*$", f"state_dir = {directory}/closed/deep", re.sub("(?m)^listen =.*$", f"listen = {directory}/closed/deep/sock",
                re.sub("(?m)^secret_file.*$", f"secret_file = {directory}/closed/deep/secret", f.read())))
                + f"log_file = {directory}/closed/deep/log\n")
    os.chmod(f"{directory}/motet.conf", 0o644)
    os.chmod(f"{directory}/closed", 0)
    said = t.as_user([f"{place.state}/bin/motetctl", "-c", f"{directory}/motet.conf", "doctor"]).stdout
    for what in ("state_dir", "secret_file", "log_file", "listen"):
        t.ok(re.search(f"! {what} .*: this user is not permitted to look", said), f"{what}: not permitted is not \"not there\"", said)
    t.ok("install -d" not in said and "start motetd" not in said and re.search("^not checked by this command\n  \\? the web server", said, re.M), "nor to make or start anything; and the list ends with what was not seen", said)
    os.chmod(f"{directory}/closed", 0o700)


def connections(t, place):
    t.changed(place, "ALTER ROLE motet CONNECTION LIMIT 5", "ALTER ROLE motet CONNECTION LIMIT -1", "three workers and a role with five connections", ["db.connections"], "max_connections")
    place.sql("ALTER ROLE motet CONNECTION LIMIT 0")
    t.finds(place, "SQLSTATE 53300 of a role", ["db.reach"], ["doctor"], "max_connections")
    place.sql("ALTER ROLE motet CONNECTION LIMIT -1")
    owner = "GRANT USAGE ON SCHEMA public TO PUBLIC"
    t.changed(place, "REVOKE USAGE ON SCHEMA public FROM PUBLIC, motet", owner + ", motet", "a role without USAGE on the schema", ["db.permitted"], "GRANT USAGE ON SCHEMA public TO motet")


def pooler(t, place, directory, user):
    """With prepared statements and a pooler in transaction mode, requests fail now and then."""
    if not shutil.which("pgbouncer"):
        t.ok(True, "a pooler in transaction mode is found # SKIP pgbouncer is not installed")
        return
    for mode, prepared, want in ("transaction", "on", ["db.pooler"]), ("transaction", "off", []), ("session", "on", []):
        with open(f"{directory}/ini", "w", encoding="utf-8") as f:
            f.write(BOUNCER.format(state=place.state, dir=directory, mode=mode))
        with open(f"{directory}/users", "w", encoding="ascii") as f:
            f.write('"motet" ""\n')
        os.chmod(f"{directory}/ini", 0o644)
        os.chmod(f"{directory}/users", 0o644)
        with subprocess.Popen([*user, "pgbouncer", "-q", f"{directory}/ini"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                for _ in range(200):
                    if os.path.exists(f"{directory}/.s.PGSQL.6432"):
                        break
                    time.sleep(0.05)
                t.finds(place, f"a pooler in {mode} mode, prepared_statements = {prepared}", want,
                        ["-s", f"database=host={directory} port=6432 user=motet dbname=motet", "-s", f"prepared_statements={prepared}", "doctor"], "prepared_statements = off" if want else "")
            finally:
                process.terminate()


def algorithms(t, place, directory):
    with open(f"{directory}/openssl.cnf", "w", encoding="ascii") as f:
        f.write("openssl_conf = o\n[o]\nproviders = p\n[p]\nbase = b\n[b]\nactivate = 1\n")
    env = os.environ | {"OPENSSL_CONF": f"{directory}/openssl.cnf"}
    for program in (["sbin/motetd", "-t"], ["sbin/motetd"]):
        done = subprocess.run([f"{place.state}/{program[0]}", *program[1:], "-c", f"{place.state}/motet.conf"], text=True, capture_output=True, env=env, check=False)
        t.ok(done.returncode == 78 and re.fullmatch("motetd: OpenSSL .* has no SHA2-256 here, which motet needs for .*\n", done.stderr), f"{' '.join(program)} names what OpenSSL lacks", done)


def lasting(t, place):
    of = {r["id"]: r for r in t.doctor(place, "-s", "listen=/var/tmp/x/sock", "doctor")[2]}
    t.ok(of["host.lasting"]["status"] == "warning" and "not used for days" in of["host.lasting"]["text"], "a directory that the system cleans", of["host.lasting"])


def run(t, place, scratch, user):
    accepted(t, place)
    connections(t, place)
    lasting(t, place)
    with scratch(place.state) as directory:
        algorithms(t, place, directory)
    with scratch(place.state) as directory:
        hidden(t, place, directory)
    with scratch(place.state) as directory:
        pooler(t, place, directory, user)
