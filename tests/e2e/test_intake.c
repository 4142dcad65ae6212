/*
 * Daily files taken in by the real programs: twice, damaged, and with client and daemon
 * killed on the way.
 */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/jsonok.h"
#include "engine/identity.h"
#include "store/entry.h"
#include "store/wal.h"

#include "harness.h"

#define ROWS 60000

/* Write a file of n new cards, each of another person. */
static void
write_rows(struct daemon *d, const char *name, int n)
{
	char path[4096], id[32];
	FILE *f;
	int i;

	(void)snprintf(path, sizeof(path), "%s/%s", daemon_dir(d), name);
	cr_assert_not_null(f = fopen(path, "w"));
	(void)fputs("institution,card_ref,id_no,product,opened,outlet,备注\n", f);
	for (i = 0; i < n; i++) {
		(void)snprintf(id, sizeof(id), "3301021%03d%02d%02d%03d",
		    900 + i % 100, 1 + i / 100 % 12, 1 + i / 1200 % 28,
		    i / 33600 % 1000);
		id[17] = identity_check_digit(id);
		id[18] = '\0';
		(void)fprintf(f, "bank,c%06d,%s,bank1,2026-01-05 10:00:00,"
		    "o%d,正常\n", i, id, i % 50);
	}
	cr_assert_eq(fclose(f), 0);
}

/* How many openings and files does the journal tell of?  None of them twice. */
static void
count(struct daemon *d, int *opened, int *files)
{
	static struct token seen[ROWS];
	struct wal_reader *r;
	struct wal_entry w;
	struct entry e;
	char dir[4096], err[512];
	uint64_t mask;
	int i;

	(void)snprintf(dir, sizeof(dir), "%s/wal", daemon_data(d));
	r = wal_reader_open(NULL, dir, 0, 0, err, sizeof(err));
	cr_assert_not_null(r, "%s", err);
	*opened = *files = 0;
	while (wal_reader_next(r, UINT64_MAX, &w) == 1) {
		cr_assert_eq(entry_parse(&e, (const char *)w.entry, w.len,
		    NULL), 0);
		if (e.kind != ENTRY_INTAKE)
			continue;
		*files += e.code == INTAKE_FILE;
		if (e.code != INTAKE_OPEN)
			continue;
		cr_assert_lt(*opened, ROWS);
		seen[(*opened)++] = e.card;
	}
	wal_reader_close(r);
	/* Equal ones meet in a small table of last places. */
	static int last[1 << 20];
	memset(last, 0, sizeof(last));
	for (i = 0; i < *opened; i++) {
		memcpy(&mask, seen[i].b, sizeof(mask));
		mask &= (1 << 20) - 1;
		while (last[mask] != 0) {
			cr_assert_neq(memcmp(&seen[last[mask] - 1], &seen[i],
			    sizeof(seen[i])), 0, "a card stands twice");
			mask = (mask + 1) & ((1 << 20) - 1);
		}
		last[mask] = i + 1;
	}
}

Test(intake, twice_changes_nothing_and_bad_rows_are_kept_apart)
{
	struct daemon *d = daemon_start(NULL);
	int opened, files, again;
	char path[4096];
	struct stat st;

	write_rows(d, "day.csv", 300);
	cr_assert_eq(daemon_tool(d, "printf 'bank,x,1.10105E+17,bank1,"
	    "2026-01-05,o1,\\nbank,c000001,330102199001010010,bank2,2026-01-05,"
	    "o1,\\nbank,half' >>$D/day.csv && iconv -f UTF-8 -t GB18030 "
	    "$D/day.csv >$D/day.gb"), 0);
	cr_expect_eq(daemon_tool(d, "$L intake $D/day.gb --socket $D/desk.sock "
	    "--dry-run --json"), 65, "%s", daemon_said(d));
	cr_expect(strstr(daemon_said(d), "\"new\":300") != NULL, "%s",
	    daemon_said(d));
	cr_expect_neq(daemon_tool(d, "ls $D/day.gb.*"), 0, "it left a file");
	cr_expect_eq(daemon_tool(d, "$L intake $D/day.gb --socket $D/desk.sock "
	    "--json"), 65);
	cr_expect(jsonok(daemon_said(d)), "%s", daemon_said(d));
	cr_expect(strstr(daemon_said(d), "GB18030") != NULL);
	cr_expect(strstr(daemon_said(d), "\"new\":300") != NULL &&
	    strstr(daemon_said(d), "\"rejected\":3") != NULL &&
	    strstr(daemon_said(d), "\"half\":1") != NULL &&
	    strstr(daemon_said(d), "\"damaged\":1") != NULL, "%s",
	    daemon_said(d));
	(void)snprintf(path, sizeof(path), "%s/day.gb.rejected.csv",
	    daemon_dir(d));
	cr_assert_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	count(d, &opened, &files);
	cr_expect_eq(opened, 300);
	cr_expect_eq(files, 1);
	cr_expect_eq(daemon_tool(d, "$L intake $D/day.gb --socket $D/desk.sock "
	    "--json"), 65);
	cr_expect(strstr(daemon_said(d), "\"known\":300") != NULL, "%s",
	    daemon_said(d));
	count(d, &again, &files);
	cr_expect_eq(again, opened);
	cr_expect_eq(files, 1, "nothing was new: nothing is written");
	/* What no socket may tell. */
	cr_expect_eq(daemon_tool(d, "$L intake $D/day.csv --socket "
	    "$D/bank.sock --json"), 77);
	cr_expect(strstr(daemon_said(d), "\"right\":") != NULL, "%s",
	    daemon_said(d));
	daemon_stop_and_check(d);
}

Test(intake, the_client_is_killed_on_the_way, .timeout = 120)
{
	struct daemon *d = daemon_start(NULL);
	int opened, files;

	write_rows(d, "day.csv", ROWS);
	(void)daemon_tool(d, "for t in 0.05 0.1 0.15 0.2 0.1 0.25; do "
	    "timeout -s KILL $t $L intake $D/day.csv --socket $D/desk.sock "
	    "--no-progress; done");
	cr_assert_eq(daemon_tool(d, "$L intake $D/day.csv --socket "
	    "$D/desk.sock --json"), 0, "%s", daemon_said(d));
	cr_expect(strstr(daemon_said(d), "\"rows\":60000") != NULL, "%s",
	    daemon_said(d));
	count(d, &opened, &files);
	cr_expect_eq(opened, ROWS);
	cr_expect_eq(files, 1);
	cr_expect_neq(daemon_tool(d, "ls $D/day.csv.*"), 0, "it left a file");
	daemon_stop_and_check(d);
}

Test(intake, the_daemon_is_killed_on_the_way, .timeout = 120)
{
	struct daemon *d = daemon_start(NULL);
	int opened, files, i;

	write_rows(d, "day.csv", ROWS);
	cr_assert_eq(daemon_tool(d, "{ $L intake $D/day.csv --socket "
	    "$D/desk.sock --patience 60s --json >$D/out 2>&1; echo $? "
	    ">$D/rc; } & :"), 0);
	for (i = 0; i < 5; i++) {
		poll(NULL, 0, 40 + 30 * i);
		(void)daemon_kill(d, SIGKILL);
		daemon_restart(d);
	}
	for (i = 0; daemon_tool(d, "test -s $D/rc") != 0; i++) {
		cr_assert_lt(i, 600, "it does not end");
		poll(NULL, 0, 100);
	}
	cr_assert_eq(daemon_tool(d, "cat $D/out; exit $(cat $D/rc)"), 0, "%s",
	    daemon_said(d));
	count(d, &opened, &files);
	cr_expect_eq(opened, ROWS);
	cr_expect_eq(files, 1);
	daemon_stop_and_check(d);
}
