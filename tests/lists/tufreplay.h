#ifndef TUFREPLAY_H_
#define TUFREPLAY_H_

/*
 * Recorded tests of the TUF conformance suite: HTTP replies, clock, and what the
 * reference client trusted after each step.
 */

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "lists/tufclient.h"

struct tufreplay {
	json_t *whole;
	json_t *blobs;		/* sha256 -> base64 */
	json_t *tests;
};

/**
 * tufreplay_load(r): Find and read the recording.  Return 0, or -1 when there is none.
 * tufreplay_free(r).
 */
int tufreplay_load(struct tufreplay *r);
void tufreplay_free(struct tufreplay *r);

/**
 * tufreplay_name(test): The part of its name that tells it apart.
 * tufreplay_delegates(test): 1 when the expected result holds only for a client that
 * follows delegated roles: such a role is among the trusted files or the requests.
 */
const char *tufreplay_name(const json_t *test);
int tufreplay_delegates(const json_t *test);

/**
 * tufreplay_blob(r, digest, len): The bytes of a reply, for free().
 */
void *tufreplay_blob(const struct tufreplay *r, const char *digest, size_t *len);

/* Answers with the replies of one step; what was not recorded is noted. */
struct tufreplay_source {
	struct tufclient_source metadata;	/* below metadata_base */
	const struct tufreplay *replay;
	const json_t *step;
	char unknown[256];	/* first path asked for in vain, or "" */
};

/**
 * tufreplay_source(s, r, step): Begin to answer.
 * tufreplay_get(s, base, path, max, data, len): Answer a path below the step's member
 * `base`; as tufclient_source.get.
 */
void tufreplay_source(struct tufreplay_source *s, const struct tufreplay *r,
    const json_t *step);
int tufreplay_get(struct tufreplay_source *s, const char *base,
    const char *path, size_t max, void **data, size_t *len);

/**
 * tufreplay_quote(out, cap, path): Percent-encode as the suite's server expects:
 * everything but letters, digits, "-._~" and "/".
 */
void tufreplay_quote(char *out, size_t cap, const char *path);

#endif /* !TUFREPLAY_H_ */
