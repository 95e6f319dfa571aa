# tests of this part: add to UNIT_TESTS
