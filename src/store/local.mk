noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	src/store/q_actor.c \
	src/store/q_actor.h \
	src/store/q_doctor.c \
	src/store/q_doctor.h \
	src/store/q_epoch.c \
	src/store/q_epoch.h \
	src/store/q_event.c \
	src/store/q_event.h \
	src/store/q_federation_token.c \
	src/store/q_federation_token.h \
	src/store/q_foreign.c \
	src/store/q_foreign.h \
	src/store/q_foreign_session.c \
	src/store/q_foreign_session.h \
	src/store/q_idcert.c \
	src/store/q_idcert.h \
	src/store/q_invite.c \
	src/store/q_invite.h \
	src/store/q_key_material.c \
	src/store/q_key_material.h \
	src/store/q_key_trial.c \
	src/store/q_key_trial.h \
	src/store/q_keypackage.c \
	src/store/q_keypackage.h \
	src/store/q_probe.c \
	src/store/q_probe.h \
	src/store/q_prune.c \
	src/store/q_prune.h \
	src/store/q_schema.c \
	src/store/q_schema.h \
	src/store/q_second_factor.c \
	src/store/q_second_factor.h \
	src/store/q_selftest.c \
	src/store/q_selftest.h \
	src/store/q_server_key.c \
	src/store/q_server_key.h \
	src/store/q_session.c \
	src/store/q_session.h \
	src/store/q_throttle.c \
	src/store/q_throttle.h \
	src/store/q_verify.c \
	src/store/q_verify.h \
	src/store/store_run.c \
	src/store/store_run.h
SQL = \
	src/store/q_actor.sql \
	src/store/q_doctor.sql \
	src/store/q_epoch.sql \
	src/store/q_event.sql \
	src/store/q_federation_token.sql \
	src/store/q_foreign.sql \
	src/store/q_foreign_session.sql \
	src/store/q_idcert.sql \
	src/store/q_invite.sql \
	src/store/q_key_material.sql \
	src/store/q_key_trial.sql \
	src/store/q_keypackage.sql \
	src/store/q_probe.sql \
	src/store/q_prune.sql \
	src/store/q_schema.sql \
	src/store/q_second_factor.sql \
	src/store/q_selftest.sql \
	src/store/q_server_key.sql \
	src/store/q_session.sql \
	src/store/q_throttle.sql \
	src/store/q_verify.sql
EXTRA_DIST += $(SQL) build-aux/sql2c.awk build-aux/schema-sum
BUILT_SOURCES += $(SQL:.sql=.sql.h)
SUFFIXES += .sql .sql.h
.sql.sql.h:
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -f $(top_srcdir)/build-aux/sql2c.awk $< > $@.tmp && mv $@.tmp $@
$(SQL:.sql=.sql.h): $(top_srcdir)/build-aux/sql2c.awk
$(libstore_a_OBJECTS): $(SQL:.sql=.sql.h)
STORE = libstore.a $(DB)
