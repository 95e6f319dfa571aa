"""What the servers' role can do with the functions of selftest: delete the actors of a selftest, and nothing else. `ok` reports a check."""

# Ways in which the role of the servers might make motet_forget_selftest(NAME) delete alice's certificates, which this role must not delete.
NAME = "selftest-0123456789abcdef"
BEGIN, FORGET = f"SELECT motet_begin_selftest('{NAME}', '{{}}')", f"SELECT motet_forget_selftest('{NAME}')"
ALICE, MADE = "(SELECT id FROM actor WHERE password = 'hers')", f"(SELECT id FROM actor WHERE local_name = '{NAME}')"
ADD = f"INSERT INTO actor (local_name, password) VALUES ('{NAME}', '')"
RENAME = f"UPDATE actor SET local_name = '{NAME}' WHERE id = {ALICE}"
TRICKS = {
    "an announcement of its own": [f"INSERT INTO selftest VALUES ('{NAME}', '{{}}', '-infinity')", RENAME],
    "another name": [BEGIN, RENAME],
    "an announcement that is older than she": [BEGIN, "UPDATE selftest SET announced_at = '-infinity'", RENAME],
    "an announcement of her": [BEGIN, ADD, f"UPDATE selftest SET actor_id = {ALICE}"],
    "an insertion that meets a conflict": [BEGIN, f"INSERT INTO actor (id, local_name, password) VALUES ({ALICE}, '{NAME}', '') ON CONFLICT (id) DO NOTHING"],
    "an insertion that renames her": [BEGIN, f"INSERT INTO actor (id, local_name, password) VALUES ({ALICE}, '{NAME}', '') ON CONFLICT (id) DO UPDATE SET local_name = '{NAME}'"],
    "another owner": [BEGIN, ADD, f"DELETE FROM keymaterial WHERE actor_id = {ALICE}", f"DELETE FROM session WHERE actor_id = {ALICE}",
                      f"UPDATE idcert SET actor_id = {MADE} WHERE actor_id = {ALICE}"],
    "a second actor": [BEGIN, ADD, f"DELETE FROM actor WHERE id = {MADE}", f"UPDATE actor SET id = (SELECT actor_id FROM selftest), local_name = '{NAME}' WHERE id = {ALICE}"],
    "a deletion": ["DELETE FROM idcert"],
}


def as_role(sql, statements):
    """Runs each statement by itself, whatever the result of the one before; returns the refused ones."""
    refused = []
    for s in statements:
        try:
            sql(f"SET ROLE motet; {s}")
        except RuntimeError as e:
            refused.append(str(e))
    sql("RESET ROLE; SELECT pg_advisory_unlock_all()")
    return refused


def tricks(sql, ok):
    sql("INSERT INTO actor (local_name, password) VALUES ('victim', 'hers'); INSERT INTO serial_used VALUES (1000000000000000), (1000000000000001);"
        "INSERT INTO server_key VALUES (1000000000000000, sha256('server'), '', '', now() - interval '2 h', now() - interval '1 h', now());"
        f"INSERT INTO idcert VALUES ({ALICE}, 1000000000000001, 's', 1000000000000000, sha256('hers'), sha256('csr'), '', now(), now() + interval '1 d')")
    hers = f"SELECT count(*) FROM idcert c JOIN actor a ON a.id = c.actor_id WHERE a.id = {ALICE} AND a.local_name = 'victim' AND c.serial = 1000000000000001"
    for name, statements in TRICKS.items():
        refused = as_role(sql, [*statements, FORGET])
        ok(sql(hers) == "1", f"certificates are not deleted by {name}", refused)
        sql(f"DELETE FROM selftest; DELETE FROM actor WHERE local_name = '{NAME}' AND password = ''")
    refused = as_role(sql, [BEGIN, ADD, ADD + " ON CONFLICT DO NOTHING", FORGET])
    ok(not refused and sql(f"SELECT count(*) FROM actor WHERE local_name = '{NAME}'") == "0", "while the role may make and delete the actor of a selftest", refused)
    sql(f"SELECT motet_begin_selftest('{NAME}', '{{}}'); UPDATE selftest SET announced_at = now() - interval '61 min'")
    as_role(sql, [ADD])
    ok(sql(f"SELECT count(*) FROM actor WHERE local_name = '{NAME}'") == "0", "but not an hour after it was announced")
    sql(f"DELETE FROM selftest; DELETE FROM idcert WHERE serial = 1000000000000001; DELETE FROM actor WHERE id = {ALICE}; DELETE FROM server_key WHERE serial = 1000000000000000;"
        "DELETE FROM serial_used WHERE serial <= 1000000000000001")


def definers(place, ok):
    wide = place.sql("SELECT string_agg(p.proname, ' ') FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND"
                     " (NOT 'search_path=public, pg_temp' = ANY (coalesce(p.proconfig, '{}')) OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0))")
    ok(wide == "", "SECURITY DEFINER functions fix their search_path and are not executable by PUBLIC", wide)
