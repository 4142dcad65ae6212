#ifndef LIANGKA_PARKED_H_
#define LIANGKA_PARKED_H_

/*
 * A request that waits for the word of the node above.  The frame is kept as it came, since
 * it is answered anew from the beginning; it is wiped when it goes.
 *
 * Threads: the loop's.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "plugin/wire.h"

#define PARKED_BODY 8192	/* bytes of a request that may be kept */
#define PARKED_ALL 16384	/* requests, of all connections */

struct conn;

struct parked {
	TAILQ_ENTRY(parked) conn_entry;	/* of its connection */
	TAILQ_ENTRY(parked) due_entry;	/* of the link above, by deadline */
	TAILQ_ENTRY(parked) id_entry;	/* ditto, by id */
	struct conn *conn;
	uint64_t number;	/* of the question */
	int64_t asked_us;	/* monotonic */
	int64_t due_us;
	struct wire_header h;
	uint8_t body[];		/* h.length bytes */
};

TAILQ_HEAD(parked_list, parked);

#endif /* !LIANGKA_PARKED_H_ */
