#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gen.h"
#include "plugin.h"

/* Scenes draw from the one sequence in this order. */
int
gen_plan(struct plan *p, uint64_t seed, int64_t day)
{
	struct gen g;

	memset(&g, 0, sizeof(g));
	plan_blank(&g.spare[0]);
	plan_blank(&g.spare[1]);
	g.plan = p;
	g.day = day;
	prng_seed(&g.rng, seed);
	areas_load(&g.areas);
	town_build(&g.town, &g.areas, &g.rng);
	gen_ordinary(&g);
	gen_work_and_study(&g);
	gen_families(&g);
	gen_mishaps(&g);
	gen_documents(&g);
	gen_fast_rings(&g);
	gen_slow_rings(&g);
	gen_shared_rings(&g);
	gen_sly_rings(&g);
	gen_listed(&g);
	plan_sort(p);
	return (g.failed ? -1 : 0);
}

/* Format, then copy into the plan. */
const char *
gen_text(struct gen *g, const char *format, ...)
{
	char buf[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	const char *text = plan_text(g->plan, buf);
	if (text == NULL)
		g->failed = 1;
	return (text != NULL ? text : "");
}

/* Counted up. */
const char *
gen_visit(struct gen *g)
{

	return (gen_text(g, "v%06u", ++g->visits));
}

/* Seconds of the day, never the last hour's end. */
int
gen_clock(struct gen *g, int from, int to)
{

	return (prng_between(&g->rng, from * GEN_HOUR, to * GEN_HOUR - 1));
}

/* Any of the nine. */
int
gen_bank(struct gen *g)
{

	return (town_any(&g->town, &g->rng,
	    (int)prng_below(&g->rng, TOWN_BANKS)));
}

/* Any of the three. */
int
gen_carrier(struct gen *g)
{

	return (town_any(&g->town, &g->rng, prng_between(&g->rng, TOWN_BANKS,
	    TOWN_INSTITUTIONS - 1)));
}

/* Append, and give the row's place. */
static struct plan_row *
add(struct gen *g, const struct plan_row *row)
{
	if (plan_add(g->plan, row) < 0) {
		g->failed = 1;
		return (&g->spare[1]);
	}
	return (&g->plan->rows[g->plan->count - 1]);
}

/* What every row about a person at an outlet has. */
static void
fill(struct gen *g, struct plan_row *row, const struct person *who, int outlet,
    int32_t product)
{
	const struct town_outlet *o = &g->town.outlet[outlet];

	plan_blank(row);
	row->institution = town_id(o->institution);
	row->branch = gen_text(g, "%s", o->branch);
	row->area = o->area;
	row->id_type = who->id_type;
	row->id_no = gen_text(g, "%s", who->id_no);
	row->id_country = gen_text(g, "%s", who->country);
	row->product = product;
	row->card_ref = gen_text(g, "%s-%07u", row->institution, ++g->cards);
}

/* Keep up what the person holds. */
static void
hold(struct person *who, int institution, int32_t product)
{
	if (institution >= TOWN_BANKS) {
		who->sims[institution - TOWN_BANKS]++;
		return;
	}
	if (product == LK_PRODUCT_BANK1)
		who->bank1[institution]++;
	if (product == LK_PRODUCT_BANK1 || product == LK_PRODUCT_BANK2)
		who->debit[institution]++;
	if (product == LK_PRODUCT_BANK2 || product == LK_PRODUCT_BANK3)
		who->small[institution]++;
}

/* Loaded before the day. */
struct plan_row *
gen_open(struct gen *g, struct person *who, int outlet, int32_t product,
    int64_t ago)
{
	struct plan_row row;

	fill(g, &row, who, outlet, product);
	row.kind = PLAN_OPEN;
	row.when_form = PLAN_AGO;
	row.when = ago;
	hold(who, g->town.outlet[outlet].institution, product);
	return (add(g, &row));
}

/* Known by its card alone. */
struct plan_row *
gen_close(struct gen *g, const struct plan_row *row, int64_t ago)
{
	struct plan_row closing;

	plan_blank(&closing);
	closing.kind = PLAN_CLOSE;
	closing.when_form = PLAN_AGO;
	closing.when = ago;
	closing.institution = row->institution;
	closing.card_ref = row->card_ref;
	return (add(g, &closing));
}

/* One of three tellers serves. */
struct plan_row *
gen_check(struct gen *g, struct person *who, int outlet, int32_t product,
    int clock, const char *group)
{
	struct plan_row row;

	fill(g, &row, who, outlet, product);
	row.kind = PLAN_CHECK;
	row.when_form = PLAN_CLOCK;
	row.when = clock;
	row.teller = gen_text(g, "t%s-%d", row.branch,
	    prng_between(&g->rng, 1, 3));
	row.txn_id = gen_text(g, "%s-%06u", row.institution, ++g->txns);
	row.visit_id = gen_visit(g);
	row.purpose = LK_PURPOSE_DAILY;
	row.name = gen_text(g, "%s", who->name);
	row.phone = gen_text(g, "%s", who->phone);
	row.address = gen_text(g, "%s", who->address);
	row.then = PLAN_THEN_CONFIRM;
	row.group = group;
	row.expect = PLAN_PASS;
	return (add(g, &row));
}

/* The row may move when the copy is added: copy it first. */
struct plan_row *
gen_again(struct gen *g, const struct plan_row *row, int clock)
{
	struct plan_row copy = *row;

	copy.when = clock;
	copy.txn_id = gen_text(g, "%s-%06u", copy.institution, ++g->txns);
	copy.card_ref = gen_text(g, "%s-%07u", copy.institution, ++g->cards);
	return (add(g, &copy));
}
