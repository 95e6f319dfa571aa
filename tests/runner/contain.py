#!/usr/bin/python3
"""
contain.py COMMAND...: run it with a directory for temporary files of its own; nothing stays behind.

When the command has ended, when this process gets SIGINT, SIGTERM or SIGHUP, and when its parent
is gone, every process that the command has started is ended, daemons too: they are our children
once their parents are gone (PR_SET_CHILD_SUBREAPER). SIGTERM comes first, SIGKILL 20 s later.
The exit status is the command's; 128 + N after a signal.
"""
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
GRACE, PATIENCE = 3, 20     # seconds: to end unasked, and after SIGTERM


def parents():
    """Process id -> parent's, of all processes that are not zombies."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/stat", encoding="latin-1") as f:
                state, parent = f.read().rpartition(") ")[2].split()[:2]
            if state != "Z":
                found[int(pid)] = int(parent)
    return found


def descendants():
    found, mine = parents(), {os.getpid()}
    while more := {pid for pid, parent in found.items() if parent in mine} - mine:
        mine |= more
    return mine - {os.getpid()}


def command_line(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().replace(b"\0", b" ").decode(errors="replace").strip()
    return "a process that has ended since"


def reap(known):
    """The exit status of process `known`, None unless it is among those that have ended."""
    status = None
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == known:
                status = os.waitstatus_to_exitcode(ended[1])
    return status


def tell(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def all_gone(seconds):
    """Waits for that long at most."""
    end = time.monotonic() + seconds
    while descendants():
        reap(None)
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def end_all(grace):
    if all_gone(grace):
        return
    left = descendants()
    if grace:
        for line in sorted({command_line(pid)[:200] for pid in left}):
            print(f"# was still running, and is ended: {line}", flush=True)
    tell(left, signal.SIGTERM)
    if not all_gone(PATIENCE):
        while not all_gone(0.2):    # one that is killed may have had a child in the meantime
            tell(descendants(), signal.SIGKILL)


def wait_for(pid):
    """(exit status or None, the signal that came or None)"""
    while True:
        number = signal.sigwait(ENDING | {signal.SIGCHLD})
        if number != signal.SIGCHLD:
            return None, number
        status = reap(pid)
        if status is not None:
            return status, None


def as_started_by_hand():
    """Whoever runs the tests in the background has SIGINT ignored; we have blocked some."""
    for number in (*ENDING, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def run(command):
    temporary = tempfile.mkdtemp(prefix="motet-t.")
    os.chmod(temporary, 0o1777)     # some of it runs as another user
    try:
        # pylint: disable=subprocess-popen-preexec-fn
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True,
                                 env=dict(os.environ, TMPDIR=temporary),
                                 preexec_fn=as_started_by_hand)
        status, number = wait_for(child.pid)
        end_all(0 if number else GRACE)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return 128 + (number or -status) if number or status < 0 else status


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 64
    libc = ctypes.CDLL(None, use_errno=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING | {signal.SIGCHLD})
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    parent = os.environ.pop("MOTET_TEST_PARENT", None)
    if parent and os.getppid() != int(parent):
        return 143      # it ended before it could be watched
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
