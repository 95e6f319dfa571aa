"""What a group has printed, counted; TAP of one program or of many, one after the other."""
import collections
import re

Counts = collections.namedtuple("Counts", "passed failed skipped")

OK = re.compile(r"^ok\b", re.M)
NOT_OK = re.compile(r"^not ok\b", re.M)
SKIPPED = re.compile(r"^(?:ok\b.*# SKIP|1\.\.0\b.*SKIP)", re.M)
SKIPPED_OK = re.compile(r"^ok\b.*# SKIP", re.M)
ANY = re.compile(r"^(?:(?:not )?ok|1\.\.0)\b", re.M)
CONTEXT = 2000      # characters before a failure that may explain it, of a compiler, say


def whole(name, status, text, is_step):
    """The output of a program, with a line for what it does not say itself."""
    if text and not text.endswith("\n"):
        text += "\n"
    if is_step:
        return text + f"{'ok' if status == 0 else 'not ok'} - {name}\n"
    if status != 0 and not NOT_OK.search(text):
        text += f"not ok - {name} ended with status {status}\n"
    if not ANY.search(text):
        text += f"not ok - {name} printed no TAP\n"
    return text


def count(text, skip_is_failure):
    n = {r: len(r.findall(text)) for r in (OK, NOT_OK, SKIPPED, SKIPPED_OK)}
    if skip_is_failure:
        return Counts(n[OK] - n[SKIPPED_OK], n[NOT_OK] + n[SKIPPED], n[SKIPPED])
    return Counts(n[OK], n[NOT_OK], n[SKIPPED])


def failures(text):
    """What failed or was skipped: what was said before it, its line, the lines that explain it."""
    out, said, why = [], "", False
    for line in text.splitlines():
        if line.startswith("ok"):
            said, why = "", False
            if "# SKIP" in line:
                out.append(line)
        elif line.startswith("not ok"):
            out += [*said.splitlines(), line]
            said, why = "", True
        elif line.startswith("#"):
            if why:
                out.append(line)
        elif line.startswith("1..0"):
            out.append(line)
        else:
            said = (said + f"  {line}\n")[-CONTEXT:]
    return out
