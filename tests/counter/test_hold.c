/*
 * The node above has found that we were wound back: we hold, and say so in our log.
 */
#include <criterion/criterion.h>
#include <pthread.h>

#include "plugin.h"

#include "counter/above.h"
#include "store/disk.h"
#include "store/entry.h"
#include "store/journal.h"

#include "fixture.h"

static struct fixture x;
static const struct above_options above = { .name = "city",
	.mode = ABOVE_ALWAYS, .deadline_ms = 300 };
/* while it is locked, no sync ends */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static struct disk disk;

static int
sync_data(void *ctx, int fd)
{

	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return (disk_real.fdatasync(ctx, fd));
}

static void
setup(void)
{

	fixture_open(&x, NULL);
	disk = disk_real;
	disk.fdatasync = sync_data;
	x.disk = &disk;
	x.options.above = &above;
	fixture_reopen(&x);
}

static void
teardown(void)
{

	fixture_close(&x);
}

/* The last entry. */
static const struct entry *
last(void)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

CASE(hold, it_is_written_once)
{
	uint64_t seq;

	seq = journal_seq(x.journal);
	cr_assert_eq(counter_hold(x.counter), LK_OK);
	cr_assert_eq(journal_seq(x.journal), seq + 1);
	cr_assert_eq(counter_hold(x.counter), LK_OK);
	cr_assert_eq(journal_seq(x.journal), seq + 1);
	fixture_durable(&x);
	cr_assert_eq(last()->code, NODE_HELD);
	cr_assert_eq(check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "t"),
	    LK_E_UNAVAIL);
	fixture_reopen(&x);
	cr_assert(counter_held(x.counter));
	seq = journal_seq(x.journal);
	cr_assert_eq(counter_hold(x.counter), LK_OK);
	cr_assert_eq(journal_seq(x.journal), seq);
	cr_assert_eq(check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "t"),
	    LK_E_UNAVAIL);
}

/* A disk that is slow just then takes the entry the next time. */
CASE(hold, it_is_written_later_where_there_was_no_room)
{
	static struct entry e;
	int rc;

	pthread_mutex_lock(&gate);
	do {
		entry_clear(&e, ENTRY_REPORT);
	} while ((rc = journal_write(x.journal, &e, NULL)) == LK_OK);
	cr_assert_eq(rc, LK_E_BUSY);
	rc = counter_hold(x.counter);
	pthread_mutex_unlock(&gate);
	cr_assert_eq(rc, LK_E_BUSY);
	cr_assert(counter_held(x.counter), "it holds even so");
	fixture_durable(&x);
	cr_assert_eq(last()->code, 0);
	cr_assert_eq(counter_hold(x.counter), LK_OK);
	fixture_durable(&x);
	cr_assert_eq(last()->code, NODE_HELD);
	fixture_reopen(&x);
	cr_assert(counter_held(x.counter));
}
