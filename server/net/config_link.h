#ifndef LIANGKA_CONFIG_LINK_H_
#define LIANGKA_CONFIG_LINK_H_

/*
 * Inside of config: the sections [link], [children] and [upstream].
 */

#include "config_read.h"

/* Rows of the tables, for config_read.c. */
#define CONFIG_LINK_NKEYS 4
#define CONFIG_CHILDREN_NKEYS 3
#define CONFIG_UPSTREAM_NKEYS 5
extern const char config_link_name[], config_children_name[],
    config_upstream_name[];
extern const struct conf_key config_link_keys[CONFIG_LINK_NKEYS];
extern const struct conf_key config_children_keys[CONFIG_CHILDREN_NKEYS];
extern const struct conf_key config_upstream_keys[CONFIG_UPSTREAM_NKEYS];

/**
 * config_link_begin(r, s, at, span), config_link_value(r, v): A section begins, a value
 * came.  Return 1, or 0 when it is not one of ours.  config_link_check(r): look at the
 * whole.
 */
int config_link_begin(struct config_reader *r, const struct conf_section *s,
    size_t at, size_t span);
int config_link_value(struct config_reader *r, const struct conf_value *v);
void config_link_check(struct config_reader *r);

#endif /* !LIANGKA_CONFIG_LINK_H_ */
