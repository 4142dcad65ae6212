/* Facts about what stands around an applicant, counted anew by replay. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "audit/replay.h"
#include "store/entry.h"
#include "store/wal.h"

#include "playdays.h"

#define RULE(id, when)							\
    "[rule " id "]\nwhen = \"" when "\"\nthen = review\nreason = \"T\"\n"
#define POLICY								\
    "[policy]\nversion = \"around\"\n"					\
    RULE("SP", "shared_phone(30d) >= 6 or shared_phone(today) > 4")	\
    RULE("SA", "shared_address(today) >= 9")				\
    RULE("SD", "shared_device(7d) >= 9")				\
    RULE("SE", "shared_employer(7d) > 4 or shared_agent(24h) > 9")	\
    RULE("OC", "outlet_cards(today) >= 8 or outlet_cards(7d) > 60")	\
    RULE("OM", "outlet_cards(7d) > outlet_mean(7d) + outlet_mean(today) + 9") \
    RULE("OA", "outlet_away(3d) > outlet_away_mean(3d) + 5")		\
    RULE("AI", "attempt_institutions(7d) >= 3 or "			\
    "attempt_institutions(today) >= 3")					\
    RULE("LK", "linked and cards(30d) > 4")				\
    "[rule MANY]\nwhen = \"cards(30d) > 9\"\nthen = reject\nreason = M\n"

static struct playlog x;
static char line[8][200];
static size_t lines;

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

/* Replay the journal, with the entry `seq` altered by `alter`. */
static struct replay_counts
replay(uint64_t seq, int (*alter)(struct entry *e))
{
	struct replay_options o = { .modes = REPLAY_A | REPLAY_B, .tmp = x.dir,
		.policy = policy, .differs = differs };
	static struct entry e;
	char dir[256], err[512] = "", buf[ENTRY_MAX];
	struct replay_counts counts;
	struct wal_reader *r;
	struct wal_entry w;
	struct replay *p;
	size_t at, len;

	lines = 0;
	cr_assert_not_null(p = replay_open(&o, err), "%s", err);
	snprintf(dir, sizeof(dir), "%s/wal", x.dir);
	r = wal_reader_open(NULL, dir, 0, 1, err, sizeof(err));
	cr_assert_not_null(r, "%s", err);
	while (wal_reader_next(r, UINT64_MAX, &w) == 1) {
		memcpy(buf, w.entry, len = w.len);
		if (alter != NULL && w.seq >= seq) {
			cr_assert_eq(entry_parse(&e, buf, len, &at), 0);
			if (e.kind == ENTRY_DECISION && alter(&e)) {
				len = entry_print(&e, buf, sizeof(buf));
				alter = NULL;
			}
		}
		cr_assert_eq(replay_entry(p, buf, len, w.seq, err), 0, "%s",
		    err);
	}
	cr_assert(seq == 0 || alter == NULL, "there is no such entry");
	wal_reader_close(r);
	counts = *replay_counts(p);
	replay_close(p);
	return (counts);
}

/* Where a fact stands. */
static size_t
slot(const char *name)
{
	struct policy *p = policy_compile("p", POLICY, strlen(POLICY), NULL);
	const struct policy_fact *f;
	size_t i, n = policy_facts(p, &f);
	char is[64];

	for (i = 0; i < n; i++) {
		(void)policy_fact_name(&f[i], is, sizeof(is));
		if (strcmp(is, name) == 0)
			break;
	}
	cr_assert(i < n, "%s", name);
	policy_free(p);
	return (i);
}

static size_t which;

static int
raise_one(struct entry *e)
{

	e->facts[which]++;
	return (1);
}

static int
unlinked(struct entry *e)
{

	if ((e->flags & ENTRY_F_LINKED) == 0)
		return (0);
	e->flags &= ~ENTRY_F_CLAIMED;
	return (1);
}

static int
alone(struct entry *e)
{

	if ((e->flags & ENTRY_F_LINKED) == 0 || e->decision != LK_PASS)
		return (0);
	e->flags &= ~(ENTRY_F_LINKED | ENTRY_F_CLAIMED);
	return (1);
}

static int
soft(struct entry *e)
{

	e->hard = LK_REJECT;
	return (1);
}

static void
setup(void)
{

	playdays(&x, POLICY, 40);
}

static void
teardown(void)
{

	play_end(&x);
}

Test(replay_around, all_is_counted_anew, .init = setup, .fini = teardown)
{
	struct replay_counts n = replay(0, NULL);

	cr_expect_eq(n.decisions, 1000);
	cr_expect_eq(n.differences, 0, "%s", line[0]);
	cr_expect_eq(n.inputs, 0, "nothing is taken as given");
	cr_expect_eq(n.facts, 1000 * (slot("cards(30d)") + 1), "the last one");
}

Test(replay_around, an_altered_fact_is_named, .init = setup, .fini = teardown)
{
	static const char *const names[] = { "shared_phone(30d)",
		"shared_address(today)", "shared_device(7d)",
		"shared_agent(24h)", "shared_employer(7d)",
		"outlet_cards(today)", "outlet_cards(7d)", "outlet_mean(7d)",
		"outlet_away(3d)", "outlet_away_mean(3d)",
		"attempt_institutions(today)" };
	char want[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		which = slot(names[i]);
		(void)replay(1200, raise_one);
		cr_assert_geq(lines, 1);
		snprintf(want, sizeof(want), " %s: ", names[i]);
		cr_expect_not_null(strstr(line[lines < 8 ? lines - 1 : 0],
		    want), "%s: %s", names[i], line[0]);
	}
}

/* That facts rest on the applicant's word alone cannot be left out. */
Test(replay_around, a_claim_is_not_left_out, .init = setup, .fini = teardown)
{

	(void)replay(1, unlinked);
	cr_assert_geq(lines, 1);
	cr_expect_not_null(strstr(line[lines < 8 ? lines - 1 : 7],
	    "flags.linked"), "%s", line[0]);
}

/* Nor that there are other documents at all. */
Test(replay_around, a_link_is_not_left_out, .init = setup, .fini = teardown)
{
	size_t i;
	int named = 0;

	(void)replay(1, alone);
	for (i = 0; i < lines && i < 8; i++)
		named |= strstr(line[i], "flags.linked") != NULL;
	cr_expect(named, "%s", line[0]);
}

/* What no desk may override is what the rules say. */
Test(replay_around, what_is_hard_is_decided, .init = setup, .fini = teardown)
{

	(void)replay(1200, soft);
	cr_assert_geq(lines, 1);
	cr_expect_not_null(strstr(line[lines < 8 ? lines - 1 : 7], "hard"),
	    "%s", line[0]);
}
