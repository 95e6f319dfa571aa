UNIT_TESTS += tests/unit/scoreboard_sum_test tests/unit/shm_test tests/unit/fcgi_test tests/unit/server_test
tests_unit_scoreboard_sum_test_SOURCES = tests/unit/scoreboard_sum_test.c
tests_unit_scoreboard_sum_test_LDADD = $(SHM)
tests_unit_shm_test_SOURCES = tests/unit/shm_test.c
tests_unit_shm_test_LDADD = $(SHM)
tests_unit_fcgi_test_SOURCES = tests/unit/fcgi_test.c
tests_unit_fcgi_test_LDADD = $(TRANSPORT)
tests_unit_server_test_SOURCES = tests/unit/server_test.c
tests_unit_server_test_LDADD = $(SERVER)
# The process model and the transport, with an application that needs no database; tests/server/*_test.py talk to it.
check_PROGRAMS += tests/server/echo_app
tests_server_echo_app_SOURCES = tests/server/echo_app.c tests/server/echo_fork.c
tests_server_echo_app_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fork -Wl,--wrap=kill
tests_server_echo_app_LDADD = $(SERVER)
EXTRA_DIST += tests/server/behind.py tests/server/fcgi.py tests/server/nginx_test.py tests/server/pool.py tests/server/process_test.py tests/server/status_test.py tests/server/transport_test.py \
	tests/server/upgrade_test.py tests/server/watch_test.py \
	tests/server/neighbour_test.py
UNIT_TESTS += tests/unit/call_test
tests_unit_call_test_SOURCES = tests/unit/call_test.c
tests_unit_call_test_LDADD = $(API)
UNIT_TESTS += tests/unit/generation_test
tests_unit_generation_test_SOURCES = tests/unit/generation_test.c
tests_unit_generation_test_LDADD = $(API)
UNIT_TESTS += tests/unit/operations_test
tests_unit_operations_test_SOURCES = tests/unit/operations_test.c
tests_unit_operations_test_LDADD = $(API)
UNIT_TESTS += tests/unit/conf_check_test
tests_unit_conf_check_test_SOURCES = tests/unit/conf_check_test.c
tests_unit_conf_check_test_LDADD = $(motetd_LDADD)
