"""Free ports on 127.0.0.1 that no other test takes in the meantime."""
import fcntl
import os
import random
import socket

# The ports are below those that the kernel gives to programs that ask for any port
# (net.ipv4.ip_local_port_range).
FIRST, LAST = 20000, 32000
DIRECTORY = f"/tmp/motet-ports-{os.getuid()}"
held = []       # open files: a lock lasts as long as this process


def lock(port):
    """Ours from now on, unless it is somebody else's."""
    f = os.open(os.path.join(DIRECTORY, str(port)), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(f)
        return False
    held.append(f)
    return True


def is_free(port, family, address):
    with socket.socket(family) as s:
        try:
            s.bind((address, port))
            return True
        except OSError:
            return False


def free_port(family=socket.AF_INET, address="127.0.0.1"):
    """A port that nobody uses; locked, so that tests that run side by side have others."""
    os.makedirs(DIRECTORY, exist_ok=True)
    for port in random.sample(range(FIRST, LAST), LAST - FIRST):
        if lock(port) and is_free(port, family, address):
            return port
    raise RuntimeError(f"no port from {FIRST} to {LAST} is free")


if __name__ == "__main__":
    print(free_port())
