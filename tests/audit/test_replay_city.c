/* Decisions with the word of a node above, or without it, decided once more. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "audit/backtest.h"
#include "audit/replay.h"
#include "store/entry.h"

#include "playcity.h"

/* The branch sees few institutions; alone it passes less. */
#define BRANCH								\
    "[policy]\nversion = \"branch-1\"\n"				\
    "[rule ALONE]\nwhen = \"offline and outlet_offline(today) > 2\"\n"	\
    "then = review\nby = institution\nreason = \"OFF\"\n"		\
    "[rule B-3]\nwhen = \"institutions(7d) >= 9\"\nthen = limit\n"	\
    "reason = \"B3\"\nlimit_profile = 4\n"				\
    "[rule CRED]\nwhen = \"product == credit\"\nthen = review\n"	\
    "by = counter\nreason = \"CR\"\nneeds = purpose_proof\n"
#define CITY								\
    "[policy]\nversion = \"city-1\"\n"					\
    "[rule C-3]\nwhen = \"institutions(7d) >= 3\"\nthen = review\n"	\
    "by = centre\nneeds = face_check\nreason = \"C3\"\n"		\
    "[rule C-4]\nclass = statutory\nwhen = \"cards(7d) >= 4\"\n"	\
    "then = reject\nreason = \"C4\"\n"					\
    "[rule YOUNG]\nwhen = \"age < 20 and not area_local\"\n"		\
    "then = review\nreason = \"Y\"\n"

static struct playcity x;
static const char *text;
static char line[16][200];
static size_t lines;

static char *
policy(void *arg, const char *hash, size_t *len)
{

	(void)arg;
	(void)hash;
	*len = strlen(text);
	return (strdup(text));
}

static void
differs(void *arg, const struct replay_difference *d)
{

	(void)arg;
	if (lines < 16)
		snprintf(line[lines], sizeof(line[0]), "%" PRIu64 " %s: %s | %s",
		    d->seq, d->field, d->journal, d->replayed);
	lines++;
}

/* Replay a journal; `alter` changes what it wants to, and says so. */
static struct replay_counts
replay(const struct playlog *p, const char *policy_text,
    int (*alter)(struct entry *e))
{
	struct replay_options o = { .modes = REPLAY_A | REPLAY_B,
		.tmp = p->dir, .policy = policy, .differs = differs };
	static struct entry e;
	char dir[256], err[512] = "", buf[ENTRY_MAX];
	struct replay_counts counts;
	struct wal_reader *r;
	struct wal_entry w;
	struct replay *re;
	int done = 0;
	size_t len;

	lines = 0;
	memset(line, 0, sizeof(line));
	text = policy_text;
	cr_assert_not_null(re = replay_open(&o, err), "%s", err);
	snprintf(dir, sizeof(dir), "%s/wal", p->dir);
	cr_assert_not_null(r = wal_reader_open(NULL, dir, 0, 1, err,
	    sizeof(err)), "%s", err);
	while (wal_reader_next(r, UINT64_MAX, &w) == 1) {
		memcpy(buf, w.entry, len = w.len);
		cr_assert_eq(entry_parse(&e, buf, len, NULL), 0);
		if (alter != NULL && !done && alter(&e)) {
			len = entry_print(&e, buf, sizeof(buf));
			done = 1;
		}
		cr_assert_eq(replay_entry(re, buf, len, w.seq, err), 0, "%s",
		    err);
	}
	cr_assert(alter == NULL || done, "there is no such entry");
	wal_reader_close(r);
	counts = *replay_counts(re);
	replay_close(re);
	return (counts);
}

/* Was this said? */
static int
told(const char *what)
{
	size_t i;

	for (i = 0; i < lines && i < 16; i++)
		if (strstr(line[i], what) != NULL)
			return (1);
	return (0);
}

/* A morning: a person goes from bank to bank, then the line is down for a while. */
static void
morning(void)
{
	static const char *const banks[] = { "abank", "bbank", "ctel" };
	uint64_t cursor = 0;
	int i;

	for (i = 0; i < 3; i++) {
		cr_assert_eq(playcity_open(&x, banks[i], "o1", 1,
		    LK_PRODUCT_BANK1), i < 2 ? LK_PASS : LK_REVIEW);
		cursor = playcity_tell(&x, cursor);
		playcity_pass(&x, PLAY_MINUTE);
	}
	/* Both hold: ours at the counter, theirs by the centre. */
	cr_assert_eq(playcity_check(&x, "abank", "o9", 1, LK_PRODUCT_CREDIT),
	    LK_REJECT);
	cr_assert_eq(playcity_check(&x, "abank", "o1", 2, LK_PRODUCT_CREDIT),
	    LK_REVIEW);
	/* Asked, and never said what became of it. */
	playcity_pass(&x, PLAY_MINUTE);
	x.silent = 1;
	for (i = 0; i < 3; i++)
		cr_assert_eq(playcity_open(&x, "bbank", "o2", 10 + i,
		    LK_PRODUCT_BANK1), i < 2 ? LK_PASS : LK_REVIEW);
	/* What the city would not have passed. */
	cr_assert_eq(playcity_open(&x, "ctel", "o7", 1, LK_PRODUCT_SIM),
	    LK_PASS);
	x.silent = 0;
	playcity_pass(&x, PLAY_MINUTE);
	cursor = playcity_tell(&x, cursor);
	cr_assert_geq(playcity_hear(&x), 1, "the city says what was wrong");
	playcity_pass(&x, PLAY_MINUTE);
	(void)playcity_open(&x, "bbank", "o3", 10, LK_PRODUCT_SIM);
	(void)playcity_tell(&x, cursor);
}

static void
setup(void)
{

	playcity_init(&x, BRANCH, CITY);
	playcity_start(&x);
	morning();
}

static void
teardown(void)
{

	playcity_end(&x);
}

TestSuite(replay_city, .init = setup, .fini = teardown);

Test(replay_city, the_branch_is_the_same)
{
	struct replay_counts n = replay(&x.branch, BRANCH, NULL);

	cr_expect_eq(n.decisions, 10, "%" PRIu64, n.decisions);
	cr_expect_eq(n.differences, 0, "%s", line[0]);
	cr_expect_eq(n.unknown, 0);
	cr_expect_eq(n.told, 0);
}

/* What it was asked about is its own; what it was only told is not. */
Test(replay_city, the_city_is_the_same)
{
	struct replay_counts n = replay(&x.city, CITY, NULL);

	cr_expect_eq(n.decisions, 6, "%" PRIu64, n.decisions);
	cr_expect_eq(n.told, 4, "%" PRIu64, n.told);
	cr_expect_eq(n.differences, 0, "%s", line[0]);
	cr_expect_gt(n.inputs, 0, "age and area are told");
}

/* Somebody comes to the same counter again: what is asked takes the place of nothing yet. */
Test(replay_city, a_second_question_about_a_reservation)
{
	struct replay_counts n;
	uint64_t cursor;

	cr_assert_eq(playcity_check(&x, "abank", "o5", 30, LK_PRODUCT_BANK1),
	    LK_PASS);
	cr_assert_eq(playcity_join(&x), LK_OK);
	cursor = wire_u64(&x.city.r, WIRE_T_CURSOR, 0);
	cursor = playcity_tell(&x, cursor);
	playcity_pass(&x, PLAY_MINUTE);
	cr_assert_eq(playcity_check(&x, "abank", "o5", 30, LK_PRODUCT_BANK1),
	    LK_PASS);
	(void)playcity_tell(&x, cursor);
	n = replay(&x.city, CITY, NULL);
	cr_expect_eq(n.decisions, 8, "%" PRIu64, n.decisions);
	cr_expect_eq(n.differences, 0, "%s", line[0]);
	n = replay(&x.branch, BRANCH, NULL);
	cr_expect_eq(n.differences, 0, "%s", line[0]);
}

/* Decide a journal by the policy that it was decided by. */
static struct backtest_result
backtest(const struct playlog *p, const char *policy_text)
{
	struct policy *now = policy_compile("p", policy_text,
	    strlen(policy_text), NULL);
	struct backtest_options o = { .policy = now, .tmp = p->dir,
		.file = policy };
	char dir[256], err[BACKTEST_ERROR_MAX] = "";
	struct backtest_result n;
	struct backtest *b;
	struct wal_reader *r;
	struct wal_entry w;

	text = policy_text;
	cr_assert_not_null(b = backtest_open(&o, err), "%s", err);
	snprintf(dir, sizeof(dir), "%s/wal", p->dir);
	cr_assert_not_null(r = wal_reader_open(NULL, dir, 0, 1, err,
	    sizeof(err)), "%s", err);
	while (wal_reader_next(r, UINT64_MAX, &w) == 1)
		cr_assert_eq(backtest_entry(b, (const char *)w.entry, w.len,
		    w.seq, err), 0, "%s", err);
	wal_reader_close(r);
	n = *backtest_result(b);
	backtest_close(b);
	policy_free(now);
	return (n);
}

/* What the node above said it says again; what a node below decided is its own matter. */
Test(replay_city, the_same_policy_changes_nothing)
{
	struct backtest_result n = backtest(&x.branch, BRANCH);

	cr_expect_eq(n.all.decisions, 10);
	cr_expect_eq(n.all.changed, 0);
	cr_expect_eq(n.told, 0);
	n = backtest(&x.city, CITY);
	cr_expect_eq(n.all.decisions, 6);
	cr_expect_eq(n.all.changed, 0);
	cr_expect_eq(n.told, 4);
}

static int
softer(struct entry *e)
{

	if (e->up_seq == 0 || e->up_decision == LK_PASS)
		return (0);
	e->up_decision = e->up_floor = LK_PASS;
	return (1);
}

Test(replay_city, an_answer_made_softer_is_found)
{

	(void)replay(&x.branch, BRANCH, softer);
	cr_expect(told("decision: "), "%s", line[0]);
	cr_expect(told("reason: C3"), "%s", line[1]);
}

static int
ignored(struct entry *e)
{

	if (e->up_seq == 0 || e->up_decision != LK_REVIEW)
		return (0);
	e->decision = e->floor = LK_PASS;
	e->needs = 0;
	e->by = 0;
	e->reason[0] = '\0';
	e->due = 0;
	return (1);
}

Test(replay_city, an_answer_that_was_not_heeded_is_found)
{

	(void)replay(&x.branch, BRANCH, ignored);
	cr_expect(told("decision: 0 | "), "%s", line[0]);
	cr_expect(told("needs: 0 | "), "%s", line[1]);
}

static int
pretends(struct entry *e)
{

	if ((e->flags & ENTRY_F_OFFLINE) == 0)
		return (0);
	e->flags &= ~ENTRY_F_OFFLINE;
	return (1);
}

Test(replay_city, a_silence_that_is_hidden_is_found)
{

	(void)replay(&x.branch, BRANCH, pretends);
	cr_expect(told("offline: 1 | 0"), "%s", line[0]);
}

static int
longer(struct entry *e)
{

	if ((e->flags & ENTRY_F_CONSULT) == 0 || e->expires == 0)
		return (0);
	e->expires += PLAY_HOUR;
	return (1);
}

Test(replay_city, what_a_node_asks_about_is_kept_for_a_minute)
{

	(void)replay(&x.city, CITY, longer);
	cr_expect(told("expires: "), "%s", line[0]);
}

static int
harmless(struct entry *e)
{

	if ((e->flags & ENTRY_F_CONSULT) == 0 || e->decision != LK_REVIEW)
		return (0);
	e->decision = e->floor = LK_PASS;
	return (1);
}

Test(replay_city, what_was_answered_is_decided_anew)
{

	(void)replay(&x.city, CITY, harmless);
	cr_expect(told("decision: 0 | "), "%s", line[0]);
}

static struct entry sent[3];

/* Send the city entries that the branch never wrote, behind all that it told. */
static int
send(size_t n)
{
	static uint8_t body[20000];
	char buf[ENTRY_MAX];
	struct wire_out *o = &x.city.b;
	struct wire_fields f;
	uint8_t batch[3 * ENTRY_MAX];
	size_t len = 0, k, i;

	/* As they are: nothing is stripped. */
	for (i = 0; i < n; i++) {
		cr_assert_gt(k = entry_print(&sent[i], buf, sizeof(buf)), 0);
		batch[len] = (uint8_t)k;
		batch[len + 1] = (uint8_t)(k >> 8);
		memcpy(&batch[len + 2], buf, k);
		len += 2 + k;
	}
	play_ask(&x.city);
	cr_assert_eq(playcity_send(&x, WIRE_EVENTS), LK_OK);
	wire_out_init(o, body, sizeof(body));
	wire_put_u64(o, WIRE_T_AFTER, wire_u64(&x.city.r, WIRE_T_CURSOR, 0));
	wire_put_bytes(o, WIRE_T_ENTRIES, batch, len);
	cr_assert_eq(wire_fields_read(&f, body, o->len), WIRE_OK);
	playcity_answer(&x, WIRE_EVENTS, &f);
	return ((int32_t)wire_u32(&x.city.r, WIRE_T_ERROR, 0));
}

/* Begin the i-th of them. */
static struct entry *
say(size_t i, int kind)
{
	struct entry *e = &sent[i];

	entry_clear(e, kind);
	e->seq = 5000 + i;
	e->t = x.branch.wall;
	snprintf(e->inst, sizeof(e->inst), "abank");
	snprintf(e->outlet, sizeof(e->outlet), "o1");
	snprintf(e->txn, sizeof(e->txn), "made-up-%zu", i);
	e->person.b[0] = 77;
	e->digest.b[0] = (uint8_t)(78 + i);
	return (e);
}

/* A node that says what no entry has makes no entry that an auditor would not take. */
Test(replay_city, what_no_entry_has_is_left_out)
{
	static struct entry e;
	struct entry *s;
	uint64_t seq = play_seq(&x.city);

	s = say(0, ENTRY_CANCEL);
	s->flags = ENTRY_F_FIRST | ENTRY_F_UNWIND | ENTRY_F_CLOCK;
	s->superseded = 1 << 30;
	s->ref = 1 << 30;
	s->up_seq = 8;
	s->up_decision = 3;
	snprintf(s->from, sizeof(s->from), "other");
	snprintf(s->to, sizeof(s->to), "x y");
	s->nfacts = 1;
	/* What its own node below had decided; we do not know on what. */
	s = say(1, ENTRY_SETTLE);
	s->ref = 1 << 30;
	s->superseded = 1 << 30;
	s->decision = s->floor = LK_REJECT;
	cr_assert_eq(send(2), LK_OK);
	cr_assert_eq(play_seq(&x.city), seq + 2);
	cr_assert_eq(journal_read(x.city.journal, seq + 1, &e), 0);
	cr_expect_eq(e.flags, ENTRY_F_UNWIND);
	cr_expect_eq(e.superseded, 0);
	cr_expect_eq(e.up_seq, 0);
	cr_expect_eq(e.up_decision, 0);
	cr_expect_eq(e.nfacts, 0);
	cr_expect_str_eq(e.from, "b017");
	cr_expect_str_eq(e.to, "");
	cr_expect_eq(e.from_seq, 5000);
	cr_assert_eq(journal_read(x.city.journal, seq + 2, &e), 0);
	cr_expect_eq(e.kind, ENTRY_DECISION);
	cr_expect_eq(e.ref, 0);
	cr_expect_eq(e.superseded, 0);
	cr_expect_eq(replay(&x.city, CITY, NULL).differences, 0);
}

/* Nor is a decision taken that is none. */
Test(replay_city, a_decision_that_is_none_is_refused)
{

	say(0, ENTRY_DECISION)->decision = 3;
	cr_expect_eq(send(1), LK_E_ARG);
	say(0, ENTRY_SETTLE)->floor = -1;
	cr_expect_eq(send(1), LK_E_ARG);
}
