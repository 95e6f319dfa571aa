"""What deploy/quickstart refuses before it makes anything, and which checkout it builds.

The checkout here has quickstart and three small files in place of the sources, so each row takes
a second."""
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile

from place import TOP
from ports import free_port

CONFIGURE = """#!/bin/sh
src=$(cd "$(dirname "$0")" && pwd)
printf 'all: %s/program\\ninstall: all\\n\\tmkdir -p %s/bin\\n\\tcp %s/program %s/bin/motetctl\\n' \\
    "$src" "${1#--prefix=}" "$src" "${1#--prefix=}" >Makefile
touch config.status
"""
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)


def make_checkout(top):
    for name in ("quickstart", "quickstart.tls", "quickstart.checks"):
        os.makedirs(os.path.join(top, "deploy"), exist_ok=True)
        shutil.copy(os.path.join(TOP, "deploy", name), os.path.join(top, "deploy", name))
    write(os.path.join(top, "configure"), CONFIGURE, 0o755)
    write(os.path.join(top, "program"), top)
    for name in ("src", "schema", "build-aux"):
        os.makedirs(os.path.join(top, name), exist_ok=True)
    for name in ("configure.ac", "Makefile.am"):
        write(os.path.join(top, name), "")
    return top


class Room:
    """A directory that everybody can enter, with a checkout, and a place for a state directory."""

    def __init__(self, directory):
        self.directory = directory
        os.chmod(directory, 0o755)
        self.top = make_checkout(os.path.join(directory, "checkout"))
        self.state = os.path.join(directory, "state")

    def run(self, *args, before=(), path="", top=None):
        command = [*before, os.path.join(top or self.top, "deploy", "quickstart"), "--state", self.state, *args]
        return subprocess.run(command, text=True, capture_output=True, timeout=120, check=False, cwd="/",
                              env={**os.environ, "HOME": self.directory, "PATH": f"{path}:/usr/bin:/bin:/usr/sbin:/sbin".lstrip(":")})


@contextlib.contextmanager
def room():
    with tempfile.TemporaryDirectory(prefix="motet-quickstart.") as directory:
        yield Room(directory)


@contextlib.contextmanager
def listener():
    with socket.create_server(("127.0.0.1", free_port())) as s:
        yield str(s.getsockname()[1])


def mounted(r, directory, *options):
    """Mounts a file system for this command only."""
    os.makedirs(directory, exist_ok=True)
    return ["unshare", "--mount", "sh", "-c", f'mount {" ".join(options)} {directory} && exec "$@"', "sh"]


def read_only(r):
    os.remove(os.path.join(r.top, "configure"))
    return r.run(before=mounted(r, r.top, "--bind", "-o", "ro", r.top))


def full_disk(r):
    r.state = os.path.join(r.directory, "small", "state")
    return r.run(before=mounted(r, os.path.dirname(r.state), "-t", "tmpfs", "-o", "size=20m,mode=755", "none"))


def configured(r):
    write(os.path.join(r.top, "config.status"), "")
    return r.run()


def programs_of_another(r):
    other = os.path.join(r.directory, "programs")
    os.mkdir(other)
    shutil.chown(other, "nobody")
    return r.run("--programs", other)


def programs_with_files(r):
    write(os.path.join(r.directory, "project", "build", "mine"), "")
    return r.run("--programs", os.path.join(r.directory, "project"))


def state_of_another(r):
    other = os.path.join(r.directory, "theirs")
    write(os.path.join(other, ".quickstart"), "")
    r.state = other
    done = r.run(before=AS_NOBODY)
    r.state = os.path.join(r.directory, "state")
    return done


def tls_of_another(r):
    other = os.path.join(r.directory, "tls")
    os.mkdir(other)
    shutil.chown(other, "nobody")
    return r.run("--tls", other)


def packages(r, sudo):
    """Everything but sudo and the packages is there; r.directory is nobody's, who can make the state directory."""
    tools = os.path.join(r.directory, "tools")
    os.mkdir(tools)
    for name in os.listdir("/usr/bin"):
        if name not in ("sudo", "dpkg-query"):
            os.symlink(os.path.join("/usr/bin", name), os.path.join(tools, name))
    write(os.path.join(tools, "dpkg-query"), "#!/bin/sh\nexit 1\n", 0o755)
    if sudo:
        write(os.path.join(tools, "sudo"), "#!/bin/sh\nexit 1\n", 0o755)
    shutil.chown(r.directory, "nobody")
    return r.run(before=[*AS_NOBODY, "env", f"PATH={tools}"])


def busy(r):
    with listener() as port:
        return r.run("--port", port)


def low_port(r):
    """In a network of its own, where the limit is the kernel's default."""
    return r.run("--port", "1023", before=["unshare", "--net"])


ROWS = (
    ("a busy port", busy, "is in use; choose another one with --port"),
    ("port 1023", low_port, "choose 1024 or more with --port"),
    ("port 0", lambda r: r.run("--port", "0"), "--port takes a number from 1 to 65535"),
    ("a read-only checkout", read_only, "is read-only"),
    ("a configured source tree", configured, "make distclean"),
    ("programs of somebody else", programs_of_another, "belongs to nobody, not to you; choose another directory with --programs"),
    ("programs among other files", programs_with_files, "has other files; choose an empty directory with --programs"),
    ("a state directory of somebody else", state_of_another, "belongs to root, not to you; choose another directory with --state"),
    ("a test authority of somebody else", tls_of_another, "belongs to nobody, not to you; choose another directory with --tls"),
    ("no right to write", lambda r: r.run(before=AS_NOBODY), "you cannot write to"),
    ("a full disk", full_disk, "MB free"),
    ("missing packages without sudo", lambda r: packages(r, False), "apt-get install autoconf automake gcc"),
    ("missing packages without a right to sudo", lambda r: packages(r, True), "apt-get install autoconf automake gcc"),
    ("a domain with a blank", lambda r: r.run("--domain", "exa mple.org"), "--domain takes a domain name"),
)


def refused_before_anything(t):
    """Each row needs root for the situation that it makes."""
    if os.getuid() != 0:
        return
    for name, do, words in ROWS:
        with room() as r:
            done = do(r)
            made = [d for d in (r.state, os.path.join(r.directory, ".local")) if os.path.exists(d)]
            t.ok(done.returncode == 1 and words in done.stderr and done.stderr.startswith("quickstart: ") and done.stderr.count("\n") == 1 and not made,
                 f"{name}: one sentence, and nothing is made", (done, made))


def builds_this_checkout(t):
    """A second checkout with the programs of the first one; then without the first one; then another one in its place."""
    with room() as r:
        programs = os.path.join(r.directory, "programs")
        second = make_checkout(os.path.join(r.directory, "second"))

        def built(top):
            done = r.run("--web", "none", "--programs", programs, top=top)
            try:
                with open(os.path.join(programs, "bin", "motetctl"), encoding="utf-8") as f:
                    return f.read(), done
            except OSError:
                return "", done
        got, done = built(r.top)
        t.ok(got == r.top, "the first checkout is built", done)
        got, done = built(second)
        t.ok(got == second, "a second checkout runs its own programs", done)
        shutil.rmtree(second)
        third = make_checkout(os.path.join(r.directory, "third"))
        got, done = built(third)
        t.ok(got == third, "a third one is built when the second one is gone", done)
        got, done = built(r.top)
        t.ok(got == r.top, "the first one is built again", done)
        older = make_checkout(os.path.join(r.directory, "older"))
        write(os.path.join(older, "program"), "older")
        for at, _, names in os.walk(older):
            for n in names:
                os.utime(os.path.join(at, n), (1e9, 1e9))
        os.rename(r.top, r.top + ".away")
        os.rename(older, r.top)
        got, done = built(r.top)
        t.ok(got == "older", "another checkout in the same place is built", done)
