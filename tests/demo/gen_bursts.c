#include "gen.h"
#include "plugin.h"

/*
 * One employer: hundreds share its address, its phone and the clerk who acts for
 * them, at one teller.
 */
static void
payroll(struct gen *g, int bank, int people, int hour)
{
	struct person clerk, who;
	char phone[24], code[40];
	int outlet = town_any(&g->town, &g->rng, bank);

	person_company(code, &g->rng);
	person_make(&clerk, &g->rng, &g->areas, g->day, 28, 50, PERSON_LOCAL);
	person_phone(phone, &g->rng);
	const char *agent = gen_text(g, "%s", clerk.id_no);
	const char *desk = gen_text(g, "%s", phone);
	const char *address = gen_text(g, "%s", clerk.address);
	const char *batch = gen_text(g, "payroll-%s", town_id(bank));
	const char *employer = gen_text(g, "%s", code);
	for (int i = 0; i < people; i++) {
		person_make(&who, &g->rng, &g->areas, g->day, 18, 58,
		    PERSON_MIXED);
		gen_past(g, &who, 3);
		int32_t product = who.bank1[bank] ? LK_PRODUCT_BANK2 :
		    LK_PRODUCT_BANK1;
		struct plan_row *row = gen_check(g, &who, outlet, product,
		    hour * GEN_HOUR + i * 20, "payroll");
		row->teller = gen_text(g, "t%s-1", row->branch);
		row->batch_id = batch;
		row->channel = LK_CHANNEL_BATCH;
		row->purpose = LK_PURPOSE_SALARY;
		row->org_no = employer;
		row->campaign = batch;
		row->agent_type = LK_ID_RESIDENT;
		row->agent_no = agent;
		row->relation = LK_AGENT_EMPLOYER;
		row->phone = desk;
		row->address = address;
		row->then = PLAN_THEN_CLEAR;
	}
}

/* What the two applications of a new student have in common. */
static void
student(struct plan_row *row, const char *address, const char *batch)
{
	row->address = address;
	/* The school has told of all, and of the outlets around the campus. */
	row->campaign = "freshmen";
	row->purpose = LK_PURPOSE_STUDENT;
	row->then = PLAN_THEN_CLEAR;
	if (batch != NULL) {
		row->batch_id = batch;
		row->channel = LK_CHANNEL_BATCH;
	}
}

/*
 * First phone card and first bank card of a life, on campus, the same day:
 * through the school in a batch, or each for himself with the letter of
 * admission in hand.
 */
static void
freshmen(struct gen *g, int people, int by_school)
{
	const char *group = by_school ? "freshmen" : "freshmen-self";
	struct person who, school;
	int shop = town_any(&g->town, &g->rng, TOWN_BANKS + 1);
	int bank = town_any(&g->town, &g->rng, 3);

	person_make(&school, &g->rng, &g->areas, g->day, 30, 50, PERSON_LOCAL);
	const char *address = gen_text(g, "%s", school.address);
	for (int i = 0; i < people; i++) {
		person_make(&who, &g->rng, &g->areas, g->day, 17, 19,
		    prng_chance(&g->rng, 600) ? PERSON_AWAY : PERSON_LOCAL);
		if (prng_chance(&g->rng, 250))
			gen_past(g, &who, 1);
		int clock = gen_clock(g, 8, 12);
		student(gen_check(g, &who, shop, LK_PRODUCT_SIM, clock, group),
		    address, by_school ? "campus-sim" : NULL);
		student(gen_check(g, &who, bank,
		    who.bank1[3] ? LK_PRODUCT_BANK2 : LK_PRODUCT_BANK1,
		    clock + prng_between(&g->rng, GEN_HOUR, 4 * GEN_HOUR),
		    group), address, by_school ? "campus-card" : NULL);
	}
}

/*
 * Back for the season: last year's phone card was closed, a new one is days old,
 * now the wage account is opened again or anew.  A few come from a third place.
 */
static void
migrant(struct gen *g)
{
	struct person who;
	int bank = (int)prng_below(&g->rng, TOWN_BANKS - 1);
	int outlet = town_any(&g->town, &g->rng, bank);

	person_make(&who, &g->rng, &g->areas, g->day, 20, 55, PERSON_AWAY);
	struct plan_row *row = gen_open(g, &who, gen_carrier(g),
	    LK_PRODUCT_SIM, prng_between(&g->rng, 330 * GEN_DAY,
	    360 * GEN_DAY));
	gen_close(g, row, prng_between(&g->rng, 60 * GEN_DAY, 90 * GEN_DAY));
	int returning = prng_chance(&g->rng, 600);
	if (returning) {
		row = gen_open(g, &who, town_other(&g->town, &g->rng, outlet),
		    LK_PRODUCT_BANK1, prng_between(&g->rng, 300 * GEN_DAY,
		    329 * GEN_DAY));
		/* Most banks close what has slept for half a year. */
		if (prng_chance(&g->rng, 800))
			gen_close(g, row, prng_between(&g->rng, 10 * GEN_DAY,
			    60 * GEN_DAY));
	}
	if (prng_chance(&g->rng, 60))
		gen_open(g, &who, town_any(&g->town, &g->rng, TOWN_BANKS - 1),
		    LK_PRODUCT_BANK1, prng_between(&g->rng, 5 * GEN_DAY,
		    6 * GEN_DAY));
	gen_open(g, &who, gen_carrier(g), LK_PRODUCT_SIM,
	    prng_between(&g->rng, 26 * GEN_HOUR, 4 * GEN_DAY));
	row = gen_check(g, &who, outlet, LK_PRODUCT_BANK1,
	    gen_clock(g, 9, 17), "migrants");
	if (returning)
		row->operation = LK_OP_REOPEN;
	row->purpose = LK_PURPOSE_SALARY;
	row->then = PLAN_THEN_CLEAR;
}

/* Many people at once, each for a good reason. */
void
gen_work_and_study(struct gen *g)
{
	payroll(g, 1, 220, 9);
	payroll(g, 4, 180, 13);
	freshmen(g, 180, 1);
	freshmen(g, 60, 0);
	for (int i = 0; i < 200; i++)
		migrant(g);
}
