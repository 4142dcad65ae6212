#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "disk.h"
#include "listbase_impl.h"
#include "listfilter.h"
#include "listrun.h"

/* An open base file: its buckets are read one by one, and believed by their check. */

/* One holder more. */
void
listbase_hold(struct listbase *b)
{

	(void)atomic_fetch_add_explicit(&b->holders, 1, memory_order_relaxed);
}

/* One less; the last one sees what all others did. */
void
listbase_drop(struct listbase *b)
{
	int saved = errno;

	if (atomic_fetch_sub_explicit(&b->holders, 1,
	    memory_order_acq_rel) != 1)
		return;
	if (b->fd != -1)
		(void)close(b->fd);
	free(b->x.start);
	free(b->x.check);
	free(b->x.filter);
	free(b);
	errno = saved;
}

/* What the file says of itself. */
const struct list_info *
listbase_info(const struct listbase *b)
{

	return (&b->info);
}

/* Its name when it was opened. */
const char *
listbase_path(const struct listbase *b)
{

	return (b->path);
}

/* One pread; on damage nothing is handed out. */
int
listbase_bucket(const struct listbase *b, uint32_t i,
    struct listbase_bucket *k)
{
	size_t n = b->x.start[i + 1] - b->x.start[i];
	struct listrec *r;
	ssize_t got;

	k->more = NULL;
	if (n <= sizeof(k->few) / sizeof(k->few[0]))
		r = k->few;
	else if ((r = k->more = malloc(n * sizeof(*r))) == NULL)
		return (-1);
	got = disk_read(&disk_real, b->fd, r, n * sizeof(*r),
	    LISTBASE_HEADER + (uint64_t)b->x.start[i] * sizeof(*r));
	if (got == -1)
		goto err;
	if ((size_t)got != n * sizeof(*r) ||
	    XXH3_64bits(r, n * sizeof(*r)) != b->x.check[i]) {
		errno = EBADMSG;
		goto err;
	}
	k->r = r;
	k->n = n;
	return (0);

err:
	listbase_bucket_free(k);
	return (-1);
}

/* Free what did not fit into the struct. */
void
listbase_bucket_free(struct listbase_bucket *k)
{
	int saved = errno;

	free(k->more);
	k->more = NULL;
	errno = saved;
}

/* The filter ends nearly all look-ups of what is not listed. */
int
listbase_get(const struct listbase *b, const struct token *t,
    struct listrec *r)
{
	uint32_t i = listrec_bucket(t, b->info.bits);
	size_t n = b->x.start[i + 1] - b->x.start[i];
	const struct listrec *found;
	struct listbase_bucket k;

	if (!listfilter_has(b->x.filter + b->x.start[i], n, t))
		return (0);
	if (listbase_bucket(b, i, &k) != 0)
		return (-1);
	if ((found = listrun_find(k.r, k.n, t, b->info.bits)) != NULL)
		*r = *found;
	listbase_bucket_free(&k);
	return (found != NULL);
}
