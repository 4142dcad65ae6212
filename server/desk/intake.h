#ifndef LIANGKA_DESK_INTAKE_H_
#define LIANGKA_DESK_INTAKE_H_

/*
 * An institution's file, row by row to the daemon: many rows to a frame, several frames
 * under way.  What was acknowledged is durable there; a row that is sent again is known.
 * So a run may end at any moment, here or there, and be repeated.
 *
 * Memory is bounded whatever the file is.  Bad rows go to the reject file in the order of
 * the file, good ones beside them are taken.
 *
 * Threads: one at a time per run.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/intakerow.h"

#include "intakemap.h"

struct csvfile;
struct wire_header;

#define INTAKE_ERROR_MAX 2048
#define INTAKE_INSTS 64		/* institutions that a file is told of by name */
#define INTAKE_TOTALS 4096	/* lines of totals */
#define INTAKE_WINDOW 8		/* frames under way */

/* The way to the daemon.  Each returns 0, or -1 when the connection is gone. */
struct intake_wire {
	void *arg;
	int (*send)(void *arg, const uint8_t *frame, size_t len);
	/* the next reply: its header, and its body in buf (WIRE_BODY_MAX bytes) */
	int (*receive)(void *arg, struct wire_header *h, uint8_t *buf);
	/* connect anew: 0, or an LK_E_ code to give up with */
	int (*again)(void *arg);
	/* the daemon is busy: wait a moment */
	void (*pause)(void *arg);
};

struct intake_counts {
	uint64_t rows;		/* without the heading */
	uint64_t fresh;		/* openings that nobody checked here */
	uint64_t known;		/* nothing new */
	uint64_t merged;	/* joined with what was checked here */
	uint64_t closed;
	uint64_t ambiguous;	/* not taken; also among rejected */
	uint64_t rejected;	/* rows */
	uint64_t alerts;	/* of those taken */
	uint64_t why[INTAKEMAP_WHYS]; /* of the rejected */
};

/* How far all is done, for a run that begins where another was cut off. */
struct intake_mark {
	uint64_t rows;		/* all up to here is durable or rejected */
	uint64_t hash;		/* of these rows */
	struct intake_counts counts;
};

/* Rows of one institution, day and product that were taken, or stood there already. */
struct intake_total {
	char inst[32];
	int32_t day;
	int32_t product;
	uint64_t opened, closed;
};

struct intake_options {
	const struct intakemap *map;	/* NULL: the one shipped that fits */
	const char *institution;	/* where rows do not say it; "" or NULL: the
					 * peer's only one */
	uint32_t flags;			/* INTAKEROW_DRY, INTAKEROW_STOCK */
	int english;			/* language of reasons */
	struct intake_wire wire;
	FILE *reject;			/* or NULL */
	const struct intake_mark *from;	/* NULL: from the beginning */
	int totals;			/* make r->total */
	/* May be NULL: each bad row; now and then; all up to a mark is done (reject is
	 * flushed): -1 gives up. */
	void (*bad)(void *arg, uint64_t line, size_t column, const char *why);
	void (*step)(void *arg, const struct intake_counts *c);
	int (*save)(void *arg, const struct intake_mark *m);
	void *arg;
};

struct intake_result {
	struct intake_counts c;
	char format[32];		/* the mapping that was used */
	char institution[INTAKE_INSTS][32]; /* of which rows were sent */
	uint64_t sent[INTAKE_INSTS];	/* rows, of each; those of a mark too */
	size_t ninst;
	int code;			/* LK_E_, when the daemon did not go along */
	struct intake_total *total;	/* free() it; sorted */
	size_t ntotal;
};

enum intake_end {
	INTAKE_DONE,
	INTAKE_USELESS,	/* the file cannot be used; nothing was sent */
	INTAKE_OTHER,	/* `from` is another file's; nothing was sent */
	INTAKE_IO,	/* reading or writing failed */
	INTAKE_AWAY	/* the daemon: r->code */
};

/**
 * intake_run(f, name, o, r, err): Take all rows of f, called name in messages.  What *r
 * counts is acknowledged.  Return an enum intake_end, with a sentence in err
 * (INTAKE_ERROR_MAX bytes) unless it is INTAKE_DONE.
 */
enum intake_end intake_run(struct csvfile *f, const char *name,
    const struct intake_options *o, struct intake_result *r, char *err);

/**
 * intake_tell(o, inst, hash, rows, note, code): Record that all of a file was sent: its
 * SHA-256 in hex, how many rows, what came of them.  Return 0 or -1 with *code.
 */
int intake_tell(const struct intake_options *o, const char *inst,
    const char *hash, uint64_t rows, const char *note, int *code);

/**
 * intake_mark_write(f, m, key, reject): Write a mark as text: of the file and the way that
 * key names, with so many bytes of the reject file.  Return 0 or -1.
 * intake_mark_read(f, m, key, reject): Read it.  Return 0, or -1 when it is none of key.
 */
int intake_mark_write(FILE *f, const struct intake_mark *m, const char *key,
    uint64_t reject);
int intake_mark_read(FILE *f, struct intake_mark *m, const char *key,
    uint64_t *reject);

#endif /* !LIANGKA_DESK_INTAKE_H_ */
