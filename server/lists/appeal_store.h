#ifndef LIANGKA_APPEAL_STORE_H_
#define LIANGKA_APPEAL_STORE_H_

/*
 * The appeals of a centre: appeals/<id>.appeal, each replaced whole.
 *
 * Threads: one at a time per centre.
 */

#include "appeal.h"
#include "centre.h"

/**
 * appeal_store_load(c, id, a, err): Read one.  Return 0; 1 when there is none of this id;
 * -1 with a sentence in err (CENTRE_ERROR_MAX bytes).
 * appeal_store_save(c, a, err): Write one, durably.  0 or -1.
 * appeal_store_next(c, year, id, err): The id that the next appeal of a year gets.
 * appeal_store_each(c, each, arg, err): Hand over all, by id.  each returns 0, or
 * another number to end.  Return what it returned, or -1.
 */
int appeal_store_load(const struct centre *c, const char *id,
    struct appeal *a, char *err);
int appeal_store_save(struct centre *c, const struct appeal *a, char *err);
int appeal_store_next(const struct centre *c, int32_t year,
    char id[APPEAL_ID_MAX], char *err);
int appeal_store_each(const struct centre *c,
    int (*each)(void *arg, const struct appeal *a), void *arg, char *err);

#endif /* !LIANGKA_APPEAL_STORE_H_ */
