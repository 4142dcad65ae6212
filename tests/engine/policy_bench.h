#ifndef LIANGKA_POLICY_BENCH_H_
#define LIANGKA_POLICY_BENCH_H_

/* A small bench for policies: compile a text, set facts by name, decide. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "plugin.h"

#define NOON	INT64_C(1795334400)	/* 2026-11-22 16:00 UTC+8 */

struct bench {
	struct policy *	p;
	char		errors[32768];
	unsigned	count;
	int64_t		facts[POLICY_MAX_FACTS];
	struct verdict	v;
};

static inline void
bench_report(void *arg, const struct conf_error *e)
{
	struct bench *b = arg;
	size_t n = strlen(b->errors);

	conf_format(e, b->errors + n, sizeof(b->errors) - n);
	b->count++;
}

/* Compile; b->p is NULL and b->errors says why if it fails. */
static inline struct policy *
bench_compile(struct bench *b, const char *text)
{
	struct conf_sink sink = { bench_report, b };

	memset(b, 0, sizeof(*b));
	b->p = policy_compile("t.policy", text, strlen(text), &sink);
	return (b->p);
}

/* Set the fact that is spelt so, such as "cards(7d)"; return 0 if none is. */
static inline int
bench_try(struct bench *b, const char *name, int64_t value)
{
	const struct policy_fact *f;
	size_t i, n = policy_facts(b->p, &f);
	char is[64];

	for (i = 0; i < n; i++) {
		policy_fact_name(&f[i], is, sizeof(is));
		if (strcmp(is, name) == 0) {
			b->facts[i] = value;
			return (1);
		}
	}
	return (0);
}

static inline void
bench_set(struct bench *b, const char *name, int64_t value)
{

	cr_assert(bench_try(b, name, value), "no fact %s", name);
}

static inline int32_t
bench_decide(struct bench *b)
{

	policy_decide(b->p, b->facts, NOON, &b->v);
	return (b->v.decision);
}

/* The ids of the rules in a list, with spaces between. */
static inline const char *
bench_ids(struct bench *b, const uint8_t *list, size_t n)
{
	static char buf[2048];

	policy_hits(b->p, list, n, buf, sizeof(buf));
	return (buf);
}

#endif /* !LIANGKA_POLICY_BENCH_H_ */
