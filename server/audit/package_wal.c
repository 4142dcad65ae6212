#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"
#include "store/wal_segment.h"

#include "logtail.h"
#include "package_impl.h"

#define SENTENCE 1400

/* The oldest seq that wal/ holds, and where its newest segment begins; both 0
 * when there is none. */
static int
bounds(struct package *p, uint64_t *oldest, uint64_t *newest)
{
	uint64_t *firsts = NULL;
	size_t n = 0;

	*oldest = *newest = 0;
	errno = 0;
	if (wal_segment_list(&disk_real, p->wal, &firsts, &n) != 0)
		return (package_fail(p, errno == EACCES ? PACKAGE_DENIED :
		    PACKAGE_AWAY, "%s: %s", p->wal, strerror(errno)));
	if (n > 0) {
		*oldest = firsts[0];
		*newest = firsts[n - 1];
	}
	free(firsts);
	return (0);
}

/* The reader found no further entry: is that the end? */
static int
ended(struct package *p, uint64_t next)
{
	char err[SENTENCE];

	switch (logtail_judge(p->wal, next, err, sizeof(err))) {
	case 0:
		return (0);
	case -1:
		return (package_fail(p, PACKAGE_DAMAGED, "%s", err));
	default:
		return (package_fail(p, PACKAGE_AWAY, "%s", err));
	}
}

/* Read on from an entry. */
static int
walk(struct package *p, uint64_t from, uint64_t *next,
    int (*fn)(void *arg, const struct package_entry *e), void *arg)
{
	struct package_entry e;
	struct wal_reader *r;
	struct wal_entry we;
	char err[SENTENCE];
	int more, rc = 0;

	if ((r = wal_reader_open(NULL, p->wal, 0, from, err, sizeof(err))) ==
	    NULL)
		return (package_fail(p, PACKAGE_DAMAGED, "%s", err));
	*next = from;
	while ((more = wal_reader_next(r, UINT64_MAX, &we)) == 1) {
		*next = we.seq + 1;
		e.seq = we.seq;
		e.text = (const char *)we.entry;
		e.len = we.len;
		e.log = p->count;
		if (fn != NULL && (rc = fn(arg, &e)) != 0)
			break;
	}
	if (more == -1)
		rc = package_fail(p, PACKAGE_DAMAGED, "%s",
		    wal_reader_error(r));
	wal_reader_close(r);
	return (more != 0 ? rc : ended(p, *next));
}

/* Every entry from one on. */
int
package_wal_each(struct package *p, uint64_t from,
    int (*fn)(void *arg, const struct package_entry *e), void *arg)
{
	uint64_t oldest, newest, next;

	if (bounds(p, &oldest, &newest) != 0)
		return (-1);
	if (oldest == 0)
		return (0);
	if (p->count > 0 && from < oldest)
		return (package_fail(p, PACKAGE_DAMAGED, "%s: the logs end "
		    "with seq %" PRIu64 ", but the oldest entry here is %"
		    PRIu64 ": those in between are missing", p->wal, from - 1,
		    oldest));
	return (walk(p, from, &next, fn, arg));
}

/* The highest seq. */
uint64_t
package_wal_last(struct package *p)
{
	uint64_t oldest, newest, next = 0;

	if (bounds(p, &oldest, &newest) != 0 || newest == 0)
		return (0);
	(void)walk(p, newest, &next, NULL, NULL);
	return (next > 0 ? next - 1 : 0);
}

/* Is an entry older than all? */
int
package_wal_older(struct package *p, uint64_t seq)
{
	uint64_t oldest, newest;

	return (bounds(p, &oldest, &newest) == 0 && seq < oldest);
}
