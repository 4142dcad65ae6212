#include <stdlib.h>
#include <string.h>

#include "grant.h"

static const struct {
	const char *name;
	uint32_t right;
} rights[] = {
	{ "check", RIGHT_CHECK },
	{ "confirm", RIGHT_CONFIRM },
	{ "report", RIGHT_REPORT },
	{ "review", RIGHT_REVIEW },
	{ "intake", RIGHT_INTAKE },
	{ "relay", RIGHT_RELAY },
	{ "admin", RIGHT_ADMIN },
	{ "desk", RIGHT_DESK },
};

/* Return the bit of a right. */
uint32_t
grant_right(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		if (strlen(rights[i].name) == len &&
		    memcmp(rights[i].name, name, len) == 0)
			return (rights[i].right);
	return (0);
}

/* List the rights. */
const char *
grant_right_names(void)
{

	return ("check, confirm, report, review, intake, relay, admin, desk");
}

/* Find the grant for an institution and right. */
const struct grant *
grant_for(const struct peer *p, const char *institution, uint32_t right)
{
	const struct grant *g;
	size_t i;

	for (i = 0; i < p->n; i++) {
		g = p->grants[i];
		if (right != 0 && (g->rights & right) == 0)
			continue;
		if (g->any || strcmp(g->id, institution) == 0)
			return (g);
	}
	return (NULL);
}

/* Return the single institution of a peer. */
const struct grant *
grant_only(const struct peer *p)
{
	const struct grant *only = NULL;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->grants[i]->any)
			continue;
		if (only != NULL && strcmp(only->id, p->grants[i]->id) != 0)
			return (NULL);
		only = p->grants[i];
	}
	return (only);
}

/* Order two outlets by institution and id. */
static int
compare(const void *a, const void *b)
{
	const struct outlet_area *x = a, *y = b;
	int rc;

	rc = strcmp(x->institution, y->institution);
	return (rc != 0 ? rc : strcmp(x->outlet, y->outlet));
}

/* Sort a list of outlets. */
void
outlet_area_sort(struct outlet_area *list, size_t n)
{

	if (n > 0)
		qsort(list, n, sizeof(*list), compare);
}

/* Look a name up. */
static int32_t
find(const struct outlet_area *list, size_t n,
    const char *institution, const char *outlet)
{
	size_t lo = 0, hi = n, mid;
	int rc;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		rc = strcmp(list[mid].institution, institution);
		if (rc == 0)
			rc = strcmp(list[mid].outlet, outlet);
		if (rc == 0)
			return (list[mid].area);
		if (rc < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (0);
}

/* Look an outlet up. */
int32_t
outlet_area_find(const struct outlet_area *list, size_t n,
    const char *institution, const char *outlet)
{
	int32_t area = find(list, n, institution, outlet);

	return (area != 0 ? area : find(list, n, institution, ""));
}
