#ifndef LIANGKA_POLICY_NAMES_H_
#define LIANGKA_POLICY_NAMES_H_

/*
 * The words of the policy language: functions and choices.
 */

#include "policy.h"

/* What a function's arguments are. */
enum policy_args {
	POLICY_ARGS_NONE,	/* age */
	POLICY_ARGS_WINDOW,	/* cards(7d) */
	POLICY_ARGS_DAYS,	/* outlet_cards(7d): today or whole days */
	POLICY_ARGS_PRODUCT,	/* minutes_since(sim) */
	POLICY_ARGS_HELD,	/* held(sim, here) */
	POLICY_ARGS_LIST,	/* listed('sanction', convicted) */
	POLICY_ARGS_TODAY	/* outlet_offline(today): no other day */
};

/* What its value is. */
enum policy_type {
	POLICY_TYPE_COUNT,	/* a number from lo to hi, always known */
	POLICY_TYPE_MEAN,	/* ditto, or -1 = not known: it can be added */
	POLICY_TYPE_MEASURE,	/* a number from lo to hi, or -1 = not known */
	POLICY_TYPE_MINUTES,	/* the same, in minutes */
	POLICY_TYPE_FLAG,
	POLICY_TYPE_CHOICE,	/* one of names */
	POLICY_TYPE_INSTITUTION	/* one of the names in quotes */
};

struct policy_fn_info {
	const char *			name;
	uint8_t				fn;
	uint8_t				args;
	uint8_t				type;
	int32_t				lo, hi;
	const struct conf_name *	names;
};

/* All functions; ends with a NULL name.  Names of products and groups. */
extern const struct policy_fn_info policy_names_fns[];
extern const struct conf_name policy_names_products[];
extern const struct conf_name policy_names_groups[];

/**
 * policy_names_of(fn):
 * Return the row of the function ${fn}, or NULL.
 */
const struct policy_fn_info *policy_names_of(int fn);

/**
 * policy_names_find(names, word, len):
 * Return the row of ${names} that is spelt like the ${len} bytes at ${word}, or
 * NULL.
 */
const struct conf_name *policy_names_find(const struct conf_name *names,
    const char *word, size_t len);

/**
 * policy_names_choice(word, len):
 * Return the name of the choice (such as "product") that knows this word, or
 * NULL.
 */
const char *policy_names_choice(const char *word, size_t len);

#endif /* !LIANGKA_POLICY_NAMES_H_ */
