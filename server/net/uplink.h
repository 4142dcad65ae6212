#ifndef LIANGKA_UPLINK_H_
#define LIANGKA_UPLINK_H_

/*
 * The thread that reads our journal for the node above: batches of entries that it has to be
 * told, and the head of our log with its proof.  It offers what it made through an eventfd;
 * the loop sends it.  It also finds out addresses, since that may take seconds.
 *
 * Threads: the loop makes every call.
 */

#include <stddef.h>
#include <stdint.h>

#include <sys/socket.h>

#include "keys/note.h"
#include "plugin/wire.h"

struct uplink;

#define UPLINK_BATCHES 8	/* made ahead */

struct uplink_options {
	const char *data;		/* data directory */
	const char *node;
	const char *log;		/* <domain>/branch/<node>; NULL: no signed log */
	const char *above;		/* the node above */
	const char *address;		/* host:port */
	const char *cosigned;		/* file, see headsource.h; "" */
	const struct note_verifier *witness; /* of the node above, or NULL */
};

/* A batch, ready to be sent: the body of an EVENTS frame. */
struct uplink_batch {
	uint64_t after;		/* the last entry before it */
	uint64_t last;		/* its own last one */
	unsigned n;
	size_t len;
	uint8_t frame[WIRE_HEADER + WIRE_BODY_MAX];
};

/* What else it has to say. */
enum uplink_news {
	UPLINK_NONE,
	UPLINK_BEHIND,		/* our journal lacks what the node above has seen */
	UPLINK_FAILED		/* it cannot be read: a sentence in `why` */
};

/**
 * uplink_open(o, err, errlen): Start the thread.  NULL with a sentence.
 * uplink_close(u): end it.  NULL is allowed.
 */
struct uplink *uplink_open(const struct uplink_options *o, char *err,
    size_t errlen);
void uplink_close(struct uplink *u);

/**
 * uplink_start(u, cursor, leaf): Make batches of what stands behind `cursor`, once the hash
 * of the entry there is `leaf` (NULL: not known); what was made before is thrown away.
 * uplink_stop(u): make none.
 * uplink_durable(u, seq): So much is durable now.
 * uplink_entries(u, n): Batches that are made from now on have at most n entries; to be called
 * before the first start.
 */
void uplink_start(struct uplink *u, uint64_t cursor, const uint8_t *leaf);
void uplink_stop(struct uplink *u);
void uplink_durable(struct uplink *u, uint64_t seq);
void uplink_entries(struct uplink *u, unsigned n);

/**
 * uplink_queued(u): How many entries may still have to be told that are not in a batch that
 * was taken with uplink_batch().
 */
uint64_t uplink_queued(struct uplink *u);

/**
 * uplink_fd(u): becomes readable when there is something.  uplink_quiet(u): not any more,
 * until there is more: to be called before looking.
 * uplink_batch(u): The next batch, or NULL; uplink_sent(u): it is not needed any more.
 * uplink_news(u, why, len): What happened, once.
 */
int uplink_fd(const struct uplink *u);
void uplink_quiet(struct uplink *u);
struct uplink_batch *uplink_batch(struct uplink *u);
void uplink_sent(struct uplink *u);
enum uplink_news uplink_news(struct uplink *u, char *why, size_t len);

/**
 * uplink_head_want(u): Make the body that has our newest head cosigned, if there is a newer
 * one.  uplink_head(u, buf, cap): Take it when it is ready; 0: it is not.
 * uplink_head_answer(u, status, body, len): What became of it.
 */
void uplink_head_want(struct uplink *u);
size_t uplink_head(struct uplink *u, uint8_t *buf, size_t cap);
void uplink_head_answer(struct uplink *u, int status, const uint8_t *body,
    size_t len);

/**
 * uplink_resolve(u): Find out the address.  uplink_address(u, ss, len): Take it when it is
 * there: 1; 0: not yet; -1 with a sentence in why.
 */
void uplink_resolve(struct uplink *u);
int uplink_address(struct uplink *u, struct sockaddr_storage *ss,
    socklen_t *len, char *why, size_t size);

#endif /* !LIANGKA_UPLINK_H_ */
