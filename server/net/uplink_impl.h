#ifndef LIANGKA_UPLINK_IMPL_H_
#define LIANGKA_UPLINK_IMPL_H_

/*
 * The thread that reads our journal for the node above, inside: uplink.c is what the loop
 * calls, uplink_thread.c what the thread does.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "counter/eventbatch.h"
#include "store/entry.h"

#include "headsource.h"
#include "uplink.h"

struct jstream;

struct uplink {
	struct uplink_options o;
	int fd;
	int started;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int64_t woken_us;		/* the loop's */
	atomic_uint_least64_t durable;
	atomic_uint entries;		/* of a batch */
	atomic_int idle;		/* the thread waits for more to be durable */
	atomic_uint_least64_t looked;	/* at entries up to here */
	/* the thread's own */
	struct jstream *stream;
	struct headsource *heads;
	struct entry e;
	uint8_t buf[EVENTBATCH_MAX];
	uint8_t request[HEADSOURCE_BODY_MAX];
	/* under lock */
	int stop;
	int running;			/* batches are wanted */
	int fresh;			/* and the stream has to be set first */
	uint64_t cursor;
	int has_leaf;
	uint8_t leaf[32];
	struct uplink_batch *ready[UPLINK_BATCHES];
	unsigned first, nready;
	uint64_t after;
	enum uplink_news news;
	char why[HEADSOURCE_ERROR_MAX];
	int head_wanted, head_ready, head_answered;
	size_t head_len;
	int head_status;
	uint8_t head_answer[WITNESS_ANSWER_MAX];
	size_t head_answer_len;
	int resolve, resolved;		/* resolved: 1, -1 */
	struct sockaddr_storage address;
	socklen_t address_len;
	char resolve_why[256];
};

/**
 * uplink_run(arg): The thread.
 */
void *uplink_run(void *arg);

#endif /* !LIANGKA_UPLINK_IMPL_H_ */
