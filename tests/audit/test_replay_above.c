/*
 * Decisions that a node above had a word in, or was silent about, decided and counted
 * anew: what it said, that it said nothing, and how often, cannot be altered unnoticed.
 */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "audit/replay.h"
#include "counter/above.h"
#include "store/entry.h"
#include "store/wal.h"

#include "playlog.h"

#define POLICY								\
    "[policy]\nversion = \"above\"\n"					\
    "[rule WEEK]\nwhen = \"offline and bank(7d) + sim(7d) >= 2\"\n"	\
    "then = review\nby = counter\nneeds = purpose_proof\n"		\
    "reason = WEEK\n"							\
    "[rule CAP]\nclass = context\nwhen = \"offline and "		\
    "outlet_offline(today) > 4\"\nthen = review\nby = counter\n"	\
    "needs = manager\nreason = CAP\n"					\
    "[rule LAW]\nclass = statutory\nwhen = \"product == credit\"\n"	\
    "then = limit\nlimit_profile = 7\nreason = LIM\n"

#define APPLICANTS 240

static struct playlog x;
static char line[8][200];
static size_t lines, passed, held, heard;

static char *
policy(void *arg, const char *hash, size_t *len)
{

	(void)arg;
	(void)hash;
	*len = strlen(POLICY);
	return (strdup(POLICY));
}

static void
differs(void *arg, const struct replay_difference *d)
{

	(void)arg;
	if (lines < 8)
		snprintf(line[lines], sizeof(line[0]), "%" PRIu64 " %s: %s | %s",
		    d->seq, d->field, d->journal, d->replayed);
	lines++;
}

/* What the node above says to the i-th. */
static void
says(struct above_answer *a, int i)
{
	static const struct outcome o[] = {
		{ .decision = LK_PASS },
		{ LK_LIMIT, LK_LIMIT, LK_PASS, 0, LK_BY_NONE, 0, 3 },
		{ LK_REVIEW, LK_PASS, LK_PASS, LK_NEED_CENTRE, LK_BY_CENTRE,
		    0, 0 },
		{ LK_REJECT, LK_REJECT, LK_REJECT, 0, LK_BY_NONE,
		    LK_PRODUCT_BANK2, 0 },
	};

	memset(a, 0, sizeof(*a));
	if (i / 30 % 2 == 0) {
		a->silent = 1;
		return;
	}
	a->seq = 1000 + (uint64_t)i;
	a->leaf[0] = (uint8_t)i;
	a->offline = i % 7 == 0;
	a->o = o[i % 4];
	if (i % 4 != 0)
		snprintf(a->reason, sizeof(a->reason), "CITY-%d", i % 4);
}

/* Somebody applies; the node above is asked and says this. */
static void
applies(int i, const struct above_answer *a)
{
	static const int products[] = { LK_PRODUCT_BANK1, LK_PRODUCT_CREDIT,
		LK_PRODUCT_ECNY };
	struct wire_header h = { .version = 1, .type = WIRE_CHECK,
		.id = { 7 } }, rh;
	struct counter_done done;
	struct wire_fields f;
	struct wire_out w;

	play_applicant(&x, "abank", i % 3 ? "1" : "2", i * 7 % 90,
	    products[i % 3]);
	cr_assert_eq(wire_fields_read(&f, x.body, x.b.len), WIRE_OK);
	wire_out_init(&w, x.out, sizeof(x.out));
	counter_answer(x.counter, &x.peer, &h, &f, &w, &done);
	cr_assert(done.ask);
	wire_out_init(&w, x.out, sizeof(x.out));
	counter_answer_with(x.counter, &x.peer, &h, &f, a, &w, &done);
	cr_assert_eq(wire_header_read(&rh, x.out), WIRE_OK);
	cr_assert_eq(wire_fields_read(&x.r, x.out + WIRE_HEADER, rh.length),
	    WIRE_OK);
	cr_assert_eq(wire_u32(&x.r, WIRE_T_ERROR, 1), LK_OK);
	play_settle(&x);
}

static void
setup(void)
{
	static const struct above_options above = { "city", ABOVE_ALWAYS,
		300 };
	struct above_answer a;
	int i;

	passed = held = heard = 0;
	play_init(&x, POLICY);
	x.co.above = &above;
	play_start(&x);
	for (i = 0; i < APPLICANTS; i++) {
		says(&a, i);
		applies(i, &a);
		heard += !a.silent;
		if (a.silent && wire_u32(&x.r, WIRE_T_DECISION, 99) <
		    LK_REVIEW)
			passed++;
		else if (a.silent)
			held++;
		play_pass(&x, 40 * PLAY_MINUTE);
	}
	play_stop(&x);
}

static void
teardown(void)
{

	play_end(&x);
}

/* Replay the journal, with the first decision that `alter` takes altered. */
static struct replay_counts
replay(int (*alter)(struct entry *e))
{
	struct replay_options o = { .modes = REPLAY_A | REPLAY_B, .tmp = x.dir,
		.policy = policy, .differs = differs };
	static struct entry e;
	char dir[256], err[512] = "", buf[ENTRY_MAX];
	struct replay_counts counts;
	struct wal_reader *r;
	struct wal_entry w;
	struct replay *p;
	int altered = 0;
	size_t at, len;

	lines = 0;
	cr_assert_not_null(p = replay_open(&o, err), "%s", err);
	snprintf(dir, sizeof(dir), "%s/wal", x.dir);
	r = wal_reader_open(NULL, dir, 0, 1, err, sizeof(err));
	cr_assert_not_null(r, "%s", err);
	while (wal_reader_next(r, UINT64_MAX, &w) == 1) {
		memcpy(buf, w.entry, len = w.len);
		cr_assert_eq(entry_parse(&e, buf, len, &at), 0);
		if (alter != NULL && !altered && e.kind == ENTRY_DECISION &&
		    alter(&e)) {
			len = entry_print(&e, buf, sizeof(buf));
			altered = 1;
		}
		cr_assert_eq(replay_entry(p, buf, len, w.seq, err), 0, "%s",
		    err);
	}
	cr_assert(alter == NULL || altered, "there is no such entry");
	wal_reader_close(r);
	counts = *replay_counts(p);
	replay_close(p);
	return (counts);
}

Test(replay_above, all_is_decided_and_counted_anew, .init = setup,
    .fini = teardown)
{
	struct replay_counts n = replay(NULL);

	cr_expect_eq(n.decisions, APPLICANTS);
	cr_expect_eq(n.differences, 0, "%s", line[0]);
	cr_expect_eq(n.inputs, 0, "nothing is taken as given");
	/* Both sides of every rule were there. */
	cr_expect_gt(passed, 20);
	cr_expect_gt(held, 20);
	cr_expect_gt(heard, 20);
}

/* It was silent, and somebody would have it that it was not. */
static int
not_silent(struct entry *e)
{

	if ((e->flags & ENTRY_F_OFFLINE) == 0 || e->up_seq != 0)
		return (0);
	e->flags &= ~ENTRY_F_OFFLINE;
	return (1);
}

/* It held him, and somebody would have it that it did not. */
static int
let_pass(struct entry *e)
{

	if (e->up_seq == 0 || e->up_decision != LK_REVIEW)
		return (0);
	e->up_decision = LK_PASS;
	e->up_by = LK_BY_NONE;
	e->up_needs = 0;
	return (1);
}

/* Its limit had another number. */
static int
limited(struct entry *e)
{

	if (e->up_seq == 0 || e->up_decision != LK_LIMIT ||
	    e->product == LK_PRODUCT_CREDIT)
		return (0);
	e->up_profile++;
	return (1);
}

/* It said nothing, and somebody puts words into its mouth. */
static int
words(struct entry *e)
{

	if (e->up_seq != 0 || e->decision != LK_REVIEW)
		return (0);
	e->up_seq = 5;
	e->up_decision = e->up_floor = LK_REJECT;
	return (1);
}

Test(replay_above, an_altered_word_is_named, .init = setup, .fini = teardown)
{
	static const struct {
		int (*alter)(struct entry *e);
		const char *field;
	} t[] = { { not_silent, " offline: 1 | 0" },
		{ let_pass, " decision: 10 | 0" }, { limited, " profile: " },
		{ words, " decision: 10 | 20" } };
	size_t i, k;
	int named;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		(void)replay(t[i].alter);
		for (named = 0, k = 0; k < lines && k < 8; k++)
			named |= strstr(line[k], t[i].field) != NULL;
		cr_expect(named, "%s: %zu, %s", t[i].field, lines, line[0]);
	}
}
