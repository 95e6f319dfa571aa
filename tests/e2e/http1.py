"""HTTP/1.1 by hand: what a case says is what the socket gets, however malformed."""
import json
import socket

import issued


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        """All values of a header, joined as RFC 9110 5.3 says; None when it is not there."""
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        return ", ".join(values) if values else None

    def json(self):
        return json.loads(self.body.decode("utf-8"))

    def __str__(self):
        head = "".join(f"\n#   {n}: {v}" for n, v in self.headers)
        return f"{self.status}{head}\n#   {self.body[:1500]!r}"


def chunked(body, size=1000):
    parts = [body[i:i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


def compose(method, target, headers, body, host):
    """The bytes of a request. `headers` is a list of pairs; those given replace what would be there by itself."""
    given = {n.lower() for n, _ in headers}
    own = [("Host", host), ("Connection", "close"), ("User-Agent", "motet-tests")]
    is_chunked = any(n.lower() == "transfer-encoding" for n, _ in headers)
    if (body is not None or method in ("POST", "PUT")) and not is_chunked:
        own.append(("Content-Length", str(len(body or b""))))
    lines = [(n, v) for n, v in own if n.lower() not in given] + headers
    head = f"{method} {target} HTTP/1.1\r\n".encode("utf-8", "surrogateescape")
    head += b"".join(f"{n}: {v}\r\n".encode("utf-8", "surrogateescape") for n, v in lines)
    payload = b"" if body is None else chunked(body) if is_chunked else body
    return head + b"\r\n" + payload


class Reader:
    def __init__(self, sock):
        self.sock, self.buf = sock, b""

    def more(self):
        data = self.sock.recv(65536)
        self.buf += data
        return bool(data)

    def until(self, mark):
        while mark not in self.buf:
            if not self.more():
                raise EOFError(f"the connection ended within {self.buf[:200]!r}")
        head, _, self.buf = self.buf.partition(mark)
        return head

    def exactly(self, n):
        while len(self.buf) < n:
            if not self.more():
                raise EOFError(f"body is {len(self.buf)} bytes, {n} were promised")
        out, self.buf = self.buf[:n], self.buf[n:]
        return out

    def rest(self):
        while self.more():
            pass
        out, self.buf = self.buf, b""
        return out

    def chunks(self):
        out = b""
        while True:
            n = int(self.until(b"\r\n").split(b";")[0], 16)
            out += self.exactly(n)
            self.until(b"\r\n")
            if n == 0:
                return out


def read_response(source, method):
    """From a socket, or from a Reader that may hold more than one response."""
    r = source if isinstance(source, Reader) else Reader(source)
    while True:
        lines = r.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        if status >= 200:
            break
    headers = [tuple(x.strip() for x in line.split(":", 1)) for line in lines[1:]]
    response = Response(status, headers, b"")
    if method == "HEAD" or status in (204, 304):
        response.body = r.rest() if response.header("Connection") == "close" else b""
        if response.body:
            raise ValueError(f"{status} to {method} has a body: {response.body[:200]!r}")
    elif "chunked" in (response.header("Transfer-Encoding") or ""):
        response.body = r.chunks()
    elif response.header("Content-Length") is not None:
        response.body = r.exactly(int(response.header("Content-Length")))
    else:
        response.body = r.rest()
    return response


def connect(address, timeout=40, tls=None, small=False):
    """A connection; `tls` is a context and the name that the server must prove; a `small` one takes little before it is read."""
    s = socket.socket()
    s.settimeout(timeout)
    if small:   # segments, too, by which the kernel of this machine measures the other side's buffer: megabytes of it otherwise
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    s.connect(address)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s if tls is None else tls[0].wrap_socket(s, server_hostname=tls[1])


def exchange(address, raw, method="GET", timeout=40, tls=None):
    with connect(address, timeout, tls) as s:
        try:
            s.sendall(raw)
        except OSError:
            pass    # the server may answer and close before it has read all
        return read_response(s, method)


def send(address, raw, method="GET", timeout=40, tls=None):
    """And what is secret in it is looked for in the logs later."""
    response = exchange(address, raw, method, timeout, tls)
    issued.wire(raw)
    issued.wire(response.body)
    return response
