#!/usr/bin/python3
"""Clients made from GET /.p2/openapi.json by openapi-typescript, openapi-python-client and oapi-codegen: they compile, register, log in, store and fetch.
Before that, openapi-spec-validator and Redocly's recommended rules read the document. TAP.

Usage: generated_clients.py [--state DIR] [--install DIR]      (--install: where the tools are kept)
"""
import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import venv

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import case  # noqa: E402
import pki  # noqa: E402
from npm import install  # noqa: E402
from place import Place  # noqa: E402
from run import SETS, Tap  # noqa: E402

# GET /gateway is always 404.
REDOCLY = ["lint", "--extends=recommended", "--format=json", "--skip-rule=operation-2xx-response", "motet.json"]


class Tools:
    """Programs of npm, PyPI and Go modules, of the versions in tests/clients/generated."""

    def __init__(self, where):
        self.where = where

    def run(self, *command, **env):
        done = subprocess.run(command, cwd=self.where, capture_output=True, text=True, check=False, env=dict(os.environ, **env))
        case.need(done.returncode == 0, f"{' '.join(command[:3])}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def node(self, name, *args):
        return self.run(os.path.join(self.where, "node_modules", ".bin", name), *args)

    def python(self, name, *args, **env):
        return self.run(os.path.join(self.where, "python", "bin", name), *args, **env)

    def install_python(self):
        venv.create(os.path.join(self.where, "python"), with_pip=True)
        self.python("pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt")


# --- The document ---

def valid(tools):
    tools.python("openapi-spec-validator", "motet.json")


def redocly(tools):
    said = tools.node("redocly", *REDOCLY)
    case.need('"warnings": 0' in said and '"errors": 0' in said, said[:3000])


# --- Clients ---

def make_typescript(tools):
    tools.node("openapi-typescript", "motet.json", "-o", "motet.d.ts")
    tools.node("tsc", "-p", ".")
    return ["node", "client.mjs"]


def make_python(tools):
    tools.python("openapi-python-client", "generate", "--path", "motet.json", "--config", "python-client.yaml", "--meta", "none", "--output-path", "motet",
                 "--overwrite")
    return [os.path.join("python", "bin", "python3"), "client.py"]


def make_go(tools):
    source = tools.run("go", "tool", "oapi-codegen", "-package", "main", "-generate", "types,client", "motet.json")
    with open(os.path.join(tools.where, "motet.go"), "w", encoding="utf-8") as f:
        f.write(source)
    tools.run("go", "build", "-o", "client", ".")
    return ["./client"]


CLIENTS = {"openapi-typescript": make_typescript, "openapi-python-client": make_python, "oapi-codegen": make_go}


def use(tools, place, make):
    command, name = make(tools), f"made-x{secrets.token_hex(4)}"
    subject = pki.subject(name, f"{name}@{place.domain}", "made", place.domain)
    said = tools.run(*command, URL=place.url, NAME=name, PASSWORD=case.PASSWORD, CSR=pki.pem("CERTIFICATE REQUEST", pki.csr(subject, pki.Key())),
                     KEY_DATA=pki.key_material(secrets.token_bytes(60)))
    case.need(said == "ok\n", said)


def attempt(tap, name, test, *args):
    try:
        tap.result(name, test(*args))
    except (case.Failure, OSError, ValueError, RuntimeError) as e:
        tap.result(name, f"{type(e).__name__}: {e}")


def run(tap, place, tools):
    got = place.send("GET", "/.p2/openapi.json")
    with open(os.path.join(tools.where, "motet.json"), "wb") as f:
        f.write(got.body)
    attempt(tap, "openapi-spec-validator", valid, tools)
    attempt(tap, "Redocly's recommended rules", redocly, tools)
    for name, make in CLIENTS.items():
        attempt(tap, f"a client by {name}", use, tools, place, make)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state")
    p.add_argument("--install")
    a = p.parse_args()
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="motet-generated.") as scratch, Place(a.state) as place:
        tools = Tools(a.install or scratch)
        install("generated", tools.where)
        tools.install_python()
        place.start("nginx", "localhost", SETS, reset=True)
        run(tap, place, tools)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
