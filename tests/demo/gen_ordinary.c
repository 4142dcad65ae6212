#include "gen.h"
#include "plugin.h"

#define ORDINARY 3300

/* Something at a bank; the counter itself offers class II for a second card. */
static int32_t
bank_wish(struct gen *g, const struct person *who, int bank)
{
	if (prng_chance(&g->rng, 80))
		return (LK_PRODUCT_CREDIT);
	if (prng_chance(&g->rng, 40))
		return (LK_PRODUCT_SOCIAL);
	if (prng_chance(&g->rng, 40))
		return (LK_PRODUCT_ECNY);
	if (who->bank1[bank] == 0 && who->debit[bank] < 4)
		return (LK_PRODUCT_BANK1);
	if (who->debit[bank] < 4 && prng_chance(&g->rng, 600))
		return (LK_PRODUCT_BANK2);
	return (LK_PRODUCT_BANK3);
}

/* A third are phone cards; nobody asks for more than the limits allow. */
int
gen_wish(struct gen *g, struct person *who, int32_t *product)
{
	for (;;) {
		int outlet = prng_chance(&g->rng, 350) ? gen_carrier(g) :
		    gen_bank(g);
		int i = g->town.outlet[outlet].institution;
		if (i >= TOWN_BANKS) {
			if (who->sims[i - TOWN_BANKS] >= 4)
				continue;
			*product = LK_PRODUCT_SIM;
			return (outlet);
		}
		*product = bank_wish(g, who, i);
		if (*product == LK_PRODUCT_BANK3 && who->small[i] >= 4)
			continue;
		return (outlet);
	}
}

/* How many openings in a year: none to three as a rule, a tail up to six. */
static int
past_count(struct gen *g)
{
	static const unsigned permille[7] = {120, 250, 280, 220, 80, 35, 15};
	unsigned x = prng_below(&g->rng, 1000);
	int n = 0;

	while (n < 6 && x >= permille[n])
		x -= permille[n++];
	return (n);
}

/*
 * Each at a moment of its own: chance alone puts some close together, as it does
 * in life.
 */
void
gen_past(struct gen *g, struct person *who, int most)
{
	int n = past_count(g);

	for (int i = 0; i < n && i < most; i++) {
		int64_t ago = prng_between(&g->rng, 26 * GEN_HOUR,
		    365 * GEN_DAY);
		int32_t product;
		int outlet = gen_wish(g, who, &product);
		struct plan_row *row = gen_open(g, who, outlet, product, ago);
		if (ago > 40 * GEN_DAY && prng_chance(&g->rng, 120))
			gen_close(g, row, prng_between(&g->rng, 2 * GEN_DAY,
			    (int)ago - 10 * GEN_DAY));
	}
}

/* Most people come for one thing; every outlet sees somebody. */
static void
ordinary_day(struct gen *g, struct person *who)
{
	int32_t product;
	int i = g->town.outlet[gen_wish(g, who, &product)].institution;
	int outlet = g->town.first[i] + g->turn[i]++ %
	    (g->town.first[i + 1] - g->town.first[i]);
	struct plan_row *row = gen_check(g, who, outlet, product,
	    gen_clock(g, 9, 17), "ordinary");

	row->purpose = product == LK_PRODUCT_SOCIAL ? LK_PURPOSE_SOCIAL :
	    gen_purpose(g, who);
	/* From home; class I and the social-security card need a counter. */
	if (product != LK_PRODUCT_BANK1 && product != LK_PRODUCT_SOCIAL &&
	    prng_chance(&g->rng, 150))
		gen_online(row, gen_device(g));
	if (prng_chance(&g->rng, 25))
		row->then = PLAN_THEN_LEFT;
	else if (prng_chance(&g->rng, 15))
		row->then = PLAN_THEN_PRODUCT;
}

/* Somebody who has just moved: phone, rent, loan within a few days. */
static void
moving_house(struct gen *g)
{
	struct person who;

	person_make(&who, &g->rng, &g->areas, g->day, 22, 50, PERSON_MIXED);
	gen_open(g, &who, gen_carrier(g), LK_PRODUCT_SIM,
	    prng_between(&g->rng, 4 * GEN_DAY, 6 * GEN_DAY));
	gen_open(g, &who, town_any(&g->town, &g->rng, 0), LK_PRODUCT_BANK1,
	    prng_between(&g->rng, 2 * GEN_DAY, 3 * GEN_DAY));
	struct plan_row *row = gen_check(g, &who,
	    town_any(&g->town, &g->rng, 1), LK_PRODUCT_BANK1,
	    gen_clock(g, 9, 17), "moving-house");
	row->purpose = LK_PURPOSE_LOAN;
	row->then = PLAN_THEN_CLEAR;
}

/* Terms are compared at two or three banks before one gets the account. */
static void
shopping_around(struct gen *g)
{
	struct person who;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);
	int clock = gen_clock(g, 9, 13), n = prng_between(&g->rng, 2, 3);

	person_make(&who, &g->rng, &g->areas, g->day, 20, 65, PERSON_MIXED);
	for (int i = 0; i < n; i++) {
		struct plan_row *row = gen_check(g, &who, town_any(&g->town,
		    &g->rng, (bank + i) % TOWN_BANKS), LK_PRODUCT_BANK1,
		    clock + i * 3000, "shopping-around");
		row->purpose = gen_purpose(g, &who);
		if (i + 1 < n)
			row->then = i == 0 ? PLAN_THEN_LEFT :
			    PLAN_THEN_PRODUCT;
	}
}

/* A second class I account at the bank that has the first: not allowed. */
static void
over_limit(struct gen *g)
{
	struct person who;
	int outlet = gen_bank(g);

	person_make(&who, &g->rng, &g->areas, g->day, 20, 70, PERSON_MIXED);
	gen_open(g, &who, outlet, LK_PRODUCT_BANK1,
	    prng_between(&g->rng, 90 * GEN_DAY, 360 * GEN_DAY));
	gen_check(g, &who, town_other(&g->town, &g->rng, outlet),
	    LK_PRODUCT_BANK1, gen_clock(g, 9, 17), "over-limit")->expect =
	    PLAN_HOLD;
}

/* The bulk of the day. */
void
gen_ordinary(struct gen *g)
{
	struct person who;

	for (int i = 0; i < ORDINARY; i++) {
		person_make(&who, &g->rng, &g->areas, g->day, 17, 88,
		    PERSON_MIXED);
		gen_past(g, &who, 6);
		ordinary_day(g, &who);
	}
	for (int i = 0; i < 30; i++)
		moving_house(g);
	for (int i = 0; i < 40; i++)
		shopping_around(g);
	for (int i = 0; i < 40; i++)
		over_limit(g);
}
