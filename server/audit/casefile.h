#ifndef LIANGKA_CASEFILE_H_
#define LIANGKA_CASEFILE_H_

/*
 * One decision and all that the record holds about it: the policy then in force, what
 * happened to it later, who looked at it, and the applicant's own record right after
 * it and at the end of the journal.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "engine/person.h"
#include "store/entry.h"
#include "store/records.h"

#include "package.h"
#include "scratch.h"

struct policy;

/* An entry that is kept. */
struct casefile_entry {
	struct entry e;
	char *text;		/* as stored, NUL-terminated */
	size_t len;
};

struct casefile_list {
	struct casefile_entry *v;
	size_t n;
};

/**
 * casefile_add(l, e, text, len): Add a copy of an entry.  Return 0, or -1 when out of
 * memory.  casefile_forget(l): free all of the list.  casefile_looks(e): is it a
 * look-up of an entry or person, or of what is sealed beside it?
 */
int casefile_add(struct casefile_list *l, const struct entry *e,
    const char *text, size_t len);
void casefile_forget(struct casefile_list *l);
int casefile_looks(const struct entry *e);

struct casefile {
	struct casefile_entry decision;
	uint8_t leaf[32];
	size_t log;			/* package_count(): in wal/ alone yet */
	char node[32];			/* that decided, "" unknown */
	char hash[68];			/* of the policy file, hex; "" unknown */
	char *policy_text;		/* NULL when the file is not there */
	size_t policy_len;
	struct policy *policy;		/* NULL when it does not compile */
	struct casefile_list later;	/* what was recorded about it */
	struct casefile_list seen;	/* who looked at it: access, unseal, erase */
	struct scratch scratch;		/* the applicant's history, folded */
	struct person after;		/* his record right after the decision, with */
					/* those of other documents where that was */
					/* decided by several */
	struct person now;		/* and at the last entry */
	int64_t last_t;			/* journal time of the last entry, ms */
	uint64_t last_about;		/* last entry that changed the record */
	struct token document[RECORD_LINKS_MAX + 1]; /* the other ones */
	size_t ndocuments;
	struct person other;		/* scratch */
};

#define CASEFILE_ERROR_MAX 512

enum casefile_fault {
	CASEFILE_FINE,
	CASEFILE_ABSENT,	/* there is no entry of this seq */
	CASEFILE_OTHER,		/* it is no decision */
	CASEFILE_PACKAGE,	/* see package_fault(), package_error() */
	CASEFILE_DAMAGED,	/* an entry is not well-formed */
	CASEFILE_SYSTEM		/* memory, or the private state */
};

/**
 * casefile_open(p, seq, tmp, fault, err): Read the whole record and gather what
 * concerns the decision seq.  tmp is where the private state may be made.  Return
 * the file, or NULL with *fault set and, but for CASEFILE_PACKAGE, a sentence in err
 * (CASEFILE_ERROR_MAX bytes).  A policy that is missing is no failure.
 */
struct casefile *casefile_open(struct package *p, uint64_t seq,
    const char *tmp, enum casefile_fault *fault, char *err);

/**
 * casefile_close(c): Free c, which may be NULL.
 */
void casefile_close(struct casefile *c);

#endif /* !LIANGKA_CASEFILE_H_ */
