#include "gen.h"
#include "plugin.h"

/* Days before the play at which a slow opener came, ending with -1. */
struct pace {
	const char *group;
	const char *prefix;
	int32_t expect;
	const char *note;
	int rings;
	int sims;		/* the first so many are phone cards */
	int banks;		/* then it goes round so many, for class II */
	int days[9];
};

/*
 * Each stays under every other threshold: the openings are at least a day apart,
 * and today's is the one too many.
 */
static const struct pace paces[] = {
	{"ring-slow-7d", "slow7", PLAN_HOLD_MUST, "", 3, 0, 8, {2, 5, -1}},
	{"ring-slow-7d", "slow7s", PLAN_HOLD,
	    "a phone card and two bank cards in a week, for a wage: as somebody who "
	    "starts work", 3, 1, 8, {2, 5, -1}},
	{"ring-slow-30d", "slow30", PLAN_HOLD_MUST, "", 6, 0, 8,
	    {9, 14, 20, 26, -1}},
	{"ring-slow-60d", "slow60", PLAN_HOLD_MUST, "", 3, 0, 8,
	    {9, 17, 26, 34, 41, 48, 55, -1}},
	{"ring-slow-60d", "slow60r", PLAN_HOLD_MUST, "", 3, 0, 4,
	    {9, 17, 26, 34, 41, 48, 55, -1}},
	{"ring-slow-wide", "wide", PLAN_HOLD_MUST, "", 4, 0, 8,
	    {10, 20, 32, 40, 48, 57, -1}},
	{"ring-under-all", "under", PLAN_LATER,
	    "under every threshold: screening of the whole region may find it", 2, 0, 8,
	    {12, 24, 36, 48, -1}},
};

/* One person at a steady pace, from bank to bank. */
static void
slow(struct gen *g, const struct pace *pace, int n)
{
	const char *ring = gen_text(g, "%s-%02d", pace->prefix, n);
	struct person who;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);

	person_make(&who, &g->rng, &g->areas, g->day, 19, 35,
	    prng_chance(&g->rng, 500) ? PERSON_AWAY : PERSON_LOCAL);
	for (int i = 0; pace->days[i] >= 0; i++) {
		int64_t ago = (int64_t)pace->days[i] * GEN_DAY +
		    prng_between(&g->rng, GEN_HOUR, 20 * GEN_HOUR);
		if (i < pace->sims)
			gen_open(g, &who, gen_carrier(g), LK_PRODUCT_SIM, ago);
		else
			gen_open(g, &who, town_any(&g->town, &g->rng,
			    (bank + 1 + i % pace->banks) % TOWN_BANKS),
			    i < pace->banks ? LK_PRODUCT_BANK1 :
			    LK_PRODUCT_BANK2, ago);
	}
	/* The pace leaves this bank for today, so no quantity limit helps. */
	struct plan_row *row = gen_check(g, &who,
	    town_any(&g->town, &g->rng, bank), LK_PRODUCT_BANK1,
	    gen_clock(g, 9, 17), pace->group);
	gen_mark(g, row, ring, pace->expect);
	row->note = pace->note;
}

/* Cards opened and closed at once, to be sold and to look like none. */
static void
open_and_close(struct gen *g, int n)
{
	const char *ring = gen_text(g, "closed-%02d", n);
	struct person who;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);

	person_make(&who, &g->rng, &g->areas, g->day, 19, 35, PERSON_MIXED);
	for (int i = 0; i < 4; i++) {
		int64_t ago = (int64_t)(9 + 5 * i) * GEN_DAY;
		gen_close(g, gen_open(g, &who, town_any(&g->town, &g->rng,
		    (bank + 1 + i) % TOWN_BANKS), LK_PRODUCT_BANK1, ago),
		    ago - 2 * GEN_DAY);
	}
	struct plan_row *row = gen_check(g, &who,
	    town_any(&g->town, &g->rng, bank), LK_PRODUCT_BANK1,
	    gen_clock(g, 9, 17), "ring-open-close");
	gen_mark(g, row, ring, PLAN_HOLD_MUST);
}

/* Rings that take their time. */
void
gen_slow_rings(struct gen *g)
{
	for (size_t k = 0; k < sizeof(paces) / sizeof(paces[0]); k++) {
		for (int i = 1; i <= paces[k].rings; i++)
			slow(g, &paces[k], i);
	}
	for (int i = 1; i <= 6; i++)
		open_and_close(g, i);
}
