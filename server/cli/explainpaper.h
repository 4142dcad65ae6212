#ifndef LIANGKA_EXPLAINPAPER_H_
#define LIANGKA_EXPLAINPAPER_H_

/*
 * An explanation, written out whole.
 */

#include "audit/casefile.h"
#include "audit/explain.h"

struct tool;

struct explainpaper {
	const struct tool *t;	/* where to, and in colour or not */
	int zh;
	const struct casefile *c;
	const struct explain *x;
};

/**
 * explainpaper_text(p): Write it as text: what was decided, when it settles itself,
 * and every rule.  explainpaper_json(p): the same as one JSON object.
 */
void explainpaper_text(const struct explainpaper *p);
void explainpaper_json(const struct explainpaper *p);

#endif /* !LIANGKA_EXPLAINPAPER_H_ */
