/* The journal with its signed log: years, heartbeats, trimming, recovery. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin.h"

#include "keys/note.h"
#include "store/checkpoint.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/logset.h"
#include "store/origin.h"
#include "store/state.h"

#define DAY INT64_C(86400000)
#define START INT64_C(1798000000000)	/* 2026-12-23 in UTC+8 */
#define WAIT_MS 20000

static struct {
	char dir[128];
	int64_t wall, mono;
	struct note_signer signer;
	const struct note_signer *list[1];
	struct journal_options o;
	struct journal *j;
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

/* Let time go by. */
static void
pass(int64_t ms)
{

	x.wall += ms;
	x.mono += ms;
}

static void
open_it(void)
{
	char err[1024] = "";

	x.j = journal_open(&x.o, err, sizeof(err));
	cr_assert_not_null(x.j, "%s", err);
}

/* It must not open, and say so with these words. */
static void
refused(const char *words)
{
	char err[1024] = "";
	struct journal *j = journal_open(&x.o, err, sizeof(err));

	cr_expect_null(j);
	cr_expect_not_null(strstr(err, words), "not '%s': %s", words, err);
	if (j != NULL)
		journal_close(j);
}

static void
setup(void)
{
	const uint8_t secret[32] = { 7 };

	memset(&x, 0, sizeof(x));
	snprintf(x.dir, sizeof(x.dir), "%s/liangka-test.XXXXXX",
	    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	cr_assert_not_null(mkdtemp(x.dir));
	x.wall = START;
	x.mono = 5000;
	cr_assert_eq(note_signer_make(&x.signer, "afc.example/branch/t1",
	    NOTE_ED25519, secret), 0);
	x.list[0] = &x.signer;
	x.o = (struct journal_options){ .dir = x.dir, .node = "t1",
		.clock = &source, .overlay_bytes = 16 << 20,
		.segment_bytes = 64 << 10, .version = "test",
		.domain = "afc.example", .signers = x.list, .nsigners = 1,
		.keys = "log 0x01:00000000", .log_interval_ms = 50 };
	open_it();
}

static int
gone(const char *path, const struct stat *st, int what, struct FTW *ftw)
{

	(void)st, (void)what, (void)ftw;
	return (remove(path));
}

static void
teardown(void)
{

	if (x.j != NULL)
		journal_close(x.j);
	(void)nftw(x.dir, gone, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(journal_log, .init = setup, .fini = teardown, .timeout = 120);

/* Write a decision that says little. */
static uint64_t
decide(int i)
{
	uint8_t leaf[32];
	struct entry e;

	entry_clear(&e, ENTRY_DECISION);
	snprintf(e.inst, sizeof(e.inst), "bank");
	snprintf(e.outlet, sizeof(e.outlet), "0371");
	snprintf(e.teller, sizeof(e.teller), "t07");
	snprintf(e.txn, sizeof(e.txn), "txn-%d", i);
	e.epoch = 1;
	memset(&e.person, 1 + i % 50, sizeof(e.person));
	e.product = LK_PRODUCT_SIM;
	e.quantity = 1;
	e.decision = LK_REJECT;
	while (journal_write(x.j, &e, leaf) == LK_E_BUSY)
		journal_flush(x.j, 1);
	journal_flush(x.j, 1);
	journal_collect(x.j);
	return (e.seq);
}

/* Wait until all is durable. */
static void
settle(void)
{
	struct pollfd p = { journal_fd(x.j, 0), POLLIN, 0 };

	while (journal_durable(x.j) < journal_seq(x.j)) {
		journal_flush(x.j, 1);
		if (journal_durable(x.j) >= journal_seq(x.j))
			break;
		cr_assert_eq(poll(&p, 1, WAIT_MS), 1);
		journal_collect(x.j);
	}
}

/* Have the segments go that state and log have. */
static void
trim(void)
{

	settle();
	cr_assert_eq(journal_publish(x.j, WAIT_MS), 0);
	pass(2000);
	journal_collect(x.j);
	(void)decide(9999);	/* they go before the next publication */
	settle();
	cr_assert_eq(journal_publish(x.j, WAIT_MS), 0);
}

/* Read an entry. */
static struct entry
entry_at(uint64_t seq)
{
	static struct entry e;

	settle();
	cr_assert_eq(journal_read(x.j, seq, &e), 0, "entry %d", (int)seq);
	return (e);
}

/* The state as text. */
struct text {
	char *p;
	size_t len;
};

static int
gather(void *arg, const char *p, size_t len)
{
	struct text *t = arg;

	t->p = realloc(t->p, t->len + len + 1);
	memcpy(t->p + t->len, p, len);
	t->len += len;
	t->p[t->len] = '\0';
	return (0);
}

static struct text
dump(void)
{
	struct text t = { NULL, 0 };

	cr_assert_eq(state_dump(journal_state(x.j), gather, NULL, &t), 0);
	return (t);
}

static size_t
segments(void)
{
	char path[200];
	struct dirent *d;
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/wal", x.dir);
	dir = opendir(path);
	while ((d = readdir(dir)) != NULL)
		n += strstr(d->d_name, ".wal") != NULL;
	closedir(dir);
	return (n);
}

static void
forget_state(void)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/state.mdb", x.dir);
	cr_assert_eq(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/state.mdb-lock", x.dir);
	(void)unlink(path);
}

Test(journal_log, begins_with_entry_0_and_names_its_keys)
{
	struct entry e = entry_at(1);
	struct checkpoint head;
	uint64_t seq;

	cr_expect_eq(e.kind, ENTRY_LOG);
	cr_expect_str_eq(e.log, "afc.example/branch/t1/decisions/2026.1");
	cr_expect_eq(e.base, 1);
	cr_expect_str_empty(e.prev_log);
	e = entry_at(2);
	cr_expect_eq(e.kind, ENTRY_START);
	cr_expect_str_eq(e.keys, "log 0x01:00000000");
	journal_flush(x.j, 1);
	settle();
	cr_assert_eq(journal_publish(x.j, WAIT_MS), 0);
	cr_assert_eq(journal_head(x.j, &head, &seq), 0);
	cr_expect_eq(seq, 2);
	cr_expect_eq(head.size, 2);
	cr_expect_str_eq(head.origin, "afc.example/branch/t1/decisions/2026.1");
}

Test(journal_log, a_year_begins_a_log_that_names_the_one_before)
{
	struct checkpoint head;
	uint64_t seq, first, i;
	char hex[65] = "";
	struct entry e;

	for (i = 0; i < 300; i++)
		(void)decide((int)i);
	settle();
	cr_assert_eq(journal_publish(x.j, WAIT_MS), 0);
	cr_assert_eq(journal_head(x.j, &head, &seq), 0);
	for (i = 0; i < 32; i++)
		snprintf(&hex[2 * i], 3, "%02x", head.root[i]);
	/* 2026-12-31 16:00:00 UTC is the new year of UTC+8. */
	pass(INT64_C(1798732800000) - x.wall);
	first = decide(1000);
	e = entry_at(seq + 1);
	cr_expect_eq(e.kind, ENTRY_LOG);
	cr_expect_str_eq(e.log, "afc.example/branch/t1/decisions/2027.1");
	cr_expect_eq(e.base, seq + 1);
	cr_expect_str_eq(e.prev_log, head.origin);
	cr_expect_eq(e.prev_size, head.size);
	cr_expect_str_eq(e.prev_root, hex);
	/* Nothing was written for days. */
	e = entry_at(seq + 2);
	cr_expect_eq(e.kind, ENTRY_GAP);
	cr_expect_eq(first, seq + 3);
	settle();
	cr_assert_eq(journal_publish(x.j, WAIT_MS), 0);
	cr_assert_eq(journal_head(x.j, &head, &seq), 0);
	cr_expect_str_eq(head.origin, "afc.example/branch/t1/decisions/2027.1");
	cr_expect_eq(head.size, 3);
}

Test(journal_log, silence_is_told)
{
	struct entry e;

	pass(59000);
	journal_tick(x.j);
	journal_flush(x.j, 1);
	pass(1500);
	journal_tick(x.j);
	journal_flush(x.j, 1);
	e = entry_at(3);
	cr_expect_eq(e.kind, ENTRY_HEARTBEAT);
	/* Nothing ran for two hours: the machine slept. */
	pass(7200000);
	cr_expect_eq(decide(1), 5);
	e = entry_at(4);
	cr_expect_eq(e.kind, ENTRY_GAP);
	cr_expect_eq(e.at, START + 60500);
}

Test(journal_log, a_restart_goes_on_in_the_same_log)
{
	struct entry e;
	uint64_t seq;

	(void)decide(1);
	cr_assert_eq(journal_close(x.j), 0);
	pass(1000);
	open_it();
	e = entry_at(4);
	cr_expect_eq(e.kind, ENTRY_STOP);
	e = entry_at(5);
	cr_expect_eq(e.kind, ENTRY_START);
	seq = decide(2);
	cr_expect_eq(seq, 6);
}

/* Segments go when state and log have what is in them; all can be read still. */
Test(journal_log, what_is_trimmed_can_still_be_read_and_replayed)
{
	struct text before, after;
	struct entry e;
	uint64_t i;
	size_t had;

	for (i = 0; i < 1500; i++)
		(void)decide((int)i);
	had = segments();
	cr_assert_gt(had, 3);
	cr_assert_eq(journal_close(x.j), 0);
	pass(1000);
	open_it();
	trim();
	cr_expect_lt(segments(), had);
	cr_expect_leq(segments(), 3);
	e = entry_at(3);
	cr_expect_str_eq(e.txn, "txn-0");
	cr_assert_eq(journal_close(x.j), 0);
	x.o.offline = 1;
	open_it();
	before = dump();
	cr_assert_eq(journal_close(x.j), 0);
	forget_state();
	open_it();
	after = dump();
	cr_expect_eq(before.len, after.len);
	cr_expect_arr_eq(before.p, after.p, before.len);
	free(before.p);
	free(after.p);
}

Test(journal_log, a_lost_write_ahead_log_is_not_passed_over)
{
	char path[200];
	uint64_t i;

	for (i = 0; i < 10; i++)
		(void)decide((int)i);
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	snprintf(path, sizeof(path), "%s/wal", x.dir);
	(void)nftw(path, gone, 16, FTW_DEPTH | FTW_PHYS);
	refused("may be lost");
}

Test(journal_log, a_damaged_tile_is_not_replayed)
{
	char path[256];
	uint64_t i;
	FILE *f;

	for (i = 0; i < 1500; i++)
		(void)decide((int)i);
	cr_assert_eq(journal_close(x.j), 0);
	pass(1000);
	open_it();
	trim();
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	forget_state();
	snprintf(path, sizeof(path), "%s/log/2026.1/tile/entries/000", x.dir);
	cr_assert_not_null(f = fopen(path, "r+"));
	fseek(f, 5000, SEEK_SET);
	fputc('#', f);
	fclose(f);
	refused("tile/entries/000");
}

/* Without the log of an earlier year the state cannot be made anew. */
Test(journal_log, a_missing_year_is_told)
{
	char path[200], away[200];
	uint64_t i;

	(void)decide(1);
	pass(INT64_C(1798732800000) - x.wall);
	for (i = 0; i < 700; i++)
		(void)decide((int)i);
	cr_assert_eq(journal_close(x.j), 0);
	pass(1000);
	open_it();
	trim();
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	snprintf(path, sizeof(path), "%s/log/2026.1", x.dir);
	snprintf(away, sizeof(away), "%s/2026.1", x.dir);
	cr_assert_eq(rename(path, away), 0);
	open_it();	/* the state is there */
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	forget_state();
	refused("2026.1, which is not there");
}

Test(journal_log, a_raised_generation_begins_a_log)
{
	struct entry e;

	(void)decide(1);
	cr_assert_eq(journal_close(x.j), 0);
	x.o.generation = 2;
	open_it();
	e = entry_at(5);
	cr_expect_eq(e.kind, ENTRY_LOG);
	cr_expect_str_eq(e.log, "afc.example/branch/t1/decisions/2026.2");
	cr_expect_eq(e.prev_size, 4);
	cr_expect_eq(decide(2), 7);
}

/* A node wound back to entry 4 is admitted anew, where others have seen entry 900. */
static void
jump_to_901(void)
{

	(void)decide(1);
	cr_assert_eq(journal_close(x.j), 0);
	x.o.generation = 2;
	x.o.first_seq = 901;
	open_it();
}

/* Close, let the state be made anew, and compare it. */
static void
replays(void)
{
	struct text before, after;

	cr_assert_eq(journal_close(x.j), 0);
	x.o.offline = 1;
	open_it();
	before = dump();
	cr_assert_eq(journal_close(x.j), 0);
	forget_state();
	open_it();
	after = dump();
	cr_expect_eq(before.len, after.len);
	cr_expect_arr_eq(before.p, after.p, before.len);
	free(before.p);
	free(after.p);
}

Test(journal_log, a_raised_generation_may_jump)
{
	struct entry e;
	uint64_t i;

	jump_to_901();
	e = entry_at(901);
	cr_expect_eq(e.kind, ENTRY_LOG);
	cr_expect_eq(e.base, 901);
	cr_expect_str_eq(e.log, "afc.example/branch/t1/decisions/2026.2");
	cr_expect_str_eq(e.prev_log, "afc.example/branch/t1/decisions/2026.1");
	cr_expect_eq(e.prev_size, 4);
	cr_expect_eq(decide(2), 903);
	cr_expect_eq(journal_read(x.j, 500, &e), -1);
	cr_expect_eq(journal_read(x.j, 5, &e), -1);
	cr_expect_eq(journal_read(x.j, 900, &e), -1);
	e = entry_at(4);
	cr_expect_eq(e.kind, ENTRY_STOP);
	/* The same options once more: it goes on. */
	cr_assert_eq(journal_close(x.j), 0);
	open_it();
	cr_expect_eq(decide(3), 906);
	for (i = 0; i < 1500; i++)
		(void)decide((int)i);
	replays();
	cr_assert_eq(journal_close(x.j), 0);
	x.o.offline = 0;
	pass(1000);
	open_it();
	trim();
	cr_expect_leq(segments(), 3);
	e = entry_at(3);
	cr_expect_str_eq(e.txn, "txn-1");
	e = entry_at(903);
	cr_expect_str_eq(e.txn, "txn-2");
	replays();
}

/* A gap wider than the log's queue, and than what the integrator leaves for later. */
Test(journal_log, a_jump_may_be_wide)
{

	x.o.first_seq = UINT64_C(1) << 50;
	cr_assert_eq(journal_close(x.j), 0);
	x.o.generation = 2;
	open_it();
	cr_expect_eq(decide(2), (UINT64_C(1) << 50) + 2);
	settle();
	cr_assert_eq(journal_publish(x.j, WAIT_MS), 0);
	replays();
}

Test(journal_log, without_a_raised_generation_nothing_jumps)
{

	(void)decide(1);
	cr_assert_eq(journal_close(x.j), 0);
	x.o.first_seq = 901;
	open_it();
	cr_expect_eq(decide(2), 6);
	cr_assert_eq(journal_close(x.j), 0);
	x.o.generation = 2;
	x.o.first_seq = 3;
	open_it();
	cr_expect_eq(decide(3), 10);
	cr_assert_eq(journal_close(x.j), 0);
	/* Into the new year with the same generation. */
	x.o.first_seq = 5000;
	pass(INT64_C(1798732800000) - x.wall);
	open_it();
	cr_expect_eq(decide(3), 14);
}

/* Missing entries are passed over nowhere else. */
Test(journal_log, a_gap_that_no_log_declares_is_refused)
{
	char path[256], away[256];

	jump_to_901();
	(void)decide(2);
	settle();
	cr_assert_eq(journal_publish(x.j, WAIT_MS), 0);
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	/* The segment before the jump is taken away, and the log with it. */
	snprintf(path, sizeof(path), "%s/wal/%020d.wal", x.dir, 1);
	cr_assert_eq(unlink(path), 0);
	open_it();		/* log/ has what was in it */
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	forget_state();
	snprintf(path, sizeof(path), "%s/log/2026.1", x.dir);
	snprintf(away, sizeof(away), "%s/2026.1", x.dir);
	cr_assert_eq(rename(path, away), 0);
	refused("2026.1, which is not there");
}

/* wal/ was lost: a new generation may go on behind log/, and only that. */
Test(journal_log, a_new_generation_needs_no_write_ahead_log)
{
	char path[200];
	struct entry e;
	uint64_t i;

	for (i = 0; i < 10; i++)
		(void)decide((int)i);
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	snprintf(path, sizeof(path), "%s/wal", x.dir);
	(void)nftw(path, gone, 16, FTW_DEPTH | FTW_PHYS);
	refused("may be lost");
	x.o.first_seq = 901;
	refused("may be lost");
	cr_assert_eq(mkdir(path, 0700), 0);
	refused("may be lost");
	forget_state();
	x.o.generation = 2;
	open_it();
	e = entry_at(901);
	cr_expect_eq(e.kind, ENTRY_LOG);
	cr_expect_eq(e.prev_size, 13);
	e = entry_at(12);
	cr_expect_str_eq(e.txn, "txn-9");
	cr_expect_eq(decide(2), 903);
	settle();
	cr_assert_eq(journal_publish(x.j, WAIT_MS), 0);
	replays();
}

/* A seal names its entry, and facts are of one moment: the year turns before or after. */
Test(journal_log, nothing_comes_between_what_was_begun_and_its_entry)
{
	const int64_t begun = x.wall;
	uint8_t leaf[32];
	struct entry e;
	uint64_t next;

	cr_assert_eq(journal_begin(x.j), LK_OK);
	next = journal_next(x.j);
	pass(INT64_C(1798732800000) - x.wall);
	entry_clear(&e, ENTRY_REPORT);
	e.t = begun;
	cr_assert_eq(journal_write_with(x.j, &e, leaf, NULL, 0), LK_OK);
	cr_expect_eq(e.seq, next);
	cr_expect_eq(e.t, begun);
	/* An entry of the new year is not let into the old log. */
	entry_clear(&e, ENTRY_REPORT);
	e.t = x.wall;
	cr_expect_eq(journal_write_with(x.j, &e, leaf, NULL, 0), LK_E_BUSY);
	cr_assert_eq(journal_begin(x.j), LK_OK);
	cr_expect_eq(journal_write_with(x.j, &e, leaf, NULL, 0), LK_OK);
	e = entry_at(next + 1);
	cr_expect_eq(e.kind, ENTRY_LOG);
}

/* With another token key every applicant would be new. */
Test(journal_log, another_token_key_is_refused)
{

	cr_assert_eq(journal_close(x.j), 0);
	x.o.keys = "token 1:5f0c7ae2b1d94386 log 0x01:00000000";
	open_it();
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	x.o.keys = "token 1:00000000b1d94386 log 0x01:00000000";
	refused("1:5f0c7ae2b1d94386");
	x.o.keys = "token 2:1234567890abcdef token 1:5f0c7ae2b1d94386";
	refused("2:1234567890abcdef");
	x.o.keys = "token 1:5f0c7ae2b1d94386 log 0x01:11111111";
	open_it();
}

Test(journal_log, a_journal_without_log_gets_none_later)
{

	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	teardown();
	cr_assert_eq(mkdir(x.dir, 0700), 0);
	x.o.signers = NULL;
	open_it();
	(void)decide(1);
	cr_assert_eq(journal_close(x.j), 0);
	x.j = NULL;
	x.o.signers = x.list;
	refused("without a signed log");
}
