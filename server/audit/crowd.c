#include <stdlib.h>
#include <string.h>

#include "crowd.h"

#define FIRST 64	/* places, a power of 2 */

/* Put somebody into a table that has room; 1 when new. */
static size_t
put(uint64_t *v, size_t cap, uint64_t person)
{
	size_t i = (person * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (cap - 1);

	for (; v[i] != 0; i = (i + 1) & (cap - 1))
		if (v[i] == person)
			return (0);
	v[i] = person;
	return (1);
}

/* Make room; nonzero when there is none. */
static int
grow(struct crowd *c)
{
	size_t cap = c->cap != 0 ? c->cap * 2 : FIRST, i;
	uint64_t *v;

	if (c->n == CROWD_MAX || (v = calloc(cap, sizeof(*v))) == NULL)
		return (-1);
	for (i = 0; i < c->cap; i++)
		if (c->v[i] != 0)
			(void)put(v, cap, c->v[i]);
	free(c->v);
	c->v = v;
	c->cap = cap;
	return (0);
}

/* Add somebody. */
void
crowd_add(struct crowd *c, uint64_t person)
{
	size_t i;

	if (person == 0)
		person = 1;
	if (2 * c->n >= c->cap && grow(c) != 0) {
		/* Who is in it already is no further one. */
		i = (person * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
		    (c->cap - 1);
		for (; c->cap != 0 && c->v[i] != 0; i = (i + 1) & (c->cap - 1))
			if (c->v[i] == person)
				return;
		c->more = 1;
		return;
	}
	c->n += put(c->v, c->cap, person);
}

/* Free it. */
void
crowd_free(struct crowd *c)
{

	free(c->v);
	memset(c, 0, sizeof(*c));
}
