#ifndef NODELOG_H_
#define NODELOG_H_

/*
 * A data directory with a write-ahead log, its entries and an integrator, for tests.
 * Entry `seq` is what seq and kind make it, so that any reader can tell whether it is
 * right.  No call asserts: a killed child makes them, too.
 */

#include <stddef.h>
#include <stdint.h>

#include "logdisk.h"
#include "store/integrator.h"
#include "store/logset.h"
#include "store/wal.h"

#define NODELOG_NODE	UINT64_C(77)
#define NODELOG_KEY	"a.example/branch/n1"
#define NODELOG_T	INT64_C(1795312800000)	/* 2026-11-22 in Shanghai */
#define NODELOG_SIDECARS 5	/* one entry in so many has one */

struct nodelog {
	struct logdisk *d;
	struct note_signer signer;
	const struct note_signer *signers[1];
	struct wal *wal;
	struct integrator *i;
	struct integrator_options o;	/* may be changed before opening */
	int own_disk;			/* the integrator sees d->disk */
	char wal_dir[2 * LOGDISK_PATH];
	char log_dir[2 * LOGDISK_PATH];
	char sealed_dir[2 * LOGDISK_PATH];
	char error[8192];
};

/**
 * nodelog_new(): Make an empty data directory.  nodelog_free(n): remove it.
 */
struct nodelog *nodelog_new(void);
void nodelog_free(struct nodelog *n);

/**
 * nodelog_wal(n): Open the write-ahead log.  nodelog_open(n): that, if it is not open,
 * and the integrator.  nodelog_close(n): close what is open; return what
 * integrator_close() does.  All return 0, or -1 with a sentence in n->error.
 */
int nodelog_wal(struct nodelog *n);
int nodelog_open(struct nodelog *n);
int nodelog_close(struct nodelog *n);

/**
 * nodelog_put(n, count): Append that many entries and make them durable.
 * nodelog_begin(n, year, number, prev): Append entry 0 of a log; prev may be NULL.
 * Return 0 or -1.
 */
int nodelog_put(struct nodelog *n, int count);
int nodelog_begin(struct nodelog *n, int year, int number,
    const struct checkpoint *prev);

/**
 * nodelog_wait(n, head): Have all that is durable published; wait up to 20 s.
 */
int nodelog_wait(struct nodelog *n, struct checkpoint *head);

/**
 * nodelog_message(seq, p): Write the sealed message of an entry that has one; return
 * its length, 0 for none.
 */
size_t nodelog_message(uint64_t seq, uint8_t p[64]);

/**
 * nodelog_whole(n, upto): Are all entries 1 .. upto in the logs, in order and right,
 * and all their identities in sealed/?  Return 0, or -1 with a sentence.
 */
int nodelog_whole(struct nodelog *n, uint64_t upto);

/**
 * nodelog_descends(n, head): Is the log of this head still there, its tree a
 * continuation of it by a consistency proof?  Return 0, or -1 with a sentence.
 */
int nodelog_descends(struct nodelog *n, const struct checkpoint *head);

#endif /* !NODELOG_H_ */
