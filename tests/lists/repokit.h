#ifndef REPOKIT_H_
#define REPOKIT_H_

/*
 * A centre with a repository for a test: keys of every role, publications by the calls
 * of lists/repo.h, and a client that believes nothing.
 */

#include <stddef.h>
#include <stdint.h>

#include "lists/centre.h"
#include "lists/repo.h"

struct repokit {
	char dir[200];			/* the centre's */
	char keys[220];			/* directory of keys, beside it */
	struct centre c;
	int64_t now;
	struct repo_plan plan;		/* of the last repokit_prepare() */
	char err[CENTRE_ERROR_MAX];	/* of the last call that failed */
};

/**
 * repokit_new(k): Make a centre, its keys (root-1.key ... targets-3.key snapshot.key
 * timestamp.key release.key, each with its .pub), and root version 1, finished.
 * repokit_bare(k): the same without repo_init.  repokit_free(k): remove everything.
 */
void repokit_new(struct repokit *k);
void repokit_bare(struct repokit *k);
void repokit_free(struct repokit *k);

/**
 * repokit_key(k, name): The path of a file among the keys, in a static buffer of sixteen
 * that take turns.  repokit_path(k, name): the same in the centre's directory.
 * repokit_make_key(k, kind, name): Make one more key file and its .pub.
 */
const char *repokit_key(const struct repokit *k, const char *name);
const char *repokit_path(const struct repokit *k, const char *name);
void repokit_make_key(const struct repokit *k, const char *kind,
    const char *name);

/**
 * repokit_add(k, list, from, n): Add n tokens to a list: centrekit_token(from) and on.
 * repokit_until(k, list, from, n, day): the same, with a last day.
 * repokit_remove(k, list, from, n), repokit_clear(k, list, from, n): take them off, or
 * clear them.
 */
void repokit_add(struct repokit *k, const char *list, uint64_t from, size_t n);
void repokit_until(struct repokit *k, const char *list, uint64_t from, size_t n,
    int32_t day);
void repokit_remove(struct repokit *k, const char *list, uint64_t from,
    size_t n);
void repokit_clear(struct repokit *k, const char *list, uint64_t from,
    size_t n);

/**
 * repokit_prepare(k, o): repo_prepare() with who and now filled in; o may be NULL.
 * repokit_sign(k, key): sign pending/ with a key.  repokit_sign2(k): with targets-1 and
 * targets-2.  repokit_finish(k): finish with the usual keys.
 * repokit_publish(k, o): all of it, which must go well.
 */
int repokit_prepare(struct repokit *k, const struct repo_prepare *o);
int repokit_sign(struct repokit *k, const char *key);
void repokit_sign2(struct repokit *k);
int repokit_finish(struct repokit *k);
void repokit_publish(struct repokit *k, const struct repo_prepare *o);

/**
 * repokit_check(k, text, cap): Errors of repo_check() on repo/, -1 when it could not be
 * walked; what was said goes to text (may be NULL).
 * repokit_client(k, version): As a client that begins with 1.root.json does: refresh,
 * then read every target.  Return 0 with the version of the targets, or -1 (err).
 * repokit_follow(k, state, version): the same as a client that keeps what it trusts in
 * the directory `state` of the centre's (made when it is not there).
 */
int repokit_check(struct repokit *k, char *text, size_t cap);
int repokit_client(struct repokit *k, uint32_t *version);
int repokit_follow(struct repokit *k, const char *state, uint32_t *version);

/**
 * repokit_target(k, name): Is there such a target in force?
 * repokit_write(k, name, text): Write a file into the centre's directory.
 * repokit_read(k, name, len): Read one, for free().
 * repokit_reopen(k): close and open the centre, as after a crash.
 * repokit_forge(k, doc): Publish these targets, as they are, like somebody who has the
 * keys of snapshot and timestamp and no other.
 */
int repokit_target(struct repokit *k, const char *name);
void repokit_write(const struct repokit *k, const char *name, const void *p,
    size_t len);
char *repokit_read(const struct repokit *k, const char *name, size_t *len);
void repokit_reopen(struct repokit *k);
struct repo_doc;
void repokit_forge(struct repokit *k, const struct repo_doc *doc);

#endif /* !REPOKIT_H_ */
