noinst_LIBRARIES += libcore.a libapi.a
libcore_a_SOURCES = src/core/actor.c src/core/actor.h src/core/event.c src/core/event.h src/core/factor.c src/core/factor.h \
	src/core/fedtoken.c src/core/fedtoken.h src/core/foreign.c src/core/foreign.h src/core/foreign_admin.c src/core/foreign_cache.c \
	src/core/foreign_cache.h src/core/foreign_fetch.c src/core/foreign_fetch.h src/core/foreign_own.c src/core/foreign_own.h \
	src/core/foreign_session.c src/core/foreign_session.h src/core/foreign_verify.c src/core/foreign_verify.h src/core/identity.c \
	src/core/identity.h src/core/introspect.c src/core/introspect.h src/core/invite.c src/core/invite.h src/core/issue.c src/core/issue.h src/core/keymaterial.c \
	src/core/keymaterial.h src/core/keypackage.c src/core/keypackage.h src/core/password.c src/core/password.h src/core/probe.c \
	src/core/probe.h src/core/prune.c src/core/prune.h src/core/publish.c src/core/publish.h src/core/redeem.c src/core/redeem.h src/core/schema.c src/core/schema.h \
	src/core/session.c src/core/session.h src/core/settle.c src/core/settle.h src/core/totp.c src/core/totp.h src/core/trial.c \
	src/core/trial.h src/core/tries.c src/core/tries.h src/core/verify.c src/core/verify.h src/core/verify_rows.c src/core/verify_rows.h
libapi_a_SOURCES = src/api/about.c src/api/about.h src/api/call.c src/api/call.h src/api/conf.c src/api/corev1/about.def \
	src/api/corev1/auth.c src/api/corev1/bodies.c src/api/corev1/bodies.h src/api/corev1/certs.c src/api/corev1/certs.h \
	src/api/corev1/events.c src/api/corev1/idcert.c src/api/corev1/key.c src/api/corev1/keymaterial.c src/api/corev1/keypackage.c \
	src/api/corev1/register.c src/api/corev1/routes.def src/api/corev1/session.c src/api/keypackages.c src/api/keypackages.h \
	src/api/mlsv1/about.def src/api/mlsv1/keypackages.c src/api/mlsv1/routes.def src/api/openapi.c src/api/openapi.h \
	src/api/openapi_shape.c src/api/ops/about.def src/api/ops/health.c src/api/ops/introspect.c src/api/ops/metrics.c \
	src/api/ops/metrics_text.c src/api/ops/metrics_text.h src/api/ops/page.c src/api/ops/probe.c src/api/ops/routes.def \
	src/api/ops/style.h src/api/ops/totp.c src/api/p2core/about.def src/api/p2core/binary.c src/api/p2core/binary.h \
	src/api/p2core/key.c src/api/p2core/keypackage.c src/api/p2core/routes.def src/api/p2core/session.c src/api/p2core/token.c \
	src/api/p2core/twin.c src/api/render.c src/api/render.h src/api/routes.c src/api/routes.h src/api/schemas.def
CORE = libcore.a libstore.a libdb.a libshm.a $(CODEC) $(PQ_LIBS)
API = libapi.a libcore.a libhttp.a libstore.a libdb.a libshm.a $(CODEC) $(PQ_LIBS)
