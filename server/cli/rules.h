#ifndef LIANGKA_RULES_H_
#define LIANGKA_RULES_H_

/*
 * Policy files, for the commands that read them.
 */

#include <stddef.h>
#include <stdint.h>

#include "json.h"

struct policy;
struct tool;

/* A policy file in memory. */
struct rules {
	const char *file;
	char *text;
	size_t len;
	struct policy *policy;	/* NULL when anything is wrong with it */
	unsigned errors;
};

/* A thing worth a second look; the strings live during the call only. */
struct rules_doubt {
	uint32_t line;		/* of the rule's header */
	const char *rule;
	const char *text;
};

/**
 * rules_load(t, file, r, j): Read and compile the file ("-": t->in).  Errors in it
 * are written to t->err as compilers do, or where j is not NULL as objects into
 * its open array.  Return 0 with r filled, for rules_free(), or an exit code
 * after saying why the file cannot be read.
 */
int rules_load(const struct tool *t, const char *file, struct rules *r,
    struct json *j);
void rules_free(struct rules *r);

/**
 * rules_doubts(t, r, now_s, report, arg): Report what compiles but is hardly
 * meant: rules that no day from now_s on can make fire, rules without a text of
 * their own, rules about a list that a clearance lifts.
 */
void rules_doubts(const struct tool *t, const struct rules *r, int64_t now_s,
    void (*report)(void *arg, const struct rules_doubt *d), void *arg);

#endif /* !LIANGKA_RULES_H_ */
