#ifndef LIANGKA_DESKTEXT_H_
#define LIANGKA_DESKTEXT_H_

/*
 * Cases and alerts of the desk as people read them.
 */

#include <stddef.h>
#include <stdint.h>

struct desklist;
struct desklist_case;
struct json;
struct tool;

#define DESKTEXT_MAX 256

/**
 * desktext_by_due(l): Order the cases by due time, the earliest first.
 */
void desktext_by_due(struct desklist *l);

/**
 * desktext_due(t, due, now, buf): Write how long there is still time, e.g. "2 h 05 min",
 * or for how long a case is overdue.
 * desktext_note(t, c, buf): Write what is odd about a case: who proposed it, that people
 * were sent, what they found; or "".
 * desktext_product(t, product): its word.  Each returns the text.
 */
const char *desktext_due(const struct tool *t, int64_t due, int64_t now,
    char buf[DESKTEXT_MAX]);
const char *desktext_note(const struct tool *t, const struct desklist_case *c,
    char buf[DESKTEXT_MAX]);
const char *desktext_product(const struct tool *t, int32_t product);

/**
 * desktext_case_json(j, c, now): Add the members of a case to an object.
 */
void desktext_case_json(struct json *j, const struct desklist_case *c,
    int64_t now);

#endif /* !LIANGKA_DESKTEXT_H_ */
