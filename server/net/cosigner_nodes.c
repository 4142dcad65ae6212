#include <stdlib.h>
#include <string.h>

#include "audit/witness_heads.h"
#include "keys/note.h"
#include "store/origin.h"

#include "cosigner_impl.h"

/* Find a node by the first len bytes of a text; its index, or where it would be. */
static int
find(const struct cosigner_nodes *t, const char *name, size_t len, size_t *at)
{
	size_t lo = 0, hi = t->n, mid;
	int d;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		d = strncmp(name, t->node[mid].name, len);
		if (d == 0 && t->node[mid].name[len] == '\0') {
			*at = mid;
			return (1);
		}
		if (d <= 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	*at = lo;
	return (0);
}

/* The node of a name, made if it is new; NULL when out of memory. */
struct cosigner_node *
cosigner_nodes_of(struct cosigner_nodes *t, const char *name, size_t len)
{
	struct cosigner_node *grown;
	char *copy;
	size_t at, cap = t->cap == 0 ? 64 : 2 * t->cap;

	if (find(t, name, len, &at))
		return (&t->node[at]);
	if (t->n == t->cap) {
		grown = realloc(t->node, cap * sizeof(*grown));
		if (grown == NULL)
			return (NULL);
		t->node = grown;
		t->cap = cap;
	}
	if ((copy = strndup(name, len)) == NULL)
		return (NULL);
	memmove(&t->node[at + 1], &t->node[at], (t->n - at) *
	    sizeof(*t->node));
	memset(&t->node[at], 0, sizeof(t->node[at]));
	t->node[at].name = copy;
	t->n++;
	return (&t->node[at]);
}

/* Is a log the same as, or newer than, the one that is told of a node? */
static int
newer(const char *origin, const char *known)
{
	int year, n, known_year, known_n;

	if (origin_parse(known, &known_year, &known_n) != 0 ||
	    strcmp(origin, known) == 0)
		return (1);
	return (origin_parse(origin, &year, &n) == 0 && (year > known_year ||
	    (year == known_year && n > known_n)));
}

/* Note the newest head of a node. */
void
cosigner_nodes_head(struct cosigner_node *n, const struct checkpoint *head, uint64_t time)
{

	if (!newer(head->origin, n->seen.head.origin))
		return;
	n->seen.head = *head;
	n->seen.time = time;
}

/* Note a head that was cosigned before the start. */
int
cosigner_nodes_remember(struct cosigner_nodes *t, const struct witness_head *h,
    const struct note_verifier *witness)
{
	const struct note_verifier *own[1] = { witness };
	const char *end = strstr(h->c.origin, "/decisions/");
	char why[NOTE_ERROR_MAX];
	uint64_t time = 0;
	struct cosigner_node *n;
	struct note note;
	size_t i;

	if (end == NULL)
		return (0);
	n = cosigner_nodes_of(t, h->c.origin, (size_t)(end - h->c.origin));
	if (n == NULL)
		return (-1);
	/* The key may be another than it was then: no time is known. */
	if (note_parse(&note, h->note, h->len, why) == 0 &&
	    note_verify(&note, own, 1, why) == 1)
		for (i = 0; i < note.n; i++)
			if (note.sig[i].by != NULL)
				time = note.sig[i].time;
	cosigner_nodes_head(n, &h->c, time);
	return (0);
}

/* Find a node. */
const struct cosigner_node *
cosigner_nodes_find(const struct cosigner_nodes *t, const char *name)
{
	size_t at;

	return (find(t, name, strlen(name), &at) ? &t->node[at] : NULL);
}

/* Free them. */
void
cosigner_nodes_free(struct cosigner_nodes *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		free(t->node[i].name);
	free(t->node);
}
