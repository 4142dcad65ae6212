#ifndef LIANGKA_LINK_H_
#define LIANGKA_LINK_H_

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/*
 * One connection to the daemon: connect, HELLO, send a frame, receive its
 * reply, all towards one deadline.  It never raises SIGPIPE, is closed on exec,
 * and never uses a descriptor number below 3 or one that the host has closed or
 * taken over.
 *
 * One thread uses a link at a time.  Every call returns 0 or an LK_E_ code; after
 * an error the link is closed, so that a late answer can never be taken for
 * another's.
 */

#define LINK_OUT 8192 /* holds any request of ours */

/* Who the daemon is. */
struct link_peer {
	const char *path;   /* of its socket, at most 107 bytes */
	const uint32_t *uid; /* users it may run as */
	unsigned uids;
};

struct link {
	int fd;		 /* -1 = closed */
	uint64_t inode;	 /* of the socket behind fd */
	int sent;	 /* some of the last request has left */
	int heard;	 /* some of its reply has come */
	size_t out_len;	 /* a frame, ready to go */
	size_t in_len;
	struct wire_header head; /* of the reply */
	uint8_t out[LINK_OUT];
	uint8_t in[WIRE_HEADER + WIRE_BODY_MAX];
};

/**
 * link_new(): Return a closed link, or NULL with LK_E_NOMEM to be reported.
 * link_free(l): wipe and free it; it must be closed.
 */
struct link *link_new(void);
void link_free(struct link *l);

/**
 * link_close(l): Close the link; nothing when it is closed.
 */
void link_close(struct link *l);

/**
 * link_inherit(l): In the child of a fork, under lock_guard(): give up the parent's
 * connection without a word to the daemon, and wipe what was being sent.
 */
void link_inherit(struct link *l);

/**
 * link_ours(l): Return 1 while the descriptor is still the link's socket, 0 when
 * it is closed or the host has put something else there.
 */
int link_ours(const struct link *l);

/**
 * link_alive(l): Return 1 when the link is open, the daemon has not hung up and
 * nothing has come unasked.  Otherwise close it and return 0.
 */
int link_alive(struct link *l);

/**
 * link_dial(l, peer): Try once to connect, without waiting.  Return 0; LK_E_AGAIN
 * when the daemon's backlog is full; UNAVAIL (not there, or run by another
 * user); NOMEM.
 */
int link_dial(struct link *l, const struct link_peer *peer);

/**
 * link_hello(o, id): Write a HELLO frame.  link_hello_reply(body, len): judge its
 * reply.  Return 0; VERSION; INTERNAL (malformed); or the daemon's own error.
 */
int link_hello(struct wire_out *o, const uint8_t id[WIRE_ID]);
int link_hello_reply(const uint8_t *body, size_t len);

/**
 * link_open(l, peer, deadline): Connect, trying again while the backlog is full,
 * and exchange HELLO.  Overwrites in[] only: a request waiting in out[] is kept.
 * Return 0, or UNAVAIL (also when the deadline passes), VERSION, NOMEM, INTERNAL
 * or the daemon's own error.
 */
int link_open(struct link *l, const struct link_peer *peer, int64_t deadline);

/**
 * link_exchange(l, deadline): Send the frame in out[] and receive its reply: head
 * and the body, at in[WIRE_HEADER].  Return 0; TIMEOUT; UNAVAIL (the daemon hung
 * up, or nothing could be sent by the deadline); INTERNAL (not the reply to this
 * request).  sent and heard say how far it came.
 */
int link_exchange(struct link *l, int64_t deadline);

#endif /* !LIANGKA_LINK_H_ */
