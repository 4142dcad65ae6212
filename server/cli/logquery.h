#ifndef LIANGKA_LOGQUERY_H_
#define LIANGKA_LOGQUERY_H_

/*
 * Going through the record for the entries that a filter wants.
 */

#include <stddef.h>

#include "logread.h"

struct entry;
struct logfilter;

struct logquery {
	struct logread *r;
	const struct logfilter *f;
	/* An entry that fits; 0, or an exit code.  e lives until it returns. */
	int (*put)(void *arg, const struct package_entry *pe,
	    const struct entry *e);
	void *arg;
};

/**
 * logquery_run(q): Call q->put for all entries that fit, in order, or with f->last for
 * the last of them.  Return 0 or an exit code; what is wrong is kept in q->r: an
 * entry that is not well-formed, a decision id with other check digits.
 */
int logquery_run(const struct logquery *q);

#endif /* !LIANGKA_LOGQUERY_H_ */
