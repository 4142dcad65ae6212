#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin.h"

#include "audit/replay.h"
#include "store/apply.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"
#include "store/wal.h"

#include "deskkit.h"

/*
 * The desk at random: checks, claims, confirms, cancels and all that staff may say, in any
 * order and over restarts.  Whatever comes of it, the state is made anew from the journal,
 * also over a checkpoint that was cut short anywhere, and the journal replays.
 */

#define STEPS 600
#define DECISIONS 1024
#define CUTS 12

static struct fixture x;
static struct deskkit k;
static uint64_t rng;
static struct { uint64_t seq; char id[40]; } made[DECISIONS];
static size_t nmade, steps;
static char err[512];

/* A number below n. */
static unsigned
pick(unsigned n)
{

	rng = rng * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return ((unsigned)(rng >> 33) % n);
}

static void
setup(void)
{

	deskkit_open(&k, &x, NULL);
	nmade = steps = 0;
}

static const char *const insts[] = { "abank", "bbank", "ctel" };
static const char *const outlets[] = { "001", "002" };
static const int products[] = { LK_PRODUCT_BANK1, LK_PRODUCT_SIM,
	LK_PRODUCT_CREDIT };

/* Ask; some name another document, some are dry, some come after the fact. */
static void
ask_one(void)
{
	char txn[32], id[19];

	snprintf(txn, sizeof(txn), "t%zu", pick(20) == 0 ? steps / 2 : steps);
	applicant(&x, insts[pick(3)], outlets[pick(2)], (int)pick(6),
	    products[pick(3)], txn);
	if (pick(3) == 0) {
		fixture_id(id, (int)pick(6));
		withn(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
		with(&x, WIRE_T_PREV_ID_NO, id);
	}
	if (pick(3) == 0)
		with(&x, WIRE_T_PHONE, pick(2) ? "13800138000" :
		    "13900139000");
	if (pick(10) == 0)
		withn(&x, WIRE_T_QUANTITY, 1 + pick(7));
	if (pick(12) == 0)
		withn(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	else if (pick(12) == 0)
		withn(&x, WIRE_T_FLAGS, LK_F_POSTHOC);
	if (answer(&x) != 0 || nmade == DECISIONS)
		return;
	made[nmade].seq = wire_u64(&x.r, WIRE_T_SEQ, 0);
	decision_id(&x, made[nmade].id);
	nmade += made[nmade].seq != 0;
}

/* Go on with one of what was decided, mostly of late. */
static void
go_on(void)
{
	size_t i = nmade - 1 - pick(nmade < 12 ? (unsigned)nmade : 12);
	char card[32];

	snprintf(card, sizeof(card), "c%u", pick(400));
	switch (pick(5)) {
	case 0:
	case 1:
		confirm(&x, made[i].id, card);
		break;
	case 2:
		cancel(&x, made[i].id, pick(2) ? LK_CANCEL_LEFT :
		    LK_CANCEL_LEFT_QUESTIONED);
		break;
	case 3:
		ask(&x, WIRE_VOID);
		with(&x, WIRE_T_DECISION_ID, made[i].id);
		withn(&x, WIRE_T_REASON_CODE, 1);
		with(&x, WIRE_T_TELLER, "t02");
		(void)answer(&x);
		break;
	default:
		ask(&x, pick(2) ? WIRE_RESOLVE : WIRE_DECIDE);
		with(&x, WIRE_T_DECISION_ID, made[i].id);
		withn(&x, WIRE_T_OUTCOME, 1 + pick(2));
		with(&x, WIRE_T_TELLER, "t02");
		with(&x, WIRE_T_SECOND_TELLER, "t03");
		withn(&x, WIRE_T_EVIDENCE, 0xffff);
		with(&x, WIRE_T_DECIDED_BY, pick(2) ? "lin" : "system");
		with(&x, WIRE_T_NOTE, "n");
		(void)answer(&x);
	}
}

/* Staff say anything of anything. */
static void
staff(void)
{
	enum staffnote_action a = STAFFNOTE_TAKE + pick(STAFFNOTE_NODE_RETIRE -
	    STAFFNOTE_TAKE);
	size_t i = nmade - 1 - pick(nmade < 20 ? (unsigned)nmade : 20);
	char one[19], two[19];
	const char *detail = NULL;
	uint64_t seq = made[i].seq;

	if (pick(2) == 0)
		a = STAFFNOTE_APPROVE;
	if (a == STAFFNOTE_APPROVE && pick(4) == 0)
		detail = "clear 30 2";
	if (a == STAFFNOTE_DISPATCH)
		detail = "team 7";
	if (a == STAFFNOTE_RESULT)
		detail = "police";
	if (a == STAFFNOTE_LINK || a == STAFFNOTE_UNLINK)
		seq = 0;
	deskkit_ask(&x, &k, (int)pick(DESKKIT_N), a, seq, detail);
	if (seq == 0) {
		fixture_id(one, (int)pick(6));
		fixture_id(two, (int)pick(6));
		withn(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
		with(&x, WIRE_T_ID_NO, one);
		withn(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
		with(&x, WIRE_T_PREV_ID_NO, two);
	}
	(void)answer(&x);
}

/* The cases that are open, told by the desk. */
static void
desk_text(char text[sizeof(k.text)])
{
	size_t i, len = 0;
	int what;

	for (what = WIRE_DESK_CASES; what <= WIRE_DESK_ALERTS; what++) {
		deskkit_read(&x, &k, (uint32_t)what);
		for (i = 0; i < k.n; i++)
			len += (size_t)snprintf(&text[len], sizeof(k.text) -
			    len, "%s\n", k.line[i]);
	}
}

/* A restart: the desk shows the same. */
static void
restart(void)
{
	static char before[sizeof(k.text)], after[sizeof(k.text)];

	counter_tick(x.counter, &(struct counter_load){ 0 });
	desk_text(before);
	fixture_reopen(&x);
	desk_text(after);
	cr_expect_str_eq(before, after);
}

static void
step(void)
{
	unsigned what = pick(100);

	steps++;
	if (nmade == 0 || what < 45)
		ask_one();
	else if (what < 65)
		go_on();
	else if (what < 92)
		staff();
	else if (what < 98)
		fixture_pass(&x, pick(9) == 0 ? INT64_C(80) * 3600000 :
		    (int64_t)pick(3600) * 1000);
	else
		restart();
	fixture_pass(&x, pick(2000));
	if (pick(3) == 0)
		counter_tick(x.counter, &(struct counter_load){ 0 });
}

static int
sink(void *arg, const char *text, size_t len)
{
	FILE *f = arg;

	return (fwrite(text, 1, len, f) == len ? 0 : 1);
}

static char *
dump(struct state *s)
{
	char *p = NULL;
	size_t n;
	FILE *f = open_memstream(&p, &n);

	cr_assert_not_null(f);
	cr_assert_eq(state_dump(s, sink, NULL, f), 0);
	(void)fclose(f);
	return (p);
}

/* A state of one's own in memory. */
struct copy {
	char dir[200];
	struct state *s;
	struct apply *a;
};

static void crash(void *arg, enum state_point point, uint64_t seq);

static void
copy_begin(struct copy *c, void *cut)
{

	c->s = state_open(&(struct state_options){ .dir = c->dir,
	    .overlay_bytes = 32 << 20, .map_bytes = 8 << 20,
	    .interval_ms = UINT32_MAX, .hash_seed = 1, .txn_records = 5,
	    .probe = cut != NULL ? crash : NULL, .probe_arg = cut }, err,
	    sizeof(err));
	cr_assert_not_null(c->s, "%s", err);
	cr_assert_not_null(c->a = apply_open(c->s));
}

static void
copy_open(struct copy *c, void *cut)
{

	snprintf(c->dir, sizeof(c->dir), "%s/copy.XXXXXX", x.dir);
	cr_assert_not_null(mkdtemp(c->dir));
	copy_begin(c, cut);
}

static void
copy_close(struct copy *c)
{

	apply_close(c->a);
	state_close(c->s);
}

/* Fold the entries above `from` up to `to` into it. */
static void
fold(struct copy *c, uint64_t from, uint64_t to)
{
	static const uint8_t leaf[32];
	static struct entry e;
	char dir[256];
	struct wal_reader *r;
	struct wal_entry w;
	size_t at;

	snprintf(dir, sizeof(dir), "%s/wal", x.dir);
	r = wal_reader_open(NULL, dir, 0, 1, err, sizeof(err));
	cr_assert_not_null(r, "%s", err);
	while (wal_reader_next(r, UINT64_MAX, &w) == 1) {
		if (w.seq <= from || w.seq > to)
			continue;
		cr_assert_eq(entry_parse(&e, (const char *)w.entry, w.len, &at), 0);
		cr_assert_eq(apply_entry(c->a, &e, leaf), 0, "entry %zu",
		    (size_t)w.seq);
	}
	wal_reader_close(r);
}

/* Where the checkpoint is cut: the transaction after which the disk is looked at. */
struct cut {
	char from[256], to[256];
	int after, seen;
};

/* Copy state.mdb as a crash would leave it. */
static void
crash(void *arg, enum state_point point, uint64_t seq)
{
	static char buf[1 << 16];
	struct cut *c = arg;
	FILE *in, *out;
	size_t n;

	(void)seq;
	if (point != STATE_COMMITTED || c->seen++ != c->after)
		return;
	if ((in = fopen(c->from, "rb")) == NULL ||
	    (out = fopen(c->to, "wb")) == NULL)
		abort();
	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		if (fwrite(buf, 1, n, out) != n)
			abort();
	if (fclose(in) != 0 || fclose(out) != 0)
		abort();
}

/* Replay over checkpoints that were cut short. */
static void
cut_short(void)
{
	uint64_t end = journal_seq(x.journal), from, to;
	struct copy whole, part;
	struct cut c;
	char *want, *got, dir[200];
	int i, cuts = 0;

	copy_open(&whole, NULL);
	fold(&whole, 0, end);
	want = dump(whole.s);
	for (i = 0; i < CUTS; i++) {
		from = pick((unsigned)end);
		to = from + 1 + pick((unsigned)(end - from));
		memset(&c, 0, sizeof(c));
		c.after = -1;
		copy_open(&part, &c);
		fold(&part, 0, from);
		cr_assert(from == 0 || state_checkpoint_now(part.s, from,
		    from) == 0);
		snprintf(c.from, sizeof(c.from), "%s/state.mdb", part.dir);
		snprintf(dir, sizeof(dir), "%.190s-cut", part.dir);
		cr_assert_eq(mkdir(dir, 0700), 0);
		snprintf(c.to, sizeof(c.to), "%s/state.mdb", dir);
		c.seen = 0;
		c.after = (int)pick(60);
		fold(&part, from, to);
		cr_assert_eq(state_checkpoint_now(part.s, to, to), 0);
		copy_close(&part);
		if (c.seen <= c.after)
			continue;
		snprintf(part.dir, sizeof(part.dir), "%s", dir);
		copy_begin(&part, NULL);
		cuts += state_seq(part.s) < to;
		fold(&part, state_seq(part.s), end);
		got = dump(part.s);
		cr_expect(strcmp(want, got) == 0, "cut between %zu and %zu",
		    (size_t)from, (size_t)to);
		free(got);
		copy_close(&part);
	}
	cr_expect_gt(cuts, 0);
	free(want);
	copy_close(&whole);
}

static char *
policy(void *arg, const char *hash, size_t *len)
{

	(void)arg;
	(void)hash;
	*len = strlen(x.policy);
	return (strdup(x.policy));
}

static void
differs(void *arg, const struct replay_difference *d)
{

	(void)arg;
	snprintf(err, sizeof(err), "%zu %s: %s | %s", (size_t)d->seq,
	    d->field, d->journal, d->replayed);
}

/* The journal replays. */
static void
replays(void)
{
	struct replay_options o = { .modes = REPLAY_A | REPLAY_B, .tmp = x.dir,
		.policy = policy, .differs = differs };
	char dir[256];
	struct wal_reader *r;
	struct wal_entry w;
	struct replay *p;

	cr_assert_not_null(p = replay_open(&o, err), "%s", err);
	snprintf(dir, sizeof(dir), "%s/wal", x.dir);
	r = wal_reader_open(NULL, dir, 0, 1, err, sizeof(err));
	cr_assert_not_null(r);
	while (wal_reader_next(r, UINT64_MAX, &w) == 1)
		cr_assert_eq(replay_entry(p, (const char *)w.entry, w.len, w.seq, err), 0,
		    "%s", err);
	wal_reader_close(r);
	cr_expect_gt(replay_counts(p)->decisions, 50);
	cr_expect_eq(replay_counts(p)->differences, 0, "%s", err);
	replay_close(p);
}

static void
run(uint64_t seed)
{

	rng = seed * 7919 + 1;
	while (steps < STEPS)
		step();
	cut_short();
	replays();
}

static void
teardown(void)
{

	fixture_close(&x);
}

#define SEED(n) CASE(desk_random, seed_##n) { run(n); }
SEED(1)
SEED(2)
SEED(3)
