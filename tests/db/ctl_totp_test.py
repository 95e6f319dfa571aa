#!/usr/bin/python3
"""motetctl totp, with the programs that people have: its QR code is read by zbarimg, the codes come from pyotp and oathtool. TAP.

ctl_totp_test.py BUILD-DIRECTORY, beside a PostgreSQL (tests/with-postgres gives one).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import pyotp
except ImportError:    # Debian's packages are for Debian's Python
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

import ctl_test
from ctl_test import expect, ok

BLOCKS = {" ": "11", "▀": "01", "▄": "10", "█": "00"}    # upper and lower half, 1 is dark: white on black


def bitmap(text):
    """The QR code that a terminal would show, as PBM."""
    rows = []
    for line in text.splitlines():
        cells = re.sub(r"\x1b\[[0-9;]*m", "", line)
        if not cells.strip() or set(cells) - set(BLOCKS):
            continue
        rows += ["".join(BLOCKS[c][half] for c in cells) for half in (0, 1)]
    large = ["".join(bit * 6 for bit in row) for row in rows for _ in range(6)]
    return f"P1\n{len(large[0])} {len(large)}\n" + "\n".join(large) + "\n" if large else ""


def scan(text):
    with tempfile.NamedTemporaryFile("w", suffix=".pbm", encoding="ascii") as f:
        f.write(bitmap(text))
        f.flush()
        return subprocess.run(["zbarimg", "--quiet", "--raw", f.name], capture_output=True, text=True, check=False).stdout.strip()


def oathtool(secret, now="now"):
    return subprocess.run(["oathtool", "--totp", "--base32", f"--now={now}", "-"], input=secret, capture_output=True, text=True, check=True).stdout.strip()


def site_of(build):
    site = ctl_test.Site(os.path.abspath(build), os.environ["MOTET_DATABASE"], os.environ["MOTET_OWNER_DATABASE"])
    site.psql(f"DROP SCHEMA IF EXISTS {ctl_test.NAMESPACE} CASCADE; CREATE SCHEMA {ctl_test.NAMESPACE}; "
              f"GRANT USAGE ON SCHEMA {ctl_test.NAMESPACE} TO motet")
    sets = ["-s", f"database={site.server}", "-s", f"state_dir={site.dir}/var"]
    site.run(*sets, "init", "--domain", "example.org")
    site.run("migrate", "--dir", ctl_test.SCHEMA, "--database", site.owner, "--grant", "motet")
    site.env["MOTET_OWNER_DATABASE"] = site.owner
    expect(site, "a server", ["init"], 0, "identity created")
    for name in ("alice", "bob"):
        expect(site, f"with {name}", ["actor", "add", name, "--password-stdin"], 0, "added", stdin=ctl_test.PASSWORD)
    return site


def enrolment(site):
    expect(site, "nothing yet", ["totp", "show", "alice"], 0, "state: +none")
    expect(site, "nothing to confirm", ["totp", "confirm", "alice", "123456"], 1, "^$", "alice has no second factor.*totp show alice")
    expect(site, "nothing to reset", ["totp", "reset", "alice"], 1, "^$", "alice has no second factor")
    expect(site, "nobody of that name", ["totp", "enrol", "nobody"], 1, "^$", "no such actor")
    r = expect(site, "totp enrol shows a QR code", ["totp", "enrol", "alice"], 0, r"secret: +[A-Z2-7]{32}\nuri: +otpauth://.*totp confirm alice CODE")
    uri, found = re.search(r"(?m)^uri: +(\S+)$", r.stdout).group(1), scan(r.stdout)
    ok(found == uri and "\x1b" not in r.stdout, "which zbarimg reads as the URI, in a file", f"{found}\n{r.stdout}")
    _, shown = ctl_test.typed(site, ["totp", "enrol", "alice"])
    seen = re.search(r"(?m)^uri: +(\S+)\r$", shown)
    ok(seen and scan(shown) == seen.group(1) and "\x1b[" in shown, "and on a terminal, in black and white", shown)
    uri = seen.group(1) if seen else uri
    totp = pyotp.parse_uri(uri)
    ok((totp.issuer, totp.name, totp.digits, totp.interval) == ("example.org", "alice@example.org", 6, 30), "pyotp knows whose it is", vars(totp))
    ok(oathtool(totp.secret, "@1700000000") == totp.at(1700000000), "oathtool and pyotp agree on its codes")
    r = expect(site, "without qrencode there is the text, and a hint", ["totp", "enrol", "alice"], 0, "install the program qrencode.*secret: .*uri: ", "^$",
               env={"PATH": site.dir})
    ok(totp.secret not in r.stdout, "enrolled anew, it is another secret")
    return re.search(r"(?m)^secret: +(\S+)$", r.stdout).group(1)


def confirmation(site, secret):
    totp = pyotp.TOTP(secret)
    expect(site, "a wrong code", ["totp", "confirm", "alice", f"{(int(totp.now()) + 1) % 1000000:06}"], 1, "^$", "The code is wrong")
    expect(site, "no code at all", ["totp", "confirm", "alice", "hello"], 1, "^$", "The code is wrong")
    expect(site, "pending", ["totp", "show", "alice"], 0, "state: +pending")
    r = expect(site, "a code by pyotp", ["totp", "confirm", "alice", totp.now()], 0, "^RECOVERY_CODE\n([a-z2-9]{5}(-[a-z2-9]{5}){3}\n){10}Each recovery code works once")
    codes = re.findall(r"(?m)^[a-z2-9-]{23}$", r.stdout)
    ok(len(set(codes)) == 10, "ten recovery codes, each another", codes)
    expect(site, "again: there is one", ["totp", "confirm", "alice", totp.now()], 1, "^$", "already has a second factor")
    expect(site, "no other is enrolled over it", ["totp", "enrol", "alice"], 1, "^$", "alice already has a second factor; `motetctl totp reset alice`")
    expect(site, "totp show --json", ["totp", "show", "alice", "--json"], 0,
           r'^\{\n? *"fid": ?"alice@example.org",\s*"state": ?"confirmed",\s*"created_at": ?"2[^"]*Z",\s*"confirmed_at": ?"2[^"]*Z",\s*"recovery_codes": ?10\s*\}')
    expect(site, "actor list tells who has one", ["actor", "list"], 0, r"SECOND_FACTOR.*\nalice +alice@example.org +no +yes .*\nbob +bob@example.org +no +no ")
    return codes


def at_rest(site, secret, codes):
    dump = subprocess.run(["pg_dump", "-d", site.psql_conninfo, "-n", ctl_test.NAMESPACE], capture_output=True, text=True, check=True, env=site.env).stdout
    raw = pyotp.TOTP(secret).byte_secret()
    shown = [form for form in (secret, raw.hex(), *codes, *(c.replace("-", "") for c in codes)) if form in dump]
    ok("COPY" in dump and not shown, "a dump of the database shows neither the secret nor a recovery code", shown)


def reset(site):
    expect(site, "totp reset", ["totp", "reset", "alice"], 0, "^alice@example.org no longer has a second factor")
    expect(site, "it is gone", ["totp", "show", "alice"], 0, "state: +none.*recovery_codes: +0")
    ok(site.psql("SELECT count(*) FROM totp_recovery") == "0", "with its recovery codes")
    r = expect(site, "totp enrol --json", ["totp", "enrol", "bob", "--json"], 0, r'^\{\n? *"secret": ?"[A-Z2-7]{32}",\s*"uri": ?"otpauth://[^"]*"\s*\}')
    code = oathtool(re.search(r'"secret": ?"(\w+)"', r.stdout).group(1))
    expect(site, "a code by oathtool; totp confirm --json", ["totp", "confirm", "bob", code, "--json"], 0, r'^\[\s*\{\s*"recovery_code": ?"')


def main():
    if len(sys.argv) != 2 or "MOTET_DATABASE" not in os.environ:
        print("1..0 # SKIP run me with tests/with-postgres")
        return 0
    site = site_of(sys.argv[1])
    try:
        secret = enrolment(site)
        at_rest(site, secret, confirmation(site, secret))
        reset(site)
    finally:
        site.psql(f"DROP SCHEMA {ctl_test.NAMESPACE} CASCADE")
        shutil.rmtree(site.dir)
    print(f"1..{ctl_test.count}")
    return 1 if ctl_test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
