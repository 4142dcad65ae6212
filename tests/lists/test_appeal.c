#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/category.h"
#include "engine/day.h"
#include "lists/appeal_store.h"

static char said[4096];

/* Keep the first message. */
static void
report(void *arg, const struct conf_error *e)
{

	(void)arg;
	if (said[0] == '\0')
		(void)snprintf(said, sizeof(said), "%u:%u: %s", e->line,
		    e->column, e->message);
}

/* Read an appeal. */
static int
read_text(struct appeal *a, const char *text)
{
	const struct conf_sink sink = { report, NULL };

	said[0] = '\0';
	return (appeal_read(a, "a", text, strlen(text), &sink));
}

/* A day. */
static int32_t
day(const char *text)
{
	int32_t d;

	cr_assert_eq(day_parse(&d, text, strlen(text)), 0);
	return (d);
}

#define HEAD "[appeal A-2026-0007]\nabout = entry\nlist = sanction\n"	\
	"serial = 118\ncategory = found\nbasis = joint2024\n"
#define DUE "ack_due = 2026-11-25\ndecide_due = 2026-12-07\n"
#define OPENED "\n[event 1]\nat = \"2026-11-22T14:00:05+08:00\"\n"	\
	"what = opened\nwho = \"wang\"\n"
#define ACK "\n[event 2]\nat = \"2026-11-23T09:00:00+08:00\"\n"		\
	"what = acknowledged\nwho = \"li\"\n"
#define UPHELD(n) "\n[event " n "]\nat = \"2026-11-24T23:59:59+08:00\"\n"	\
	"what = upheld\nwho = \"zhao\"\ntext = \"x \\\"y\\\"\"\n"		\
	"found = \"one\\ntwo\"\n"
#define DECISION "[appeal A-2026-0008]\nabout = decision\n"		\
	"decision = \"b0001-123-89abcdef\"\n" DUE OPENED

Test(appeal, is_read_and_printed_the_same)
{
	static const char text[] = HEAD "case = \"杭联惩〔2026〕3号\"\n"
	    "listed = \"li\"\nuntil = 2028-11-22\n" DUE OPENED ACK UPHELD("3");
	struct appeal a;
	char *printed;
	size_t len;

	cr_assert_eq(read_text(&a, text), 0, "%s", said);
	cr_expect_str_eq(a.id, "A-2026-0007");
	cr_expect_eq(a.about, APPEAL_ENTRY);
	cr_expect_eq(a.serial, 118);
	cr_expect_eq(a.category, CATEGORY_FOUND);
	cr_expect_eq(a.basis, BASIS_JOINT_2024);
	cr_expect_eq(a.until, day("2028-11-22"));
	cr_expect_eq(a.event[0].t, day_start(day("2026-11-22")) + 14 * 3600 +
	    5);
	cr_expect_eq(appeal_acknowledged(&a), &a.event[1]);
	cr_expect_eq(appeal_decided(&a), &a.event[2]);
	cr_expect_str_eq(a.event[2].found, "one\ntwo");
	cr_assert_not_null(printed = appeal_print(&a, &len));
	cr_expect_str_eq(printed, text);
	free(printed);
	cr_assert_eq(read_text(&a, DECISION), 0, "%s", said);
	cr_expect_str_eq(a.decision, "b0001-123-89abcdef");
	cr_assert_not_null(printed = appeal_print(&a, &len));
	cr_expect_str_eq(printed, DECISION);
	free(printed);
}

Test(appeal, is_due_first_to_be_acknowledged_and_then_decided)
{
	struct appeal a;
	int ack;

	cr_assert_eq(read_text(&a, HEAD DUE OPENED), 0, "%s", said);
	cr_expect_null(appeal_decided(&a));
	cr_expect_null(appeal_acknowledged(&a));
	cr_expect_eq(appeal_due(&a, &ack), day("2026-11-25"));
	cr_expect_eq(ack, 1);
	cr_assert_eq(read_text(&a, HEAD DUE OPENED ACK), 0, "%s", said);
	cr_expect_eq(appeal_due(&a, &ack), day("2026-12-07"));
	cr_expect_eq(ack, 0);
	cr_assert_eq(read_text(&a, HEAD DUE OPENED UPHELD("2")), 0, "%s",
	    said);
	cr_expect_eq(appeal_due(&a, &ack), 0);
	cr_expect_null(appeal_acknowledged(&a));
}

Test(appeal, counts_working_days_without_weekends)
{
	/* 2026-11-20 is a Friday. */
	cr_expect_eq(appeal_working(day("2026-11-20"), 1), day("2026-11-23"));
	cr_expect_eq(appeal_working(day("2026-11-20"), 3), day("2026-11-25"));
	cr_expect_eq(appeal_working(day("2026-11-22"), 1), day("2026-11-23"));
	cr_expect_eq(appeal_working(day("2026-11-23"), 4), day("2026-11-27"));
	cr_expect_eq(appeal_working(day("2026-11-23"), 5), day("2026-11-30"));
	cr_expect_eq(appeal_working(day("2026-11-21"), 0), day("2026-11-21"));
	cr_expect_eq(appeal_working(day("1969-12-31"), 1), 0);
}

Test(appeal, has_an_id_of_year_and_number)
{
	char id[APPEAL_ID_MAX];
	uint32_t n;
	int32_t y;

	appeal_id(id, 2026, 7);
	cr_expect_str_eq(id, "A-2026-0007");
	appeal_id(id, 2026, 123456);
	cr_expect_str_eq(id, "A-2026-123456");
	cr_expect_eq(appeal_id_read(id, &y, &n), 0);
	cr_expect_eq(y, 2026);
	cr_expect_eq(n, 123456);
	cr_expect_eq(appeal_id_read("A-2026-007", &y, &n), -1);
	cr_expect_eq(appeal_id_read("A-2026-0000", &y, &n), -1);
	cr_expect_eq(appeal_id_read("A-2026-0007 ", &y, &n), -1);
	cr_expect_eq(appeal_id_read("A-2026-00007", &y, &n), -1);
	cr_expect_eq(appeal_id_read("A-2026-12345678", &y, &n), -1);
	cr_expect_eq(appeal_id_read("A-2026", &y, &n), -1);
	cr_expect_eq(appeal_id_read("../../x", &y, &n), -1);
	cr_expect_eq(appeal_id_read("", &y, &n), -1);
}

/* An appeal that must not read, and what is said. */
static void
refused(const char *text, const char *want)
{
	struct appeal a;

	cr_assert_eq(read_text(&a, text), -1, "%s", text);
	cr_expect_str_eq(said, want);
}

Test(appeal, that_is_wrong_is_refused_with_its_place)
{
	refused("", "1:1: section [appeal] is missing");
	refused(HEAD DUE, "9:1: section [event] is missing");
	refused("[appeal 7]\n", "1:1: an appeal's id is written A-2026-0007");
	refused(HEAD DUE OPENED "[appeal A-2026-0009]\nabout = decision\n"
	    "decision = d\n" DUE, "14:1: a file holds one appeal");
	refused(HEAD DUE ACK, "10:1: [event 1] comes next");
	refused(HEAD DUE OPENED OPENED, "15:8: [event 1] is here twice");
	refused(HEAD DUE "\n[event 1]\nat = \"2026-11-22T14:00:05+08:00\"\n"
	    "what = upheld\nwho = x\n", "1:1: event 1 cannot come there");
	refused(HEAD DUE OPENED UPHELD("2") "[event 3]\nat = "
	    "\"2026-11-22T14:00:05+08:00\"\nwhat = rejected\nwho = x\n",
	    "1:1: event 3 cannot come there");
	refused(HEAD DUE "\n[event 1]\nat = \"2026-11-22T24:00:05+08:00\"\n"
	    "what = opened\nwho = x\n", "11:6: a moment is written "
	    "2026-11-22T14:00:05+08:00");
	refused("[appeal A-2026-0007]\nabout = entry\n" DUE OPENED, "1:1: an "
	    "entry has list, serial, category and basis, a decision only its "
	    "id");
	refused("[appeal A-2026-0007]\nabout = decision\n" DUE OPENED, "1:1: "
	    "an entry has list, serial, category and basis, a decision only "
	    "its id");
	refused(HEAD "decision = d\n" DUE OPENED, "1:1: an entry has list, "
	    "serial, category and basis, a decision only its id");
	refused(HEAD DUE OPENED "found = x\n", "1:1: event 1 is no decision");
	refused(HEAD DUE OPENED "text = \"a\\nb\"\n", "14:8: it holds a "
	    "character that does not show");
	refused("[appeal A-2026-0007]\nabout = entry\nlist = \"a/b\"\n",
	    "3:8: a list's id is a-z, 0-9 and '-'");
	refused("[appeal A-2026-0007]\ncategory = thief\n",
	    "2:12: there is no such category");
}

static char dir[64];

/* Make a centre. */
static void
make_centre(struct centre *c)
{
	char err[CENTRE_ERROR_MAX];

	(void)snprintf(dir, sizeof(dir), "/tmp/appeal.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(centre_make(dir, "afc.example.gov.cn", err), 0, "%s",
	    err);
	cr_assert_eq(centre_open(c, dir, 1, err), 0, "%s", err);
}

/* Remove it. */
static void
drop_centre(struct centre *c)
{
	char command[96];

	centre_close(c);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	cr_expect_eq(system(command), 0);
}

/* Put ids into a row. */
static int
collect(void *arg, const struct appeal *a)
{
	char *row = arg;

	(void)strcat(strcat(row, a->id), " ");
	return (strlen(row) > 100);
}

Test(appeal_store, keeps_appeals_and_numbers_them_by_year)
{
	char err[CENTRE_ERROR_MAX] = "", id[APPEAL_ID_MAX], row[256] = "";
	struct appeal a, b;
	struct centre c;

	make_centre(&c);
	cr_expect_eq(appeal_store_next(&c, 2026, id, err), 0);
	cr_expect_str_eq(id, "A-2026-0001");
	cr_assert_eq(read_text(&a, DECISION), 0);
	cr_expect_eq(appeal_store_save(&c, &a, err), 0, "%s", err);
	appeal_id(a.id, 2026, 10000);
	cr_expect_eq(appeal_store_save(&c, &a, err), 0, "%s", err);
	appeal_id(a.id, 2025, 9);
	cr_expect_eq(appeal_store_save(&c, &a, err), 0, "%s", err);
	cr_expect_eq(appeal_store_load(&c, "A-2025-0009", &b, err), 0);
	cr_expect_arr_eq(&a, &b, sizeof(a));
	cr_expect_eq(appeal_store_load(&c, "A-2025-0010", &b, err), 1);
	cr_expect_eq(appeal_store_load(&c, "../centre", &b, err), 1);
	cr_expect_eq(appeal_store_next(&c, 2026, id, err), 0);
	cr_expect_str_eq(id, "A-2026-10001");
	cr_expect_eq(appeal_store_each(&c, collect, row, err), 0, "%s", err);
	cr_expect_str_eq(row, "A-2025-0009 A-2026-0008 A-2026-10000 ");
	drop_centre(&c);
}

Test(appeal_store, says_which_file_is_damaged)
{
	char err[CENTRE_ERROR_MAX] = "", path[128], row[256] = "";
	struct appeal a;
	struct centre c;
	FILE *f;

	make_centre(&c);
	(void)snprintf(path, sizeof(path), "%s/appeals/A-2026-0001.appeal",
	    dir);
	cr_assert_not_null(f = fopen(path, "w"));
	(void)fputs(DECISION, f);
	(void)fclose(f);
	cr_expect_eq(appeal_store_load(&c, "A-2026-0001", &a, err), -1);
	cr_expect_not_null(strstr(err, "it is the appeal A-2026-0008"), "%s",
	    err);
	cr_assert_not_null(f = fopen(path, "w"));
	(void)fputs("[appeal A-2026-0001]\nx = 1\n", f);
	(void)fclose(f);
	cr_expect_eq(appeal_store_each(&c, collect, row, err), -1);
	cr_expect_not_null(strstr(err, "A-2026-0001.appeal:2:1: unknown key"),
	    "%s", err);
	drop_centre(&c);
}
