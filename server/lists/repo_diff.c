#include <stdlib.h>
#include <string.h>

#include "store/merkle.h"

#include "repo_impl.h"

/* Two runs of records that are walked together. */
struct walk {
	const struct repo_records *a, *b;
	size_t i, j;
};

/* Step to the next token: *x is its record in a, *y that in b, or NULL.  1, or 0 at the
 * end. */
static int
next(struct walk *w, const struct listrec **x, const struct listrec **y)
{
	int c;

	*x = w->i < w->a->n ? &w->a->r[w->i] : NULL;
	*y = w->j < w->b->n ? &w->b->r[w->j] : NULL;
	if (*x == NULL && *y == NULL)
		return (0);
	c = *x == NULL ? 1 : *y == NULL ? -1 : memcmp((*x)->token.b,
	    (*y)->token.b, sizeof((*x)->token.b));
	if (c > 0)
		*x = NULL;
	else
		w->i++;
	if (c < 0)
		*y = NULL;
	else
		w->j++;
	return (1);
}

/* Make room for what two runs can yield. */
static int
room(struct repo_records *out, size_t n)
{

	out->n = 0;
	out->r = calloc(n + 1, sizeof(*out->r));
	return (out->r != NULL ? 0 : -1);
}

/* A record that says that the token is not listed any more. */
static struct listrec
gone(const struct listrec *x)
{
	struct listrec r;

	memset(&r, 0, sizeof(r));
	r.token = x->token;
	r.flags[0] = LISTREC_GONE;
	return (r);
}

/* Compare two versions. */
int
repo_diff(const struct repo_records *before, const struct repo_records *after,
    int32_t day, struct repo_records *step, struct repo_change *ch)
{
	struct walk w = { before, after, 0, 0 };
	const struct listrec *x, *y;

	if (room(step, before->n + after->n) != 0)
		return (-1);
	ch->before = before->n;
	ch->after = after->n;
	while (next(&w, &x, &y)) {
		if (x != NULL && y != NULL && memcmp(x, y, sizeof(*x)) == 0)
			continue;
		if (y == NULL) {
			if (x == NULL)
				break;
			step->r[step->n++] = gone(x);
			ch->removed++;
			ch->expired += listrec_expiry(x) != 0 &&
			    (int32_t)listrec_expiry(x) < day;
			continue;
		}
		step->r[step->n++] = *y;
		if ((listrec_flags(y) & LISTREC_CLEARED) != 0 &&
		    (x == NULL || (listrec_flags(x) & LISTREC_CLEARED) == 0))
			ch->cleared++;
		else if (x == NULL)
			ch->added++;
		else
			ch->changed++;
	}
	return (0);
}

/* Take the later record of each token. */
int
repo_diff_roll(const struct repo_records *roll, const struct repo_records *step,
    struct repo_records *out)
{
	struct walk w = { roll, step, 0, 0 };
	const struct listrec *x, *y;

	if (room(out, roll->n + step->n) != 0)
		return (-1);
	while (next(&w, &x, &y))
		out->r[out->n++] = y != NULL ? *y : *x;
	return (0);
}

/* Apply a delta. */
int
repo_diff_apply(const struct repo_records *base,
    const struct repo_records *delta, struct repo_records *out)
{
	struct walk w = { base, delta, 0, 0 };
	const struct listrec *x, *y;

	if (room(out, base->n + delta->n) != 0)
		return (-1);
	while (next(&w, &x, &y))
		if (y == NULL)
			out->r[out->n++] = *x;
		else if ((listrec_flags(y) & LISTREC_GONE) == 0)
			out->r[out->n++] = *y;
	return (0);
}

/* Keep only what removes or clears. */
int
repo_diff_withdraw(const struct repo_records *before,
    const struct repo_records *after, struct repo_records *out)
{
	struct walk w = { before, after, 0, 0 };
	const struct listrec *x, *y;

	if (room(out, before->n) != 0)
		return (-1);
	while (next(&w, &x, &y)) {
		if (x == NULL || y == NULL)
			continue;	/* added: later; removed: now */
		out->r[out->n++] = (listrec_flags(y) & LISTREC_CLEARED) != 0 ?
		    *y : *x;
	}
	return (0);
}

/* The RFC 6962 root over the buckets. */
void
repo_diff_root(const struct repo_records *x, unsigned bits,
    uint8_t root[SHA256_LEN])
{
	struct merkle_range range = { .size = 0 };
	uint8_t leaf[MERKLE_LEN];
	const uint32_t buckets = (uint32_t)1 << bits;
	uint32_t bucket;
	size_t i = 0, from;

	for (bucket = 0; bucket < buckets; bucket++) {
		for (from = i; i < x->n && listrec_bucket(&x->r[i].token,
		    bits) == bucket; i++)
			continue;
		sha256_leaf(leaf, &x->r[from], (i - from) * sizeof(x->r[0]));
		merkle_range_add(&range, leaf);
	}
	merkle_range_root(&range, root);
}
