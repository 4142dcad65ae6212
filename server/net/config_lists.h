#ifndef LIANGKA_CONFIG_LISTS_H_
#define LIANGKA_CONFIG_LISTS_H_

/*
 * Inside of config: the section [lists].
 */

#include "config_read.h"

/* Rows of the table, for config_read.c. */
#define CONFIG_LISTS_NKEYS 5
extern const char config_lists_name[];
extern const struct conf_key config_lists_keys[CONFIG_LISTS_NKEYS];

/**
 * config_lists_begin(r, s), config_lists_value(r, v): A section begins, a value came.
 * Return 1, or 0 when it is not one of ours.  config_lists_check(r): look at the whole.
 */
int config_lists_begin(struct config_reader *r, const struct conf_section *s);
int config_lists_value(struct config_reader *r, const struct conf_value *v);
void config_lists_check(struct config_reader *r);

#endif /* !LIANGKA_CONFIG_LISTS_H_ */
