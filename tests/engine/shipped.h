#ifndef LIANGKA_SHIPPED_H_
#define LIANGKA_SHIPPED_H_

/* The shipped policy on the bench, and somebody who asks for one thing. */
#include "policy_bench.h"

#include <limits.h>
#include <unistd.h>

static struct bench b;

/* The file lies in the source tree, next to the tests. */
static inline void
shipped_setup(void)
{
	static char text[POLICY_MAX_TEXT];
	static const char tail[] = "server/engine/default.policy";
	char path[PATH_MAX] = "", here[PATH_MAX - 64];
	char *slash;
	FILE *f = fopen(tail, "r");
	size_t n;

	/* Also when the test runs from elsewhere: look beside the source. */
	if (f == NULL && (slash = strstr(strcpy(here, __FILE__),
	    "tests/engine/")) != NULL) {
		*slash = '\0';
		snprintf(path, sizeof(path), "%s%s", here, tail);
		f = fopen(path, "r");
	}
	cr_assert_not_null(f, "%s not found", tail);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	cr_assert_not_null(bench_compile(&b, text), "%s", b.errors);
}

static inline void
shipped_teardown(void)
{

	policy_free(b.p);
}

/* Somebody of 30 years asks for one product, for the first time, at a counter. */
static inline void
applicant(int product)
{

	memset(b.facts, 0, sizeof(b.facts));
	bench_set(&b, "product", product);
	bench_set(&b, "operation", LK_OP_NEW);
	bench_set(&b, "channel", LK_CHANNEL_COUNTER);
	bench_set(&b, "purpose", LK_PURPOSE_DAILY);
	bench_set(&b, "quantity", 1);
	bench_set(&b, "age", 30);
	bench_set(&b, "area_local", 1);
	bench_set(&b, "outlet_known", 1);
	bench_set(&b, "visits(today)", 1);
	bench_set(&b, "visits(30d)", 1);
	bench_set(&b, "institutions(7d)", 1);
	bench_set(&b, "outlets(24h)", 1);
	bench_set(&b, "attempts(24h)", 1);
	bench_set(&b, "attempts(7d)", 1);
	if (product < LK_PRODUCT_SOCIAL || product == LK_PRODUCT_SIM ||
	    product == LK_PRODUCT_SIM2) {
		bench_set(&b, "cards(today)", 1);
		bench_set(&b, "cards(30d)", 1);
		bench_set(&b, "cards(60d)", 1);
		bench_set(&b, product < LK_PRODUCT_SOCIAL ? "bank(24h)" :
		    "sim(24h)", 1);
	}
}

static inline void
decides(int32_t decision, const char *ids)
{

	cr_expect_eq(bench_decide(&b), decision, "decision %d, not %d (%s)",
	    (int)b.v.decision, (int)decision,
	    bench_ids(&b, b.v.hit, b.v.nhits));
	cr_expect_str_eq(bench_ids(&b, b.v.hit, b.v.nhits), ids);
}

#endif /* !LIANGKA_SHIPPED_H_ */
