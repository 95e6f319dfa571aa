"""A FastCGI client for tests: one connection, records as bytes, nothing hidden. Standard library only."""
import fcntl
import json
import socket
import struct
import termios
import time

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7


def record(kind, data=b"", rid=1):
    return struct.pack(">BBHHBB", 1, kind, rid, len(data), 0, 0) + data


def begin(keep):
    return record(BEGIN, struct.pack(">HB5x", 1, 1 if keep else 0))


def pair(name, value):
    def length(n):
        return bytes([n]) if n < 128 else struct.pack(">I", n | 0x80000000)
    name, value = (x.encode() if isinstance(x, str) else x for x in (name, value))
    return length(len(name)) + length(len(value)) + name + value


def stream(kind, data):
    parts = [record(kind, data[i:i + 65528]) for i in range(0, len(data), 65528)]
    return b"".join(parts) + record(kind)


def params(method, uri, body=b"", **more):
    p = {"REQUEST_METHOD": method, "REQUEST_URI": uri, "CONTENT_LENGTH": str(len(body)) if body else "", "REMOTE_ADDR": "192.0.2.7"}
    p.update(more)
    return [(k, v) for k, v in p.items() if v is not None]


def request(plist, body=b"", keep=False):
    return begin(keep) + stream(PARAMS, b"".join(pair(n, v) for n, v in plist)) + stream(STDIN, body)


class Closed(Exception):
    pass


class Answer:
    def __init__(self, out, err):
        head, _, self.body = out.partition(b"\r\n\r\n")
        self.raw, self.err = out, err
        self.headers = {}
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            self.headers[name.decode().lower()] = value.decode().strip()
        self.status = int(self.headers.get("status", "0 ").split()[0])

    def json(self):
        return json.loads(self.body)


class Conn:
    def __init__(self, address, timeout=60):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.s = socket.socket(family, socket.SOCK_STREAM)
        self.s.settimeout(timeout)
        for _ in range(6000):
            try:
                return self.s.connect(address)
            except BlockingIOError:     # the backlog is full
                time.sleep(0.01)
        raise TimeoutError("the backlog stays full")

    def send(self, data):
        self.s.sendall(data)

    def taken(self):
        """Wait until the peer has read all that was sent; it has not, where it cannot."""
        unread, end = struct.pack("i", 1), time.monotonic() + 60
        while any(unread) and time.monotonic() < end:
            time.sleep(0.01)
            unread = fcntl.ioctl(self.s, termios.TIOCOUTQ, unread)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            more = self.s.recv(n - len(data))
            if not more:
                raise Closed("after %d of %d octets" % (len(data), n))
            data += more
        return data

    def read(self):
        out = {STDOUT: b"", STDERR: b""}
        while True:
            _, kind, _, n, pad, _ = struct.unpack(">BBHHBB", self.exactly(8))
            data = self.exactly(n + pad)[:n]
            if kind == END:
                return Answer(out[STDOUT], out[STDERR])
            out[kind] += data

    def ask(self, method, uri, body=b"", keep=False, **more):
        self.send(request(params(method, uri, body, **more), body, keep))
        return self.read()

    def closed(self, within=60.0):
        """Does the peer close the connection within this time, without sending anything?"""
        self.s.settimeout(within)
        try:
            return self.s.recv(1) == b""
        except ConnectionError:
            return True
        except socket.timeout:
            return False

    def close(self):
        self.s.close()


def get(address, uri="/", method="GET", body=b"", timeout=60, **more):
    c = Conn(address, timeout)
    try:
        return c.ask(method, uri, body, **more)
    finally:
        c.close()
