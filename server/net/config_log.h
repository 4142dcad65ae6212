#ifndef LIANGKA_CONFIG_LOG_H_
#define LIANGKA_CONFIG_LOG_H_

/*
 * Inside of config: the sections [log], [seal] and [staff NAME].
 */

#include "config_read.h"

/* Rows of the table, for config_read.c. */
#define CONFIG_LOG_NKEYS 8
#define CONFIG_SEAL_NKEYS 2
#define CONFIG_STAFF_NKEYS 2
extern const char config_log_name[], config_seal_name[], config_staff_name[];
extern const struct conf_key config_log_keys[CONFIG_LOG_NKEYS],
    config_seal_keys[CONFIG_SEAL_NKEYS],
    config_staff_keys[CONFIG_STAFF_NKEYS];

/**
 * config_log_begin(r, s, instance, at, span): A section begins.  Return 1 with the
 * struct its keys are stored into in *target, 0 when it is not one of ours.
 */
int config_log_begin(struct config_reader *r, const struct conf_section *s,
    const char *instance, size_t at, size_t span, void **target);

/**
 * config_log_value(r, v): A value came.  Return 1, or 0 when it is not one of ours.
 */
int config_log_value(struct config_reader *r, const struct conf_value *v);

/**
 * config_log_check(r): Look at the whole.
 */
void config_log_check(struct config_reader *r);

#endif /* !LIANGKA_CONFIG_LOG_H_ */
