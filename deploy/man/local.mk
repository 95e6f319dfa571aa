# What help and parsers take from rows, the manual takes from them as well: `motetctl help --mdoc`.
GROUP_PAGES = deploy/man/motetctl-actor.8 deploy/man/motetctl-doctor.8 deploy/man/motetctl-foreign.8 \
	deploy/man/motetctl-invite.8 deploy/man/motetctl-key.8 deploy/man/motetctl-keypackage.8 deploy/man/motetctl-prune.8 \
	deploy/man/motetctl-session.8 deploy/man/motetctl-setup.8 deploy/man/motetctl-status.8 deploy/man/motetctl-token.8 \
	deploy/man/motetctl-totp.8
dist_man7_MANS = deploy/man/motet.7 deploy/man/motet-client.7
dist_man8_MANS = deploy/man/motetd.8
nodist_man5_MANS = deploy/man/motet.conf.5
nodist_man8_MANS = deploy/man/motetctl.8 $(GROUP_PAGES)
EXTRA_DIST += build-aux/manual deploy/man/motet.conf.5.in deploy/man/motetctl.8.in
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
