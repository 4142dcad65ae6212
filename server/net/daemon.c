#include <sys/resource.h>

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "plugin.h"

#include "counter/counter.h"
#include "engine/policy.h"
#include "keys/seal.h"
#include "keys/token.h"
#include "store/apply.h"
#include "store/journal.h"

#include "adopter.h"
#include "ahead.h"
#include "config.h"
#include "daemon.h"
#include "datadir.h"
#include "log.h"
#include "loop.h"
#include "notify.h"
#include "sandboxkey.h"

#ifndef LIANGKA_VERSION
#define LIANGKA_VERSION	"1.0.0"
#endif

#define FDS_BESIDES	64	/* descriptors that are no connections */

/* Show an error in a configuration or policy text. */
static void
show(void *arg, const struct conf_error *e)
{
	char buf[1500];

	(void)arg;
	(void)conf_format(e, buf, sizeof(buf));
	log_say(LOG_LEVEL_ERROR, "%s", buf);
}

static const struct conf_sink sink = { show, NULL };

/* See that there are descriptors for all connections. */
static void
raise_nofile(const struct config *c)
{
	rlim_t need = (rlim_t)c->limits.connections + FDS_BESIDES;
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) != 0 || rl.rlim_cur >= need)
		return;
	rl.rlim_cur = need;
	if (rl.rlim_max < need)
		rl.rlim_max = need;
	if (setrlimit(RLIMIT_NOFILE, &rl) == 0)
		return;
	(void)getrlimit(RLIMIT_NOFILE, &rl);
	rl.rlim_cur = rl.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &rl);
	log_say(LOG_LEVEL_WARNING, "only %llu descriptors are allowed, %llu are "
	    "wanted for all connections: raise LimitNOFILE",
	    (unsigned long long)rl.rlim_cur, (unsigned long long)need);
}

/* Read the configuration. */
int
daemon_config(struct daemon *d, const char *file, unsigned flags)
{
	char err[512];

	d->config = config_load(file, flags, &sink, err, sizeof(err));
	if (d->config != NULL)
		return (0);
	if (err[0] == '\0')
		return (EX_CONFIG);
	log_say(LOG_LEVEL_ERROR, "%s%s", err, access(file, F_OK) == 0 ? "" :
	    "; name it with --config FILE, or begin with the example "
	    "liangkad.conf of the sources");
	return (EX_NOINPUT);
}

/* A policy that asks for lists, on a node that does not say where they come from. */
static int
lists_absent(const struct config *c, const struct policy *p)
{
	const char *const *ids;

	if (c->lists_use != CONFIG_LISTS_ABSENT || policy_lists(p, &ids) == 0)
		return (0);
	log_say(LOG_LEVEL_ERROR, "%s: the policy asks for the list '%s', and "
	    "the configuration has no [lists]: name `root` and `key` there, or "
	    "say `use = none` on a node that is to have no lists", c->policy,
	    ids[0]);
	return (-1);
}

/* Read and compile the policy; with signed lists it comes with them. */
int
daemon_policy(struct daemon *d)
{
	char err[512];

	if (d->config->lists_use == CONFIG_LISTS_SIGNED)
		return (0);
	if (policyfile_read(&d->policy, d->config->policy, &sink, err,
	    sizeof(err)) == 0)
		return (lists_absent(d->config, d->policy.policy) == 0 ? 0 :
		    EX_CONFIG);
	if (err[0] == '\0')
		return (EX_DATAERR);
	log_say(LOG_LEVEL_ERROR, "%s", err);
	return (EX_NOINPUT);
}

/* See that the data directory is fit. */
int
daemon_data(struct daemon *d, int create)
{
	char err[512], warning[512];

	if (datadir_open(d->config->data, create, warning, sizeof(warning), err,
	    sizeof(err)) != 0) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_CANTCREAT);
	}
	if (warning[0] != '\0' && create)
		log_say(LOG_LEVEL_WARNING, "%s", warning);
	return (0);
}

/* Load what signs the log, and what identities are sealed to. */
static int
load_log_keys(struct daemon *d)
{
	const struct config *c = d->config;
	char err[SEAL_ERROR_MAX];

	if (c->profile == CONFIG_GM && !c->sandbox &&
	    !token_keys_gm(d->keys)) {
		log_say(LOG_LEVEL_ERROR, "profile = gm wants token keys of "
		    "algorithm hmac-sm3: \"liangka-keys new token "
		    "--algorithm hmac-sm3\"");
		return (EX_CONFIG);
	}
	if (nodekeys_load(&d->nodekeys, c, d->keys, err, sizeof(err)) != 0 ||
	    (c->seal_cert[0] != '\0' &&
	    ((d->seal = seal_cert_load(c->seal_cert, err)) == NULL ||
	    seal_cert_fresh(d->seal, (int64_t)time(NULL), err) != 0))) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_NOPERM);
	}
	return (0);
}

/* Load the keys of lists. */
static int
load_list_keys(struct daemon *d)
{
	const struct config *c = d->config;
	const char *paths[CONFIG_KEYS_MAX];
	char err[512];
	size_t i;

	if (c->lists_use != CONFIG_LISTS_SIGNED)
		return (0);
	for (i = 0; i < c->nlist_keys; i++)
		paths[i] = c->list_key[i];
	d->list_keys = token_keys_load_list(paths, c->nlist_keys, err,
	    sizeof(err));
	if (d->list_keys != NULL && token_keys_fresh(d->list_keys,
	    (int64_t)time(NULL), err, sizeof(err)) == 0)
		return (0);
	log_say(LOG_LEVEL_ERROR, "%s", err);
	return (EX_NOPERM);
}

/* Load the token keys, and with them all others. */
static int
load_keys(struct daemon *d)
{
	const struct config *c = d->config;
	const char *paths[CONFIG_KEYS_MAX];
	char err[512];
	size_t i;
	int rc;

	if (c->sandbox) {
		d->keys = sandboxkey_load(c->data, err, sizeof(err));
	} else if (sandboxkey_absent(c->data, err, sizeof(err)) == 0) {
		for (i = 0; i < c->nkeys; i++)
			paths[i] = c->token_key[i];
		d->keys = token_keys_load(paths, c->nkeys, err, sizeof(err));
	}
	if (d->keys == NULL ||
	    token_keys_fresh(d->keys, (int64_t)time(NULL), err,
	    sizeof(err)) != 0) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_NOPERM);
	}
	if (!token_keys_locked(d->keys))
		log_say(LOG_LEVEL_NOTICE, "the token keys cannot be kept from "
		    "swap: raise LimitMEMLOCK or encrypt the swap");
	if ((rc = load_list_keys(d)) != 0)
		return (rc);
	return (load_log_keys(d));
}

/* Recover the journal. */
int
daemon_journal(struct daemon *d, int offline)
{
	const struct config *c = d->config;
	struct journal_options o = { .dir = c->data, .node = c->node,
		.overlay_bytes = (uint64_t)c->overlay_mb << 20,
		.segment_bytes = (uint64_t)c->segment_mb << 20,
		.interval_ms = c->checkpoint_interval,
		.version = LIANGKA_VERSION, .offline = offline,
		.domain = c->domain, .generation = c->generation,
		.first_seq = (uint64_t)c->first_seq,
		.log_interval_ms = c->log_interval };
	const struct note_verifier *earlier[CONFIG_EARLIER_MAX];
	char err[2048], keys[NODEKEYS_TEXT];
	size_t i;
	int rc = 0;

	if (!offline) {
		nodekeys_tell(keys, &d->nodekeys, d->keys);
		o.keys = keys;
	}
	if (!offline && c->log_interval != 0) {
		o.signers = d->nodekeys.list;
		o.nsigners = d->nodekeys.n;
		for (i = 0; i < c->nearlier; i++)
			earlier[i] = &c->earlier[i];
		o.earlier = earlier;
		o.nearlier = c->nearlier;
	}

	if ((d->journal = journal_open(&o, err, sizeof(err))) == NULL ||
	    (!offline && (rc = ahead_check(c, d->journal, &d->nodekeys, err,
	    sizeof(err))) < 0)) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_CANTCREAT);
	}
	if (rc > 0)
		log_say(LOG_LEVEL_WARNING, "%s", err);
	if (journal_warning(d->journal)[0] != '\0')
		log_say(LOG_LEVEL_WARNING, "%s", journal_warning(d->journal));
	return (0);
}

/* Put the policy into force: kept first, so that it can always be found. */
static int
adopt(struct daemon *d, struct policyfile *p)
{
	char err[512];
	int rc;

	if (policyfile_keep(p, d->config->data, err, sizeof(err)) != 0) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (-1);
	}
	if ((rc = counter_policy(d->counter, p->policy, p->hash)) != LK_OK) {
		log_say(LOG_LEVEL_ERROR, "%s: cannot be put into force (error "
		    "%d)", d->config->policy, rc);
		return (-1);
	}
	p->policy = NULL;	/* the counter's now */
	return (0);
}

/* Open what answers, with the policy in force. */
static int
open_counter(struct daemon *d)
{
	const struct config *c = d->config;
	const struct counter_options o = { .journal = d->journal,
		.keys = d->keys, .node = c->node, .version = LIANGKA_VERSION,
		.sandbox = c->sandbox, .reservation_ms = c->reservation_ttl,
		.review_ms = c->review_ttl, .approve_ms = c->approve_ttl,
		.checks_per_minute = c->limits.checks_per_teller_minute,
		.persons_per_day = c->limits.persons_per_teller_day,
		.outlets = c->outlets, .noutlets = c->noutlets,
		.seal = d->seal, .seal_retention_ms = c->seal_retention,
		.staff = c->staff, .nstaff = c->nstaff,
		.lists_none = c->lists_use == CONFIG_LISTS_NONE,
		.list_keys = d->list_keys, .lists_soft_ms = c->lists_soft,
		.lists_hard_ms = c->lists_hard,
		.above = c->has_upstream ? &d->above : NULL,
		.token_key = d->token_key };
	struct adopter_options with = { .config = c,
		.list_keys = d->list_keys, .nodekeys = &d->nodekeys,
		.journal = d->journal };
	char err[512], keys[NODEKEYS_TEXT];

	d->above = (struct above_options){ .name = c->upstream_name,
		.mode = (enum above_mode)c->upstream_mode,
		.deadline_ms = c->upstream_deadline };
	nodekeys_tell(keys, &d->nodekeys, d->keys);
	apply_token_key(d->token_key, keys);
	if ((d->counter = counter_open(&o, err, sizeof(err))) == NULL) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_SOFTWARE);
	}
	if (c->lists_use != CONFIG_LISTS_SIGNED)
		return (adopt(d, &d->policy) == 0 ? 0 : EX_IOERR);
	with.counter = d->counter;
	if ((d->adopter = adopter_open(&with, err, sizeof(err))) != NULL)
		return (0);
	log_say(LOG_LEVEL_ERROR, "%s", err);
	return (EX_SOFTWARE);
}

/* SIGHUP: read again what links are made by, and the policy file. */
static void
reload(void *arg)
{
	struct daemon *d = arg;
	struct policyfile p;
	char err[512];

	if (d->config->has_link) {
		if (loop_reload_links(d->loop, err, sizeof(err)) == 0)
			log_say(LOG_LEVEL_NOTICE, "links: certificates and "
			    "register were read again");
		else
			log_say(LOG_LEVEL_ERROR, "links: %s; what was read "
			    "before stays", err);
	}
	if (d->config->lists_use == CONFIG_LISTS_SIGNED) {
		log_say(LOG_LEVEL_NOTICE, "nothing to read anew: the policy "
		    "comes signed with the lists");
		return;
	}
	if (policyfile_read(&p, d->config->policy, &sink, err,
	    sizeof(err)) != 0) {
		if (err[0] != '\0')
			log_say(LOG_LEVEL_ERROR, "%s", err);
		log_say(LOG_LEVEL_WARNING, "the policy in force stays");
		return;
	}
	if (lists_absent(d->config, p.policy) != 0) {
		log_say(LOG_LEVEL_WARNING, "the policy in force stays");
		policyfile_drop(&p);
		return;
	}
	if (adopt(d, &p) == 0)
		log_say(LOG_LEVEL_NOTICE, "%s: in force", d->config->policy);
	else
		log_say(LOG_LEVEL_WARNING, "the policy in force stays");
	policyfile_drop(&p);
}

/* Listen. */
static int
open_loop(struct daemon *d)
{
	const struct loop_options o = { .config = d->config,
		.journal = d->journal, .counter = d->counter,
		.version = LIANGKA_VERSION, .reload = reload, .arg = d,
		.adopter = d->adopter, .sink = &sink };
	char err[512];
	int n;

	if ((d->loop = loop_open(&o, err, sizeof(err))) == NULL) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_UNAVAILABLE);
	}
	if ((n = notify_rest()) > 0)
		log_say(LOG_LEVEL_WARNING, "%d sockets were handed over that "
		    "the configuration does not name", n);
	return (0);
}

/* Close all, last opened first. */
int
daemon_close(struct daemon *d, int rc)
{

	loop_close(d->loop);
	adopter_close(d->adopter);
	if (d->counter != NULL)
		counter_close(d->counter);
	if (d->journal != NULL && journal_close(d->journal) != 0 && rc == 0) {
		log_say(LOG_LEVEL_ERROR, "the journal could not be closed "
		    "cleanly; what was answered is in the log");
		rc = EX_IOERR;
	}
	policyfile_drop(&d->policy);
	seal_cert_free(d->seal);
	nodekeys_wipe(&d->nodekeys);
	token_keys_free(d->list_keys);
	token_keys_free(d->keys);
	config_free(d->config);
	return (rc);
}

/* Open all that serving needs. */
int
daemon_open(struct daemon *d)
{
	int rc;

	raise_nofile(d->config);
	if ((rc = daemon_data(d, 1)) != 0 || (rc = load_keys(d)) != 0 ||
	    (rc = daemon_policy(d)) != 0 ||
	    (rc = daemon_journal(d, 0)) != 0 || (rc = open_counter(d)) != 0)
		return (rc);
	return (open_loop(d));
}
