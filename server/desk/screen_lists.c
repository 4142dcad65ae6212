#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "lists/adopt.h"
#include "store/list.h"

#include "screen_impl.h"

#define MEMORY_MAX ((uint64_t)768 << 20) /* of records that are held in memory */
#define BUCKET_MAX 65536

/* Copy all records of a list into memory, and where its buckets begin. */
static int
copy_all(struct screen_list *l)
{
	uint64_t buckets = (uint64_t)1 << l->info->bits, at = 0, i;
	int64_t n;

	l->r = malloc((l->info->count + 1) * sizeof(*l->r));
	l->start = malloc((buckets + 1) * sizeof(*l->start));
	if (l->r == NULL || l->start == NULL)
		return (-1);
	for (i = 0; i < buckets; i++) {
		l->start[i] = at;
		n = list_bucket(l->list, (uint32_t)i, &l->r[at],
		    (size_t)(l->info->count - at));
		if (n < 0 || (uint64_t)n > l->info->count - at)
			return (-1);
		at += (uint64_t)n;
	}
	l->start[buckets] = at;
	return (at == l->info->count ? 0 : -1);
}

/* Add a list's tokens to the filter. */
static int
add_all(const struct screen_list *l, struct screen_filter *f)
{
	uint64_t buckets = (uint64_t)1 << l->info->bits, i;
	struct listrec *some;
	int64_t n, k;

	if (l->r != NULL) {
		for (i = 0; i < l->info->count; i++)
			screen_filter_add(f, &l->r[i].token);
		return (0);
	}
	if ((some = malloc(BUCKET_MAX * sizeof(*some))) == NULL)
		return (-1);
	for (i = 0, n = 0; i < buckets && n >= 0; i++) {
		n = list_bucket(l->list, (uint32_t)i, some, BUCKET_MAX);
		if (n > BUCKET_MAX)
			n = -1;
		for (k = 0; k < n; k++)
			screen_filter_add(f, &some[k].token);
	}
	free(some);
	return (n < 0 ? -1 : 0);
}

/* Where the policy asks for a list, or -1. */
static int
slot_of(const struct policy *p, const char *id)
{
	const char *const *ids;
	size_t n = policy_lists(p, &ids), i;

	for (i = 0; i < n; i++)
		if (strcmp(ids[i], id) == 0)
			return ((int)i);
	return (-1);
}

/* Take note of a list. */
static int
add(struct screen_run *run, const struct list *list)
{
	struct screen_lists *ls = &run->lists;
	struct screen_list *l = &ls->list[ls->n];
	int epoch;

	l->list = list;
	l->info = list_info(list);
	l->slot = slot_of(run->o->policy, l->info->id);
	if (l->info->subject > LIST_PHONE)
		return (0);
	epoch = token_keys_find(run->o->list_keys, l->info->epoch);
	if (epoch < 0)
		return (screen_fail(run, SCREEN_STATE, "list %s is under epoch "
		    "%u of the list key, which is not given", l->info->id,
		    (unsigned)l->info->epoch));
	ls->epochs[l->info->subject] |= 1u << epoch;
	ls->n++;
	return (0);
}

/* Make the filter of a subject under an epoch. */
static int
filter(struct screen_run *run, unsigned subject, unsigned epoch)
{
	struct screen_lists *ls = &run->lists;
	struct screen_filter *f = &ls->filter[subject][epoch];
	uint32_t number = token_keys_epoch(run->o->list_keys, epoch);
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < ls->n; i++)
		if (ls->list[i].info->subject == subject &&
		    ls->list[i].info->epoch == number)
			n += ls->list[i].info->count;
	if (screen_filter_new(f, n) != 0)
		return (screen_fail(run, SCREEN_MEMORY, "out of memory"));
	for (i = 0; i < ls->n; i++)
		if (ls->list[i].info->subject == subject &&
		    ls->list[i].info->epoch == number &&
		    add_all(&ls->list[i], f) != 0)
			return (screen_fail(run, SCREEN_STATE, "list %s cannot "
			    "be read", ls->list[i].info->id));
	return (0);
}

/* Take the lists in force into memory. */
int
screen_lists_load(struct screen_run *run)
{
	const struct adopted *a = run->o->lists;
	struct screen_lists *ls = &run->lists;
	uint64_t held = 0;
	unsigned s, e;
	size_t i;

	if (a == NULL)
		return (0);
	if ((ls->list = calloc(a->nlists + 1, sizeof(*ls->list))) == NULL)
		return (screen_fail(run, SCREEN_MEMORY, "out of memory"));
	for (i = 0; i < a->nlists; i++)
		if (a->list[i].list != NULL && add(run, a->list[i].list) != 0)
			return (-1);
	for (i = 0; i < ls->n; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.*): add() fills it in */
		held += ls->list[i].info->count * sizeof(struct listrec);
		if (held <= MEMORY_MAX && copy_all(&ls->list[i]) != 0)
			return (screen_fail(run, SCREEN_STATE, "list %s cannot "
			    "be read", ls->list[i].info->id));
	}
	for (s = 0; s < 3; s++)
		for (e = 0; e < TOKEN_EPOCHS_MAX; e++)
			if ((ls->epochs[s] >> e & 1) != 0 &&
			    filter(run, s, e) != 0)
				return (-1);
	return (0);
}

/* Free what is in memory. */
void
screen_lists_free(struct screen_lists *l)
{
	unsigned s, e;
	size_t i;

	for (i = 0; i < l->n; i++) {
		free(l->list[i].r);
		free(l->list[i].start);
	}
	for (s = 0; s < 3; s++)
		for (e = 0; e < TOKEN_EPOCHS_MAX; e++)
			screen_filter_free(&l->filter[s][e]);
	free(l->list);
}

/* Find a record, guessing where it stands since tokens are uniform.  1, 0 or -1. */
int
screen_lists_find(const struct screen_list *l, const struct token *t,
    struct listrec *r)
{
	uint32_t bucket = listrec_bucket(t, l->info->bits);
	uint64_t first, n, at, x;
	int c = 1;

	if (l->r == NULL)
		return (list_get(l->list, t, r));
	first = l->start[bucket];
	if ((n = l->start[bucket + 1] - first) == 0)
		return (0);
	memcpy(&x, t->b, sizeof(x));
	x = be64toh(x) << l->info->bits;
	at = (x >> 32) * n >> 32;
	/* Down to the first that is not above it, then up to the first not below. */
	while (at > 0 && memcmp(t, &l->r[first + at].token, sizeof(*t)) < 0)
		at--;
	while (at < n && (c = memcmp(t, &l->r[first + at].token,
	    sizeof(*t))) > 0)
		at++;
	if (at == n || c != 0)
		return (0);
	*r = l->r[first + at];
	return (1);
}
