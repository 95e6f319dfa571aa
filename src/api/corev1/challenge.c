#include "api/common/key_trials.h"

/* GET /challenge (alpha.8): a key trial. */
enum err corev1_get_challenge(struct call *c)
{
	return reply_key_trial(c, false);
}
