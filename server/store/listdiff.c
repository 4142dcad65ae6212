#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "listdiff.h"

/* The records of one stretch of the token space. */
struct stretch {
	struct listrec *r;
	size_t n, cap;
};

struct diff {
	struct stretch a, b;
	struct listrec *out;
	size_t n, cap, max;
};

/* Read the buckets of l that make up stretch i of 2^bits. */
static int
gather(struct stretch *s, const struct list *l, uint32_t i, unsigned bits)
{
	unsigned fine = list_info(l)->bits - bits;
	uint32_t k, first = i << fine, last = first + (UINT32_C(1) << fine);
	struct listrec *p;
	int64_t n;
	size_t cap;

	s->n = 0;
	for (k = first; k < last; k++) {
		n = list_bucket(l, k, s->r + s->n, s->cap - s->n);
		if (n > 0 && (size_t)n > s->cap - s->n) {
			cap = 2 * (s->n + (size_t)n);
			if ((p = realloc(s->r, cap * sizeof(*p))) == NULL)
				return (-1);
			s->r = p;
			s->cap = cap;
			n = list_bucket(l, k, s->r + s->n, s->cap - s->n);
		}
		if (n < 0 || (size_t)n > s->cap - s->n)
			return (-1);
		s->n += (size_t)n;
	}
	return (0);
}

/* Put one record out. */
static int
put(struct diff *d, const struct listrec *r, int gone)
{
	struct listrec *p;
	size_t cap;

	if (d->n == d->max)
		return (1);
	if (d->n == d->cap) {
		cap = d->cap == 0 ? 1024 : 2 * d->cap;
		if ((p = realloc(d->out, cap * sizeof(*p))) == NULL)
			return (-1);
		d->out = p;
		d->cap = cap;
	}
	if (gone) {
		memset(&d->out[d->n], 0, sizeof(*r));
		d->out[d->n].token = r->token;
		d->out[d->n].flags[0] = LISTREC_GONE;
	} else
		d->out[d->n] = *r;
	d->n++;
	return (0);
}

/* Compare one stretch of both. */
static int
compare(struct diff *d)
{
	size_t i = 0, j = 0;
	int c, rc = 0;

	while (rc == 0 && (i < d->a.n || j < d->b.n)) {
		c = i == d->a.n ? 1 : j == d->b.n ? -1 :
		    memcmp(&d->a.r[i].token, &d->b.r[j].token, TOKEN_LEN);
		if (c < 0)
			rc = put(d, &d->a.r[i++], 1);
		else if (c > 0)
			rc = put(d, &d->b.r[j++], 0);
		else {
			if (memcmp(&d->a.r[i], &d->b.r[j], LISTREC_LEN) != 0)
				rc = put(d, &d->b.r[j], 0);
			i++;
			j++;
		}
	}
	return (rc);
}

/* Compare two lists. */
int
listdiff_records(const struct list *from, const struct list *to, size_t max,
    struct listrec **r, size_t *n)
{
	struct diff d = { .max = max };
	unsigned bits = list_info(from)->bits;
	uint32_t i;
	int rc = 0;

	if (list_info(to)->bits < bits)
		bits = list_info(to)->bits;
	for (i = 0; rc == 0 && i >> bits == 0; i++)
		if (gather(&d.a, from, i, bits) != 0 ||
		    gather(&d.b, to, i, bits) != 0)
			rc = -1;
		else
			rc = compare(&d);
	free(d.a.r);
	free(d.b.r);
	if (rc != 0) {
		free(d.out);
		d.out = NULL;
		d.n = 0;
	}
	*r = d.out;
	*n = d.n;
	return (rc);
}
