"""A second pool on the database of a Place: another motetd, another web server, another port, the same secret."""
import os
import re
import subprocess
import time

import http1
from ports import free_port


class Second:
    def __init__(self, first, web):
        self.first, self.web, self.port = first, web, free_port()
        self.dir = os.path.join(first.state, "second")
        self.processes = []

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def path(self, name):
        return os.path.join(self.dir, name)

    def spawn(self, *command, user=None):
        """As the user that quickstart runs its own children as; root's motetd becomes that user by itself."""
        if user is None:
            user = ["setpriv", "--reuid=motet", "--regid=motet", "--clear-groups", "--"] if os.getuid() == 0 else []
        with open(self.path("log"), "ab") as log:
            self.processes.append(subprocess.Popen(user + list(command), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                                                   env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")))
        return self.processes[-1]

    def write(self):
        with open(os.path.join(self.first.state, "motet.conf"), encoding="utf-8") as f:
            conf = re.sub(r"(?m)^listen = .*$", f"listen = {self.path('motet.sock')}", f.read())
        conf = re.sub(r"(?m)^state_dir = .*$", f"state_dir = {self.dir}", conf)
        with open(self.path("motet.conf"), "w", encoding="utf-8") as f:
            f.write(conf)
        share = os.path.join(self.first.programs or self.first.state, "share", "motet")
        with open(os.path.join(share, f"{self.web}.conf"), encoding="utf-8") as f:
            text = f.read()
        for name, value in {"LISTEN": "127.0.0.1", "PORT": str(self.port), "SOCKET": self.path("motet.sock"), "STATE": self.dir,
                            "ERRORS": os.path.join(share, "errors")}.items():
            text = text.replace(f"@{name}@", value)
        with open(self.path(f"{self.web}.conf"), "w", encoding="utf-8") as f:
            f.write(text)

    def start(self):
        os.makedirs(self.dir, mode=0o700, exist_ok=True)
        self.write()
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "motet:motet", self.dir], check=True)
        program = next(p for p in (os.path.join(self.first.programs or self.first.state, d, "motetd") for d in ("sbin", "bin")) if os.path.exists(p))
        self.motetd = self.spawn(program, "-c", self.path("motet.conf"), user=[])
        if self.web == "nginx":
            self.spawn("nginx", "-e", "stderr", "-p", self.dir, "-c", self.path("nginx.conf"), "-g", "daemon off;")
        else:
            self.spawn("lighttpd", "-D", "-f", self.path("lighttpd.conf"))
        for _ in range(1200):
            try:
                if http1.send(self.address, http1.compose("GET", "/readyz", [], None, self.host)).status == 200:
                    return
            except (OSError, EOFError):
                pass
            time.sleep(0.05)
        with open(self.path("log"), encoding="utf-8", errors="replace") as f:
            raise RuntimeError(f"the second pool does not start: {f.read()[-2000:]}")

    def stop(self):
        for p in reversed(self.processes):
            p.terminate()
        for p in self.processes:
            try:
                p.wait(30)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        self.processes = []


def children(pid):
    """Of a process, by /proc."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(x) for x in f.read().split()]


def command(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as f:
        return f.read().replace(b"\0", b" ").decode(errors="replace")


def master(first):
    """The motetd that quickstart has started in a Place: its own process is in the file pid."""
    with open(os.path.join(first.state, "pid"), encoding="ascii") as f:
        return next(c for c in children(int(f.read())) if "motetd" in command(c))
