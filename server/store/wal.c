#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "wal_impl.h"

/* A gathered batch that big goes to the thread although it is busy. */
#define HALF_RECORDS	(WAL_QUEUE_RECORDS / 2)
#define HALF_BYTES	(WAL_QUEUE_BYTES / 2)

/* The batch being gathered. */
static struct wal_batch *
gather(struct wal *w)
{
	return (&w->ring[atomic_load(&w->head) % WAL_RING]);
}

/* Begin to gather a batch in the slot that head has come to. */
static void
begin_batch(struct wal *w, int opens)
{
	struct wal_batch *b = gather(w);

	b->len = 0;
	b->off = w->off;
	b->opens = opens;
	b->header.first_seq = w->first_seq;
	w->gathered = 0;
}

/* Close the record laid out last; the next one hangs on its check. */
static void
close_record(struct wal *w, uint32_t flags)
{
	if (w->open != NULL)
		w->check = wal_record_close(w->open, flags, w->check);
	w->open = NULL;
}

/* Lay out one more record. */
static void
lay(struct wal *w, const void *entry, size_t len, const void *sidecar,
    size_t sidecar_len)
{
	struct wal_batch *b = gather(w);
	size_t size;

	close_record(w, 0);
	w->open = b->buf + b->len;
	size = wal_record_put(w->open, w->batch, w->seq, entry, len, sidecar,
	    sidecar_len);
	b->len += size;
	w->off += size;
	w->appended += size;
}

/* Close the batch with these flags on its last record. */
static void
close_batch(struct wal *w, uint32_t flags)
{
	close_record(w, flags);
	gather(w)->last_seq = w->seq - 1;
	w->batch++;
}

/* Batches handed over and not yet flushed. */
static unsigned
handed_over(const struct wal *w)
{
	return (atomic_load(&w->head) - atomic_load(&w->tail));
}

/* Hand the closed batch to the log thread. */
static void
hand_over(struct wal *w)
{
	pthread_mutex_lock(&w->lock);
	atomic_fetch_add(&w->head, 1);
	pthread_mutex_unlock(&w->lock);
	pthread_cond_signal(&w->work);
}

/*
 * Seal the segment, the seal being the end of the batch gathered so far, and
 * gather for the prepared one, from seq on.  Nothing is done unless both the
 * segment and a place in the ring are there.
 */
static int
roll(struct wal *w, uint64_t seq)
{
	const uint64_t due = seq != w->seq ? w->seq : 0;
	struct wal_segment *s;
	struct wal_header *h;

	if (handed_over(w) >= WAL_RING - 1 || (s = wal_spare_take(w)) == NULL)
		return (-1);
	lay(w, NULL, 0, NULL, 0);
	close_batch(w, WAL_FLAGS);
	hand_over(w);

	w->first_seq = w->seq = seq;
	w->bytes = s->bytes;
	w->off = WAL_PAGE;
	w->roll = 0;
	begin_batch(w, 1);
	h = &gather(w)->header;
	h->node = w->o.node;
	h->first_batch = w->batch;
	h->prev_check = w->check;
	h->nonce = w->o.random64(w->o.random_arg);
	h->bytes = w->bytes;
	h->due = due;
	w->check = h->nonce;
	wal_index_add(&w->index, s, w->first_seq);
	return (0);
}

/* Entries that were appended and are not durable yet; a jump skips none. */
static uint64_t
waiting(const struct wal *w)
{
	uint64_t from = atomic_load(&w->durable) + 1;

	return (w->seq - (from < w->jumped ? w->jumped : from));
}

/* Copy an entry into the batch. */
int
wal_append(struct wal *w, uint64_t seq, const void *entry, size_t len,
    const void *sidecar, size_t sidecar_len)
{
	size_t size = wal_record_size(len, sidecar_len);

	assert(seq == w->seq);
	if (atomic_load(&w->failed) != 0)
		return (WAL_FAILED);
	if (len == 0 || len > WAL_ENTRY_MAX || sidecar_len > WAL_SIDECAR_MAX ||
	    WAL_PAGE + size + WAL_MARKER_SIZE > w->o.segment_bytes)
		return (WAL_LONG);
	if (waiting(w) >= WAL_QUEUE_RECORDS ||
	    w->appended + size - atomic_load(&w->flushed) > WAL_QUEUE_BYTES)
		return (WAL_BUSY);
	if (w->first_seq == w->seq)
		w->roll = 0;
	if ((w->roll || w->off + size + WAL_MARKER_SIZE > w->bytes) &&
	    roll(w, w->seq) != 0)
		return (WAL_BUSY);
	wal_index_note(&w->index, w->seq, w->off);
	lay(w, entry, len, sidecar, sidecar_len);
	w->seq++;
	w->gathered++;
	return (WAL_OK);
}

/* Should what can wait do so? */
int
wal_crowded(const struct wal *w)
{
	return (waiting(w) >= WAL_QUEUE_RECORDS / 2 ||
	    w->appended - atomic_load(&w->flushed) >= WAL_QUEUE_BYTES / 2 ||
	    (w->bytes - w->off < w->bytes / 8 &&
	    atomic_load(&w->spare.state) != WAL_SPARE_READY));
}

/* Entries gathered. */
size_t
wal_pending(const struct wal *w)
{
	return (w->gathered);
}

/* Bytes left. */
uint64_t
wal_room(const struct wal *w)
{
	return (w->bytes - w->off);
}

/* The next entry's number. */
uint64_t
wal_next_seq(const struct wal *w)
{
	return (w->seq);
}

/* Hand over, if the thread is idle or the batch large. */
int
wal_submit(struct wal *w)
{
	unsigned waiting = handed_over(w);

	if (atomic_load(&w->failed) != 0)
		return (WAL_FAILED);
	if (w->gathered == 0 || waiting >= WAL_RING - 1)
		return (0);
	if (waiting > 0 && w->gathered < HALF_RECORDS &&
	    gather(w)->len < HALF_BYTES)
		return (0);
	close_batch(w, WAL_LAST);
	hand_over(w);
	begin_batch(w, 0);
	return (1);
}

/* With tail == head the flushing side is ours; the lock passes it on. */
int
wal_flush_inline(struct wal *w)
{
	if (handed_over(w) > 0 || w->gathered == 0 ||
	    atomic_load(&w->failed) != 0)
		return (wal_submit(w));
	close_batch(w, WAL_LAST);
	wal_flush_batch(w, gather(w));
	pthread_mutex_lock(&w->lock);
	atomic_fetch_add(&w->head, 1);
	atomic_fetch_add(&w->tail, 1);
	pthread_mutex_unlock(&w->lock);
	begin_batch(w, 0);
	return (atomic_load(&w->failed) != 0 ? WAL_FAILED : 1);
}

/* The highest durable seq. */
uint64_t
wal_durable(const struct wal *w)
{
	return (atomic_load(&w->durable));
}

/* The descriptor to wait on. */
int
wal_eventfd(const struct wal *w)
{
	return (w->event);
}

/* Clear the descriptor first, so that nothing later is missed. */
uint64_t
wal_collect(struct wal *w)
{
	uint64_t n;

	while (read(w->event, &n, sizeof(n)) == -1 && errno == EINTR)
		continue;
	return (atomic_load(&w->durable));
}

/* The latch. */
int
wal_failed(struct wal *w, char *why, size_t len)
{
	if (atomic_load(&w->failed) == 0)
		return (0);
	if (why != NULL && len > 0)
		snprintf(why, len, "%s", w->why);
	return (1);
}

/* Room on the disk. */
int
wal_space(struct wal *w)
{
	return (wal_spare_space(w));
}

/* A new segment from the next entry on. */
void
wal_roll(struct wal *w)
{
	w->roll = 1;
	wal_spare_want(w);
}

/* All is durable, so nothing of the old numbers is under way. */
int
wal_jump(struct wal *w, uint64_t seq)
{
	assert(seq > w->seq);
	if (atomic_load(&w->failed) != 0)
		return (WAL_FAILED);
	if (waiting(w) != 0 || roll(w, seq) != 0)
		return (WAL_BUSY);
	w->jumped = seq;
	return (WAL_OK);
}

/*
 * The clean end is a batch of its own, a seal, written after all entries are
 * durable: recovery then knows that a bad entry is damage, not a torn tail.
 */
int
wal_end(struct wal *w)
{
	wal_flush_inline(w);
	if (atomic_load(&w->failed) == 0) {
		lay(w, NULL, 0, NULL, 0);
		close_batch(w, WAL_FLAGS);
		wal_flush_batch(w, gather(w));
	}
	return (atomic_load(&w->failed) != 0 ? -1 : 0);
}

/* Gather from here on. */
void
wal_begin(struct wal *w)
{
	begin_batch(w, 0);
}
