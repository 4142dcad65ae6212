#ifndef TESTS_AUDIT_BACKTAPE_H_
#define TESTS_AUDIT_BACKTAPE_H_

/*
 * A play's journal, perhaps with entries altered, decided by another policy; and a policy
 * with a rule on trial, or in force, for every kind of fact.  For one test file.
 */

#include <criterion/criterion.h>
#include <inttypes.h>

#include "audit/backtest.h"
#include "store/entry.h"
#include "store/wal.h"

#include "playdays.h"

#define BASE								\
    "[policy]\nversion = \"%s\"\n"					\
    "[rule SIM-5]\nclass = quantity\nwhen = \"product == sim and "	\
    "held(sim, anywhere) + quantity > 4\"\nthen = reject\nreason = \"S\"\n" \
    "[rule LAW]\nclass = statutory\nwhen = \"product == credit\"\n"	\
    "then = limit\nlimit_profile = 7\nreason = \"L\"\n"			\
    "[rule DAY]\nwhen = \"visits(today) >= 3\"\nthen = review\n"	\
    "by = counter\nreason = \"D\"\n"
#define TRIAL(id, when)							\
    "[rule " id "]\nwhen = \"" when "\"\nthen = review\nreason = \"T\"\n" \
    "shadow = %s\n"
#define TRIALS								\
    TRIAL("SP", "shared_phone(30d) >= 4")				\
    TRIAL("SA", "shared_address(today) >= 3")				\
    TRIAL("SD", "shared_device(7d) >= 3")				\
    TRIAL("SE", "shared_employer(7d) > 4 or shared_agent(7d) > 2")	\
    TRIAL("OC", "outlet_cards(today) >= 5")				\
    TRIAL("OM", "outlet_cards(today) + 1 > outlet_mean(today) + 1")	\
    TRIAL("OA", "outlet_away(2d) > outlet_away_mean(2d)")			\
    TRIAL("AI", "attempt_institutions(7d) >= 3")			\
    TRIAL("LK", "linked")						\
    TRIAL("C7", "cards(7d) >= 4 and institutions(30d) >= 2")		\
    TRIAL("OLD", "age >= 60 and not area_local")
#define NTRIALS 11

static struct playlog x;
static struct backtest *b;
static char text[2][8192];

/* The base, with the trials on trial or not. */
static inline const char *
policy_text(int i, const char *version, const char *shadow)
{
	int n = snprintf(text[i], sizeof(text[i]), BASE TRIALS, version, shadow,
	    shadow, shadow, shadow, shadow, shadow, shadow, shadow, shadow,
	    shadow, shadow);

	cr_assert(n > 0 && (size_t)n < sizeof(text[i]));
	return (text[i]);
}

static inline char *
file(void *arg, const char *hash, size_t *len)
{
	char path[400], *got;
	FILE *in;

	(void)arg;
	snprintf(path, sizeof(path), "%s/log/policy/%s.policy", x.dir, hash);
	if ((in = fopen(path, "r")) == NULL)
		return (NULL);
	got = malloc(65536);
	*len = fread(got, 1, 65536, in);
	fclose(in);
	return (got);
}

/* Changes entries before they are taken, when set. */
static void (*alter)(struct entry *e);

/* Take one entry. */
static inline int
take(const struct wal_entry *w, char *err)
{
	static struct entry e;
	char buf[ENTRY_MAX];
	size_t at, len = w->len;

	memcpy(buf, w->entry, len);
	if (alter != NULL) {
		cr_assert_eq(entry_parse(&e, buf, len, &at), 0);
		alter(&e);
		cr_assert_neq(len = entry_print(&e, buf, sizeof(buf)), 0);
	}
	return (backtest_entry(b, buf, len, w->seq, err));
}

/* Take the journal of the play; the first error ends it. */
static inline int
run(const struct backtest_options *o, char *err)
{
	char dir[256], why[512];
	struct wal_reader *r;
	struct wal_entry e;
	int rc = 0;

	b = backtest_open(o, err);
	cr_assert_not_null(b, "%s", err);
	snprintf(dir, sizeof(dir), "%s/wal", x.dir);
	r = wal_reader_open(NULL, dir, 0, 1, why, sizeof(why));
	cr_assert_not_null(r, "%s", why);
	while (rc == 0 && wal_reader_next(r, UINT64_MAX, &e) == 1)
		rc = take(&e, err);
	wal_reader_close(r);
	return (rc);
}

/* Decide the journal by a policy text. */
static inline const struct backtest_result *
against(const char *policy, struct policy **p, int64_t since, int64_t until,
    int64_t in_force)
{
	char err[BACKTEST_ERROR_MAX] = "";
	struct backtest_options o = { .since = since, .until = until,
		.in_force = in_force, .tmp = x.dir, .file = file };

	*p = policy_compile("new", policy, strlen(policy), NULL);
	cr_assert_not_null(*p);
	o.policy = *p;
	cr_assert_eq(run(&o, err), 0, "%s", err);
	return (backtest_result(b));
}

static inline const struct backtest_rule *
rule(const char *id)
{
	size_t i, n;
	const struct backtest_rule *r = backtest_rules(b, &n);

	for (i = 0; i < n; i++)
		if (strcmp(r[i].id, id) == 0)
			return (&r[i]);
	cr_assert_fail("no rule %s", id);
	return (NULL);
}

static inline void
teardown(void)
{

	backtest_close(b);
	b = NULL;
	alter = NULL;
	play_end(&x);
}

#endif
