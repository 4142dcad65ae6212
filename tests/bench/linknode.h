#ifndef BENCH_LINKNODE_H_
#define BENCH_LINKNODE_H_

/*
 * A node below that is made up: what speaks on a link, or as a program of the daemon's own
 * machine.  All made-up nodes share one private key; their certificates differ.
 */

#include <stddef.h>
#include <stdint.h>

#include "plugin/wire.h"

#define LINKNODE_DOMAIN "bench.example"
#define LINKNODE_PARENT "city"
#define LINKNODE_INST "bank-"	/* and the node's number */
#define LINKNODE_IN 8192	/* no reply is longer */
#define LINKNODE_OUT (1u << 20)

struct tls;

struct linknode {
	char node[16];
	int fd;
	struct tls *tls;	/* NULL: a program on this machine */
	uint64_t number;	/* of the last request */
	uint64_t cursor;	/* what the node above has of it, when it joined */
	size_t got, used;
	size_t out_len;
	uint8_t in[LINKNODE_IN];
	uint8_t *out;		/* what the socket did not take; NULL: nothing ever */
};

/**
 * linknode_setup(dir, nodes): Make authority, certificates and the register of so many nodes
 * n0000, n0001, ... in dir.  Return 0, or -1 after telling why.
 */
int linknode_setup(const char *dir, unsigned nodes);

/**
 * linknode_open(l, dir, address, i, key, last): Link the i-th node with the one at
 * 127.0.0.1:port, and join; key is "epoch:id" of the token key, last the entries it claims
 * to have.  Waits.
 * linknode_local(l, socket): be a program that asks at a unix socket.
 * Return 0, or -1 after telling why.
 */
int linknode_open(struct linknode *l, const char *dir, const char *address,
    unsigned i, const char *key, uint64_t last);
int linknode_local(struct linknode *l, const char *socket);
void linknode_close(struct linknode *l);

/**
 * linknode_put(l, frame, len): Send a frame under the next request id, which is l->number
 * then.  Return 0, or -1 after telling why.
 */
int linknode_put(struct linknode *l, uint8_t *frame, size_t len);

/**
 * linknode_next(l, h, body): The next whole reply, if there is one: 1; 0: wait for the
 * socket; -1 after telling why.  body holds until the next call.
 */
int linknode_next(struct linknode *l, struct wire_header *h,
    const uint8_t **body);

/**
 * linknode_wait(l, h, body): The same, waiting for at most 10 s.
 */
int linknode_wait(struct linknode *l, struct wire_header *h,
    const uint8_t **body);

/**
 * linknode_token_key(dir, out): Read dir/token.key: write "epoch:id" and return the epoch; 0
 * after telling why.
 */
uint32_t linknode_token_key(const char *dir, char out[40]);

#endif /* !BENCH_LINKNODE_H_ */
