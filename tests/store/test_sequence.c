/* Which entries follow each other. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "store/entry.h"
#include "store/sequence.h"

#define OLD "a.example/branch/n1/decisions/2026.1"

static struct entry e;

/* Does an entry of this kind and seq follow? */
static int
follows(const struct sequence *s, enum entry_kind kind, uint64_t seq)
{

	entry_clear(&e, kind);
	e.seq = seq;
	return (sequence_follows(s, &e));
}

/* Does an entry 0 that names a log of this size before it? */
static int
begins(const struct sequence *s, uint64_t seq, const char *prev, uint64_t size)
{

	entry_clear(&e, ENTRY_LOG);
	e.seq = e.base = seq;
	e.prev_size = size;
	snprintf(e.prev_log, sizeof(e.prev_log), "%s", prev);
	return (sequence_follows(s, &e));
}

/* The log OLD with the entries 11 .. 20. */
static struct sequence
ten(void)
{
	struct sequence s = { .last = 0 };

	entry_clear(&e, ENTRY_LOG);
	e.seq = e.base = 11;
	snprintf(e.log, sizeof(e.log), "%s", OLD);
	cr_assert(sequence_follows(&s, &e));
	sequence_take(&s, &e);
	for (; s.last < 20; sequence_take(&s, &e))
		cr_assert(follows(&s, ENTRY_REPORT, s.last + 1));
	return (s);
}

Test(sequence, numbers_are_dense)
{
	struct sequence s = ten();

	cr_expect(follows(&s, ENTRY_REPORT, 21));
	cr_expect_not(follows(&s, ENTRY_REPORT, 20));
	cr_expect_not(follows(&s, ENTRY_REPORT, 22));
	cr_expect_not(follows(&s, ENTRY_LOG, 22));
}

Test(sequence, a_log_may_begin_further_on)
{
	struct sequence s = ten();

	cr_expect(begins(&s, 21, OLD, 10));
	cr_expect(begins(&s, 900, OLD, 10));
	cr_expect_not(begins(&s, 900, OLD, 9), "an entry of the old one is gone");
	cr_expect_not(begins(&s, 900, OLD, 11));
	cr_expect_not(begins(&s, 900, "a.example/branch/n1/decisions/2025.1",
	    10));
	cr_expect_not(begins(&s, 900, "", 0));
	cr_expect_not(begins(&s, 15, OLD, 10), "backwards");
	e.base = 899;
	e.seq = 900;
	e.prev_size = 10;
	cr_expect_not(sequence_follows(&s, &e));
	/* Read from the middle on: the size is taken on trust. */
	s.base = 0;
	cr_expect(begins(&s, 900, OLD, 9));
	cr_expect_not(follows(&s, ENTRY_REPORT, 900));
}
