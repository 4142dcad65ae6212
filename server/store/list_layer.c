#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "list_impl.h"
#include "listrun.h"

/*
 * A newer version out of an older one: only the buckets that the new records touch are
 * read and hashed, and of the tree only the paths above them.
 */

/* A version in the making. */
struct making {
	const struct list *old;
	struct list *l;
	uint32_t *touched;		/* buckets, ascending */
	size_t ntouched;
	struct listrec *work;		/* records of one bucket */
	size_t worked;			/* room there */
	char *err;
};

/* Tell what is wrong with which version. */
static int __attribute__((format(printf, 3, 4)))
fail(const struct making *m, int error, const char *format, ...)
{
	va_list ap;
	int n;

	n = snprintf(m->err, LIST_ERROR_MAX, "list %s, version %u: ",
	    m->l->info.id, m->l->info.version);
	va_start(ap, format);
	(void)vsnprintf(m->err + n, LIST_ERROR_MAX - (size_t)n, format, ap);
	va_end(ap);
	errno = error;
	return (-1);
}

/*
 * Write the layer of one bucket: the old one with the new records over it, without what
 * says nothing that the base does not.
 */
static int
layer_bucket(struct making *m, const struct listbase_bucket *k,
    const struct listrec *top, size_t ntop, const struct listrec *r, size_t n)
{
	size_t i = 0, j = 0;

	while (i < ntop || j < n) {
		const struct listrec *p, *under;
		int c = i == ntop ? 1 : j == n ? -1 :
		    listrun_compare(&top[i].token, &r[j].token);

		p = c < 0 ? &top[i] : &r[j];
		i += c <= 0;
		j += c >= 0;
		under = listrun_find(k->r, k->n, &p->token, m->l->info.bits);
		if (under == NULL ? (listrec_flags(p) & LISTREC_GONE) != 0 :
		    memcmp(under, p, sizeof(*p)) == 0)
			continue;
		if (m->l->nlayer == LIST_LAYER_MAX)
			return (fail(m, E2BIG, "more than %d records above "
			    "the base", LIST_LAYER_MAX));
		m->l->layer[m->l->nlayer++] = *p;
	}
	return (0);
}

/* Room for the records of a bucket. */
static int
room(struct making *m, size_t n)
{

	if (n <= m->worked)
		return (0);
	free(m->work);
	m->worked = 0;
	if ((m->work = malloc(2 * n * sizeof(*m->work))) == NULL)
		return (fail(m, ENOMEM, "out of memory"));
	m->worked = 2 * n;
	return (0);
}

/* Make bucket i new; r are its new records, top those of the old layer. */
static int
make_bucket(struct making *m, uint32_t i, const struct listrec *top,
    size_t ntop, const struct listrec *r, size_t n)
{
	size_t begin = m->l->nlayer, before, after;
	struct listbase_bucket k;
	int rc = -1;

	if (listbase_bucket(m->l->base, i, &k) != 0)
		return (fail(m, errno, "%.200s: bucket %u: %s",
		    list_path(m->old), i, errno == EBADMSG ? "damaged" :
		    strerror(errno)));
	if (layer_bucket(m, &k, top, ntop, r, n) != 0 ||
	    room(m, k.n + ntop + n + 1) != 0)
		goto done;
	before = ntop == 0 ? k.n : listrun_apply(NULL, k.r, k.n, top, ntop);
	after = listrun_apply(m->work, k.r, k.n, m->l->layer + begin,
	    m->l->nlayer - begin);
	m->l->info.count += after;
	m->l->info.count -= before;
	listtree_leaf(&m->l->tree, i, m->work, after);
	m->touched[m->ntouched++] = i;
	rc = 0;
done:
	listbase_bucket_free(&k);
	return (rc);
}

/* Take over records of the old layer that no new record is near. */
static int
keep(struct making *m, const struct listrec *r, size_t n)
{

	if (n > LIST_LAYER_MAX - m->l->nlayer)
		return (fail(m, E2BIG, "more than %d records above the base",
		    LIST_LAYER_MAX));
	if (n > 0)
		memcpy(m->l->layer + m->l->nlayer, r, n * sizeof(*r));
	m->l->nlayer += n;
	return (0);
}

/* Go through the new records bucket by bucket. */
static int
make(struct making *m, const struct listrec *r, size_t n)
{
	unsigned bits = m->l->info.bits;
	const struct listrec *top;
	size_t end, done = 0, ntop;

	for (size_t i = 0; i < n; i = end) {
		uint32_t bucket = listrec_bucket(&r[i].token, bits);

		for (end = i + 1; end < n &&
		    listrec_bucket(&r[end].token, bits) == bucket; end++)
			;
		top = list_layer_of(m->old, bucket, &ntop);
		if (m->old->nlayer > 0 && keep(m, m->old->layer + done,
		    (size_t)(top - m->old->layer) - done) != 0)
			return (-1);
		done = m->old->nlayer > 0 ?
		    (size_t)(top - m->old->layer) + ntop : 0;
		if (make_bucket(m, bucket, top, ntop, r + i, end - i) != 0)
			return (-1);
	}
	return (m->old->nlayer > 0 ? keep(m, m->old->layer + done,
	    m->old->nlayer - done) : 0);
}

/* What is asked for must be a later version of the same list. */
static int
check_info(const struct making *m, const struct list_info *info,
    const struct listrec *r, size_t n)
{
	const struct list_info *old = &m->old->info;
	size_t bad;

	if (strncmp(info->id, old->id, LIST_ID_MAX) != 0 ||
	    info->subject != old->subject)
		return (fail(m, EINVAL, "not a version of list %s", old->id));
	if (info->epoch != old->epoch || info->bits != old->bits)
		return (fail(m, EINVAL, "of another epoch or with another "
		    "number of buckets than version %u", old->version));
	if ((bad = listrun_ascends(r, n)) != n)
		return (fail(m, EINVAL, "record %zu does not ascend", bad));
	return (0);
}

/* Get all memory. */
static int
gather(struct making *m, size_t n)
{
	struct list *l = m->l;
	size_t buckets = (size_t)1 << l->info.bits, most;

	if ((most = m->old->nlayer + n + 1) > LIST_LAYER_MAX)
		most = LIST_LAYER_MAX;
	l->layer = malloc(most * sizeof(*l->layer));
	m->touched = malloc((n < buckets ? n + 1 : buckets) *
	    sizeof(*m->touched));
	if (l->layer == NULL || m->touched == NULL ||
	    listtree_copy(&l->tree, &m->old->tree) != 0)
		return (fail(m, ENOMEM, "out of memory"));
	return (0);
}

/* Do what came out and what was signed agree? */
static int
check_result(const struct making *m, const struct list_info *info)
{

	if (m->l->info.count != info->count)
		return (fail(m, EBADMSG, "has %llu records, not the %llu that "
		    "were signed", (unsigned long long)m->l->info.count,
		    (unsigned long long)info->count));
	if (memcmp(listtree_root(&m->l->tree), info->root,
	    sizeof(info->root)) != 0)
		return (fail(m, EBADMSG, "its root is not the one that was "
		    "signed"));
	return (0);
}

/* Copy the tree, change what is touched, compare. */
struct list *
list_layer(const struct list *l, const struct list_info *info,
    const struct listrec *r, size_t n, char *err)
{
	struct making m = { .old = l, .err = err };
	int saved;

	if ((m.l = calloc(1, sizeof(*m.l))) == NULL) {
		(void)snprintf(err, LIST_ERROR_MAX, "out of memory");
		return (NULL);
	}
	m.l->info = l->info;
	m.l->info.version = info->version;
	m.l->base = l->base;
	listbase_hold(l->base);
	if (check_info(&m, info, r, n) != 0 || gather(&m, n) != 0 ||
	    make(&m, r, n) != 0)
		goto err;
	listtree_paths(&m.l->tree, m.touched, m.ntouched);
	memcpy(m.l->info.root, listtree_root(&m.l->tree),
	    sizeof(m.l->info.root));
	if (check_result(&m, info) != 0)
		goto err;
	free(m.touched);
	free(m.work);
	return (m.l);

err:
	saved = errno;
	free(m.touched);
	free(m.work);
	list_close(m.l);
	errno = saved;
	return (NULL);
}

/* Hand every bucket to a builder. */
static int
merge_all(const struct list *l, struct list_builder *b, char *err)
{
	size_t cap = 4096;
	struct listrec *r = malloc(cap * sizeof(*r)), *more;
	int64_t n = -1;

	for (uint32_t i = 0; r != NULL && i >> l->info.bits == 0; i++) {
		while ((n = list_bucket(l, i, r, cap)) > (int64_t)cap) {
			cap = (size_t)n;
			if ((more = realloc(r, cap * sizeof(*r))) == NULL) {
				n = -1;
				break;
			}
			r = more;
		}
		if (n < 0)
			break;
		if (n > 0 && list_build_add(b, r, (size_t)n, err) != 0) {
			free(r);
			return (-1);
		}
	}
	free(r);
	if (n >= 0)
		return (0);
	(void)snprintf(err, LIST_ERROR_MAX, "%.300s: cannot read: %s",
	    list_path(l), strerror(errno));
	return (-1);
}

/* Build, compare the root, open. */
struct list *
list_merge(const struct list *l, const char *path, const struct disk *disk,
    char *err)
{
	struct list_info info = l->info;
	struct list_builder *b;

	if ((b = list_build(path, &info, disk, err)) == NULL)
		return (NULL);
	list_build_expect(b, info.count, info.root);
	if (merge_all(l, b, err) != 0) {
		list_build_abort(b);
		return (NULL);
	}
	if (list_build_finish(b, &info, err) != 0)
		return (NULL);
	return (list_open(path, 0, err));
}
