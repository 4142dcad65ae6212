#include <stdio.h>
#include <string.h>

#include "gen.h"
#include "plugin.h"

/* Passports, residence permits, travel permits. */
static void
other_papers(struct gen *g, int i)
{
	static const int32_t types[] = {LK_ID_PASSPORT, LK_ID_PERMANENT,
	    LK_ID_PASSPORT, LK_ID_HM_RESIDENCE, LK_ID_PERMANENT_OLD,
	    LK_ID_TW_RESIDENCE, LK_ID_HM_TRAVEL, LK_ID_TW_TRAVEL};
	struct person who;
	int32_t product;

	person_make(&who, &g->rng, &g->areas, g->day, 20, 65, PERSON_AWAY);
	person_document(&who, &g->rng, g->day,
	    types[(size_t)i % (sizeof(types) / sizeof(types[0]))]);
	gen_past(g, &who, 3);
	int outlet = gen_wish(g, &who, &product);
	gen_check(g, &who, outlet, product, gen_clock(g, 9, 17), "foreigners");
}

/* An old number of 15 digits; the past stands under either form. */
static void
old_number(struct gen *g, int both)
{
	struct person who;
	char full[40];
	int32_t product;

	person_make(&who, &g->rng, &g->areas, g->day, 45, 88, PERSON_MIXED);
	memcpy(full, who.id_no, sizeof(full));
	if (!both)
		person_short(who.id_no, full);
	gen_past(g, &who, 3);
	person_short(who.id_no, full);
	int outlet = gen_wish(g, &who, &product);
	gen_check(g, &who, outlet, product, gen_clock(g, 9, 17), "old-numbers");
}

/* A new passport in place of the old one, under which the past stands. */
static void
renewed(struct gen *g)
{
	struct person who;
	int32_t product;

	person_make(&who, &g->rng, &g->areas, g->day, 20, 65, PERSON_AWAY);
	person_document(&who, &g->rng, g->day, LK_ID_PASSPORT);
	gen_past(g, &who, 3);
	const char *old = gen_text(g, "%s", who.id_no);
	snprintf(who.id_no, sizeof(who.id_no), "%c%u",
	    (char)('A' + prng_below(&g->rng, 26)),
	    prng_below(&g->rng, 90000000) + 10000000);
	int outlet = gen_wish(g, &who, &product);
	struct plan_row *row = gen_check(g, &who, outlet, product,
	    gen_clock(g, 9, 17), "renewed");
	row->purpose = gen_purpose(g, &who);
	row->prev_type = LK_ID_PASSPORT;
	row->prev_no = old;
}

/* A company opens its account; the legal person stands for it. */
static void
company(struct gen *g)
{
	struct person who;
	char code[40];

	person_make(&who, &g->rng, &g->areas, g->day, 25, 60, PERSON_MIXED);
	person_company(code, &g->rng);
	struct plan_row *row = gen_check(g, &who, gen_bank(g),
	    LK_PRODUCT_CORPORATE, gen_clock(g, 9, 17), "companies");
	row->org_no = gen_text(g, "%s", code);
	row->purpose = LK_PURPOSE_OTHER;
}

/* Those whose papers are not the usual ones. */
void
gen_documents(struct gen *g)
{
	for (int i = 0; i < 120; i++)
		other_papers(g, i);
	for (int i = 0; i < 60; i++)
		old_number(g, i % 2);
	for (int i = 0; i < 40; i++)
		renewed(g);
	for (int i = 0; i < 24; i++)
		company(g);
}
