#ifndef DEMO_AREAS_H_
#define DEMO_AREAS_H_

/*
 * County codes of GB/T 2260 for the identity numbers of a plan: a sample from
 * all provinces.  Abolished counties are marked: their codes stay on the cards
 * of the people who were registered there.
 */

#include <stddef.h>
#include <stdint.h>

#define AREAS_MAX 1200

struct area {
	int32_t code;		/* six digits */
	int historical;		/* no longer in use */
	const char *city;	/* e.g. "浙江省杭州市" */
	const char *name;	/* not NUL-terminated; UTF-8 */
	int name_len;		/* bytes */
};

struct areas {
	size_t count;
	struct area a[AREAS_MAX];
};

/**
 * areas_load(t): Fill the table.  It is in ascending order within a city.
 */
void areas_load(struct areas *t);

/**
 * areas_find(t, code): Return the county with this code, or NULL.
 */
const struct area *areas_find(const struct areas *t, int32_t code);

#endif /* !DEMO_AREAS_H_ */
