#include <stdlib.h>
#include <string.h>

#include "seqset.h"

#define REMOVED (UINT64_C(1) << 63)
#define FEW 64			/* marks that are not worth sweeping up */

/* The first place whose seq is not below this one. */
static size_t
place(const struct seqset *s, uint64_t seq)
{
	size_t lo = 0, hi = s->n, mid;

	if (hi > 0 && (s->v[hi - 1] & ~REMOVED) < seq)
		return (hi);
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if ((s->v[mid] & ~REMOVED) < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* Add a seq. */
int
seqset_add(struct seqset *s, uint64_t seq)
{
	size_t i = place(s, seq), cap;
	uint64_t *v;

	if (i < s->n && (s->v[i] & ~REMOVED) == seq) {
		s->removed -= (s->v[i] & REMOVED) != 0;
		s->v[i] = seq;
		return (0);
	}
	if (s->n == s->cap) {
		cap = s->cap != 0 ? s->cap * 2 : 256;
		if ((v = realloc(s->v, cap * sizeof(*v))) == NULL)
			return (-1);
		s->v = v;
		s->cap = cap;
	}
	memmove(&s->v[i + 1], &s->v[i], (s->n - i) * sizeof(*s->v));
	s->v[i] = seq;
	s->n++;
	return (0);
}

/* Take the marks out. */
static void
sweep(struct seqset *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		if ((s->v[i] & REMOVED) == 0)
			s->v[n++] = s->v[i];
	s->n = n;
	s->removed = 0;
}

/* Take a seq out. */
void
seqset_remove(struct seqset *s, uint64_t seq)
{
	size_t i = place(s, seq);

	if (i == s->n || s->v[i] != seq)
		return;
	s->v[i] |= REMOVED;
	if (++s->removed > FEW && s->removed > s->n / 2)
		sweep(s);
}

/* Return the next one. */
uint64_t
seqset_after(const struct seqset *s, uint64_t seq)
{
	size_t i;

	for (i = place(s, seq + 1); i < s->n; i++)
		if ((s->v[i] & REMOVED) == 0)
			return (s->v[i]);
	return (0);
}

/* Return how many there are. */
size_t
seqset_count(const struct seqset *s)
{

	return (s->n - s->removed);
}

/* Make it empty. */
void
seqset_clear(struct seqset *s)
{

	free(s->v);
	memset(s, 0, sizeof(*s));
}
