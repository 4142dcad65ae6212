#include <criterion/criterion.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counter/eventbatch.h"
#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "store/entry.h"
#include "store/jstream.h"

#include "city.h"

#define MADE 1700000000

static char witness_public[KEYFILE_PUBLIC_MAX];

/* A port that is free just now. */
int
city_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&in, len) == 0 &&
	    getsockname(fd, (struct sockaddr *)&in, &len) == 0);
	(void)close(fd);
	return (ntohs(in.sin_port));
}

/* The key of the witness of all. */
static void
make_witness(struct city *c)
{
	const struct keymake m = { .kind = KEYFILE_WITNESS,
		.name = "witness.t.example", .created = MADE,
		.expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile_error err;
	struct keyfile k;
	char path[160];

	memset(secret, 0x77, sizeof(secret));
	(void)snprintf(path, sizeof(path), "%s/witness.key", c->dir);
	cr_assert_eq(keymake(&k, &m, secret, &err), 0, "%s", err.text);
	cr_assert_eq(keydisk_write(&k, path, &err), 0, "%s", err.text);
	(void)snprintf(witness_public, sizeof(witness_public), "%s", k.public);
}

/* The verifier key of a node's log: the harness makes them all from one secret. */
static const char *
log_key(const char *id)
{
	static struct keyfile k;
	char name[64];
	const struct keymake m = { .kind = KEYFILE_LOG, .name = name,
		.created = MADE, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile_error err;

	memset(secret, 0x5a, sizeof(secret));
	(void)snprintf(name, sizeof(name), "t.example/branch/%s", id);
	cr_assert_eq(keymake(&k, &m, secret, &err), 0, "%s", err.text);
	return (k.public);
}

/* Describe a node. */
struct city_node *
city_node(struct city *c, const char *id, struct city_node *above)
{
	struct city_node *n = &c->node[c->n++];

	cr_assert(c->n <= CITY_NODES);
	n->city = c;
	n->above = above;
	(void)snprintf(n->id, sizeof(n->id), "%s", id);
	(void)snprintf(n->bank, sizeof(n->bank), "bank-%s", id);
	(void)snprintf(n->crt, sizeof(n->crt), "%s/%s.crt", c->dir, id);
	(void)snprintf(n->key, sizeof(n->key), "%s/%s.key", c->dir, id);
	(void)snprintf(n->revoked, sizeof(n->revoked), "%s/%s.crl", c->dir, id);
	(void)snprintf(n->limits, sizeof(n->limits), "checks_per_teller_minute"
	    " = 0\npersons_per_teller_day = 0\n");
	n->got = calloc(CITY_ANSWERS, sizeof(*n->got));
	cr_assert_not_null(n->got);
	city_certified(n);
	if (above != NULL) {
		if (above->below++ == 0)
			above->port = city_port();
		city_register(above, NULL);
		/* It speaks for more than its own bank now. */
		if (above->above != NULL)
			city_register(above->above, NULL);
	}
	return (n);
}

/* One above, one below. */
struct city *
city_two(struct city_node **city, struct city_node **branch)
{
	struct city *c = city_new();

	*city = city_node(c, "city", NULL);
	*branch = city_node(c, "b01", *city);
	return (c);
}

/* Write the register of nodes below. */
void
city_register(struct city_node *n, const struct city_node *leave)
{
	struct city *c = n->city;
	char path[160];
	size_t i;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s.nodes", c->dir, n->id);
	cr_assert_not_null(f = fopen(path, "we"));
	for (i = 0; i < c->n; i++)
		if (c->node[i].above == n && &c->node[i] != leave)
			(void)fprintf(f, "[node %s]\ninstitution = \"%s\"\n"
			    "area = 330102\nkey = \"%s\"\n", c->node[i].id,
			    c->node[i].below ? "*" : c->node[i].bank,
			    log_key(c->node[i].id));
	cr_assert_eq(fclose(f), 0);
}

/* Write the sections of its configuration. */
static void
describe(struct city_node *n)
{
	const char *dir = n->city->dir;
	char *p = n->sections, *end = p + sizeof(n->sections);

	p += snprintf(p, (size_t)(end - p), "[institution %s]\nsocket = "
	    "\"%%D/%s.sock\"\nuid = %%U\narea = 330102\n[operator desk]\n"
	    "socket = \"%%D/desk.sock\"\nuid = %%U\nrights = \"desk, admin, "
	    "intake\"\n[link]\ncertificate = \"%s\"\nkey = \"%s\"\nca = "
	    "\"%s\"\n", n->bank, n->bank, n->crt, n->key,
	    n->ca[0] != '\0' ? n->ca : n->city->ca);
	if (access(n->revoked, F_OK) == 0)
		p += snprintf(p, (size_t)(end - p), "revoked = \"%s\"\n",
		    n->revoked);
	if (n->below)
		p += snprintf(p, (size_t)(end - p), "[children]\nlisten = "
		    "\"%s:%d\"\nnodes = \"%s/%s.nodes\"\n"
		    "witness_key = \"%s/witness.key\"\n", n->host != NULL ?
		    "0.0.0.0" : "127.0.0.1", n->port, dir, n->id, dir);
	if (n->above != NULL)
		p += snprintf(p, (size_t)(end - p), "[upstream]\naddress = "
		    "\"%s:%d\"\nname = \"%s\"\nwitness_key = \"%s\"\n"
		    "%s", n->above->host != NULL ? n->above->host :
		    "127.0.0.1", n->via != 0 ? n->via : n->above->port, n->above->id,
		    witness_public, n->extra);
	p += snprintf(p, (size_t)(end - p), "%s", n->more);
	cr_assert(p < end);
	n->setup.node = n->id;
	n->setup.limits = n->limits;
	n->setup.log = n->log;
	n->setup.sections = n->sections;
}

/* Start it, for the first time or again. */
void
city_start(struct city_node *n)
{
	const char *conf;

	describe(n);
	if (n->d == NULL)
		n->d = daemon_start(&n->setup);
	else {
		daemon_rewrite(n->d, &n->setup);
		daemon_restart(n->d);
	}
	if (n->handle != 0)
		return;
	conf = daemon_write_plugin_conf(n->d, n->bank);
	n->handle = n->city->h.lk_open(conf, 0);
	cr_assert_gt(n->handle, 0, "lk_open: %d", n->handle);
}

/* End it. */
void
city_stop(struct city_node *n, int sig)
{
	int status = daemon_kill(n->d, sig);

	if (sig == SIGTERM)
		cr_assert_eq(status, 0, "%s ended with status 0x%x: %s", n->id,
		    (unsigned)status, daemon_log(n->d));
}

/* How often does its log hold a text? */
unsigned
city_said(struct city_node *n, const char *text)
{
	const char *p = daemon_log(n->d);
	unsigned k = 0;

	while ((p = strstr(p, text)) != NULL)
		p++, k++;
	return (k);
}

/* Wait until it does so more often. */
void
city_say(struct city_node *n, const char *text, unsigned times)
{
	int i;

	for (i = 0; city_said(n, text) <= times; i++) {
		cr_assert_lt(i, CITY_WAIT_S * 100, "%s did not say \"%s\" "
		    "more than %u times: %s", n->id, text, times,
		    daemon_log(n->d));
		(void)poll(NULL, 0, 10);
	}
}

/* How often has it linked? */
unsigned
city_links(struct city_node *n)
{

	return (city_said(n, "linked with the node above"));
}

/* Wait until it has once more. */
void
city_linked(struct city_node *n, unsigned times)
{

	city_say(n, "linked with the node above", times);
}

/* See how far a journal is: entries, the last to be told, the last told by `from`. */
static unsigned
survey(struct city_node *n, const char *above, const char *from,
    uint64_t *wanted, uint64_t *told)
{
	const struct jstream_options o = { .data = daemon_data(n->d) };
	struct jstream *s = jstream_open(&o);
	static struct entry e;
	const uint8_t *p;
	unsigned k = 0;
	uint64_t seq;
	size_t len;

	*wanted = *told = 0;
	cr_assert_not_null(s);
	while (jstream_next(s, UINT64_MAX, &seq, &p, &len) == 1) {
		k++;
		if (entry_parse(&e, (const char *)p, len, NULL) != 0)
			continue;
		if (above != NULL && eventbatch_wanted(&e, above))
			*wanted = seq;
		if (from != NULL && strcmp(e.from, from) == 0 &&
		    e.from_seq > *told)
			*told = e.from_seq;
	}
	jstream_close(s);
	return (k);
}

/* How many entries? */
unsigned
city_entries(struct city_node *n)
{
	uint64_t a, b;

	return (survey(n, NULL, NULL, &a, &b));
}

/* Wait until all was told. */
void
city_caught_up(struct city_node *n)
{
	uint64_t wanted, told, none;
	int i;

	if (n->above == NULL)
		return;
	for (i = 0; ; i++) {
		(void)survey(n, n->above->id, NULL, &wanted, &none);
		(void)survey(n->above, NULL, n->id, &none, &told);
		if (told >= wanted)
			return;
		cr_assert_lt(i, CITY_WAIT_S * 20, "%s has told up to %llu of "
		    "%llu: %s", n->id, (unsigned long long)told,
		    (unsigned long long)wanted, daemon_log(n->d));
		(void)poll(NULL, 0, 50);
	}
}

/* Remove one name of a tree. */
static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

/* Free what is no daemon. */
static void
forget(struct city *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free(c->node[i].got);
	(void)nftw(c->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(c);
}

/* Close the host's handle. */
static void
hang_up(struct city_node *n)
{

	if (n->handle > 0)
		(void)n->city->h.lk_close(n->handle);
	n->handle = 0;
}

/* Compare, check, remove. */
void
city_end(struct city *c)
{
	size_t i;

	for (i = c->n; i > 0; i--)
		city_caught_up(&c->node[i - 1]);
	for (i = c->n; i > 0; i--) {
		hang_up(&c->node[i - 1]);
		city_stop(&c->node[i - 1], SIGTERM);
	}
	for (i = 0; i < c->n; i++)
		city_passes(&c->node[i]);
	city_compare(c);
	for (i = 0; i < c->n; i++)
		daemon_stop_and_check(c->node[i].d);
	forget(c);
}

/* Kill and remove. */
void
city_discard(struct city *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		hang_up(&c->node[i]);
		if (c->node[i].d != NULL)
			daemon_discard(c->node[i].d);
	}
	forget(c);
}

/* Make the authority. */
struct city *
city_new(void)
{
	const char *tmp = getenv("TMPDIR");
	struct city *c = calloc(1, sizeof(*c));

	cr_assert_not_null(c);
	host_load(&c->h);
	(void)snprintf(c->dir, sizeof(c->dir), "%s/lk-city-XXXXXX",
	    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(c->dir));
	(void)snprintf(c->ca, sizeof(c->ca), "%s/ca.crt", c->dir);
	make_witness(c);
	city_authority(c);
	return (c);
}
