/* What the daemon says waits at the desk, as it is read from its lines. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/desklist.h"
#include "cli/desktext.h"
#include "cli/tool.h"
#include "plugin.h"

static const char one[] = "42\t1795312800000\t1795572000000\t3\t10\tabank\t0001"
	"\t330102\t20\tHF02\tlin\t1795312900000\t1795313000000\t2\twu\t"
	"t1-42-9f3ac1d2";
static const char alert[] = "43\t1795312800000\t2\t5\t2\t42\tabank\t0001\t330102"
	"\t20\tHF02\tlin\t1795312900000";

Test(desklist, a_case)
{
	struct desklist_case c;

	cr_assert_eq(desklist_read_case(one, strlen(one), &c), 0);
	cr_assert_eq(c.seq, 42);
	cr_assert_eq(c.t, 1795312800000);
	cr_assert_eq(c.due, 1795572000000);
	cr_assert_eq(c.standing, LK_STANDING_DISPATCHED);
	cr_assert_eq(c.decision, LK_REVIEW);
	cr_assert_str_eq(c.inst, "abank");
	cr_assert_str_eq(c.outlet, "0001");
	cr_assert_eq(c.area, 330102);
	cr_assert_eq(c.product, LK_PRODUCT_SIM);
	cr_assert_str_eq(c.reason, "HF02");
	cr_assert_str_eq(c.taker, "lin");
	cr_assert_eq(c.taken, 1795312900000);
	cr_assert_eq(c.dispatched, 1795313000000);
	cr_assert_eq(c.found, 2);
	cr_assert_str_eq(c.proposer, "wu");
	cr_assert_str_eq(c.id, "t1-42-9f3ac1d2");
}

Test(desklist, an_alert)
{
	struct desklist_alert a;

	cr_assert_eq(desklist_read_alert(alert, strlen(alert), &a), 0);
	cr_assert_eq(a.seq, 43);
	cr_assert_eq(a.level, 2);
	cr_assert_eq(a.kind, 5);
	cr_assert_eq(a.entry, 2);
	cr_assert_eq(a.ref, 42);
	cr_assert_str_eq(a.outlet, "0001");
	cr_assert_str_eq(a.taker, "lin");
	cr_assert_eq(a.taken, 1795312900000);
}

/* Cut anywhere, a field too many, a field of another kind: it is no line. */
Test(desklist, what_is_no_line)
{
	static const char *const bad[] = {
		"", "\t", "42", "x\t1\t1\t1\t10\ta\tb\t1\t1\tr\tl\t1\t1\t1\tp\ti",
		"0\t1\t1\t1\t10\ta\tb\t1\t1\tr\tl\t1\t1\t1\tp\ti",
		"42\t-1\t1\t1\t10\ta\tb\t1\t1\tr\tl\t1\t1\t1\tp\ti",
		"42\t\t1\t1\t10\ta\tb\t1\t1\tr\tl\t1\t1\t1\tp\ti",
		"42\t1\t1\t9999999999\t10\ta\tb\t1\t1\tr\tl\t1\t1\t1\tp\ti",
		"9999999999999999999\t1\t1\t1\t10\ta\tb\t1\t1\tr\tl\t1\t1\t1\tp"
		    "\ti",
		"42\t1\t1\t1\t10\tan-institution-that-is-longer-than-31-bytes"
		    "\tb\t1\t1\tr\tl\t1\t1\t1\tp\ti",
		"42\t1\t1\t1\t10\ta\tb\t1\t1\tr\tl\t1\t1\t1\tp\ti\t",
	};
	struct desklist_alert a;
	struct desklist_case c;
	char *copy;
	size_t i, tabs;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(desklist_read_case(bad[i], strlen(bad[i]), &c),
		    -1, "%zu", i);
	for (i = 0, tabs = 0; i < strlen(one); i++) {
		/* Exactly so many bytes, so that a read too far is seen. */
		cr_assert_not_null(copy = malloc(i + 1));
		memcpy(copy, one, i);
		tabs = 0;
		for (size_t k = 0; k < i; k++)
			tabs += copy[k] == '\t';
		cr_assert_eq(desklist_read_case(copy, i, &c), tabs == 15 ? 0 :
		    -1, "%zu", i);
		cr_assert_eq(desklist_read_alert(copy, i, &a), -1, "%zu", i);
		free(copy);
	}
}

Test(desktext, how_long_there_is_time)
{
	static const struct {
		int64_t left;
		const char *en, *zh;
	} c[] = {
		{ 1, "0 min", "0分" }, { 59999, "0 min", "0分" },
		{ 60000, "1 min", "1分" },
		{ 3600000 + 5 * 60000, "1 h 05 min", "1时05分" },
		{ INT64_C(48) * 3600000, "2 d 0 h", "2天0时" },
		{ 0, "overdue 0 min", "逾期0分" },
		{ -12 * 60000, "overdue 12 min", "逾期12分" },
	};
	char buf[DESKTEXT_MAX];
	struct tool t;
	size_t i;

	tool_init(&t, stdin, stdout, stderr);
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		t.language = LK_LANG_EN;
		cr_assert_str_eq(desktext_due(&t, 1000000000 + c[i].left,
		    1000000000, buf), c[i].en);
		t.language = LK_LANG_ZH;
		cr_assert_str_eq(desktext_due(&t, 1000000000 + c[i].left,
		    1000000000, buf), c[i].zh);
	}
}

Test(desktext, the_most_urgent_comes_first)
{
	struct desklist_case c[4] = { { .seq = 1, .due = 30 },
		{ .seq = 2, .due = 10 }, { .seq = 4, .due = 20 },
		{ .seq = 3, .due = 20 } };
	struct desklist l = { .c = c, .ncases = 4 };

	desktext_by_due(&l);
	cr_assert_eq(l.c[0].seq, 2);
	cr_assert_eq(l.c[1].seq, 3);
	cr_assert_eq(l.c[2].seq, 4);
	cr_assert_eq(l.c[3].seq, 1);
}
