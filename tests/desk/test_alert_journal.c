/* Following a real journal: beside a daemon that trims its segments, over the turn of a
 * year, a restart, and as a bare copy. */
#include <sys/stat.h>

#include <criterion/criterion.h>

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desk/alert_journal.h"
#include "keys/note.h"
#include "plugin.h"
#include "store/journal.h"

#include "alertkit.h"

#define DAY INT64_C(86400000)
#define YEAR_END INT64_C(1798732800000)	/* 2027-01-01 00:00 in UTC+8 */
#define TO(name) "[receiver " name "]\nkind = command\ncommand = \"/bin/true\"\n"
#define ONE TO("p") "[default]\nprovince = p\n"

static struct {
	char dir[128];
	int64_t wall, mono;
	struct note_signer signer;
	const struct note_signer *list[1];
	struct journal_options o;
	struct journal *j;
	struct alert_journal *follow;
	struct alertkit *k;
} x;

static int64_t
wall(void *arg)
{

	(void)arg;
	return (x.wall);
}

static int64_t
mono(void *arg)
{

	(void)arg;
	return (x.mono);
}

static const char *
boot(void *arg)
{

	(void)arg;
	return ("boot-1");
}

static const struct jclock_source source = { wall, mono, boot, NULL };

static void
open_it(void)
{
	char err[1024] = "";

	x.j = journal_open(&x.o, err, sizeof(err));
	cr_assert_not_null(x.j, "%s", err);
}

static void
setup(void)
{
	const uint8_t secret[32] = { 9 };
	const char *tmp = getenv("TMPDIR");

	memset(&x, 0, sizeof(x));
	(void)snprintf(x.dir, sizeof(x.dir), "%s/lk-follow-XXXXXX",
	    tmp != NULL && strlen(tmp) < 80 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(x.dir));
	x.wall = YEAR_END - DAY;
	x.mono = 5000;
	cr_assert_eq(note_signer_make(&x.signer, "test.example/branch/b1",
	    NOTE_ED25519, secret), 0);
	x.list[0] = &x.signer;
	x.o = (struct journal_options){ .dir = x.dir, .node = "b1",
		.clock = &source, .overlay_bytes = 16 << 20,
		.segment_bytes = 64 << 10, .version = "test",
		.domain = "test.example", .signers = x.list, .nsigners = 1,
		.keys = "log 0x01:00000000", .log_interval_ms = 20,
		.interval_ms = 100 };
	open_it();
	x.k = alertkit_new(ONE);
	x.follow = alert_journal_new(x.dir);
	cr_assert_not_null(x.follow);
	alert_journal_source(x.follow, &x.k->source);
}

static void
teardown(void)
{
	char line[300];

	alertkit_free(x.k);
	alert_journal_free(x.follow);
	if (x.j != NULL)
		(void)journal_close(x.j);
	(void)snprintf(line, sizeof(line), "rm -r %s", x.dir);
	cr_expect_eq(system(line), 0);
}

TestSuite(alert_journal, .init = setup, .fini = teardown, .timeout = 60);

/* Write an alert; its seq. */
static uint64_t
alert(int i)
{
	uint8_t leaf[32];
	struct entry e;
	int n;

	entry_clear(&e, ENTRY_REPORT);
	(void)snprintf(e.inst, sizeof(e.inst), "bank");
	(void)snprintf(e.outlet, sizeof(e.outlet), "%d", i);
	(void)snprintf(e.note, sizeof(e.note), "%0200d", i);
	e.code = LK_REPORT_COACHED;
	e.alert = ALERT_PROVINCE;
	e.alert_kind = ALERT_TELLER;
	for (n = 0; journal_write(x.j, &e, leaf) == LK_E_BUSY; n++) {
		cr_assert_lt(n, 20000);
		journal_flush(x.j, 1);
		(void)poll(NULL, 0, 1);
		journal_collect(x.j);
	}
	journal_flush(x.j, 1);
	journal_collect(x.j);
	return (e.seq);
}

/* Everything is durable and named by a checkpoint. */
static void
settle(void)
{
	int n;

	journal_flush(x.j, 1);
	for (n = 0; journal_durable(x.j) < journal_seq(x.j); n++) {
		cr_assert_lt(n, 20000);
		(void)poll(NULL, 0, 1);
		journal_collect(x.j);
	}
	cr_assert_eq(journal_publish(x.j, 20000), 0);
	journal_collect(x.j);
	journal_tick(x.j);
}

/* How many segments wal/ has. */
static int
segments(void)
{
	char path[200];
	struct dirent *e;
	int n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/wal", x.dir);
	cr_assert_not_null(d = opendir(path));
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] >= '0' && e->d_name[0] <= '9';
	(void)closedir(d);
	return (n);
}

Test(alert_journal, follows_a_daemon_whose_segments_go_and_whose_year_turns)
{
	uint64_t first = 0, seq = 0;
	int i, n = 900;

	cr_assert_eq(alertkit_open(x.k), 0, "%s", x.k->err);
	for (i = 0; i < n; i++) {
		seq = alert(i);
		if (i == 0)
			first = seq;
		if (i == n / 2) {
			settle();
			x.wall += 2 * DAY;
			x.mono += 2 * DAY;
		}
		if (i % 50 == 0) {
			settle();
			cr_assert_eq(alertkit_run(x.k), 0, "%s",
			    alert_send_error(x.k->s));
		}
		if (i % 300 == 200) {
			cr_assert_eq(journal_close(x.j), 0);
			open_it();
		}
	}
	settle();
	cr_assert_eq(alertkit_run(x.k), 0);
	cr_expect_eq(alertkit_events(x.k, ALERT_EV_GAP), 0);
	cr_expect_eq(alertkit_events(x.k, ALERT_EV_UNREADABLE), 0);
	cr_expect_eq(alertkit_count(x.k, "p", first), 1);
	cr_expect_eq(alertkit_count(x.k, "p", seq), 1);
	cr_expect_eq(x.k->ntold, (size_t)n, "%zu", x.k->ntold);
	cr_expect(alertkit_same_ids(x.k));
	cr_expect_lt(segments(), 10, "nothing was trimmed: %d", segments());
}

/* Away until all segments that it had not read are gone. */
Test(alert_journal, catches_up_from_the_log_alone)
{
	uint64_t first = 0, seq = 0;
	int i;

	cr_assert_eq(alertkit_open(x.k), 0, "%s", x.k->err);
	cr_assert_eq(alertkit_run(x.k), 0);
	cr_assert_eq(alertkit_close(x.k), 0);
	for (i = 0; i < 700; i++) {
		seq = alert(i);
		first = i == 0 ? seq : first;
		if (i % 100 == 0)
			settle();
	}
	settle();
	cr_assert_eq(journal_close(x.j), 0);
	open_it();
	cr_assert_eq(alertkit_open(x.k), 0, "%s", x.k->err);
	cr_assert_eq(alertkit_run(x.k), 0);
	cr_expect_eq(x.k->ntold, 700, "%zu", x.k->ntold);
	cr_expect_eq(alertkit_count(x.k, "p", first), 1);
	cr_expect_eq(alertkit_events(x.k, ALERT_EV_GAP), 0);
}
