/* What the compiler says an entry can take, against entries as long as they get. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/outletday.h"
#include "engine/person.h"
#include "engine/policy.h"
#include "engine/shared.h"
#include "store/entry.h"

static struct entry e;
static char buf[ENTRY_MAX];

/* Compile a file of the source tree. */
static struct policy *
shipped(void)
{
	static char text[POLICY_MAX_TEXT];
	FILE *f = fopen("server/engine/default.policy", "r");
	size_t n;

	if (f == NULL)
		cr_skip_test("skipped: not run from the source tree");
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	return (policy_compile("default", text, n, NULL));
}

/* The longest value that a fact can have. */
static int64_t
longest(const struct policy_fact *f)
{

	switch (f->fn) {
	case POLICY_LISTED:
	case POLICY_AGENT_LISTED:
		return (255);	/* a record has one byte for it */
	case POLICY_CLEARED:
	case POLICY_HELD_KNOWN:
	case POLICY_AREA_LOCAL:
	case POLICY_OVERFLOW:
	case POLICY_GUARDIAN:
	case POLICY_STALE:
	case POLICY_OUTLET_KNOWN:
	case POLICY_OUTLET_SUSPENDED:
	case POLICY_CAMPAIGN:
	case POLICY_OFFLINE:
	case POLICY_LINKED:
		return (1);
	case POLICY_INSTITUTIONS:
	case POLICY_OUTLETS:
	case POLICY_VISITS:
	case POLICY_REPLACED:
		return (257);
	case POLICY_ATTEMPTS:
	case POLICY_REJECTS:
	case POLICY_ATTEMPT_INSTITUTIONS:
		return (65);
	case POLICY_SHARED_PHONE:
	case POLICY_SHARED_ADDRESS:
	case POLICY_SHARED_DEVICE:
	case POLICY_SHARED_AGENT:
	case POLICY_SHARED_EMPLOYER:
		return (SHARED_MAX + 1);
	case POLICY_AGE:
		return (150);
	case POLICY_HOUR:
		return (23);
	case POLICY_QUANTITY:
		return (1000);
	case POLICY_CARDS:
	case POLICY_BANK:
	case POLICY_SIM:
	case POLICY_ACCOUNTS:
	case POLICY_HELD:
		return (PERSON_OPENINGS * 65535 + 10000);
	case POLICY_OUTLET_CARDS:
	case POLICY_OUTLET_MEAN:
	case POLICY_OUTLET_AWAY:
	case POLICY_OUTLET_AWAY_MEAN:
		return (OUTLETDAY_WINDOW * 65535 + 1000);
	case POLICY_OUTLET_OFFLINE:
		return (OUTLETDAY_OFFLINE + 1000);
	case POLICY_MINUTES_SINCE:
		return (UINT32_MAX / 60);
	case POLICY_INSTITUTION:
		return (64);
	default:
		return (999);	/* a code */
	}
}

/* The bytes of facts and ids in e, beside those that are always there. */
static size_t
bytes(const struct policy *p)
{
	const struct policy_fact *f;
	size_t n = policy_facts(p, &f), i, with, without;
	uint8_t all[POLICY_MAX_RULES];

	entry_clear(&e, ENTRY_DECISION);
	e.nfacts = 1;
	e.hits[0] = e.lifted[0] = e.shadow[0] = 'x';
	e.waived[0] = 'x';
	without = entry_print(&e, buf, sizeof(buf));
	e.nfacts = (uint32_t)n;
	for (i = 0; i < n; i++)
		e.facts[i] = longest(&f[i]);
	for (i = 0; i < policy_rules(p); i++)
		all[i] = (uint8_t)i;
	e.lifted[0] = e.shadow[0] = e.waived[0] = 'x';
	cr_assert_eq(policy_hits(p, all, i, e.hits, sizeof(e.hits)), i);
	with = entry_print(&e, buf, sizeof(buf));
	cr_assert_neq(with, 0);
	return (with - without);
}

Test(entry_policy, the_shipped_policy_is_within_what_it_says)
{
	struct policy *p = shipped();
	size_t n;

	cr_assert_not_null(p);
	n = bytes(p);
	cr_log_info("facts and hits: %zu bytes, told %zu, at most %d", n,
	    policy_worst_bytes(p), POLICY_MAX_ENTRY_BYTES);
	cr_expect_leq(n, policy_worst_bytes(p));
	cr_expect_geq(n + 8, policy_worst_bytes(p), "told too much: %zu, %zu",
	    n, policy_worst_bytes(p));
	policy_free(p);
}

/* As many facts of every kind, and names, as the compiler lets pass. */
Test(entry_policy, the_largest_policy_is_within_what_it_says)
{
	static const char *const when[] = { "cards(%dh) > 2",
	    "attempts(%dh) > 2", "institutions(%dh) > 2", "rejects(%dh) > 2",
	    "replaced(%dh) > 2", "listed('l%d')", "agent_listed('l%d')",
	    "visits(%dh) > 3" };
	static const char *const once[] = { "age > 3", "hour > 3",
	    "quantity > 3", "product == sim", "stale", "campaign",
	    "minutes_since(sim) > 3", "held(sim, here) > 3",
	    "institution == 'a'", "overflow" };
	static char text[65536];
	struct policy *p = NULL, *q;
	size_t n, rules = 0;
	char w[64];

	n = (size_t)sprintf(text, "[policy]\nversion = w\n");
	while (rules < POLICY_MAX_RULES) {
		if (rules < 10)
			sprintf(w, "%s", once[rules]);
		else
			/* NOLINTNEXTLINE */
			sprintf(w, when[rules % 8], (int)(2 + rules % 8 +
			    (rules / 8)));
		n += (size_t)sprintf(text + n, "[rule RULE_%04zu-X]\nwhen = "
		    "\"%s\"\nthen = review\nreason = r\n", rules++, w);
		if ((q = policy_compile("w", text, n, NULL)) == NULL)
			break;
		policy_free(p);
		p = q;
	}
	cr_assert_not_null(p);
	cr_log_info("%zu rules: %zu bytes, told %zu, at most %d", rules - 1,
	    bytes(p), policy_worst_bytes(p), POLICY_MAX_ENTRY_BYTES);
	cr_expect_leq(bytes(p), policy_worst_bytes(p));
	cr_expect_gt(rules, 40);
	policy_free(p);
}
