#ifndef DEMO_TOWN_H_
#define DEMO_TOWN_H_

/*
 * The institutions and outlets of an invented prefecture, on the county codes of
 * 3301.
 */

#include <stdint.h>

#include "areas.h"
#include "prng.h"

#define TOWN_INSTITUTIONS 12
#define TOWN_BANKS 9		/* the first nine; then three carriers */
#define TOWN_OUTLETS 1200
#define TOWN_PREFECTURE 3301

struct town_outlet {
	int institution;	/* 0..TOWN_INSTITUTIONS-1 */
	char branch[8];
	int32_t area;
};

struct town {
	struct town_outlet outlet[TOWN_OUTLETS];
	int first[TOWN_INSTITUTIONS + 1]; /* outlets of i: first[i].. */
};

/**
 * town_build(t, areas, r): Lay the outlets out over the counties in use.
 */
void town_build(struct town *t, const struct areas *areas, struct prng *r);

/**
 * town_id(institution): Return its id in requests, e.g. "bank3".
 */
const char *town_id(int institution);

/**
 * town_any(t, r, institution): Return one of its outlets, by chance.
 */
int town_any(const struct town *t, struct prng *r, int institution);

/**
 * town_other(t, r, outlet): Return another outlet of the same institution.
 */
int town_other(const struct town *t, struct prng *r, int outlet);

#endif /* !DEMO_TOWN_H_ */
