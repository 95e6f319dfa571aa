#include "server/command_line.h"
#include "base/install_path.h"
#include "server/conf_check.h"
#include <getopt.h>

static const struct option motetd_long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "set", required_argument, NULL, 's' },
	{ "test", no_argument, NULL, 't' },
	{ "routes", no_argument, NULL, 'T' },
	{ "pidfile", required_argument, NULL, 'p' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

void command_line_print_help(FILE *f)
{
	fprintf(f,
	    "motetd: a polyproto home server, as a FastCGI application behind a web server\n"
	    "\n"
	    "  motetd [-c FILE] [-s KEY=VALUE]... [-p FILE]\n"
	    "      Serve in the foreground. With a listening socket on standard input or from\n"
	    "      systemd, serve on that; else on `listen`, with a master and its workers.\n"
	    "  motetd -t    check the configuration; twice: the database too, as /readyz does\n"
	    "  motetd -T    print the routes\n"
	    "  motetd -V    print the version and the transport, epoll or plain\n"
	    "\n"
	    "  -c, --config FILE    default: $MOTET_CONF, else motet.conf beside the program,\n"
	    "                       above it or in ../etc, else %s\n"
	    "  -s, --set KEY=VALUE  overrides the file, and MOTET_KEY in the environment; may\n"
	    "                       be repeated\n"
	    "  -p, --pidfile FILE   write the process id to FILE and keep it locked\n"
	    "  -t, --test  -T, --routes  -V, --version  -h, --help\n"
	    "\n"
	    "Signals to a master:\n"
	    "  TERM, INT, QUIT  finish current requests and stop; the second one: stop at once\n"
	    "  HUP              read the configuration again\n"
	    "  USR1             reopen the log file\n"
	    "  USR2             replace the running program with the one at the same path\n"
	    "Signals if spawned by another program: TERM and USR1 stop, HUP and USR2 reopen\n"
	    "the log file.\n"
	    "\n"
	    "Exit status: 0 stopped on request, 64 wrong usage, 69 not ready (-t -t only),\n"
	    "71 a system call failed, 78 bad configuration or secret.\n"
	    "\n"
	    "First steps: motetctl init writes a configuration, motetctl migrate creates the\n"
	    "tables, motetctl init again creates the secret and the identity. Then /readyz of\n"
	    "the running server tells whether it can serve.\n",
	    install_path(SYSCONFDIR "/motet.conf"));
}

static void take_motetd_option(struct command_line *o, int c)
{
	static const struct {
		int c;
		enum command_line_action action;
	} acts[] = { { 't', ACTION_TEST }, { 'T', ACTION_ROUTES }, { 'V', ACTION_VERSION },
		{ 'h', ACTION_HELP }, { '?', ACTION_WRONG } };

	if (!conf_args_add(&o->conf, "motetd", c, optarg))
		c = '?';
	if (c == 'p')
		o->pidfile = optarg;
	if (c == 't')
		o->thorough = o->action == ACTION_TEST;
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (acts[i].c == c && o->action != ACTION_WRONG)
			o->action = acts[i].action;
}

void command_line_parse(struct command_line *o, int argc, char **argv)
{
	int c;

	*o = (struct command_line){ .action = ACTION_SERVE, .argc = argc, .argv = argv };
	while ((c = getopt_long(argc, argv, "c:s:tTp:Vh", motetd_long_options, NULL)) != -1)
		take_motetd_option(o, c);
	if (optind < argc) {
		fprintf(stderr, "motetd: %s: unexpected argument\n", argv[optind]);
		o->action = ACTION_WRONG;
	}
	if (o->conf.file == NULL)
		o->conf.file = conf_default_file(argv[0], o->place, sizeof o->place);
}

bool command_line_load_conf(const struct command_line *o, struct conf **out, char *why, size_t size)
{
	if (!conf_args_load(&o->conf, out, why, size))
		return false;
	if (conf_finish(*out, why, size) && conf_check(*out, why, size))
		return true;
	conf_free(*out);
	*out = NULL;
	return false;
}
