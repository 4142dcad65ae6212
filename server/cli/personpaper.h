#ifndef LIANGKA_PERSONPAPER_H_
#define LIANGKA_PERSONPAPER_H_

/*
 * What is held on a person, and who looked: written out.
 */

#include <stdint.h>
#include <stdio.h>

#include "audit/holding.h"

struct tool;

struct personpaper {
	const struct tool *t;
	const struct holding *h;
	int zh;
	int applicant;		/* leave out tellers' alarms */
	const char *node;	/* whose record it is */
	const char *by;		/* who asked, by the daemon's word */
	uint64_t seq;		/* of the entry that records the asking */
	int64_t now;		/* ms */
	int32_t id_type;
};

/**
 * personpaper_text(p): Write it to p->t->out as text.  personpaper_json(p): as one
 * JSON object.  personpaper_html(p, f): as a page in both languages.
 */
void personpaper_text(const struct personpaper *p);
void personpaper_json(const struct personpaper *p);
void personpaper_html(const struct personpaper *p, FILE *f);

#endif /* !LIANGKA_PERSONPAPER_H_ */
