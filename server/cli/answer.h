#ifndef LIANGKA_ANSWER_H_
#define LIANGKA_ANSWER_H_

#include "plugin.h"

struct tool;

/**
 * answer_print(t, r, txn): Write a decision to t->out, for people or as JSON; txn
 * is the transaction id it was asked under, or NULL.
 */
void answer_print(const struct tool *t, const struct lk_result *r,
    const char *txn);

/**
 * answer_exit(decision): Return the exit code for LK_PASS … LK_REJECT.
 */
int answer_exit(int32_t decision);

#endif /* !LIANGKA_ANSWER_H_ */
