/* Certificates of nodes that hold no longer: the authority's revocation list (CRL,
 * RFC 5280 section 5), in PEM.  Its makers number every issue; its readers use it
 * until nextUpdate and then want a new one. Faults and units as in nodecert.h. */
#ifndef LIANGKA_KEYS_NODECRL_H
#define LIANGKA_KEYS_NODECRL_H

#include <stddef.h>
#include <stdint.h>

#include "nodecert.h"

#define NODECRL_MAX	(4u << 20)	/* bytes of a list read */

/* Why (CRLReason, 5.3.1), by the words of nodecrl_reason(). */
enum nodecrl_reason {
	NODECRL_UNSPECIFIED	= 0,
	NODECRL_KEY_COMPROMISE	= 1,
	NODECRL_SUPERSEDED	= 4,
	NODECRL_CESSATION	= 5,
	NODECRL_PRIVILEGE	= 9,
};

/* A certificate that is taken back. */
struct nodecrl_item {
	const char		*serial;	/* lower-case digits */
	enum nodecrl_reason	 reason;
};

/* What a list says. */
struct nodecrl {
	int64_t	begins;		/* thisUpdate */
	int64_t	ends;		/* nextUpdate, the last second */
	int64_t	number;		/* of the issue, from 1 */
	int64_t	count;		/* certificates on it */
};

/* nodecrl_reason(reason, word):
 * Find a reason: unspecified, key-compromise, superseded, cessation or privilege.
 * Return 0, or -1 when there is none of that name. */
int	nodecrl_reason(enum nodecrl_reason *reason, const char *word);

/* nodecrl_make(ca, key, old, items, n, now, ends, err):
 * Write the issue after old (NULL: the first), with n more certificates on it, which
 * may be 0; one that is there already stays as it is.  Return it, NUL-terminated, to
 * be freed, or NULL with *err set. */
char	*nodecrl_make(const char *ca, const char *key, const char *old,
	    const struct nodecrl_item *items, size_t n, int64_t now, int64_t ends,
	    struct keyfile_error *err);

/* nodecrl_read(c, pem, ca, err):
 * Read a list that ca has signed.  Return 0, or -1 with *c zeroed and *err set. */
int	nodecrl_read(struct nodecrl *c, const char *pem, const char *ca,
	    struct keyfile_error *err);

/* nodecrl_holds(pem, ca, serial, err):
 * Look whether a certificate is on the list.  Return 1 or 0, or -1 with *err set when
 * the list is not one that ca has signed. */
int	nodecrl_holds(const char *pem, const char *ca, const char *serial,
	    struct keyfile_error *err);

#endif
