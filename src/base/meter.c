#include "base/meter.h"

const char *const meter_phase_names[PHASES] = {
#define P(id, name, text) name,
	PHASE_ROWS(P)
#undef P
};

const struct meter_row meter_rows[COUNTS] = {
#define COUNT(id, family, label, value, help) { family, label, value, help },
#include "base/counters.def"
};

int64_t meter_total(const struct meter *m)
{
	int64_t us = 0;

	for (int i = 0; i < PHASES; i++)
		us += m->us[i];
	return us;
}
