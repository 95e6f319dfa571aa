#!/usr/bin/python3
"""The epoch fence against real histories: epoch_drill_test.py BUILD-DIRECTORY. A PostgreSQL of its own, a
standby of it that is promoted, and a dump that is restored into another system. TAP; skipped without
the programs of PostgreSQL."""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), "")
ROOT = os.getuid() == 0
AS = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if ROOT else []
ENV = {k: v for k, v in os.environ.items() if not k.startswith(("MOTET_", "PG"))}
count = failed = 0


def ok(fine, name, why=""):
    global count, failed
    count, failed = count + 1, failed + (not fine)
    print(f"{'ok' if fine else 'not ok'} {count} - {name}", flush=True)
    if not fine:
        print("# " + str(why).replace("\n", "\n# "))


def run(*args, check=True, **more):
    return subprocess.run(args, text=True, capture_output=True, check=check, env=ENV, cwd="/", **more)


class Cluster:
    """A PostgreSQL in a directory; its socket is there, too."""

    def __init__(self, place, name):
        self.dir = os.path.join(place, name)
        os.mkdir(self.dir, 0o755)
        if ROOT:
            shutil.chown(self.dir, "postgres")
        self.data = os.path.join(self.dir, "data")

    def pg(self, program, *args):
        return run(*AS, f"{BIN}/{program}", *args)

    def make(self):
        self.pg("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        self.start()
        run("psql", "-Xq", "-h", self.dir, "-U", "postgres", "-f", f"{TOP}/deploy/roles.sql", "postgres")

    def follow(self, primary):
        self.pg("pg_basebackup", "-h", primary.dir, "-U", "postgres", "-D", self.data, "-R", "-X", "stream", "-c", "fast")
        self.start()

    def start(self):
        # The output goes to no pipe, because the server would keep the pipe open.
        with open(os.path.join(self.dir, "out"), "w", encoding="ascii") as out:
            subprocess.run([*AS, f"{BIN}/pg_ctl", "-D", self.data, "-l", f"{self.dir}/log", "-w", "-o",
                            f"-c listen_addresses= -c unix_socket_directories={self.dir} -c fsync=off", "start"],
                           stdout=out, stderr=out, check=True, env=ENV, cwd="/")

    def stop(self):
        run(*AS, f"{BIN}/pg_ctl", "-D", self.data, "-m", "immediate", "stop", check=False)

    def sql(self, text):
        return run("psql", "-XqAt", "-h", self.dir, "-U", "postgres", "motet", "-c", text).stdout.strip()

    def conninfo(self, role):
        return f"host={self.dir} user={role} dbname=motet"


class Site:
    """A configuration, and motetctl on it."""

    def __init__(self, build, place):
        self.program = os.path.join(build, "motetctl")
        self.conf = os.path.join(place, "motet.conf")
        self.place = place

    def use(self, cluster, owner=True):
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(f"domain = example.org\ndatabase = {cluster.conninfo('motet')}\n"
                    f"owner_database = {cluster.conninfo('motet_owner') if owner else ''}\n"
                    f"state_dir = {self.place}/var\nsecret_file = {self.place}/var/secret\nuser =\n")

    def ctl(self, *args):
        return run(self.program, "-c", self.conf, *args, check=False)

    def invites(self):
        return {i["state"] for i in json.loads(self.ctl("invite", "list", "--json").stdout)}

    def epochs(self):
        return [e["cause"] for e in json.loads(self.ctl("epoch", "list", "--json").stdout)]


def set_up(site, primary):
    primary.make()
    site.use(primary)
    for args in (("migrate", "--dir", f"{TOP}/schema", "--grant", "motet"),
                 ("init",), ("actor", "add", "alice", "--generate"), ("invite", "create")):
        done = site.ctl(*args)
        ok(done.returncode == 0, "motetctl " + " ".join(args[:2]), done.stderr)
    ok(site.epochs() == ["first"], "the first epoch", site.epochs())


def promote(site, primary, standby):
    standby.follow(primary)
    deadline = time.time() + 60
    while standby.sql("SELECT count(*) FROM invite") != "1" and time.time() < deadline:
        time.sleep(.1)
    primary.stop()
    standby.pg("pg_ctl", "-D", standby.data, "-w", "promote")
    site.use(standby)
    done = site.ctl("actor", "list")
    ok(done.returncode == 0, "a promoted standby is used at once", done.stderr)
    ok(site.epochs() == ["first", "timeline"], "and has begun an epoch", site.epochs())
    ok(site.invites() == {"revoked"}, "invites of before are void", site.invites())
    shown = site.ctl("epoch", "show").stdout
    ok("invites" in shown, "and listed", shown)
    done = site.ctl("doctor", "--json")
    ok("epoch 2 (timeline) began" in done.stdout, "doctor tells of it for some days", done.stdout)
    done = site.ctl("epoch", "moved")
    ok(done.returncode == 0 and done.stdout.startswith("nothing to do") and len(site.epochs()) == 2, "epoch moved when nothing moved",
       done.stdout + done.stderr)


def damage(path, at):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 1]))


def interrupt(site, backup):
    """A backup is interrupted while pg_dump runs; a fake pg_dump waits for this."""
    fake = os.path.join(site.place, "fake")
    os.mkdir(fake)
    with open(f"{fake}/pg_dump", "w", encoding="ascii") as f:
        f.write("#!/bin/sh\nexec sleep 60\n")
    os.chmod(f"{fake}/pg_dump", 0o755)
    p = subprocess.Popen([site.program, "-c", site.conf, "backup", backup + ".2"], env={**ENV, "PATH": fake + ":" + ENV["PATH"]},
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.time() + 60
    while not any(os.listdir(d) == ["about"] for d in glob.glob(backup + ".2.*")) and time.time() < deadline:
        time.sleep(.05)
    p.terminate()
    ok(p.wait(60) == 1 and glob.glob(backup + ".2*") == [], "an interrupted backup leaves nothing", glob.glob(backup + "*"))


def restore(site, other):
    """Backup of one system, restore into another one."""
    backup = os.path.join(site.place, "motet.tar")
    done = site.ctl("invite", "create")
    done = site.ctl("backup", backup, "--with-secret")
    ok(done.returncode == 0 and os.stat(backup).st_mode & 0o77 == 0, "backup", done.stderr)
    interrupt(site, backup)
    done = site.ctl("backup", backup)
    ok(done.returncode != 0, "a backup does not overwrite a file")
    ok([x for x in os.listdir(site.place) if x.startswith("motet.tar.")] == [], "and leaves nothing else")
    done = site.ctl("restore", backup)
    ok(done.returncode == 1 and "empty" in done.stderr, "no restore over tables", done.stderr)
    other.make()
    site.use(other)
    os.rename(f"{site.place}/var/secret", f"{site.place}/var/old")
    options = ("--grant", "motet", "--with-secret", "--dir", f"{TOP}/schema")
    bad = backup + ".bad"
    shutil.copy(backup, bad)
    damage(bad, os.path.getsize(bad) // 2)
    done = site.ctl("restore", bad, *options)
    ok(done.returncode == 1 and "damaged" in done.stderr, "a damaged backup is not restored", done.stderr)
    ok(other.sql("SELECT to_regclass('actor') IS NULL") == "t", "and nothing was written")
    done = site.ctl("restore", backup, *options)
    ok(done.returncode == 0, "restore", done.stderr)
    ok(site.epochs()[-1] == "restored", "it says that it was restored", site.epochs())
    ok(site.invites() == {"revoked"}, "invites of before are void", site.invites())
    ok("alice" in site.ctl("actor", "list").stdout, "the actor is there")
    done = site.ctl("init")
    ok("nothing to do" in done.stdout, "the secret fits", done.stdout + done.stderr)


def lose_secret(site, cluster):
    done = site.ctl("init", "--new-identity")
    ok(done.returncode == 78 and "exists" in done.stderr, "no new identity while there is a secret", done.stderr)
    os.unlink(f"{site.place}/var/secret")
    cluster.sql("INSERT INTO totp (actor_id, sealed, confirmed_at) SELECT id, 'x', now() FROM actor")
    done = site.ctl("init")
    ok(done.returncode == 78 and "--new-identity" in done.stderr, "init names the way out of a lost secret", done.stderr)
    done = site.ctl("init", "--new-identity")
    ok(done.returncode == 0 and "1 second factors were removed" in done.stdout, "a new identity", done.stdout + done.stderr)
    keys = json.loads(site.ctl("key", "show", "--json").stdout)
    ok([k["state"] for k in keys] == ["ended", "current"], "the lost key has ended", keys)
    time.sleep(1.1)
    done = site.ctl("key", "rotate")
    ok(done.returncode == 0, "the new one signs", done.stderr)
    done = site.ctl("verify", "--dir", f"{TOP}/schema")
    ok("sealed" not in done.stdout, "verify knows that the old secret is lost", done.stdout)


def restore_by_hand(site, source, other):
    """pg_dump and pg_restore are run without motetctl."""
    dump = os.path.join(site.place, "by-hand.dump")
    run(f"{BIN}/pg_dump", "-Fc", "-h", source.dir, "-U", "motet_owner", "-f", dump, "motet")
    other.make()
    run(f"{BIN}/pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "-h", other.dir, "-U", "motet_owner", "-d", "motet", dump)
    site.use(other)
    site.ctl("migrate", "--dir", f"{TOP}/schema", "--grant", "motet")
    site.use(other, owner=False)
    done = site.ctl("epoch", "moved")
    ok(done.returncode == 69 and "owner_database" in done.stderr, "only the owner may say what happened", done.stderr)
    site.use(other)
    done = site.ctl("actor", "list")
    ok(done.returncode == 69 and "epoch restored" in done.stderr, "another system is refused", done.stderr)
    done = site.ctl("doctor", "--json")
    ok('"db.epoch"' in done.stdout and "another system" in done.stdout, "doctor finds it", done.stdout)
    done = site.ctl("epoch", "moved")
    ok(done.returncode == 0 and site.ctl("actor", "list").returncode == 0, "moved: it goes on", done.stderr)
    ok(site.epochs()[-1] == "moved", "and is an epoch", site.epochs())
    run(f"{BIN}/pg_dump", "-Fc", "-h", other.dir, "-U", "motet_owner", "-f", dump, "motet")
    run(f"{BIN}/dropdb", "-h", other.dir, "-U", "postgres", "motet")
    run("psql", "-Xq", "-h", other.dir, "-U", "postgres", "-f", f"{TOP}/deploy/roles.sql", "postgres")
    run(f"{BIN}/pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "-h", other.dir, "-U", "motet_owner", "-d", "motet", dump)
    site.ctl("migrate", "--dir", f"{TOP}/schema", "--grant", "motet")
    done = site.ctl("actor", "list")
    ok(done.returncode == 69 and "epoch restored" in done.stderr, "a dump restored in the same system is noticed, too", done.stderr)


def main():
    if not BIN or not shutil.which("tar"):
        print("1..0 # SKIP no programs of PostgreSQL")
        return 0
    place = tempfile.mkdtemp(prefix="motet-epoch.")
    os.chmod(place, 0o755)
    site = Site(os.path.abspath(sys.argv[1]), place)
    clusters = {name: Cluster(place, name) for name in ("primary", "standby", "other", "third")}
    try:
        set_up(site, clusters["primary"])
        promote(site, clusters["primary"], clusters["standby"])
        restore(site, clusters["other"])
        lose_secret(site, clusters["other"])
        restore_by_hand(site, clusters["standby"], clusters["third"])
    finally:
        for cluster in clusters.values():
            cluster.stop()
        shutil.rmtree(place)
    print(f"1..{count}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
