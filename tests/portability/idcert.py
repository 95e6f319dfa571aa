#!/usr/bin/env python3
"""idcert.py ADDRESS DOMAIN: an actor registers at a running server and gets an ID-Cert, which is checked byte by byte.

ADDRESS is the path of motetd's FastCGI socket, or the http URL of a web server before it. Prints one line when all is well."""
import os
import secrets
import sys
import urllib.request

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(TESTS, "e2e"), os.path.join(TESTS, "server")]
import fcgi  # noqa: E402
import pki  # noqa: E402

PASSWORD = "correct horse battery"


def through_socket(path, method, uri, body):
    more = {"CONTENT_TYPE": "application/json"} if body else {}
    answer = fcgi.get(path, uri, method, body, **more)
    return answer.status, answer.body


def through_web(url, method, uri, body):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    headers = {"Content-Type": "application/json"} if body else {}
    with opener.open(urllib.request.Request(url.rstrip("/") + uri, body or None, headers, method=method), timeout=30) as answer:
        return answer.status, answer.read()


def ask(address, method, uri, wanted, **members):
    body = fcgi.json.dumps(members).encode() if members else b""
    status, text = (through_web if address.startswith("http") else through_socket)(address, method, uri, body)
    pki.need(status == wanted, f"{method} {uri}: {status} {text.decode(errors='replace')}")
    return fcgi.json.loads(text) if text else None


def main(address, domain):
    name, session, key = "a" + secrets.token_hex(4), "laptop", pki.Key()
    server = pki.check_server_cert(ask(address, "GET", "/.p2/core/v1/idcert/server", 200)["idCertPem"], domain)
    proof = {"password": PASSWORD}
    ask(address, "POST", "/.p2/core/v1/register", 201, actor_name=name, auth_payload=proof)
    request = pki.csr(pki.subject(name, f"{name}@{domain}", session, domain), key)
    got = ask(address, "POST", "/.p2/core/v1/session/trust", 201, actor_name=name, auth_payload=proof,
              csr=pki.pem("CERTIFICATE REQUEST", request))
    cert = pki.check_actor_cert(got["id_cert"], server, f"{name}@{domain}", session, key.raw)
    print(f"ID-Cert {cert.serial} of {name}@{domain}, by the server's key {server.serial}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
