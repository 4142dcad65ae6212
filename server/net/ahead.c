#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/journal.h"
#include "store/logset.h"
#include "store/witnessed.h"

#include "ahead.h"
#include "config.h"
#include "nodekeys.h"

#define PUBLISH_MS 60000	/* for what was recovered but not yet published */

/* Compare the journal with what the witness saw. */
int
ahead_check(const struct config *c, struct journal *j,
    const struct nodekeys *k, char *err, size_t errlen)
{
	const struct note_verifier *witness[1] = { &c->witness_key };
	struct witnessed w = { .path = c->witness, .witnesses = witness,
		.nwitnesses = 1, .log = &k->signer[0].public };
	char dir[CONFIG_PATH_MAX + 8], why[WITNESSED_ERROR_MAX] = "";
	char first[32];
	int rc;

	if (c->witness[0] == '\0')
		return (0);
	(void)journal_publish(j, PUBLISH_MS);
	(void)snprintf(dir, sizeof(dir), "%s/log", c->data);
	if ((w.logs = logset_open(NULL, dir, err, errlen)) == NULL)
		return (-1);
	w.end = journal_durable(j) + 1;
	rc = witnessed_check(&w, why);
	logset_close(w.logs);
	if (rc == WITNESSED_FINE)
		return (0);
	/* Nothing was cosigned yet. */
	if (rc == WITNESSED_UNKNOWN && c->witness_ours &&
	    access(c->witness, F_OK) != 0)
		return (0);
	if (rc == WITNESSED_UNKNOWN) {
		(void)snprintf(err, errlen, "the witness cannot be asked "
		    "whether this disk is the latest: %s", why);
		return (1);
	}
	(void)snprintf(first, sizeof(first), "= %llu", (unsigned long long)
	    (w.seen_end > w.end ? w.seen_end : w.end));
	(void)snprintf(err, errlen, "this node is behind its witness: %s.  If "
	    "the disk was lost or an old copy was put back, go on with a raised "
	    "`generation` and a first_seq %s in [log]",
	    why, w.seen_end != 0 ? first : "above every number that this node "
	    "has given out (the newest copy of its log tells)");
	return (-1);
}
