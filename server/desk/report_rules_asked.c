/*
 * What our rules said to a question of a node below: the node decides, and tells us of its
 * own rules alone, so ours are kept until it does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/entry.h"

#include "report_rules_impl.h"
#include "reporthash.h"

/* A question was answered. */
int
rules_asked(void *arg, const struct entry *e)
{
	struct rules_report *x = arg;
	struct rules_asked *a;

	if (e->hits[0] == '\0' && e->up_hits[0] == '\0' &&
	    e->shadow[0] == '\0' && e->lifted[0] == '\0' &&
	    e->waived[0] == '\0')
		return (0);
	if ((a = reporthash_put(x->asked, &e->seq)) == NULL)
		return (-1);
	if (asprintf(&a->hits, "%s%s%s", e->hits, e->hits[0] != '\0' &&
	    e->up_hits[0] != '\0' ? " " : "", e->up_hits) == -1) {
		a->hits = NULL;
		return (-1);
	}
	a->shadow = strdup(e->shadow);
	a->lifted = strdup(e->lifted);
	a->waived = strdup(e->waived);
	return (a->shadow != NULL && a->lifted != NULL && a->waived != NULL ?
	    0 : -1);
}

/* Free what is kept of a question. */
void
rules_forget(struct rules_asked *a)
{

	free(a->hits);
	free(a->shadow);
	free(a->lifted);
	free(a->waived);
	memset(a, 0, sizeof(*a));
}
