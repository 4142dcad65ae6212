#include <stdio.h>

#include "gen.h"
#include "plugin.h"

/* From bank to bank, away at the first question; the last one does not ask. */
static void
leaving(struct gen *g, int n)
{
	const char *ring = gen_text(g, "tries-%02d", n);
	struct person who;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);
	int clock = gen_clock(g, 9, 13);

	gen_mule(g, &who);
	for (int i = 0; i < 5; i++) {
		struct plan_row *row = gen_check(g, &who, town_any(&g->town,
		    &g->rng, (bank + i) % TOWN_BANKS), LK_PRODUCT_BANK1,
		    clock + i * 1800, "ring-tries");
		gen_mark(g, row, ring, i < 3 ? PLAN_ANY : PLAN_HOLD_MUST);
		if (i < 4)
			row->then = PLAN_THEN_QUESTIONED;
	}
}

/* Refused at the banks that know him, he goes to one that does not. */
static void
refused(struct gen *g, int n)
{
	const char *ring = gen_text(g, "refused-%02d", n);
	struct person who;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);
	int clock = gen_clock(g, 9, 13);

	gen_mule(g, &who);
	for (int i = 0; i < 2; i++)
		gen_open(g, &who, town_any(&g->town, &g->rng,
		    (bank + i) % TOWN_BANKS), LK_PRODUCT_BANK1,
		    prng_between(&g->rng, 90 * GEN_DAY, 300 * GEN_DAY));
	for (int i = 0; i < 3; i++) {
		struct plan_row *row = gen_check(g, &who, town_any(&g->town,
		    &g->rng, (bank + i) % TOWN_BANKS), LK_PRODUCT_BANK1,
		    clock + i * 1800, "ring-tries");
		gen_mark(g, row, ring, PLAN_HOLD_MUST);
	}
}

/* Two passports of one person; the second time nobody asks for the old one. */
static void
two_passports(struct gen *g, int n)
{
	const char *ring = gen_text(g, "passports-%02d", n);
	struct person who, same;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS);
	int clock = gen_clock(g, 9, 14);

	person_make(&who, &g->rng, &g->areas, g->day, 20, 40, PERSON_AWAY);
	person_document(&who, &g->rng, g->day, LK_ID_PASSPORT);
	same = who;
	snprintf(same.id_no, sizeof(same.id_no), "%c%u",
	    (char)('A' + prng_below(&g->rng, 26)),
	    prng_below(&g->rng, 90000000) + 10000000);
	for (int i = 0; i < 3; i++) {
		struct plan_row *row = gen_check(g, i == 0 ? &who : &same,
		    town_any(&g->town, &g->rng, (bank + i) % TOWN_BANKS),
		    LK_PRODUCT_BANK1, clock + i * 2400, "ring-passports");
		gen_mark(g, row, ring, i == 0 ? PLAN_ANY : PLAN_HOLD_MUST);
		if (i != 1)
			continue;
		row->prev_type = LK_ID_PASSPORT;
		row->prev_no = gen_text(g, "%s", who.id_no);
	}
}

/*
 * A bus full of people from elsewhere at a quiet outlet, one card each.  By themselves
 * they are as honest as anybody: only the outlet's day is unlike its others.
 */
static void
crowd(struct gen *g, int n)
{
	const char *ring = gen_text(g, "crowd-%02d", n);
	struct person who;
	int outlet = gen_bank(g);

	for (int day = 3; day <= 58; day++) {
		person_make(&who, &g->rng, &g->areas, g->day, 20, 70,
		    PERSON_LOCAL);
		gen_open(g, &who, outlet, LK_PRODUCT_BANK1,
		    (int64_t)day * GEN_DAY);
	}
	for (int i = 0; i < 24; i++) {
		person_make(&who, &g->rng, &g->areas, g->day, 18, 32,
		    PERSON_AWAY);
		struct plan_row *row = gen_check(g, &who, outlet,
		    LK_PRODUCT_BANK1, 9 * GEN_HOUR + i * 900, "ring-crowd");
		gen_mark(g, row, ring, i < 4 ? PLAN_ANY : PLAN_LATER);
		row->note = "the centre is told of the outlet's day; nobody is held "
		    "up for it";
	}
}

/* Rings that know the rules. */
void
gen_sly_rings(struct gen *g)
{
	for (int i = 1; i <= 4; i++)
		leaving(g, i);
	for (int i = 1; i <= 2; i++)
		refused(g, i);
	for (int i = 1; i <= 4; i++)
		two_passports(g, i);
	crowd(g, 1);
}
