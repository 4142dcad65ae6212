#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "plugin/conf.h"

#include "adopt_impl.h"
#include "campaigns.h"
#include "outlets.h"

/* Find a text: in the old generation, else in incoming/; stage it. */
static int
get(struct adopt *r, const struct tuf_target *g, int fetch, void **data,
    size_t *len)
{
	char below[ADOPT_PATH_MAX], path[ADOPT_PATH_MAX], hex[65];
	int rc = -1;

	hex_encode(hex, g->sha256, 32);
	if (r->old[0] != '\0' && adopt_path(path, r->err, "%s/files/%s",
	    r->old, hex) == 0)
		rc = adopt_take(r->disk, path, g, data, len, r->err);
	if (!fetch)
		return (rc);
	adopt_target_path(g, below);
	if (rc != 0 && (adopt_path(path, r->err, "%s/incoming/targets/%s",
	    r->lists, below) != 0 || adopt_take(r->disk, path, g, data, len,
	    r->err) != 0))
		return (-1);
	if (adopt_path(path, r->err, "%s/files", r->stage) != 0 ||
	    adopt_put(r->disk, path, hex, *data, *len, r->err) != 0) {
		free(*data);
		return (-1);
	}
	return (0);
}

/* The policy, as it stands; compiling it is not our part. */
static int
policy(struct adopt *r, struct adopted *a, const struct tuf_target *g,
    int fetch)
{
	void *data;

	if (get(r, g, fetch, &data, &a->policy_len) != 0)
		return (-1);
	a->policy_text = data;
	memcpy(a->policy, g->policy, sizeof(a->policy));
	memcpy(a->policy_hash, g->sha256, sizeof(a->policy_hash));
	return (0);
}

/* A register may not go back: a suspended outlet would open again. */
static int
forward(struct adopt *r, const struct tuf_target *g, uint32_t before)
{

	if (r->before == NULL || g->version >= before)
		return (0);
	return (adopt_fail(r->err, "%s: would go back from version %u to %u",
	    g->name, before, g->version));
}

/* The outlet register. */
static int
outlets(struct adopt *r, struct adopted *a, const struct tuf_target *g,
    int fetch)
{
	char e[OUTLETS_ERROR_MAX];
	void *data;
	size_t len;

	if (forward(r, g, r->before != NULL ? r->before->outlets_version :
	    0) != 0 || get(r, g, fetch, &data, &len) != 0)
		return (-1);
	a->outlets = outlets_read(g->name, data, len, e);
	free(data);
	if (a->outlets == NULL)
		return (adopt_fail(r->err, "%s", e));
	a->outlets_version = g->version;
	memcpy(a->outlets_hash, g->sha256, sizeof(a->outlets_hash));
	return (0);
}

/* Keep the first thing that is wrong with a register of campaigns. */
static void
report(void *arg, const struct conf_error *e)
{
	char *err = arg;

	if (err[0] == '\0')
		(void)snprintf(err, ADOPT_ERROR_MAX, "%s:%u:%u: %s", e->file,
		    e->line, e->column, e->message);
}

/* Campaigns. */
static int
campaigns(struct adopt *r, struct adopted *a, const struct tuf_target *g,
    int fetch)
{
	struct conf_sink sink = { report, r->err };
	void *data;
	size_t len;

	if (forward(r, g, r->before != NULL ? r->before->campaigns_version :
	    0) != 0 || get(r, g, fetch, &data, &len) != 0)
		return (-1);
	r->err[0] = '\0';
	a->campaigns = campaigns_read(g->name, data, len, &sink);
	free(data);
	if (a->campaigns == NULL)
		return (r->err[0] != '\0' ? -1 : adopt_fail(r->err,
		    "%s: cannot be read", g->name));
	a->campaigns_version = g->version;
	memcpy(a->campaigns_hash, g->sha256, sizeof(a->campaigns_hash));
	return (0);
}

/* Policy and registers. */
int
adopt_text_load(struct adopt *r, struct adopted *a, int fetch)
{
	const struct adopt_targets *s = &r->targets;

	if ((s->policy != NULL && policy(r, a, s->policy, fetch) != 0) ||
	    (s->outlets != NULL && outlets(r, a, s->outlets, fetch) != 0) ||
	    (s->campaigns != NULL && campaigns(r, a, s->campaigns, fetch) != 0))
		return (-1);
	return (0);
}
