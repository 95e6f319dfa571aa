# A test links its own layer and the layers below, and prints TAP.
UNIT_TESTS =
DB_TESTS =
include tests/unit/base.mk
include tests/unit/ctl.mk
include tests/unit/x509.mk
include tests/unit/json.mk
include tests/unit/mls.mk
include tests/unit/server.mk
include tests/unit/net.mk
include tests/db/db.mk
check_PROGRAMS += $(UNIT_TESTS) $(DB_TESTS)
TESTS += $(UNIT_TESTS)
EXTRA_DIST += tests/tap.h
EXTRA_DIST += tests/runner
