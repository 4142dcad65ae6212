#ifndef LIANGKA_LOGLIST_H_
#define LIANGKA_LOGLIST_H_

/*
 * Entries of the record, written: as a table for people, with --json each as it is
 * stored, or as CSV.
 */

#include <stddef.h>
#include <stdint.h>

struct logfilter;
struct loglist;
struct logplace;
struct tool;

/* How. */
struct loglist_form {
	int leaf;	/* with the leaf hash */
	int csv;	/* CSV, see logcsv.h; not with t->json or leaf */
};

/**
 * loglist_open(t, form): Begin a list on t->out.  Return it, or NULL when out of
 * memory.  loglist_close(l): write what is still held and free it; NULL is allowed.
 */
struct loglist *loglist_open(const struct tool *t,
    const struct loglist_form *form);
void loglist_close(struct loglist *l);

/**
 * loglist_put(l, p, len): Write an entry.  Return 0, or -1 when out of memory.
 * loglist_count(l): how many were written.
 */
int loglist_put(struct loglist *l, const char *p, size_t len);
size_t loglist_count(const struct loglist *l);

/**
 * loglist_run(t, place, filter, form, shown): List the entries of a place that a filter
 * wants, and set *shown to how many there were.  Return 0, or an exit code after
 * saying what is wrong.
 */
int loglist_run(const struct tool *t, const struct logplace *place,
    const struct logfilter *filter, const struct loglist_form *form,
    size_t *shown);

#endif /* !LIANGKA_LOGLIST_H_ */
