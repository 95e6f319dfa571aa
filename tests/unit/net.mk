UNIT_TESTS += tests/unit/net_test tests/unit/net_slots_test
tests_unit_net_test_SOURCES = tests/unit/net_test.c
tests_unit_net_test_LDADD = $(NET)
tests_unit_net_slots_test_SOURCES = tests/unit/net_slots_test.c
tests_unit_net_slots_test_LDADD = $(NET)
# Fetches by hand, in a world made of a file; tests/server/net_test.py gives them servers.
check_PROGRAMS += tests/server/net_get
tests_server_net_get_SOURCES = tests/server/net_get.c tests/server/net_world.c
tests_server_net_get_LDADD = $(NET)
