#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "intake.h"

#define MARK_HEAD "liangka intake 1"

/* The counts of a mark that are numbers of their own. */
static uint64_t *
counts(struct intake_counts *c, size_t i)
{
	uint64_t *const all[] = { &c->rows, &c->fresh, &c->known, &c->merged,
		&c->closed, &c->ambiguous, &c->rejected, &c->alerts };

	return (i < sizeof(all) / sizeof(all[0]) ? all[i] :
	    i < sizeof(all) / sizeof(all[0]) + INTAKEMAP_WHYS ?
	    &c->why[i - sizeof(all) / sizeof(all[0])] : NULL);
}

/* Write a mark. */
int
intake_mark_write(FILE *f, const struct intake_mark *m, const char *key,
    uint64_t reject)
{
	struct intake_counts c = m->counts;
	const uint64_t *v;
	size_t i;

	(void)fprintf(f, "%s\n%s\n%" PRIu64 " %016" PRIx64 " %" PRIu64,
	    MARK_HEAD, key, m->rows, m->hash, reject);
	for (i = 0; (v = counts(&c, i)) != NULL; i++)
		(void)fprintf(f, " %" PRIu64, *v);
	/* The end says that all of it is here. */
	(void)fputs(" .\n", f);
	return (fflush(f) == 0 && !ferror(f) ? 0 : -1);
}

/* Read a line. */
static int
line_is(FILE *f, const char *want)
{
	char line[1024];
	size_t n;

	if (fgets(line, sizeof(line), f) == NULL)
		return (0);
	n = strlen(line);
	return (n > 0 && line[n - 1] == '\n' && strlen(want) == n - 1 &&
	    memcmp(line, want, n - 1) == 0);
}

/* Read a mark. */
int
intake_mark_read(FILE *f, struct intake_mark *m, const char *key,
    uint64_t *reject)
{
	char end[4] = "";
	uint64_t *v;
	size_t i;

	memset(m, 0, sizeof(*m));
	if (!line_is(f, MARK_HEAD) || !line_is(f, key) ||
	    fscanf(f, "%" SCNu64 " %" SCNx64 " %" SCNu64, &m->rows, &m->hash,
	    reject) != 3)
		return (-1);
	for (i = 0; (v = counts(&m->counts, i)) != NULL; i++)
		if (fscanf(f, " %" SCNu64, v) != 1)
			return (-1);
	return (fscanf(f, " %3s", end) == 1 && strcmp(end, ".") == 0 &&
	    m->counts.rows == m->rows ? 0 : -1);
}
