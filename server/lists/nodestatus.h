#ifndef LIANGKA_NODESTATUS_H_
#define LIANGKA_NODESTATUS_H_

/*
 * What a node says of its lists to the centre: <data>/lists/status, a signed note
 * (keys/note.h) by the key of the node's log.  The daemon replaces it when something in
 * it changes and now and then so that it stays fresh; `liangka sync` carries it to
 * --report; `liangka list where` reads what came there.  It says nothing about anybody.
 *
 *	liangka-node-status/1
 *	node bank.example/branch/b017
 *	time 1795327200
 *	targets 12
 *	signed 1795327000
 *	policy 2026-11
 *	outlets 3
 *	campaigns 0
 *	error none
 *	list mule-phones 7
 *	list sanction 41
 *
 * node: the name of the node's key, of which the signature must be; signed: when the
 * timestamp in force was signed; targets, outlets, campaigns: versions in force, 0: none;
 * policy "-": none; error: why the last adoption failed, a word of the table; lists
 * ascending by id, each once.  Every line stands, in this order, ended by a newline.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/note.h"

#define NODESTATUS_NODE_MAX 192
#define NODESTATUS_LISTS_MAX 32
#define NODESTATUS_TEXT_MAX 2048	/* bytes of the text */
#define NODESTATUS_MAX	16384		/* bytes of the note */
#define NODESTATUS_ERROR_MAX 1024
#define NODESTATUS_FILE "status"	/* in <data>/lists */
#define NODESTATUS_SUFFIX ".status"	/* at the centre */

enum nodestatus_error {
	NODESTATUS_NONE,
	NODESTATUS_AWAY,	/* sync does not get through */
	NODESTATUS_REFUSED,	/* sync refuses what it gets: which of these, its own
				 * sync.status says */
	NODESTATUS_UNSIGNED,	/* signatures missing or wrong */
	NODESTATUS_OLD,		/* roll-back */
	NODESTATUS_EXPIRED,	/* freeze, or a wrong clock */
	NODESTATUS_MISMATCH,	/* file and signed metadata differ */
	NODESTATUS_FORM,	/* not metadata, list, policy or register */
	NODESTATUS_KEY,		/* the key of a list is missing here */
	NODESTATUS_DISK,	/* disk full, damaged, no right to it */
	NODESTATUS_OTHER,
	NODESTATUS_ERRORS
};

struct nodestatus_list {
	char id[24];
	uint32_t version;
};

struct nodestatus {
	char node[NODESTATUS_NODE_MAX];
	int64_t time;		/* UTC seconds */
	int64_t signed_at;
	uint32_t targets, outlets, campaigns;
	char policy[32];	/* "": none */
	enum nodestatus_error error;
	size_t nlists;
	struct nodestatus_list list[NODESTATUS_LISTS_MAX];
};

/**
 * nodestatus_word(error): Return the word of an error class.
 * nodestatus_file(node, out, cap): Write the name of a node's file at the centre: its
 * name with '~' for '/', and NODESTATUS_SUFFIX.  Return 0, or -1.
 */
const char *nodestatus_word(enum nodestatus_error error);
int nodestatus_file(const char *node, char *out, size_t cap);

/**
 * nodestatus_print(s, text, cap): Write the text, NUL-terminated, lists in the order of
 * their ids.  Return its length, or 0 when it does not fit or s says what cannot be said.
 * nodestatus_parse(s, text, len, err): Read it.  Return 0, or -1 with *s zeroed and a
 * sentence in err (NODESTATUS_ERROR_MAX bytes).
 */
size_t nodestatus_print(const struct nodestatus *s, char *text, size_t cap);
int nodestatus_parse(struct nodestatus *s, const char *text, size_t len,
    char *err);

/**
 * nodestatus_sign(s, signers, n, out, cap): Write the note, by the keys of the node's
 * log, all of the name s->node.  Return its length, or 0.
 * nodestatus_read(s, p, len, err): Read a note without asking who signed it.
 * nodestatus_verify(s, p, len, keys, nkeys, err): Read it; one of keys must bear the name
 * of the node and have signed it.  Both return 0, or -1 as nodestatus_parse.
 */
size_t nodestatus_sign(const struct nodestatus *s,
    const struct note_signer *const *signers, size_t n, char *out, size_t cap);
int nodestatus_read(struct nodestatus *s, const char *p, size_t len, char *err);
int nodestatus_verify(struct nodestatus *s, const char *p, size_t len,
    const struct note_verifier *const *keys, size_t nkeys, char *err);

#endif /* !LIANGKA_NODESTATUS_H_ */
