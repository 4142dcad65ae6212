#include <criterion/criterion.h>

#include "store/state_filter.h"

#include "state_model.h"

/* Scatter a number. */
static uint32_t
scatter(uint32_t i)
{

	i = (i ^ i >> 16) * 0x85ebca6bu;
	i = (i ^ i >> 13) * 0xc2b2ae35u;
	return (i ^ i >> 16);
}

Test(filter, rules_nothing_out_before_it_is_ready)
{
	struct state_filter *f = state_filter_new();

	cr_assert(state_filter_may(f, 1));
	state_filter_add(f, 7);
	cr_assert(state_filter_may(f, 1));
	state_filter_ready(f);
	cr_assert_not(state_filter_may(f, 1));
	cr_assert(state_filter_may(f, 7));
	state_filter_free(f);
	state_filter_free(NULL);
}

Test(filter, knows_every_key_and_rules_most_others_out)
{
	struct state_filter *f = state_filter_new();
	uint32_t i, wrong = 0;

	state_filter_ready(f);
	for (i = 0; i < STATE_FILTER_KEYS / 4; i++)
		state_filter_add(f, scatter(i));
	for (i = 0; i < STATE_FILTER_KEYS / 4; i++)
		cr_assert(state_filter_may(f, scatter(i)));
	for (; i < STATE_FILTER_KEYS / 2; i++)
		wrong += state_filter_may(f, scatter(i));
	cr_assert_lt(wrong, STATE_FILTER_KEYS / 4 / 100, "%u", wrong);
	state_filter_free(f);
}

/* What LMDB holds is found, whether it was there, came, or came back. */
Test(filter, rules_out_nothing_that_is_there)
{
	struct state_options o = { .dir = model_dir(), .interval_ms = 10,
	    .overlay_bytes = 8 << 20, .txn_records = 500 };
	uint64_t seq = 0;
	uint32_t i, n;

	for (int round = 0; round < 4; round++) {
		struct state *s = model_open(&o);

		/* More keys than are taken into the filter at a time. */
		for (i = 0; i < 5000; i++) {
			n = (uint32_t)round * 5000 + i;
			cr_assert_not_null(state_put(s, 1, &n, 4, ++seq, 8));
			cr_assert_eq(state_applied(s, seq), 0);
			if (i % 1000 == 999)
				cr_assert_eq(state_checkpoint_now(s, seq, 0),
				    0);
			n = (uint32_t)(model_random(&(uint64_t){ seq }) %
			    (n + 1));
			cr_assert_not_null(state_get(s, 1, &n, 4, NULL, NULL),
			    "%u of %llu", n, (unsigned long long)seq);
		}
		for (n = 0; n < (uint32_t)(round + 2) * 5000; n++)
			cr_assert_eq(state_get(s, 1, &n, 4, NULL, NULL) !=
			    NULL, n < (uint32_t)(round + 1) * 5000);
		cr_assert_eq(state_delete(s, 1, "\0\0\0", 4, ++seq), 0);
		cr_assert_eq(state_applied(s, seq), 0);
		cr_assert_eq(state_checkpoint_now(s, seq, 0), 0);
		cr_assert_null(state_get(s, 1, "\0\0\0", 4, NULL, NULL));
		cr_assert_not_null(state_put(s, 1, "\0\0\0", 4, ++seq, 1));
		cr_assert_eq(state_applied(s, seq), 0);
		cr_assert_eq(state_checkpoint_now(s, seq, 0), 0);
		cr_assert_not_null(state_get(s, 1, "\0\0\0", 4, NULL, NULL));
		state_close(s);
	}
	model_clean((char *)(uintptr_t)o.dir);
}
