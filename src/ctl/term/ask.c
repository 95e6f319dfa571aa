#include "ctl/term/ask.h"
#include "crypto/readable_code.h"
#include "text/utf8.h"
#include "ctl/term/tty.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PASSWORD_LINE_BYTES = 1024 };

/* Read the first line of fd, without its line end. */
static enum err read_first_line(struct ctl *c, int fd, const char *name, struct str *out)
{
	char *p = arena_secret(c->cx.mem, PASSWORD_LINE_BYTES);
	size_t n = 0;
	ssize_t got;

	while (n < PASSWORD_LINE_BYTES && memchr(p, '\n', n) == NULL &&
	    (got = read(fd, p + n, PASSWORD_LINE_BYTES - n)) != 0) {
		if (got < 0 && errno != EINTR)
			return fail(&c->cx, ERR_INTERNAL, "%s: %s", name, strerror(errno));
		n += got > 0 ? (size_t)got : 0;
	}
	const char *end = memchr(p, '\n', n);
	*out = (struct str){ p, end ? (size_t)(end - p) : n };
	if (out->n && p[out->n - 1] == '\r')
		out->n--;
	return OK;
}

static enum err read_password_file(struct ctl *c, struct str *out)
{
	const char *name = c->opt.value[OPT_PASSWORD_FILE];
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(&c->cx, ERR_INTERNAL, "%s: %s", name, strerror(errno));
	enum err e = read_first_line(c, fd, name, out);
	close(fd);
	return e;
}

static enum err read_password_stdin(struct ctl *c, struct str *out)
{
	return read_first_line(c, STDIN_FILENO, "standard input", out);
}

static enum err generate_password(struct ctl *c, struct str *out)
{
	*out = readable_code_new(c->cx.mem);
	return OK;
}

static enum err read_typed_password(struct ctl *c, const char *prompt, int tty, struct str *out)
{
	char *p = arena_secret(c->cx.mem, PASSWORD_LINE_BYTES);
	ssize_t n = tty_read_hidden(tty, prompt, p, PASSWORD_LINE_BYTES);

	if (n < 0)
		return fail(&c->cx, ERR_INTERNAL, "the terminal: %s", strerror(errno));
	*out = (struct str){ p, (size_t)n };
	return OK;
}

static enum err read_password_twice(struct ctl *c, int tty, struct str *out)
{
	struct str again = { NULL, 0 };

	TRY(read_typed_password(c, "Password: ", tty, out));
	TRY(read_typed_password(c, "Again: ", tty, &again));
	return str_eq(*out, again)
	    ? OK
	    : refuse(&c->cx, ERR_BAD_REQUEST, "", "The passwords differ; nothing was changed.");
}

static enum err read_password_terminal(struct ctl *c, struct str *out)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0)
		return refuse(&c->cx, ERR_BAD_REQUEST, "",
		    "No terminal to ask for a password: give --password-file, "
		    "--password-stdin or --generate.");
	enum err e = read_password_twice(c, tty, out);
	close(tty);
	return e;
}

enum err ask_password(struct ctl *c, struct str *out)
{
	static const struct {
		enum option_id id;
		enum err (*get)(struct ctl *, struct str *);
	} ways[] = { { OPT_PASSWORD_FILE, read_password_file },
		{ OPT_PASSWORD_STDIN, read_password_stdin }, { OPT_GENERATE, generate_password } };
	enum err (*get)(struct ctl *, struct str *) = read_password_terminal;
	int given = 0;

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (ctl_options_has(&c->opt, ways[i].id)) {
			get = ways[i].get;
			given++;
		}
	if (given > 1)
		return ctl_bad_usage(
		    c, "Give only one of --password-file, --password-stdin and --generate.");
	TRY(get(c, out));
	return utf8_ok(*out)
	    ? OK
	    : refuse(&c->cx, ERR_BAD_REQUEST, "", "A password must be UTF-8 without NUL.");
}

void ask_print_generated(const struct ctl *c, struct str password)
{
	if (ctl_options_has(&c->opt, OPT_GENERATE))
		printf("password: %.*s\n", (int)password.n, password.s);
}
