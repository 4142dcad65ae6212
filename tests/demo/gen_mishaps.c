#include "gen.h"
#include "plugin.h"

/* A lost card made anew, and lost again: days ago or this very day. */
static void
replacement(struct gen *g, int same_day)
{
	struct person who;
	int outlet = gen_bank(g);

	person_make(&who, &g->rng, &g->areas, g->day, 20, 80, PERSON_MIXED);
	struct plan_row *row = gen_open(g, &who, outlet, LK_PRODUCT_BANK1,
	    prng_between(&g->rng, 100 * GEN_DAY, 360 * GEN_DAY));
	if (!same_day) {
		int64_t ago = prng_between(&g->rng, 9 * GEN_DAY, 14 * GEN_DAY);
		gen_close(g, row, ago + 60);
		gen_open(g, &who, outlet, LK_PRODUCT_BANK1, ago)->operation =
		    LK_OP_REPLACE;
	}
	int clock = gen_clock(g, 9, 12);
	row = gen_check(g, &who, town_other(&g->town, &g->rng, outlet),
	    LK_PRODUCT_BANK1, clock, "replacement");
	row->operation = LK_OP_REPLACE;
	row->expect = PLAN_PASS_MUST;
	if (!same_day)
		return;
	row = gen_check(g, &who, town_other(&g->town, &g->rng, outlet),
	    LK_PRODUCT_BANK1, clock + 4 * GEN_HOUR, "replacement");
	row->operation = LK_OP_REPLACE;
	row->expect = PLAN_PASS_MUST;
}

/* The old phone card is given back and a new one taken the same morning. */
static void
close_and_new(struct gen *g, int held)
{
	struct person who;
	int carrier = prng_between(&g->rng, TOWN_BANKS, TOWN_INSTITUTIONS - 1);
	int outlet = town_any(&g->town, &g->rng, carrier);
	const char *card = "";

	person_make(&who, &g->rng, &g->areas, g->day, 20, 70, PERSON_MIXED);
	for (int i = 0; i < held; i++)
		card = gen_open(g, &who, outlet, LK_PRODUCT_SIM,
		    (340 - 60 * i) * GEN_DAY +
		    prng_between(&g->rng, 0, GEN_DAY))->card_ref;
	int clock = gen_clock(g, 9, 11);
	struct plan_row *row = gen_check(g, &who, outlet, LK_PRODUCT_SIM,
	    clock, "close-and-new");
	row->expect = PLAN_PASS_MUST;
	/* The closing is the same row without the application. */
	struct plan_row *closing = gen_again(g, row, clock - 600);
	closing->kind = PLAN_RETIRE;
	closing->card_ref = card;
	closing->then = PLAN_THEN_NOTHING;
	closing->expect = PLAN_ANY;
}

/* The teller's finger slips, is told, and types it again. */
static void
typing_error(struct gen *g, int valid)
{
	struct person who, stranger;
	int32_t product;

	person_make(&who, &g->rng, &g->areas, g->day, 20, 80, PERSON_MIXED);
	gen_past(g, &who, 3);
	int outlet = gen_wish(g, &who, &product);
	int clock = gen_clock(g, 9, 16);
	struct plan_row *row = gen_check(g, &who, outlet, product, clock,
	    "typing-error");
	struct plan_row *right = gen_again(g, row, clock + 90);
	row = right - 1;
	if (!valid) {
		char wrong[40];
		for (int i = 0; i < 40; i++)
			wrong[i] = who.id_no[i];
		wrong[16] = (char)('0' + (wrong[16] - '0' + 1) % 10);
		row->id_no = gen_text(g, "%s", wrong);
		row->expect = PLAN_ERROR_MUST;
		row->then = PLAN_THEN_NOTHING;
		return;
	}
	person_make(&stranger, &g->rng, &g->areas, g->day, 20, 80,
	    PERSON_MIXED);
	row->id_no = gen_text(g, "%s", stranger.id_no);
	row->expect = PLAN_ANY;
	row->then = PLAN_THEN_TYPING;
}

/* The host falls over after the answer, starts again and asks the same. */
static void
host_crash(struct gen *g)
{
	struct person who;
	int32_t product;

	person_make(&who, &g->rng, &g->areas, g->day, 20, 80, PERSON_MIXED);
	gen_past(g, &who, 3);
	int outlet = gen_wish(g, &who, &product);
	struct plan_row *row = gen_check(g, &who, outlet, product,
	    gen_clock(g, 9, 16), "host-crash");
	const char *txn = row->txn_id, *card = row->card_ref;
	struct plan_row *retry = gen_again(g, row, (int)row->when + 120);
	retry[-1].then = PLAN_THEN_NOTHING;
	retry->kind = PLAN_RETRY;
	retry->txn_id = txn;
	retry->card_ref = card;
}

/* What goes wrong on an honest day. */
void
gen_mishaps(struct gen *g)
{
	for (int i = 0; i < 100; i++)
		replacement(g, i % 2);
	for (int i = 0; i < 80; i++)
		close_and_new(g, i % 2 ? 5 : 1);
	for (int i = 0; i < 80; i++)
		typing_error(g, i % 2);
	for (int i = 0; i < 60; i++)
		host_crash(g);
}
