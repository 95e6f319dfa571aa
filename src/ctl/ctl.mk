bin_PROGRAMS += motetctl
motetctl_SOURCES = src/ctl/main.c src/ctl/ask.c src/ctl/ask.h src/ctl/cmd.h src/ctl/cmd_actor.c src/ctl/cmd_config.c src/ctl/cmd_init.c \
	src/ctl/cmd_key.c src/ctl/cmd_migrate.c src/ctl/cmd_session.c src/ctl/commands.c src/ctl/ctl.h src/ctl/help.c src/ctl/help.h \
	src/ctl/mdoc.c src/ctl/mdoc.h src/ctl/options.c src/ctl/options.h src/ctl/out.c src/ctl/out.h src/ctl/place.c src/ctl/place.h \
	src/ctl/run.c src/ctl/tty.c src/ctl/tty.h
motetctl_LDADD = $(CORE)
# What `motetctl migrate` reads.
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = schema/0001_init.sql
