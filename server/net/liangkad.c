#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "plugin.h"

#include "counter/counter.h"
#include "engine/policy.h"
#include "keys/seal.h"
#include "keys/token.h"
#include "store/journal.h"
#include "store/state.h"

#include "ahead.h"
#include "config.h"
#include "datadir.h"
#include "log.h"
#include "logkeys.h"
#include "loop.h"
#include "notify.h"
#include "policyfile.h"
#include "sandboxkey.h"

#ifndef LIANGKA_VERSION
#define LIANGKA_VERSION	"1.0.0"
#endif

#define DEFAULT_CONFIG	"/etc/liangka/liangkad.conf"
#define FDS_BESIDES	64	/* descriptors that are no connections */

struct options {
	const char *config;
	int check;
	int dump;
	int sandbox;
};

/* What is open while the daemon runs, in the order of opening. */
struct daemon {
	struct config *config;
	struct token_keys *keys;
	struct logkeys logkeys;
	struct seal_cert *seal;
	struct policyfile policy;
	struct journal *journal;
	struct counter *counter;
	struct loop *loop;
};

static const char help[] =
"usage: liangkad [-c FILE] [--sandbox] [--check-config | --dump-state]\n"
"       liangkad --help | --version\n"
"\n"
"Answer the account-opening programs of this machine: may this card be issued?\n"
"liangkad stays in the foreground, writes its messages to standard error, and\n"
"tells a service manager when it is ready (sd_notify).\n"
"\n"
"  -c, --config FILE  configuration (default " DEFAULT_CONFIG ")\n"
"  --check-config     read configuration, keys and policy, say what is wrong\n"
"                     with line and column, and exit; nothing is changed\n"
"  --sandbox          for trying out: a throw-away key, and the numbers of area\n"
"                     000000 give each decision and error; wants a data\n"
"                     directory of its own\n"
"  --dump-state       print the state that the journal yields, one record a\n"
"                     line, and exit; the daemon must not be running\n"
"  --foreground       accepted; it is the only way to run\n"
"  -h, --help         this text\n"
"  -V, --version      the version\n"
"\n"
"Signals: SIGTERM and SIGINT stop it: what has been asked is answered, the log\n"
"flushed, the state saved.  SIGHUP reads the policy file again; if that has an\n"
"error it is told and the rules in force stay.\n"
"\n"
"Exit codes: 0 stopped as asked; 64 wrong usage; 65 error in the policy; 66 no\n"
"such file; 69 cannot listen; 70 fault of our own; 71 system error; 73 data\n"
"directory or journal cannot be opened; 74 disk error while running: start it\n"
"again to recover; 77 key not readable, open to others, or not this node's;\n"
"78 error in the configuration.\n";

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

/* Explain a wrong command line. */
static int
usage(void)
{

	(void)fprintf(stderr, "Try \"liangkad --help\".\n");
	return (EX_USAGE);
}

/* Keep what we hold in memory out of files, and do not die of a lost peer. */
static void
harden(void)
{
	const struct rlimit none = { 0, 0 };
	struct sigaction sa;

	(void)umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &sa, NULL);
}

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
static int
load_config(struct daemon *d, const struct options *o)
{
	char err[512];

	d->config = config_load(o->config, (o->sandbox ? CONFIG_SANDBOX : 0) |
	    (o->dump ? CONFIG_NO_FILES : 0) | (o->check ? CONFIG_READ_KEYS : 0),
	    &sink, err, sizeof(err));
	if (d->config != NULL)
		return (0);
	if (err[0] == '\0')
		return (EX_CONFIG);
	log_say(LOG_LEVEL_ERROR, "%s%s", err, access(o->config, F_OK) == 0 ? "" :
	    "; name it with --config FILE, or begin with the example "
	    "liangkad.conf of the sources");
	return (EX_NOINPUT);
}

/* Read and compile the policy. */
static int
load_policy(struct daemon *d)
{
	char err[512];

	if (policyfile_read(&d->policy, d->config->policy, &sink, err,
	    sizeof(err)) == 0)
		return (0);
	if (err[0] == '\0')
		return (EX_DATAERR);
	log_say(LOG_LEVEL_ERROR, "%s", err);
	return (EX_NOINPUT);
}

/* See that the data directory is fit. */
static int
open_data(struct daemon *d, int create)
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
	if (logkeys_load(&d->logkeys, c, d->keys, err, sizeof(err)) != 0 ||
	    (c->seal_cert[0] != '\0' &&
	    (d->seal = seal_cert_load(c->seal_cert, err)) == NULL)) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_NOPERM);
	}
	return (0);
}

/* Load the token keys, and with them all others. */
static int
load_keys(struct daemon *d)
{
	const struct config *c = d->config;
	const char *paths[CONFIG_KEYS_MAX];
	char err[512];
	size_t i;

	if (c->sandbox) {
		d->keys = sandboxkey_load(c->data, err, sizeof(err));
	} else if (sandboxkey_absent(c->data, err, sizeof(err)) == 0) {
		for (i = 0; i < c->nkeys; i++)
			paths[i] = c->token_key[i];
		d->keys = token_keys_load(paths, c->nkeys, err, sizeof(err));
	}
	if (d->keys == NULL) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_NOPERM);
	}
	if (!token_keys_locked(d->keys))
		log_say(LOG_LEVEL_NOTICE, "the token keys cannot be kept from "
		    "swap: raise LimitMEMLOCK or encrypt the swap");
	return (load_log_keys(d));
}

/* Recover the journal. */
static int
open_journal(struct daemon *d, int offline)
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
	char err[2048], keys[LOGKEYS_TEXT];
	size_t i;
	int rc = 0;

	if (!offline) {
		logkeys_tell(keys, &d->logkeys, d->keys);
		o.keys = keys;
	}
	if (!offline && c->log_interval != 0) {
		o.signers = d->logkeys.list;
		o.nsigners = d->logkeys.n;
		for (i = 0; i < c->nearlier; i++)
			earlier[i] = &c->earlier[i];
		o.earlier = earlier;
		o.nearlier = c->nearlier;
	}

	if ((d->journal = journal_open(&o, err, sizeof(err))) == NULL ||
	    (!offline && (rc = ahead_check(c, d->journal, &d->logkeys, err,
	    sizeof(err))) < 0)) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_CANTCREAT);
	}
	if (rc > 0)
		log_say(LOG_LEVEL_WARNING, "%s", err);
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
		.staff = c->staff, .nstaff = c->nstaff };
	char err[512];

	if ((d->counter = counter_open(&o, err, sizeof(err))) == NULL) {
		log_say(LOG_LEVEL_ERROR, "%s", err);
		return (EX_SOFTWARE);
	}
	return (adopt(d, &d->policy) == 0 ? 0 : EX_IOERR);
}

/* SIGHUP: read the policy file again. */
static void
reload(void *arg)
{
	struct daemon *d = arg;
	struct policyfile p;
	char err[512];

	if (policyfile_read(&p, d->config->policy, &sink, err,
	    sizeof(err)) != 0) {
		if (err[0] != '\0')
			log_say(LOG_LEVEL_ERROR, "%s", err);
		log_say(LOG_LEVEL_WARNING, "the policy in force stays");
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
		.version = LIANGKA_VERSION, .reload = reload, .arg = d };
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
static int
shut(struct daemon *d, int rc)
{

	loop_close(d->loop);
	if (d->counter != NULL)
		counter_close(d->counter);
	if (d->journal != NULL && journal_close(d->journal) != 0 && rc == 0) {
		log_say(LOG_LEVEL_ERROR, "the journal could not be closed "
		    "cleanly; what was answered is in the log");
		rc = EX_IOERR;
	}
	policyfile_drop(&d->policy);
	seal_cert_free(d->seal);
	logkeys_wipe(&d->logkeys);
	token_keys_free(d->keys);
	config_free(d->config);
	return (rc);
}

/* Run the daemon. */
static int
serve(const struct options *o)
{
	struct daemon d;
	int rc;

	memset(&d, 0, sizeof(d));
	if ((rc = load_config(&d, o)) == 0)
		raise_nofile(d.config);
	if (rc == 0)
		rc = open_data(&d, 1);
	if (rc == 0)
		rc = load_keys(&d);
	if (rc == 0)
		rc = load_policy(&d);
	if (rc == 0)
		rc = open_journal(&d, 0);
	if (rc == 0)
		rc = open_counter(&d);
	if (rc == 0)
		rc = open_loop(&d);
	if (rc == 0) {
		if (d.config->log_interval == 0)
			log_say(LOG_LEVEL_WARNING, "interval = 0s in [log]: no "
			    "signed log is kept; this is for measuring only");
		log_say(LOG_LEVEL_NOTICE, "node %s is ready%s", d.config->node,
		    d.config->sandbox ? " (a sandbox: nothing here is real)" :
		    "");
		notify_send("READY=1\nSTATUS=ready");
		if (loop_run(d.loop) != 0)
			rc = EX_IOERR;
	}
	rc = shut(&d, rc);
	if (rc == 0)
		log_say(LOG_LEVEL_NOTICE, "stopped");
	return (rc);
}

/* Only look at the configuration. */
static int
check(const struct options *o)
{
	struct daemon d;
	int rc;

	memset(&d, 0, sizeof(d));
	if ((rc = load_config(&d, o)) == 0 && (rc = load_policy(&d)) == 0)
		(void)printf("%s: good: %zu sockets, %zu sections, %zu "
		    "outlets; policy %s with %zu rules\n", o->config,
		    d.config->nlisteners, d.config->ngrants,
		    d.config->noutlets, policy_version(d.policy.policy),
		    policy_rules(d.policy.policy));
	return (shut(&d, rc));
}

/* Print a piece of the state. */
static int
print(void *arg, const char *text, size_t len)
{

	return (fwrite(text, 1, len, arg) == len ? 0 : 1);
}

/* Print the state that the journal yields. */
static int
dump(const struct options *o)
{
	struct daemon d;
	int rc;

	memset(&d, 0, sizeof(d));
	if ((rc = load_config(&d, o)) == 0 && (rc = open_data(&d, 0)) == 0 &&
	    (rc = open_journal(&d, 1)) == 0 &&
	    (state_dump(journal_state(d.journal), print, NULL, stdout) != 0 ||
	    fflush(stdout) != 0)) {
		log_say(LOG_LEVEL_ERROR, "the state cannot be printed");
		rc = EX_IOERR;
	}
	return (shut(&d, rc));
}

/* Read the command line. */
int
main(int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'k' },
		{ "dump-state", no_argument, NULL, 'd' },
		{ "sandbox", no_argument, NULL, 's' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	struct options o = { DEFAULT_CONFIG, 0, 0, 0 };
	int c;

	while ((c = getopt_long(argc, argv, "c:hV", longs, NULL)) != -1)
		switch (c) {
		case 'c':
			o.config = optarg;
			break;
		case 'k':
			o.check = 1;
			break;
		case 'd':
			o.dump = 1;
			break;
		case 's':
			o.sandbox = 1;
			break;
		case 'f':
			break;
		case 'h':
			(void)fputs(help, stdout);
			return (fflush(stdout) == 0 ? EX_OK : EX_IOERR);
		case 'V':
			(void)printf("liangkad %s\n", LIANGKA_VERSION);
			return (fflush(stdout) == 0 ? EX_OK : EX_IOERR);
		default:
			return (usage());
		}
	if (optind != argc || (o.check && o.dump))
		return (usage());
	harden();
	log_init();
	notify_init();
	if (o.check)
		return (check(&o));
	return (o.dump ? dump(&o) : serve(&o));
}
