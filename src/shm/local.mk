noinst_LIBRARIES += libshm.a
libshm_a_SOURCES = \
	src/shm/gate.c \
	src/shm/gate.h \
	src/shm/limits.c \
	src/shm/limits.h \
	src/shm/scoreboard.c \
	src/shm/scoreboard.h \
	src/shm/scoreboard_file.c \
	src/shm/scoreboard_sum.c \
	src/shm/scoreboard_sum.h \
	src/shm/siphash.c \
	src/shm/siphash.h
SHM = libshm.a $(TEXT)
