#ifndef LIANGKA_REPORT_COMPLETE_IMPL_H_
#define LIANGKA_REPORT_COMPLETE_IMPL_H_

/*
 * What is counted while entries come, and compared once all are there.
 */

#include "checks.h"
#include "report_complete.h"
#include "reporthash.h"
#include "totals.h"

struct complete {
	const struct complete_options *o;
	const struct report_options *ro;
	struct checks *checks;
	struct reporthash *counts;
	int64_t last;		/* ms of the last entry */
	struct complete_event *events;
	size_t nevents, events_room;
	struct complete_file *files;
	size_t nfiles, files_room;
	struct complete_difference *differences;
	size_t ndifferences, differences_room;
};

/**
 * complete_room(v, n, has, size): Make room for one more in an array of n.  Return where it
 * is then, or NULL when out of memory.
 */
void *complete_room(void *v, size_t n, size_t *has, size_t size);

/**
 * complete_compare(c): Compare the counts with the totals.  Return 0 or -1.
 */
int complete_compare(struct complete *c);

/**
 * complete_say(c, out): Write what was found into a report.
 */
void complete_say(const struct complete *c, struct report *out);

#endif /* !LIANGKA_REPORT_COMPLETE_IMPL_H_ */
