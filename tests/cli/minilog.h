#ifndef TESTS_CLI_MINILOG_H_
#define TESTS_CLI_MINILOG_H_

/*
 * A small data directory with signed logs, written by the store itself: what the
 * n-th entry says follows from n.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/note.h"
#include "store/checkpoint.h"
#include "store/entry.h"

#define MINILOG_NODE "bank.example/branch/b017"

struct tilelog;

struct minilog {
	char data[160];			/* data directory; log/ is in it */
	char dir[224];			/* of the newest log */
	struct note_signer signer;
	struct tilelog *log;
	int year;
	uint64_t seq;			/* of the entry to come */
	uint64_t fork;			/* entries from here on differ; 0: none */
	struct checkpoint head;
};

/**
 * minilog_open(m, data): Begin the log of 2026 in a data directory, which is made.
 * minilog_add(m, until): Add entries up to this seq and publish.
 * minilog_turn(m): Begin the log of the next year.  minilog_close(m): free.
 */
void minilog_open(struct minilog *m, const char *data);
void minilog_add(struct minilog *m, uint64_t until);
void minilog_turn(struct minilog *m);
void minilog_close(struct minilog *m);

/**
 * minilog_wal(m, last): Write a wal/ beside it with the entries 1 to last.
 */
void minilog_wal(struct minilog *m, uint64_t last);

/**
 * minilog_entry(m, seq, e, buf): Make an entry: seq 1 is of kind log, 2 start, every
 * tenth a heartbeat, every fourth a confirm of the one before, the rest decisions,
 * of which every seventh rejects.  Return the length of its text.
 */
size_t minilog_entry(const struct minilog *m, uint64_t seq, struct entry *e,
    char buf[ENTRY_MAX]);

/**
 * minilog_id(m, seq, id): Write the decision id of an entry.
 */
const char *minilog_id(const struct minilog *m, uint64_t seq, char id[64]);

/**
 * minilog_vkey(m): The node's verifier key.
 * minilog_witness_key(path, secret, vkey): Write a key file of kind witness, and its
 * verifier key.
 */
const char *minilog_vkey(const struct minilog *m);
void minilog_witness_key(const char *path, int secret,
    char vkey[NOTE_VKEY_MAX]);

/**
 * minilog_file(m, name, text, cap): Read a file of the newest log; its length.
 * minilog_spoil(m, name, off): Change one byte of it.
 */
size_t minilog_file(const struct minilog *m, const char *name, char *text,
    size_t cap);
void minilog_spoil(const struct minilog *m, const char *name, long off);

#endif /* !TESTS_CLI_MINILOG_H_ */
