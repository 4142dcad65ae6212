#ifndef INTEGRATORTEST_H_
#define INTEGRATORTEST_H_

/* What the tests of the integrator share. */

#include <criterion/criterion.h>

#include "nodelog.h"

/* Open, or fail the test. */
static inline void
must_open(struct nodelog *n)
{

	cr_assert_eq(nodelog_open(n), 0, "%s", n->error);
}

/* Append and publish. */
static inline struct checkpoint
grow(struct nodelog *n, int count)
{
	struct checkpoint head;

	cr_assert_eq(nodelog_put(n, count), 0, "%s", n->error);
	cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
	return (head);
}

/* A node with one log of so many entries, closed. */
static inline struct nodelog *
make_node(int count)
{
	struct nodelog *n = nodelog_new();

	must_open(n);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0, "%s", n->error);
	(void)grow(n, count - 1);
	cr_assert_eq(nodelog_close(n), 0);
	return (n);
}

#endif /* !INTEGRATORTEST_H_ */
