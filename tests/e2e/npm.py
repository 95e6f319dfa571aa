"""Packages of npm that tests need: those of tests/clients/<name>/package-lock.json, in a directory of their own."""
import filecmp
import os
import shutil
import subprocess

CLIENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "clients")


def install(name, where):
    """npm ci, unless it has been done for the very same list of packages; and the files of the client."""
    here = os.path.join(CLIENTS, name)
    os.makedirs(where, exist_ok=True)
    for f in os.listdir(here):
        shutil.copy(os.path.join(here, f), where)
    lock, mark = os.path.join(where, "package-lock.json"), os.path.join(where, "node_modules", ".for")
    if os.path.exists(mark) and filecmp.cmp(lock, mark, shallow=False):
        return
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=where, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"npm ci: {done.stdout}{done.stderr}")
    shutil.copy(lock, mark)
