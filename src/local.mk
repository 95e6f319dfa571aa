# One static library a room, lowest first. A test links its own room and those below: the linker refuses an upward call.
include src/base/local.mk
include src/text/local.mk
include src/crypto/local.mk
include src/json/local.mk
include src/x509/local.mk
include src/mls/local.mk
include src/openpgp/local.mk
include src/signer/local.mk
include src/http/local.mk
include src/shm/local.mk
include src/net/local.mk
include src/fcgi/local.mk
include src/db/local.mk
include src/store/local.mk
include src/core/local.mk
include src/api/local.mk
include src/server/local.mk
include src/ctl/local.mk
EXTRA_DIST += src/README.md src/doc/README.md src/doc/coverage.md src/doc/decisions.md src/doc/keypackages.md src/doc/operations.md src/doc/own-routes.md src/doc/protocol.md src/doc/security.md src/doc/wire.md
