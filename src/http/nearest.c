#include "http/router.h"

/* Find the pattern that a mistyped path probably means. The cost of a pattern is 1 for each letter
 * that differs, and 3 for each segment that is missing or too many. */
enum { SEGMENT_COST = 3, LETTERS_MAX = 32 };

static int least_of(int a, int b)
{
	return a < b ? a : b;
}

/* Count how many letters differ (Levenshtein distance), up to SEGMENT_COST + 1. */
static int count_slips(struct str a, struct str b)
{
	int row[LETTERS_MAX + 1];

	if (a.n > LETTERS_MAX || b.n > LETTERS_MAX || a.n > b.n + SEGMENT_COST ||
	    b.n > a.n + SEGMENT_COST)
		return SEGMENT_COST + 1;
	for (size_t k = 0; k <= b.n; k++)
		row[k] = (int)k;
	for (size_t i = 1; i <= a.n; i++) {
		int corner = row[0];
		row[0] = (int)i;
		for (size_t k = 1; k <= b.n; k++) {
			int above = row[k];
			row[k] = least_of(
			    least_of(row[k - 1], above) + 1, corner + (a.s[i - 1] != b.s[k - 1]));
			corner = above;
		}
	}
	return least_of(row[b.n], SEGMENT_COST + 1);
}

static size_t split_pattern(const char *pattern, struct str out[HTTP_SEGMENTS])
{
	struct str rest = str_from(str_of(pattern), 1);
	size_t n = 0;

	while (rest.n && n < HTTP_SEGMENTS)
		str_cut(rest, '/', &out[n++], &rest);
	return n;
}

/* Compute the cost of a pattern: the Levenshtein distance over segments, in which a parameter {x}
 * equals any segment. */
static int count_path_slips(const struct strs *segs, const char *pattern)
{
	struct str want[HTTP_SEGMENTS];
	size_t n = split_pattern(pattern, want);
	int row[HTTP_SEGMENTS + 1];

	for (size_t k = 0; k <= n; k++)
		row[k] = (int)k * SEGMENT_COST;
	for (size_t i = 1; i <= segs->n; i++) {
		int corner = row[0];
		row[0] = (int)i * SEGMENT_COST;
		for (size_t k = 1; k <= n; k++) {
			int above = row[k];
			bool param = want[k - 1].n && want[k - 1].s[0] == '{';
			row[k] = least_of(least_of(row[k - 1], above) + SEGMENT_COST,
			    corner + (param ? 0 : count_slips(segs->v[i - 1], want[k - 1])));
			corner = above;
		}
	}
	return row[n];
}

const char *router_nearest(
    const struct route *const *tables, const size_t *sizes, size_t ntables, const struct strs *segs)
{
	const char *best = NULL;
	/* At least one segment must be right: for a path of one segment, the cost must be less than
	 * that of a missing segment. */
	int least = segs->n > 1 ? SEGMENT_COST + 1 : (int)segs->n * SEGMENT_COST;

	for (size_t t = 0; t < ntables; t++)
		for (size_t i = 0; i < sizes[t]; i++) {
			int cost = count_path_slips(segs, tables[t][i].path);
			if (cost >= least)
				continue;
			least = cost;
			best = tables[t][i].path;
		}
	return best;
}
