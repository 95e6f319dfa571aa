"""The faults by name: each takes (lab, rng, seconds), has mended all when it returns, and returns
how often it happened."""
import os
import signal
import subprocess
import time

from lab import kill, until


def again(seconds, pause, deed):
    """How often deed() was true."""
    end, n = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        n += bool(deed())
        time.sleep(pause)
    return n


# --- motetd ---

def kill_workers(lab, rng, seconds):
    return again(seconds, 0.15, lambda: kill(rng.choice(lab.workers() or [None])))


def kill_signer(lab, _, seconds):
    return again(seconds, 1, lambda: kill(lab.signer()))


def stop_workers(lab, rng, seconds):
    """SIGSTOP."""
    return again(seconds, 0.7,
                 lambda: kill(rng.choice(lab.workers() or [None]), signal.SIGSTOP))


def stop_signer(lab, _, seconds):
    return again(seconds, 1.5, lambda: kill(lab.signer(), signal.SIGSTOP))


def kill_motetd(lab, _, seconds):
    """Kills the master, and starts it again."""
    def kill_and_start():
        done = kill(lab.motetd.pid)
        lab.motetd.wait()
        lab.start()
        return done
    return again(seconds, 2.5, kill_and_start)


def reload(lab, _, seconds):
    return again(seconds, 1.5, lambda: kill(lab.motetd.pid, signal.SIGHUP))


def upgrade(lab, _, seconds):
    return again(seconds, 2.5, lambda: kill(lab.motetd.pid, signal.SIGUSR2))


def rotate_log(lab, _, seconds):
    def rename_and_tell():
        if os.path.exists(lab.log):
            os.replace(lab.log, lab.log + ".1")
        return kill(lab.motetd.pid, signal.SIGUSR1)
    return again(seconds, 0.3, rename_and_tell)


# --- PostgreSQL ---

def kill_postgres(lab, _, seconds):
    kill(lab.postgres.postmaster())
    time.sleep(seconds / 2)
    lab.postgres.start()
    return 1


def restart_postgres(lab, rng, seconds):
    lab.postgres.stop(rng.choice(("fast", "immediate")))
    time.sleep(seconds / 2)
    lab.postgres.start()
    return 1


def kill_backends(lab, _, seconds):
    """Kills one server process of PostgreSQL at a time; PostgreSQL then ends all others, and recovers."""
    def kill_one():
        pid = lab.postgres.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'motet' LIMIT 1")
        return kill(int(pid) if pid else None)
    return again(seconds, 2, kill_one)


def cut_connections(lab, _, seconds):
    """Cuts connections between motetd and PostgreSQL in the middle of statements."""
    return again(seconds, 0.15, lambda: lab.postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'motet'"
        " ORDER BY random() LIMIT 1"))


def cancel_statements(lab, _, seconds):
    return again(seconds, 0.05, lambda: lab.postgres.sql(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
        " WHERE usename = 'motet' AND state = 'active'"))


def stop_postgres(lab, _, seconds):
    """Sends SIGSTOP to all processes of PostgreSQL, so that it hangs and does not answer."""
    stopped = lab.postgres.processes()
    for pid in stopped:
        kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in stopped:
        kill(pid, signal.SIGCONT)
    return 1


def lock_table(lab, rng, seconds):
    """A LOCK TABLE in a session that somebody forgot."""
    name = rng.choice(("idcert", "session", "event_counter", "key_package"))
    lab.postgres.psql("-c", f"BEGIN; LOCK TABLE {name}; SELECT pg_sleep({seconds}); ROLLBACK")
    return 1


def stall_commits(lab, _, seconds):
    """A synchronous standby that is gone: statements are done, and commits wait."""
    lab.postgres.reload_with("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
    time.sleep(seconds)
    lab.postgres.reload_with("ALTER SYSTEM RESET synchronous_standby_names")
    return 1


def read_only(lab, _, seconds):
    """Makes the database read-only, like a standby or a primary that is being replaced."""
    lab.postgres.reload_with("ALTER SYSTEM SET default_transaction_read_only = on")
    time.sleep(seconds)
    lab.postgres.reload_with("ALTER SYSTEM RESET default_transaction_read_only")
    return 1


def fill_connections(lab, _, seconds):
    """Others take all connections that are left, then motetd's are cut."""
    command = ["psql", "-X", "-q", "-h", lab.postgres.place, "-U", "motet", "-d", "motet"]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL) for _ in range(60)]
    lab.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                     " WHERE usename = 'motet' AND application_name <> 'psql'")
    time.sleep(seconds)
    for p in others:
        p.stdin.close()
    for p in others:
        p.wait()
    return 1


ALL = {f.__name__: f for f in (
    kill_workers, kill_signer, stop_workers, stop_signer, kill_motetd, reload, upgrade, rotate_log,
    kill_postgres, restart_postgres, kill_backends, cut_connections, cancel_statements,
    stop_postgres, lock_table, stall_commits, read_only, fill_connections)}


def wait_for_service(lab):
    """Returns how long it took until everything works again, or None if it does not."""
    def serves():
        lab.start_again()
        return lab.is_ready() and len(lab.workers()) >= 3
    return until(serves, step=0.05)
