#include <stdio.h>
#include <string.h>

#include "keys/note.h"
#include "keys/token.h"
#include "store/disk.h"

#include "ledger.h"
#include "repo_impl.h"

#define DAY	86400

/* See that what is asked for fits together. */
static int
asked(const struct repo_prepare *o, const struct repo_now *now, char *err)
{

	if (now->root.whole == NULL)
		return (repo_file_fail(err, "%s: has no root yet; sign and "
		    "finish what \"liangka repo init\" began", now->metadata));
	if (repo_doc_expires(&now->root) <= o->now)
		return (repo_file_fail(err, "%s: the root has expired; renew it "
		    "with \"liangka repo key renew\" first", now->metadata));
	if ((o->force || o->expedited) && (o->reason == NULL ||
	    o->reason[0] == '\0'))
		return (repo_file_fail(err, "--force and --expedited need a "
		    "--reason, which the release log keeps"));
	if (o->reason != NULL && (!ledger_plain(o->reason) ||
	    strlen(o->reason) >= REPO_REASON_MAX))
		return (repo_file_fail(err, "the reason is not one line of at "
		    "most %d bytes", REPO_REASON_MAX - 1));
	if (!ledger_plain(o->who) || strlen(o->who) >= 32 ||
	    o->who[0] == '\0')
		return (repo_file_fail(err, "who prepares this is to be said "
		    "in 1 to 31 bytes"));
	if (o->expedited && (o->policy != NULL || o->full))
		return (repo_file_fail(err, "an expedited withdrawal takes "
		    "removals and clearances alone: not with --policy or "
		    "--full"));
	return (0);
}

/* The newest epoch of K_list. */
static int
epoch_of(const struct centre *c, int64_t now, uint32_t *epoch, char *err)
{
	struct token_keys *keys = centre_tokens(c, now, err);

	if (keys == NULL)
		return (-1);
	*epoch = token_keys_epoch(keys, 0);
	token_keys_free(keys);
	return (0);
}

/* Begin the next targets with the entries of the last. */
static int
begin_targets(const struct centre *c, const struct repo_prepare *o,
    const struct repo_now *now, struct repo_doc *targets, char *err)
{
	const json_t *old = json_object_get(now->targets.body, "targets");
	struct note_signer s;
	char vkey[NOTE_VKEY_MAX];
	json_t *copy;

	if (repo_release_key(c, o->now, &s, err) != 0)
		return (-1);
	repo_release_vkey(&s, vkey);
	note_signer_wipe(&s);
	if (repo_doc_new(targets, TUF_TARGETS,
	    repo_doc_version(&now->targets) + 1,
	    o->now + (int64_t)c->targets_days * DAY) != 0)
		return (repo_file_fail(err, "out of memory"));
	copy = old != NULL ? json_deep_copy(old) : json_object();
	if (json_object_set_new(targets->body, "targets", copy) != 0 ||
	    json_object_set_new(targets->body, "x_releases",
	    json_string(vkey)) != 0)
		return (repo_file_fail(err, "out of memory"));
	return (0);
}

/* Take all lists and registers over. */
static int
take_over(struct centre *c, const struct repo_prepare *o,
    const struct repo_now *now, struct repo_pending *p, char *err)
{
	json_t *targets = json_object_get(p->targets.body, "targets");
	char files[CENTRE_PATH_MAX];
	uint32_t epoch;
	size_t i;

	if (repo_file_path(files, "%s/targets", p->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", p->dir));
	if (repo_file_mkdir(c->disk, files, 0755, err) != 0 ||
	    epoch_of(c, o->now, &epoch, err) != 0)
		return (-1);
	for (i = 0; i < c->nlists; i++)
		if (repo_list_prepare(c, &c->list[i], o, epoch, now, files,
		    targets, &p->plan, err) != 0)
			return (-1);
	if (o->expedited)
		return (0);
	return (repo_register_prepare(c, o, now, files, targets, &p->plan,
	    err));
}

/* Does the guard refuse? */
static int
refused(const struct repo_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->nlists; i++)
		if (plan->list[i].guarded && !plan->force)
			return (1);
	return (0);
}

/* Is there anything to publish? */
static int
news(const struct centre *c, const struct repo_now *now,
    const struct repo_plan *plan)
{

	return (plan->nlists > 0 || plan->policy[0] != '\0' ||
	    plan->outlets != 0 || plan->campaigns != 0 ||
	    repo_doc_expires(&now->targets) - plan->t <
	    (int64_t)c->targets_days * DAY / 3);
}

/* Note what was asked for. */
static void
note(struct repo_plan *plan, const struct repo_prepare *o)
{

	plan->t = o->now;
	plan->force = o->force;
	plan->expedited = o->expedited;
	(void)snprintf(plan->who, sizeof(plan->who), "%s", o->who);
	(void)snprintf(plan->reason, sizeof(plan->reason), "%s",
	    o->reason != NULL ? o->reason : "");
}

/* Make it; p->dir is there. */
static int
make(struct centre *c, const struct repo_prepare *o, const struct repo_now *now,
    struct repo_pending *p, char *err)
{

	note(&p->plan, o);
	if (begin_targets(c, o, now, &p->targets, err) != 0 ||
	    take_over(c, o, now, p, err) != 0)
		return (-1);
	p->plan.targets_version = repo_doc_version(&p->targets);
	p->plan.targets_expires = repo_doc_expires(&p->targets);
	if (refused(&p->plan))
		return (2);
	if (!news(c, now, &p->plan))
		return (1);
	return (repo_pending_end(c, now, p, err));
}

/* Prepare a publication. */
int
repo_prepare(struct centre *c, const struct repo_prepare *o,
    struct repo_plan *plan, char *err)
{
	char what[64], more[CENTRE_ERROR_MAX];
	struct repo_pending p;
	struct repo_now now;
	int rc;

	memset(&p, 0, sizeof(p));
	memset(plan, 0, sizeof(*plan));
	if (repo_now_open(&now, c, err) != 0)
		return (-1);
	rc = asked(o, &now, err);
	if (rc == 0)
		rc = repo_pending_begin(c, p.dir, err);
	if (rc == 0) {
		rc = make(c, o, &now, &p, err);
		if (rc != 0)
			(void)repo_file_clear(c->disk, p.dir, more);
		*plan = p.plan;
	}
	repo_pending_close(&p);
	repo_now_close(&now);
	if (rc != 0)
		return (rc);
	(void)snprintf(what, sizeof(what), "prepared publication %u",
	    (unsigned)plan->targets_version);
	return (centre_say(c, o->now, o->who, what, plan->reason, err));
}
