#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "plugin/conf.h"
#include "store/disk.h"

#include "campaigns.h"
#include "outlets.h"
#include "repo_impl.h"

/* A text on its way into the next publication. */
struct text {
	char *p;
	size_t len;
	uint8_t sha256[SHA256_LEN];
};

/* Keep the first thing that is wrong with a text. */
struct first {
	char *err;
	int said;
};

static void
report(void *arg, const struct conf_error *e)
{
	struct first *f = arg;

	if (!f->said)
		(void)conf_format(e, f->err, CENTRE_ERROR_MAX);
	f->said = 1;
}

/* Compile a policy; NULL with what is wrong. */
static struct policy *
compile(const char *name, const char *p, size_t len, char *err)
{
	struct first f = { err, 0 };
	struct conf_sink sink = { report, &f };
	struct policy *policy;

	(void)repo_file_fail(err, "%s: is no policy", name);
	if ((policy = policy_compile(name, p, len, &sink)) == NULL)
		err[strcspn(err, "\n")] = '\0';
	return (policy);
}

/* Read campaigns; NULL with what is wrong. */
static struct campaigns *
read_campaigns(const char *name, const char *p, size_t len, char *err)
{
	struct first f = { err, 0 };
	struct conf_sink sink = { report, &f };
	struct campaigns *x;

	(void)repo_file_fail(err, "%s: holds no campaigns", name);
	if ((x = campaigns_read(name, p, len, &sink)) == NULL)
		err[strcspn(err, "\n")] = '\0';
	return (x);
}

/* See that a text is good in itself. */
int
repo_register_check(const char *kind, const char *name, const char *text,
    size_t len, char *err)
{
	struct campaigns *campaigns;
	struct outlets *outlets;
	struct policy *policy;
	char wrong[OUTLETS_ERROR_MAX] = "";

	if (strcmp(kind, "policy") == 0) {
		if ((policy = compile(name, text, len, err)) == NULL)
			return (-1);
		policy_free(policy);
	} else if (strcmp(kind, "campaigns") == 0) {
		if ((campaigns = read_campaigns(name, text, len, err)) == NULL)
			return (-1);
		campaigns_free(campaigns);
	} else {
		if ((outlets = outlets_read(name, text, len, wrong)) == NULL)
			return (repo_file_fail(err, "%s", wrong));
		outlets_free(outlets);
	}
	return (0);
}

/* Read a text, hashed.  0; 1 when it is not there; -1. */
static int
read_text(const struct disk *d, const char *path, size_t max, struct text *x,
    char *err)
{
	int rc = repo_file_read(d, path, max, &x->p, &x->len, err);

	if (rc == 0)
		sha256_of(x->sha256, x->p, x->len);
	return (rc);
}

/* Write a text below the new files, and its entry in place of the last of its kind. */
static int
put(struct centre *c, const char *files, json_t *targets, struct tuf_target *g,
    const struct text *x, char *err)
{
	char dir[CENTRE_PATH_MAX];
	const char *base = strrchr(g->name, '/') + 1;
	struct tuf_target old;

	if (repo_file_path(dir, "%s/%.*s", files, (int)(base - g->name - 1),
	    g->name) != 0)
		return (repo_file_fail(err, "%s: too long a path", files));
	if (repo_file_mkdir(c->disk, dir, 0755, err) != 0 ||
	    repo_file_write(c->disk, dir, base, x->p, x->len, err) != 0)
		return (-1);
	while (repo_target_find(targets, g->kind, "", &old))
		(void)json_object_del(targets, old.name);
	g->has_sha256 = 1;
	g->length = x->len;
	memcpy(g->sha256, x->sha256, sizeof(g->sha256));
	return (repo_target_put(targets, g) == 0 ? 0 : repo_file_fail(err,
	    "out of memory"));
}

/* May this be part of a file's name? */
static int
version_good(const char *s)
{

	return (s[0] != '.' && s[0] != '\0' && s[strspn(s, "abcdefghijklmnopqr"
	    "stuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0');
}

/* Keep a copy of a policy that is put in. */
static int
keep_policy(struct centre *c, const char *version, const struct text *x,
    char *err)
{
	char dir[CENTRE_PATH_MAX], name[64];

	if (centre_path(c, dir, sizeof(dir), "policy") != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	(void)snprintf(name, sizeof(name), "%.31s.policy", version);
	if (repo_file_mkdir(c->disk, dir, 0700, err) != 0)
		return (-1);
	return (repo_file_write(c->disk, dir, name, x->p, x->len, err));
}

/* Take a new policy over. */
static int
take_policy(struct centre *c, const struct repo_prepare *o, const char *files,
    json_t *targets, struct repo_plan *plan, const struct text *x, char *err)
{
	struct tuf_target g, old;
	struct policy *policy;
	int was = repo_target_find(targets, "policy", "", &old), rc;

	if ((policy = compile(o->policy, x->p, x->len, err)) == NULL)
		return (-1);
	memset(&g, 0, sizeof(g));
	(void)snprintf(g.kind, sizeof(g.kind), "policy");
	(void)snprintf(g.policy, sizeof(g.policy), "%s",
	    policy_version(policy));
	(void)snprintf(g.name, sizeof(g.name), "policy/%s.policy", g.policy);
	policy_free(policy);
	if (!version_good(g.policy))
		return (repo_file_fail(err, "%s: its version \"%s\" cannot be "
		    "part of a file's name: use letters, digits and . _ -",
		    o->policy, g.policy));
	if (was && memcmp(old.sha256, x->sha256, sizeof(x->sha256)) == 0)
		return (0);
	if (was && strcmp(old.policy, g.policy) == 0)
		return (repo_file_fail(err, "%s: version %s is published "
		    "already with another content; give the new one another "
		    "version", o->policy, g.policy));
	if ((rc = put(c, files, targets, &g, x, err)) == 0 &&
	    (rc = keep_policy(c, g.policy, x, err)) == 0)
		memcpy(plan->policy, g.policy, sizeof(plan->policy));
	return (rc);
}

/* Take outlets or campaigns over, when they are there and another text. */
static int
take_register(struct centre *c, const char *files, json_t *targets,
    const char *kind, const char *file, size_t max, uint32_t *version,
    char *err)
{
	struct text x = { NULL, 0, { 0 } };
	char path[CENTRE_PATH_MAX];
	struct tuf_target g, old;
	int was, rc;

	if (centre_path(c, path, sizeof(path), "registers/%s", file) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	if ((rc = read_text(c->disk, path, max, &x, err)) != 0)
		return (rc == 1 ? 0 : -1);
	was = repo_target_find(targets, kind, "", &old);
	if (was && memcmp(old.sha256, x.sha256, sizeof(x.sha256)) == 0)
		goto out;
	if ((rc = repo_register_check(kind, path, x.p, x.len, err)) != 0)
		goto out;
	memset(&g, 0, sizeof(g));
	(void)snprintf(g.kind, sizeof(g.kind), "%s", kind);
	g.version = was ? old.version + 1 : 1;
	(void)snprintf(g.name, sizeof(g.name), "%s/%u%s", kind,
	    (unsigned)g.version, strrchr(file, '.'));
	if ((rc = put(c, files, targets, &g, &x, err)) == 0)
		*version = g.version;
out:
	free(x.p);
	return (rc);
}

/* Does the policy ask for published lists only? */
static int
lists_published(const struct policy *policy, const json_t *targets, char *err)
{
	struct tuf_target g;
	const char *const *ids;
	size_t i, n = policy_lists(policy, &ids);

	for (i = 0; i < n; i++)
		if (!repo_target_find(targets, "snapshot", ids[i], &g))
			return (repo_file_fail(err, "policy %s: asks for the "
			    "list \"%s\", which is not published; correct the "
			    "policy, or add [list %s] to centre.conf",
			    policy_version(policy), ids[i], ids[i]));
	return (0);
}

/* May campaigns lift the rules that they name? */
static int
lifts_good(const struct policy *policy, const struct campaigns *x, char *err)
{
	const struct campaign *one;
	size_t i, k;
	int rule;

	for (i = 0; i < campaigns_count(x); i++) {
		one = campaigns_at(x, i);
		for (k = 0; k < one->nlifts; k++) {
			rule = policy_rule_find(policy, one->lifts[k]);
			if (rule == POLICY_NO_RULE)
				return (repo_file_fail(err, "campaign %s: "
				    "lifts %s, which is no rule of policy %s",
				    one->id, one->lifts[k],
				    policy_version(policy)));
			if (!policy_waivable(policy, rule))
				return (repo_file_fail(err, "campaign %s: "
				    "lifts %s, which policy %s lets no "
				    "campaign lift (campaign = true)", one->id,
				    one->lifts[k], policy_version(policy)));
		}
	}
	return (0);
}

/* Read the text of the entry of a kind: among the new files, or the published ones.
 * 0; 1 when none is published; -1. */
static int
read_target(struct centre *c, const struct repo_now *now, const char *files,
    const json_t *targets, const char *kind, struct text *x, char *err)
{
	char name[TUF_NAME_MAX + REPO_KEYID + 2], path[CENTRE_PATH_MAX];
	struct tuf_target g;
	int rc;

	if (!repo_target_find(targets, kind, "", &g))
		return (1);
	repo_target_path(&g, 0, name);
	if (repo_file_path(path, "%s/%s", files, name) != 0)
		return (repo_file_fail(err, "%s: too long a path", files));
	if ((rc = read_text(c->disk, path, OUTLETS_MAX_TEXT, x, err)) == 1) {
		repo_target_path(&g, 1, name);
		if (repo_file_path(path, "%s/%s", now->files, name) != 0)
			return (repo_file_fail(err, "%s: too long a path",
			    now->files));
		rc = read_text(c->disk, path, OUTLETS_MAX_TEXT, x, err);
	}
	if (rc == 0 && memcmp(x->sha256, g.sha256, sizeof(g.sha256)) != 0)
		rc = repo_file_fail(err, "%s: is not the file that was "
		    "published; copy it back from a mirror", path);
	return (rc == 0 ? 0 : -1);
}

/* Do policy, lists and campaigns that are to be published fit each other? */
static int
fit(struct centre *c, const struct repo_now *now, const char *files,
    const json_t *targets, char *err)
{
	struct text p = { NULL, 0, { 0 } }, q = { NULL, 0, { 0 } };
	struct campaigns *campaigns = NULL;
	struct policy *policy = NULL;
	int rc;

	rc = read_target(c, now, files, targets, "policy", &p, err);
	if (rc != 0)
		goto out;
	rc = -1;
	if ((policy = compile("policy", p.p, p.len, err)) == NULL ||
	    lists_published(policy, targets, err) != 0)
		goto out;
	rc = read_target(c, now, files, targets, "campaigns", &q, err);
	if (rc != 0)
		goto out;
	rc = -1;
	if ((campaigns = read_campaigns("campaigns", q.p, q.len, err)) != NULL)
		rc = lifts_good(policy, campaigns, err);
out:
	campaigns_free(campaigns);
	policy_free(policy);
	free(p.p);
	free(q.p);
	return (rc < 0 ? -1 : 0);
}

/* Take policy and registers over. */
int
repo_register_prepare(struct centre *c, const struct repo_prepare *o,
    const struct repo_now *now, const char *files, json_t *targets,
    struct repo_plan *plan, char *err)
{
	struct text x = { NULL, 0, { 0 } };
	int rc;

	if (o->policy != NULL) {
		rc = read_text(c->disk, o->policy, POLICY_MAX_TEXT, &x, err);
		if (rc == 0)
			rc = take_policy(c, o, files, targets, plan, &x, err);
		free(x.p);
		if (rc != 0)
			return (-1);
	}
	if (take_register(c, files, targets, "outlets", "outlets.csv",
	    OUTLETS_MAX_TEXT, &plan->outlets, err) != 0 ||
	    take_register(c, files, targets, "campaigns", "campaigns.conf",
	    CAMPAIGNS_MAX_TEXT, &plan->campaigns, err) != 0)
		return (-1);
	return (fit(c, now, files, targets, err));
}
