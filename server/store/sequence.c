#include <stdio.h>
#include <string.h>

#include "entry.h"
#include "sequence.h"

/* Does e come next? */
int
sequence_follows(const struct sequence *s, const struct entry *e)
{

	if (s->last == 0 || e->seq == s->last + 1)
		return (1);
	if (e->seq <= s->last || e->kind != ENTRY_LOG || e->base != e->seq ||
	    e->prev_size == 0)
		return (0);
	return (s->base == 0 || (strcmp(e->prev_log, s->log) == 0 &&
	    s->base + e->prev_size == s->last + 1));
}

/* e was read. */
void
sequence_take(struct sequence *s, const struct entry *e)
{

	s->last = e->seq;
	if (e->kind != ENTRY_LOG)
		return;
	s->base = e->base;
	(void)snprintf(s->log, sizeof(s->log), "%s", e->log);
}
