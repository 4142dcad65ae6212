#include <criterion/criterion.h>
#include <stdint.h>

#include "counter/seqset.h"

/* The set of open seqs, against an array of flags. */

#define TOP 2000

static struct seqset s;
static int there[TOP + 1];

/* The same numbers each time. */
static uint32_t
next(uint32_t *state)
{

	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8);
}

/* The set and the flags say the same. */
static void
same(void)
{
	uint64_t got = 0, want;
	size_t n = 0;

	for (want = 1; want <= TOP; want++) {
		if (!there[want])
			continue;
		got = seqset_after(&s, got);
		cr_assert_eq(got, want);
		n++;
	}
	cr_assert_eq(seqset_after(&s, got), 0);
	cr_assert_eq(seqset_count(&s), n);
}

Test(seqset, like_an_array_of_flags)
{
	uint32_t state = 1;
	uint64_t seq;
	int i;

	same();
	for (i = 0; i < 20000; i++) {
		seq = 1 + next(&state) % TOP;
		if (next(&state) % 5 < (unsigned)(i < 10000 ? 3 : 1)) {
			cr_assert_eq(seqset_add(&s, seq), 0);
			there[seq] = 1;
		} else {
			seqset_remove(&s, seq);
			there[seq] = 0;
		}
		if (i % 100 == 0)
			same();
	}
	same();
	seqset_clear(&s);
	for (seq = 1; seq <= TOP; seq++)
		there[seq] = 0;
	same();
}

Test(seqset, what_is_removed_can_come_back)
{
	int i;

	for (i = 1; i <= 3; i++)
		cr_assert_eq(seqset_add(&s, (uint64_t)i * 10), 0);
	seqset_remove(&s, 20);
	seqset_remove(&s, 20);
	seqset_remove(&s, 25);
	cr_assert_eq(seqset_count(&s), 2);
	cr_assert_eq(seqset_after(&s, 10), 30);
	cr_assert_eq(seqset_add(&s, 20), 0);
	cr_assert_eq(seqset_add(&s, 20), 0);
	cr_assert_eq(seqset_count(&s), 3);
	cr_assert_eq(seqset_after(&s, 10), 20);
	cr_assert_eq(seqset_after(&s, UINT64_MAX - 1), 0);
	seqset_clear(&s);
}
