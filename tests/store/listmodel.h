#ifndef LISTMODEL_H_
#define LISTMODEL_H_

/* Made-up lists, and what must be found in them. */

#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/list.h"
#include "store/listrun.h"

static inline uint64_t
lm_random(uint64_t *s)
{
	uint64_t z = (*s += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31));
}

static inline struct token
lm_token(uint64_t *s)
{
	uint64_t v[2] = { lm_random(s), lm_random(s) };
	struct token t;

	memcpy(&t, v, sizeof(t));
	return (t);
}

static inline int
lm_order(const void *a, const void *b)
{
	const struct listrec *x = a, *y = b;

	return (listrun_compare(&x->token, &y->token));
}

/* n records, ascending, made of the seed; one in sixteen is cleared. */
static inline struct listrec *
lm_records(size_t n, uint64_t seed)
{
	struct listrec *r = calloc(n + 1, sizeof(*r));

	cr_assert_not_null(r);
	for (size_t i = 0; i < n; i++) {
		r[i].token = lm_token(&seed);
		if (lm_random(&seed) % 16 == 0) {
			r[i].flags[0] = LISTREC_CLEARED;
		} else {
			r[i].category = (uint8_t)(1 + lm_random(&seed) % 11);
			r[i].severity = (uint8_t)(1 + lm_random(&seed) % 9);
			r[i].expiry[0] = (uint8_t)lm_random(&seed);
			r[i].source[0] = (uint8_t)(1 + lm_random(&seed) % 10);
		}
	}
	qsort(r, n, sizeof(*r), lm_order);
	cr_assert_eq(listrun_ascends(r, n), n);
	return (r);
}

static inline struct list_info
lm_info(uint32_t version, unsigned bits)
{
	struct list_info i = { .id = "sanction", .subject = LIST_PERSON,
		.epoch = 3, .version = version, .bits = bits };

	return (i);
}

static char lm_dir[256];

static inline void
lm_begin(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(lm_dir, sizeof(lm_dir), "%s/lk-list.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(lm_dir));
}

static inline int
lm_remove(const char *path, const struct stat *st, int type, struct FTW *f)
{

	(void)st;
	(void)type;
	(void)f;
	return (remove(path));
}

static inline void
lm_end(void)
{

	nftw(lm_dir, lm_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline const char *
lm_path(const char *name)
{
	static char path[4][512];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", lm_dir, name);
	return (path[turn]);
}

/* How many names there are in the directory. */
static inline int
lm_count(void *arg, const char *name)
{

	(void)name;
	++*(int *)arg;
	return (0);
}

static inline int
lm_files(void)
{
	int n = 0;

	cr_assert_eq(disk_real.list(NULL, lm_dir, lm_count, &n), 0);
	return (n);
}

/* Build a base file on the real disk; its root and count are filled in. */
static inline int
lm_build(const char *path, struct list_info *info, const struct listrec *r,
    size_t n, const struct disk *disk, char *err)
{
	struct list_builder *b = list_build(path, info, disk, err);
	size_t step = n / 3 + 1;

	if (b == NULL)
		return (-1);
	for (size_t i = 0; i < n; i += step)
		if (list_build_add(b, r + i, n - i < step ? n - i : step,
		    err) != 0) {
			list_build_abort(b);
			return (-1);
		}
	return (list_build_finish(b, info, err));
}

/* Build and open. */
static inline struct list *
lm_list(const char *name, struct list_info *info, const struct listrec *r,
    size_t n)
{
	char err[LIST_ERROR_MAX] = "";
	struct list *l;

	cr_assert_eq(lm_build(lm_path(name), info, r, n, &disk_real, err), 0,
	    "%s", err);
	l = list_open(lm_path(name), 1, err);
	cr_assert_not_null(l, "%s", err);
	return (l);
}

/* The list holds exactly these records. */
static inline void
lm_holds(const struct list *l, const struct listrec *r, size_t n)
{
	uint64_t seed = 99;
	struct listrec got, *b = malloc((n + 1) * sizeof(*b));
	size_t at = 0;

	cr_assert_eq(list_info(l)->count, n);
	for (uint32_t i = 0; i >> list_info(l)->bits == 0; i++) {
		int64_t k = list_bucket(l, i, b, n + 1);

		cr_assert(k >= 0 && at + (size_t)k <= n);
		cr_assert(memcmp(b, r + at, (size_t)k * sizeof(*b)) == 0);
		at += (size_t)k;
	}
	cr_assert_eq(at, n);
	free(b);
	for (size_t i = 0; i < n; i += 1 + n / 5000) {
		cr_assert_eq(list_get(l, &r[i].token, &got), 1);
		cr_assert(memcmp(&got, &r[i], sizeof(got)) == 0);
	}
	for (int i = 0; i < 5000; i++) {
		struct token t = lm_token(&seed);

		cr_assert_eq(list_get(l, &t, &got), 0);
	}
}

#endif /* !LISTMODEL_H_ */
