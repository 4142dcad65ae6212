#include <stdlib.h>
#include <string.h>

#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "down.h"
#include "seqset.h"

struct queue {
	char node[16];
	struct seqset seqs;
	uint64_t last;
};

struct down {
	struct queue *list;	/* sorted by node */
	size_t n, cap;
	int lost;		/* memory ran out: what is missing is pulled after a start */
};

/* Where a node is, or would be. */
static size_t
place(const struct down *d, const char *node)
{
	size_t lo = 0, hi = d->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (strcmp(d->list[mid].node, node) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* The queue of a node, made where there is none. */
static struct queue *
queue_of(struct down *d, const char *node)
{
	size_t i = place(d, node), cap;
	struct queue *v;

	if (i < d->n && strcmp(d->list[i].node, node) == 0)
		return (&d->list[i]);
	if (d->n == d->cap) {
		cap = d->cap != 0 ? d->cap * 2 : 16;
		if ((v = realloc(d->list, cap * sizeof(*v))) == NULL)
			return (NULL);
		d->list = v;
		d->cap = cap;
	}
	memmove(&d->list[i + 1], &d->list[i], (d->n - i) * sizeof(*d->list));
	memset(&d->list[i], 0, sizeof(d->list[i]));
	memcpy(d->list[i].node, node, strnlen(node, 15));
	d->n++;
	return (&d->list[i]);
}

/* Note that a node is to be told of an entry. */
static int
add(struct down *d, const char *node, uint64_t seq)
{
	struct queue *q = queue_of(d, node);

	if (q == NULL || seqset_add(&q->seqs, seq) != 0)
		return (-1);
	if (seq > q->last)
		q->last = seq;
	return (0);
}

/* One that stands in the state. */
static int
found(void *arg, const struct state_record *r)
{
	char node[16];
	uint64_t seq = 0;
	size_t i;

	if (r->keylen != RECORD_BELOW_KEY)
		return (0);
	memcpy(node, r->key, sizeof(node));
	for (i = 16; i < RECORD_BELOW_KEY; i++)
		seq = seq << 8 | r->key[i];
	return (add(arg, node, seq));
}

/* Read what is to be told. */
struct down *
down_open(struct journal *j)
{
	struct down *d = calloc(1, sizeof(*d));

	if (d != NULL && state_each(journal_state(j), RECORD_DOWN, found,
	    d) != 0) {
		down_close(d);
		return (NULL);
	}
	return (d);
}

/* Free it. */
void
down_close(struct down *d)
{
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < d->n; i++)
		seqset_clear(&d->list[i].seqs);
	free(d->list);
	free(d);
}

/* An entry was written. */
void
down_watch(struct down *d, const struct entry *e)
{

	if (e->to[0] != '\0' && add(d, e->to, e->seq) != 0)
		d->lost = 1;
}

/* The newest. */
uint64_t
down_last(const struct down *d, const char *node)
{
	size_t i = place(d, node);

	return (i < d->n && strcmp(d->list[i].node, node) == 0 ?
	    d->list[i].last : 0);
}

/* The next. */
uint64_t
down_after(const struct down *d, const char *node, uint64_t seq)
{
	size_t i = place(d, node);

	return (i < d->n && strcmp(d->list[i].node, node) == 0 ?
	    seqset_after(&d->list[i].seqs, seq) : 0);
}
