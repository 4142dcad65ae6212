#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "engine/policy.h"
#include "store/journal.h"
#include "store/state.h"

#include "config.h"
#include "daemon.h"
#include "log.h"
#include "loop.h"
#include "notify.h"
#include "tls.h"

#ifndef LIANGKA_VERSION
#define LIANGKA_VERSION	"1.0.0"
#endif

#define DEFAULT_CONFIG	"/etc/liangka/liangkad.conf"
#define MAPPED	(512 << 10)	/* bytes: a longer block is mapped by itself */
#define KEPT	(2 << 20)	/* bytes free at the end that malloc may keep */

struct options {
	const char *config;
	int check;
	int dump;
	int sandbox;
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

/* Run the daemon. */
static int
serve(const struct options *o)
{
	struct daemon d;
	int rc;

	memset(&d, 0, sizeof(d));
	if ((rc = daemon_config(&d, o->config, o->sandbox ? CONFIG_SANDBOX :
	    0)) == 0 && (rc = daemon_open(&d)) == 0) {
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
	rc = daemon_close(&d, rc);
	if (rc == 0)
		log_say(LOG_LEVEL_NOTICE, "stopped");
	return (rc);
}

/* Tell what a good configuration is. */
static void
tell(const struct daemon *d, const char *file)
{
	const struct policy *p = d->policy.policy;
	size_t i, n = 0;

	for (i = 0; i < d->config->noutlets; i++)
		n += d->config->outlets[i].outlet[0] != '\0';
	(void)printf("%s: good: %zu sockets, %zu sections, %zu outlets; ", file,
	    d->config->nlisteners, d->config->ngrants, n);
	if (p != NULL)
		(void)printf("policy %s with %zu rules%s\n", policy_version(p),
		    policy_rules(p), d->config->lists_use ==
		    CONFIG_LISTS_NONE ? "; no lists" : "");
	else
		(void)printf("lists and policy come signed, root %s\n",
		    d->config->lists_root);
}

/* Are there the certificate and key for links, and do they fit? */
static int
links(const struct config *c)
{
	const struct tls_files f = { .certificate = c->link_certificate,
		.key = c->link_key, .ca = c->link_ca,
		.revoked = c->link_revoked, .domain = c->domain,
		.node = c->node };
	struct tls_context *tls;
	char err[TLS_ERROR_MAX];

	if (!c->has_children && !c->has_upstream)
		return (0);
	tls = tls_context_load(&f, c->has_children ? TLS_SERVER : TLS_CLIENT,
	    err, sizeof(err));
	if (tls == NULL)
		log_say(LOG_LEVEL_ERROR, "links: %s", err);
	tls_context_free(tls);
	return (tls != NULL ? 0 : EX_CONFIG);
}

/* Only look at the configuration. */
static int
check(const struct options *o)
{
	struct daemon d;
	int rc;

	memset(&d, 0, sizeof(d));
	if ((rc = daemon_config(&d, o->config, CONFIG_READ_KEYS | (o->sandbox ?
	    CONFIG_SANDBOX : 0))) == 0 && (rc = daemon_policy(&d)) == 0 &&
	    (rc = links(d.config)) == 0)
		tell(&d, o->config);
	return (daemon_close(&d, rc));
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
	if ((rc = daemon_config(&d, o->config, CONFIG_NO_FILES | (o->sandbox ?
	    CONFIG_SANDBOX : 0))) == 0 && (rc = daemon_data(&d, 0)) == 0 &&
	    (rc = daemon_journal(&d, 1)) == 0 &&
	    (state_dump(journal_state(d.journal), print, NULL, stdout) != 0 ||
	    fflush(stdout) != 0)) {
		log_say(LOG_LEVEL_ERROR, "the state cannot be printed");
		rc = EX_IOERR;
	}
	return (daemon_close(&d, rc));
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
	/* glibc raises both by itself, to 32 and 64 MB; what it once took to build a
	 * list would then stay ours. */
	(void)mallopt(M_MMAP_THRESHOLD, MAPPED);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT);
	log_init();
	notify_init();
	if (o.check)
		return (check(&o));
	return (o.dump ? dump(&o) : serve(&o));
}
