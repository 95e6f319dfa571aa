"""Apache httpd where it starts motetd itself: mod_fcgid as a virtual host and with .htaccess, as shared hosts have it, and plain CGI."""
import contextlib
import glob
import os
import shutil
import signal

from fronts.front import Front, fill, renamed

HERE = os.path.dirname(os.path.abspath(__file__))


class Spawning(Front):
    """motetd has no environment but PATH here, dispatch.fcgi is its command line, and its log is Apache's."""
    quickstart = "spawner"
    sets = ("workers=0",)
    cannot = frozenset({"encoded-nul"})
    away_statuses = (500, 503)  # Apache: a program that does not start is an error inside
    lost_status = 500
    site = None

    def dispatch(self, place, directory):
        """dispatch.fcgi as a user uploads it."""
        os.makedirs(directory, exist_ok=True)
        target = os.path.join(directory, "dispatch.fcgi")
        share = os.path.join(place.programs or place.state, "share", "motet")
        with open(os.path.join(share, "dispatch.fcgi"), encoding="utf-8") as f:
            text = f.read()
        with open(target, "w", encoding="utf-8") as f:
            f.write(text.replace(f"{place.programs or place.state}/motet.conf", f"{place.state}/motet.conf"))
        os.chmod(target, 0o755)
        return target

    def make_site(self, place):
        return self.fill(place, self.site, DISPATCH=self.dispatch(place, os.path.join(place.state, "web", "bin")))

    def launch(self, place):
        conf = self.fill(place, "apache.conf", SITE=self.make_site(place))
        self.spawn(place, "apache2", "-D", "FOREGROUND", "-f", conf, "-c", 'ErrorLog "|/bin/cat"', env={"PATH": "/usr/sbin:/usr/bin:/bin"})

    def program(self, place):
        return os.path.join(place.programs or place.state, "sbin", "motetd")

    def forget(self, place):
        """Ends the processes that Apache has started; while the program is renamed, they are found by its other name."""
        for exe in glob.glob("/proc/[0-9]*/exe"):
            with contextlib.suppress(OSError):
                if os.readlink(exe) in (self.program(place), self.program(place) + ".away"):
                    os.kill(int(exe.split("/")[2]), signal.SIGKILL)

    def away(self, place):
        return renamed(self.program(place))

    def log(self, place):
        return self.log_of(place)


class Fcgid(Spawning):
    site = "apache-mod-fcgid.conf"
    cannot = frozenset({"broken-chunks", "encoded-nul"})
    broken_body = (500,)
    longest_chunked = 1126400   # its FcgidMaxRequestLen


class Cgi(Spawning):
    site = "apache-cgi.conf"


class Htaccess(Spawning):
    """At the root of a site."""
    cannot = frozenset({"broken-chunks", "early-errors", "encoded-nul", "encoded-slash", "trace"})
    broken_body = (500,)
    page_of_its_own = (400, 414)
    longest_chunked = 131072    # FcgidMaxRequestLen as it is by itself

    def make_site(self, place):
        root = os.path.join(place.state, "web", "htdocs")
        directory = root + self.base_path
        self.dispatch(place, directory)
        shutil.copyfile(os.path.join(place.programs or place.state, "share", "motet", "htaccess"), os.path.join(directory, ".htaccess"))
        target = os.path.join(place.state, "web", "site.conf")
        fill(os.path.join(HERE, "shared-host.conf"), target, {"PORT": place.port, "ROOT": root})
        return target


class HtaccessBelow(Htaccess):
    """In a directory of a site that has other things, too."""
    base_path = "/~jo/motet"
