#include "ctl/term/ask.h"
#include "ctl/cmd.h"

#define LISTS OPT_BIT(JSON)

const struct command ctl_commands[] = {
	{ "init", NULL, cmd_init, NEEDS_NOTHING, "", 0, 0, OPT_BIT(DOMAIN),
	    "Give this server its domain, secret and identity",
	    "Makes what is missing and leaves alone what is there: with -c FILE, a commented configuration\n"
	    "with the domain in it; the secret file, which protects the identity key in the database; the\n"
	    "identity key and its certificate. On a second host of the same server put the secret there\n"
	    "first: when the database has an identity that another secret made, or that is of another domain,\n"
	    "init says so and ends with 78. When there is nothing to do it says so and succeeds.\n"
	    "\n"
	    "Run it as root where motetd(8) is started as root, else as the user that it runs as: the secret\n"
	    "belongs to who runs this.\n"
	    "\n"
	    "A new server, with a database whose owner is motet_owner and a role motet for the servers:\n"
	    "  motetctl -c /etc/motet/motet.conf init --domain example.org     writes the file, stops where the database is not ready\n"
	    "  motetctl -c /etc/motet/motet.conf migrate --database 'dbname=motet user=motet_owner' --grant motet\n"
	    "  motetctl -c /etc/motet/motet.conf init                          makes secret and identity\n"
	    "Next: motetctl actor add NAME --admin, then start motetd." },
	{ "migrate", NULL, cmd_migrate, NEEDS_DB, "", 0, 0,
	    LISTS | OPT_BIT(DIR) | OPT_BIT(DATABASE) | OPT_BIT(GRANT) | OPT_BIT(STATUS),
	    "Bring the schema of the database up to date",
	    "Applies the schema files that are missing, in order, each in a transaction of its own, under a\n"
	    "lock: when two do it at once, one waits. It needs the role that owns the tables, which is not\n"
	    "the one that servers run as: --database, or MOTET_DATABASE in the environment. Servers of the\n"
	    "release before go on working on the new schema; so: migrate first, then replace the program.\n"
	    "\n"
	    "The files can be applied by psql(1) as well, `psql -v ON_ERROR_STOP=1 -f FILE` in the order of\n"
	    "their numbers; they record themselves. What --grant gives is all that a running server needs: give\n"
	    "it again after an update.\n"
	    "\n"
	    "Members of the JSON: version, state (applied, pending, changed: not the file that was applied, or\n"
	    "unknown: of a newer program), applied_at, file.\n"
	    "\n"
	    "  motetctl migrate --status\n"
	    "  motetctl migrate --database 'dbname=motet user=motet_owner' --grant motet\n"
	    "Next: motetctl init on a new server; after an update, start motetd anew." },
	{ "actor", "add", cmd_actor_add, NEEDS_SCHEMA, "NAME", 1, 1, ASK_OPTIONS | OPT_BIT(ADMIN),
	    "Register an actor",
	    "NAME is the part before the @, or the whole federation ID. The password is asked for twice, or\n"
	    "comes from where an option says; it has 8 to 256 bytes and is never given as an argument. Works\n"
	    "whatever `registration` says.\n"
	    "\n"
	    "  motetctl actor add alice\n"
	    "  motetctl actor add bob --generate\n"
	    "Next: the actor's client logs in with the password (POST /.p2/core/v1/session/trust) and gets\n"
	    "its first ID-Cert." },
	{ "actor", "list", cmd_actor_list, NEEDS_SCHEMA, "", 0, 0, LISTS,
	    "List the actors, with sessions and ID-Certs counted",
	    "Also those that are deactivated. sessions counts the tokens that work now, certificates all\n"
	    "ID-Certs ever issued; second_factor says who has one, see `totp show`.\n"
	    "\n"
	    "Members of the JSON: name, fid, admin, second_factor, sessions, certificates, created_at,\n"
	    "deactivated_at, id.\n"
	    "\n"
	    "  motetctl actor list\n"
	    "  motetctl actor list --json" },
	{ "actor", "show", cmd_actor_show, NEEDS_SCHEMA, "NAME", 1, 1, OPT_BIT(JSON),
	    "Show one actor",
	    "What `actor list` says of it; --json prints one object.\n"
	    "\n"
	    "  motetctl actor show alice" },
	{ "actor", "passwd", cmd_actor_passwd, NEEDS_SCHEMA, "NAME", 1, 1, ASK_OPTIONS,
	    "Give an actor a new password",
	    "Sessions that are open stay open: to lock somebody out who knows the old password, end them too. A\n"
	    "second factor stays, see `totp reset`.\n"
	    "\n"
	    "  motetctl actor passwd alice --generate\n"
	    "Next: motetctl session list alice, motetctl session revoke alice SESSION_ID." },
	{ "actor", "deactivate", cmd_actor_deactivate, NEEDS_SCHEMA, "NAME", 1, 1, 0,
	    "End an actor for good",
	    "Ends all sessions and revokes all ID-Certs; nobody can log in as the actor any more. The name\n"
	    "stays taken, so that nobody else can be mistaken for the actor. It cannot be undone.\n"
	    "\n"
	    "  motetctl actor deactivate mallory" },
	{ "admin", "grant", cmd_admin_grant, NEEDS_SCHEMA, "NAME", 1, 1, 0,
	    "Make an actor an administrator",
	    "Administrators may use the routes that are marked admin by `motetd -T`, such as PUT\n"
	    "/.p2/core/v1/key/server. Open sessions of the actor have the right at once.\n"
	    "\n"
	    "  motetctl admin grant alice" },
	{ "admin", "revoke", cmd_admin_revoke, NEEDS_SCHEMA, "NAME", 1, 1, 0,
	    "Make an administrator an ordinary actor",
	    "Takes effect at once, for open sessions too.\n"
	    "\n"
	    "  motetctl admin revoke alice" },
	{ "invite", "create", cmd_invite_create, NEEDS_SCHEMA, "", 0, 0,
	    OPT_BIT(USES) | OPT_BIT(EXPIRES) | OPT_BIT(NOTE) | OPT_BIT(JSON),
	    "Make an invite, by which somebody may register",
	    "Where `registration` is invite, a client registers with the code that this prints. It is printed\n"
	    "once: only its hash is kept. Who has it can register, so send it as one sends a password.\n"
	    "\n"
	    "By default one actor may register by it, within 7 days. Members of the JSON: code, id, uses,\n"
	    "created_at, expires_at, note.\n"
	    "\n"
	    "  motetctl invite create\n"
	    "  motetctl invite create --uses 20 --expires 2d --note 'hackathon'\n"
	    "Next: motetctl invite list shows how often it was used." },
	{ "invite", "list", cmd_invite_list, NEEDS_SCHEMA, "", 0, 0, LISTS, "List the invites",
	    "state is open, used up, expired or revoked. The codes are not kept.\n"
	    "\n"
	    "Members of the JSON: id, state, used, uses, created_at, expires_at, revoked_at, note.\n"
	    "\n"
	    "  motetctl invite list" },
	{ "invite", "show", cmd_invite_show, NEEDS_SCHEMA, "ID", 1, 1, LISTS,
	    "Show one invite, and who has registered by it",
	    "With --json the actors alone, as an array.\n"
	    "\n"
	    "Members of the JSON: fid, created_at, deactivated_at.\n"
	    "\n"
	    "  motetctl invite show 391442145152655360" },
	{ "invite", "revoke", cmd_invite_revoke, NEEDS_SCHEMA, "ID", 1, 1, 0, "End an invite",
	    "Nobody registers by it from now on. Actors that have come by it stay.\n"
	    "\n"
	    "  motetctl invite revoke 391442145152655360\n"
	    "Next: motetctl invite show tells who came by it, motetctl actor deactivate ends one of them." },
	{ "key", "show", cmd_key_show, NEEDS_SCHEMA, "", 0, 0, LISTS | OPT_BIT(PEM),
	    "Show the server's identity keys",
	    "All of them, the oldest first: serial number and validity of the certificate, public key in hex,\n"
	    "and the certificate's fingerprint as `openssl x509 -fingerprint -sha256` prints it. state is\n"
	    "current, ended (by a rotation) or expired.\n"
	    "\n"
	    "Members of the JSON: serial, state, not_before, not_after, ended_at, public_key, fingerprint.\n"
	    "\n"
	    "  motetctl key show\n"
	    "  motetctl key show --pem >server.pem" },
	{ "key", "rotate", cmd_key_rotate, NEEDS_SECRET, "", 0, 0, OPT_BIT(JSON),
	    "Replace the server's identity key",
	    "Makes a new key and certificate; the old one ends now and stays to be asked for by time (GET\n"
	    "/.p2/core/v1/idcert/server?timestamp=...). Every server on this database signs with the new one\n"
	    "from then on, without a restart. ID-Certs that were issued before keep their validity and their\n"
	    "sessions, and verify with the certificate of their time; who knows only the new one needs a new\n"
	    "ID-Cert.\n"
	    "\n"
	    "--json prints the new key as an object, with the members of `key show`.\n"
	    "\n"
	    "  motetctl key rotate\n"
	    "Do it before the certificate runs out: no ID-Cert outlives it." },
	{ "session", "list", cmd_session_list, NEEDS_SCHEMA, "[ACTOR]", 0, 1, LISTS,
	    "List the sessions, of one actor or of all",
	    "Those whose token works now. not_after is when the session's ID-Cert ends, and the session with\n"
	    "it.\n"
	    "\n"
	    "Members of the JSON: fid, session_id, created_at, not_after, serial (of the ID-Cert).\n"
	    "\n"
	    "  motetctl session list alice\n"
	    "\n"
	    "To end every session of an actor:\n"
	    "\n"
	    "  motetctl session list alice --json | python3 -c \\\n"
	    "      'import json, sys; [print(s[\"session_id\"]) for s in json.load(sys.stdin)]' |\n"
	    "  while read -r id; do motetctl session revoke alice \"$id\"; done" },
	{ "session", "revoke", cmd_session_revoke, NEEDS_SCHEMA, "ACTOR SESSION_ID", 2, 2, 0,
	    "End a session: its token and its ID-Cert",
	    "The token is void at once, on all servers; the ID-Cert is published as revoked. Others may rely\n"
	    "on what they fetched before for up to `cache_lifetime`.\n"
	    "\n"
	    "  motetctl session revoke alice laptop" },
	{ "foreign", "list", cmd_foreign_list, NEEDS_SCHEMA, "", 0, 0, LISTS,
	    "List the other servers that are known, good or not",
	    "place is a domain of federation IDs, or the origin of a server that somebody wanted a federation token for. state is good, failed (said tells\n"
	    "why), stale (whoever needs it next asks again) or blocked. certificates counts those that may still be used without asking,\n"
	    "sessions those of that domain's actors on this server.\n"
	    "\n"
	    "Members of the JSON: place, state, checked_at, fresh_until, blocked_at, certificates, sessions,\n"
	    "domain, api, said.\n"
	    "\n"
	    "  motetctl foreign list" },
	{ "foreign", "show", cmd_foreign_show, NEEDS_SCHEMA, "DOMAIN", 1, 1, OPT_BIT(JSON),
	    "Show what is known of another server",
	    "What `foreign list` says of it, line by line.\n"
	    "\n"
	    "  motetctl foreign show example.org" },
	{ "foreign", "refresh", cmd_foreign_refresh, NEEDS_SCHEMA, "DOMAIN", 1, 1, 0,
	    "Forget what another server has said",
	    "Its certificate, those of its actors, and what was wrong with it: whoever needs them next asks again. That a certificate is\n"
	    "revoked is not forgotten. Sessions stay open.\n"
	    "\n"
	    "  motetctl foreign refresh example.org" },
	{ "foreign", "block", cmd_foreign_block, NEEDS_SCHEMA, "DOMAIN", 1, 1, 0,
	    "Have nothing to do with a domain any more",
	    "The domain and its subdomains: nothing is asked of them, nothing they sign is believed, the sessions of their actors here end now. It\n"
	    "holds for all servers on this database at once; federation_deny in the configuration does the same for one.\n"
	    "\n"
	    "  motetctl foreign block spam.example" },
	{ "foreign", "unblock", cmd_foreign_unblock, NEEDS_SCHEMA, "DOMAIN", 1, 1, 0,
	    "Undo `foreign block`",
	    "Sessions that have ended stay so.\n"
	    "\n"
	    "  motetctl foreign unblock spam.example" },
	{ "event", "list", cmd_event_list, NEEDS_SCHEMA, "ACTOR", 1, 1, LISTS,
	    "List the events that lie there for an actor's sessions",
	    "ACTOR is a local name, or the federation ID of anybody who has sessions here. Each session keeps its last 1000; fetched are those that the\n"
	    "client has got with GET /.p2/core/v1/events. Looking at them here changes nothing.\n"
	    "\n"
	    "Members of the JSON: session_id, number, event, namespace, op, serial, created_at, fetched.\n"
	    "\n"
	    "  motetctl event list alice" },
	{ "token", "status", cmd_token_status, NEEDS_SCHEMA, "", 0, 0, OPT_BIT(JSON),
	    "Tell whether actors get federation tokens",
	    "With a federation token an actor of this server opens a session on another one. What GET\n"
	    "/p2core/token/status says to everybody.\n"
	    "\n"
	    "The member of the JSON: enabled.\n"
	    "\n"
	    "  motetctl token status" },
	{ "token", "on", cmd_token_on, NEEDS_SCHEMA, "", 0, 0, 0,
	    "Issue federation tokens (as a new server does)",
	    "Takes effect at once, on all servers of this database.\n"
	    "\n"
	    "  motetctl token on" },
	{ "token", "off", cmd_token_off, NEEDS_SCHEMA, "", 0, 0, 0,
	    "Issue no federation tokens any more",
	    "Takes effect at once, on all servers of this database. Tokens that were issued before stay good.\n"
	    "\n"
	    "  motetctl token off\n"
	    "Next: motetctl token delete --all ends those, too." },
	{ "token", "list", cmd_token_list, NEEDS_SCHEMA, "[ACTOR]", 0, 1, LISTS,
	    "List the federation tokens, of one actor or of all",
	    "Those of the last day. state is issued, redeemed (on this very server; others do not tell), deleted\n"
	    "or expired.\n"
	    "\n"
	    "Members of the JSON: fid, server, state, issued_at, expires_at, jti.\n"
	    "\n"
	    "  motetctl token list alice --json" },
	{ "token", "delete", cmd_token_delete, NEEDS_SCHEMA, "[ACTOR]", 0, 1, OPT_BIT(ALL),
	    "Delete the federation tokens of an actor, or of all",
	    "Those that were not redeemed yet. Void at once for this server; another motet asks here before it\n"
	    "redeems one; any other takes it until it expires, at most `federation_token_lifetime`.\n"
	    "\n"
	    "  motetctl token delete alice\n"
	    "  motetctl token delete --all" },
	{ "totp", "show", cmd_totp_show, NEEDS_SCHEMA, "ACTOR", 1, 1, OPT_BIT(JSON),
	    "Tell whether an actor has a second factor",
	    "state is none, pending (enrolled, not confirmed yet: nothing is asked for) or confirmed: log-ins and\n"
	    "sensitive actions need a code of the actor's authenticator app. recovery_codes counts those that\n"
	    "were not used.\n"
	    "\n"
	    "Members of the JSON: fid, state, created_at, confirmed_at, recovery_codes.\n"
	    "\n"
	    "  motetctl totp show alice --json" },
	{ "totp", "enrol", cmd_totp_enrol, NEEDS_SECRET, "ACTOR", 1, 1, OPT_BIT(JSON),
	    "Make a second factor for an actor",
	    "Prints the secret once, as text, as otpauth URI and, by the program qrencode if it is installed, as\n"
	    "a QR code to scan with an authenticator app. Nothing is asked of the actor before `totp confirm`.\n"
	    "Actors can do the same themselves (POST /.motet/v1/totp), and then nobody else sees the secret.\n"
	    "\n"
	    "Members of the JSON: secret, uri.\n"
	    "\n"
	    "  motetctl totp enrol alice\n"
	    "Next: motetctl totp confirm alice 123456, with the code that the app shows." },
	{ "totp", "confirm", cmd_totp_confirm, NEEDS_SECRET, "ACTOR CODE", 2, 2, OPT_BIT(JSON),
	    "Turn an enrolled second factor on",
	    "CODE is what the app shows now: it proves that the secret has arrived. From then on log-ins and\n"
	    "sensitive actions of the actor need a code. Prints ten recovery codes, which are not to be had\n"
	    "again: each stands in for a code once.\n"
	    "\n"
	    "The JSON is an array of objects with the member recovery_code.\n"
	    "\n"
	    "  motetctl totp confirm alice 123456" },
	{ "totp", "reset", cmd_totp_reset, NEEDS_SCHEMA, "ACTOR", 1, 1, 0,
	    "End an actor's second factor: the phone is lost",
	    "With its recovery codes; the password is enough again. Make sure that it is the actor who asks: the\n"
	    "second factor is there for the day on which somebody else has the password. The actor's sessions\n"
	    "get an event (SECOND_FACTOR).\n"
	    "\n"
	    "  motetctl totp reset alice\n"
	    "Next: motetctl session list alice; the actor enrols anew (POST /.motet/v1/totp)." },
	{ "keypackage", "stats", cmd_keypackage_stats, NEEDS_SCHEMA, "[ACTOR]", 0, 1, LISTS,
	    "Count the MLS KeyPackages in stock, of one actor or of all",
	    "A line for each cipher suite of each session that has uploaded any. stock counts the one-time ones\n"
	    "that can still be given out, spent those that were given out or replaced and are remembered so\n"
	    "that none comes back; last_resort_used is set when the last resort was given out: its owner\n"
	    "should replace it, and was told so.\n"
	    "\n"
	    "Members of the JSON: fid, session_id, serial (of the ID-Cert), suite, stock, last_resort,\n"
	    "last_resort_used, spent.\n"
	    "\n"
	    "  motetctl keypackage stats alice --json" },
	{ "prune", NULL, cmd_prune, NEEDS_SCHEMA, "", 0, 0, LISTS | OPT_BIT(DRY_RUN),
	    "Take what has expired out of the database",
	    "Ended sessions and their events, expired tokens, key trials, KeyPackages, counts of wrong passwords,\n"
	    "what other servers have said. Never what a promise\n"
	    "rests on: certificates, serial numbers, keys, revocations, completed key trials. It goes in small\n"
	    "batches that nobody waits for, and a second time is no harm. A master does the same every\n"
	    "`prune_interval`; where there is none (mod_fcgid, spawn-fcgi without workers), run it from cron.\n"
	    "\n"
	    "It may be interrupted, and repeated, at any time; while another host is at it, it says so and ends\n"
	    "with 69. Members of the JSON: kind, rows, what.\n"
	    "\n"
	    "What goes when:\n"
	    "\n"
	    "  session             prune_after past its end\n"
	    "  session_ran_out     prune_after past the end of its ID-Cert\n"
	    "  foreign_session     prune_after past either, for guests of other servers\n"
	    "  event               when their session has ended\n"
	    "  key_package         a day past the end of the KeyPackage or of its ID-Cert\n"
	    "  key_package_notice  when its session has ended\n"
	    "  key_trial           a minute past its end, unless it was completed\n"
	    "  federation_token    a day past its end\n"
	    "  redeemed_token      a day past the end of the token\n"
	    "  throttle            when nothing is owed any more\n"
	    "  foreign_server      prune_after past the end of what it said; a failure: at its end;\n"
	    "                      one that is blocked: never\n"
	    "  foreign_cert        a day past the end of its statement; one that is revoked: not before\n"
	    "                      it would have run out\n"
	    "  foreign_actor       at its end\n"
	    "\n"
	    "Everything else stays: actors and their names, ID-Certs, serial numbers, the server's keys,\n"
	    "completed key trials, key material, invites.\n"
	    "\n"
	    "  motetctl prune --dry-run\n"
	    "  motetctl prune" },
	{ "verify", NULL, cmd_verify, NEEDS_SECRET, "", 0, 0, LISTS | OPT_BIT(DIR),
	    "Check everything that is stored",
	    "Reads the rows again: certificates by two readers and against the server key of their time, the\n"
	    "server's keys and second factors with the secret, the schema against its files, and every column\n"
	    "that has a form, or repeats what a certificate, a KeyPackage or a signature says. A line for each\n"
	    "thing that is wrong, and exit status 1 then. Servers may run.\n"
	    "\n"
	    "Not read are setting, throttle, probe, selftest and key_package_notice: there is nothing that a\n"
	    "row of theirs could be held against but the database's own constraints. In serial_used it looks\n"
	    "up the serial number of each certificate. Hashes (of tokens, recovery codes, invites) are read,\n"
	    "and whether one is the right one nobody can tell.\n"
	    "\n"
	    "It goes through a table of any size in little memory, and on a terminal shows how far it is. It\n"
	    "cannot tell that a row is missing which nothing points to, nor that another server did not sign\n"
	    "what it is said to have, once that server's key of the time is forgotten.\n"
	    "\n"
	    "Members of the JSON: table, key (of the row, an array), what.\n"
	    "\n"
	    "  motetctl verify\n"
	    "  motetctl verify --json >findings.json\n"
	    "Next, when something is wrong: stop the servers, look at the disks, and compare with a backup." },
	{ "status", NULL, cmd_status, NEEDS_DOMAIN, "", 0, 0, OPT_BIT(JSON),
	    "Tell how the server on this host is doing",
	    "It asks neither workers nor the database, and so works when all of them are busy or the database\n"
	    "is away. It looks twice, a second apart, for the rate.\n"
	    "\n"
	    "It tells workers, requests, how long these took, errors, the database as workers last saw it,\n"
	    "KeyPackages and what is left of the server's certificate; the latter two are known as soon as a\n"
	    "worker needed them. Counts and latencies are since the start.\n"
	    "\n"
	    "Members of the JSON: version, state (good, or what is not), started_at, up_seconds, workers,\n"
	    "workers_wanted, workers_starting, workers_idle, workers_busy, workers_stopping, worker_births,\n"
	    "worker_deaths, workers_killed, signer_deaths, reloads, requests, requests_per_second,\n"
	    "answers_below_400, answers_4xx, answers_5xx, p50_ms, p95_ms, p99_ms, oldest_request_ms,\n"
	    "workers_with_database, workers_without_database, database_ms_per_request, round_trips_per_request,\n"
	    "keypackage_stock, keypackage_last_resorts, keypackages_counted_at, certificate_ends_at,\n"
	    "certificate_days_left; and one for each counter of /metrics, named as there but for `motet_` and\n"
	    "`_total`, with the label's value behind it, such as rate_limit_hits_writes.\n"
	    "\n"
	    "  motetctl status\n"
	    "  motetctl status --json" },
	{ "top", NULL, cmd_top, NEEDS_DOMAIN, "", 0, 0,
	    OPT_BIT(BATCH) | OPT_BIT(ONCE) | OPT_BIT(SORT),
	    "Show what the workers on this host are at",
	    "Every second: workers with the request at hand, where it is and for how long; routes with what\n"
	    "they had in that second; above them the whole, and KeyPackages as /metrics last counted them.\n"
	    "Keys: t, r, p sort by time, requests, process; q ends.\n"
	    "\n"
	    "When standard output is no terminal, or TERM is dumb, it prints page after page, as --batch does.\n"
	    "--once has the figures since the start.\n"
	    "\n"
	    "  motetctl top\n"
	    "  motetctl top --once --sort requests" },
	{ "doctor", NULL, cmd_doctor, NEEDS_NOTHING, "[URL]", 0, 1, LISTS,
	    "Examine this server, and say what to do about each fault",
	    "A line for each thing that it looks at: good, to think about, or to put right; and then what to\n"
	    "do, as the very command or line. It looks at the configuration, files and their rights, the\n"
	    "socket, the database, our role on it, what could be lost in a power failure, clocks, and the\n"
	    "identity. Run it as root, or as the user that motetd runs as. It changes nothing that lasts.\n"
	    "\n"
	    "With the URL of this server, base_path included, it also sends some thirty requests through the\n"
	    "real web server, and compares what was sent with what arrived at motetd: TLS, paths, headers,\n"
	    "methods, bodies, limits, addresses, what browsers need. What is to be changed is said in the\n"
	    "words of the web server found there: nginx, Apache, lighttpd or Caddy.\n"
	    "\n"
	    "What arrives is told by /.motet/v1/probe, to nobody but who can write a token into the database,\n"
	    "and once for each. Colour is for terminals only, and not with `NO_COLOR` in the environment.\n"
	    "\n"
	    "Members of the JSON: id, section, status (ok, warning, bad or skipped), text, fix (what to do,\n"
	    "null when there is nothing).\n"
	    "\n"
	    "  motetctl doctor\n"
	    "  motetctl doctor https://example.org\n"
	    "  motetctl doctor --json https://example.org\n"
	    "Ends with 1 when there is something to put right, so that a monitor can run it.\n"
	    "Next: motetctl selftest https://example.org." },
	{ "selftest", NULL, cmd_selftest, NEEDS_SCHEMA, "URL", 1, 1, LISTS,
	    "Let a throw-away actor live its whole life on this server",
	    "Two actors, selftest-... with random names, are registered at URL, get a certificate and verify\n"
	    "it, store and fetch key material, upload and claim a KeyPackage, get a federation token, rotate\n"
	    "and revoke; each step with its time. Then all that they were is deleted: only the serial numbers\n"
	    "of their certificates stay used. The same happens when a step fails, or you interrupt it; what a\n"
	    "killed run has left, the next one deletes. Nobody else can register a name of that form. When\n"
	    "registration is closed they are made as `actor add` makes actors.\n"
	    "\n"
	    "What is counted of an address for the rate limits stays for up to an hour. Members of the JSON:\n"
	    "step, status (ok or failed), us (microseconds), text.\n"
	    "\n"
	    "  motetctl selftest https://example.org\n"
	    "  motetctl selftest --json http://127.0.0.1:8080\n"
	    "When a step fails: motetctl doctor URL, and the log of motetd." },
	{ "config", NULL, cmd_config, NEEDS_NOTHING, "", 0, 0, LISTS | OPT_BIT(SAMPLE),
	    "Print the configuration in force",
	    "What file, environment (MOTET_KEY) and -s make together; a password in `database` is left out.\n"
	    "--sample prints a file to start from; motet.conf(5) has the same keys.\n"
	    "\n"
	    "Members of the JSON: key, value, default, type.\n"
	    "\n"
	    "  motetctl config\n"
	    "  motetctl config --sample >motet.conf" },
	{ "version", NULL, cmd_version, NEEDS_NOTHING, "", 0, 0, 0,
	    "Print the version, and that of the schema it is for", "  motetctl version" },
	{ "help", NULL, cmd_help, NEEDS_NOTHING, "[COMMAND]", 0, 2, OPT_BIT(MDOC),
	    "Explain a command, or list those of a group",
	    "Without COMMAND it lists all of them. --mdoc takes a PART instead, and is what these pages are made with.\n"
	    "\n"
	    "  motetctl help actor add" },
	{ NULL, .help = "" },
};

const struct command_group ctl_groups[] = {
	{ "actor", "actor admin", "register actors, change their passwords, end them",
	    "What is changed here is seen by running servers at once, on all hosts." },
	{ "doctor", "doctor selftest", "examine a server, and try it out",
	    "The first says what is wrong and what to do about it, the second proves that the whole way works: run both after each change of the\n"
	    "configuration, of the web server or of the program." },
	{ "foreign", "foreign", "see, forget and block other servers",
	    "What this server remembers of the servers that it has asked, and which of them it has nothing to do with." },
	{ "invite", "invite", "let actors register by invites",
	    "Where `registration` is invite, clients register with a code in `auth_payload.invite`. One use goes with one actor, in one transaction: a name\n"
	    "that is taken, or an answer that was lost, costs none. Codes that there are not are counted for each address, up to `rate_limit_failures`\n"
	    "an hour. Invites are never pruned, so that it can be told by which one somebody came." },
	{ "key", "key", "show and rotate the server's identity key",
	    "The key that signs the actors' ID-Certs. It lies in the database, sealed with the secret of `secret_file`; to rotate it, run motetctl as\n"
	    "root where motetd(8) is started as root, else as the user that it runs as." },
	{ "keypackage", "keypackage", "count the MLS KeyPackages in stock",
	    "How they are taken, kept and given out is in motetd(8)." },
	{ "prune", "prune verify",
	    "take what has expired out of the database, and check what is there",
	    "Both go through the whole database, while servers run." },
	{ "session", "session event", "list and end sessions",
	    "A session of an actor of this server is a token and an ID-Cert, which end together; guests have sessions here with the ID-Certs of their own\n"
	    "servers." },
	{ "setup", "init migrate config version help",
	    "make a server, and bring its database up to date",
	    "What is needed once, and after each update; motet(7) has it step by step." },
	{ "status", "status top", "tell how the server on this host is doing",
	    "Both read the memory that the workers of this host share, in `scoreboard_file`, and need to be run as root, or as the user or in the group\n"
	    "that motetd(8) runs as." },
	{ "token", "token", "switch, list and delete federation tokens",
	    "With a federation token an actor of this server opens a session on another server." },
	{ "totp", "totp", "help actors with their second factor",
	    "Actors get a second factor themselves, over routes of their server, see motetd(8); an operator helps when a phone is lost. `totp enrol` and\n"
	    "`totp confirm` read the secret of the server: run them as root where motetd(8) is started as root, else as the user that it runs as." },
	{ NULL, .help = "" },
};
