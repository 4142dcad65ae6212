#ifndef LIANGKA_INTAKEFILE_H_
#define LIANGKA_INTAKEFILE_H_

/*
 * The files of one intake: the institution's own, which may change while it is read; the
 * rejected rows; and how far a run came, so that the next one need not send all again.
 *
 *	FILE.intake.part	rejected rows while the run lasts, 0600
 *	FILE.intake.mark	how far it came
 *	FILE.rejected.csv	rejected rows, when it is over; another number where that
 *				name is taken: FILE.rejected.2.csv
 */

#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>

#include "desk/intake.h"
#include "keys/sha256.h"

struct csvfile;
struct tool;

#define INTAKEFILE_PATH 4096

struct intakefile {
	struct tool *t;
	const char *path, *name;	/* its last part */
	int fd;
	struct stat st;			/* when it was opened */
	uint64_t bytes;			/* read so far */
	struct sha256 sha;		/* of these */
	char hash[65];			/* when all was read */
	struct csvfile *csv;
	/* rejected rows; NULL: not wanted */
	FILE *reject;
	char rejected[INTAKEFILE_PATH];	/* where they will be; "": the first free name */
	char base[INTAKEFILE_PATH];	/* of the names above */
	char key[256];			/* what a mark must be of */
	struct intake_mark mark;
	int resumed;			/* a mark was found */
};

/**
 * intakefile_open(f, t, path, encoding): Open the file.  Return ARGS_GO or an exit code
 * after saying what is wrong.  intakefile_again(f, encoding): begin anew.
 * intakefile_close(f): close all; what a next run needs stays.
 */
int intakefile_open(struct intakefile *f, struct tool *t, const char *path,
    int encoding);
int intakefile_again(struct intakefile *f, int encoding);
void intakefile_close(struct intakefile *f);

/**
 * intakefile_keep(f, reject, key): Open the files beside it, and read how far a run of the
 * same key came: f->resumed.  reject: where rejected rows go, NULL: beside the file.
 * Return ARGS_GO or an exit code.
 * intakefile_reset(f): Forget how far it came.
 * intakefile_save(f, m): Keep a mark.  Return 0 or -1 with errno.
 * intakefile_end(f, any): All is done: give the rejected rows, if any, their name, and
 * remove the rest.  Return ARGS_GO or an exit code.
 */
int intakefile_keep(struct intakefile *f, const char *reject, const char *key);
int intakefile_reset(struct intakefile *f);
int intakefile_save(struct intakefile *f, const struct intake_mark *m);
int intakefile_end(struct intakefile *f, int any);

/**
 * intakefile_changed(f): Say what happened to the file while it was read: NULL when
 * nothing did, else a word for JSON.
 */
const char *intakefile_changed(struct intakefile *f);

#endif /* !LIANGKA_INTAKEFILE_H_ */
