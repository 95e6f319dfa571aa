"""Groups and their tasks side by side: at most so many at once, the longest group first."""
import os
import shutil
import signal
import subprocess
import sys
import time

import groups
import programs
import results

CONTAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "contain.py")
ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class Stopped(Exception):
    def __init__(self, number):
        super().__init__(number)
        self.number = number


def contained(command, **options):
    """A process that ends all that it has started when it gets SIGTERM, or when we are gone."""
    options["env"] = dict(os.environ, **options.get("env", {}), MOTET_TEST_PARENT=str(os.getpid()))
    return subprocess.Popen([sys.executable, CONTAIN, *command], start_new_session=True, **options)


class Run:
    """A group at work: its phases, the output of its tasks, its log."""

    def __init__(self, group, places):
        self.group, self.places = group, places
        self.log = os.path.join(places.work, "log", group.name)
        self.phases, self.tasks, self.order, self.texts = list(group.phases), [], [], {}
        self.begun, self.bad, self.at_work = False, False, 0
        self.first, self.seconds, self.cpu = None, 0, 0     # when its first task began; what it took

    def begin(self, failed):
        """Unless groups that it needs have failed, or programs are not there."""
        self.begun = True
        with open(self.log, "w", encoding="utf-8"):
            pass
        name, missing = self.group.name, groups.missing_tools(self.group)
        if failed:
            self.write(f"not ok - {name} is not run, since {' and '.join(failed)} failed\n")
        elif missing:
            self.write(f"1..0 # SKIP {name}: {' and '.join(missing)} not installed\n")
        if failed or missing:
            self.phases = []

    def write(self, text):
        self.bad = self.bad or bool(results.NOT_OK.search(text))
        with open(self.log, "a", encoding="utf-8") as f:
            f.write(text)

    def next_phase(self):
        self.flush()
        self.tasks = self.phases.pop(0)(self.places)
        self.order = [t.name for t in self.tasks]
        if not self.tasks:
            self.write(f"not ok - {self.group.name} has nothing to run\n")

    def next_task(self, locks):
        """The next task that may run now, or None; moves on to the next phase when one is over."""
        while not self.tasks and not self.at_work and self.phases:
            self.next_phase()
        for i, task in enumerate(self.tasks):
            if task.lock not in locks:
                return self.tasks.pop(i)
        return None

    def flush(self):
        """The output of a phase, in the order of its tasks, whoever has finished first."""
        self.write("".join(f"# {name}\n{self.texts[name]}" for name in self.order))
        self.texts, self.order = {}, []

    @property
    def over(self):
        return self.begun and not (self.phases or self.tasks or self.at_work)

    def end(self):
        self.flush()
        self.seconds = time.monotonic() - (self.first or time.monotonic())


class Job:
    """A task at work."""

    def __init__(self, run, task, number, env):
        self.run, self.task = run, task
        self.output = os.path.join(run.places.work, "log", f".output-{number}")
        if task.state:
            programs.provide(run.places.programs, task.state)
        with open(self.output, "wb") as f:
            self.process = contained(task.command, stdout=f, stderr=f, env={**env, **task.env})

    def forget(self):
        os.remove(self.output)
        if self.task.state:
            shutil.rmtree(self.task.state, ignore_errors=True)

    def ended(self, status, usage):
        with open(self.output, encoding="utf-8", errors="replace") as f:
            text = f.read()
        os.remove(self.output)
        self.process.returncode = status
        task, run = self.task, self.run
        run.texts[task.name] = results.whole(task.name, status, text, task.step)
        run.cpu += usage.ru_utime + usage.ru_stime
        run.at_work -= 1
        if task.state and status == 0:
            shutil.rmtree(task.state, ignore_errors=True)


class Cluster:
    """The PostgreSQL that tests/with-postgres makes a database in for each task."""

    def __init__(self):
        script = 'echo "$MOTET_TEST_CLUSTER"; exec sleep infinity'
        self.process = contained(["tests/with-postgres", "sh", "-c", script],
                                 stdout=subprocess.PIPE, text=True)
        self.directory = self.process.stdout.readline().strip()
        if not self.directory:
            raise RuntimeError("tests/with-postgres has started no PostgreSQL")


class Schedule:
    def __init__(self, places, wanted, finished):
        self.places, self.finished = places, finished
        self.waiting = [Run(g, places) for g in wanted]
        self.begun, self.failed, self.jobs, self.number = [], set(), {}, 0
        self.cluster = None

    def run(self):
        """Runs until all groups have finished; raises Stopped after a signal, when all processes have ended."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING | {signal.SIGCHLD})
        try:
            while self.waiting or self.begun:
                self.begin_groups()
                self.begin_tasks()
                if not self.end_groups():
                    self.wait()
        finally:
            self.end_all()

    # --- What may start ---

    def begin_groups(self):
        unfinished = {r.group.name for r in self.waiting + self.begun}
        ready = [r for r in self.waiting if not unfinished & set(r.group.after)]
        for run in ready:
            run.begin(self.failed & set(run.group.after))
        self.waiting = [r for r in self.waiting if r not in ready]
        self.begun = sorted(self.begun + ready, key=lambda r: -r.group.seconds)

    def begin_tasks(self):
        for run in self.begun:
            while len(self.jobs) < self.places.jobs:
                locks = {j.task.lock for j in self.jobs.values() if j.task.lock}
                task = run.next_task(locks)
                if task is None:
                    break
                self.begin_task(run, task)

    def begin_task(self, run, task):
        env = {}
        if run.group.database:
            self.cluster = self.cluster or Cluster()
            env["MOTET_TEST_CLUSTER"] = self.cluster.directory
        self.number += 1
        job = Job(run, task, self.number, env)
        run.at_work += 1
        run.first = run.first or time.monotonic()
        self.jobs[job.process.pid] = job

    # --- What has ended ---

    def wait(self):
        number = signal.sigwait(ENDING | {signal.SIGCHLD})
        if number != signal.SIGCHLD:
            raise Stopped(number)
        for pid, job in list(self.jobs.items()):
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                del self.jobs[pid]
                job.ended(os.waitstatus_to_exitcode(status), usage)

    def end_groups(self):
        over = [r for r in self.begun if r.over]
        self.begun = [r for r in self.begun if not r.over]
        for run in over:
            run.end()
            if run.bad:
                self.failed.add(run.group.name)
            at_work = [r.group.name for r in self.begun if r.at_work]
            self.finished(run, at_work, len(self.waiting) + len(self.begun))
        return over

    def end_all(self):
        processes = [j.process for j in self.jobs.values()]
        if self.cluster:
            processes.append(self.cluster.process)
        for p in processes:
            p.terminate()
        for p in processes:
            p.wait()
        for job in self.jobs.values():
            job.forget()
