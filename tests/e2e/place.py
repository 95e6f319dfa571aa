"""A server to test: deploy/quickstart in a directory of its own, the front before it, its database, its operator's command."""
import os
import shutil
import ssl
import subprocess
import tempfile
import threading

import fronts
import http1
from ports import free_port

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
QUICKSTART = os.path.join(TOP, "deploy", "quickstart")
MARK = "--end-of-answer--"


class Sql:
    """One psql for the whole run, as the owner of everything; threads take turns."""

    def __init__(self, host):
        command = ["psql", "-X", "-q", "-A", "-t", "-h", host, "-U", "postgres", "-d", "motet"]
        self.psql = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.turn = threading.Lock()

    def __call__(self, statement):
        with self.turn:
            return self.ask(statement)

    def ask(self, statement):
        self.psql.stdin.write(f"{statement}\n;\n\\echo {MARK}\n")
        self.psql.stdin.flush()
        out = []
        for line in self.psql.stdout:
            if line.rstrip("\n") == MARK:
                break
            out.append(line)
        text = "".join(out).rstrip("\n")
        if "ERROR:" in text or self.psql.poll() is not None:
            raise RuntimeError(f"{statement}: {text}")
        return text

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


class Place:
    """Use as a context: the directory and all processes are gone afterwards."""

    def __init__(self, state=None, programs=None, tls=None):
        self.own = state is None
        self.programs, self.tls = programs, tls    # directories: those of another place, and of a test authority
        self.state = state or tempfile.mkdtemp(prefix="motet-e2e.")
        os.makedirs(self.state, exist_ok=True)
        os.chmod(self.state, 0o755)
        self.port, self.web, self.front, self.domain, self.sql = free_port(), None, None, None, None

    def start(self, web, domain="localhost", sets=(), workers=3, reset=False, peers=()):
        self.web, self.front, self.domain = web, fronts.get(web), domain
        sets = [*sets, *self.front.sets] + ([f"base_path={self.front.base_path}"] if self.front.base_path else [])
        command = [QUICKSTART, "--state", self.state, "--port", str(self.port), "--web", self.front.quickstart, "--domain", domain,
                   "--workers", str(workers), "--detach"] + (["--reset"] if reset else [])
        for option, values in (("--set", sets), ("--peer", peers), ("--programs", [self.programs]), ("--tls", [self.tls])):
            for v in values:
                command += [option, v] if v else []
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0 or "ready: " not in done.stdout:
            raise RuntimeError(f"quickstart failed ({done.returncode}):\n{done.stdout}")
        self.front.start(self)
        self.sql = Sql(os.path.join(self.state, "postgres"))
        tables = self.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1").split()
        each = [f"SELECT '{t}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {t} t" for t in tables if t != "throttle"]
        self.fingerprint_sql = " UNION ALL ".join(each)

    def stop(self):
        if self.front:
            self.front.stop()
        if self.sql:
            self.sql.close()
            self.sql = None
        subprocess.run([QUICKSTART, "--state", self.state, "--stop"], check=False, stderr=subprocess.DEVNULL)

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://{self.host}"

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    @property
    def trust(self):
        """What http1.connect wants for TLS, None without it."""
        return (ssl.create_default_context(cafile=os.path.join(self.tls, "ca.pem")), "127.0.0.1") if self.tls else None

    def target(self, target):
        """A request target as it goes over the wire: below base_path, in the absolute form too."""
        base, origin = self.front.base_path, f"http://{self.host}"
        if target.startswith("/"):
            return base + target
        return origin + base + target[len(origin):] if target.startswith(origin) else target

    def send(self, method, target, headers=(), body=None):
        return http1.send(self.address, http1.compose(method, self.target(target), list(headers), body, self.host), method, tls=self.trust)

    def fingerprint(self):
        """Differs when any row of any table differs; tries at passwords do not count."""
        return self.sql(self.fingerprint_sql)

    def ctl(self, args, stdin=""):
        return subprocess.run([os.path.join(self.state, "bin", "motetctl")] + args, input=stdin, text=True, capture_output=True, check=False)

    def log(self):
        with open(self.front.log(self), encoding="utf-8", errors="replace") as f:
            return f.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own:
            shutil.rmtree(self.state, ignore_errors=True)
