"""A motetd with a PostgreSQL of its own that may be killed; no web server, so that no answer is
anybody else's."""
import glob
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time

import fcgi

PATIENCE = 120      # seconds for what comes soon, on a machine that is busy with other things


def until(what, seconds=PATIENCE, step=0.02):
    """Wait for what() to be true; how long that took, or None."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if what():
            return time.monotonic() - began
        time.sleep(step)
    return None


def kill(pid, sig=signal.SIGKILL):
    """False: it has ended already."""
    try:
        os.kill(pid, sig)
        return True
    except (ProcessLookupError, TypeError):
        return False


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(x) for x in f.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def descriptors(pid):
    found = ""
    try:
        for f in os.listdir(f"/proc/{pid}/fd"):
            found += os.readlink(f"/proc/{pid}/fd/{f}") + "\n"
    except OSError:
        pass
    return found


class Postgres:
    """As root it runs as the user postgres."""

    def __init__(self, place):
        self.place, self.data = os.path.join(place, "pg"), os.path.join(place, "pg", "data")
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        self.user = self.user if os.getuid() == 0 else []

    def run(self, program, *args, check=True):
        command = [*self.user, os.path.join(self.bin, program), "-D", self.data, *args]
        return subprocess.run(command, cwd=self.place, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=check)

    def create(self):
        os.mkdir(self.place)
        if self.user:
            shutil.chown(self.place, "postgres")
        os.chmod(self.place, 0o755)
        self.run("initdb", "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="ascii") as f:
            f.write(f"listen_addresses = ''\nunix_socket_directories = '{self.place}'\n"
                    "max_connections = 60\nfsync = off\n")
        self.start()

    def start(self):
        """After a kill its children may still be there for a moment."""
        log = os.path.join(self.place, "log")
        until(lambda: self.run("pg_ctl", "-l", log, "-s", "-w", "-t", "60", "start",
                               check=False).returncode == 0, step=0.3)

    def stop(self, mode):
        self.run("pg_ctl", "-m", mode, "-s", "-w", "stop", check=False)

    def postmaster(self):
        with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as f:
            return int(f.readline())

    def processes(self):
        return [self.postmaster(), *children(self.postmaster())]

    def psql(self, *args, database="motet", user="postgres"):
        command = ["psql", "-X", "-q", "-A", "-t", "-h", self.place, "-U", user, "-d", database]
        return subprocess.run([*command, *args], capture_output=True, text=True, check=False)

    def sql(self, text):
        return self.psql("-c", text).stdout.strip()

    def reload_with(self, statement):
        self.sql(statement)
        self.sql("SELECT pg_reload_conf()")


class Lab:
    """Use as a context: everything is gone afterwards, unless `state` was given."""

    domain = "faults.test"

    def __init__(self, top, build, state=None):
        self.own, self.top, self.build = state is None, top, build
        self.place = state or tempfile.mkdtemp(prefix="motet-faults.")
        os.makedirs(self.place, exist_ok=True)
        os.chmod(self.place, 0o755)
        self.socket, self.log, self.conf = (os.path.join(self.place, n)
                                            for n in ("socket", "log", "motet.conf"))
        self.public, self.motetd = f"https://{self.domain}", None
        self.postgres = Postgres(self.place)

    def database(self, user):
        return f"host={self.postgres.place} user={user} dbname=motet"

    def configure(self):
        keys = {"domain": self.domain, "public_url": self.public, "listen": self.socket,
                "log_file": self.log, "state_dir": self.place, "workers": 3,
                "registration": "open", "rate_limit": "off", "sensitive_actions": "off",
                "secret_file": os.path.join(self.place, "secret"),
                "database": self.database("motet")}
        with open(self.conf, "w", encoding="utf-8") as f:
            f.writelines(f"{k} = {v}\n" for k, v in keys.items())
        with open(os.path.join(self.place, "secret"), "w", encoding="ascii",
                  opener=lambda p, flags: os.open(p, flags, 0o400)) as f:
            f.write(secrets.token_hex(32) + "\n")

    def ctl(self, *args, database=None):
        env = {**os.environ, **({"MOTET_DATABASE": database} if database else {})}
        return subprocess.run([os.path.join(self.build, "motetctl"), "-c", self.conf, *args],
                              env=env, capture_output=True, text=True, check=True)

    def __enter__(self):
        self.postgres.create()
        self.postgres.psql("-f", os.path.join(self.top, "deploy", "roles.sql"),
                           database="postgres")
        self.configure()
        self.ctl("migrate", "--dir", os.path.join(self.top, "schema"), "--grant", "motet",
                 database=self.database("motet_owner"))
        self.ctl("init", "--domain", self.domain)
        self.start()
        return self

    def start(self):
        with open(os.path.join(self.place, "stderr"), "ab") as stderr:
            self.motetd = subprocess.Popen([os.path.join(self.build, "motetd"), "-c", self.conf],
                                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                           stderr=stderr)

    def start_again(self):
        """What a supervisor does when motetd has ended, for example since the processes of the one
        before still hold the lock of state_dir."""
        if self.motetd.poll() is not None:
            with open(os.path.join(self.place, "stderr"), encoding="utf-8") as stderr:
                said = (stderr.read().splitlines() or [""])[-1]
            print(f"# motetd ended with status {self.motetd.returncode}, and is started again: "
                  f"{said}", flush=True)
            self.start()

    def __exit__(self, *exc):
        self.motetd.terminate()
        try:
            self.motetd.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.motetd.kill()
        self.postgres.stop("immediate")
        if self.own:
            shutil.rmtree(self.place, ignore_errors=True)

    def workers(self):
        return [p for p in children(self.motetd.pid) if "eventpoll" in descriptors(p)]

    def signer(self):
        """The child that has the log open, and neither an epoll nor the scoreboard."""
        for pid in children(self.motetd.pid):
            has = descriptors(pid)
            if self.log in has and "eventpoll" not in has and "scoreboard" not in has:
                return pid
        return None

    def ask(self, method, target, body=None, token=None, timeout=PATIENCE):
        """(status, body as JSON or text, headers). OSError or fcgi.Closed: no answer."""
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        octets = b"" if body is None else json.dumps(body).encode()
        if octets:
            headers["CONTENT_TYPE"] = "application/json"
        c = fcgi.Conn(self.socket, timeout)
        try:
            answer = c.ask(method, target, octets, **headers)
        finally:
            c.close()
        said = answer.headers.get("content-type", "")
        return answer.status, answer.json() if "json" in said else answer.body, answer.headers

    def is_ready(self):
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except (OSError, fcgi.Closed):
            return False
