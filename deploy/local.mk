# `make install` installs the samples; quickstart uses them, too.
dist_pkgdata_DATA = deploy/Caddyfile deploy/apache.conf deploy/apache-cgi.conf deploy/apache-errors.conf deploy/apache-mod-fcgid.conf \
	deploy/apache-proxy-fcgi.conf deploy/htaccess deploy/lighttpd.conf deploy/lighttpd-binpath.conf deploy/nginx.conf deploy/roles.sql
dist_pkgdata_SCRIPTS = deploy/spawn-fcgi.sh
pkgdata_SCRIPTS = deploy/dispatch.fcgi
grafanadir = $(pkgdatadir)/grafana
dist_grafana_DATA = deploy/grafana/motet.json
prometheusdir = $(pkgdatadir)/prometheus
dist_prometheus_DATA = deploy/prometheus/motet-alerts.yml
errorsdir = $(pkgdatadir)/errors
dist_errors_DATA = deploy/errors/400.html deploy/errors/411.html deploy/errors/413.html deploy/errors/431.html deploy/errors/500.html \
	deploy/errors/501.html deploy/errors/502.html deploy/errors/503.html deploy/errors/504.html
EXTRA_DIST += deploy/dispatch.fcgi.in deploy/quickstart deploy/quickstart.checks deploy/quickstart.tls
CLEANFILES += deploy/dispatch.fcgi

deploy/dispatch.fcgi: deploy/dispatch.fcgi.in Makefile
	$(AM_V_GEN)$(MKDIR_P) deploy && sed -e 's|@sysconfdir[@]|$(sysconfdir)|; s|@sbindir[@]|$(sbindir)|' '$(srcdir)/deploy/dispatch.fcgi.in' >$@ && chmod +x $@
# The checks of tests/lint are part of `make check`.
LINT = tests/lint/layers tests/lint/symbols tests/lint/statements tests/lint/routes tests/lint/conf tests/lint/style tests/lint/docs
TESTS += $(LINT)
AM_TESTS_ENVIRONMENT = top_srcdir='$(abs_top_srcdir)'; top_builddir='$(abs_top_builddir)'; export top_srcdir top_builddir;
EXTRA_DIST += LICENSE README.md CHANGELOG.md .editorconfig .github/CONTRIBUTING.md .github/SECURITY.md \
	deploy/doc/first-id-cert.md deploy/doc/packages.md deploy/doc/routes.md deploy/doc/tls-and-proxies.md \
	deploy/doc/two-servers.md
EXTRA_DIST += .ci/run tests/README.md tests/run tests/with-postgres \
	$(LINT) tests/lint/tap.sh tests/lint/symbols.except tests/e2e tests/portability tests/vectors
dist-hook:
	find '$(distdir)' -name __pycache__ -prune -exec chmod -R u+w {} + -exec rm -rf {} +
