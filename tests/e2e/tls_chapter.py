"""The nginx lines of deploy/doc/tls-and-proxies.md, in the sample: IPv6, HTTP/2, certbot's files."""
import os
import re
import subprocess
import time

from place import TOP
from ports import free_port


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read()


def listen_lines():
    """The row of the chapter's table for this nginx."""
    version = subprocess.run(["nginx", "-v"], text=True, capture_output=True, check=True).stderr
    new = [int(n) for n in re.search(r"/([0-9.]+)", version)[1].split(".")] >= [1, 25, 1]
    row = re.search(r"^\| nginx %s[^|]*\|(.*)\|$" % ("1.25.1 or" if new else "before"), read("deploy/doc/tls-and-proxies.md"), re.M)[1]
    return " ".join(re.findall("`([^`]*)`", row))


def configuration(cwd, https, http):
    acme = re.search(r"```nginx\n(server \{.*?)^```", read("deploy/doc/tls-and-proxies.md"), re.S | re.M)[1]
    conf = read("deploy/nginx.conf").replace("listen @LISTEN@:@PORT@;", f"{listen_lines()} ssl_certificate {cwd}/tls.pem; ssl_certificate_key {cwd}/tls.key;")
    conf = conf.replace("@STATE@", cwd).replace("@SOCKET@", f"{cwd}/no.sock")
    end = conf.rindex("}")
    conf = conf[:end] + acme.replace("/var/www/acme", f"{cwd}/acme") + "}\n"
    return re.sub(r"(listen (?:\[::\]:)?)(443|80)\b", lambda m: m[1] + str(https if m[2] == "443" else http), conf)


def curl(*options):
    return subprocess.run(["curl", "-sS", "-k", "--noproxy", "*", "-w", "%{http_version} %{http_code} %{redirect_url}", *options], text=True, capture_output=True, check=False).stdout


def check(tap, cwd):
    os.chmod(cwd, 0o755)
    https, http = free_port(), free_port()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=example.org",
                    "-keyout", f"{cwd}/tls.key", "-out", f"{cwd}/tls.pem"], check=True, capture_output=True)
    os.makedirs(f"{cwd}/acme/.well-known/acme-challenge")
    for name, text in (("acme/.well-known/acme-challenge/token", "proof"), ("nginx.conf", configuration(cwd, https, http))):
        with open(os.path.join(cwd, name), "w", encoding="utf-8") as f:
            f.write(text)
    nginx = subprocess.Popen(["nginx", "-e", f"{cwd}/error.log", "-p", cwd, "-c", f"{cwd}/nginx.conf", "-g", "daemon off;"])
    try:
        for _ in range(300):
            if nginx.poll() is not None or curl(f"http://127.0.0.1:{http}/").startswith("1.1 "):
                break
            time.sleep(0.1)
        for address in ("127.0.0.1", "[::1]"):
            got = curl(f"http://{address}:{http}/.well-known/acme-challenge/token")
            tap.ok(got.startswith("proof1.1 200"), f"the chapter on TLS: certbot's file at {address}", got)
            got = curl("--http2", f"https://{address}:{https}/readyz")
            tap.ok("P2CORE_UNAVAILABLE" in got and "}2 503" in got, f"the chapter on TLS: HTTP/2 at {address}", got)
        got = curl("-H", "Host: example.org", f"http://127.0.0.1:{http}/.p2/core/v1/events?a=b")
        tap.ok(got.endswith("1.1 308 https://example.org/.p2/core/v1/events?a=b"), "the chapter on TLS: http leads to https", got)
    finally:
        nginx.terminate()
        nginx.wait()
