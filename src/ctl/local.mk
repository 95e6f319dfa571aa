noinst_LIBRARIES += libctl.a
libctl_a_SOURCES = \
	src/ctl/cmd.h \
	src/ctl/cmd_actor.c \
	src/ctl/archive.c \
	src/ctl/archive.h \
	src/ctl/cmd_backup.c \
	src/ctl/cmd_completion.c \
	src/ctl/cmd_config.c \
	src/ctl/cmd_epoch.c \
	src/ctl/cmd_event.c \
	src/ctl/cmd_foreign.c \
	src/ctl/cmd_init.c \
	src/ctl/cmd_invite.c \
	src/ctl/cmd_key.c \
	src/ctl/cmd_keypackage.c \
	src/ctl/cmd_migrate.c \
	src/ctl/cmd_prune.c \
	src/ctl/cmd_session.c \
	src/ctl/cmd_status.c \
	src/ctl/cmd_token.c \
	src/ctl/cmd_top.c \
	src/ctl/cmd_totp.c \
	src/ctl/cmd_verify.c \
	src/ctl/commands.c \
	src/ctl/ctl.h \
	src/ctl/ctl_options.c \
	src/ctl/ctl_options.h \
	src/ctl/doctor/cmd_doctor.c \
	src/ctl/doctor/doctor.c \
	src/ctl/doctor/doctor.h \
	src/ctl/doctor/doctor_connections.c \
	src/ctl/doctor/doctor_database.c \
	src/ctl/doctor/doctor_fcgi.c \
	src/ctl/doctor/doctor_fcgi.h \
	src/ctl/doctor/doctor_fix.c \
	src/ctl/doctor/doctor_host.c \
	src/ctl/doctor/doctor_machine.c \
	src/ctl/doctor/doctor_probe.c \
	src/ctl/doctor/doctor_unseen.c \
	src/ctl/doctor/doctor_web.c \
	src/ctl/doctor/doctor_web.h \
	src/ctl/doctor/doctor_web_body.c \
	src/ctl/doctor/doctor_web_client.c \
	src/ctl/doctor/doctor_web_open.c \
	src/ctl/doctor/doctor_web_parts.c \
	src/ctl/help.c \
	src/ctl/help.h \
	src/ctl/init_files.c \
	src/ctl/init_files.h \
	src/ctl/run.c \
	src/ctl/scoreboard_view.c \
	src/ctl/scoreboard_view.h \
	src/ctl/selftest/cmd_selftest.c \
	src/ctl/selftest/selftest.h \
	src/ctl/selftest/selftest_discover.c \
	src/ctl/selftest/selftest_make.c \
	src/ctl/selftest/selftest_steps.c \
	src/ctl/term/ask.c \
	src/ctl/term/ask.h \
	src/ctl/term/out.c \
	src/ctl/term/out.h \
	src/ctl/term/progress.c \
	src/ctl/term/progress.h \
	src/ctl/term/qr.c \
	src/ctl/term/qr.h \
	src/ctl/term/screen.c \
	src/ctl/term/screen.h \
	src/ctl/term/tty.c \
	src/ctl/term/tty.h
CTL = libctl.a libcore.a libstore.a libdb.a $(NET) $(PQ_LIBS)
bin_PROGRAMS += motetctl
motetctl_SOURCES = src/ctl/main.c
motetctl_LDADD = $(CTL)
