#!/usr/bin/python3
"""Test motetctl doctor and motetctl selftest against real servers, correct and faulty: doctor_test.py [--state DIR] [--seed N]. TAP.

--state DIR keeps DIR, so that a second run does not build again.
"""
import argparse
import json
import os
import pty
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import doctor_machine
import http1
import pki
import selftest_role
from doctor_webs import WEBS, Careless, careless, identity, other_motetd, scratch, web
from place import Place

count = failed = 0


def ok(fine, name, why=""):
    global count, failed
    count, failed = count + 1, failed + (not fine)
    print(f"{'ok' if fine else 'not ok'} {count} - {name}", flush=True)
    if not fine:
        print("# " + str(why).replace("\n", "\n# "), flush=True)


UNLASTING = "host.lasting"    # tests run below /tmp

# --- doctor ----------------------------------------------------------------------------------------------------------------------------

def doctor(place, *args):
    """Returns the exit status, and the lines that are not green, by their ids."""
    done = place.ctl([*args, "--json"])
    try:
        rows = json.loads(done.stdout)
    except ValueError:
        return done.returncode, {}, done.stdout + done.stderr
    return done.returncode, {r["id"]: r for r in rows if r["status"] in ("bad", "warning") and r["id"] != UNLASTING}, rows


def finds(place, name, want, args, fix=""):
    """Exactly these lines are not green (an id, or id=warning), each has a fix, and the fix of the first one matches `fix`."""
    status, lines, rows = doctor(place, *args)
    wanted = dict((w.split("=") + ["bad"])[:2] for w in want)
    got = {i: r["status"] for i, r in lines.items()}
    first = lines.get(next(iter(wanted), None), {})
    fine = got == wanted and status == ("bad" in wanted.values()) and re.search(fix, first.get("fix") or "") and all(r["fix"] for r in lines.values())
    ok(fine, name, f"wanted {wanted} with {fix!r}\ngot status {status}: {json.dumps(list(lines.values()), indent=1) if lines else rows}")


def changed(place, sql, back, name, want, fix, args=("doctor",)):
    place.sql(sql)
    try:
        finds(place, name, want, list(args), fix)
    finally:
        place.sql(back)


def test_host(place):
    finds(place, "all checks of a quickstart server are green", [], ["doctor"])
    secret, conf = f"{place.state}/secret", f"{place.state}/motet.conf"
    mode = os.stat(secret).st_mode & 0o7777
    os.chmod(secret, 0o644)
    finds(place, "a secret file that others can read", ["file.secret"], ["doctor"], f"^chmod 0400 {re.escape(secret)}$")
    os.chmod(secret, mode)
    if os.getuid() == 0:
        shutil.chown(secret, "motet")
        finds(place, "a secret that the workers' user owns", ["file.secret", "key.secret"], ["doctor"], f"^chown root {re.escape(secret)}$")
        shutil.chown(secret, "root")
        with scratch(place.state) as directory:
            shutil.copy(secret, f"{directory}/secret")
            os.chmod(f"{directory}/secret", 0o400)
            finds(place, "a secret that the workers' user can replace", ["file.secret"], ["-s", f"secret_file={directory}/secret", "doctor"], "^chown root .* && chmod 1770 ")
    mode = os.stat(conf).st_mode & 0o7777
    os.chmod(conf, 0o666)
    finds(place, "a configuration that others can write", ["file.conf"], ["doctor"], "^chmod go-w ")
    os.chmod(conf, mode | 0o004)
    database = f"host={place.state}/postgres user=motet dbname=motet password=x"
    finds(place, "a password that others can read", ["file.conf"], ["-s", f"database={database}", "doctor"], "^chmod 0640 ")
    os.chmod(conf, mode)
    sets = [("log_file", "/nowhere/motet.log", ["file.log"], "^install -d .* /nowhere$"),
            ("state_dir", "/nowhere", ["file.state"], "^install -d .* /nowhere$"),
            ("state_dir", "/proc", ["file.disk", "file.state"], "^free disk space: df -h /proc$"),
            ("listen", "/nowhere/motet.sock", ["socket.file"], "systemctl start motet,"),
            ("listen", place.state + "/motet.conf", ["socket.file"], "^rm "),
            ("listen", "127.0.0.1:1", ["socket.mode=warning", "socket.answer"], "listen = /run"),
            ("database", "host=/nowhere", ["db.reach"], "start PostgreSQL"),
            ("database", f"host={place.state}/postgres user=nobody dbname=motet", ["db.reach"], "roles.sql"),
            ("database", f"host={place.state}/postgres user=motet_owner dbname=motet", ["db.role=warning"], "the servers' role")]
    for key, value, want, fix in sets:
        finds(place, f"{key} = {value.replace(place.state, '')}", want, ["-s", f"{key}={value}", "doctor"], fix)
    with tempfile.TemporaryDirectory(dir=place.state) as directory:
        other = f"{directory}/secret"
        with open(other, "w", encoding="ascii") as f:
            f.write("0" * 64 + "\n")
        os.chmod(other, 0o400)
        finds(place, "the domain of another server", ["key.secret"], ["-s", "domain=example.org", "doctor"], "^in motet.conf set: domain = localhost$")
        finds(place, "the secret of another server", ["key.secret"], ["-s", f"secret_file={other}", "doctor"], "copy the secret")
    with scratch(place.state) as directory:
        with open(conf, encoding="utf-8") as f, open(f"{directory}/motet.conf", "w", encoding="utf-8") as g:
            g.write(f.read() + "frobnicate = on\n")
        finds(place, "an unknown configuration key", ["conf.file"], ["-c", f"{directory}/motet.conf", "doctor"], "^correct that line")
        finds(place, "a configuration file that does not exist", ["conf.file"], ["-c", f"{directory}/none.conf", "doctor"], "^name the file with -c")
        finds(place, "a directory as configuration", ["conf.file"], ["-c", directory, "doctor"], "^name the file with -c")
        os.chmod(f"{directory}/motet.conf", 0)
        unread = as_user([f"{place.state}/bin/motetctl", "-c", f"{directory}/motet.conf", "doctor"])
        ok(re.search("motet.conf: Permission denied\n      run this command as root ", unread.stdout), "a configuration that this user cannot read", unread)
        ok(re.search("(?m)^database\n  - not checked: the database, ", unread.stdout), "skipped checks are listed under their heading", unread.stdout)
    for where, said in ("stderr", "standard error of motetd"), ("syslog", "syslog"), ("journal", "the journal of systemd"):
        ok(f"the log goes to {said}\n" in place.ctl(["-s", "log_file=", "-s", f"log_to={where}", "doctor"]).stdout, f"log_to = {where}")


def as_user(args):
    """Run as a user without root's rights, since root can read everything."""
    return subprocess.run(identity()[0] + args, text=True, capture_output=True, check=False)


# Functions that replace functions of PostgreSQL, which are renamed to motet_real_NAME meanwhile.
def replacement(shadow):
    """The statements that put a function in the place of PostgreSQL's own, and that undo it."""
    name, arguments = shadow.split()[0].rstrip(")").split("(")
    allow = "SET allow_system_table_mods = on"
    return (f"{allow}; ALTER FUNCTION pg_catalog.{name}({arguments}) RENAME TO motet_real_{name}; "
            f"CREATE FUNCTION pg_catalog.{shadow}",
            f"{allow}; DROP FUNCTION pg_catalog.{name}({arguments}); "
            f"ALTER FUNCTION pg_catalog.motet_real_{name}({arguments}) RENAME TO {name}")


SHADOWS = [
    ("a clock three seconds behind", "clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.motet_real_clock_timestamp() - interval '3 s' $$", "db.clock=warning", "set-ntp true"),
    ("a clock an hour ahead", "clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.motet_real_clock_timestamp() + interval '1 h' $$", "db.clock", "set-ntp true"),
    ("an old PostgreSQL", "current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT replace(replace(pg_catalog.motet_real_current_setting($1),"
     " pg_catalog.motet_real_current_setting('server_version_num'), '120022'), pg_catalog.motet_real_current_setting('server_version'), '12.22') $$", "db.version", "pg_upgradecluster"),
]


def test_database(place):
    last = place.sql("SELECT max(version) FROM schema_version")
    kept = place.sql(f"SELECT format('INSERT INTO schema_version VALUES (%s, %s, %L, %L)', version, compat, checksum, applied_at) FROM schema_version WHERE version = {last}")
    changed(place, f"DELETE FROM schema_version WHERE version = {last}", kept, "a schema that is one version behind", ["db.schema"], "motetctl.* migrate --grant motet")
    changed(place, "ALTER ROLE motet SUPERUSER", "ALTER ROLE motet NOSUPERUSER", "a role that is a superuser", ["db.role"], "ALTER ROLE motet NOSUPERUSER;$")
    changed(place, "ALTER ROLE motet CREATEDB", "ALTER ROLE motet NOCREATEDB", "a role that can create databases", ["db.role"], "ALTER ROLE motet .*NOCREATEDB")
    changed(place, "GRANT CREATE ON SCHEMA public TO motet", "REVOKE CREATE ON SCHEMA public FROM motet", "a role that can create tables", ["db.role"], "REVOKE CREATE ON SCHEMA")
    changed(place, "REVOKE UPDATE (password) ON actor FROM motet", "GRANT UPDATE (password) ON actor TO motet", "a role that lacks a privilege", ["db.rights"], "--grant motet")
    changed(place, "REVOKE SELECT ON server_key FROM motet", "GRANT SELECT ON server_key TO motet", "a role that cannot read the keys", ["key.secret", "key.days", "key.form", "db.rights"], "--grant motet")
    changed(place, "GRANT DELETE ON idcert TO motet", "REVOKE DELETE ON idcert FROM motet", "a role that can delete certificates", ["db.rights"], "--grant motet")
    changed(place, "GRANT UPDATE (admin) ON actor TO motet", "REVOKE UPDATE (admin) ON actor FROM motet", "a role that can make administrators", ["db.rights"], "--grant motet")
    off, on = "ALTER ROLE motet SET synchronous_commit = off", "ALTER ROLE motet RESET synchronous_commit"
    changed(place, off, on, "synchronous_commit off, which motetd turns on for its connections", ["db.synchronous_commit=warning"], "SET synchronous_commit = on")
    changed(place, off, on, "synchronous_commit off, behind a pooler", ["db.synchronous_commit"], "SET synchronous_commit = on", ["-s", "prepared_statements=off", "doctor"])
    for name, shadow, want, fix in SHADOWS:
        changed(place, *replacement(shadow),
                name, [want], fix)
    for setting in ("fsync", "full_page_writes"):
        place.sql(f"ALTER SYSTEM SET {setting} = off")
        changed(place, "SELECT pg_reload_conf(), pg_sleep(0.5)", f"ALTER SYSTEM RESET {setting}", f"{setting} off", [f"db.{setting}"], f"ALTER SYSTEM SET {setting} = on")
        place.sql("SELECT pg_reload_conf(), pg_sleep(0.5)")


def test_rights(place):
    sock = f"{place.state}/run/motet.sock"
    os.chmod(sock, 0o666)
    finds(place, "a socket that every user can connect to", ["socket.mode"], ["doctor"], "listen_mode = 0660")
    os.chmod(sock, 0o660)
    kept = "UPDATE server_key SET not_after = to_timestamp(" + place.sql("SELECT extract(epoch FROM not_after) FROM server_key WHERE ended_at IS NULL") + ") WHERE ended_at IS NULL"
    short = "UPDATE server_key SET not_after = now() + interval '{}' WHERE ended_at IS NULL"
    changed(place, short.format("10 days"), kept, "a server certificate that expires in ten days", ["key.days=warning"], "key rotate$")
    changed(place, short.format("-2 s"), kept, "an expired server certificate", ["key.days"], "key rotate$")
    stored = place.sql("SELECT encode(cert, 'hex') FROM server_key WHERE ended_at IS NULL")
    put = "UPDATE server_key SET cert = decode('{}', 'hex') WHERE ended_at IS NULL"
    changed(place, put.format(without_path_len(bytes.fromhex(stored)).hex()), put.format(stored), "a server certificate of motet 0.1", ["key.form=warning"], "key rotate$")


def without_path_len(der):
    """A server's certificate with the extensions that motet 0.1 wrote."""
    (_, whole, _), = pki.children(der)
    tbs, algorithm, signature = pki.children(whole)
    *parts, _ = pki.children(tbs[1])
    extensions = bytes.fromhex("a3233021300f0603551d130101ff040530030101ff300e0603551d0f0101ff040403020146")
    return pki.tlv(0x30, pki.tlv(0x30, *[p[2] for p in parts], extensions), algorithm[2], signature[2])


PRIVATE = ["-s", "federation_private_networks=on"]


def test_webs(place):
    for name, kind, changes, want, fix in WEBS:
        with web(place, kind, changes) as port:
            finds(place, name, want, ["doctor", f"http://127.0.0.1:{port}"], fix)
    with web(place, "nginx", sock="/nowhere/motet.sock") as port:
        finds(place, "nginx with another socket", ["web.reach"], ["doctor", f"http://127.0.0.1:{port}"], f"fastcgi_pass unix:{re.escape(place.state)}/run/motet.sock;")
    finds(place, "no server at the URL", ["web.reach"], ["doctor", "http://127.0.0.1:1"], "^start the web server")
    finds(place, "https:// where there is no TLS", ["web.reach"], ["doctor", place.url.replace("http:", "https:")], "^the connection opens, but no answer comes: give https:// if")
    said = place.ctl(["doctor", "http://127.0.0.1:1"]).stdout
    ok(len(re.findall("(?m)^  - not checked: .*paths with @, .*HTTP/2$", said)) == 1, "skipped checks are one line", said)
    finds(place, "a local trusted_proxies entry does not fail the web server's checks", [], ["-s", "trusted_proxies=127.0.0.1", "doctor", place.url])
    for host, want in (("localhost.example.org", ["web.tls=warning"]), ("127.0.0.1.example.org", ["web.tls=warning"]), ("localhost@a.example.org", ["web.tls=warning"]), ("LOCALHOST", [])):
        route = f"{host.split('@')[-1].lower()}:{place.port}:127.0.0.1"
        finds(place, f"no TLS to {host}", want, ["-s", f"federation_resolve={route}", *PRIVATE, "doctor", f"http://{host}:{place.port}"], "https://" if want else "")
    done = place.ctl(["doctor", "example.org"])
    ok(done.returncode == 64 and "https://example.org" in done.stderr and not done.stdout, "a bad URL is a usage error", done)


def own_address():
    """An address of this host that is not loopback, or None. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.254", 9))
        except OSError:
            return None
        return s.getsockname()[0]


def test_addresses(place):
    with other_motetd(place, {"trusted_proxies": "127.0.0.1"}) as url:
        finds(place, "a client that is trusted as a proxy", ["web.forwarded=warning"], ["doctor", url], "remove this address from trusted_proxies")
    address = own_address()
    if address is None or address.startswith("127."):
        print("# skipped: all clients as 127.0.0.1: this host has only loopback addresses")
        return
    with web(place, "nginx", [("listen @LISTEN@:@PORT@;", "listen @PORT@;"), ("fastcgi_param REMOTE_ADDR $remote_addr;", "fastcgi_param REMOTE_ADDR 127.0.0.1;")]) as port:
        finds(place, "all clients as 127.0.0.1", ["web.remote", "web.tls=warning"], ["doctor", f"http://{address}:{port}"], "in motet.conf set: trusted_proxies")


def test_other_database(place):
    here, there = (f"host={place.state}/postgres user={user} dbname=other" for user in ("motet_owner", "motet"))
    place.sql("CREATE DATABASE other OWNER motet_owner")
    try:
        done = place.ctl(["migrate", "--database", here, "--grant", "motet"])
        ok(done.returncode == 0, "create another database", done)
        finds(place, "the database differs from that of the motetd at the URL", ["web.same", "key.secret"], ["-s", f"database={there}", "doctor", place.url], "^run this command with the configuration")
    finally:
        place.sql("DROP DATABASE other")


def test_careless(place):
    with careless(place, {}) as url:
        finds(place, "a web server that passes incomplete bodies", ["web.cut", "web.chunked", "web.fill"], ["doctor", url], "read the whole body")
        ok(25 <= Careless.heard <= 35, f"doctor sends about thirty requests, as its help says: {Careless.heard}")


UNTOLD = "not checked: too many requests from this address"


def texts(place, url):
    rows = json.loads(place.ctl(["doctor", "--json", url]).stdout)
    return {r["id"]: (r["status"], r["text"], r["fix"]) for r in rows}


def test_refused(place):
    """A web server that limits only some requests."""
    limit = (429, {})
    with careless(place, {"/": (429, {"Retry-After": "0"})}) as url:
        began = time.monotonic()
        finds(place, "a server that always answers 429 with Retry-After: 0", ["web.reach"], ["doctor", url], "limit_req")
        took = time.monotonic() - began
        ok(Careless.heard == 5 and 4 <= took < 60, f"it gets five requests with pauses: {Careless.heard} in {took:.1f} s")
        began, Careless.heard = time.monotonic(), 0
        done = place.ctl(["selftest", url])
        ok(done.returncode == 1 and "429" in done.stderr and Careless.heard < 20, f"selftest sends it {Careless.heard} requests", done)
    zone = [("server {", "limit_req_zone $binary_remote_addr zone=a:1m rate=1r/m; limit_req_status 429; server {"), ("location / {", "location / { limit_req zone=a;")]
    with web(place, "nginx", zone) as port:
        said = texts(place, f"http://127.0.0.1:{port}")
        ok(said["web.reach"][0] == "ok" and UNTOLD in said["web.known"][1] and "limit_req" in said["web.known"][2], "doctor distinguishes a limit of nginx from motetd's", said["web.known"])
    with careless(place, {"POST": limit}) as url:
        said = texts(place, url)
        ok(said["web.method"][:2] == ("bad", f"methods {UNTOLD}") and "limit_req" in said["web.method"][2], "POST is limited, DELETE is not: methods are not checked", said["web.method"])
        ok(UNTOLD in said["web.large"][1] and UNTOLD in said["web.too_large"][1] and said["web.body.delete"][0] == "ok", "large bodies are not checked", said)
    with careless(place, {"POST": limit, "DELETE": (403, {})}) as url:
        said = texts(place, url)
        ok(said["web.method"][:2] == ("bad", "DELETE gets status 403") and "DELETE" in said["web.method"][2], "POST is limited, DELETE is refused: the refusal is reported", said["web.method"])
    with careless(place, {"POST": (403, {}), "DELETE": limit}) as url:
        said = texts(place, url)
        ok(said["web.method"][:2] == ("bad", "POST gets status 403") and UNTOLD in said["web.body.delete"][1], "POST is refused, DELETE is limited: the refusal is reported", (said["web.method"], said["web.body.delete"]))
    with careless(place, {"?a=": limit}) as url:
        said = texts(place, url)
        ok(UNTOLD in said["web.query"][1] and "is truncated" in said["web.fill"][1], "after a limited query the next query is still checked", (said["web.query"], said["web.fill"]))


def test_away(place):
    """motetd without its database answers 503 with Retry-After."""
    with other_motetd(place, {"database": "host=/nowhere"}) as url:
        began = time.monotonic()
        status, lines, rows = doctor(place, "doctor", url)
        took = time.monotonic() - began
        ok(status == 1 and "503" in lines["web.same"]["text"] and "log of motetd" in lines["web.same"]["fix"] and 4 <= took < 60, f"without the database doctor waits a few seconds only: {took:.1f} s", rows)


TLS = ("listen @LISTEN@:@PORT@;", "listen @LISTEN@:@PORT@ ssl http2; ssl_certificate @STATE@/../tls.pem; ssl_certificate_key @STATE@/../tls.key;")


def test_tls(place):
    cert = f"{place.state}/tls.pem"
    for days, want in ((100, []), (5, ["web.tls.days=warning"])):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days), "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{place.state}/tls.key", "-out", cert], check=True, capture_output=True)
        os.chmod(f"{place.state}/tls.key", 0o644)
        with web(place, "nginx", [TLS]) as port:
            url = f"https://127.0.0.1:{port}"
            finds(place, f"TLS with a certificate valid for {days} days", want, ["-s", f"federation_ca_file={cert}", "doctor", url], "certbot renew" if want else "")
            if not want:
                done = place.ctl(["-s", f"federation_ca_file={cert}", "doctor", url])
                ok("HTTP/2 works" in done.stdout, "HTTP/2 over TLS", done.stdout)
                finds(place, "TLS with an untrusted certificate", ["web.tls"], ["doctor", url], "whole chain")
        with web(place, "nginx", [TLS, ("fastcgi_param HTTPS $https if_not_empty;", ""), ("fastcgi_param REQUEST_SCHEME $scheme;", "")]) as port:
            if not want:
                finds(place, "TLS, but motetd does not learn it", ["web.https"], ["-s", f"federation_ca_file={cert}", "doctor", f"https://127.0.0.1:{port}"], "fastcgi_param HTTPS")
    os.remove(cert)
    os.remove(f"{place.state}/tls.key")


def test_limited(place):
    other = other_motetd(place, {"rate_limit_requests": "600"})
    with other as url:
        address = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        asked = http1.compose("GET", "/.p2/core/v1/idcert/server", [], None, "localhost")
        tries = next((n for n in range(2000) if http1.send(address, asked, "GET").status == 429), 0)
        ok(tries >= 600, f"this address is limited after {tries} requests")
        finds(place, "doctor retries when Retry-After says so", [], ["-s", f"listen={other.sock}", "doctor", url])
    other = other_motetd(place, {"rate_limit_requests": "1"})
    with other as url:
        status, lines, rows = doctor(place, "-s", f"listen={other.sock}", "doctor", url)
        ok(status == 1 and lines and all(UNTOLD in r["text"] and r["fix"] == "run this command again in a few minutes" for r in lines.values()),
           "doctor reports a limit if the wait is too long", rows)


def on_terminal(place, env):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update({"TERM": "xterm"} | env)
        os.execv(f"{place.state}/bin/motetctl", ["motetctl", "-c", f"{place.state}/motet.conf", "doctor"])
    out = b""
    try:
        while piece := os.read(fd, 65536):
            out += piece
    except OSError:
        pass
    os.waitpid(pid, 0)
    os.close(fd)
    return out


def test_text(place):
    ok(b"\x1b[32m\xe2\x9c\x93\x1b[0m" in on_terminal(place, {}), "a terminal gets colour")
    text = on_terminal(place, {"NO_COLOR": "1"})
    ok(b"\xe2\x9c\x93" in text and b"\x1b" not in text, "NO_COLOR turns colour off", text)
    done = place.ctl(["-s", "listen=/nowhere/motet.sock", "doctor"])
    ok(done.returncode == 1 and re.search("✗ listen /nowhere/motet.sock: .*\n      start motetd: ", done.stdout) and "\x1b" not in done.stdout and "1 error found" in done.stderr,
       "the fix follows a red line, indented", done)
    rows = json.loads(place.ctl(["doctor", "--json", place.url]).stdout)
    ok(all(list(r) == ["id", "section", "status", "text", "fix"] for r in rows) and len({r["id"] for r in rows}) == len(rows) > 40, "--json has an object for each check", rows)
    ok(place.sql("SELECT count(*) FROM probe") == "0", "no probe token is left")


def test_top(place):
    """The KeyPackages line of motetctl top shows what /metrics counted."""
    counted = place.send("GET", "/metrics").status
    said = place.ctl(["top", "--once"]).stdout
    ok(counted == 200 and re.search(r"(?m)^KeyPackages: 0 in stock, 0 last resorts, counted \d+ s ago$", said), "top shows the stock of KeyPackages", said)


# --- selftest --------------------------------------------------------------------------------------------------------------------------

class Marks:
    """The content of the database, except what may stay: used serial numbers, and counts for an address that expire within the hour."""

    def __init__(self, place):
        self.place = place
        tables = place.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1").split()
        self.sql = " UNION ALL ".join(f"SELECT '{t}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {t} t{self.only(t)}" for t in tables if t != "serial_used")
        self.before = self.now()

    @staticmethod
    def only(table):
        return " WHERE tat > now() + interval '1 hour'" if table == "throttle" else ""

    def now(self):
        return self.place.sql(self.sql)

    def same(self, name):
        now = self.now()
        ok(now == self.before, name, f"before:\n{self.before}\nnow:\n{now}")


def steps_of(place, url):
    done = place.ctl(["selftest", "--json", url])
    try:
        rows = json.loads(done.stdout)
    except ValueError:
        rows = []
    ok(done.returncode == 0 and len(rows) == 14 and all(r["status"] == "ok" and r["us"] > 0 and list(r) == ["step", "status", "us", "text"] for r in rows),
       "selftest --json has each step with its time", done)
    return [r["step"] for r in rows], rows


def until(process, step, name):
    """Read until the step has begun; the rest of its line comes when it ends."""
    out = b""
    while not re.search(rf"^{step} ".encode(), out, re.M):
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece:
            ok(False, f"{name}: the step {step} begins", out)
            return False
        out += piece
    return True


def stopped(place, url, step, sig, dice):
    """Send a signal during a step; return the exit status and the actors that the run made."""
    program = [f"{place.state}/bin/motetctl", "-c", f"{place.state}/motet.conf", "selftest", url]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        if not until(process, step, f"signal {sig}"):
            process.kill()
            return None, []
        time.sleep(dice.random() * 0.01)
        names = place.sql("SELECT name FROM selftest").split()
        process.send_signal(sig)
        process.wait()
        return process.returncode, names


def left(place, names):
    listed = ",".join(f"'{n}'" for n in names) or "''"
    return place.sql(f"SELECT (SELECT count(*) FROM actor WHERE local_name IN ({listed})) + (SELECT count(*) FROM selftest WHERE name IN ({listed}))")


def test_killed(place, url, steps, marks, dice):
    """Kill each run one step later than the one before; each run deletes what the last one left."""
    before, hit = [], 0
    for step in steps:
        status, names = stopped(place, url, step, signal.SIGKILL, dice)
        for _ in range(10):     # it may have ended before we were told of the step
            if status == -9:
                break
            before = names
            status, names = stopped(place, url, step, signal.SIGKILL, dice)
        hit += status == -9
        if step not in ("discover", "reach", "announce"):
            ok(status in (-9, 0) and left(place, before) == "0", f"killed at {step}: what the last run left is deleted", (status, before, names))
        before = names
    ok(hit >= len(steps) - 4, f"{hit} of {len(steps)} runs were killed before they ended")
    place.sql("UPDATE probe SET expires_at = now() - interval '1 s'")    # expire the probe of the run that was killed at reach; normally after two minutes
    done = place.ctl(["selftest", url])
    ok(done.returncode == 0 and "nothing is left behind" in done.stdout, "a complete run then passes", done)
    marks.same("the database is unchanged")
    for step in dice.sample(steps[3:-1], 2):
        stopped(place, url, step, signal.SIGKILL, dice)
        place.ctl(["selftest", url])
        marks.same(f"killed at {step} and run again: the database is unchanged")


WELL_KNOWN = "location = /.well-known/polyproto-core {{ default_type application/json; return {}; }} location / {{"


def test_discovery(place):
    """selftest uses the API to which the well-known document points, and says what it did not test."""
    rows = (
        ("200 '{\"api\":\"@URL@//.p2/core/\"}'", 1, r"(?m)^reach .*FAILED: .*//\.motet/v1/probe|FAILED: @URL@: a probe got"),
        ("200 '{\"api\":\"@URL@/\"}'", 1, "not a URL that ends in /.p2/core/"),
        ("404", 1, "returned 404 without the URL of the API"),
        ("302 @PLACE@/.well-known/polyproto-core", 0, "not tested: clients use @PLACE@/.p2/core/, but this test used"),
    )
    for answer, status, want in rows:
        with web(place, "nginx", [("location / {", WELL_KNOWN.format(answer.replace("@URL@", "http://127.0.0.1:@PORT@").replace("@PLACE@", place.url)))]) as port:
            done = place.ctl(["selftest", f"http://127.0.0.1:{port}"])
            want = want.replace("@URL@", f"http://127.0.0.1:{port}").replace("@PLACE@", place.url)
            ok(done.returncode == status and re.search(want, done.stdout), f"well-known returns {answer}", done)
    done = place.ctl(["selftest", place.url.replace("http", "HTTP") + "/"])
    ok(done.returncode == 0 and "not tested: federation" in done.stdout, "selftest passes, and says what it did not test", done)


def test_selftest(place, dice):
    user = place.ctl(["actor", "add", "alice", "--generate"])
    ok(user.returncode == 0, "add another actor", user)
    marks = Marks(place)
    steps, _ = steps_of(place, place.url)
    marks.same("selftest leaves the database unchanged")
    done = place.ctl(["selftest", place.url])
    ok(done.returncode == 0 and all(re.search(rf"(?m)^{s} +\d+\.\d ms  ", done.stdout) for s in [*steps, "total"]), "the text output has a line for each step", done)
    for _ in range(10):     # it may have ended before we were told of the step
        status, names = stopped(place, place.url, "certify", signal.SIGINT, dice)
        if status != 0:
            break
    ok(status == 1 and len(names) == 2 and left(place, names) == "0", "an interrupted run cleans up and exits with 1", (status, names))
    marks.same("the database is unchanged")
    test_discovery(place)
    with web(place, "nginx", [("location / {", "location /p2core/token { return 500; } location / {")]) as port:
        done = place.ctl(["selftest", f"http://127.0.0.1:{port}"])
    ok(done.returncode == 1 and re.search(r"(?m)^token .*FAILED: POST /p2core/token returned 50\d", done.stdout) and "clean-up" in done.stdout, "the failed step is named", done)
    marks.same("the failed run has cleaned up")
    done = place.ctl(["selftest", "http://127.0.0.1:1"])
    ok(done.returncode == 1 and "no answer" in done.stderr, "no server at the URL", done)
    return steps, marks


def test_two(place, marks):
    program = [f"{place.state}/bin/motetctl", "-c", f"{place.state}/motet.conf", "selftest", place.url]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as first:
        until(first, "register", "the first of two")
        second = place.ctl(["selftest", place.url])
        said = first.stdout.read()
    ok(first.returncode == 0 and second.returncode == 0 and "killed" not in second.stdout, "two runs at once do not disturb each other", (said, second))
    marks.same("two runs at once leave nothing behind")


MOVED_WELL_KNOWN = ("location / {", "location = /.well-known/polyproto-core { return 307 /m$request_uri; } location / {")


def test_base_path(place, marks):
    other = other_motetd(place, {"base_path": "/m"}, [MOVED_WELL_KNOWN])
    with other as url:
        finds(place, "motetd was not restarted after a change of base_path", ["socket.answer"], ["-s", "base_path=/m", "doctor"], "systemctl restart motet;")
        sets = ["-s", "base_path=/m", "-s", f"listen={other.sock}"]
        finds(place, "a server below a path", [], [*sets, "doctor", f"{url}/m/"])
        finds(place, "its URL without the path", ["web.reach"], [*sets, "doctor", url], "base_path = ")
        finds(place, "its URL, and a configuration without the path", ["web.base"], ["doctor", f"{url}/m"], "base_path = ")
        done = place.ctl([*sets, "selftest", f"{url}/m"])
        ok(done.returncode == 0, "selftest with a base_path", done)
        marks.same("selftest with a base_path leaves nothing behind")


def test_reserved(place, marks):
    name = "selftest-0123456789abcdef"
    done = place.ctl(["actor", "add", name, "--generate"])
    ok(done.returncode == 1 and "taken" in done.stderr and place.sql(f"SELECT count(*) FROM actor WHERE local_name = '{name}'") == "0", "names of selftest are reserved", done)
    asked = "SET ROLE motet; SELECT motet_forget_selftest('alice'); RESET ROLE"
    ok("f" in place.sql(asked) and place.sql("SELECT count(*) FROM actor WHERE local_name = 'alice'") == "1", "a server's role cannot delete another actor")
    marks.same("nothing has changed")


def test_late(place, marks):
    """The registration of a killed selftest arrives after its name was released, and creates nothing."""
    name = "selftest-fedcba9876543210"
    place.sql(f"SET ROLE motet; SELECT motet_begin_selftest('{name}', '{{}}'); RESET ROLE")
    place.sql(f"SET ROLE motet; SELECT motet_forget_selftest('{name}'); RESET ROLE; SELECT pg_advisory_unlock_all()")
    place.sql(f"SET ROLE motet; INSERT INTO actor (local_name, password) VALUES ('{name}', '') ON CONFLICT DO NOTHING; RESET ROLE")
    marks.same("a registration that comes too late creates nothing")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--state")
    options.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = options.parse_args()
    dice = random.Random(options.seed)
    print(f"# seed {options.seed}, as {identity()[0][1] if identity()[0] else 'this user'}")
    with Place(options.state) as place:
        place.start("nginx", reset=True, sets=["rate_limit_requests=100000", "metrics_allow=127.0.0.1"])
        test_top(place)
        test_host(place)
        test_database(place)
        test_rights(place)
        doctor_machine.run(sys.modules[__name__], place, scratch, identity()[0])
        test_webs(place)
        test_careless(place)
        test_refused(place)
        test_addresses(place)
        test_other_database(place)
        test_away(place)
        test_tls(place)
        test_limited(place)
        test_text(place)
        steps, marks = test_selftest(place, dice)
        test_reserved(place, marks)
        selftest_role.tricks(place.sql, ok)
        selftest_role.definers(place, ok)
        marks.same("nothing has changed")
        test_late(place, marks)
        test_two(place, marks)
        test_base_path(place, marks)
        with other_motetd(place, {"registration": "closed", "rate_limit": "off"}) as url:
            done = place.ctl(["selftest", url])
            ok(done.returncode == 0 and "in the database: registration is not open" in done.stdout, "selftest works with closed registration", done)
            marks.same("selftest with closed registration leaves nothing behind")
        with other_motetd(place, {"rate_limit": "off"}) as url:
            test_killed(place, url, steps, marks, dice)
    print(f"1..{count}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
