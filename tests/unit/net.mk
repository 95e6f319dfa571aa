UNIT_TESTS += tests/unit/net_test tests/unit/net_slots_test
tests_unit_net_test_SOURCES = tests/unit/net_test.c
tests_unit_net_test_LDADD = $(NET)
tests_unit_net_slots_test_SOURCES = tests/unit/net_slots_test.c
tests_unit_net_slots_test_LDADD = $(NET)
# A program for fetches by hand, with DNS and routes from a file: see tests/server/net_get.c and net_world.c.
check_PROGRAMS += tests/server/net_get
tests_server_net_get_SOURCES = tests/server/net_get.c tests/server/net_world.c
tests_server_net_get_LDADD = $(NET)
