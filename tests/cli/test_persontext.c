#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cli/persontext.h"
#include "engine/category.h"
#include "plugin.h"
#include "store/entry.h"

static struct entry e;
static char buf[PERSONTEXT_MAX];

/* A decision held by some rules. */
static void
held(const char *hits)
{

	entry_clear(&e, ENTRY_DECISION);
	e.seq = 7;
	e.decision = LK_REVIEW;
	e.product = LK_PRODUCT_SIM;
	e.operation = LK_OP_NEW;
	e.quantity = 1;
	snprintf(e.inst, sizeof(e.inst), "ctel");
	snprintf(e.outlet, sizeof(e.outlet), "o1");
	snprintf(e.hits, sizeof(e.hits), "%s", hits);
}

Test(persontext, rules_are_told_to_whom_they_are_about)
{

	held("HF-7D");
	snprintf(e.lifted, sizeof(e.lifted), "HF-TRY");
	snprintf(e.waived, sizeof(e.waived), "HF-DAY HF-KIT");
	persontext_entry(&e, 0, 0, buf);
	cr_expect_not_null(strstr(buf, "rules that hit: HF-7D"), "%s", buf);
	cr_expect_not_null(strstr(buf, "lifted by a clearance: HF-TRY"));
	cr_expect_not_null(strstr(buf, "lifted by a campaign: HF-DAY HF-KIT"));
	persontext_entry(&e, 0, 1, buf);
	cr_expect_not_null(strstr(buf, "因登记活动未适用：HF-DAY HF-KIT"));
	persontext_entry(&e, 1, 0, buf);
	cr_expect_null(strstr(buf, "HF-"), "%s", buf);
}

Test(persontext, what_lists_keep_secret_is_withheld)
{
	static const struct { const char *listed, *agent; int own, as_agent; }
	rows[] = {
		{ "", "", 0, 0 },
		{ "sanction:12:convicted:9:20820:joint2024", "", 0, 1 },
		{ "protect:1:victim:2:0:police phones:1:involved:7:0:police",
		    "", 0, 1 },
		{ "", "sanction:12:found:8:0:law31", 1, 0 },
		{ "case:3:investigation:6:0:police", "", 1, 1 },
		{ "case:3:stop_payment:6:0:police", "", 1, 1 },
		{ "case:3:frozen:6:0:court", "", 1, 1 },
		{ "sanction:12:found:8:0:law31 canary:1:canary:1:0:centre", "",
		    1, 1 },
		{ "", "case:3:investigation:6:0:police", 1, 1 },
		/* What this version does not know is not told either. */
		{ "sanction:12::9:0:law31", "", 1, 1 },
		{ "sanction:12:wanted:9:0:law31", "", 1, 1 },
		{ "sanction", "", 1, 1 }, { "sanction:12", "", 1, 1 },
		{ "a:1:victim:2:0:police b", "", 1, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		held("X");
		snprintf(e.listed, sizeof(e.listed), "%s", rows[i].listed);
		snprintf(e.agent_listed, sizeof(e.agent_listed), "%s",
		    rows[i].agent);
		cr_expect_eq(persontext_withheld(&e, 0), rows[i].own, "%s",
		    rows[i].listed);
		cr_expect_eq(persontext_withheld(&e, 1), rows[i].as_agent,
		    "%s", rows[i].listed);
	}
}

Test(persontext, secret_categories)
{
	int c, n = 0;

	for (c = 0; c < CATEGORIES; c++)
		n += category_secret(c);
	cr_expect_eq(n, 4);
	cr_expect(category_secret(CATEGORY_INVESTIGATION));
	cr_expect(category_secret(CATEGORY_CANARY));
	cr_expect_not(category_secret(CATEGORY_VICTIM));
	cr_expect(category_secret(CATEGORIES), "not known: not told");
}
