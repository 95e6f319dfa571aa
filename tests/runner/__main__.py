"""Runs groups of tests side by side; tests/run, which installs packages first, starts it."""
import argparse
import fcntl
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import groups  # noqa: E402
import results  # noqa: E402
from schedule import Schedule, Stopped  # noqa: E402


def say(text):
    print(text, flush=True)


def default_work():
    return os.path.join(groups.TOP, "build-tests")


def default_state():
    """As root, quickstart runs its processes as a user who may not be able to enter a checkout."""
    if os.getuid():
        return os.path.join(groups.TOP, "build-tests", "state")
    mark = sum(ord(c) * 31 ** i for i, c in enumerate(groups.TOP)) % 10 ** 9
    return f"/var/lib/motet-tests-{mark}"


def arguments():
    p = argparse.ArgumentParser(prog="tests/run", add_help=False)
    p.add_argument("--only", action="append", default=[])
    p.add_argument("--list", action="store_true")
    p.add_argument("-j", type=int, default=len(os.sched_getaffinity(0)), dest="jobs")
    # Options for runner_test.py: other directories, and a finished build.
    p.add_argument("--work", default=default_work())
    p.add_argument("--state", default=default_state())
    p.add_argument("--built", action="store_true")
    a = p.parse_args()
    names = [g.name for g in groups.GROUPS]
    if unknown := [n for n in a.only if n not in names]:
        p.exit(64, f"there is no group {unknown[0]}; there are {' '.join(names)}\n")
    if a.jobs < 1:
        p.exit(64, "-j takes a number from 1 on\n")
    return a


def skip_is_failure():
    return os.environ.get("CI") == "true" or bool(os.environ.get("MOTET_REQUIRE_ALL"))


def row(name, counts, seconds, cpu):
    return (f"# {name:<21} {counts.passed:5d} passed {counts.failed:4d} failed "
            f"{counts.skipped:4d} skipped {seconds:6.0f} s {cpu:6.0f} s CPU")


class Report:
    """A block of lines when a group has finished, the table of all at the end."""

    def __init__(self, strict):
        self.strict, self.rows, self.begun = strict, {}, time.monotonic()

    def finished(self, run, running, left):
        with open(run.log, encoding="utf-8", errors="replace") as f:
            text = f.read()
        counts = results.count(text, self.strict)
        self.rows[run.group.name] = (counts, run.seconds, run.cpu)
        failures = results.failures(text)
        for line in failures[:200]:
            say(line)
        if len(failures) > 200:
            say(f"# {len(failures) - 200} more lines of these are in {run.log}")
        say(row(run.group.name, *self.rows[run.group.name]))
        if left:
            say(f"#   {time.monotonic() - self.begun:.0f} s: {left} groups to go; at work: "
                f"{', '.join(running) or 'none'}")

    def total(self):
        return [sum(r[0][i] for r in self.rows.values()) for i in range(3)]

    def end(self):
        seconds = time.monotonic() - self.begun
        say("#")
        for group in groups.GROUPS:
            if group.name in self.rows:
                say(row(group.name, *self.rows[group.name]))
        passed, failed, skipped = self.total()
        say(row("all", results.Counts(passed, failed, skipped), seconds,
                sum(r[2] for r in self.rows.values())))
        say(f"{passed} passed, {failed} failed")
        return 0 if passed and not failed else 1


def take(directory):
    """Ours alone until we end: two runs would disturb each other. None when it is taken."""
    os.makedirs(os.path.join(directory, "log"), exist_ok=True)
    os.chmod(directory, 0o755)
    lock = os.open(os.path.join(directory, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    return lock


def main():
    a = arguments()
    if a.list:
        for g in groups.GROUPS:
            say(f"{g.name:<21} {g.about}")
        return 0
    report = Report(skip_is_failure())
    places = groups.Places(a.work, a.state, a.jobs)
    if take(a.work) is None:
        say(f"another tests/run is at work in {a.work}; wait until it has ended")
        return 75
    try:
        Schedule(places, groups.needed(a.only, a.built), report.finished).run()
    except Stopped as e:
        say(f"# stopped by {signal.Signals(e.number).name}; what was started has been ended")
        passed, failed, _ = report.total()
        say(f"# until then {passed} passed, {failed} failed")
        return 128 + e.number
    return report.end()


if __name__ == "__main__":
    os.chdir(groups.TOP)
    sys.exit(main())
