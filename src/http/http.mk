libhttp_a_SOURCES +=
