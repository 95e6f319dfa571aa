#include "api/common/keypackages.h"
#include "api/routes.h"

/*
 * PUT /keypackage_lr: store the last-resort KeyPackage, which a claim gets when no other is left.
 */
enum err corev1_put_keypackage_lr(struct call *c)
{
	return keypackages_store(c, true, 204);
}
