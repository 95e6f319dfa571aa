# Programs and files that start motetd, and where each is installed: samples, packages, the bundle.
rcdir = $(pkgdatadir)/rc
dist_rc_SCRIPTS = deploy/rc/freebsd deploy/rc/openbsd
rootlessdir = $(pkgdatadir)/rootless
dist_rootless_DATA = deploy/rootless/crontab deploy/rootless/lighttpd.conf deploy/rootless/supervisord.ini
systemddir = $(pkgdatadir)/systemd
dist_systemd_DATA = deploy/systemd/motet.socket deploy/systemd/motet.sysusers deploy/systemd/motet.tmpfiles
nodist_systemd_DATA = deploy/systemd/motet.service
dist_pkgdata_DATA += deploy/logrotate
EXTRA_DIST += deploy/systemd/motet.service.in
CLEANFILES += deploy/systemd/motet.service
deploy/systemd/motet.service: deploy/systemd/motet.service.in Makefile
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)sed 's|@sbindir@|$(sbindir)|' $(top_srcdir)/deploy/systemd/motet.service.in >$@.tmp && mv $@.tmp $@
# With a user's own prefix, `make install` also creates directories for the configuration, state, logs and the socket.
if OWN_STATE
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(sysconfdir)' '$(DESTDIR)$(runstatedir)/motet' '$(DESTDIR)$(localstatedir)/lib/motet' '$(DESTDIR)$(localstatedir)/log'
	chmod 700 '$(DESTDIR)$(localstatedir)/lib/motet'
endif
# Makes an archive of the programs with their libraries, which runs in any directory.
bundle: distdir
	CC='$(CC)' SOURCE_TREE='$(abs_top_srcdir)' $(SHELL) '$(top_srcdir)/build-aux/bundle' '$(distdir)' '$(VERSION)'
	$(am__remove_distdir)
# Makes a Debian source package and builds the binary package from it.
deb: dist-gzip
	$(SHELL) '$(top_srcdir)/build-aux/deb' '$(distdir).tar.gz' '$(VERSION)'
.PHONY: bundle deb
EXTRA_DIST += build-aux/bundle build-aux/bundle-libraries build-aux/deb deploy/bundle/README deploy/compose.yaml deploy/container/Containerfile deploy/container/passwords.sh deploy/container/start deploy/debian
