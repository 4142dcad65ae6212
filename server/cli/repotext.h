#ifndef LIANGKA_REPOTEXT_H_
#define LIANGKA_REPOTEXT_H_

/*
 * A pending publication in words: what whoever prepares, signs or finishes it reads.
 */

#include "lists/repo.h"

struct json;
struct tool;

/**
 * repotext_plan(t, p): Write all that it changes.
 * repotext_guard(t, c, p): Write, to standard error, what the guard refuses and why.
 * repotext_json(j, p): Add it to an object.
 */
void repotext_plan(const struct tool *t, const struct repo_plan *p);
void repotext_guard(const struct tool *t, const struct centre *c,
    const struct repo_plan *p);
void repotext_json(struct json *j, const struct repo_plan *p);

/**
 * repotext_role(t, role): The word for a role.
 * repotext_signatures(t, p): Say how many signatures there are and must be, and what
 * comes next.
 */
const char *repotext_role(const struct tool *t, enum tuf_role role);
void repotext_signatures(const struct tool *t, const struct repo_plan *p);

#endif /* !LIANGKA_REPOTEXT_H_ */
