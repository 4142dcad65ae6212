/* The ledger of a list. */

#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/category.h"
#include "lists/ledger.h"
#include "store/disk.h"

#include "centrekit.h"

static char dir[200];
static char file[300];
static char err[CENTRE_ERROR_MAX];
static struct centre c;
static struct ledger *l;

/* Open centre and ledger. */
static void
begin(int write)
{

	cr_assert_eq(centre_open(&c, dir, write, err), 0, "%s", err);
	l = ledger_open(&c, "sanction", 1, err);
}

/* Close both. */
static void
end(void)
{

	ledger_close(l);
	l = NULL;
	centre_close(&c);
}

static void
setup(void)
{

	centrekit_make(dir);
	(void)snprintf(file, sizeof(file), "%s/ledger/sanction.ledger", dir);
	begin(1);
	cr_assert_not_null(l, "%s", err);
}

static void
teardown(void)
{

	end();
	centrekit_remove(dir);
}

TestSuite(ledger, .init = setup, .fini = teardown);

/* An add. */
static struct ledger_entry
entry(uint64_t n, int action, const char *case_no)
{
	struct ledger_entry e = { .t = CENTREKIT_NOW, .action = action,
		.token = centrekit_token(n), .category = CATEGORY_CONVICTED,
		.basis = BASIS_JOINT_2024, .who = "wang", .why = "检察院移送" };

	(void)snprintf(e.case_no, sizeof(e.case_no), "%s", case_no);
	return (e);
}

/* Do something. */
static int
act(uint64_t n, int action, const char *case_no)
{
	struct ledger_entry e = entry(n, action, case_no);

	return (ledger_add(l, &e, 0, err));
}

/* Fold on a day; return the records of one token, or -1. */
static int
flags_on(int32_t day, uint64_t n)
{
	struct token t = centrekit_token(n);
	struct listrec *r;
	size_t count, i;
	int found = -1;

	cr_assert_eq(ledger_fold(l, day, &r, &count), 0);
	for (i = 0; i < count; i++) {
		if (i > 0)
			cr_assert(memcmp(&r[i - 1].token, &r[i].token,
			    TOKEN_LEN) < 0);
		if (memcmp(&r[i].token, &t, TOKEN_LEN) == 0)
			found = (int)listrec_flags(&r[i]);
	}
	free(r);
	return (found);
}

/* Change a byte of the file, or cut it. */
static void
spoil(long at, int cut)
{
	FILE *f = fopen(file, "r+");
	int b;

	cr_assert_not_null(f);
	cr_assert_eq(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
	if (cut) {
		at = ftell(f);
		cr_assert_eq(ftruncate(fileno(f), at), 0);
	} else {
		b = getc(f);
		cr_assert_eq(fseek(f, -1, SEEK_CUR), 0);
		cr_assert_neq(putc(b == '1' ? '2' : '1', f), EOF);
	}
	(void)fclose(f);
}

Test(ledger, actions_survive_reopening)
{
	struct ledger_entry e = entry(1, LEDGER_ADD, "（2026）浙01刑初12号");

	e.from = CENTREKIT_DAY;
	e.until = CENTREKIT_DAY + 1095;
	cr_expect_eq(ledger_add(l, &e, 0, err), LEDGER_TAKEN, "%s", err);
	cr_expect_eq(e.serial, 1);
	cr_expect_eq(act(2, LEDGER_ADD, ""), LEDGER_TAKEN);
	cr_expect_eq(act(2, LEDGER_REMOVE, ""), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0, "%s", err);
	cr_expect_eq(act(3, LEDGER_ADD, "never committed"), LEDGER_TAKEN);
	end();
	begin(0);
	cr_assert_not_null(l, "%s", err);
	cr_expect_eq(ledger_count(l), 3);
	cr_expect_eq(ledger_find(l, &e.token, &e), 1);
	cr_expect_eq(e.serial, 1);
	cr_expect_eq(e.t, CENTREKIT_NOW);
	cr_expect_eq(e.category, CATEGORY_CONVICTED);
	cr_expect_eq(e.basis, BASIS_JOINT_2024);
	cr_expect_eq(e.from, CENTREKIT_DAY);
	cr_expect_eq(e.until, CENTREKIT_DAY + 1095);
	cr_expect_str_eq(e.case_no, "（2026）浙01刑初12号");
	cr_expect_str_eq(e.who, "wang");
	cr_expect_str_eq(e.why, "检察院移送");
	cr_expect_eq(ledger_serial(l, 3, &e), 1);
	cr_expect_eq(e.action, LEDGER_REMOVE);
	cr_expect_eq(ledger_serial(l, 4, &e), 0);
	cr_expect_eq(ledger_serial(l, 0, &e), 0);
	cr_expect_eq(act(4, LEDGER_ADD, ""), -1, "read only");
	cr_expect_eq(flags_on(CENTREKIT_DAY, 1), 0);
	cr_expect_eq(flags_on(CENTREKIT_DAY, 2), -1);
}

Test(ledger, verdicts)
{
	struct ledger_entry e;

	cr_expect_eq(act(1, LEDGER_REMOVE, ""), LEDGER_ABSENT);
	cr_expect_eq(act(1, LEDGER_CLEAR, "A-1"), LEDGER_ABSENT);
	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_SAME);
	cr_expect_eq(act(1, LEDGER_ADD, "c 1"), LEDGER_SAME, "the same case");
	cr_expect_eq(act(1, LEDGER_ADD, "C-2"), LEDGER_OTHER);
	e = entry(1, LEDGER_ADD, "C-1");
	e.category = CATEGORY_FOUND;
	cr_expect_eq(ledger_add(l, &e, 0, err), LEDGER_OTHER);
	cr_expect_eq(ledger_add(l, &e, 1, err), LEDGER_TAKEN);
	cr_expect_eq(e.serial, 2);
	cr_expect_eq(act(1, LEDGER_REMOVE, ""), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_REMOVE, ""), LEDGER_ABSENT);
	cr_expect_eq(act(1, LEDGER_ADD, "C-2"), LEDGER_TAKEN);
}

Test(ledger, expired_entry_makes_room)
{
	struct ledger_entry e = entry(1, LEDGER_ADD, "C-1");

	e.from = CENTREKIT_DAY - 800;
	e.until = CENTREKIT_DAY - 1;
	cr_expect_eq(ledger_add(l, &e, 0, err), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_ADD, "C-2"), LEDGER_TAKEN);
}

Test(ledger, cleared_on_appeal)
{
	struct ledger_entry e;

	cr_expect_eq(act(1, LEDGER_ADD, "（2024）浙01刑初12号"), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_CLEAR, "appeal-7"), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_CLEAR, "appeal-7"), LEDGER_SAME);
	cr_expect_eq(flags_on(CENTREKIT_DAY, 1), LISTREC_CLEARED);
	cr_expect_eq(act(1, LEDGER_ADD, "（2024）浙01刑初12号"),
	    LEDGER_CLEARED);
	cr_expect_eq(act(1, LEDGER_ADD, "〔2024〕 浙01刑初１２号"),
	    LEDGER_CLEARED, "brackets, blanks and width make no new case");
	cr_expect_eq(act(1, LEDGER_ADD, ""), LEDGER_CLEARED);
	cr_expect_eq(act(1, LEDGER_ADD, "appeal-7"), LEDGER_CLEARED);
	e = entry(1, LEDGER_ADD, "（2024）浙01刑初12号");
	cr_expect_eq(ledger_add(l, &e, 1, err), LEDGER_CLEARED,
	    "force is not for this");
	cr_expect_eq(act(1, LEDGER_REMOVE, ""), LEDGER_ABSENT,
	    "the tombstone stands");
	cr_expect_eq(act(1, LEDGER_ADD, "（2026）浙01刑初3号"), LEDGER_TAKEN);
	cr_expect_eq(flags_on(CENTREKIT_DAY, 1), 0);
	cr_expect_eq(act(1, LEDGER_REMOVE, ""), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_ADD, "（2024）浙01刑初12号"),
	    LEDGER_CLEARED, "also long after");
}

Test(ledger, clear_covers_a_replaced_case)
{
	struct ledger_entry e = entry(1, LEDGER_ADD, "C-2");

	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_expect_eq(ledger_add(l, &e, 1, err), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_CLEAR, ""), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_ADD, "C-2"), LEDGER_CLEARED);
	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_CLEARED);
	cr_expect_eq(act(1, LEDGER_ADD, "C-3"), LEDGER_TAKEN);
}

Test(ledger, days)
{
	struct ledger_entry e = entry(1, LEDGER_ADD, "C-1");

	e.from = CENTREKIT_DAY + 10;
	e.until = CENTREKIT_DAY + 20;
	cr_expect_eq(ledger_add(l, &e, 0, err), LEDGER_TAKEN);
	cr_expect_eq(flags_on(CENTREKIT_DAY + 9, 1), -1);
	cr_expect_eq(flags_on(CENTREKIT_DAY + 10, 1), 0);
	cr_expect_eq(flags_on(CENTREKIT_DAY + 20, 1), 0);
	cr_expect_eq(flags_on(CENTREKIT_DAY + 21, 1), -1);
}

/* A second term that follows the first leaves no gap. */
Test(ledger, what_stood_stands_until_the_next_begins)
{
	struct ledger_entry e = entry(1, LEDGER_ADD, "C-1");

	e.until = CENTREKIT_DAY + 5;
	cr_expect_eq(ledger_add(l, &e, 0, err), LEDGER_TAKEN);
	e = entry(1, LEDGER_ADD, "C-2");
	e.from = CENTREKIT_DAY + 6;
	cr_expect_eq(ledger_add(l, &e, 1, err), LEDGER_TAKEN);
	cr_expect_eq(flags_on(CENTREKIT_DAY, 1), 0);
	cr_expect_eq(flags_on(CENTREKIT_DAY + 5, 1), 0);
	cr_expect_eq(flags_on(CENTREKIT_DAY + 6, 1), 0);
	cr_expect_eq(act(2, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_expect_eq(act(2, LEDGER_CLEAR, "A"), LEDGER_TAKEN);
	e.token = centrekit_token(2);
	cr_expect_eq(ledger_add(l, &e, 0, err), LEDGER_TAKEN);
	cr_expect_eq(flags_on(CENTREKIT_DAY + 5, 2), LISTREC_CLEARED);
	cr_expect_eq(flags_on(CENTREKIT_DAY + 6, 2), 0);
}

Test(ledger, record_fields)
{
	struct ledger_entry e = entry(1, LEDGER_ADD, "C-1");
	struct listrec *r;
	size_t n;

	e.until = 0x5432;
	e.category = CATEGORY_FOUND;
	e.basis = BASIS_NOTICE_2016;
	cr_expect_eq(ledger_add(l, &e, 0, err), LEDGER_TAKEN);
	cr_assert_eq(ledger_fold(l, CENTREKIT_DAY, &r, &n), 0);
	cr_assert_eq(n, 1);
	cr_expect_eq(r->category, CATEGORY_FOUND);
	cr_expect_eq(r->severity, category_severity(CATEGORY_FOUND));
	cr_expect_eq(listrec_expiry(r), 0x5432);
	cr_expect_eq(listrec_source(r), BASIS_NOTICE_2016);
	free(r);
}

Test(ledger, drop_forgets)
{
	struct ledger_entry e;
	uint64_t i;

	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0);
	cr_expect_eq(act(1, LEDGER_REMOVE, ""), LEDGER_TAKEN);
	for (i = 2; i < 500; i++)
		cr_assert_eq(act(i, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	ledger_drop(l);
	cr_expect_eq(ledger_count(l), 1);
	e.token = centrekit_token(7);
	cr_expect_eq(ledger_find(l, &e.token, &e), 0);
	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_SAME);
	cr_expect_eq(act(2, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0);
	end();
	begin(1);
	cr_assert_not_null(l, "%s", err);
	cr_expect_eq(ledger_count(l), 2);
}

Test(ledger, many_in_several_commits)
{
	uint64_t i;
	struct listrec *r;
	size_t n;

	for (i = 1; i <= 3000; i++) {
		cr_assert_eq(act(i, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
		if (i % 700 == 0)
			cr_assert_eq(ledger_commit(l, err), 0);
	}
	cr_assert_eq(ledger_commit(l, err), 0);
	end();
	begin(0);
	cr_assert_not_null(l, "%s", err);
	for (i = 1; i <= 3000; i++)
		cr_assert_eq(act(i, LEDGER_ADD, "C-1"), -1);
	cr_assert_eq(ledger_fold(l, CENTREKIT_DAY, &r, &n), 0);
	cr_expect_eq(n, 3000);
	free(r);
}

/* Count actions. */
static int
count(void *arg, const struct ledger_entry *e)
{
	int *n = arg;

	cr_expect_eq(e->token.b[0], centrekit_token(1).b[0]);
	return (++*n == 3 ? 77 : 0);
}

/* Count anything. */
static int
tally(void *arg, const struct ledger_entry *e)
{

	(void)e;
	++*(int *)arg;
	return (0);
}

Test(ledger, history)
{
	struct token t = centrekit_token(1);
	int n = 0;

	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_expect_eq(act(2, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_expect_eq(act(1, LEDGER_REMOVE, ""), LEDGER_TAKEN);
	cr_expect_eq(ledger_history(l, &t, count, &n), 0);
	cr_expect_eq(n, 2);
	cr_expect_eq(act(1, LEDGER_ADD, "C-2"), LEDGER_TAKEN);
	n = 0;
	cr_expect_eq(ledger_history(l, &t, count, &n), 77);
	n = 0;
	cr_expect_eq(ledger_each(l, CENTREKIT_DAY, tally, &n), 0);
	cr_expect_eq(n, 2);
}

Test(ledger, what_cannot_be_written_is_refused)
{
	struct ledger_entry e = entry(1, LEDGER_ADD, "C\t1");

	cr_expect_eq(ledger_add(l, &e, 0, err), -1);
	e = entry(1, LEDGER_ADD, "C\xff");
	cr_expect_eq(ledger_add(l, &e, 0, err), -1);
	e = entry(1, LEDGER_ADD, "C\xc2\x85");
	cr_expect_eq(ledger_add(l, &e, 0, err), -1);
	e = entry(1, LEDGER_ADD, "C\u202e1");
	cr_expect_eq(ledger_add(l, &e, 0, err), -1, "an appeal could not name it");
	e = entry(1, LEDGER_ADD, "C\u200b");
	cr_expect_eq(ledger_add(l, &e, 0, err), -1);
	e = entry(1, LEDGER_ADD, "C");
	e.category = CATEGORY_INVOLVED;
	cr_expect_eq(ledger_add(l, &e, 0, err), -1, "that is for cards");
	cr_expect(strstr(err, "involved") != NULL, "%s", err);
	e = entry(1, LEDGER_ADD, "C");
	e.basis = 0;
	cr_expect_eq(ledger_add(l, &e, 0, err), -1);
	e = entry(1, LEDGER_ADD, "C");
	e.from = 30000;
	e.until = 29999;
	cr_expect_eq(ledger_add(l, &e, 0, err), -1);
	e.until = 70000;
	cr_expect_eq(ledger_add(l, &e, 0, err), -1);
	e = entry(1, LEDGER_ADD, "C");
	e.who[0] = '\0';
	cr_expect_eq(ledger_add(l, &e, 0, err), -1);
	cr_expect_eq(ledger_count(l), 0);
}

Test(ledger, line_cut_short_is_dropped)
{

	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_expect_eq(act(2, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0);
	end();
	spoil(-30, 1);
	begin(0);
	cr_assert_not_null(l, "%s", err);
	cr_expect_eq(ledger_count(l), 1, "a reader leaves it there");
	end();
	begin(1);
	cr_assert_not_null(l, "%s", err);
	cr_expect_eq(act(2, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0);
	end();
	begin(0);
	cr_assert_not_null(l, "%s", err);
	cr_expect_eq(ledger_count(l), 2);
}

Test(ledger, altered_byte_is_found)
{
	long at, size = 0;
	FILE *f;

	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_expect_eq(act(2, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0);
	end();
	f = fopen(file, "r");
	cr_assert_not_null(f);
	cr_assert_eq(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	(void)fclose(f);
	for (at = 0; at < size - 1; at += 7) {
		char cmd[700];

		(void)snprintf(cmd, sizeof(cmd), "cp '%s' '%s.copy'", file,
		    file);
		cr_assert_eq(system(cmd), 0);
		spoil(at, 0);
		begin(0);
		cr_expect_null(l, "byte %ld", at);
		cr_expect(strstr(err, "sanction.ledger:") != NULL, "%s", err);
		end();
		(void)snprintf(cmd, sizeof(cmd), "mv '%s.copy' '%s'", file,
		    file);
		cr_assert_eq(system(cmd), 0);
	}
	begin(0);
	cr_expect_not_null(l, "%s", err);
}

Test(ledger, epoch_and_list_must_fit)
{

	ledger_close(l);
	l = ledger_open(&c, "sanction", 2, err);
	cr_expect_null(l);
	cr_expect(strstr(err, "epoch") != NULL, "%s", err);
	cr_expect_null(ledger_open(&c, "nosuch", 1, err));
	cr_expect(strstr(err, "[list nosuch]") != NULL, "%s", err);
}

Test(ledger, absent_reads_as_empty)
{

	end();
	cr_assert_eq(unlink(file), 0);
	begin(0);
	cr_assert_not_null(l, "%s", err);
	cr_expect_eq(ledger_count(l), 0);
	cr_expect_eq(flags_on(CENTREKIT_DAY, 1), -1);
	cr_expect_neq(access(file, F_OK), 0);
}

/* A disk that is full after some writes. */
static int writes;

static ssize_t
full_pwrite(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{

	if (writes-- > 0)
		return (disk_real.pwrite(ctx, fd, buf, len, off));
	errno = ENOSPC;
	return (-1);
}

Test(ledger, full_disk)
{
	struct disk bad = disk_real;

	cr_expect_eq(act(1, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0);
	bad.pwrite = full_pwrite;
	c.disk = &bad;
	cr_expect_eq(act(2, LEDGER_ADD, "C-1"), LEDGER_TAKEN);
	cr_expect_eq(ledger_commit(l, err), -1);
	cr_expect(strstr(err, "nothing was taken") != NULL, "%s", err);
	c.disk = &disk_real;
	cr_expect_eq(ledger_commit(l, err), 0, "it was still in hand");
	end();
	begin(0);
	cr_assert_not_null(l, "%s", err);
	cr_expect_eq(ledger_count(l), 2);
}
