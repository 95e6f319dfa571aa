bin_PROGRAMS += motetctl
motetctl_SOURCES = src/ctl/ask.c src/ctl/ask.h src/ctl/board.c src/ctl/board.h src/ctl/cmd.h src/ctl/cmd_actor.c src/ctl/cmd_config.c src/ctl/cmd_doctor.c \
	src/ctl/cmd_event.c src/ctl/cmd_foreign.c src/ctl/cmd_init.c src/ctl/cmd_invite.c src/ctl/cmd_key.c src/ctl/cmd_keypackage.c src/ctl/cmd_migrate.c src/ctl/cmd_prune.c \
	src/ctl/cmd_selftest.c src/ctl/cmd_session.c src/ctl/cmd_status.c src/ctl/cmd_token.c \
	src/ctl/cmd_top.c src/ctl/cmd_totp.c src/ctl/cmd_verify.c src/ctl/commands.c src/ctl/ctl.h \
	src/ctl/doctor.c src/ctl/doctor.h src/ctl/doctor_database.c src/ctl/doctor_fcgi.c src/ctl/doctor_fcgi.h src/ctl/doctor_fix.c src/ctl/doctor_host.c \
	src/ctl/doctor_probe.c src/ctl/doctor_web.c src/ctl/doctor_web.h src/ctl/help.c src/ctl/help.h src/ctl/main.c src/ctl/mask.c \
	src/ctl/mask.h src/ctl/mdoc.c src/ctl/mdoc.h src/ctl/options.c src/ctl/options.h src/ctl/out.c src/ctl/out.h src/ctl/place.c \
	src/ctl/place.h src/ctl/progress.c src/ctl/progress.h src/ctl/qr.c src/ctl/qr.h src/ctl/run.c src/ctl/screen.c src/ctl/screen.h src/ctl/selftest.h src/ctl/selftest_make.c src/ctl/selftest_steps.c \
	src/ctl/tty.c src/ctl/tty.h
motetctl_LDADD = libcore.a libstore.a libdb.a $(NET) $(PQ_LIBS)
# What `motetctl migrate` reads.
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = schema/0001_init.sql schema/0002_sessions.sql schema/0003_foreign.sql schema/0004_federation_tokens.sql \
	schema/0005_keypackages.sql schema/0006_housekeeping.sql schema/0007_blocks.sql schema/0008_second_factor.sql \
	schema/0009_doctor.sql schema/0010_upkeep.sql schema/0011_claims.sql
# What help and parsers take from rows, the manual takes from them as well: `motetctl help --mdoc`.
GROUP_PAGES = deploy/man/motetctl-actor.8 deploy/man/motetctl-doctor.8 deploy/man/motetctl-foreign.8 \
	deploy/man/motetctl-invite.8 deploy/man/motetctl-key.8 deploy/man/motetctl-keypackage.8 deploy/man/motetctl-prune.8 \
	deploy/man/motetctl-session.8 deploy/man/motetctl-setup.8 deploy/man/motetctl-status.8 deploy/man/motetctl-token.8 \
	deploy/man/motetctl-totp.8
dist_man7_MANS = deploy/man/motet.7
dist_man8_MANS = deploy/man/motetd.8
nodist_man5_MANS = deploy/man/motet.conf.5
nodist_man8_MANS = deploy/man/motetctl.8 $(GROUP_PAGES)
EXTRA_DIST += build-aux/manual deploy/man/motet.conf.5.in deploy/man/motetctl.8.in src/README.md
CLEANFILES += $(nodist_man5_MANS) $(nodist_man8_MANS)
MANUAL = $(SHELL) '$(top_srcdir)/build-aux/manual' ./motetctl$(EXEEXT)
deploy/man/motet.conf.5: deploy/man/motet.conf.5.in motetctl$(EXEEXT) build-aux/manual
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(MANUAL) <'$(top_srcdir)/deploy/man/motet.conf.5.in' >$@.tmp && mv $@.tmp $@
deploy/man/motetctl.8: deploy/man/motetctl.8.in motetctl$(EXEEXT) build-aux/manual
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(MANUAL) <'$(top_srcdir)/deploy/man/motetctl.8.in' >$@.tmp && mv $@.tmp $@
$(GROUP_PAGES): motetctl$(EXEEXT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)part=$@; part=$${part##*/motetctl-}; ./motetctl$(EXEEXT) help --mdoc $${part%.8} >$@.tmp && mv $@.tmp $@
EXTRA_DIST += tests/db/ctl_test.py tests/db/ctl_totp_test.py
