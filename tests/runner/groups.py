"""The table of groups: what each runs, what it needs, and how long it takes."""
import dataclasses
import os
import shutil
import subprocess
from typing import Callable

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TESTS = os.path.join(TOP, "tests")
LINTS = ("layers", "symbols", "names", "statements", "routes", "conf", "style", "format", "docs",
         "citations")
# Python modules of Debian packages work only with Debian's Python.
DEBIAN_PYTHON = {"PATH": f"/usr/bin:{os.environ['PATH']}"}


@dataclasses.dataclass
class Task:
    """A program that prints TAP; a step is a command that is one test by itself."""
    name: str
    command: list
    env: dict = dataclasses.field(default_factory=dict)
    step: bool = False
    lock: str = ""          # two tasks with the same lock never run at the same time
    state: str = ""         # a directory that quickstart may use, with our programs in it


@dataclasses.dataclass
class Group:
    """Phases run one after the other; the tasks of a phase side by side."""
    name: str
    about: str
    phases: list            # functions of a Places, each gives the tasks of a phase
    seconds: int = 10       # of its longest task, about; the longest is started first
    after: tuple = ("build",)
    database: bool = False  # uses the shared PostgreSQL
    tools: tuple = ()       # programs without which it is skipped


@dataclasses.dataclass
class Places:
    """Where things are built and kept."""
    work: str
    state: str
    jobs: int

    @property
    def plain(self):
        return os.path.join(self.work, "plain")

    @property
    def sanitized(self):
        return os.path.join(self.work, "sanitized")

    @property
    def programs(self):
        """As `make install` leaves them; each group with a state directory gets a copy."""
        return os.path.join(self.work, "programs")


def one(make: Callable):
    """A phase of one task."""
    return lambda p: [make(p)]


def python(name, script, *args, **more):
    return Task(name, ["python3", f"tests/{script}", *args], **more)


# --- Building ---

def step(name, *command, **more):
    return Task(name, list(command), step=True, **more)


def configure(directory, *args):
    """Runs configure, unless the directory has been configured in the same way already."""
    script = """
        mkdir -p "$1" && cd "$1" && shift
        [ -e config.status ] && [ "$(cat configured-as)" = "${CC:-} $*" ] && exit
        rm -f configured-as
        "$@" && echo "${CC:-} $*" >configured-as"""
    return step("configure", "sh", "-c", script, "sh", directory, f"{TOP}/configure", "--quiet",
                "--enable-werror", *args)


def autoreconf(_):
    return step("autoreconf", "sh", "-c", "[ -x configure ] || autoreconf -i")


def make(p, name, directory, *args, **more):
    return step(name, "make", "-s", "-C", directory, f"-j{p.jobs}", *args, **more)


def configure_plain(p):
    return configure(p.plain, f"--prefix={p.programs}", f"--sysconfdir={p.programs}")


def install_programs(p):
    return make(p, "make install", p.plain, "install")


def configure_sanitized(p):
    return configure(p.sanitized, "--enable-sanitizers", "CFLAGS=-O1 -g")


# --- Programs of a build ---

def programs(directory, variable):
    """The names that make has in a variable."""
    rule = f"show:;@echo $({variable})\n"
    done = subprocess.run(["make", "-s", "-C", directory, "-f", "Makefile", "-f", "-", "show"],
                          input=rule, text=True, capture_output=True, check=False)
    return done.stdout.split()


def unit_programs(directory, env):
    env = {**env, "srcdir": TOP, "top_srcdir": TOP}
    return [Task(t, ["env", "-C", TESTS, f"{directory}/{t}"], env)
            for t in programs(directory, "UNIT_TESTS")]


def with_postgres(name, *command, **env):
    return Task(name, ["tests/with-postgres", *command], {"top_srcdir": TOP, **env})


def db_programs(directory, env):
    return [with_postgres(t, f"{directory}/{t}", **env) for t in programs(directory, "DB_TESTS")]


def scripts(p, directory, **env):
    found = sorted(f for f in os.listdir(f"{TESTS}/{directory}") if f.endswith("_test.py"))
    return [with_postgres(f"tests/{directory}/{f}", "python3", f"tests/{directory}/{f}", p.plain,
                          **env) for f in found]


# --- Phases ---

def lint(p):
    env = {"top_srcdir": TOP, "top_builddir": p.plain}
    return [Task(f"lint/{name}", [f"tests/lint/{name}"], env) for name in LINTS]


def unit(p):
    return unit_programs(p.plain, {})


def db(p):
    """And some of it behind a pooler in transaction mode."""
    pooled = [with_postgres(f"tests/db/{t}_test, nothing prepared", f"{p.plain}/tests/db/{t}_test",
                            MOTET_PREPARED_STATEMENTS="off") for t in ("stmts", "issue")]
    return db_programs(p.plain, {}) + pooled + scripts(p, "db")


def sanitized(p):
    env = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0",
           "UBSAN_OPTIONS": "print_stacktrace=1"}
    return db_programs(p.sanitized, env) + unit_programs(p.sanitized, env)


def server(p):
    return scripts(p, "server", **DEBIAN_PYTHON)


def faults(p):
    return Task("faults, one after the other", ["tests/faults/run", p.plain, "--seconds", "90"],
                DEBIAN_PYTHON)


def fuzz(p):
    """Some seconds for each reader of bytes from outside that has a target for it."""
    return step("fuzz the readers of CSRs and certificates", "make", "-s", "-C", p.plain,
                "fuzz-x509", "FUZZ_SECONDS=10", lock="plain")


def distcheck(p):
    return make(p, "make distcheck", p.plain, "distcheck", lock="plain")


def destdir(p):
    return make(p, "make install DESTDIR=", p.plain, "install", f"DESTDIR={p.work}/root",
                lock="plain")


def deploy(p):
    return Task("what starts motetd", ["tests/portability/deploy_test", p.plain])


def install(p):
    """As a user without rights, from the tarball."""
    return Task("make install into a home directory", ["tests/with-postgres", "--schema=no",
                "tests/portability/install_test", p.plain], lock="plain")


def stateful(name, group, script, *args):
    """A driver of tests/e2e that is given a state directory of its own."""
    def task(p):
        state = os.path.join(p.state, group)
        return python(name, script, *(a.format(state=state, plain=p.plain) for a in args),
                      state=state)
    return one(task)


def quickstart(p):
    """Builds the programs itself: that is one of its tests."""
    state = os.path.join(p.state, "quickstart")
    return Task("deploy/quickstart", ["tests/e2e/quickstart_test", state])


def readme(p):
    state = os.path.join(p.state, "readme")
    return Task("the commands of README.md", ["tests/e2e/readme_test", state], state=state)


def ts_mls(p):
    return Task("ts-mls and the rules", ["tests/clients/ts-mls/selftest.sh", p.plain])


def runner(_):
    return Task("tests/run itself", ["python3", "tests/runner/runner_test.py"])


# --- The table ---

NODE = ("node", "npm")
STATE = ("--state", "{state}")


def install_below(name):
    """Where npm installs what the driver needs."""
    return ("--install", "{plain}/tests/clients/" + name)


def fronts():
    """The first word of each line of fronts/list."""
    with open(f"{TESTS}/e2e/fronts/list", encoding="ascii") as f:
        return [line.split()[0] for line in f if line.strip() and line[0] != "#"]


def front(name):
    return Group(f"e2e-{name}", f"motetd behind {name}",
                 [stateful(f"e2e through {name}", f"e2e-{name}", "e2e/run.py", "--web", name,
                           *STATE)], 150 if name == "nginx" else 50)


GROUPS = [
    Group("configure", "make configure, which builds start from", [one(autoreconf)], after=()),
    Group("build", "compile with warnings as errors; needed by nearly all others",
          [one(configure_plain), one(lambda p: make(p, "compile", p.plain, "check", "TESTS=")),
           one(install_programs)], 60, after=("configure",)),
    Group("lint", "layers, names, statements, routes, keys, style, documents", [lint], 10),
    Group("unit", "one program for each module", [unit], 20),
    Group("sanitizers", "unit and db once more, with ASan and UBSan",
          [one(configure_sanitized),
           one(lambda p: make(p, "compile", p.sanitized, "check", "TESTS=")), sanitized],
          30, after=("configure",), database=True),
    Group("db", "statements and races against PostgreSQL", [db], 30, database=True),
    Group("server", "processes and transport: signals, reloads, broken peers", [server], 90,
          database=True),
    Group("faults", "nothing is lost, doubled or told wrongly while processes and the database fail",
          [one(faults)], 130),
    Group("fuzz", "bytes from outside, for some seconds", [one(fuzz)], 30),
    Group("quickstart", "what deploy/quickstart promises", [one(quickstart)], 80),
    *map(front, fronts()),
    Group("doctor", "motetctl doctor and selftest, on servers that are broken",
          [stateful("doctor and selftest", "doctor", "e2e/doctor_test.py", *STATE)], 90),
    Group("federation", "two servers, and some that are not ours",
          [stateful("two servers, and some that are not ours", "federation",
                    "e2e/federation/run.py", *STATE)], 150),
    Group("claims", "64 clients claim KeyPackages through two pools",
          [stateful("claims through two pools", "claims", "e2e/claims.py", *STATE)], 90),
    Group("mls-clients", "KeyPackages of ts-mls",
          [one(ts_mls), stateful("ts-mls through the server", "mls-clients", "e2e/mls_clients.py",
                                 *STATE, *install_below("ts-mls"))], 40, tools=NODE),
    Group("browser", "Chromium: a client of another origin, and the page for people",
          [stateful("a browser", "browser", "e2e/browser.py", *STATE, *install_below("browser"))],
          40, tools=NODE),
    Group("properties", "some 2 000 requests made from openapi.json",
          [stateful("what openapi.json says", "properties", "e2e/properties.py", *STATE,
                    *install_below("openapi"))], 60, tools=NODE),
    Group("openapi-clients", "linters of openapi.json, and clients that programs make from it",
          [stateful("clients made from openapi.json", "openapi-clients",
                    "e2e/generated_clients.py", *STATE, *install_below("generated"))], 100,
          tools=(*NODE, "go")),
    Group("readme", "the commands of README.md", [one(readme)], 30),
    Group("distcheck", "the tarball builds and passes its tests", [one(distcheck), one(destdir)],
          120),
    Group("install", "make install without rights; units, rc scripts, cron",
          [lambda p: [deploy(p), install(p)]], 60),
    Group("runner", "tests/run itself: an interrupt leaves nothing", [one(runner)], 20),
]


def missing_tools(group):
    return [t for t in group.tools if not shutil.which(t)]


def needed(names, built=False):
    """The groups of these names, and those that they need unless all is built; ordered as above."""
    by_name, wanted = {g.name: g for g in GROUPS}, set()
    todo = list(names or by_name)
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            todo += () if built else by_name[name].after
    return [g for g in GROUPS if g.name in wanted]
