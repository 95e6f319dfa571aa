# What `motetctl migrate` reads.
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = \
	schema/0001_init.sql \
	schema/0002_sessions.sql \
	schema/0003_foreign.sql \
	schema/0004_federation_tokens.sql \
	schema/0005_keypackages.sql \
	schema/0006_housekeeping.sql \
	schema/0007_blocks.sql \
	schema/0008_second_factor.sql \
	schema/0009_doctor.sql \
	schema/0010_upkeep.sql \
	schema/0011_claims.sql \
	schema/0012_events_and_lookups.sql \
	schema/0013_bound.sql \
	schema/0014_foreign.sql \
	schema/0015_caps.sql \
	schema/0016_server_role.sql \
	schema/0017_epochs_and_clocks.sql \
	schema/0018_confirmed.sql \
	schema/0019_session_names.sql \
	schema/0020_trigger_rights.sql \
	schema/0021_prune_rows.sql \
	schema/0022_function_names.sql
