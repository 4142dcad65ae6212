#include <sys/stat.h>

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "disk.h"
#include "listbase_impl.h"
#include "listfilter.h"
#include "listrun.h"

/* Opening a base file: what it says must fit together; with verify, all of it. */

/* The bytes are not those that were written. */
static int
damaged(char *err, const char *path, const char *what)
{

	errno = EBADMSG;
	return (listbase_error(err, path, "%s", what));
}

/* Where the records end. */
static uint64_t
tail_at(const struct list_info *info)
{

	return (LISTBASE_HEADER + info->count * LISTREC_LEN);
}

/* Read all of a part, wherever the reads end. */
static int
part(const struct listbase *b, uint64_t *off, void *buf, uint64_t len,
    XXH3_state_t *check, char *err)
{
	ssize_t n = disk_read(&disk_real, b->fd, buf, (size_t)len, *off);

	if (n == -1)
		return (listbase_error(err, b->path, "cannot read: %s",
		    strerror(errno)));
	if ((uint64_t)n != len)
		return (damaged(err, b->path, "it is cut short"));
	if (len > 0)
		XXH3_64bits_update(check, buf, (size_t)len);
	*off += len;
	return (0);
}

/* Read the header, and see that the file is as long as it must be. */
static int
open_header(struct listbase *b, uint64_t *check, char *err)
{
	uint8_t buf[LISTBASE_HEADER];
	const char *wrong;
	struct stat st;
	ssize_t n;

	if (fstat(b->fd, &st) != 0)
		return (listbase_error(err, b->path, "%s", strerror(errno)));
	if (!S_ISREG(st.st_mode))
		return (damaged(err, b->path, "not a file"));
	n = disk_read(&disk_real, b->fd, buf, sizeof(buf), 0);
	if (n == -1)
		return (listbase_error(err, b->path, "cannot read: %s",
		    strerror(errno)));
	if (n != (ssize_t)sizeof(buf))
		return (damaged(err, b->path, "it is cut short"));
	if ((wrong = listbase_header_read(buf, &b->info, check)) != NULL)
		return (damaged(err, b->path, wrong));
	if ((uint64_t)st.st_size != list_size(&b->info))
		return (damaged(err, b->path, "its length is not that of its "
		    "records"));
	return (0);
}

/* Turn what was read into the machine's byte order; see that starts rise. */
static int
open_index(struct listbase *b, char *err)
{
	size_t buckets = (size_t)1 << b->info.bits;

	b->x.start[buckets] = htole32((uint32_t)b->info.count);
	for (size_t i = 0; i <= buckets; i++) {
		b->x.start[i] = le32toh(b->x.start[i]);
		if (i < buckets)
			b->x.check[i] = le64toh(b->x.check[i]);
		if (b->x.start[i] < (i == 0 ? 0 : b->x.start[i - 1]) ||
		    (i == 0 && b->x.start[i] != 0))
			return (damaged(err, b->path, "its index is damaged"));
	}
	return (0);
}

/* Read all that follows the records, and compute the root from the leaves. */
static int
open_tail(struct listbase *b, struct listtree *tree, uint64_t check, char *err)
{
	size_t buckets = (size_t)1 << b->info.bits;
	uint64_t off = tail_at(&b->info);
	XXH3_state_t *s = XXH3_createState();
	int rc = -1;

	b->x.start = malloc((buckets + 1) * sizeof(*b->x.start));
	b->x.check = malloc(buckets * sizeof(*b->x.check));
	b->x.filter = malloc((size_t)b->info.count + 1);
	if (s == NULL || b->x.start == NULL || b->x.check == NULL ||
	    b->x.filter == NULL || listtree_make(tree, b->info.bits) != 0) {
		errno = ENOMEM;
		(void)listbase_error(err, b->path, "out of memory");
		goto done;
	}
	XXH3_64bits_reset(s);
	if (part(b, &off, listtree_leaves(tree), buckets * 32, s, err) != 0 ||
	    part(b, &off, b->x.start, buckets * 4, s, err) != 0 ||
	    part(b, &off, b->x.check, buckets * 8, s, err) != 0 ||
	    part(b, &off, b->x.filter, b->info.count, s, err) != 0)
		goto done;
	if (XXH3_64bits_digest(s) != check) {
		(void)damaged(err, b->path, "its index is damaged");
		goto done;
	}
	listtree_fold(tree);
	if (memcmp(listtree_root(tree), b->info.root, 32) != 0)
		(void)damaged(err, b->path, "its root is not that of its "
		    "buckets");
	else
		rc = open_index(b, err);
done:
	XXH3_freeState(s);
	return (rc);
}

/* Is a bucket what its hash and its filter say? */
static const char *
verify_bucket(const struct listbase *b, const struct listtree *tree,
    uint32_t i, const struct listbase_bucket *k, uint8_t *filter)
{
	uint8_t leaf[SHA256_LEN];

	sha256_leaf(leaf, k->r, k->n * sizeof(*k->r));
	if (memcmp(leaf, listtree_leaves(tree)[i], sizeof(leaf)) != 0)
		return ("its records are not those of its root");
	if (listrun_ascends(k->r, k->n) != k->n)
		return ("its records do not ascend");
	memset(filter, 0, k->n);
	for (size_t j = 0; j < k->n; j++) {
		if (listrec_bucket(&k->r[j].token, b->info.bits) != i)
			return ("a record stands in the wrong bucket");
		listfilter_add(filter, k->n, &k->r[j].token);
	}
	if (k->n > 0 && memcmp(filter, b->x.filter + b->x.start[i], k->n) != 0)
		return ("a filter is not that of its records");
	return (NULL);
}

/* Read every bucket, compute what is stored of it. */
static int
verify_all(const struct listbase *b, const struct listtree *tree, char *err)
{
	struct listbase_bucket k;
	const char *wrong = NULL;
	uint8_t *filter = NULL;
	size_t cap = 0;

	(void)posix_fadvise(b->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	for (uint32_t i = 0; wrong == NULL && i >> b->info.bits == 0; i++) {
		size_t n = b->x.start[i + 1] - b->x.start[i];

		if (n >= cap) {
			free(filter);
			cap = 2 * n + 1024;
			if ((filter = malloc(cap)) == NULL)
				return (listbase_error(err, b->path,
				    "out of memory"));
		}
		if (listbase_bucket(b, i, &k) != 0) {
			free(filter);
			return (listbase_error(err, b->path, "bucket %u: %s", i,
			    errno == EBADMSG ? "its records are damaged" :
			    strerror(errno)));
		}
		wrong = verify_bucket(b, tree, i, &k, filter);
		listbase_bucket_free(&k);
	}
	free(filter);
	return (wrong == NULL ? 0 : damaged(err, b->path, wrong));
}

/* Open, check, and then expect look-ups from all over the file. */
struct listbase *
listbase_open(const char *path, int verify, struct listtree *tree, char *err)
{
	struct listbase *b;
	uint64_t check = 0;

	tree->node = NULL;
	if ((b = calloc(1, sizeof(*b))) == NULL) {
		(void)listbase_error(err, path, "out of memory");
		return (NULL);
	}
	b->fd = -1;
	atomic_init(&b->holders, 1);
	if (strlen(path) >= sizeof(b->path)) {
		errno = ENAMETOOLONG;
		(void)listbase_error(err, path, "the name is too long");
		goto err;
	}
	memcpy(b->path, path, strlen(path) + 1);
	if ((b->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1) {
		(void)listbase_error(err, path, "cannot open: %s",
		    strerror(errno));
		goto err;
	}
	if (open_header(b, &check, err) != 0 ||
	    open_tail(b, tree, check, err) != 0 ||
	    (verify && verify_all(b, tree, err) != 0))
		goto err;
	(void)posix_fadvise(b->fd, 0, 0, POSIX_FADV_RANDOM);
	return (b);

err:
	listtree_free(tree);
	listbase_drop(b);
	return (NULL);
}
