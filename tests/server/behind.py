"""motetd behind a real nginx, and clients that POST without a pause."""
import http.client
import json
import threading

from pool import *

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
        self.d = tempfile.mkdtemp(prefix="motet-nginx-")
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
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


    def post(self, body):
        """Status and body of the answer."""
        self.request("POST", "/a", body)
        r = self.getresponse()
        return r.status, r.read()


class Direct:
    """The same without a web server: a connection for each request."""

    def __init__(self, address):
        self.address = address

    def post(self, body):
        a = fcgi.get(self.address, "/a", "POST", body)
        return a.status, a.body

    def close(self):
        pass


class Load:
    """Clients that POST without a pause; what fails is counted by its reason."""

    def __init__(self, path, clients=8, client=Client):
        self.good, self.bad, self.pids, self.versions, self.run, self.client = 0, {}, set(), set(), True, client
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.loop, args=(path,), daemon=True) for _ in range(clients)]
        [t.start() for t in self.threads]

    def loop(self, path):
        c, body = self.client(path), b"x" * 1000
        while self.run:
            try:
                code, data = c.post(body)
                what = code if code != 200 or b'"length":1000,' not in data else None
            except (OSError, fcgi.Closed, http.client.HTTPException) as e:
                what, data = type(e).__name__, b""
                c.close()
            with self.lock:
                if what is None:
                    self.good += 1
                    answer = json.loads(data)
                    self.pids.add(answer["pid"])
                    self.versions.add(answer["version"])
                else:
                    self.bad[what] = self.bad.get(what, 0) + 1

    def end(self):
        self.run = False
        [t.join() for t in self.threads]
        return self
