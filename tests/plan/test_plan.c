/*
 * The plan of the demonstration: reading CSV strictly, writing it back.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "demo/csv.h"
#include "demo/plan.h"
#include "demo/text.h"

#define HEADER "kind,when,institution,branch,teller,txn_id,id_type,id_no,"	\
	"product,card_ref,then,group,expect\n"
#define GOOD "check,09:30:00,bank1,0001,t1,x1,resident,"			\
	"11010519491231002X,bank1,c1,confirm,ordinary,pass\n"

/* The errors of one reading, as a program would print them. */
struct told {
	char text[4096];
	size_t count;
};

static void
tell(void *arg, const char *file, unsigned row, const char *column,
    const char *message)
{
	struct told *t = arg;
	size_t at = strlen(t->text);

	snprintf(t->text + at, sizeof(t->text) - at, "%s:%u:%s: %s\n", file, row,
	    column, message);
	t->count++;
}

/* Read a text; the caller frees the plan. */
static int
read_text(struct plan *p, struct told *t, const char *text)
{
	struct plan_sink sink = {tell, t};

	memset(t, 0, sizeof(*t));
	plan_init(p);
	return (plan_parse(p, "f.csv", text, strlen(text), &sink));
}

/* Expect one error in the second line, and the good third line. */
static void
one_error(const char *row, const char *error)
{
	struct plan p;
	struct told t;
	char text[2048];

	snprintf(text, sizeof(text), HEADER "%s\n" GOOD, row);
	cr_assert_eq(read_text(&p, &t, text), 0);
	cr_expect_eq(t.count, 1, "%s: %s", row, t.text);
	cr_expect(strncmp(t.text, error, strlen(error)) == 0, "%s", t.text);
	cr_expect_eq(p.bad, 1);
	cr_assert_eq(p.count, 1, "the good row was lost after: %s", row);
	cr_expect_eq(p.rows[0].row, 3);
	plan_free(&p);
}

Test(plan, reads_a_row)
{
	struct plan p;
	struct told t;

	cr_assert_eq(read_text(&p, &t, HEADER GOOD), 0);
	cr_assert_eq(p.count, 1, "%s", t.text);
	cr_expect_eq(p.rows[0].kind, PLAN_CHECK);
	cr_expect_eq(p.rows[0].when_form, PLAN_CLOCK);
	cr_expect_eq(p.rows[0].when, 9 * 3600 + 30 * 60);
	cr_expect_str_eq(p.rows[0].id_no, "11010519491231002X");
	cr_expect_eq(p.rows[0].held_here, -1, "empty is unknown, not none");
	cr_expect_eq(p.rows[0].quantity, 1);
	cr_expect_eq(p.rows[0].then, PLAN_THEN_CONFIRM);
	cr_expect_str_eq(p.rows[0].ring, "");
	plan_free(&p);
}

Test(plan, takes_what_tools_write)
{
	struct plan p;
	struct told t;

	/* A byte order mark, CRLF, comments, empty lines, quotes, no last LF. */
	cr_assert_eq(read_text(&p, &t, "\xef\xbb\xbf# a comment\r\n\r\n"
	    "group,kind,when,institution,branch,teller,txn_id,id_type,id_no,"
	    "product,address\r\n\"a, \"\"b\"\"\",check,09:30:00,bank1,0001,t1,x1,"
	    "resident,1,sim,\"\""), 0);
	cr_assert_eq(p.count, 1, "%s", t.text);
	cr_expect_str_eq(p.rows[0].group, "a, \"b\"");
	cr_expect_eq(p.rows[0].row, 4);
	plan_free(&p);
}

Test(plan, names_row_and_column_of_each_error)
{
	const char *rest = ",bank1,c1,confirm,g,pass";
	char row[512];

	one_error("chek,09:30:00,bank1,1,t,x,resident,1,bank1,c,,g,",
	    "f.csv:2:kind: no such word");
	one_error("check,9:30,bank1,1,t,x,resident,1,bank1,c,,g,",
	    "f.csv:2:when: not a time");
	one_error("check,2026-11-22,bank1,1,t,x,resident,1,bank1,c,,g,",
	    "f.csv:2:when: a row of the day takes");
	one_error("history-open,09:30:00,bank1,1,,,resident,1,bank1,c,,,",
	    "f.csv:2:when: history needs");
	one_error("history-open,2026-02-29,bank1,1,,,resident,1,bank1,c,,,",
	    "f.csv:2:when: not a time");
	one_error("history-open,-3d24:00:00,bank1,1,,,resident,1,bank1,c,,,",
	    "f.csv:2:when: not of the form");
	one_error("check,09:30:00,,1,t,x,resident,1,bank1,c,,g,",
	    "f.csv:2:institution: must not be empty");
	one_error("check,09:30:00,../etc,1,t,x,resident,1,bank1,c,,g,",
	    "f.csv:2:institution: only a-z");
	one_error("check,09:30:00,bank1,1,t,x,resident,1,bank1,,confirm,g,",
	    "f.csv:2:card_ref: a confirmed row");
	one_error("check,09:30:00,bank1,1,t,x,resident,1,bank1,c,,g",
	    "f.csv:2:: the number of fields");
	snprintf(row, sizeof(row), "check,09:30:00,bank1,1,t,x,resident,%s%s",
	    "1.10105E+17", rest);
	one_error(row, "f.csv:2:id_no: the number was damaged");
	snprintf(row, sizeof(row), "check,09:30:00,bank1,1,t,x,resident,%s%s",
	    "\"=\"\"110105\"\"\"", rest);
	one_error(row, "f.csv:2:id_no: begins like a spreadsheet");
	snprintf(row, sizeof(row), "check,09:30:00,bank1,1,t,x,resident,%s%s",
	    "1234567890123456789012345678901234567890", rest);
	one_error(row, "f.csv:2:id_no: the text is too long");
}

Test(plan, loses_no_row_to_a_malformed_one)
{
	one_error("check,\"09:30:00,bank1,1,t,x,resident,1,bank1,c,,g,",
	    "f.csv:2:: the closing quote is missing");
	one_error("check,\"09:30:00\"0,bank1,1,t,x,resident,1,bank1,c,,g,",
	    "f.csv:2:: text after the closing quote");
	one_error("check,09:3\"0:00,bank1,1,t,x,resident,1,bank1,c,,g,",
	    "f.csv:2:: a quote inside a field");
	one_error("check,09:30:00,bank1,1,t,x\t,resident,1,bank1,c,,g,",
	    "f.csv:2:: a control character");
	one_error("check,09:30:00,bank1,1,t,x,resident,1,bank1,c,,\xd5\xc5,",
	    "f.csv:2:: not UTF-8");
}

Test(plan, reports_every_error_of_a_row)
{
	struct plan p;
	struct told t;

	read_text(&p, &t, HEADER "check,nine,bank1,,t,x,passprot,1,bank1,c,,g,\n");
	cr_expect_eq(t.count, 3, "%s", t.text);
	cr_expect_eq(p.bad, 1);
	cr_expect_eq(p.count, 0);
	plan_free(&p);
}

Test(plan, judges_the_header)
{
	static const char *const bad[] = {"", "\n# only a comment\n",
	    "kind,when\n", "kind,when,institution,colour\n",
	    "kind,when,institution,kind\n", "kind,when,\"institution\n"};
	struct plan p;
	struct told t;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(read_text(&p, &t, bad[i]), -1, "%s", bad[i]);
		cr_expect_geq(t.count, 1, "%s", bad[i]);
		cr_expect_eq(p.count, 0);
		plan_free(&p);
	}
}

Test(plan, knows_three_ways_to_say_when)
{
	struct plan p;
	struct told t;
	const char *head = "kind,when,institution,card_ref\n";
	char text[512];

	snprintf(text, sizeof(text), "%shistory-close,-30d04:15:00,b,c\n"
	    "history-close,2026-11-22 08:00:01,b,c\n"
	    "history-close,2024-02-29,b,c\nclose,23:59:59,b,c\n", head);
	cr_assert_eq(read_text(&p, &t, text), 0);
	cr_assert_eq(p.count, 4, "%s", t.text);
	cr_expect_eq(p.rows[0].when, 30 * 86400 + 4 * 3600 + 15 * 60);
	/* 2026-11-22T00:00:01Z is eight in the morning in UTC+8. */
	cr_expect_eq(p.rows[1].when, INT64_C(1795305601000));
	cr_expect_eq(p.rows[2].when_form, PLAN_DATE);
	cr_expect_eq(p.rows[2].when, INT64_C(1709136000000));
	plan_free(&p);
}

Test(plan, sorts_history_then_day)
{
	struct plan p;
	struct told t;

	read_text(&p, &t, "kind,when,institution,card_ref\n"
	    "close,10:00:00,b,4\nhistory-close,-1d00:00:00,b,2\n"
	    "close,09:00:00,b,3\nhistory-close,-2d00:00:00,b,1\n"
	    "close,10:00:00,b,5\n");
	plan_sort(&p);
	for (size_t i = 0; i < p.count; i++)
		cr_expect_eq(p.rows[i].card_ref[0], (char)('1' + i));
	plan_free(&p);
}

Test(plan, writes_what_it_reads)
{
	struct plan p, q;
	struct told t;
	char *text = NULL;
	size_t len = 0;

	read_text(&p, &t, "kind,when,institution,branch,teller,txn_id,id_type,"
	    "id_no,product,group,address,quantity,held_here,guardian,expect\n"
	    "check,09:30:00,b,1,t,x,passport,A1,ecny,g,\"a \"\"b\"\", c\",7,0,yes,"
	    "one!\n");
	cr_assert_eq(p.count, 1, "%s", t.text);
	FILE *f = open_memstream(&text, &len);
	cr_assert_eq(plan_write(&p, f), 0);
	fclose(f);
	cr_assert_eq(read_text(&q, &t, text), 0, "%s", t.text);
	cr_assert_eq(q.count, 1, "%s", t.text);
	cr_expect_str_eq(q.rows[0].address, "a \"b\", c");
	cr_expect_eq(q.rows[0].quantity, 7);
	cr_expect_eq(q.rows[0].held_here, 0);
	cr_expect_eq(q.rows[0].guardian, 1);
	cr_expect_eq(q.rows[0].expect, PLAN_ONE_MUST);
	cr_expect_eq(q.rows[0].when, p.rows[0].when);
	free(text);
	plan_free(&p);
	plan_free(&q);
}

Test(text, counts_columns)
{
	cr_expect_eq(text_width("abc"), 3);
	cr_expect_eq(text_width("反诈中心"), 8);
	cr_expect_eq(text_width("\u2160类户\uff0c"), 7);
	cr_expect_not(text_valid("\xc0\xaf", 2));
	cr_expect_not(text_valid("\xed\xa0\x80", 3));
	cr_expect_not(text_valid("\xf4\x90\x80\x80", 4));
	cr_expect(text_valid("\xf0\xa0\x80\x80", 4));
}

Test(text, wraps_between_characters_and_at_spaces)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	text_wrap(f, "请暂缓办理。等待", "  ", 12);
	text_wrap(f, "one two three", "", 8);
	fclose(f);
	/* No line begins with a full stop. */
	cr_expect_str_eq(text, "请暂缓办\n  理。等待\none two\nthree\n", "%s",
	    text);
	free(text);
}
