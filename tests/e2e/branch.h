#ifndef BRANCH_H_
#define BRANCH_H_

/*
 * A branch: a real daemon, the real library, and handles of it in Chinese, in
 * English and in GB18030.
 */

#include "plugin.h"

#include "harness.h"
#include "host.h"

#define BRANCH_MS 10000		/* deadline where a test has no other */

struct branch {
	struct host h;
	struct daemon *d;
	int32_t zh, en, gb;
	unsigned person;	/* the next one whom nobody has seen */
};

/**
 * branch_open(b, setup): Start a daemon and open the handles.  branch_close(b):
 * close them and end with daemon_stop_and_check().
 */
void branch_open(struct branch *b, const struct daemon_setup *setup);
void branch_close(struct branch *b);

/**
 * branch_handle(b, name, more, flags): Open one more handle to name.sock, with
 * lines `more` put before those of daemon_write_plugin_conf().
 */
int32_t branch_handle(struct branch *b, const char *name, const char *more,
    uint32_t flags);

/**
 * branch_request(b, r, txn): Fill in a request of a person not seen before for a
 * class Ⅰ account.
 */
void branch_request(struct branch *b, struct lk_request *r, const char *txn);

/**
 * branch_check(b, handle, r, a): Check, with a result that says PASS before, and
 * return the code; anything but LK_OK must have turned it into REVIEW.
 */
int32_t branch_check(struct branch *b, int32_t handle,
    const struct lk_request *r, struct lk_result *a);

/**
 * branch_refused(b, r, code, field): Check in Chinese and in English: either way
 * the code is `code`, the result REVIEW without receipt, and the message, in its
 * language, names the field.  The daemon answers the next one.
 */
void branch_refused(struct branch *b, const struct lk_request *r, int code,
    const char *field);

/**
 * branch_answers(b): Check a person not seen before: PASS with a receipt.
 */
void branch_answers(struct branch *b);

/**
 * branch_is_chinese(s), branch_is_ascii(s): Judge the language of a message.
 */
int branch_is_chinese(const char *s);
int branch_is_ascii(const char *s);

#endif /* !BRANCH_H_ */
