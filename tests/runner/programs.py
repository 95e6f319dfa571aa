"""A copy of the installed programs for a directory of quickstart, which then need not build."""
import os
import shutil

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def rewrite(path, old, new):
    """Where a file of text names the place where it was installed."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if old in text:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(old, new))


def provide(installed, state):
    """As quickstart leaves them; it builds nothing that is newer than its mark, build/installed."""
    os.makedirs(os.path.join(state, "build"), exist_ok=True)
    os.chmod(state, 0o755)
    for name in ("bin", "sbin", "share"):
        shutil.rmtree(os.path.join(state, name), ignore_errors=True)
        shutil.copytree(os.path.join(installed, name), os.path.join(state, name), symlinks=True)
    for directory, _, names in os.walk(os.path.join(state, "share")):
        for name in names:
            rewrite(os.path.join(directory, name), installed, state)
    checkout = f"{TOP} {os.stat(TOP).st_ino}\n"
    for mark, text in ((".quickstart", ""), (os.path.join("build", "checkout"), checkout),
                       (os.path.join("build", "installed"), "")):
        with open(os.path.join(state, mark), "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(os.path.join(state, mark), 0o600)
