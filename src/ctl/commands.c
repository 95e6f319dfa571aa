#include "ctl/term/ask.h"
#include "ctl/cmd.h"

/* The help of a command is short: what it does, an example, the next step. The details are in its
 * page, deploy/man/motetctl-<group>.8; tests/lint/docs compares these rows with the pages. */
const struct command ctl_commands[] = {
	{ "init", NULL, cmd_init, NEEDS_NOTHING, "", 0, 0, OPT_BIT(DOMAIN) | OPT_BIT(NEW_IDENTITY),
	    "Create configuration file, secret and identity",
	    "Creates what is missing and never changes what exists. Run it as root if motetd is\n"
	    "started as root, else as the user that it runs as. A new server:\n"
	    "\n"
	    "  motetctl -c /etc/motet/motet.conf init --domain example.org  # writes the file\n"
	    "  motetctl -c /etc/motet/motet.conf migrate --grant motet\n"
	    "  motetctl -c /etc/motet/motet.conf init  # makes secret and identity\n"
	    "\n"
	    "Next: motetctl actor add NAME --admin, then start motetd." },
	{ "migrate", NULL, cmd_migrate, NEEDS_DB, "", 0, 0,
	    OPT_BIT(JSON) | OPT_BIT(DIR) | OPT_BIT(DATABASE) | OPT_BIT(GRANT) | OPT_BIT(STATUS),
	    "Update the database schema",
	    "Applies the missing schema files as the role that owns the tables: name this role\n"
	    "in `owner_database` or with --database. Servers of the previous release keep\n"
	    "working: to update, migrate first, then replace the program.\n"
	    "\n"
	    "  motetctl migrate --status\n"
	    "  motetctl migrate --grant motet\n"
	    "\n"
	    "Next: motetctl init on a new server; after an update, restart motetd." },
	{ "config", NULL, cmd_config, NEEDS_NOTHING, "", 0, 0, OPT_BIT(JSON) | OPT_BIT(SAMPLE),
	    "Print the configuration in force",
	    "Combines the file, the environment (MOTET_KEY) and -s. Passwords in `database` are\n"
	    "printed as ***. motet.conf(5) explains the keys.\n"
	    "\n"
	    "  motetctl config\n"
	    "  motetctl config --sample >motet.conf" },
	{ "completion", NULL, cmd_completion, NEEDS_NOTHING, "SHELL", 1, 1, 0,
	    "Print a completion script for bash or zsh",
	    "The script completes the commands and options of this version.\n"
	    "\n"
	    "  motetctl completion bash >/usr/share/bash-completion/completions/motetctl\n"
	    "  motetctl completion zsh >/usr/share/zsh/vendor-completions/_motetctl" },
	{ "version", NULL, cmd_version, NEEDS_NOTHING, "", 0, 0, OPT_BIT(JSON),
	    "Print the versions of program and schema",
	    "The second number is the schema version that this program needs.\n"
	    "\n"
	    "  motetctl version" },
	{ "help", NULL, cmd_help, NEEDS_NOTHING, "[COMMAND]", 0, 2, 0,
	    "Explain a command, or list a group of commands",
	    "Without COMMAND it lists all commands.\n"
	    "\n"
	    "  motetctl help actor\n"
	    "  motetctl help actor add" },
	{ "actor", "add", cmd_actor_add, NEEDS_SCHEMA, "NAME", 1, 1,
	    ASK_OPTIONS | OPT_BIT(ADMIN) | OPT_BIT(JSON), "Register an actor",
	    "NAME is the local name, or the whole federation ID. The password has 8 to 256 bytes;\n"
	    "without an option it is asked for twice. `registration` does not limit this command.\n"
	    "\n"
	    "  motetctl actor add alice\n"
	    "  motetctl actor add bob --generate\n"
	    "\n"
	    "Next: the actor logs in (POST /.p2/core/v1/session/trust) and gets a first ID-Cert." },
	{ "actor", "list", cmd_actor_list, NEEDS_SCHEMA, "", 0, 0, OPT_BIT(JSON), "List all actors",
	    "Shows how many sessions and ID-Certs each has; includes deactivated actors.\n"
	    "\n"
	    "  motetctl actor list\n"
	    "  motetctl actor list --json" },
	{ "actor", "show", cmd_actor_show, NEEDS_SCHEMA, "NAME", 1, 1, OPT_BIT(JSON),
	    "Show one actor",
	    "Shows what `actor list` shows; --json prints one object.\n"
	    "\n"
	    "  motetctl actor show alice" },
	{ "actor", "passwd", cmd_actor_passwd, NEEDS_SCHEMA, "NAME", 1, 1, ASK_OPTIONS,
	    "Set a new password",
	    "Open sessions stay open, and the second factor is kept.\n"
	    "\n"
	    "  motetctl actor passwd alice --generate\n"
	    "\n"
	    "Next, to lock out someone who knew the old password: motetctl session list alice,\n"
	    "motetctl session revoke alice SESSION_ID." },
	{ "actor", "deactivate", cmd_actor_deactivate, NEEDS_SCHEMA, "NAME", 1, 1, 0,
	    "Deactivate an actor permanently",
	    "Ends all sessions of the actor and revokes all its ID-Certs. Nobody else can\n"
	    "register its name. This cannot be undone.\n"
	    "\n"
	    "  motetctl actor deactivate mallory" },
	{ "admin", "grant", cmd_admin_grant, NEEDS_SCHEMA, "NAME", 1, 1, 0,
	    "Make an actor an administrator",
	    "Administrators may use the routes that `motetd -T` marks admin. Open sessions get\n"
	    "the right at once.\n"
	    "\n"
	    "  motetctl admin grant alice" },
	{ "admin", "revoke", cmd_admin_revoke, NEEDS_SCHEMA, "NAME", 1, 1, 0,
	    "Make an administrator an ordinary actor",
	    "Open sessions lose the right at once.\n"
	    "\n"
	    "  motetctl admin revoke alice" },
	{ "invite", "create", cmd_invite_create, NEEDS_SCHEMA, "", 0, 0,
	    OPT_BIT(USES) | OPT_BIT(EXPIRES) | OPT_BIT(NOTE) | OPT_BIT(JSON),
	    "Create an invite and print its code",
	    "Use it where `registration` is invite: anyone with the code can register. The code\n"
	    "is printed once. By default one actor can register with it, within 7 days.\n"
	    "\n"
	    "  motetctl invite create\n"
	    "  motetctl invite create --uses 20 --expires 2d --note 'hackathon'\n"
	    "\n"
	    "Next: motetctl invite list shows how often it was used." },
	{ "invite", "list", cmd_invite_list, NEEDS_SCHEMA, "", 0, 0, OPT_BIT(JSON),
	    "List all invites",
	    "Shows their states and how often they were used; their codes are not stored.\n"
	    "\n"
	    "  motetctl invite list" },
	{ "invite", "show", cmd_invite_show, NEEDS_SCHEMA, "ID", 1, 1, OPT_BIT(JSON),
	    "Show an invite and its actors",
	    "Also lists the actors that registered with it; --json prints only these actors.\n"
	    "\n"
	    "  motetctl invite show 391442145152655360" },
	{ "invite", "revoke", cmd_invite_revoke, NEEDS_SCHEMA, "ID", 1, 1, 0, "Revoke an invite",
	    "Nobody can register with it any more. Actors that have registered with it stay.\n"
	    "\n"
	    "  motetctl invite revoke 391442145152655360\n"
	    "\n"
	    "Next: motetctl invite show ID lists its actors." },
	{ "session", "list", cmd_session_list, NEEDS_SCHEMA, "[ACTOR]", 0, 1, OPT_BIT(JSON),
	    "List open sessions of one actor or all",
	    "A session ends when its ID-Cert expires, at not_after.\n"
	    "\n"
	    "  motetctl session list alice" },
	{ "session", "revoke", cmd_session_revoke, NEEDS_SCHEMA, "ACTOR SESSION_ID", 2, 2, 0,
	    "End a session and revoke its ID-Cert",
	    "The session token stops working at once. Other servers may trust the ID-Cert for up\n"
	    "to `cache_lifetime` longer.\n"
	    "\n"
	    "  motetctl session revoke alice laptop" },
	{ "event", "list", cmd_event_list, NEEDS_SCHEMA, "ACTOR", 1, 1, OPT_BIT(JSON),
	    "List events stored for an actor's sessions",
	    "ACTOR may belong to another server. This command does not mark events as fetched.\n"
	    "\n"
	    "  motetctl event list alice" },
	{ "totp", "show", cmd_totp_show, NEEDS_SCHEMA, "ACTOR", 1, 1, OPT_BIT(JSON),
	    "Show an actor's second factor",
	    "The state is none, pending (not confirmed, so no code is asked for) or confirmed.\n"
	    "\n"
	    "  motetctl totp show alice" },
	{ "totp", "enrol", cmd_totp_enrol, NEEDS_SECRET, "ACTOR", 1, 1, OPT_BIT(JSON),
	    "Create a second factor for an actor",
	    "Use it for an actor whose client cannot enrol one (motet-client(7), Second factors).\n"
	    "Prints the secret once, also as a QR code if qrencode is installed. Log-ins need no\n"
	    "code until the second factor is confirmed.\n"
	    "\n"
	    "  motetctl totp enrol alice\n"
	    "\n"
	    "Next: motetctl totp confirm alice 123456, with the code that the app shows." },
	{ "totp", "confirm", cmd_totp_confirm, NEEDS_SECRET, "ACTOR CODE", 2, 2, OPT_BIT(JSON),
	    "Activate an enrolled second factor",
	    "From then on, log-ins and sensitive actions need a code. Prints ten recovery codes,\n"
	    "which cannot be shown again.\n"
	    "\n"
	    "  motetctl totp confirm alice 123456" },
	{ "totp", "reset", cmd_totp_reset, NEEDS_SCHEMA, "ACTOR", 1, 1, 0,
	    "Remove a second factor (lost phone)",
	    "The password alone is enough afterwards. First make sure that the request comes from\n"
	    "the actor.\n"
	    "\n"
	    "  motetctl totp reset alice\n"
	    "\n"
	    "Next: motetctl session list alice; the actor enrols again (POST /.motet/v1/totp)." },
	{ "key", "show", cmd_key_show, NEEDS_SCHEMA, "", 0, 0, OPT_BIT(JSON) | OPT_BIT(PEM),
	    "Show the server's identity keys",
	    "Lists the current and all former keys, oldest first, each with the SHA-256\n"
	    "fingerprint of its certificate.\n"
	    "\n"
	    "  motetctl key show\n"
	    "  motetctl key show --pem >server.pem" },
	{ "key", "rotate", cmd_key_rotate, NEEDS_SECRET, "", 0, 0, OPT_BIT(JSON),
	    "Replace the server's identity key",
	    "All servers on this database sign with the new key at once. ID-Certs issued earlier\n"
	    "stay valid. Rotate the key before the server's certificate expires.\n"
	    "\n"
	    "  motetctl key rotate" },
	{ "token", "status", cmd_token_status, NEEDS_SCHEMA, "", 0, 0, OPT_BIT(JSON),
	    "Show whether federation tokens are issued",
	    "With a federation token an actor opens a session on another server.\n"
	    "\n"
	    "  motetctl token status" },
	{ "token", "on", cmd_token_on, NEEDS_SCHEMA, "", 0, 0, 0, "Issue federation tokens",
	    "A new server issues them by default. The change takes effect at once on all servers\n"
	    "of this database.\n"
	    "\n"
	    "  motetctl token on" },
	{ "token", "off", cmd_token_off, NEEDS_SCHEMA, "", 0, 0, 0,
	    "Stop issuing federation tokens",
	    "The change takes effect at once on all servers of this database. Tokens issued\n"
	    "earlier stay valid.\n"
	    "\n"
	    "  motetctl token off\n"
	    "\n"
	    "Next: motetctl token delete --all deletes the tokens issued earlier." },
	{ "token", "list", cmd_token_list, NEEDS_SCHEMA, "[ACTOR]", 0, 1, OPT_BIT(JSON),
	    "List federation tokens of one actor or all",
	    "Lists the tokens of the last day, each with its state: issued, redeemed (on this\n"
	    "server), deleted, expired or ended (with the session that asked for it).\n"
	    "\n"
	    "  motetctl token list alice" },
	{ "token", "delete", cmd_token_delete, NEEDS_SCHEMA, "[ACTOR]", 0, 1, OPT_BIT(ALL),
	    "Delete unredeemed federation tokens",
	    "Servers that run other software than motet accept a deleted token until it expires.\n"
	    "\n"
	    "  motetctl token delete alice\n"
	    "  motetctl token delete --all" },
	{ "foreign", "list", cmd_foreign_list, NEEDS_SCHEMA, "", 0, 0, OPT_BIT(JSON),
	    "List known foreign servers",
	    "The state is good, failed (the column said gives the reason), stale or blocked.\n"
	    "\n"
	    "  motetctl foreign list" },
	{ "foreign", "show", cmd_foreign_show, NEEDS_SCHEMA, "DOMAIN", 1, 1, OPT_BIT(JSON),
	    "Show one foreign server",
	    "DOMAIN is the place or the domain of the server. Shows what `foreign list` shows;\n"
	    "--json prints one object.\n"
	    "\n"
	    "  motetctl foreign show example.org" },
	{ "foreign", "refresh", cmd_foreign_refresh, NEEDS_SCHEMA, "DOMAIN", 1, 1, 0,
	    "Forget what a foreign server said",
	    "The server is asked again when one of its answers is needed. Known revocations are\n"
	    "kept, and sessions stay open.\n"
	    "\n"
	    "  motetctl foreign refresh example.org" },
	{ "foreign", "block", cmd_foreign_block, NEEDS_SCHEMA, "DOMAIN", 1, 1, 0,
	    "Block a domain and its subdomains",
	    "All servers of this database then send them no requests and trust none of their\n"
	    "signatures. The sessions of their actors on this server end.\n"
	    "\n"
	    "  motetctl foreign block spam.example" },
	{ "foreign", "unblock", cmd_foreign_unblock, NEEDS_SCHEMA, "DOMAIN", 1, 1, 0,
	    "Remove a block",
	    "Sessions that the block has closed are not opened again.\n"
	    "\n"
	    "  motetctl foreign unblock spam.example" },
	{ "keypackage", "stats", cmd_keypackage_stats, NEEDS_SCHEMA, "[ACTOR]", 0, 1, OPT_BIT(JSON),
	    "Count MLS KeyPackages of one actor or all",
	    "Prints one line for each session and cipher suite. motet-client(7), MLS KeyPackages,\n"
	    "explains how clients upload and claim KeyPackages.\n"
	    "\n"
	    "  motetctl keypackage stats alice" },
	{ "status", NULL, cmd_status, NEEDS_DOMAIN, "", 0, 0, OPT_BIT(JSON),
	    "Show the state of the server on this host",
	    "Reads only shared memory, so it also works when all workers are busy or the database\n"
	    "is unavailable. It takes one second.\n"
	    "\n"
	    "  motetctl status\n"
	    "  motetctl status --json" },
	{ "top", NULL, cmd_top, NEEDS_DOMAIN, "", 0, 0,
	    OPT_BIT(BATCH) | OPT_BIT(JSON) | OPT_BIT(ONCE) | OPT_BIT(SORT),
	    "Show workers and routes, updated every second",
	    "Keys: t, r, p sort by time, requests, process id; q quits.\n"
	    "\n"
	    "  motetctl top\n"
	    "  motetctl top --once --sort requests\n"
	    "  motetctl top --json" },
	{ "epoch", "list", cmd_epoch_list, NEEDS_DOMAIN, "", 0, 0, OPT_BIT(JSON),
	    "List the epochs of the database",
	    "A new epoch begins after the database was promoted, restored or moved, because\n"
	    "changes that servers had confirmed to clients may then be lost.\n"
	    "\n"
	    "  motetctl epoch list" },
	{ "epoch", "show", cmd_epoch_show, NEEDS_DOMAIN, "[NUMBER]", 0, 1, OPT_BIT(JSON),
	    "List what became void when an epoch began",
	    "Counts, by actor or invite, the earlier federation tokens, key trials, KeyPackages,\n"
	    "invites and recovery codes that became void. Default: the current epoch.\n"
	    "\n"
	    "  motetctl epoch show\n"
	    "\n"
	    "Next: make new invites; tell actors to make new recovery codes." },
	{ "epoch", "restored", cmd_epoch_restored, NEEDS_DOMAIN, "", 0, 0,
	    OPT_BIT(KEEP_CERTIFICATES), "Accept a database that was restored from a copy",
	    "Ends every session and voids everything that can be used only once. Revokes every\n"
	    "ID-Cert, because revocations since the copy was made are lost.\n"
	    "\n"
	    "  motetctl epoch restored\n"
	    "  motetctl epoch restored --keep-certificates  # nobody was revoked since" },
	{ "epoch", "moved", cmd_epoch_moved, NEEDS_DOMAIN, "", 0, 0, 0,
	    "Accept a database that was moved without a loss",
	    "Use it after pg_upgrade, or if all servers were stopped from before the dump until\n"
	    "after its restore. All sessions, ID-Certs and one-time values stay valid.\n"
	    "\n"
	    "  motetctl epoch moved" },
	{ "backup", NULL, cmd_backup, NEEDS_CONF, "FILE", 1, 1,
	    OPT_BIT(DATABASE) | OPT_BIT(WITH_SECRET), "Write database and configuration to a file",
	    "FILE is a tar archive with a dump of the database, the configuration and a manifest.\n"
	    "FILE must not exist yet. Needs pg_dump and tar. Servers may keep running.\n"
	    "\n"
	    "  motetctl backup motet.tar\n"
	    "\n"
	    "Next: keep a copy of `secret_file` elsewhere; without it the identity is lost." },
	{ "restore", NULL, cmd_restore, NEEDS_CONF, "FILE", 1, 1,
	    OPT_BIT(DATABASE) | OPT_BIT(DIR) | OPT_BIT(GRANT) | OPT_BIT(WITH_SECRET) |
		OPT_BIT(KEEP_CERTIFICATES),
	    "Restore a backup into an empty database",
	    "Checks FILE, fills the database and begins a new epoch, as `motetctl epoch\n"
	    "restored` does. First stop all servers. Needs pg_restore and tar.\n"
	    "\n"
	    "  motetctl restore motet.tar --grant motet\n"
	    "\n"
	    "Next: motetctl epoch show; then start the servers." },
	{ "doctor", NULL, cmd_doctor, NEEDS_NOTHING, "[URL]", 0, 1, OPT_BIT(JSON) | OPT_BIT(ACCEPT),
	    "Find faults and tell how to fix them",
	    "Checks configuration, files, socket, database and identity; with URL also about\n"
	    "thirty requests through the web server. Run it as root, or as the user of motetd.\n"
	    "Each check prints ok, a warning or an error, with its fix; the exit status is 1 when\n"
	    "there is an error.\n"
	    "\n"
	    "  motetctl doctor\n"
	    "  motetctl doctor https://example.org\n"
	    "\n"
	    "Next: motetctl selftest https://example.org." },
	{ "selftest", NULL, cmd_selftest, NEEDS_SCHEMA, "URL", 1, 1, OPT_BIT(JSON),
	    "Test the server with two temporary actors",
	    "The actors register, get ID-Certs, use key material, KeyPackages and a federation\n"
	    "token, and are deleted again. Each step is printed with its duration.\n"
	    "\n"
	    "  motetctl selftest https://example.org\n"
	    "\n"
	    "When a step fails: motetctl doctor URL, and the log of motetd." },
	{ "prune", NULL, cmd_prune, NEEDS_SCHEMA, "", 0, 0, OPT_BIT(JSON) | OPT_BIT(DRY_RUN),
	    "Delete expired data",
	    "The master of motetd does this every `prune_interval`; run this command from cron\n"
	    "where no master runs. It can be interrupted and repeated.\n"
	    "\n"
	    "  motetctl prune --dry-run\n"
	    "  motetctl prune" },
	{ "verify", NULL, cmd_verify, NEEDS_SECRET, "", 0, 0, OPT_BIT(JSON) | OPT_BIT(DIR),
	    "Check all stored data for damage",
	    "Prints one line for each fault; the exit status is 1 if there is one. Servers may\n"
	    "keep running.\n"
	    "\n"
	    "  motetctl verify\n"
	    "  motetctl verify --json >findings.json\n"
	    "\n"
	    "After a fault: stop the servers, check the disks, compare with a backup." },
	{ NULL, .help = "" },
};

const struct command_group ctl_groups[] = {
	{ "setup", "init migrate config completion version help",
	    "set up a server, update its schema, show its configuration" },
	{ "actor", "actor admin", "register actors, change passwords, deactivate actors" },
	{ "invite", "invite", "create and revoke invites for registration" },
	{ "session", "session event", "list and end sessions; list their events" },
	{ "totp", "totp", "manage actors' second factors" },
	{ "key", "key", "show and rotate the server's identity key" },
	{ "token", "token", "switch federation tokens on or off; list and delete them" },
	{ "foreign", "foreign", "list, refresh and block other servers" },
	{ "keypackage", "keypackage", "count the MLS KeyPackages in stock" },
	{ "status", "status top", "monitor the server on this host" },
	{ "doctor", "doctor selftest", "find and fix faults in the setup; test the whole server" },
	{ "epoch", "epoch backup restore",
	    "back up and restore; accept a restored or moved database" },
	{ "prune", "prune verify", "delete expired data; verify stored data" },
	{ NULL, .help = "" },
};
