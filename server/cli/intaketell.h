#ifndef LIANGKA_INTAKETELL_H_
#define LIANGKA_INTAKETELL_H_

/*
 * What an intake says: progress while it runs, counts when it is over.
 */

#include <stdint.h>

#include "desk/intake.h"

struct intakefile;
struct tool;

/* A line on the terminal that is written over. */
struct intaketell {
	const struct tool *t;
	const struct intakefile *f;
	int on;			/* there is a terminal, and it is wanted */
	int64_t begun, told;	/* ms */
	uint64_t from;		/* rows that an earlier run had done */
	int shown;
	unsigned bad;		/* rows complained of so far */
};

/**
 * intaketell_begin(p, t, f, quiet), intaketell_step(p, c), intaketell_clear(p): The line
 * of progress: rows, rate, how much is left.
 * intaketell_bad(p, line, column, why): A bad row; the first ones are shown.
 */
void intaketell_begin(struct intaketell *p, const struct tool *t,
    const struct intakefile *f, int quiet);
void intaketell_step(struct intaketell *p, const struct intake_counts *c);
void intaketell_clear(struct intaketell *p);
void intaketell_bad(struct intaketell *p, uint64_t line, size_t column,
    const char *why);

/**
 * intaketell_result(t, f, r, dry, found, ms): The counts of a file, as text or JSON.
 * found: the mapping was not named.
 */
void intaketell_result(const struct tool *t, const struct intakefile *f,
    const struct intake_result *r, int dry, int found, const char *changed,
    int64_t ms);

#endif /* !LIANGKA_INTAKETELL_H_ */
