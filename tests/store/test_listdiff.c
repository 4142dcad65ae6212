#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/list.h"
#include "store/listdiff.h"

static char dir[] = "/tmp/liangka-listdiff.XXXXXX";

/* Build a list of the tokens n * step for n from lo on. */
static struct list *
build(const char *name, unsigned bits, unsigned lo, unsigned hi, unsigned step,
    int category)
{
	struct list_info info = { .id = "l", .epoch = 1, .version = 1,
		.bits = bits };
	char path[128], err[LIST_ERROR_MAX] = "";
	struct list_builder *b;
	struct listrec r;
	struct list *l;
	unsigned i;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	b = list_build(path, &info, &disk_real, err);
	cr_assert_not_null(b, "%s", err);
	for (i = lo; i < hi; i += step) {
		memset(&r, 0, sizeof(r));
		r.token.b[0] = (uint8_t)(i >> 8);
		r.token.b[1] = (uint8_t)i;
		r.category = (uint8_t)category;
		cr_assert_eq(list_build_add(b, &r, 1, err), 0, "%s", err);
	}
	cr_assert_eq(list_build_finish(b, &info, err), 0, "%s", err);
	l = list_open(path, 1, err);
	cr_assert_not_null(l, "%s", err);
	(void)unlink(path);
	return (l);
}

static void
differs(struct list *a, struct list *b, size_t want, size_t gone)
{
	struct listrec *r;
	size_t n, i, k = 0;

	cr_assert_eq(listdiff_records(a, b, 100000, &r, &n), 0);
	cr_expect_eq(n, want, "%zu", n);
	for (i = 0; i < n; i++) {
		k += (listrec_flags(&r[i]) & LISTREC_GONE) != 0;
		if (i > 0)
			cr_expect_lt(memcmp(&r[i - 1], &r[i], TOKEN_LEN), 0);
	}
	cr_expect_eq(k, gone, "%zu", k);
	free(r);
	if (want > 0) {
		cr_expect_eq(listdiff_records(a, b, want - 1, &r, &n), 1);
		cr_expect_null(r);
	}
}

/* Also where the two are cut into buckets of another size. */
Test(listdiff, what_came_went_and_changed)
{
	struct list *all, *even, *other, *none;

	cr_assert_not_null(mkdtemp(dir));
	all = build("all", 3, 0, 5000, 1, 2);
	even = build("even", 6, 0, 5000, 2, 2);
	other = build("other", 0, 0, 5000, 1, 3);
	none = build("none", 4, 0, 0, 1, 2);
	differs(all, all, 0, 0);
	differs(all, even, 2500, 2500);
	differs(even, all, 2500, 0);
	differs(all, other, 5000, 0);
	differs(none, all, 5000, 0);
	differs(all, none, 5000, 5000);
	differs(none, none, 0, 0);
	list_close(all);
	list_close(even);
	list_close(other);
	list_close(none);
	cr_expect_eq(rmdir(dir), 0);
}
