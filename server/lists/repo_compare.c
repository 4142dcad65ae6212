#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repo_impl.h"

/* One entry of a release log. */
struct entry {
	uint32_t targets;
	char sha256[2 * SHA256_LEN + 1];
};

/* A log as it is read. */
struct history {
	struct entry *e;
	size_t n, cap;
};

/* Keep an entry. */
static int
keep(void *arg, uint64_t index, uint32_t targets, const char *sha256)
{
	struct history *h = arg;
	void *p;

	(void)index;
	if (h->n == h->cap) {
		h->cap = h->cap == 0 ? 64 : 2 * h->cap;
		if ((p = realloc(h->e, h->cap * sizeof(*h->e))) == NULL)
			return (1);
		h->e = p;
	}
	h->e[h->n].targets = targets;
	(void)snprintf(h->e[h->n].sha256, sizeof(h->e->sha256), "%s", sha256);
	h->n++;
	return (0);
}

/* Read the log of a repository. */
static int
take(struct history *h, const char *repo, const char *vkey, char *err)
{
	char dir[CENTRE_PATH_MAX];
	uint64_t n;

	memset(h, 0, sizeof(*h));
	if (repo_file_path(dir, "%s/releases", repo) != 0)
		return (repo_file_fail(err, "%s: too long a path", repo));
	(void)repo_file_fail(err, "out of memory");
	return (repo_release_walk(dir, vkey, keep, h, &n, err) == 0 ? 0 : -1);
}

/* Is the shorter one how the longer one begins? */
static int
agree(const char *a, const struct history *x, const char *b,
    const struct history *y, char *err)
{
	size_t i;

	for (i = 0; i < x->n && i < y->n; i++)
		if (x->e[i].targets != y->e[i].targets ||
		    strcmp(x->e[i].sha256, y->e[i].sha256) != 0)
			return (repo_file_fail(err, "entry %zu of the release "
			    "log is publication %u (%.16s) in %.300s and "
			    "publication %u (%.16s) in %.300s: the same key "
			    "has signed two histories, and some branches were "
			    "shown another publication than others", i,
			    (unsigned)x->e[i].targets, x->e[i].sha256, a,
			    (unsigned)y->e[i].targets, y->e[i].sha256, b));
	return (0);
}

/* Compare two release logs. */
int
repo_compare(const char *a, const char *vkey_a, const char *b,
    const char *vkey_b, char *err)
{
	struct history x, y = { NULL, 0, 0 };
	int rc = -1;

	if (take(&x, a, vkey_a, err) == 0 && take(&y, b, vkey_b, err) == 0)
		rc = agree(a, &x, b, &y, err);
	free(x.e);
	free(y.e);
	return (rc);
}
