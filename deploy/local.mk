# Samples, what quickstart needs of them, the schema for `motetctl migrate` and `psql -f`, manual pages.
dist_pkgdata_DATA = deploy/nginx.conf deploy/lighttpd.conf deploy/roles.sql
errorsdir = $(pkgdatadir)/errors
dist_errors_DATA = deploy/errors/400.html deploy/errors/411.html deploy/errors/413.html deploy/errors/431.html deploy/errors/500.html \
	deploy/errors/501.html deploy/errors/502.html deploy/errors/503.html deploy/errors/504.html
EXTRA_DIST += deploy/quickstart
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = schema/0001_init.sql
