#include "api/common/keypackages.h"
#include "api/routes.h"

/* PUT /keypackage_lr: the one for when all others are gone. */
enum err p2core_put_keypackage_lr(struct call *c)
{
	return keypackages_store(c, true, 204);
}
