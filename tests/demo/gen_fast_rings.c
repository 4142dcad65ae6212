#include "gen.h"
#include "plugin.h"

/* Several mules, each at three to five banks within the hour. */
static void
hour(struct gen *g, int n)
{
	const char *ring = gen_text(g, "hour-%02d", n);
	int mules = prng_between(&g->rng, 1, 3);

	for (int m = 0; m < mules; m++) {
		struct person who;
		gen_mule(g, &who);
		int clock = gen_clock(g, 9, 16);
		int stops = prng_between(&g->rng, 3, 5);
		int bank = (int)prng_below(&g->rng, TOWN_BANKS);
		for (int i = 0; i < stops; i++) {
			struct plan_row *row = gen_check(g, &who,
			    town_any(&g->town, &g->rng,
			    (bank + i) % TOWN_BANKS), LK_PRODUCT_BANK1,
			    clock + i * 840, "ring-hour");
			gen_mark(g, row, ring, i == 0 ? PLAN_ANY : PLAN_HOLD_MUST);
		}
	}
}

/* One person, two or three counters, the same second: only one may pass. */
static void
race(struct gen *g, int n)
{
	const char *ring = gen_text(g, "race-%02d", n);
	struct person who;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);
	int counters = 2 + n % 2;

	gen_mule(g, &who);
	int clock = gen_clock(g, 9, 16);
	for (int i = 0; i < counters; i++) {
		struct plan_row *row = gen_check(g, &who, town_any(&g->town,
		    &g->rng, (bank + i) % TOWN_BANKS), LK_PRODUCT_BANK1, clock,
		    "ring-race");
		row->race = ring;
		gen_mark(g, row, ring, PLAN_ONE_MUST);
	}
}

/* The first phone card of a life and the first bank card, at once. */
static void
kit(struct gen *g, int n)
{
	const char *ring = gen_text(g, "kit-%02d", n);
	int mules = prng_between(&g->rng, 1, 3);

	for (int m = 0; m < mules; m++) {
		struct person who;
		gen_mule(g, &who);
		int clock = gen_clock(g, 9, 15);
		struct plan_row *row = gen_check(g, &who, gen_carrier(g),
		    LK_PRODUCT_SIM, clock, "ring-kit");
		gen_mark(g, row, ring, PLAN_ANY);
		row = gen_check(g, &who, gen_bank(g), LK_PRODUCT_BANK1,
		    clock + prng_between(&g->rng, 1200, 2 * GEN_HOUR),
		    "ring-kit");
		gen_mark(g, row, ring, PLAN_HOLD_MUST);
	}
}

/* The same with a night between: the phone card is from yesterday. */
static void
kit_overnight(struct gen *g, int n)
{
	const char *ring = gen_text(g, "night-%02d", n);
	int mules = prng_between(&g->rng, 1, 3);

	for (int m = 0; m < mules; m++) {
		struct person who;
		gen_mule(g, &who);
		gen_open(g, &who, gen_carrier(g), LK_PRODUCT_SIM,
		    GEN_DAY - 600);
		gen_mark(g, gen_check(g, &who, gen_bank(g), LK_PRODUCT_BANK1,
		    gen_clock(g, 9, 15), "ring-kit"), ring, PLAN_HOLD_MUST);
	}
}

/* One person under two spellings: 18 digits, 15 digits, another document. */
static void
two_papers(struct gen *g, int n)
{
	const char *ring = gen_text(g, "papers-%02d", n);
	struct person who;
	char old[40];

	person_make(&who, &g->rng, &g->areas, g->day, 40, 60, PERSON_AWAY);
	person_short(old, who.id_no);
	int clock = gen_clock(g, 9, 15);
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);
	for (int i = 0; i < 3; i++) {
		struct plan_row *row = gen_check(g, &who, town_any(&g->town,
		    &g->rng, (bank + i) % TOWN_BANKS), LK_PRODUCT_BANK1,
		    clock + i * 1500, "ring-papers");
		gen_mark(g, row, ring, i == 0 ? PLAN_ANY : PLAN_HOLD_MUST);
		if (i == 1)
			row->id_no = gen_text(g, "%s", old);
		if (i == 2)
			row->id_type = LK_ID_HOUSEHOLD;
	}
}

/* Held once, he leaves and tries again elsewhere, with another teller. */
static void
retry(struct gen *g, int n)
{
	const char *ring = gen_text(g, "retry-%02d", n);
	struct person who;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);
	int outlet = town_any(&g->town, &g->rng, bank);

	gen_mule(g, &who);
	for (int i = 0; i < 4; i++)
		gen_open(g, &who, town_any(&g->town, &g->rng,
		    (bank + 1 + i) % TOWN_BANKS), LK_PRODUCT_BANK1,
		    (9 + 5 * i) * GEN_DAY);
	int clock = gen_clock(g, 9, 13);
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			outlet = town_other(&g->town, &g->rng, outlet);
		if (i == 2)
			outlet = town_any(&g->town, &g->rng,
			    (bank + 5) % TOWN_BANKS);
		struct plan_row *row = gen_check(g, &who, outlet,
		    LK_PRODUCT_BANK1, clock + i * 2400, "ring-retry");
		gen_mark(g, row, ring, PLAN_HOLD_MUST);
		row->then = i == 0 ? PLAN_THEN_LEFT : i == 1 ?
		    PLAN_THEN_QUESTIONED : PLAN_THEN_CONFIRM;
	}
}

/* Rings that hurry: one day is enough to see them. */
void
gen_fast_rings(struct gen *g)
{
	for (int i = 1; i <= 12; i++)
		hour(g, i);
	for (int i = 1; i <= 12; i++)
		race(g, i);
	for (int i = 1; i <= 6; i++)
		kit(g, i);
	for (int i = 1; i <= 4; i++)
		kit_overnight(g, i);
	for (int i = 1; i <= 6; i++)
		two_papers(g, i);
	for (int i = 1; i <= 8; i++)
		retry(g, i);
}
