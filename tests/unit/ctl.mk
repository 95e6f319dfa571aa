UNIT_TESTS += tests/unit/doctor_test
tests_unit_doctor_test_SOURCES = tests/unit/doctor_test.c src/ctl/doctor.c src/ctl/doctor_fix.c src/ctl/doctor_probe.c src/ctl/doctor_web.c
tests_unit_doctor_test_LDADD = libcore.a libstore.a libdb.a $(NET) $(PQ_LIBS)
