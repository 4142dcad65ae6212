#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counter/counter.h"
#include "lists/adopt.h"
#include "lists/nodestatus.h"
#include "store/disk.h"

#include "config.h"
#include "datadir.h"
#include "log.h"
#include "nodekeys.h"
#include "nodereport.h"

/* The class of what went wrong last. */
static enum nodestatus_error
trouble(const struct counter_news *n)
{

	if (n->error[0] != '\0')
		return (NODESTATUS_OTHER);
	if (n->sync_error[0] == '\0')
		return (NODESTATUS_NONE);
	return (n->sync_refused ? NODESTATUS_REFUSED : NODESTATUS_AWAY);
}

/* Say what is in force. */
static void
fill(struct nodestatus *s, const struct nodekeys *k, const struct adopted *a,
    const struct counter_news *n, int64_t now)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	(void)snprintf(s->node, sizeof(s->node), "%.*s",
	    (int)sizeof(s->node) - 1, k->signer[0].public.name);
	s->time = now / 1000;
	s->error = trouble(n);
	if (a == NULL)
		return;
	s->signed_at = a->signed_at;
	s->targets = a->targets;
	s->outlets = a->outlets_version;
	s->campaigns = a->campaigns_version;
	memcpy(s->policy, a->policy, sizeof(s->policy));
	for (i = 0; i < a->nlists && i < NODESTATUS_LISTS_MAX; i++) {
		memcpy(s->list[i].id, a->list[i].info.id,
		    sizeof(s->list[i].id));
		s->list[i].version = a->list[i].info.version;
	}
	s->nlists = i;
}

/* Write it. */
int
nodereport_write(const struct config *c, const struct nodekeys *k,
    const struct adopted *a, const struct counter_news *n, int64_t now)
{
	char dir[CONFIG_PATH_MAX + 16], err[512];
	struct nodestatus s;
	size_t len = 0;
	char *note;
	int rc = -1;

	(void)snprintf(dir, sizeof(dir), "%s/lists", c->data);
	fill(&s, k, a, n, now);
	if ((note = malloc(NODESTATUS_MAX)) != NULL)
		len = nodestatus_sign(&s, k->list, k->n, note, NODESTATUS_MAX);
	/* Before the first adoption the directory may not be there yet. */
	if (len > 0 && datadir_sub(c->data, "lists", err, sizeof(err)) == 0)
		rc = disk_replace(&disk_real, dir, NODESTATUS_FILE, note, len);
	if (rc != 0)
		log_say(LOG_LEVEL_WARNING, "%s/" NODESTATUS_FILE ": the node's "
		    "status cannot be written: %s", dir, len > 0 ?
		    strerror(errno) : "it cannot be signed");
	free(note);
	return (rc);
}
