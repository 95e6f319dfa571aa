"""What the clients saw, as counts for each fault: requests, answers, faults of ours."""
import collections
import threading
import time


class Phase:
    """The time of one fault, from its beginning to that of the next."""

    def __init__(self, name):
        self.name, self.requests, self.unanswered, self.longest = name, 0, 0, 0.0
        self.over = None        # when the fault was mended
        self.back = None        # how long after that the first write was done
        self.seconds, self.times = 0.0, 0


class History:
    """Threads write to it."""

    KINDS = ("lost", "doubled", "told wrongly")

    def __init__(self):
        self.lock, self.phases, self.now = threading.Lock(), [], None
        self.faults = collections.defaultdict(list)     # (fault, kind) -> texts
        self.begin("no fault")

    def begin(self, name):
        with self.lock:
            if self.now:
                self.now.seconds = time.monotonic() - self.began
            self.now, self.began = Phase(name), time.monotonic()
            self.phases.append(self.now)

    def mended(self, times):
        """The fault happened so often, and does not any more."""
        with self.lock:
            self.now.times, self.now.over = times, time.monotonic()

    def end(self):
        self.now.seconds = time.monotonic() - self.began

    def add(self, began, status, writes):
        """One request is over; status None: without an answer."""
        ended = time.monotonic()
        with self.lock:
            p = self.now
            p.requests += 1
            p.unanswered += status is None or status >= 500
            p.longest = max(p.longest, ended - began)
            good = status is not None and status < 300 and writes
            if good and p.over is not None and p.back is None and ended >= p.over:
                p.back = ended - p.over

    def accuse(self, kind, text, fault=None):
        """Records a mistake of the server. fault: during which the server acknowledged what was later lost."""
        with self.lock:
            self.faults[fault or self.now.name, kind].append(text)

    def wrong(self, name):
        return {kind: self.faults[name, kind] for kind in self.KINDS}

    def row(self, name):
        mine = [p for p in self.phases if p.name == name]
        return {"seconds": sum(p.seconds for p in mine), "times": sum(p.times for p in mine),
                "requests": sum(p.requests for p in mine),
                "unanswered": sum(p.unanswered for p in mine),
                "longest": max(p.longest for p in mine),
                "back": max((p.back for p in mine if p.back is not None), default=None),
                **{kind: len(texts) for kind, texts in self.wrong(name).items()}}

    def names(self):
        return list(dict.fromkeys(p.name for p in self.phases))


HEAD = ("fault", "times", "seconds", "requests", "503 or none", *History.KINDS, "longest",
        "back after")


def table(history):
    """Lines of text."""
    yield "%-20s %5s %7s %8s %11s %5s %7s %12s %8s %10s" % HEAD
    for name in history.names():
        r = history.row(name)
        back = "-" if r["back"] is None else "%.2f s" % r["back"]
        yield "%-20s %5d %7.0f %8d %11d %5d %7d %12d %6.2f s %10s" % (
            name, r["times"], r["seconds"], r["requests"], r["unanswered"], r["lost"],
            r["doubled"], r["told wrongly"], r["longest"], back)
