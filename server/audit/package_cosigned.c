#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/note.h"

#include "package_cosigned.h"
#include "package_impl.h"

/* Read a small file of a log; its length, 0 when there is none, or -1. */
static int
read_file(struct package *p, size_t i, const char *name, char *buf, size_t cap)
{
	struct package_source *s = &p->part[i]->source;
	char err[1200];
	int64_t n;

	n = package_get(s, name, (uint8_t *)buf, cap - 1, err, sizeof(err));
	if (n == TILES_ABSENT)
		return (0);
	if (n < 0)
		return (package_fail(p, s->fault, "%s", err));
	buf[n] = '\0';
	return ((int)n);
}

/* Read a head without verifying it. */
static int
read_head(struct checkpoint *c, const char *text, int len)
{
	char err[NOTE_ERROR_MAX];
	struct note note;

	return (len > 0 && note_parse(&note, text, (size_t)len, err) == 0 &&
	    checkpoint_read(c, note.text, note.text_len, err) == 0 ? 0 : -1);
}

/* What the witness left. */
int
package_cosigned(struct package *p, size_t i, char *buf, size_t cap)
{

	return (read_file(p, i, PACKAGE_COSIGNED, buf, cap));
}

/* Is one log shorter than what the witness left? */
static int
cut(struct package *p, size_t i)
{
	char text[CHECKPOINT_MAX + 1];
	struct checkpoint seen, head;

	/*
	 * The head is read after what was seen: a log that grows meanwhile is
	 * never shorter.
	 */
	if (read_head(&seen, text, package_cosigned(p, i, text,
	    sizeof(text))) != 0 || read_head(&head, text, read_file(p, i,
	    "checkpoint", text, sizeof(text))) != 0 ||
	    strcmp(seen.origin, head.origin) != 0 || seen.size <= head.size)
		return (0);
	return (package_fail(p, PACKAGE_DAMAGED, "%s/checkpoint: it names %"
	    PRIu64 " entries, but a witness has seen %" PRIu64
	    " (" PACKAGE_COSIGNED "): seq %" PRIu64 " to %" PRIu64
	    " are missing", p->part[i]->source.base, head.size, seen.size,
	    p->part[i]->log.base + head.size,
	    p->part[i]->log.base + seen.size - 1));
}

/* Is any? */
int
package_cut(struct package *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (cut(p, i) != 0)
			return (-1);
	return (0);
}

/* Where a log is. */
const char *
package_dir(const struct package *p, size_t i)
{
	const struct package_source *s = &p->part[i]->source;

	return (s->fetch == NULL ? s->base : NULL);
}
