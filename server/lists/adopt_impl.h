#ifndef LIANGKA_ADOPT_IMPL_H_
#define LIANGKA_ADOPT_IMPL_H_

/* Shared by the adopt_*.c files alone. */

#include <stddef.h>
#include <stdint.h>

#include "store/disk.h"
#include "store/list.h"

#include "adopt.h"
#include "adopt_bases.h"
#include "adopt_plan.h"
#include "tuf.h"

#define ADOPT_DIR_MODE	0700
#define ADOPT_FILE_MODE	0600
#define ADOPT_STAGE	"trusted.new"	/* a generation before its rename */
#define ADOPT_DELTA_MAX	(8u << 20)	/* bytes of a delta file */

/* One root that was walked since the anchor; kept for the next start. */
struct adopt_root {
	uint32_t version;
	void *data;
	size_t len;
};

/* A list on its way. */
struct adopt_work {
	const struct adopted_list *old;	/* of `before`, or NULL */
	struct adopt_plan plan;
	struct list *list;		/* made, ours; NULL: unchanged */
	struct adopt_base base;		/* what the next start begins with */
	int merge;			/* base or deltas are not on disk */
	struct listrec *touched;
	size_t ntouched;
};

/* One call of adopt_start or adopt_run. */
struct adopt {
	const struct adopt_options *o;
	const struct disk *disk;
	const struct adopt_floor *floor;
	const struct adopted *before;	/* or NULL */
	char *err;
	int64_t now;			/* never before a trusted timestamp */
	char lists[ADOPT_PATH_MAX];	/* <data>/lists */
	char old[ADOPT_PATH_MAX];	/* directory of the generation, "": none */
	char stage[ADOPT_PATH_MAX];	/* lists/trusted.new */
	struct tuf *tuf;
	struct adopt_root *root;
	size_t nroots;
	struct adopt_targets targets;
	struct adopt_bases bases;	/* of the old generation */
	struct adopt_work work[ADOPT_LISTS_MAX];
};

/* adopt_targets.c: is this the target of a list? */
int adopt_is_list(const struct tuf_target *g);

/*
 * adopt_files.c.  adopt_fail() writes a sentence and returns -1.  adopt_path() joins.
 * adopt_slurp() reads a whole regular file (never through a symbolic link, unless
 * `follow`) of at most max bytes with a NUL behind: 0, 1 (there is none) or -1.
 * adopt_same() compares length and SHA-256 of a file with a target's; adopt_take() reads
 * such a file whole.  adopt_put() makes dir/name durably but for dir's own sync.
 * adopt_tree() removes a generation.
 */
int adopt_fail(char *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int adopt_path(char path[ADOPT_PATH_MAX], char *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int adopt_slurp(const struct disk *d, const char *path, size_t max, int follow,
    void **data, size_t *len, char *err);
int adopt_same(const struct disk *d, const char *path,
    const struct tuf_target *g, char *err);
int adopt_take(const struct disk *d, const char *path,
    const struct tuf_target *g, void **data, size_t *len, char *err);
int adopt_put(const struct disk *d, const char *dir, const char *name,
    const void *data, size_t len, char *err);
void adopt_tree(const struct disk *d, const char *dir);

/*
 * adopt_trust.c.  adopt_trust_old() trusts the generation in r->old as it is;
 * adopt_trust_new() goes on to what incoming/ has: 0, or 1 when nothing is newer.
 * adopt_trust_floor() refuses what is below the floor.  adopt_trust_done() frees.
 */
int adopt_trust_old(struct adopt *r);
int adopt_trust_new(struct adopt *r);
int adopt_trust_floor(struct adopt *r);
void adopt_trust_done(struct adopt *r);

/*
 * adopt_fetch.c.  adopt_list_fetch() plans a list and takes its files; adopt_list_again()
 * does so from a snapshot, after what went wrong; adopt_list_old() reads a delta of the
 * old generation, for free(), and writes its path.
 */
int adopt_list_fetch(struct adopt *r, struct adopt_work *w, const char *id);
int adopt_list_again(struct adopt *r, struct adopt_work *w);
int adopt_list_old(struct adopt *r, const uint8_t sha256[32], void **data,
    size_t *len, char path[ADOPT_PATH_MAX]);

/*
 * adopt_list.c.  adopt_list_open() makes a list of the old generation anew.
 * adopt_list_make() makes one as planned; adopt_list_stage() sees that all the next start
 * needs of it is on disk; adopt_list_delta() writes the path of a delta in a generation;
 * adopt_list_subject() is the subject of a target.
 */
struct list *adopt_list_open(struct adopt *r, const struct adopt_base *b);
int adopt_list_make(struct adopt *r, struct adopt_work *w);
int adopt_list_stage(struct adopt *r, struct adopt_work *w);
int adopt_list_delta(struct adopt *r, char path[ADOPT_PATH_MAX],
    const char *dir, const uint8_t sha256[32]);
uint32_t adopt_list_subject(const struct tuf_target *g);

/*
 * adopt_text.c.  adopt_text_load() reads policy and registers that the targets name
 * into *a; with `fetch` what the old generation does not have is taken from incoming/
 * and all go to the stage.
 */
int adopt_text_load(struct adopt *r, struct adopted *a, int fetch);

/*
 * adopt_keep.c.  adopt_keep_number() finds the generation in force: 0, 1 (none) or -1.
 * adopt_keep_begin() makes an empty stage; adopt_keep_write() fills and syncs it, makes
 * it generation *n and has `trusted` name it.  adopt_keep_fresh() replaces the timestamp of
 * the old generation.  adopt_keep_whole() asks sync for snapshots, or
 * no more.  adopt_keep_undo() removes bases that were made in vain before
 * adopt_keep_write().  adopt_keep_clean() removes what neither
 * generation n nor `before` needs.
 */
int adopt_keep_number(struct adopt *r, uint64_t *n);
int adopt_keep_begin(struct adopt *r);
int adopt_keep_write(struct adopt *r, const struct adopt_bases *b,
    uint64_t *n);
int adopt_keep_fresh(struct adopt *r);
void adopt_keep_whole(struct adopt *r, int wanted);
void adopt_keep_undo(struct adopt *r);
void adopt_keep_clean(struct adopt *r, uint64_t n, const struct adopt_bases *b);

/* Tell a test what comes next. */
void adopt_step(struct adopt *r, const char *name);

#endif /* !LIANGKA_ADOPT_IMPL_H_ */
