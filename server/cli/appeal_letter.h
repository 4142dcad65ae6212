#ifndef LIANGKA_APPEAL_LETTER_H_
#define LIANGKA_APPEAL_LETTER_H_

/*
 * The answer to an appeal, to be printed, stamped and handed over: what was decided, what
 * was found, what changes and from when, and where else to turn (反电信网络诈骗法 Art. 32).
 * It has no name and no number: the name is a line to be filled in by hand.  A list whose
 * very name would tell of an investigation is not named.
 */

#include <stdio.h>

#include "lists/appeal.h"

struct centre;
struct tool;

struct appeal_letter {
	const struct appeal *a;	/* decided */
	const char *office;	/* who answers */
	const char *list;	/* the list's title in the letter's language */
	int english;
};

/**
 * appeal_letter_untold(a): Is it about a record of which the letter must not tell what it
 * is?  Then what was found must not tell it either.
 * appeal_letter_html(l, f), appeal_letter_text(l, f): Write the letter.
 */
int appeal_letter_untold(const struct appeal *a);
void appeal_letter_html(const struct appeal_letter *l, FILE *f);
void appeal_letter_text(const struct appeal_letter *l, FILE *f);

/**
 * appeal_letter_files(t, l, name): Write <name>.html and <name>.txt, mode 0600.  Return
 * ARGS_GO, or an exit code after saying what is wrong.
 */
int appeal_letter_files(const struct tool *t, const struct appeal_letter *l,
    const char *name);

#endif /* !LIANGKA_APPEAL_LETTER_H_ */
