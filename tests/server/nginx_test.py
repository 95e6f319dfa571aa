#!/usr/bin/env python3
"""Behind a real nginx, kept connections on: reloads and recycled workers under load, POSTs, no request may fail. nginx_test.py BUILD_DIR [SECONDS]"""
import http.client
import shutil
import threading

from pool import *

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 8
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

CONF = """
daemon off; master_process on; worker_processes 1; pid {d}/nginx.pid; error_log {d}/nginx.err; {user}
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {d}/b; proxy_temp_path {d}/p; fastcgi_temp_path {d}/f; uwsgi_temp_path {d}/u; scgi_temp_path {d}/c;
  upstream app {{ server unix:{sock}; keepalive 16; }}
  server {{
    listen unix:{d}/http; merge_slashes off;
    location / {{
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param HTTP_HOST $http_host;
      fastcgi_next_upstream off; fastcgi_keep_conn {keep}; fastcgi_pass app;
    }}
  }}
}}
"""


class Nginx:
    def __init__(self, s, keep="on"):
        self.d = tempfile.mkdtemp(prefix="motet-nginx-", dir="/tmp")
        with open(self.d + "/nginx.conf", "w") as f:
            f.write(CONF.format(d=self.d, sock=s.address, keep=keep, user="user root;" if os.geteuid() == 0 else ""))
        self.p = subprocess.Popen([NGINX, "-p", self.d, "-c", self.d + "/nginx.conf", "-e", self.d + "/nginx.err"], stderr=subprocess.DEVNULL)
        until(lambda: os.path.exists(self.d + "/nginx.pid") and os.path.exists(self.d + "/http"))

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.p.terminate()
        self.p.wait()
        shutil.rmtree(self.d)

    def errors(self):
        with open(self.d + "/nginx.err") as f:
            return [line for line in f if "[error]" in line or "[alert]" in line]


class Client(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Load:
    """Clients that POST without a pause over kept connections."""

    def __init__(self, path, clients=8):
        self.good, self.bad, self.pids, self.run = 0, {}, set(), True
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.loop, args=(path,)) for _ in range(clients)]
        [t.start() for t in self.threads]

    def loop(self, path):
        c, body = Client(path), b"x" * 1000
        while self.run:
            try:
                c.request("POST", "/a", body)
                r = c.getresponse()
                data = r.read()
                what = r.status if r.status != 200 or b'"length":1000,' not in data else None
            except OSError as e:
                what, data = type(e).__name__, b""
                c.close()
            with self.lock:
                if what is None:
                    self.good += 1
                    self.pids.add(int(data[7:data.index(b",")]))
                else:
                    self.bad[what] = self.bad.get(what, 0) + 1

    def end(self):
        self.run = False
        [t.join() for t in self.threads]
        return self


def under_load(name, step, **keys):
    with Server(**keys) as s, Nginx(s) as n:
        load, end, steps = Load(n.d + "/http"), time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            step(s, steps)
            steps += 1
        load.end()
        ok(load.good > 1000 and not load.bad and len(load.pids) > 4, "%s, %d times: %d POSTs by %d workers over kept connections, %d failed %s" % (
            name, steps, load.good, len(load.pids), sum(load.bad.values()), load.bad or ""))
        errors = n.errors()
        ok(not errors, "and nginx has nothing to complain of: %s" % (errors[:1] or "0 lines"))


def reload(s, i):
    s.tell(signal.SIGHUP)
    until(lambda: s.dir.logged("the new workers serve") == i + 1)
    time.sleep(0.05)


def retire_one(s, i):
    workers = s.workers()
    if workers:
        s.tell(signal.SIGTERM, workers[i % len(workers)])
    time.sleep(0.05)


def main():
    if not os.path.exists(NGINX):
        skip("behind nginx", "not installed")
        return
    with Server(spawned=True) as s:
        if s.get().json()["recipe"] != "epoll":
            skip("kept connections", "the plain recipe hands nothing over: leave fastcgi_keep_conn off there")
            return
    under_load("reload", reload, workers=3)
    under_load("retire a worker", retire_one, workers=3)
    under_load("retire the only worker", retire_one, workers=1)
    under_load("max_requests = 100", lambda s, i: time.sleep(0.5), workers=3, max_requests=100)
    with Server(workers=2) as s, Nginx(s) as n:
        c = Client(n.d + "/http")
        c.request("GET", "/a%2Fb//c?d=%zz")
        j = c.getresponse().read()
        ok(b'"target":"/a%2Fb//c?d=%zz"' in j, "the raw target comes through")


main()
done()
