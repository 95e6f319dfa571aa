UNIT_TESTS += tests/unit/json_test tests/unit/json_write_test tests/unit/shape_test tests/unit/encoding_test \
	tests/unit/token_test tests/unit/passwd_test tests/unit/target_test tests/unit/http_test \
	tests/unit/totp_test tests/unit/router_test
tests_unit_json_test_SOURCES = tests/unit/json_test.c
tests_unit_json_test_LDADD = $(SIGNER)
tests_unit_json_write_test_SOURCES = tests/unit/json_write_test.c
tests_unit_json_write_test_LDADD = $(SIGNER)
tests_unit_shape_test_SOURCES = tests/unit/shape_test.c
tests_unit_shape_test_LDADD = $(SIGNER)
tests_unit_encoding_test_SOURCES = tests/unit/encoding_test.c
tests_unit_encoding_test_LDADD = $(SIGNER)
tests_unit_token_test_SOURCES = tests/unit/token_test.c
tests_unit_token_test_LDADD = $(SIGNER)
tests_unit_passwd_test_SOURCES = tests/unit/passwd_test.c
tests_unit_passwd_test_LDADD = $(SIGNER)
tests_unit_target_test_SOURCES = tests/unit/target_test.c
tests_unit_target_test_LDADD = $(HTTP)
tests_unit_http_test_SOURCES = tests/unit/http_test.c
tests_unit_http_test_LDADD = $(HTTP)
tests_unit_totp_test_SOURCES = tests/unit/totp_test.c
tests_unit_totp_test_LDADD = $(SIGNER)
tests_unit_router_test_SOURCES = tests/unit/router_test.c
tests_unit_router_test_LDADD = $(HTTP)
include tests/fuzz/json.mk
UNIT_TESTS += tests/unit/opaque_string_test
tests_unit_opaque_string_test_SOURCES = tests/unit/opaque_string_test.c
tests_unit_opaque_string_test_LDADD = $(CRYPTOGRAPHY)
