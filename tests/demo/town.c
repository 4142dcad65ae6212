#include <stdio.h>

#include "town.h"

static const struct {
	const char *id;
	int outlets;
} institutions[TOWN_INSTITUTIONS] = {
	{"bank1", 150}, {"bank2", 140}, {"bank3", 120}, {"bank4", 110},
	{"bank5", 100}, {"bank6", 90}, {"bank7", 75}, {"bank8", 65},
	{"bank9", 50}, {"carrier1", 130}, {"carrier2", 95}, {"carrier3", 75},
};

/* Most counties get about the same; which one is chance. */
void
town_build(struct town *t, const struct areas *areas, struct prng *r)
{
	int32_t counties[64] = {TOWN_PREFECTURE * 100};
	unsigned n = 0;
	int at = 0;

	for (size_t i = 0; i < areas->count && n < 64; i++) {
		if (areas->a[i].code / 100 == TOWN_PREFECTURE &&
		    !areas->a[i].historical)
			counties[n++] = areas->a[i].code;
	}
	for (int i = 0; i < TOWN_INSTITUTIONS; i++) {
		t->first[i] = at;
		for (int k = 0; k < institutions[i].outlets; k++, at++) {
			struct town_outlet *o = &t->outlet[at];
			o->institution = i;
			o->area = counties[prng_below(r, n)];
			snprintf(o->branch, sizeof(o->branch), "%04d",
			    (k + 1) % 10000);
		}
	}
	t->first[TOWN_INSTITUTIONS] = at;
}

/* Neutral names: no company is meant. */
const char *
town_id(int institution)
{

	return (institutions[institution].id);
}

/* Each equally likely. */
int
town_any(const struct town *t, struct prng *r, int institution)
{

	return (prng_between(r, t->first[institution],
	    t->first[institution + 1] - 1));
}

/* Draw until it differs; every institution has dozens. */
int
town_other(const struct town *t, struct prng *r, int outlet)
{
	int other;

	do {
		other = town_any(t, r, t->outlet[outlet].institution);
	} while (other == outlet);
	return (other);
}
