#ifndef LIANGKA_CENTRE_IMPL_H_
#define LIANGKA_CENTRE_IMPL_H_

/*
 * What the files of centre.h share.
 */

#include "centre.h"

#define CENTRE_CONF_MAX	65536	/* bytes of centre.conf */

/**
 * centre_conf_text: a new centre.conf, a format with the domain twice.
 * centre_conf_read(c, err): read c->dir/centre.conf into c, which holds nothing else.
 */
extern const char centre_conf_text[];
int centre_conf_read(struct centre *c, char *err);

/**
 * centre_id_good(id): May this be the id of a list?
 * centre_fail(err, format, ...): write a sentence into err and return -1.
 */
int centre_id_good(const char *id);
int centre_fail(char *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* !LIANGKA_CENTRE_IMPL_H_ */
