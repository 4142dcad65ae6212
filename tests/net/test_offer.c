/* What a list that came whole changed against the one in force. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/adopt.h"
#include "net/offer.h"
#include "store/disk.h"
#include "store/list.h"

static char dir[64], path[2][128];

static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.40s/offerXXXXXX", tmp != NULL ? tmp :
	    "/tmp");
	cr_assert_not_null(mkdtemp(dir));
}

static void
teardown(void)
{

	(void)unlink(path[0]);
	(void)unlink(path[1]);
	(void)rmdir(dir);
}

TestSuite(offer, .init = setup, .fini = teardown);

/* A generation with one list of one record, whose token begins with this byte. */
static struct adopted
one(int i, uint32_t epoch, uint32_t subject, uint8_t byte)
{
	struct list_info info = { .id = "sanction", .subject = subject,
		.epoch = epoch, .version = (uint32_t)i + 1 };
	struct listrec r = { .token = { { byte } }, .category = 1,
		.severity = 9 };
	struct adopted a = { .nlists = 1 };
	char err[LIST_ERROR_MAX] = "";
	struct list_builder *b;

	snprintf(path[i], sizeof(path[i]), "%s/%d", dir, i);
	b = list_build(path[i], &info, &disk_real, err);
	cr_assert_not_null(b, "%s", err);
	cr_assert_eq(list_build_add(b, &r, 1, err), 0, "%s", err);
	cr_assert_eq(list_build_finish(b, &info, err), 0, "%s", err);
	a.list[0].list = list_open(path[i], 1, err);
	a.list[0].info = info;
	a.list[0].changed = 1;
	return (a);
}

Test(offer, what_came_and_what_went)
{
	struct adopted before = one(0, 1, LIST_PERSON, 1);
	struct adopted a = one(1, 1, LIST_PERSON, 2);

	offer_compare(&before, &a);
	cr_assert_eq(a.list[0].ntouched, 2);
	cr_expect_eq(listrec_flags(&a.list[0].touched[0]), LISTREC_GONE);
	cr_expect_eq(a.list[0].touched[1].token.b[0], 2);
	adopt_free(&before);
	adopt_free(&a);
}

/* Nothing can be told from tokens of another key, or of other things. */
Test(offer, another_key_or_subject_is_gone_through_whole)
{
	struct adopted before = one(0, 1, LIST_PERSON, 1);
	struct adopted a = one(1, 2, LIST_PERSON, 2);

	offer_compare(&before, &a);
	cr_expect_null(a.list[0].touched);
	adopt_free(&a);
	a = one(1, 1, LIST_PHONE, 2);
	offer_compare(&before, &a);
	cr_expect_null(a.list[0].touched);
	adopt_free(&before);
	adopt_free(&a);
}
