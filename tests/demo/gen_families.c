#include "gen.h"
#include "plugin.h"

/* A main card and two secondary ones in one visit. */
static void
phone_package(struct gen *g)
{
	struct person who;
	int outlet = gen_carrier(g);
	int clock = gen_clock(g, 9, 17);

	person_make(&who, &g->rng, &g->areas, g->day, 28, 60, PERSON_MIXED);
	gen_past(g, &who, 2);
	struct plan_row *row = gen_check(g, &who, outlet, LK_PRODUCT_SIM,
	    clock, "family-package");
	const char *visit = row->visit_id;
	row->purpose = LK_PURPOSE_FAMILY;
	row->then = PLAN_THEN_CLEAR;
	row = gen_check(g, &who, outlet, LK_PRODUCT_SIM2, clock + 240,
	    "family-package");
	row->visit_id = visit;
	row->quantity = 2;
	row->purpose = LK_PURPOSE_FAMILY;
	row->then = PLAN_THEN_CLEAR;
}

/* Card, account and wallet in one visit. */
static void
bank_package(struct gen *g)
{
	static const int32_t products[3] = {LK_PRODUCT_BANK1, LK_PRODUCT_BANK2,
	    LK_PRODUCT_ECNY};
	struct person who;
	int outlet = gen_bank(g);
	int clock = gen_clock(g, 9, 17);

	person_make(&who, &g->rng, &g->areas, g->day, 22, 65, PERSON_MIXED);
	const char *visit = gen_visit(g);
	for (int i = 0; i < 3; i++) {
		struct plan_row *row = gen_check(g, &who, outlet, products[i],
		    clock + i * 300, "family-package");
		row->visit_id = visit;
		row->then = PLAN_THEN_CLEAR;
		row->expect = PLAN_PASS_MUST;
	}
}

/*
 * Several people of one household, each for himself at an outlet of his own; they
 * share the phone, the address or both.
 */
static void
household(struct gen *g, int same_phone, int same_address, const char *group)
{
	struct person first, who;
	int n = prng_between(&g->rng, 3, 4);

	person_make(&first, &g->rng, &g->areas, g->day, 40, 75, PERSON_LOCAL);
	const char *phone = gen_text(g, "%s", first.phone);
	const char *address = gen_text(g, "%s", first.address);
	for (int i = 0; i < n; i++) {
		int32_t product;
		person_make(&who, &g->rng, &g->areas, g->day,
		    i == 0 ? 60 : 18, i == 0 ? 85 : 55, PERSON_LOCAL);
		gen_past(g, &who, 3);
		int outlet = gen_wish(g, &who, &product);
		struct plan_row *row = gen_check(g, &who, outlet, product,
		    gen_clock(g, 9, 17), group);
		row->purpose = gen_purpose(g, &who);
		if (same_phone)
			row->phone = phone;
		if (same_address)
			row->address = address;
		row->then = PLAN_THEN_CLEAR;
	}
}

/* Two who have one telephone between them, each opening something from home. */
static void
couple(struct gen *g)
{
	struct person who;
	const char *device = gen_device(g);

	for (int i = 0; i < 2; i++) {
		person_make(&who, &g->rng, &g->areas, g->day, 24, 70,
		    PERSON_MIXED);
		struct plan_row *row = gen_check(g, &who, gen_bank(g),
		    LK_PRODUCT_BANK2, gen_clock(g, 9, 17), "couple-device");
		row->purpose = gen_purpose(g, &who);
		row->then = PLAN_THEN_CLEAR;
		gen_online(row, device);
	}
}

/* With mother or father at the counter. */
static void
minor(struct gen *g, int guarded)
{
	struct person who, parent;
	int outlet = prng_chance(&g->rng, 500) ? gen_bank(g) : gen_carrier(g);
	int bank = g->town.outlet[outlet].institution < TOWN_BANKS;

	person_make(&who, &g->rng, &g->areas, g->day, 6, 14, PERSON_MIXED);
	person_make(&parent, &g->rng, &g->areas, g->day, 30, 48, PERSON_MIXED);
	struct plan_row *row = gen_check(g, &who, outlet,
	    bank ? LK_PRODUCT_BANK1 : LK_PRODUCT_SIM, gen_clock(g, 9, 17),
	    guarded ? "minors" : "minors-alone");
	row->phone = gen_text(g, "%s", parent.phone);
	if (!guarded) {
		row->expect = PLAN_HOLD;
		return;
	}
	row->guardian = 1;
	row->agent_type = LK_ID_RESIDENT;
	row->agent_no = gen_text(g, "%s", parent.id_no);
	row->relation = LK_AGENT_PARENT;
	row->expect = PLAN_PASS_MUST;
	row->then = PLAN_THEN_CLEAR;
}

/* Families share visits, phones, addresses and children. */
void
gen_families(struct gen *g)
{
	for (int i = 0; i < 120; i++)
		phone_package(g);
	for (int i = 0; i < 120; i++)
		bank_package(g);
	for (int i = 0; i < 50; i++)
		household(g, 1, 0, "family-phone");
	for (int i = 0; i < 50; i++)
		household(g, 0, 1, "household");
	for (int i = 0; i < 30; i++)
		household(g, 1, 1, "family-home");
	for (int i = 0; i < 30; i++)
		couple(g);
	for (int i = 0; i < 100; i++)
		minor(g, 1);
	for (int i = 0; i < 20; i++)
		minor(g, 0);
}
