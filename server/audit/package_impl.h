#ifndef LIANGKA_PACKAGE_IMPL_H_
#define LIANGKA_PACKAGE_IMPL_H_

/* What the files package*.c share. */

#include "store/entry.h"
#include "store/tile.h"
#include "store/wal.h"

#include "fetch.h"
#include "package.h"

#define PACKAGE_LOGS_MAX 1024		/* logs of one package */

/* Where the files of one log come from. */
struct package_source {
	char *base;			/* directory or address */
	struct fetch *fetch;		/* NULL: a directory */
	enum package_fault fault;	/* of the last get that returned -1 */
};

/* One log. */
struct package_part {
	struct package_log log;
	struct package_source source;
	struct tiles *tiles;
	int listed;			/* named in the file `logs` */
	int year, n;			/* by its name, for the order */
	char *trouble;			/* why it cannot be read, or NULL */
};

struct package {
	struct package_options o;
	struct package_source root;	/* of `logs` and policy/ */
	struct fetch *fetch;
	struct package_part **part;
	size_t count;
	int has_list;			/* there is a file `logs` */
	int whole;
	char *wal;			/* directory, or NULL */
	struct entry entry;
	uint8_t held[WAL_ENTRY_MAX];	/* an entry of wal/ that was read */
	enum package_fault fault;
	char error[PACKAGE_ERROR_MAX];
};

/**
 * package_fail(p, fault, format, ...): Keep a fault and its sentence; return -1.
 */
int package_fail(struct package *p, enum package_fault fault,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * package_get(source, path, buf, cap, err, errlen): The `get` of a tiles_source, with
 * the fault kept in the source.
 */
int64_t package_get(void *source, const char *path, uint8_t *buf, size_t cap,
    char *err, size_t errlen);

/**
 * package_there(dir, name, directory): Is dir/name there (as a directory)?  1, 0, or
 * -1 without the right to look.  package_join(base, name): "base/name", for free().
 * package_name(s, len, year, n): Read "<year>.<n>"; 0, or -1 when it is none.
 */
int package_there(const char *dir, const char *name, int directory);
char *package_join(const char *base, const char *name);
int package_name(const char *s, size_t len, int *year, int *n);

/**
 * package_part_new(p, base): Add a log whose files are below base, which it takes;
 * NULL when out of memory.  package_part_load(p, part): Read its head and base, or
 * keep what is wrong with them, by the options.  package_part_base(p, part): Read its
 * entry 0 for its base.  package_part_free(part): NULL is allowed.
 * package_open_logs(p): Find and load all logs below p->root, in order.
 */
struct package_part *package_part_new(struct package *p, char *base);
int package_part_load(struct package *p, struct package_part *part);
int package_part_base(struct package *p, struct package_part *part);
void package_part_free(struct package_part *part);
int package_open_logs(struct package *p);

/**
 * package_head(p, part): Read the checkpoint of a log anew.  Return 0, or -1.
 */
int package_head(struct package *p, struct package_part *part);

/**
 * package_end(p): The seq behind the last entry of the logs, 0 without any.
 */
uint64_t package_end(const struct package *p);

/**
 * package_wal_each(p, from, fn, arg): The part of package_each() that is in wal/,
 * from an entry on (0: the oldest).  package_wal_last(p): its highest seq, 0 when it
 * holds none.  package_wal_older(p, seq): is seq older than all it holds?
 */
int package_wal_each(struct package *p, uint64_t from,
    int (*fn)(void *arg, const struct package_entry *e), void *arg);
uint64_t package_wal_last(struct package *p);
int package_wal_older(struct package *p, uint64_t seq);

#endif /* !LIANGKA_PACKAGE_IMPL_H_ */
