#include "server/priv.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

static bool report_priv_error(char *why, size_t size, const char *name, const char *what)
{
	snprintf(why, size, "%s: %s", name, what);
	return false;
}

static bool find_user_and_group(
    const struct conf *c, uid_t *uid, gid_t *gid, char *why, size_t size)
{
	struct passwd *p = getpwnam(c->user);

	if (p == NULL)
		return report_priv_error(why, size, c->user, "no such user");
	*uid = p->pw_uid;
	*gid = p->pw_gid;
	if (c->group[0] == '\0')
		return true;
	struct group *g = getgrnam(c->group);
	if (g == NULL)
		return report_priv_error(why, size, c->group, "no such group");
	*gid = g->gr_gid;
	return true;
}

/* Which signal do we get when our parent dies? The kernel forgets this signal whenever a process
 * changes its user. */
static int get_parent_signal(void)
{
	int sig = 0;
#ifdef HAVE_SYS_PRCTL_H
	prctl(PR_GET_PDEATHSIG, &sig, 0, 0, 0);
#endif
	return sig;
}

static bool become_user(const struct conf *c, char *why, size_t size)
{
	int parent = getppid(), sig = get_parent_signal();
	uid_t uid;
	gid_t gid;

	if (!find_user_and_group(c, &uid, &gid, why, size))
		return false;
	if (uid == 0)
		return report_priv_error(why, size, c->user, "is root; choose another user");
	if (setgroups(1, &gid) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return report_priv_error(why, size, c->user, strerror(errno));
	if (setuid(0) == 0 || setgid(0) == 0 || getuid() != uid || geteuid() != uid ||
	    getgid() != gid || getegid() != gid)
		return report_priv_error(
		    why, size, c->user, "root privileges could not be dropped");
	if (sig && !priv_die_with_parent(parent, sig))
		return report_priv_error(
		    why, size, c->user, "the process that started motetd has ended");
	return true;
}

void priv_hide(void)
{
#ifdef HAVE_SYS_PRCTL_H
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void priv_set_name(const char *name)
{
#ifdef HAVE_SYS_PRCTL_H
	prctl(PR_SET_NAME, name, 0, 0, 0);
#else
	(void)name;
#endif
}

bool priv_is_hidden(void)
{
#ifdef HAVE_SYS_PRCTL_H
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
#else
	return false;
#endif
}

bool priv_drop(const struct conf *c, char *why, size_t size)
{
	if (geteuid() == 0 && c->user[0]) {
		if (!become_user(c, why, size))
			return false;
		priv_hide();
	}
#ifdef HAVE_SYS_PRCTL_H
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
	return true;
}

bool priv_die_with_parent(int parent, int sig)
{
#ifdef HAVE_SYS_PRCTL_H
	prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0);
#else
	(void)sig;
#endif
	return getppid() == parent;
}
