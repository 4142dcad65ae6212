#ifndef LIANGKA_PACKAGE_H_
#define LIANGKA_PACKAGE_H_

/*
 * A node's record as an auditor gets it: the logs of all years with their policies,
 * from
 *	a data directory	its log/, and behind that the entries that stand only
 *				in its wal/ yet (which no checkpoint names)
 *	a log/ directory	as copied, or unpacked from a tar
 *	one log's directory	which holds `checkpoint` and tile/
 *	an http(s):// or file:// address of one of the last two; the address of a
 *				log/ needs its file `logs`, one name a line
 *
 *	a copy of wal/ alone	or a data directory whose daemon keeps no log/
 *
 * Nothing here checks a signature: verify.h does.  Entries of a log are compared with
 * their tiles as they are read; those of wal/ have its own checks.  It may be read
 * beside a running daemon.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/checkpoint.h"
#include "store/tiles.h"

struct package;

#define PACKAGE_ERROR_MAX 2048

/* Why a call failed, for the exit code. */
enum package_fault {
	PACKAGE_FINE,
	PACKAGE_ABSENT,		/* no such place, or no log there */
	PACKAGE_DENIED,		/* no right to read it */
	PACKAGE_DAMAGED,	/* a file is missing, cut or altered */
	PACKAGE_AWAY		/* a server does not answer, or an I/O error */
};

/* How to open one; all zero is the common way. */
struct package_options {
	uint32_t timeout_ms;	/* for one file of a server; 0: 60 s */
	int damaged;		/* open it all the same: see package_trouble() */
};

/* One log of it. */
struct package_log {
	char name[32];			/* "2026.1": the end of its origin */
	uint64_t base;			/* seq of entry 0 */
	struct checkpoint head;		/* not verified */
	char *note;			/* the checkpoint file, NUL-terminated */
	size_t note_len;
};

/**
 * package_open(where, err): Open a package.  Return it, or NULL with a sentence in err
 * (PACKAGE_ERROR_MAX bytes) and *fault set.  package_close(p): NULL is allowed.
 */
struct package *package_open(const char *where, enum package_fault *fault,
    char *err);
void package_close(struct package *p);

/**
 * package_open_with(where, o, fault, err): The same with options.
 * package_trouble(p, i): When opened with o->damaged: why a log's checkpoint cannot be
 * read, NULL when it can.  Such a log has a head of size 0 and is passed over in
 * reading.  Entry 0 of a log is then not looked at; base is what the caller says by
 * package_base(p, i, base), 0 until then.
 */
struct package *package_open_with(const char *where,
    const struct package_options *o, enum package_fault *fault, char *err);
const char *package_trouble(const struct package *p, size_t i);
void package_base(struct package *p, size_t i, uint64_t base);

/**
 * package_vkey(p, i, buf, cap): Read the log's own vkey file, as it stands, into buf
 * and terminate it.  Return its length, or -1 (package_error()).  What it says is
 * worth as much as the package.
 */
int package_vkey(struct package *p, size_t i, char *buf, size_t cap);

/**
 * package_listed(p, i): Is the log named in the file `logs`?  1, 0, or -1 when there
 * is no such file.  package_wal(p): the directory of its wal/, or NULL.
 * package_whole(p): is it a log/ with policies, not a single log or wal/ alone?
 */
int package_listed(const struct package *p, size_t i);
const char *package_wal(const struct package *p);
int package_whole(const struct package *p);

/**
 * package_count(p), package_log(p, i): Its logs, oldest first.  package_tiles(p, i):
 * the reader of one, of the size that its head names.
 */
size_t package_count(const struct package *p);
const struct package_log *package_log(const struct package *p, size_t i);
struct tiles *package_tiles(struct package *p, size_t i);

/* One entry as read. */
struct package_entry {
	uint64_t seq;
	const char *text;	/* as stored and hashed; until the next call */
				/* on the package; not terminated */
	size_t len;
	size_t log;		/* which log; package_count() for the wal's */
};

/**
 * package_each(p, from, fn, arg): Call fn(arg, e) for every entry with seq >= from (0:
 * all) in order, those of wal/ last.  Return 0, the first non-zero return of fn
 * (which must be positive), or -1 (package_error(), package_fault()).
 */
int package_each(struct package *p, uint64_t from,
    int (*fn)(void *arg, const struct package_entry *e), void *arg);

/**
 * package_read(p, seq, e): Read one entry.  Return 0, -1 when it cannot be read, or 1
 * when there is none.
 */
int package_read(struct package *p, uint64_t seq, struct package_entry *e);

/**
 * package_last(p): The highest seq there is, wal/ included; 0: none.
 */
uint64_t package_last(struct package *p);

/**
 * package_policy(p, hash, len): Return the policy file with this SHA-256 (64 hex
 * digits), checked against it, for free(), or NULL (package_error()).
 */
char *package_policy(struct package *p, const char *hash, size_t *len);

/**
 * package_error(p), package_fault(p): What the last failure was.
 */
const char *package_error(const struct package *p);
enum package_fault package_fault(const struct package *p);

#endif /* !LIANGKA_PACKAGE_H_ */
