#include <stdio.h>
#include <string.h>

#include "counter/listing.h"
#include "engine/policy.h"
#include "keys/hex.h"
#include "plugin/conf.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/listdiff.h"
#include "store/records.h"
#include "store/state.h"

#include "config.h"
#include "offer.h"

#define DIFF_MAX ((size_t)1 << 21) /* records, 48 MiB: beyond it a list is gone through
				 * whole, and what it lost without a tombstone is not
				 * looked back at */

/* Where the errors of a policy go: the first is kept. */
struct complaint {
	char text[ADOPT_ERROR_MAX - 64];
};

/* Keep the first error of a policy. */
static void
complain(void *arg, const struct conf_error *e)
{
	struct complaint *c = arg;

	if (c->text[0] == '\0')
		(void)conf_format(e, c->text, sizeof(c->text));
}

/* Compile the policy of a generation and keep a copy. */
void
offer_compile(const struct config *c, struct offer *of)
{
	struct adopted *a = of->adopted;
	struct complaint bad = { "" };
	const struct conf_sink sink = { complain, &bad };
	char name[64];
	const char *lacks;

	memset(&of->policy, 0, sizeof(of->policy));
	of->warning[0] = '\0';
	if (a->policy_text == NULL)
		return;
	(void)snprintf(name, sizeof(name), "policy/%s.policy", a->policy);
	of->policy.policy = policy_compile(name, a->policy_text, a->policy_len,
	    &sink);
	if (of->policy.policy == NULL) {
		(void)snprintf(of->warning, sizeof(of->warning), "the signed "
		    "policy does not compile, the one in force stays: %s",
		    bad.text);
		return;
	}
	if ((lacks = listing_lacks(a, of->policy.policy)) != NULL)
		(void)snprintf(of->warning, sizeof(of->warning), "the signed "
		    "policy asks for the list '%s', which is not published; "
		    "the one in force stays", lacks);
	of->policy.text = a->policy_text;
	of->policy.len = a->policy_len;
	memcpy(of->policy.hash, a->policy_hash, sizeof(of->policy.hash));
	if (lacks != NULL || policyfile_keep(&of->policy, c->data, of->warning,
	    sizeof(of->warning)) != 0) {
		policy_free(of->policy.policy);
		of->policy.policy = NULL;
	}
	of->policy.text = NULL;	/* the generation's */
}

/* The policy that the journal says was last in force. */
int
offer_last_policy(const struct config *c, struct journal *j,
    struct policyfile *p)
{
	struct complaint bad = { "" };
	const struct conf_sink sink = { complain, &bad };
	char path[CONFIG_PATH_MAX + 96], hex[65], err[512];
	const uint8_t *in_force;
	uint8_t hash[32];
	size_t len;

	in_force = state_get(journal_state(j), RECORD_CLOCK, "policy",
	    6, &len, NULL);
	if (in_force == NULL || len != sizeof(hash))
		return (1);
	memcpy(hash, in_force, sizeof(hash));
	hex_encode(hex, hash, 32);
	(void)snprintf(path, sizeof(path), "%s/log/policy/%s.policy",
	    c->data, hex);
	if (policyfile_read(p, path, &sink, err, sizeof(err)) != 0)
		return (-1);
	/* Its name is no proof: somebody may have written into it. */
	if (memcmp(p->hash, hash, sizeof(hash)) == 0)
		return (0);
	policyfile_drop(p);
	return (-1);
}

/* A list that came whole: what is new in it against the one in force?  Under another key
 * all tokens are other ones, which says nothing of whom they stand for; and where it
 * was empty all is new, which need not be written down. */
void
offer_compare(const struct adopted *before, struct adopted *a)
{
	struct adopted_list *al;
	size_t i, k;

	for (i = 0; before != NULL && i < a->nlists; i++) {
		al = &a->list[i];
		if (!al->changed || al->touched != NULL || al->list == NULL)
			continue;
		for (k = 0; k < before->nlists; k++)
			if (before->list[k].list != NULL &&
			    before->list[k].info.count > 0 && strcmp(
			    before->list[k].info.id, al->info.id) == 0 &&
			    before->list[k].info.epoch == al->info.epoch &&
			    before->list[k].info.subject == al->info.subject)
				(void)listdiff_records(before->list[k].list,
				    al->list, DIFF_MAX, &al->touched,
				    &al->ntouched);
	}
}
