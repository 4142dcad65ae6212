#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"

#include "package_impl.h"

#define SENTENCE 1200

/* Free one log. */
void
package_part_free(struct package_part *part)
{

	if (part == NULL)
		return;
	tiles_close(part->tiles);
	free(part->source.base);
	free(part->log.note);
	free(part->trouble);
	free(part);
}

/* Read the checkpoint of a log. */
int
package_head(struct package *p, struct package_part *part)
{
	char err[SENTENCE], *note, *copy;
	struct checkpoint head;
	struct note n;
	int64_t len;
	int rc = -1;

	if ((note = malloc(CHECKPOINT_MAX + 1)) == NULL)
		return (package_fail(p, PACKAGE_AWAY, "out of memory"));
	len = package_get(&part->source, "checkpoint", (uint8_t *)note,
	    CHECKPOINT_MAX, err, sizeof(err));
	if (len == TILES_ABSENT) {
		(void)package_fail(p, PACKAGE_ABSENT, "%s/checkpoint: not "
		    "there", part->source.base);
	} else if (len < 0) {
		(void)package_fail(p, part->source.fault, "%s", err);
	} else if (note_parse(&n, note, (size_t)len, err) != 0 ||
	    checkpoint_read(&head, n.text, n.text_len, err) != 0) {
		(void)package_fail(p, PACKAGE_DAMAGED, "%s/checkpoint: %s",
		    part->source.base, err);
	} else {
		note[len] = '\0';
		free(part->log.note);
		part->log.note = note;
		part->log.note_len = (size_t)len;
		part->log.head = head;
		if ((copy = realloc(note, (size_t)len + 1)) != NULL)
			part->log.note = copy;
		note = NULL;
		rc = 0;
	}
	free(note);
	return (rc);
}

/* Ask entry 0 of a log for its base. */
int
package_part_base(struct package *p, struct package_part *part)
{
	const uint8_t *e;
	size_t len, at;

	if (part->log.head.size == 0)
		return (0);
	part->source.fault = PACKAGE_FINE;
	if (tiles_entry(part->tiles, 0, &e, &len) != 0)
		return (package_fail(p, part->source.fault != PACKAGE_FINE ?
		    part->source.fault : PACKAGE_DAMAGED, "%s: %s",
		    part->log.name, tiles_error(part->tiles)));
	if (entry_parse(&p->entry, (const char *)e, len, &at) != 0 ||
	    p->entry.kind != ENTRY_LOG || p->entry.seq == 0)
		return (package_fail(p, PACKAGE_DAMAGED, "%s: entry 0 does not "
		    "name the log", part->log.name));
	part->log.base = p->entry.seq;
	return (0);
}

/* Make the readers of a log whose files are below base (which it takes). */
struct package_part *
package_part_new(struct package *p, char *base)
{
	struct tiles_source source = { .get = package_get };
	struct package_part *part, **more;

	if (base == NULL)
		goto err0;
	if ((part = calloc(1, sizeof(*part))) == NULL)
		goto err1;
	part->source.base = base;
	part->source.fetch = p->fetch;
	part->listed = -1;
	source.arg = &part->source;
	if ((part->tiles = tiles_open(&source, 0)) == NULL)
		goto err2;
	more = realloc(p->part, (p->count + 1) * sizeof(struct package_part *));
	if (more == NULL)
		goto err2;
	p->part = more;
	p->part[p->count++] = part;
	return (part);

err2:
	package_part_free(part);
	goto err0;
err1:
	free(base);
err0:
	(void)package_fail(p, PACKAGE_AWAY, "out of memory");
	return (NULL);
}

/* Read a log's head and base; what is wrong with it may be kept instead. */
int
package_part_load(struct package *p, struct package_part *part)
{
	int rc = package_head(p, part);

	if (rc == 0) {
		tiles_resize(part->tiles, part->log.head.size);
		if (!p->o.damaged)
			return (package_part_base(p, part));
		return (0);
	}
	if (!p->o.damaged || (p->fault != PACKAGE_DAMAGED &&
	    p->fault != PACKAGE_ABSENT))
		return (rc);
	part->trouble = strdup(p->error);
	return (part->trouble != NULL ? 0 : package_fail(p, PACKAGE_AWAY,
	    "out of memory"));
}

