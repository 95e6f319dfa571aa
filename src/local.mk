# One static library per layer, lowest first. A test links its own layer and those below: the linker refuses an upward call.
noinst_LIBRARIES += libbase.a libcodec.a libhttp.a
libbase_a_SOURCES = src/base/address.c src/base/address.h src/base/arena.c src/base/arena.h src/base/banned.h \
	src/base/clock.h src/base/conf.c src/base/conf.def src/base/conf.h src/base/counters.def \
	src/base/cx.h src/base/err.c src/base/err.def src/base/err.h src/base/fetch.h src/base/here.c src/base/here.h \
	src/base/log.c src/base/log.h \
	src/base/log_out.c src/base/log_out.h src/base/meter.c src/base/meter.h src/base/secret.c src/base/secret.h \
	src/base/str.c src/base/str.h
libcodec_a_SOURCES =
libhttp_a_SOURCES = src/http/http.h src/http/router.h
include src/codec/x509.mk
include src/codec/json.mk
include src/codec/key.mk
include src/codec/fed.mk
include src/codec/mls.mk
include src/http/http.mk
include src/store/store.mk
include src/api/api.mk
include src/shm/shm.mk
include src/net/net.mk
include src/fcgi/fcgi.mk
include src/server/server.mk
BASE = libbase.a
CODEC = libcodec.a $(BASE) $(JSONC_LIBS) $(CRYPTO_LIBS)
HTTP = libhttp.a $(CODEC)
include src/ctl/ctl.mk
