#ifndef LIANGKA_ALERT_QUEUE_H_
#define LIANGKA_ALERT_QUEUE_H_

/*
 * What was or is to be told to whom, in the order in which it became due: a file of
 * records of 40 bytes, little-endian, below the state directory.  What an alert says
 * stands in the journal; here is only its seq.  A record counts once the state
 * (alert_state.h) says that the file is so long.
 *
 *	 0  u64 seq	 8  i64 due, UTC ms	16  u64 receiver: of its name
 *	24  i32 area	28  u8 level, u8 flags, u16 zero
 *	32  u64 XXH3 of the 32 bytes before
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

struct disk;

#define ALERT_QUEUE_RECORD 40
#define ALERT_QUEUE_ERROR_MAX 1024

#define ALERT_TELL_DONE 1u	/* it was told; kept for its level alone */
#define ALERT_TELL_LATE 2u	/* nobody at a lower level took it in time */

/* An alert is to be told to one receiver. */
struct alert_tell {
	uint64_t seq;
	int64_t due;
	uint64_t receiver;	/* alert_queue_receiver() */
	int32_t area;
	uint8_t level;
	uint8_t flags;
};

struct alert_queue;

/**
 * alert_queue_receiver(name): The number that stands for a name.
 */
uint64_t alert_queue_receiver(const char *name);

/**
 * alert_queue_open(d, dir, gen, count, err): Open dir/tells.<gen>, of which `count`
 * records count; what lies behind them is cut off.  With count 0 it is made.  Return it,
 * or NULL with a sentence in err (ALERT_QUEUE_ERROR_MAX bytes).
 * alert_queue_close(q): NULL is allowed.
 */
struct alert_queue *alert_queue_open(const struct disk *d, const char *dir,
    uint64_t gen, uint64_t count, char *err);
void alert_queue_close(struct alert_queue *q);

/**
 * alert_queue_add(q, t): Append a record; not yet durable.  alert_queue_sync(q): make all
 * that was appended durable.  Return 0, or -1 with the sentence in alert_queue_error(q);
 * then q takes no more.
 */
int alert_queue_add(struct alert_queue *q, const struct alert_tell *t);
int alert_queue_sync(struct alert_queue *q);

/**
 * alert_queue_get(q, i, t): Read record i (from 0).  Return 0, or -1.
 * alert_queue_count(q): how many there are, appended ones included.
 */
int alert_queue_get(struct alert_queue *q, uint64_t i, struct alert_tell *t);
uint64_t alert_queue_count(const struct alert_queue *q);
uint64_t alert_queue_gen(const struct alert_queue *q);
const char *alert_queue_error(const struct alert_queue *q);

/**
 * alert_queue_prune(d, dir, gen): Remove the files of other generations.
 */
void alert_queue_prune(const struct disk *d, const char *dir, uint64_t gen);

#endif /* !LIANGKA_ALERT_QUEUE_H_ */
