#!/usr/bin/python3
"""
tests/run itself: what its --list says, how it counts, and that an interrupt ends all that it has
started: drivers, quickstart, nginx, motetd, PostgreSQL. TAP.
"""
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
# pylint: disable=wrong-import-position
import contain  # noqa: E402
import groups  # noqa: E402
import results  # noqa: E402

PATIENCE = 90
count = failed = 0

# Each row: the output of a program; whether it is a step; its exit status; then the numbers of passed,
# failed and skipped tests, without and with CI.
COUNTED = [
    ("ok 1 - a\nok 2 - b\n1..2\n", False, 0, (2, 0, 0), (2, 0, 0)),
    ("ok 1 - a\nnot ok 2 - b\n", False, 1, (1, 1, 0), (1, 1, 0)),
    ("ok 1 - a\n", False, 3, (1, 1, 0), (1, 1, 0)),
    ("", False, 0, (0, 1, 0), (0, 1, 0)),
    ("ok 1 - a # SKIP no such program\n", False, 0, (1, 0, 1), (0, 1, 1)),
    ("1..0 # SKIP no such program\n", False, 0, (0, 0, 1), (0, 1, 1)),
    ("no newline", True, 0, (1, 0, 0), (1, 0, 0)),
    ("an error\n", True, 2, (0, 1, 0), (0, 1, 0)),
]


def ok(fine, name, why=""):
    global count, failed
    count, failed = count + 1, failed + (not fine)
    print(f"{'ok' if fine else 'not ok'} {count} - {name}", flush=True)
    if not fine:
        print("# " + str(why).replace("\n", "\n# "), flush=True)


def counting():
    for text, is_step, status, loose, strict in COUNTED:
        whole = results.whole("it", status, text, is_step)
        got = results.count(whole, False), results.count(whole, True)
        shown = repr(text).replace("#", "(hash)")     # not a skipped test of ours
        ok(got == (loose, strict), f"counted: {shown}, status {status}", got)


def table():
    names = [g.name for g in groups.GROUPS]
    ok(len(names) == len(set(names)), "no two groups have one name")
    places = [names.index(a) < names.index(g.name) for g in groups.GROUPS for a in g.after]
    ok(all(places), "what a group needs stands above it")
    only = [g.name for g in groups.needed(["unit"])]
    ok(only == ["configure", "build", "unit"], "a group alone comes with what it needs", only)


def leftovers():
    """A program that leaves a daemon behind, and one that leaves a file."""
    daemon = "setsid sleep 1000 & echo ok 1 - $TMPDIR; touch $TMPDIR/file"
    done = subprocess.run([f"{HERE}/contain.py", "sh", "-c", daemon], text=True,
                          capture_output=True, timeout=PATIENCE, check=False)
    place = done.stdout.split(" - ")[1].split("\n")[0]
    ok(done.returncode == 0 and "sleep 1000" in done.stdout, "a daemon is ended, and named", done)
    ok(not os.path.exists(place), "temporary files are gone", place)
    done = subprocess.run([f"{HERE}/contain.py", "sh", "-c", "exit 7"], check=False)
    ok(done.returncode == 7, "the exit status is the command's", done)
    background = f"trap '' INT QUIT; exec {HERE}/contain.py sh -c 'kill -INT $$'"
    done = subprocess.run(["sh", "-c", background], timeout=PATIENCE, check=False)
    ok(done.returncode == 130, "SIGINT ends it, also in the background", done)


def wait_until(what):
    end = time.monotonic() + PATIENCE
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


def at_work(work):
    """The programs of which something must be there before it is interrupted."""
    lines = [contain.command_line(p) for p in contain.descendants()]
    return {w for w in ("nginx: ", "postgres", "motetd", "run.py", "quickstart")
            if any(w in line for line in lines)} if os.path.exists(work) else set()


def interrupted(number, to_all):
    """A run of two groups gets a signal once all is at work: what is left of it."""
    work, state = tempfile.mkdtemp(prefix="motet-run."), tempfile.mkdtemp(prefix="motet-state.")
    for directory in (work, state):
        os.chmod(directory, 0o755)
    os.symlink(os.path.join(groups.TOP, "build-tests", "programs"), f"{work}/programs")
    os.symlink(os.path.join(groups.TOP, "build-tests", "plain"), f"{work}/plain")
    command = [sys.executable, HERE, "--built", "--work", work, "--state", state, "-j", "3",
               "--only", "e2e-nginx", "--only", "db"]
    with open(f"{work}/said", "wb") as f:
        p = subprocess.Popen(command, start_new_session=True, stdout=f, stderr=f)
    name = f"{signal.Signals(number).name}{' to all' if to_all else ''}"
    there = wait_until(lambda: len(at_work(work)) == 5 or p.poll() is not None)
    ok(there and p.poll() is None, f"{name}: drivers, servers and databases are at work",
       at_work(work))
    (os.killpg if to_all else os.kill)(p.pid, number)
    wait_until(lambda: p.poll() is not None and not contain.descendants())
    with open(f"{work}/said", encoding="utf-8") as f:
        said = f.read()
    left = [contain.command_line(q) for q in contain.descendants()]
    killed = number == signal.SIGKILL
    ok(p.returncode == (-number if killed else 128 + number), f"{name}: its exit status", said)
    ok(not left, f"{name}: no process is left", left)
    ok(killed or "stopped by" in said and said.count(" passed,") == 1, f"{name}: it says so", said)
    contain.tell(contain.descendants(), signal.SIGKILL)
    for directory in (work, state):
        shutil.rmtree(directory, ignore_errors=True)


def main():
    ctypes.CDLL(None).prctl(contain.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    counting()
    table()
    leftovers()
    interrupted(signal.SIGINT, True)
    interrupted(signal.SIGTERM, False)
    interrupted(signal.SIGKILL, False)
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
