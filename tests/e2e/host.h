#ifndef HOST_H_
#define HOST_H_

/*
 * The library as a host has it: loaded at run time, called by name.
 */

#include "plugin.h"

#define HOST_CALLS(X)							\
	X(lk_abi) X(lk_version) X(lk_sizeof) X(lk_strerror) X(lk_open)	\
	X(lk_close) X(lk_check) X(lk_check_id) X(lk_confirm)		\
	X(lk_cancel) X(lk_retire) X(lk_void) X(lk_report) X(lk_review)	\
	X(lk_resolve) X(lk_status) X(lk_message) X(lk_submit) X(lk_fd)	\
	X(lk_collect) X(lk_abandon)

struct host {
#define X(name) __typeof__(&name) name;
	HOST_CALLS(X)
#undef X
};

/**
 * host_load(h): Load build/libliangka.so.1 and find every call; skips the test
 * when it is not built, fails it when a call is missing.
 */
void host_load(struct host *h);

/**
 * host_request(r, person, product, txn): Fill in a request of a person (0, 1, …)
 * at branch 001 by teller t1.
 */
void host_request(struct lk_request *r, unsigned person, int product,
    const char *txn);

#endif /* !HOST_H_ */
