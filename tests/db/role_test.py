#!/usr/bin/python3
"""The role of the servers can do what src/store/*.sql needs, and nothing else: role_test.py, beside a PostgreSQL (tests/with-postgres). TAP.

Needs MOTET_DATABASE (the role of the servers) and MOTET_OWNER_DATABASE (the role that owns the tables). The rights that statements need come from
PostgreSQL itself, which prints the parse tree of each.
"""
import glob
import os
import re
import subprocess
import sys

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SERVER, OWNER = os.environ.get("MOTET_DATABASE"), os.environ.get("MOTET_OWNER_DATABASE")
count = failed = 0

# Statements that only motetctl runs, as the owner of the tables.
OWNERS = {"sql_actor_set_admin", "sql_foreign_unblock", "sql_invite_create", "sql_invite_revoke",
          "sql_server_key_lose_secret"}
# Privileges that functions in PL/pgSQL need: PostgreSQL parses their statements only when they run.
PLPGSQL = {
    ("key_package", "UPDATE"): {"tls": "motet_claim_key_package", "used_at": "motet_claim_key_package", "spent_at": "motet_claim_key_package"},
    ("key_package_notice", "INSERT"): {"actor_id": "motet_add_low_stock_event", "serial": "motet_add_low_stock_event"},
    ("selftest", "SELECT"): {"": "motet_forget_killed_selftests"},
    ("foreign_session", "DELETE"): {"": "motet_delete_rows"},
    ("session", "DELETE"): {"": "motet_delete_rows"},
}
PRIVILEGES = (("INSERT", 1), ("SELECT", 2), ("UPDATE", 4), ("DELETE", 8))
# Only motetctl doctor reads these.
DOCTORS = {("server_right", "SELECT")}

ROWS = """
INSERT INTO actor (id, local_name, password) VALUES (1, 'alice', 'x'), (2, 'bob', 'x'), (3, 'carol', 'x');
UPDATE actor SET deactivated_at = now() WHERE id = 3;
INSERT INTO serial_used SELECT 1000000000000000 + n FROM generate_series(1, 9) n;
INSERT INTO server_key VALUES (1000000000000001, sha256('a'), 'sealed', 'cert', now() - interval '2 d', now() + interval '1 d', now() - interval '1 d'),
                              (1000000000000002, sha256('b'), 'sealed', 'cert', now() - interval '1 d', now() + interval '1 d', NULL);
INSERT INTO idcert (actor_id, serial, session_id, server_serial, public_key, csr_hash, cert, not_before, not_after, live, invalidated_at)
SELECT 1, 1000000000000000 + n, 's' || n, 1000000000000002, sha256('k' || n::text::bytea), sha256('q'), 'c', now(), now() + interval '1 d', n > 4,
       CASE WHEN n = 3 THEN now() END FROM generate_series(3, 6) n;
INSERT INTO session VALUES (sha256('t3'), 1, 1000000000000003, now(), now() - interval '1 s'), (sha256('t5'), 1, 1000000000000005, now(), NULL);
INSERT INTO foreign_session VALUES (sha256('f1'), 'x@a.example', 'a.example', 's', '1', sha256('k'), 'c', now() + interval '1 d', now(), now()),
                                   (sha256('f2'), 'x@a.example', 'a.example', 't', '2', sha256('k'), 'c', now() + interval '1 d', now(), NULL);
INSERT INTO foreign_server (place, blocked_at) VALUES ('evil.example', now());
INSERT INTO foreign_server (place, fresh_until) VALUES ('good.example', now() + interval '1 h');
INSERT INTO foreign_cert (subject, serial, domain, cacheable, not_before, not_after, invalidated_at, usable_until)
VALUES ('x@a.example', '1', 'a.example', 'c', now(), now() + interval '1 d', now(), now() - interval '2 d');
INSERT INTO key_trial (trial, expires_at, attempt, completed_at, fid, serial, signature)
VALUES (repeat('x', 64), now() - interval '1 d', sha256('a'), now(), 'x@a.example', '1', decode(repeat('00', 64), 'hex'));
INSERT INTO key_trial (trial, expires_at) VALUES (repeat('y', 64), now() + interval '1 d');
INSERT INTO federation_token (actor_id, jti, token_hash, audience, issued_at, expires_at, deleted_at, redeemed_at)
VALUES (1, repeat('j', 22), sha256('j'), 'https://b.example', now(), now() + interval '1 h', now(), NULL),
       (1, repeat('i', 22), sha256('i'), 'https://b.example', now(), now() + interval '1 h', NULL, now());
INSERT INTO redeemed_token VALUES ('a.example', 'j', sha256('a'), now() + interval '1 h');
INSERT INTO key_package (actor_id, id, serial, suite, extensions, last_resort, ref, init_hash, tls, not_before, not_after, used_at, spent_at)
VALUES (1, 1, 1000000000000005, 1, '{}', false, 'r', sha256('1'), NULL, now(), now() + interval '1 d', NULL, now()),
       (1, 2, 1000000000000005, 1, '{}', true, 'r', sha256('2'), 'x', now(), now() + interval '1 d', now(), NULL);
INSERT INTO key_package_notice VALUES (1, 1000000000000005);
INSERT INTO totp VALUES (1, 'sealed', now() - interval '1 d', now() - interval '1 d', floor(extract(epoch FROM now()) / 30) - 11, NULL);
INSERT INTO totp_recovery VALUES (1, sha256('r'), now() - interval '1 h', 'a');
INSERT INTO invite (id, code_hash, uses, used, expires_at) VALUES (1, sha256('i'), 5, 3, now() + interval '1 d');
INSERT INTO event_counter VALUES ('1:s5', 3, 2);
INSERT INTO event (session_key, seq, namespace, op, name) VALUES ('1:s5', 3, 'core', 3, 'NEW_SESSION');
INSERT INTO keymaterial VALUES (1, 1000000000000005, 'data');
INSERT INTO throttle VALUES ('k', now());
INSERT INTO selftest (name, throttle) VALUES ('selftest-0123456789abcdef', '{}');
"""

# Each statement changes something when the owner runs it, and is refused to the role of the servers.
REFUSED = [
    ("revoke a revocation", "UPDATE idcert SET invalidated_at = NULL WHERE invalidated_at IS NOT NULL"),
    ("revoke a revocation by an insertion", "INSERT INTO idcert (actor_id, serial, session_id, server_serial, public_key, csr_hash, cert, not_before, not_after)"
     "SELECT actor_id, serial, session_id, server_serial, public_key, csr_hash, cert, not_before, not_after FROM idcert WHERE serial = 1000000000000003 "
     "ON CONFLICT (actor_id, serial) DO UPDATE SET invalidated_at = NULL"),
    ("move a revocation", "UPDATE idcert SET invalidated_at = now() - interval '1 min' WHERE invalidated_at IS NOT NULL"),
    ("make a superseded certificate live", "UPDATE idcert SET live = true WHERE NOT live AND invalidated_at IS NULL"),
    ("revoke in the past", "UPDATE idcert SET live = false, invalidated_at = now() - interval '2 h' WHERE live"),
    ("revoke in the future", "UPDATE idcert SET live = false, invalidated_at = now() + interval '2 h' WHERE live"),
    ("lengthen a certificate", "UPDATE idcert SET not_after = not_after + interval '9 years'"),
    ("change a certificate", "UPDATE idcert SET cert = 'x'"),
    ("insert a certificate that is revoked", "INSERT INTO idcert (actor_id, serial, session_id, server_serial, public_key, csr_hash, cert, not_before, not_after,"
     "live, invalidated_at) VALUES (1, 1000000000000007, 's', 1000000000000002, sha256('z'), sha256('z'), 'c', now(), now() + interval '1 d', false, now())"),
    ("delete certificates", "DELETE FROM idcert WHERE serial = 1000000000000006"),
    ("reactivate an actor", "UPDATE actor SET deactivated_at = NULL WHERE deactivated_at IS NOT NULL"),
    ("deactivate an actor", "UPDATE actor SET deactivated_at = now() WHERE id = 2"),
    ("make an administrator", "UPDATE actor SET admin = true"),
    ("register an administrator", "INSERT INTO actor (local_name, password, admin) VALUES ('root', 'x', true)"),
    ("choose an actor's id", "INSERT INTO actor (id, local_name, password) VALUES (9, 'nine', 'x')"),
    ("backdate an actor", "UPDATE actor SET created_at = '-infinity'"),
    ("delete an actor", "DELETE FROM actor WHERE id = 2"),
    ("destroy a sealed key", "UPDATE server_key SET sealed = ''"),
    ("change the certificate of a key", "UPDATE server_key SET cert = ''"),
    ("end the key", "UPDATE server_key SET ended_at = now() WHERE ended_at IS NULL"),
    ("bring back a key", "UPDATE server_key SET ended_at = ended_at - interval '1 s' WHERE ended_at IS NOT NULL"),
    ("rename a key", "UPDATE server_key SET serial = 1000000000000008 WHERE ended_at IS NOT NULL"),
    ("add a key", "INSERT INTO server_key VALUES (1000000000000008, sha256('x'), 'x', 'x', now(), now() + interval '1 d', now())"),
    ("delete a key", "DELETE FROM server_key WHERE ended_at IS NOT NULL"),
    ("rename a used serial number", "UPDATE serial_used SET serial = 1000000000000010 WHERE serial = 1000000000000009"),
    ("free a serial number", "DELETE FROM serial_used WHERE serial = 1000000000000009"),
    ("bring back a session", "UPDATE session SET ended_at = NULL WHERE ended_at IS NOT NULL"),
    ("change the token of a session", "UPDATE session SET token_hash = sha256('mine') WHERE ended_at IS NULL"),
    ("delete a session that lives", "DELETE FROM session WHERE ended_at IS NULL"),
    ("bring back a foreign session", "UPDATE foreign_session SET ended_at = NULL WHERE ended_at IS NOT NULL AND session_id = 's'"),
    ("give a foreign session to another", "UPDATE foreign_session SET fid = 'y@a.example'"),
    ("delete a foreign session that lives", "DELETE FROM foreign_session WHERE ended_at IS NULL"),
    ("unblock a server", "UPDATE foreign_server SET blocked_at = NULL WHERE blocked_at IS NOT NULL"),
    ("block a server", "INSERT INTO foreign_server (place, blocked_at) VALUES ('b.example', now())"),
    ("delete a block", "DELETE FROM foreign_server WHERE blocked_at IS NOT NULL"),
    ("forget a good server", "DELETE FROM foreign_server WHERE place = 'good.example'"),
    ("bring back a revoked foreign certificate", "UPDATE foreign_cert SET invalidated_at = NULL"),
    ("forget a foreign revocation", "DELETE FROM foreign_cert"),
    ("give a foreign certificate to another", "UPDATE foreign_cert SET subject = 'y@a.example'"),
    ("use a key trial again", "UPDATE key_trial SET attempt = NULL, completed_at = NULL, fid = NULL, serial = NULL, signature = NULL WHERE attempt IS NOT NULL"),
    ("take over a completed key trial", "UPDATE key_trial SET attempt = sha256('mine') WHERE attempt IS NOT NULL"),
    ("delete a completed key trial", "DELETE FROM key_trial WHERE attempt IS NOT NULL"),
    ("delete an open key trial", "DELETE FROM key_trial WHERE attempt IS NULL"),
    ("lengthen a key trial", "UPDATE key_trial SET expires_at = 'infinity'"),
    ("bring back a deleted token", "UPDATE federation_token SET deleted_at = NULL WHERE deleted_at IS NOT NULL"),
    ("bring back a redeemed token", "UPDATE federation_token SET redeemed_at = NULL WHERE redeemed_at IS NOT NULL"),
    ("change whose a token is", "UPDATE federation_token SET asked_by = NULL, serial = 1"),
    ("delete a token", "DELETE FROM federation_token"),
    ("forget a redemption", "DELETE FROM redeemed_token"),
    ("rename a redemption", "UPDATE redeemed_token SET jti = 'k'"),
    ("change a redemption", "UPDATE redeemed_token SET redeemed_at = now() + interval '1 d'"),
    ("bring back a KeyPackage", "UPDATE key_package SET spent_at = NULL, tls = 'x' WHERE spent_at IS NOT NULL"),
    ("change a KeyPackage", "UPDATE key_package SET tls = 'y' WHERE tls IS NOT NULL"),
    ("make a last resort unused", "UPDATE key_package SET used_at = NULL WHERE used_at IS NOT NULL"),
    ("forget an init_key", "DELETE FROM key_package WHERE spent_at IS NOT NULL"),
    ("move a notice", "UPDATE key_package_notice SET serial = 1000000000000006"),
    ("replace a second factor", "UPDATE totp SET sealed = 'mine'"),
    ("make a second factor unconfirmed", "UPDATE totp SET confirmed_at = NULL"),
    ("use a code again", "UPDATE totp SET last_step = last_step - 1"),
    ("use up all codes to come", "UPDATE totp SET last_step = last_step + 100000"),
    ("remove a second factor without a code", "DELETE FROM totp"),
    ("use a recovery code again", "UPDATE totp_recovery SET used_at = NULL"),
    ("take over the use of a recovery code", "UPDATE totp_recovery SET attempt = 'mine'"),
    ("delete recovery codes", "DELETE FROM totp_recovery"),
    ("use an invite again", "UPDATE invite SET used = 0"),
    ("make an invite", "INSERT INTO invite (code_hash, uses, expires_at) VALUES (sha256('x'), 9, 'infinity')"),
    ("lengthen an invite", "UPDATE invite SET uses = 100, expires_at = 'infinity'"),
    ("revoke an invite", "UPDATE invite SET revoked_at = now()"),
    ("count back events", "UPDATE event_counter SET last = 1"),
    ("make an event unread", "UPDATE event_counter SET read = 0"),
    ("change an event", "UPDATE event SET name = 'NOTHING'"),
    ("change key material", "UPDATE keymaterial SET key_data = 'x'"),
    ("rename a throttle", "UPDATE throttle SET key = 'l'"),
    ("announce a selftest", "INSERT INTO selftest (name, throttle) VALUES ('selftest-0123456789abcde0', '{}')"),
    ("make an actor one of a selftest", "UPDATE selftest SET actor_id = 2"),
    ("tell of a schema", "INSERT INTO schema_version VALUES (99, 1, 'x')"),
    ("forget a schema", "DELETE FROM schema_version WHERE version > 1"),
    ("take rights", "UPDATE server_right SET columns = NULL"),
    ("add a setting", "DELETE FROM setting"),
]
# Statements that are refused to everybody, or that have no rows to count.
FORBIDDEN = [
    "UPDATE idcert SET actor_id = 2", "UPDATE actor SET local_name = 'mallory' WHERE id = 2", "UPDATE totp SET actor_id = 2", "TRUNCATE event",
    "DO $$ BEGIN EXECUTE 'UPDATE actor SET admin = true'; END $$", "CREATE TEMP VIEW server_right AS SELECT 1", "CREATE TYPE x AS (a int)",
    "CREATE DOMAIN x AS int", "CREATE STATISTICS s ON id, admin FROM actor", "CREATE PUBLICATION p", "ALTER ROLE motet_owner PASSWORD 'x'",
    "ALTER DATABASE postgres SET search_path = x", "UPDATE pg_proc SET prosecdef = true", "REINDEX TABLE actor", "REASSIGN OWNED BY motet TO motet_owner",
    "TRUNCATE session", "CREATE TABLE x (y int)", "CREATE TEMP TABLE x (y int)", "CREATE SCHEMA x",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE VIEW x AS SELECT 1", "CREATE TRIGGER x BEFORE INSERT ON actor FOR EACH ROW EXECUTE FUNCTION motet_require_owner('x')",
    "CREATE RULE x AS ON DELETE TO session DO INSTEAD NOTHING", "ALTER TABLE idcert DISABLE TRIGGER ALL", "ALTER TABLE actor ADD COLUMN x int",
    "ALTER FUNCTION motet_require_owner() RESET ALL", "DROP TRIGGER idcert_over ON idcert", "COMMENT ON TABLE actor IS 'x'",
    "SELECT motet_begin_epoch('moved', true)", "SELECT motet_void_one_time_values(1)", "SELECT motet_void_sessions(1, true)",
    "SELECT motet_grant_server_rights(current_user)", "SELECT motet_deactivate_actor('alice')", "SELECT motet_block_domain('a.example')",
    "SET session_replication_role = replica", "SET ROLE motet_owner", "SET SESSION AUTHORIZATION motet_owner", "GRANT motet_owner TO motet",
    "ALTER ROLE motet SUPERUSER", "ALTER SYSTEM SET fsync = off", "LOAD 'auto_explain'", "CHECKPOINT",
    "CREATE EXTENSION pgcrypto", "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('/')", "COPY actor TO '/tmp/x'", "COPY actor TO PROGRAM 'id'",
    "SELECT lo_import('/etc/passwd')", "SELECT lo_create(0)", "SELECT lo_creat(-1)", "SELECT lo_from_bytea(0, 'x')", "SELECT setval('snowflake_seq', 1)",
    "SELECT rolpassword FROM pg_authid", "LOCK TABLE actor IN ACCESS EXCLUSIVE MODE", "LOCK TABLE server_key IN ACCESS EXCLUSIVE MODE",
    "SELECT pg_reload_conf()", "SELECT pg_create_restore_point('x')", "SELECT pg_stat_reset()",
]


def ok(fine, name, why=""):
    global count, failed
    count, failed = count + 1, failed + (not fine)
    print(f"{'ok' if fine else 'not ok'} {count} - {name}")
    if not fine:
        print("# " + str(why).strip().replace("\n", "\n# "))


def psql(conninfo, sql):
    return subprocess.run(["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-d", conninfo], input=sql, text=True,
                          capture_output=True, check=False)


def must(sql):
    done = psql(OWNER, sql)
    if done.returncode:
        sys.exit(f"Bail out! {sql[:200]}: {done.stderr[:1000]}")
    return done


def statements():
    """(name, types of its arguments, text) of each statement of src/store."""
    found, macros = [], {}
    for path in sorted(glob.glob(f"{TOP}/src/store/q_*.sql")):
        with open(path, encoding="utf-8") as f:
            for line in f:
                word = re.match(r"-- (name|define|args): *(\S*) *(.*)", line)
                if word and word[1] == "name":
                    found.append([word[2], "", ""])
                elif word and word[1] == "define":
                    macros[word[2]] = word[3]
                elif word:
                    found[-1][1] += f" {word[2]} {word[3]}"
                elif line.strip() and not line.startswith("--"):
                    for name, text in macros.items():
                        line = line.replace(name, text)
                    found[-1][2] += line
    return found


def names():
    """Relations and their columns by number."""
    out = must("SELECT c.oid, relname, attnum, attname FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid WHERE relkind IN ('r', 'v') "
               "AND relnamespace = current_schema()::regnamespace AND attnum > 0 AND NOT attisdropped").stdout
    rows = [line.split("|") for line in out.splitlines()]
    return {int(r[0]): r[1] for r in rows}, {(int(r[0]), int(r[2])): r[3] for r in rows}


SHOW = "SET client_min_messages = log; SET debug_pretty_print = off; SET debug_print_parse = on;\n"
# Up to PostgreSQL 15 the columns are in an entry of the range table, later in a list beside it. Column n is bit n + 7.
PERMISSIONS = re.compile(r":relid (\d+) (?:(?!:relid ).)*?:requiredPerms (\d+) :checkAsUser \d+ :selectedCols \(b([ \d]*)\) "
                         r":insertedCols \(b([ \d]*)\) :updatedCols \(b([ \d]*)\)")


def learn(needs, who, sql, relations, columns):
    """The privileges that a parse tree needs: (relation, privilege) -> column -> statements; the column "" means the table, or a lock."""
    tree = re.sub(r"\s+", " ", must(SHOW + sql).stderr)
    for found in PERMISSIONS.finditer(tree):
        relation = relations.get(int(found[1]))
        for privilege, bit in PRIVILEGES:
            if relation is None or not int(found[2]) & bit:
                continue
            bits = {"INSERT": found[4], "UPDATE": found[5]}.get(privilege, "").split()
            for column in [columns[int(found[1]), int(b) - 7] for b in bits] or [""]:
                needs.setdefault((relation, privilege), {}).setdefault(column, set()).add(who)


def derived():
    relations, columns = names()
    needs = {key: {column: {who} for column, who in value.items()} for key, value in PLPGSQL.items()}
    for name, args, text in statements():
        if name not in OWNERS and not text.lstrip().startswith("DO "):
            types = ",".join(re.split(r"[, ]+", args.strip()))
            learn(needs, name, f"PREPARE s{f'({types})' if types else ''} AS {text};", relations, columns)
    functions = must("SELECT p.oid, proname FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE lanname = 'sql' AND NOT prosecdef "
                     "AND pronamespace = current_schema()::regnamespace").stdout
    for line in functions.splitlines():
        oid, name = line.split("|")
        learn(needs, name, f"BEGIN; {must(f'SELECT pg_get_functiondef({oid})').stdout}; ROLLBACK;", relations, columns)
    return needs


def granted():
    """The privileges in the table server_right, in the same form."""
    rows = must("SELECT object, privilege, array_to_string(columns, ' ') FROM server_right WHERE privilege NOT IN ('USAGE', 'EXECUTE')").stdout
    return {(r[0], r[1]): set(r[2].split()) for r in (line.split("|") for line in rows.splitlines())}


def documented():
    """The table of operations.md 6; `all but a b` is looked up."""
    relations, columns = names()
    of = {}
    for (oid, _), column in columns.items():
        of.setdefault(relations[oid], set()).add(column)
    rows = {}
    with open(f"{TOP}/src/doc/operations.md", encoding="utf-8") as f:
        for table, privilege, words in re.findall(r"(?m)^\| ([a-z_]+) \| ([A-Z]+) \| ([a-z_ ]*?) ?\| .* \|$", f.read()):
            listed = set(words.split())
            rows[table, privilege] = of[table] - set(words[7:].split()) if words.startswith("all but") else listed
    return rows


def test_rights():
    needs, rights = derived(), granted()
    missing, surplus = [], []
    for key, columns in needs.items():
        if key not in rights:
            missing.append((key, columns))
        elif rights[key]:
            missing += [(key, c, columns[c]) for c in columns if c and c not in rights[key]]
    for key, columns in rights.items():
        used = set(needs.get(key, {}))
        if key not in needs and key not in DOCTORS:
            surplus.append(key)
        # A row lock needs UPDATE on some column: if statements only lock the rows of a table, one column may be granted.
        elif columns - used and not (used == {""} and len(columns) == 1):
            surplus.append((key, columns - used))
    ok(len(statements()) > 100 and len(needs) > 60, f"{len(statements())} statements need {len(needs)} privileges")
    ok(not missing, "server_right has what statements need", missing)
    ok(not surplus, "and nothing that none of them needs", surplus)
    said = documented()
    wrong = {k for k in set(said) | set(rights) if k[1] != "SELECT" and said.get(k, 0) != rights.get(k, 0)}
    ok(not wrong and len(said) > 30, "operations.md 6 has the same", [(k, said.get(k), rights.get(k)) for k in wrong])


def test_catalogue():
    """The privileges that the role has according to PostgreSQL's catalogue, not to our list."""
    loose = must("SELECT c.relname || ' ' || p FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p "
                 "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege('motet', c.oid, p) AND p <> 'DELETE'")
    ok(loose.stdout == "", "no privilege on a whole table but SELECT and DELETE", loose.stdout)
    definers = must("SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace AND prosecdef AND NOT EXISTS "
                    "(SELECT FROM unnest(proconfig) c WHERE c LIKE 'search_path=%, pg_temp')")
    ok(definers.stdout == "", "each function with the owner's rights has its search_path", definers.stdout)
    public = must("SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace AND prosecdef "
                  "AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) a WHERE a.grantee = 0)")
    ok(public.stdout == "", "and is not for everybody", public.stdout)
    own = psql(SERVER, "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'actor'::regclass").stdout
    ok(own.strip() == "f", "the servers of the tests are not the owner", own)


def test_refused():
    for what, sql in REFUSED:
        mine, theirs = (psql(who, f"BEGIN; {sql}; ROLLBACK;") for who in (SERVER, OWNER))
        changed = re.search(r"(?m)^(?:INSERT 0|UPDATE|DELETE) ([1-9]\d*)$", theirs.stdout)
        ok("ERROR:  42501" in mine.stderr and changed, what, f"{sql}\nservers: {mine.stdout}{mine.stderr}\nowner: {theirs.stdout}{theirs.stderr}")
    for sql in FORBIDDEN:
        done = psql(SERVER, f"BEGIN; {sql}; ROLLBACK;") if not sql.startswith("ALTER SYSTEM") else psql(SERVER, sql)
        ok(done.returncode and re.search("ERROR:  (42501|0LP01)", done.stderr), sql, done.stdout + done.stderr)


def test_proved():
    """A second factor can be removed in the transaction that used a code or a recovery code."""
    for proof in ("UPDATE totp SET last_step = floor(extract(epoch FROM now()) / 30)", "UPDATE totp_recovery SET used_at = now()"):
        done = psql(SERVER, f"BEGIN; {proof}; DELETE FROM totp; ROLLBACK;")
        ok("DELETE 1" in done.stdout, f"after {proof}", done.stderr)


def main():
    if not SERVER or not OWNER:
        print("1..0 # SKIP run me with tests/with-postgres")
        return 0
    must(ROWS)
    test_rights()
    test_catalogue()
    test_refused()
    test_proved()
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
