#include "gen.h"
#include "plugin.h"

/* Somebody on a list asks for one thing. */
static struct plan_row *
listed(struct gen *g, int bank, int32_t product, const char *group,
    const char *list, int32_t expect)
{
	struct person who;

	person_make(&who, &g->rng, &g->areas, g->day, 20, 60, PERSON_MIXED);
	struct plan_row *row = gen_check(g, &who, bank ? gen_bank(g) :
	    gen_carrier(g), product, gen_clock(g, 9, 17), group);
	row->listed = list;
	row->expect = expect;
	return (row);
}

/* A sanctioned person acts for his mother. */
static void
by_agent(struct gen *g)
{
	struct person mother, agent;

	person_make(&agent, &g->rng, &g->areas, g->day, 30, 50, PERSON_MIXED);
	person_make(&mother, &g->rng, &g->areas, g->day, 60, 80, PERSON_MIXED);
	struct plan_row *row = gen_check(g, &mother, gen_bank(g),
	    LK_PRODUCT_BANK1, gen_clock(g, 9, 17), "listed-agent");
	row->agent_type = LK_ID_RESIDENT;
	row->agent_no = gen_text(g, "%s", agent.id_no);
	row->relation = LK_AGENT_OTHER;
	row->listed = "agent:sanction:found";
	row->expect = PLAN_HOLD_MUST;
}

/* Two outlets that the centre has suspended still send applications. */
static void
suspended(struct gen *g, int i)
{
	struct person who;

	person_make(&who, &g->rng, &g->areas, g->day, 20, 70, PERSON_MIXED);
	struct plan_row *row = gen_check(g, &who, gen_carrier(g),
	    LK_PRODUCT_SIM, gen_clock(g, 9, 17), "outlet-suspended");
	row->branch = i % 2 ? "9902" : "9901";
	row->teller = gen_text(g, "t%s-1", row->branch);
	row->listed = "outlet:suspended";
	row->expect = PLAN_HOLD_MUST;
}

/* Whom the centre's lists name. */
void
gen_listed(struct gen *g)
{
	static const char *const care[] = {"protect:lost_document",
	    "protect:victim", "protect:self_protection"};
	struct plan_row *row;

	for (int i = 0; i < 8; i++)
		(void)listed(g, 1, LK_PRODUCT_BANK1, "listed-sanction",
		    i % 2 ? "sanction:convicted" : "sanction:found",
		    PLAN_LIMIT_MUST);
	for (int i = 0; i < 8; i++)
		(void)listed(g, 0, LK_PRODUCT_SIM, "listed-sanction-sim",
		    i % 2 ? "sanction:convicted" : "sanction:found",
		    PLAN_HOLD_MUST);
	for (int i = 0; i < 6; i++)
		(void)listed(g, 1, LK_PRODUCT_BANK1, "listed-case",
		    i % 2 ? "case:investigation" : "case:frozen",
		    PLAN_HOLD_MUST);
	for (int i = 0; i < 6; i++)
		listed(g, 1, LK_PRODUCT_BANK1, "listed-protect", care[i % 3],
		    PLAN_HOLD_MUST)->then = PLAN_THEN_CLEAR;
	for (int i = 0; i < 4; i++) {
		row = listed(g, 1, LK_PRODUCT_BANK1, "listed-phone",
		    "phones:involved", PLAN_HOLD_MUST);
		row->phone = gen_text(g, "1009%07d",
		    prng_between(&g->rng, 0, 9999999));
	}
	for (int i = 0; i < 2; i++)
		by_agent(g);
	for (int i = 0; i < 6; i++)
		suspended(g, i);
	/* Listed by mistake: this one appeals, after the day. */
	row = listed(g, 0, LK_PRODUCT_SIM, "listed-appeal",
	    "sanction:convicted", PLAN_HOLD_MUST);
	row->note = "appeals";
}
