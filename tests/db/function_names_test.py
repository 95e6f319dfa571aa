#!/usr/bin/env python3
"""function_names_test.py: two releases of workers run on one schema: each old name of a function
answers like the new one, with the same rights, and nothing in the schema calls an old name.

Run under tests/with-postgres.
"""
import os
import subprocess
import sys

# A function is an old one if its comment begins with this text.
OLD = "SELECT oid, proname FROM pg_proc WHERE obj_description(oid, 'pg_proc') LIKE 'Old name of %'"
PAIRS = f"""
    SELECT o.proname, o.oid AS old, n.oid AS new
    FROM pg_proc o JOIN pg_proc n ON n.pronamespace = o.pronamespace
        AND n.proname = substring(obj_description(o.oid, 'pg_proc') FROM 'Old name of (\\w+)')
        AND n.proargtypes = o.proargtypes
    WHERE o.oid IN (SELECT oid FROM ({OLD}) x)"""
ROWS = (
    ("each old name has a function of the new name with the same arguments",
     f"SELECT proname FROM ({OLD}) o WHERE oid NOT IN (SELECT old FROM ({PAIRS}) p)"),
    ("both return the same type, with the same volatility",
     f"""SELECT p.proname FROM ({PAIRS}) p JOIN pg_proc o ON o.oid = p.old JOIN pg_proc n ON n.oid = p.new
         WHERE (pg_get_function_result(o.oid), o.provolatile, o.proisstrict, o.proretset)
            IS DISTINCT FROM (pg_get_function_result(n.oid), n.provolatile, n.proisstrict, n.proretset)"""),
    ("the same roles may execute both",
     f"""SELECT p.proname FROM ({PAIRS}) p, pg_roles r
         WHERE has_function_privilege(r.oid, p.old, 'EXECUTE') <> has_function_privilege(r.oid, p.new, 'EXECUTE')"""),
    ("no function calls an old name",
     f"""SELECT f.proname || ' calls ' || o.proname FROM pg_proc f, ({OLD}) o
         WHERE f.pronamespace = current_schema()::regnamespace
             AND f.prosrc ~ ('(^|[^.\\w])' || o.proname || '\\M')"""),
)
# Statements of the previous release, by the old function that each calls: they must still work.
STATEMENTS = (
    "SELECT motet_throttle_wait(now(), 1000, 5)",
    "SELECT motet_within('a.example.org', 'example.org')",
    "SELECT motet_taken('nobody')",
    "SELECT * FROM motet_caps()",
    "SELECT motet_others(0, 'x'), motet_foreign_others('a@b.c', 'x')",
    "SELECT motet_session_key(1, 'x'), motet_session_key('a@b.c', 'x')",
    "SELECT count(*) FILTER (WHERE motet_may_go(t)) FROM throttle t",
    "SELECT rows, next FROM motet_shrink('', 0)",
    "SELECT * FROM motet_keymaterial_add(0, '{}', '{}', '{}', '{}', 1, false)",
)


def sql(text, database="MOTET_OWNER_DATABASE"):
    return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text, os.environ[database]],
                          capture_output=True, text=True, check=False)


def main():
    number = failed = 0

    def ok(good, name, why=""):
        nonlocal number, failed
        number += 1
        failed += not good
        print(f"{'' if good else 'not '}ok {number} - {name}" + ("" if good else f"\n# {why}"), flush=True)

    names = sql(OLD).stdout.split()
    ok(len(names) > 40, "the schema has old names", names)
    for name, text in ROWS:
        done = sql(text)
        ok(done.returncode == 0 and not done.stdout.strip(), name, (done.stdout + done.stderr).replace("\n", " "))
    for text in STATEMENTS:
        done = sql(text, "MOTET_DATABASE")
        ok(done.returncode == 0, "as the servers' role: " + text, done.stderr.replace("\n", " "))
    print(f"1..{number}")
    return 1 if failed else 0


sys.exit(main())
