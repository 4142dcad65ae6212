#ifndef ADOPTKIT_H_
#define ADOPTKIT_H_

/*
 * A centre and a node for tests of adoption: a repository whose lists are kept as a
 * model, a data directory, and a disk that can stop, fill up, and lose what was not
 * synced.  Any failure of its own aborts.
 */

#include <stddef.h>
#include <stdint.h>

#include "lists/adopt.h"
#include "lists/listfile.h"
#include "store/disk.h"

#include "tufkit.h"

#define ADOPTKIT_LISTS	4
#define ADOPTKIT_EPOCH	3u	/* of K_list */
#define ADOPTKIT_UNDO	1024
#define ADOPTKIT_PATH	512

/* One list of the centre. */
struct adoptkit_list {
	char id[LIST_ID_MAX];
	uint32_t subject, epoch, version, bits;
	struct listrec *r;		/* ascending */
	uint32_t *at;			/* version in which each was touched last */
	size_t n, cap;			/* records that are GONE stay, to be told */
};

/* A change that a power cut undoes. */
struct adoptkit_undo {
	int kind;
	char path[ADOPTKIT_PATH], other[ADOPTKIT_PATH];
};

/* The disk: every step that changes it is counted. */
struct adoptkit_disk {
	struct disk disk;
	char grave[TUFKIT_PATH];	/* what was removed or replaced, by number */
	unsigned buried;
	long steps;			/* done */
	long stop;			/* the step that stops it all, 0: none */
	int dead;
	long full;			/* the write from which it is full, 0: none */
	long writes;
	struct adoptkit_undo undo[ADOPTKIT_UNDO];
	size_t nundo;
	int early;			/* a rename came before a sync that it needs */
};

struct adoptkit {
	struct tufkit *repo;
	char *dir;			/* all below it */
	char data[TUFKIT_PATH];
	char root[TUFKIT_PATH];		/* the anchor */
	struct adoptkit_disk disk;
	struct adoptkit_list list[ADOPTKIT_LISTS];
	size_t nlists;
	struct adopt_options o;
	struct adopt_floor floor;
	struct adopted a;		/* what is served */
	int served;
	int linked;			/* incoming/ is the repository itself: faster */
	int64_t now;
	char err[ADOPT_ERROR_MAX];
	char step[32];			/* at this step `at` is called */
	void (*at)(struct adoptkit *k);
};

/**
 * adoptkit_new(): A centre with lists "sanction" (persons) and "cards", each of some
 * records, a policy, outlets and campaigns, published as snapshots; nothing synced yet.
 * adoptkit_free(k).
 */
struct adoptkit *adoptkit_new(void);
void adoptkit_free(struct adoptkit *k);

/**
 * adoptkit_put(k, id, n, category): List token number n; category 0 takes it out.
 * adoptkit_many(k, id, first, n): List n tokens that were never named, from `first` on.
 * adoptkit_cut(k, id, from, snapshot): The next version of a list: a delta from version
 * `from` (0: none), and a snapshot when that is wanted; older files are not named any
 * more.  adoptkit_text(k, kind, version): another policy, outlets or campaigns.
 * adoptkit_token(n): token number n.
 */
void adoptkit_put(struct adoptkit *k, const char *id, uint32_t n, int category);
void adoptkit_many(struct adoptkit *k, const char *id, uint32_t first,
    uint32_t n);
void adoptkit_cut(struct adoptkit *k, const char *id, uint32_t from,
    int snapshot);
void adoptkit_text(struct adoptkit *k, const char *kind, uint32_t version);
struct token adoptkit_token(uint32_t n);
struct adoptkit_list *adoptkit_find(struct adoptkit *k, const char *id);

/**
 * adoptkit_frame(h, r, len): The file of a list, compressed by our own hand, header and
 * records as they are given; h->info.root and count are not touched; for free().
 * adoptkit_root(r, n, bits, root): Content root, by the book.
 * adoptkit_name(k, h, data, len, root): Put such a file into the next publication.
 */
uint8_t *adoptkit_frame(const struct listfile_header *h,
    const struct listrec *r, size_t n, size_t *len);
void adoptkit_root(const struct listrec *r, size_t n, unsigned bits,
    uint8_t root[32]);
void adoptkit_name(struct adoptkit *k, const struct listfile_header *h,
    const void *data, size_t len);

/**
 * adoptkit_sync(k): incoming/ becomes a copy of the repository.
 * adoptkit_publish(k): tufkit_publish() and adoptkit_sync().
 * adoptkit_start(k), adoptkit_run(k): the calls, with the node's floor and clock; what
 * is adopted takes the place of what was served, and is journalled (the floor).
 * adoptkit_stop(k): the process ends.
 */
void adoptkit_sync(struct adoptkit *k);
void adoptkit_publish(struct adoptkit *k);
int adoptkit_start(struct adoptkit *k);
int adoptkit_run(struct adoptkit *k);
void adoptkit_stop(struct adoptkit *k);

/**
 * adoptkit_listed(k, id, n): What is served says of a token: its category, 0: not
 * listed; -1: no such list, -2: not readable.
 * adoptkit_same(k): 1 when what is served is the centre's model, whole; else 0, and why.
 * adoptkit_tidy(k): 1 when lists/ holds nothing but what is in force.
 */
int adoptkit_listed(const struct adoptkit *k, const char *id, uint32_t n);
int adoptkit_same(const struct adoptkit *k, char why[256]);
int adoptkit_tidy(const struct adoptkit *k, char why[256]);

/**
 * adoptkit_power_cut(k): Undo all that was not synced; the disk works again.
 * adoptkit_copy(from, to): Copy a tree.  adoptkit_path(k, format, ...): A path below the
 * data directory's lists/, in a static buffer of four that take turns.
 * adoptkit_flip(path, at): Flip a bit; at < 0: from the end.
 */
void adoptkit_power_cut(struct adoptkit *k);
void adoptkit_copy(const char *from, const char *to);
const char *adoptkit_path(const struct adoptkit *k, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void adoptkit_flip(const char *path, long at);

/* adoptkit.c: a helper that cannot go on says so and aborts. */
void adoptkit_need(int good, const char *what);

/* adoptkit_centre.c: publish a new list of n records. */
void adoptkit_list(struct adoptkit *k, const char *id, uint32_t subject,
    uint32_t n);

/* adoptkit_disk.c: make the disk. */
void adoptkit_disk_make(struct adoptkit_disk *d, const char *grave);
void adoptkit_disk_cut(struct adoptkit_disk *d);

#endif /* !ADOPTKIT_H_ */
