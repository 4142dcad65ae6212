#ifndef LIANGKA_LOGREAD_H_
#define LIANGKA_LOGREAD_H_

/*
 * A reading of the record, wherever it lies (audit/package.h).  What is wrong with it
 * is kept and told behind all rows.
 *
 * No signature is looked at.  What can be seen without keys is: entries that differ
 * from their tiles, files that are missing or cut, a seq that is skipped, a data
 * directory whose wal/ is empty, and a log that is shorter than its own
 * `checkpoint.cosigned`.
 */

#include <stddef.h>
#include <stdint.h>

#include "audit/package.h"

struct logplace;
struct logread;
struct tool;

#define LOGREAD_END 256	/* a callback has seen enough */

/**
 * logread_open(t, p, r): Begin to read the place p.  Return ARGS_GO, or an exit code
 * after saying what is wrong.
 */
int logread_open(const struct tool *t, const struct logplace *p,
    struct logread **r);

/**
 * logread_each(r, from, fn, arg): Call fn(arg, e) for every entry with seq >= from (0:
 * all), in order, until it returns non-zero: LOGREAD_END or an exit code.  Return 0
 * at both ends, an exit code else.
 */
int logread_each(struct logread *r, uint64_t from,
    int (*fn)(void *arg, const struct package_entry *e), void *arg);

/**
 * logread_package(r): The package.  logread_tool(r): as given to logread_open().
 */
struct package *logread_package(const struct logread *r);
const struct tool *logread_tool(const struct logread *r);

/**
 * logread_trouble(r, code, zh, en, ...): Keep what is wrong, unless something is kept
 * already.  Return code.
 */
int logread_trouble(struct logread *r, int code, const char *zh,
    const char *en, ...) __attribute__((format(printf, 3, 5),
    format(printf, 4, 5)));

/**
 * logread_fault(r): Keep the package's last failure.  Return the exit code for it.
 * logread_damage(r, en, ...): Keep what contradicts itself in the log.  Return
 * TOOL_DATA.
 */
int logread_fault(struct logread *r);
int logread_damage(struct logread *r, const char *en, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * logread_close(r, rc): Tell what was kept, free r (NULL is allowed) and return rc.
 */
int logread_close(struct logread *r, int rc);

#endif /* !LIANGKA_LOGREAD_H_ */
