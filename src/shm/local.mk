noinst_LIBRARIES += libshm.a
libshm_a_SOURCES = \
	src/shm/board_file.c \
	src/shm/board_sum.c \
	src/shm/board_sum.h \
	src/shm/gate.c \
	src/shm/gate.h \
	src/shm/limits.c \
	src/shm/limits.h \
	src/shm/scoreboard.c \
	src/shm/scoreboard.h \
	src/shm/siphash.c \
	src/shm/siphash.h
SHM = libshm.a $(TEXT)
