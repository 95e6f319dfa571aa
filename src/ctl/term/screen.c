#include "ctl/term/screen.h"
#include "base/clock.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const int screen_end_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
enum {
	SCREEN_END_SIGNALS = sizeof screen_end_signals / sizeof screen_end_signals[0],
	KEY_CTRL_C = 3
};

static volatile sig_atomic_t screen_end_signal, screen_resized;
static struct termios screen_saved_modes;
static bool screen_active;

static void note_screen_signal(int sig)
{
	if (sig == SIGWINCH)
		screen_resized = 1;
	else
		screen_end_signal = sig;
}

static void catch_screen_signals(void)
{
	/* without SA_RESTART, a signal ends poll() */
	const struct sigaction sa = { .sa_handler = note_screen_signal };

	for (int i = 0; i < SCREEN_END_SIGNALS; i++)
		sigaction(screen_end_signals[i], &sa, NULL);
	sigaction(SIGWINCH, &sa, NULL);
}

static bool terminal_can_move_cursor(void)
{
	const char *term = getenv("TERM");

	return isatty(0) && isatty(1) && term && term[0] && strcmp(term, "dumb") != 0;
}

bool screen_begin(void)
{
	struct termios raw;

	catch_screen_signals();
	if (!terminal_can_move_cursor() || tcgetattr(0, &screen_saved_modes) != 0)
		return false;
	raw = screen_saved_modes;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
	raw.c_cc[VSUSP] = _POSIX_VDISABLE; /* after Ctrl-Z, the terminal would keep our modes */
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(0, TCSAFLUSH, &raw) != 0)
		return false;
	fputs("\033[?1049h\033[?25l", stdout);
	return screen_active = true;
}

void screen_size(int *rows, int *columns)
{
	struct winsize w;
	bool good = ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0;

	*rows = good ? w.ws_row : 24;
	*columns = good ? w.ws_col : 80;
}

/* Overwrites the old page line by line, which does not flicker. */
void screen_show(struct str page)
{
	struct str line;

	if (!screen_active) {
		fwrite(page.s, 1, page.n, stdout);
		fflush(stdout);
		return;
	}
	fputs("\033[H", stdout);
	while (str_cut(page, '\n', &line, &page))
		printf("%.*s\033[K%s", (int)line.n, line.s, page.n ? "\n" : "");
	fputs("\033[J", stdout);
	fflush(stdout);
}

int screen_wait(int ms)
{
	struct pollfd p = { .fd = screen_active ? 0 : -1, .events = POLLIN };
	int64_t end = clock_us() + (int64_t)ms * 1000, left;
	unsigned char key;

	while (!screen_end_signal && !screen_resized && (left = end - clock_us()) > 0) {
		int n = poll(&p, 1, (int)(left / 1000) + 1);
		if (n > 0)
			return read(0, &key, 1) == 1 && key != KEY_CTRL_C ? key : -1;
	}
	screen_resized = 0;
	return screen_end_signal ? -1 : 0;
}

void screen_end(void)
{
	if (!screen_active)
		return;
	screen_active = false;
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	tcsetattr(0, TCSAFLUSH, &screen_saved_modes);
}
