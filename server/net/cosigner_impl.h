#ifndef LIANGKA_COSIGNER_IMPL_H_
#define LIANGKA_COSIGNER_IMPL_H_

/* What the files cosigner*.c share. */

#include "cosigner.h"

#define COSIGNER_PATH_MAX 1200

/* A request, and then its answer. */
struct cosigner_job {
	struct cosigner_job *next;
	uint64_t tag;
	uint64_t time;
	struct note_verifier log;
	struct witness_answer answer;
	size_t len;
	char body[];
};

struct witness_head;

/* What the thread judges with; only the thread uses it. */
struct cosigner_bench {
	char dir[COSIGNER_PATH_MAX];
	const struct disk *disk;
	struct note_signer signer;
	struct witness_heads *heads;	/* NULL behind a failure */
};

/* A node that is known. */
struct cosigner_node {
	char *name;			/* of its log's key */
	int busy;			/* a request of it is here */
	struct cosigner_seen seen;
};

/* All of them, by name. */
struct cosigner_nodes {
	struct cosigner_node *node;
	size_t n, cap;
};

/**
 * cosigner_nodes_of(t, name, len): The node whose name is these len bytes, made if it
 * is new; it stays in place until another is made.  NULL when out of memory.
 * cosigner_nodes_find(t, name): the same, or NULL when it is not there.
 * cosigner_nodes_free(t): Free all.
 */
struct cosigner_node *cosigner_nodes_of(struct cosigner_nodes *t,
    const char *name, size_t len);
const struct cosigner_node *cosigner_nodes_find(const struct cosigner_nodes *t,
    const char *name);
void cosigner_nodes_free(struct cosigner_nodes *t);

/**
 * cosigner_nodes_head(n, head, time): Note that a head of a node was cosigned; those of
 * an older log than its newest are passed over.
 * cosigner_nodes_remember(t, h, witness): Note one that was cosigned before the start,
 * by this key of ours.  Return 0, or -1 when out of memory.
 */
void cosigner_nodes_head(struct cosigner_node *n, const struct checkpoint *head,
    uint64_t time);
int cosigner_nodes_remember(struct cosigner_nodes *t,
    const struct witness_head *h, const struct note_verifier *witness);

/**
 * cosigner_judge(b, jobs): Fill in the answers of all, and make durable what they say.
 */
void cosigner_judge(struct cosigner_bench *b, struct cosigner_job *jobs);

#endif /* !LIANGKA_COSIGNER_IMPL_H_ */
