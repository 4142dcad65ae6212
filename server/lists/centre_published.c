#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "centre_impl.h"
#include "centre_published.h"
#include "repo_impl.h"

/* The files of one version, as a targets file names them. */
struct named {
	struct tuf_target snap, roll;
	int rolled;
};

/* What a targets file says of a list.  Return the version, or 0. */
static uint32_t
named_in(const struct repo_doc *doc, const char *id, struct named *x)
{
	const json_t *all = json_object_get(doc->body, "targets");

	if (all == NULL || !repo_target_find(all, "snapshot", id, &x->snap))
		return (0);
	x->rolled = repo_target_find(all, "delta", id, &x->roll) &&
	    x->roll.from == x->snap.version;
	return (x->rolled ? x->roll.version : x->snap.version);
}

/* Load a targets file of old.  Return 0, 1 when it is gone, or -1. */
static int
open_targets(const struct centre *c, uint32_t v, struct repo_doc *doc,
    char *err)
{
	char path[CENTRE_PATH_MAX];

	if (centre_path(c, path, sizeof(path), "repo/metadata/%u.targets.json",
	    (unsigned)v) != 0)
		return (centre_fail(err, "%s: the path is too long", c->dir));
	return (repo_doc_read(doc, c->disk, path, TUF_TARGETS, err));
}

/* Keep the targets file as it is. */
static int
keep_targets(const struct centre *c, uint32_t v, struct centre_published *p,
    char *err)
{
	char path[CENTRE_PATH_MAX];

	p->targets_version = v;
	if (centre_path(c, path, sizeof(path), "repo/metadata/%u.targets.json",
	    (unsigned)v) != 0)
		return (centre_fail(err, "%s: the path is too long", c->dir));
	return (repo_file_read(c->disk, path, TUF_TARGETS_MAX, &p->targets,
	    &p->targets_len, err) == 0 ? 0 : -1);
}

/* Load the records. */
static int
load(const struct centre *c, const struct named *x, struct centre_published *p,
    char *err)
{
	const struct tuf_target *g = x->rolled ? &x->roll : &x->snap;
	const struct centre_list *l = centre_list(c, g->list);
	struct repo_records out, touched;
	char files[CENTRE_PATH_MAX];
	unsigned bits = 0;
	int rc;

	if (centre_path(c, files, sizeof(files), "repo/targets") != 0)
		return (centre_fail(err, "%s: the path is too long", c->dir));
	rc = repo_list_load(c->disk, files, &x->snap, x->rolled ? &x->roll :
	    NULL, &out, &touched, &bits, err);
	free(touched.r);
	p->r = out.r;
	p->n = out.n;
	(void)snprintf(p->info.id, sizeof(p->info.id), "%s", g->list);
	p->info.subject = l != NULL ? l->subject : LIST_PERSON;
	p->info.epoch = g->epoch;
	p->info.version = g->version;
	p->info.bits = bits;
	p->info.count = g->count;
	memcpy(p->info.root, g->root, sizeof(p->info.root));
	return (rc);
}

/* Go back through the publications until one has the version. */
static int
find(const struct centre *c, const struct repo_now *now, const char *id,
    uint32_t version, struct centre_published *p, char *err)
{
	uint32_t v = repo_doc_version(&now->targets), has, newest = 0, oldest = 0;
	struct repo_doc doc = { NULL, NULL };
	struct named x;
	int rc;

	for (; v > 0; v--) {
		if ((rc = open_targets(c, v, &doc, err)) == 1)
			break;
		if (rc != 0)
			return (-1);
		has = named_in(&doc, id, &x);
		repo_doc_free(&doc);
		if (has == 0)
			break;
		newest = newest == 0 ? has : newest;
		oldest = has;
		if (version != 0 && has != version)
			continue;
		if (load(c, &x, p, err) == 0 && keep_targets(c, v, p, err) == 0)
			return (0);
		centre_published_free(p);
		return (-1);
	}
	if (newest == 0)
		(void)centre_fail(err, "list %s was never published", id);
	else
		(void)centre_fail(err, "version %u of list %s is not in repo/ "
		    "(versions %u to %u are named there)", (unsigned)version,
		    id, (unsigned)oldest, (unsigned)newest);
	return (1);
}

/* Load a version. */
int
centre_published_load(const struct centre *c, const char *id,
    uint32_t version, struct centre_published *p, char *err)
{
	struct repo_now now;
	int rc;

	memset(p, 0, sizeof(*p));
	if (repo_now_open(&now, c, err) != 0)
		return (-1);
	if (now.targets.whole == NULL) {
		(void)centre_fail(err, "%s/repo: nothing was published yet",
		    c->dir);
		rc = 1;
	} else
		rc = find(c, &now, id, version, p, err);
	repo_now_close(&now);
	return (rc);
}

/* The newest version. */
int
centre_published_version(const struct centre *c, const char *id,
    uint32_t *version, char *err)
{
	struct repo_now now;
	struct named x;

	*version = 0;
	if (repo_now_open(&now, c, err) != 0)
		return (-1);
	if (now.targets.whole != NULL)
		*version = named_in(&now.targets, id, &x);
	repo_now_close(&now);
	return (0);
}

/* Free it. */
void
centre_published_free(struct centre_published *p)
{

	free(p->r);
	free(p->targets);
	memset(p, 0, sizeof(*p));
}

/* Count a change. */
static void
tally(struct centre_change *ch, const struct listrec *a,
    const struct listrec *b)
{

	if (b == NULL)
		ch->removed++;
	else if ((listrec_flags(b) & LISTREC_CLEARED) != 0)
		ch->cleared++;
	else if (a == NULL)
		ch->added++;
	else
		ch->changed++;
}

/* Compare. */
int
centre_compare(const struct listrec *before, size_t nbefore,
    const struct listrec *after, size_t nafter, struct centre_change *ch,
    int (*each)(void *arg, const struct listrec *before,
    const struct listrec *after), void *arg)
{
	const struct listrec *a, *b;
	size_t i = 0, k = 0;
	int order, rc = 0;

	memset(ch, 0, sizeof(*ch));
	ch->before = nbefore;
	ch->after = nafter;
	while ((i < nbefore || k < nafter) && rc == 0) {
		order = i == nbefore ? 1 : k == nafter ? -1 :
		    memcmp(&before[i].token, &after[k].token, TOKEN_LEN);
		a = order <= 0 ? &before[i++] : NULL;
		b = order >= 0 ? &after[k++] : NULL;
		if (a != NULL && b != NULL && memcmp(a, b, sizeof(*a)) == 0)
			continue;
		tally(ch, a, b);
		rc = each != NULL ? each(arg, a, b) : 0;
	}
	return (rc);
}
