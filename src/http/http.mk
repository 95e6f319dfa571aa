libhttp_a_SOURCES += src/http/accept.c src/http/cors.c src/http/cors.h src/http/http.c src/http/query.c src/http/router.c src/http/target.c
