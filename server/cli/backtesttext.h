#ifndef LIANGKA_BACKTESTTEXT_H_
#define LIANGKA_BACKTESTTEXT_H_

/*
 * What a backtest found, as tables for a person or as one JSON object.
 */

#include <stddef.h>
#include <stdint.h>

struct backtest;
struct policy;
struct tool;

struct backtesttext {
	const struct tool *t;
	struct backtest *b;
	const char *file;		/* the new policy's */
	const struct policy *policy;
	int64_t in_force;		/* UTC second whose rules were used */
	int rules_only;			/* the tables of rules alone */
	size_t top;			/* rows of outlets and areas, at most */
};

/**
 * backtesttext_write(x), backtesttext_json(x): Write all of it to x->t->out; JSON has
 * every row.  Return 0, or -1 when out of memory.
 */
int backtesttext_write(const struct backtesttext *x);
int backtesttext_json(const struct backtesttext *x);

/**
 * backtesttext_age(band, zh): The name of an age band.
 */
const char *backtesttext_age(int band, int zh);

#endif /* !LIANGKA_BACKTESTTEXT_H_ */
