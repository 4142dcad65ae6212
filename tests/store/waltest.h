#ifndef WALTEST_H_
#define WALTEST_H_

#include <criterion/criterion.h>

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "memdisk.h"
#include "store/wal.h"

#define NODE	UINT64_C(0x1122334455667788)
#define SMALL	16384u		/* Segment size of most tests */

/* The n-th nonce of a test is always the same. */
static inline uint64_t
test_random(void *arg)
{
	return (mem_random(arg));
}

/* What entry seq holds: its length and bytes follow from seq. */
static inline size_t
make_entry(uint64_t seq, uint8_t *buf)
{
	uint64_t state = seq;
	size_t len = 1 + (size_t)(mem_random(&state) % 300), i;

	for (i = 0; i < len; i++)
		buf[i] = (uint8_t)mem_random(&state);
	return (len);
}

/* Two of three entries have a sidecar. */
static inline size_t
make_sidecar(uint64_t seq, uint8_t *buf)
{
	uint64_t state = ~seq;
	size_t len = seq % 3 == 0 ? 0 :
	    1 + (size_t)(mem_random(&state) % 200), i;

	for (i = 0; i < len; i++)
		buf[i] = (uint8_t)mem_random(&state);
	return (len);
}

/* Is e what was appended under its seq? */
static inline int
entry_right(const struct wal_entry *e)
{
	uint8_t entry[512], sidecar[512];
	size_t len = make_entry(e->seq, entry);
	size_t slen = make_sidecar(e->seq, sidecar);

	if (e->len != len || memcmp(e->entry, entry, len) != 0)
		return (0);
	if (e->erased)
		return (slen > 0 && e->sidecar == NULL);
	return (e->sidecar_len == slen && (slen == 0 ||
	    memcmp(e->sidecar, sidecar, slen) == 0));
}

struct seen {
	uint64_t first, last, count, wrong;
};

/* A replay that checks that the seqs are dense and the entries right. */
static inline int
see(void *arg, const struct wal_entry *e)
{
	struct seen *s = arg;

	if (s->count == 0)
		s->first = e->seq;
	else if (e->seq != s->last + 1)
		s->wrong++;
	s->last = e->seq;
	s->count++;
	if (!entry_right(e))
		s->wrong++;
	return (0);
}

static inline struct wal_options
test_options(const struct disk *d, uint64_t *seed)
{
	struct wal_options o = {
		.dir = "wal", .disk = d, .node = NODE,
		.segment_bytes = SMALL, .random64 = test_random,
		.random_arg = seed,
	};

	return (o);
}

/* Append the next entry; the answer is wal_append's. */
static inline int
append_next(struct wal *w)
{
	uint8_t entry[512], sidecar[512];
	uint64_t seq = wal_next_seq(w);
	size_t len = make_entry(seq, entry);
	size_t slen = make_sidecar(seq, sidecar);

	return (wal_append(w, seq, entry, len, sidecar, slen));
}

/* Wait until the log says something, and take it. */
static inline void
wait_event(struct wal *w)
{
	struct pollfd p = { .fd = wal_eventfd(w), .events = POLLIN };

	cr_assert_eq(poll(&p, 1, 10000), 1, "the log never answered");
	wal_collect(w);
}

/* Append, flushing and waiting while the log is busy. */
static inline int
append_wait(struct wal *w)
{
	int rc;

	while ((rc = append_next(w)) == WAL_BUSY) {
		if (wal_flush_inline(w) == 1)
			continue;
		wait_event(w);
	}
	return (rc);
}

/* Append n entries as one batch that is durable on return; 0, or -1. */
static inline int
append_batch(struct wal *w, int n)
{
	int rc;

	for (; n > 0; n--)
		if (append_wait(w) != WAL_OK)
			return (-1);
	while (wal_durable(w) + 1 < wal_next_seq(w)) {
		if ((rc = wal_flush_inline(w)) == WAL_FAILED)
			return (-1);
		if (rc == 0)
			wait_event(w);
	}
	return (0);
}

#endif /* !WALTEST_H_ */
