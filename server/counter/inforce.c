#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "keys/hex.h"
#include "lists/adopt.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "core.h"
#include "retro.h"

/* What a `list` entry tells of. */
struct item {
	const char *id;
	uint64_t version;
	uint64_t count;
	const uint8_t *hash;	/* content root, or SHA-256 of the register */
};

/* Is this what the journal says is in force? */
static int
known(struct counter *c, const struct item *it)
{
	const struct record_list *l;

	l = state_get(journal_state(c->journal), RECORD_LIST, it->id,
	    strlen(it->id), NULL, NULL);
	return (l != NULL && l->version == it->version &&
	    memcmp(l->hash, it->hash, sizeof(l->hash)) == 0);
}

/* Write that a list or register comes into force, unless it is so already. */
static int
tell(struct counter *c, const struct item *it, int again)
{
	struct entry *e = &c->entry;
	uint8_t leaf[32];

	if (!again && known(c, it))
		return (LK_OK);
	entry_clear(e, ENTRY_LIST);
	snprintf(e->list, sizeof(e->list), "%s", it->id);
	e->list_version = it->version;
	e->count = it->count;
	hex_encode(e->hash, it->hash, 32);
	memcpy(e->meta, c->meta, sizeof(e->meta));
	return (journal_write(c->journal, e, leaf));
}

/* Is it by a root that the journal has not told of? */
static int
newer_root(struct counter *c, const struct adopted *a)
{
	const struct record_list *l;

	l = state_get(journal_state(c->journal), RECORD_LIST, "*", 1, NULL,
	    NULL);
	return (l != NULL && a->root > l->root);
}

/* Write what comes into force; the whole of it is written or will be at the next try. */
static int
tell_all(struct counter *c, const struct adopted *a)
{
	/* A newer root is a floor for the next start even where all else is as it was. */
	int again = newer_root(c, a), rc = LK_OK;
	struct item it;
	size_t i;

	for (i = 0; i < a->nlists && rc == LK_OK; i++) {
		it = (struct item){ a->list[i].info.id,
			a->list[i].info.version, a->list[i].info.count,
			a->list[i].info.root };
		rc = tell(c, &it, again);
		again = 0;
	}
	if (rc == LK_OK && a->outlets != NULL) {
		it = (struct item){ "outlets", a->outlets_version, 0,
			a->outlets_hash };
		rc = tell(c, &it, 0);
	}
	if (rc == LK_OK && a->campaigns != NULL) {
		it = (struct item){ "campaigns", a->campaigns_version, 0,
			a->campaigns_hash };
		rc = tell(c, &it, 0);
	}
	return (rc);
}

/* Put a generation into force. */
int
counter_lists(struct counter *c, struct adopted *a, struct policy *p,
    const uint8_t hash[32], struct adopted **old)
{
	int rc;

	*old = NULL;
	snprintf(c->meta, sizeof(c->meta), "%u.%u.%u.%u", a->root,
	    a->timestamp, a->snapshot, a->targets);
	if ((rc = tell_all(c, a)) != LK_OK ||
	    (p != NULL && (rc = counter_policy(c, p, hash)) != LK_OK))
		return (rc);
	*old = listing_serve(c->listing, a);
	retro_serve(c->retro, a);
	return (LK_OK);
}

/* What is in force. */
const struct adopted *
counter_lists_served(const struct counter *c)
{

	return (listing_served(c->listing));
}

/* Take note of what the status is to say. */
void
counter_news(struct counter *c, const struct counter_news *n)
{

	c->news = *n;
}

/* Go on with what new lists mean for old decisions. */
int
counter_work(struct counter *c, unsigned n)
{

	return (retro_step(c->retro, n));
}
