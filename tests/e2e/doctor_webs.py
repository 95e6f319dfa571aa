"""Web servers in front of a motetd that runs already, right ones and wrong ones: the samples of deploy/ with some of their text changed."""
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from place import TOP, free_port

APACHE = """
ServerRoot @STATE@
PidFile @STATE@/apache.pid
ErrorLog @STATE@/error.log
LogLevel warn
ServerName localhost
Listen 127.0.0.1:@PORT@
LoadModule mpm_event_module @MODULES@/mod_mpm_event.so
LoadModule authz_core_module @MODULES@/mod_authz_core.so
LoadModule proxy_module @MODULES@/mod_proxy.so
LoadModule proxy_fcgi_module @MODULES@/mod_proxy_fcgi.so
DefaultRuntimeDir @STATE@
TraceEnable off
AllowEncodedSlashes On
MergeSlashes Off
<Location "/">
	CGIPassAuth On
</Location>
ProxyPass "/" "unix:@SOCKET@|fcgi://motet/" timeout=35
"""


def sample(kind):
    if kind == "apache":
        return APACHE
    with open(os.path.join(TOP, "deploy", f"{kind}.conf"), encoding="utf-8") as f:
        return f.read()


def identity():
    """Nobody's processes run as root here: those of a quickstart do not, either."""
    if os.getuid() != 0:
        return [], None
    return ["setpriv", "--reuid=motet", "--regid=motet", "--clear-groups", "--"], pwd.getpwnam("motet")


def command(kind, directory, conf):
    return {"nginx": ["nginx", "-e", f"{directory}/error.log", "-p", directory, "-c", conf, "-g", "daemon off;"],
            "lighttpd": ["lighttpd", "-D", "-f", conf],
            "apache": ["apache2", "-D", "FOREGROUND", "-f", conf]}[kind]


def wait_for(port, process, directory):
    for _ in range(400):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    with open(f"{directory}/log", encoding="utf-8", errors="replace") as f:
        raise RuntimeError(f"{process.args} does not listen:\n{f.read()}")


@contextlib.contextmanager
def running(args, directory):
    """A process of ours, as the user of the quickstart; ended by its id."""
    prefix, _ = identity()
    with open(f"{directory}/log", "ab") as log:
        process = subprocess.Popen(prefix + args, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def scratch(parent):
    directory = tempfile.mkdtemp(prefix="web.", dir=parent)
    user = identity()[1]
    if user:
        os.chown(directory, user.pw_uid, user.pw_gid)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def web(place, kind, changes=(), sock=None):
    """The port of one; each of `changes` is (what stands in the sample, what is to stand there)."""
    port = free_port()
    with scratch(place.state) as directory:
        text = sample(kind)
        for old, new in changes:
            if old not in text:
                raise RuntimeError(f"{kind}: {old!r} is not in the sample any more")
            text = text.replace(old, new)
        values = {"LISTEN": "127.0.0.1", "PORT": str(port), "SOCKET": sock or f"{place.state}/run/motet.sock", "STATE": directory,
                  "ERRORS": os.path.join(place.programs or place.state, "share", "motet", "errors"), "MODULES": "/usr/lib/apache2/modules"}
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        conf = f"{directory}/{kind}.conf"
        with open(conf, "w", encoding="utf-8") as f:
            f.write(text)
        with running(command(kind, directory, conf), directory) as process:
            wait_for(port, process, directory)
            yield port
