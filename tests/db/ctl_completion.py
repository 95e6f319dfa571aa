"""The completion scripts that motetctl prints, read by the shells; version --json."""
import re
import shutil
import subprocess

COMPLETE = """source /dev/stdin <<<"$(%s completion bash)"
for line in 'actor ' 'actor add --' 'doctor --' '-c /x foreign sh' 'help ' 'sel'; do
COMP_WORDS=(motetctl $line); case $line in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _motetctl; echo "${COMPREPLY[*]}"; done"""


def test(site, ok):
    done = subprocess.run(["bash", "-c", COMPLETE % site.program], text=True, capture_output=True, check=False)
    want = ["add list show passwd deactivate", "--admin --generate --json --password-file --password-stdin --config --set --help", "--accept --json --config --set --help", "show"]
    got = done.stdout.splitlines()
    same = len(got) == 6 and all(set(g.split()) == set(w.split()) for g, w in zip(got, want))
    ok(same and not done.stderr and "selftest" in got[5], "bash completes commands and options", done)
    if shutil.which("zsh"):
        done = subprocess.run(["zsh", "-n", "/dev/stdin"], input=site.run("completion", "zsh").stdout, text=True, capture_output=True, check=False)
        ok(done.returncode == 0 and not done.stderr, "zsh reads its script", done)
    done = site.run("completion", "fish")
    ok(done.returncode == 64 and "bash and zsh" in done.stderr, "there is none for other shells", done)
    done = site.run("version", "--json")
    ok(done.returncode == 0 and re.search(r'"version": *"[0-9.]+"[^}]*"schema": *\d+', done.stdout), "version --json", done)
