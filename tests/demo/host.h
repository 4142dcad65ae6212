#ifndef DEMO_HOST_H_
#define DEMO_HOST_H_

/*
 * What an account-opening program does with the library: load it, open a handle
 * for each institution, call.  Nothing of liangka is linked here.
 */

#include <stddef.h>
#include <stdint.h>

#include "plugin.h"

#define HOST_HANDLES 60

struct host {
	void *library;
	const char *conf_dir;
	size_t handles;
	struct {
		char id[32];
		char conf[4096];
		int32_t handle;
	} institution[HOST_HANDLES];

	uint32_t (*abi)(void);
	const char *(*version)(void);
	const char *(*strerror)(int32_t);
	int32_t (*open)(const char *, uint32_t);
	int32_t (*close)(int32_t);
	int32_t (*check)(int32_t, const struct lk_request *,
	    struct lk_result *, int32_t);
	int32_t (*confirm)(int32_t, const char *, const char *, int32_t,
	    int64_t, int32_t);
	int32_t (*cancel)(int32_t, const char *, const char *, int32_t,
	    int32_t);
	int32_t (*retire)(int32_t, const char *, int64_t, int32_t, int32_t);
	int32_t (*resolve)(int32_t, const char *, int32_t, uint32_t,
	    const char *, const char *, struct lk_result *, int32_t);
	int32_t (*status)(int32_t, struct lk_status *, int32_t);
	int32_t (*message)(int32_t, const char *, int32_t, int32_t, char *,
	    uint32_t, int32_t);
};

/**
 * host_load(h, path, conf_dir): Load the library at path; configurations are
 * conf_dir/ID.conf.  Return 0, or -1 with the reason on standard error.
 */
int host_load(struct host *h, const char *path, const char *conf_dir);

/**
 * host_open(h, id): Open the institution's handle if it is not open yet.  Return
 * its place in h->institution, or -1 with the reason on standard error.
 */
int host_open(struct host *h, const char *id);

/**
 * host_handle(h, id): Return the open handle of an institution, or 0.
 */
int32_t host_handle(const struct host *h, const char *id);

/**
 * host_again(h, id): Open one more handle, as a program does that was started
 * anew; the caller closes it.  Return it, or a negative error.
 */
int32_t host_again(const struct host *h, const char *id);

/**
 * host_unload(h): Close all handles.
 */
void host_unload(struct host *h);

#endif /* !DEMO_HOST_H_ */
