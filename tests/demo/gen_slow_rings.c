#include "gen.h"
#include "plugin.h"

/* Days before the play at which a slow opener came, ending with -1. */
struct pace {
	const char *group;
	const char *prefix;
	int32_t expect;
	const char *note;
	int days[9];
};

/*
 * Each stays under every other threshold: the openings are at least a day apart,
 * and today's is the one too many.
 */
static const struct pace paces[] = {
	{"ring-slow-7d", "slow7", PLAN_HOLD_MUST, "", {2, 5, -1}},
	{"ring-slow-30d", "slow30", PLAN_HOLD_MUST, "", {9, 14, 20, 26, -1}},
	{"ring-slow-60d", "slow60", PLAN_HOLD_MUST, "",
	    {9, 17, 26, 34, 41, 48, 55, -1}},
	{"ring-under-all", "under", PLAN_LATER,
	    "under every threshold: screening of the whole region, a later step",
	    {10, 20, 32, 40, 48, 57, -1}},
};

/* One person at a steady pace, every time at another bank. */
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
		gen_open(g, &who, town_any(&g->town, &g->rng,
		    (bank + 1 + i) % TOWN_BANKS), LK_PRODUCT_BANK1, ago);
	}
	/* The pace leaves this bank for today, so no quantity limit helps. */
	struct plan_row *row = gen_check(g, &who,
	    town_any(&g->town, &g->rng, bank), LK_PRODUCT_BANK1,
	    gen_clock(g, 9, 17), pace->group);
	row->ring = ring;
	row->expect = pace->expect;
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
	row->ring = ring;
	row->expect = PLAN_HOLD_MUST;
}

/* Six people who do not know each other share a phone and an address. */
static void
shared_contact(struct gen *g, int n)
{
	const char *ring = gen_text(g, "contact-%02d", n);
	struct person boss, who;

	person_make(&boss, &g->rng, &g->areas, g->day, 30, 45, PERSON_LOCAL);
	const char *phone = gen_text(g, "%s", boss.phone);
	const char *address = gen_text(g, "%s", boss.address);
	for (int i = 0; i < 6; i++) {
		person_make(&who, &g->rng, &g->areas, g->day, 18, 30,
		    PERSON_AWAY);
		gen_past(g, &who, 1);
		int32_t product;
		int outlet = gen_wish(g, &who, &product);
		struct plan_row *row = gen_check(g, &who, outlet, product,
		    gen_clock(g, 9, 17), "ring-contact");
		row->phone = phone;
		row->address = address;
		row->ring = ring;
		row->expect = i < 2 ? PLAN_ANY : PLAN_LATER;
		row->note = "needs rules on shared_phone(30d) and "
		    "shared_address(30d), a later step";
	}
}

/* One carer brings old people to one outlet after the other. */
static void
shared_agent(struct gen *g, int n)
{
	const char *ring = gen_text(g, "agent-%02d", n);
	struct person carer, who;

	person_make(&carer, &g->rng, &g->areas, g->day, 25, 45, PERSON_AWAY);
	const char *agent = gen_text(g, "%s", carer.id_no);
	int clock = gen_clock(g, 9, 11);
	for (int i = 0; i < 5; i++) {
		person_make(&who, &g->rng, &g->areas, g->day, 70, 88,
		    PERSON_LOCAL);
		struct plan_row *row = gen_check(g, &who, gen_bank(g),
		    LK_PRODUCT_BANK1, clock + i * GEN_HOUR, "ring-agent");
		row->agent_type = LK_ID_RESIDENT;
		row->agent_no = agent;
		row->relation = LK_AGENT_CARER;
		row->ring = ring;
		row->expect = i < 2 ? PLAN_ANY : PLAN_LATER;
		row->note = "needs a rule on shared_agent(30d), a later step";
	}
}

/* Rings that take their time, and those that only sharing gives away. */
void
gen_slow_rings(struct gen *g)
{
	for (size_t k = 0; k < sizeof(paces) / sizeof(paces[0]); k++) {
		int rings = paces[k].expect == PLAN_LATER ? 4 : 6;
		for (int i = 1; i <= rings; i++)
			slow(g, &paces[k], i);
	}
	for (int i = 1; i <= 6; i++)
		open_and_close(g, i);
	for (int i = 1; i <= 4; i++)
		shared_contact(g, i);
	for (int i = 1; i <= 3; i++)
		shared_agent(g, i);
}
