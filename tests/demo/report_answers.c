#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "report_parts.h"

/* Is the applicant to pass, to be held, or does the plan not say? */
static const char *
truth(const struct plan_row *row)
{
	switch (row->expect) {
	case PLAN_PASS:
	case PLAN_PASS_MUST:
		return ("pass");
	case PLAN_HOLD:
	case PLAN_HOLD_MUST:
		return ("hold");
	default:
		return ("any");
	}
}

/* One line. */
static void
line(FILE *f, const struct day_answer *a)
{
	const struct plan_row *row = a->row;
	int wanted = row->then == PLAN_THEN_CONFIRM ||
	    row->then == PLAN_THEN_CLEAR;

	fprintf(f, "%s\t%s\t%s\t%s\t%s.%s\t%016" PRIx64 "\t%d\t%d\t%d\t%d\t%d"
	    "\t%d\t%d\t%s\n", row->group, row->ring, row->listed, truth(row),
	    row->institution, row->branch, a->person, wanted, (int)a->rc,
	    (int)a->result.decision, (int)a->result.by, a->held, a->issued,
	    a->cleared, a->result.hits);
}

/* All applications; closings ask nothing. */
int
report_answers(const struct report *r, const char *path)
{
	FILE *f = fopen(path, "we");
	int bad;

	if (f != NULL) {
		fprintf(f, "group\tring\tlisted\ttruth\toutlet\tperson\twanted"
		    "\trc\tdecision\tby\theld\tissued\tcleared\thits\n");
		for (size_t i = 0; i < r->day->count; i++)
			if (r->day->answers[i].row->kind != PLAN_RETIRE)
				line(f, &r->day->answers[i]);
		bad = ferror(f);
		if (fclose(f) == 0 && !bad)
			return (0);
	}
	fprintf(stderr, "demo-play: %s: %s\n", path, strerror(errno));
	return (-1);
}
