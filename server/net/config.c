#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "counter/above.h"
#include "store/origin.h"

#include "config.h"
#include "config_read.h"
#include "nodes.h"

#define CHILDREN_ROOM	64	/* connections beside one for each node below */

/* Is there a directory to put this file into? */
static void
check_parent(struct config_reader *r, const char *path,
    const struct config_spot *spot)
{
	char parent[CONFIG_PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (slash == NULL || slash == path)
		return;
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = '\0';
	if (stat(parent, &st) != 0)
		conf_fail(&r->doc, spot->at, spot->span, "the directory %s: %s",
		    parent, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		conf_fail(&r->doc, spot->at, spot->span, "%s is no directory",
		    parent);
}

/* Is this a file that we may read? */
static void
check_file(struct config_reader *r, const char *path,
    const struct config_spot *spot)
{
	struct stat st;

	if (stat(path, &st) != 0)
		conf_fail(&r->doc, spot->at, spot->span, "%s: %s", path,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode))
		conf_fail(&r->doc, spot->at, spot->span, "%s is no file", path);
	else if (access(path, R_OK) != 0)
		conf_fail(&r->doc, spot->at, spot->span, "%s: %s", path,
		    strerror(errno));
}

/* Is each token key sound, kept from others, and the only one of its epoch? */
static void
check_keys(struct config_reader *r)
{
	const struct config *c = r->config;
	uint32_t epoch[CONFIG_KEYS_MAX] = { 0 };
	struct keydisk_look look;
	struct keyfile_error e;
	struct keyfile k;
	const char *wrong;
	size_t i, j;

	for (i = 0; i < c->nkeys; i++) {
		wrong = NULL;
		if (keydisk_look(&k, &look, c->token_key[i], &e) != 0)
			wrong = e.text;
		else if (look.access.fault != KEYFILE_FINE)
			wrong = look.access.text;
		else if (k.kind != KEYFILE_TOKEN_PERSON)
			wrong = "this is no key of kind token-person";
		else if (c->profile == CONFIG_GM && !c->sandbox &&
		    k.algorithm != KEYFILE_HMAC_SM3)
			wrong = "profile = gm wants a token key of algorithm "
			    "hmac-sm3: \"liangka-keys new token --algorithm "
			    "hmac-sm3\"";
		else if (keyfile_fresh(&k, c->token_key[i],
		    (int64_t)time(NULL), &e) != 0)
			wrong = e.text;
		epoch[i] = k.epoch;
		keyfile_wipe(&k);
		for (j = 0; wrong == NULL && j < i; j++)
			if (epoch[j] == epoch[i])
				wrong = "another key here has the same epoch";
		if (wrong != NULL)
			conf_fail(&r->doc, r->key[i].at, r->key[i].span, "%s",
			    wrong);
	}
}

/* Is there a log key of each algorithm that the profile wants, and no other? */
static void
check_profile(struct config_reader *r, const int have[KEYFILE_ECDH_P256 + 1])
{
	const struct config *c = r->config;
	const struct config_spot *at = &r->log_key[0];
	int gm = c->profile == CONFIG_GM;

	if (c->sandbox || r->doc.errors > 0)
		return;
	if (have[KEYFILE_ED25519] != 1)
		conf_fail(&r->doc, at->at, at->span, "one key of algorithm "
		    "ed25519 is wanted here, and there are %d",
		    have[KEYFILE_ED25519]);
	if (have[KEYFILE_SM2_SM3] != gm)
		conf_fail(&r->doc, at->at, at->span, gm ? "profile = gm wants "
		    "one key of algorithm sm2-sm3 too, and there are %d: "
		    "\"liangka-keys new log --algorithm sm2-sm3\"" : "a key of "
		    "algorithm sm2-sm3 is for profile = gm alone, and there "
		    "are %d", have[KEYFILE_SM2_SM3]);
}

/* Is each log key sound, kept from others, and that of this node? */
static void
check_log_keys(struct config_reader *r)
{
	const struct config *c = r->config;
	int have[KEYFILE_ECDH_P256 + 1] = { 0 };
	char name[ORIGIN_MAX];
	struct keydisk_look look;
	struct keyfile_error e;
	struct keyfile k;
	size_t i;

	origin_node(name, c->domain, c->node);
	for (i = 0; i < c->nlog_keys; i++) {
		if (keydisk_look(&k, &look, c->log_key[i], &e) != 0)
			conf_fail(&r->doc, r->log_key[i].at, r->log_key[i].span,
			    "%s", e.text);
		else if (look.access.fault != KEYFILE_FINE)
			conf_fail(&r->doc, r->log_key[i].at, r->log_key[i].span,
			    "%s", look.access.text);
		else if (k.kind != KEYFILE_LOG || strcmp(k.name, name) != 0)
			conf_fail(&r->doc, r->log_key[i].at, r->log_key[i].span,
			    "%s: the key of kind log of %s is wanted",
			    c->log_key[i], name);
		else if (keyfile_fresh(&k, c->log_key[i], (int64_t)time(NULL),
		    &e) != 0)
			conf_fail(&r->doc, r->log_key[i].at, r->log_key[i].span,
			    "%s", e.text);
		else
			have[k.algorithm]++;
		keyfile_wipe(&k);
	}
	check_profile(r, have);
}

/* See that what links are made by is there, and the register of nodes can be read. */
static void
check_link(struct config_reader *r)
{
	const struct config *c = r->config;
	struct nodes *n;
	char err[512];

	if (c->has_link) {
		check_file(r, c->link_certificate, &r->link_files);
		check_file(r, c->link_key, &r->link_files);
		check_file(r, c->link_ca, &r->link_files);
		if (c->link_revoked[0] != '\0')
			check_file(r, c->link_revoked, &r->link_files);
	}
	if (!c->has_children)
		return;
	if ((n = nodes_load(c->nodes, r->doc.sink, err, sizeof(err))) == NULL)
		conf_fail(&r->doc, r->children.at, r->children.span, "`nodes`: "
		    "%s%s", err, access(c->nodes, F_OK) != 0 ? "; it may be "
		    "empty, but must be there" : "");
	else if (nodes_count(n) + CHILDREN_ROOM > c->limits.connections)
		conf_fail(&r->doc, r->children.at, r->children.span, "%s has "
		    "%zu nodes: [limits] `connections` must be %zu at least",
		    c->nodes, nodes_count(n), nodes_count(n) + CHILDREN_ROOM);
	nodes_free(n);
}

/* See that what the configuration names is there. */
static void
check_files(struct config_reader *r, unsigned flags)
{
	const struct config *c = r->config;
	size_t i;

	if ((flags & CONFIG_READ_KEYS) != 0)
		check_keys(r);
	else
		for (i = 0; i < c->nkeys; i++)
			check_file(r, c->token_key[i], &r->key[i]);
	if ((flags & CONFIG_READ_KEYS) != 0)
		check_log_keys(r);
	else
		for (i = 0; i < c->nlog_keys; i++)
			check_file(r, c->log_key[i], &r->log_key[i]);
	if (c->seal_cert[0] != '\0')
		check_file(r, c->seal_cert, &r->seal_cert);
	if (c->lists_use != CONFIG_LISTS_SIGNED)
		check_file(r, c->policy, &r->policy);
	else
		check_file(r, c->lists_root, &r->lists_root);
	for (i = 0; i < c->nlist_keys; i++)
		check_file(r, c->list_key[i], &r->list_key[i]);
	check_link(r);
	check_parent(r, c->data, &r->data);
	for (i = 0; i < c->ngrants; i++)
		check_parent(r, c->listeners[c->grants[i].listener].path,
		    &r->section[i].socket);
}

/* Make a reader with the defaults set. */
static int
start(struct config_reader *r, const char *file, const char *text, size_t len,
    unsigned flags, const struct conf_sink *sink)
{
	struct config *c;

	memset(r, 0, sizeof(*r));
	r->doc = (struct conf_doc){ file, text, len, sink, 0 };
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (-1);
	r->config = c;
	memcpy(c->data, "/var/lib/liangka", sizeof("/var/lib/liangka"));
	memcpy(c->policy, "/etc/liangka/default.policy",
	    sizeof("/etc/liangka/default.policy"));
	c->sandbox = (flags & CONFIG_SANDBOX) != 0;
	c->overlay_mb = 256;
	c->upstream_deadline = 300;
	c->upstream_mode = ABOVE_UNLESS_REJECT;
	c->segment_mb = 64;
	c->checkpoint_interval = 60000;
	c->log_interval = 1000;
	c->generation = 1;
	c->first_seq = 1;
	c->lists_soft = INT64_C(24) * 3600 * 1000;
	c->lists_hard = INT64_C(7) * 24 * 3600 * 1000;
	c->seal_retention = INT64_C(3653) * 86400 * 1000;
	c->reservation_ttl = 30 * 60000;
	c->review_ttl = c->approve_ttl = 72 * 3600000;
	c->limits = (struct config_limits){ .connections = 1024,
		.connections_per_uid = 64, .first_frame = 2000, .frame = 1000,
		.idle = 60000, .write_stall = 2000, .output = 65536,
		.checks_per_teller_minute = 60,
		.persons_per_teller_day = 1000 };
	return (0);
}

/* End a reading: hand out the configuration if it is good. */
static struct config *
finish(struct config_reader *r)
{
	struct config *c = r->config;

	free(r->section);
	free(r->outlet);
	if (r->doc.errors == 0 && !r->nomem)
		return (c);
	config_free(c);
	return (NULL);
}

/* Read a configuration from memory. */
struct config *
config_parse(const char *file, const char *text, size_t len, unsigned flags,
    const struct conf_sink *sink)
{
	struct config_reader r;

	if (start(&r, file, text, len, flags, sink) != 0)
		return (NULL);
	config_read(&r, flags);
	return (finish(&r));
}

/* Read a configuration file. */
struct config *
config_load(const char *file, unsigned flags, const struct conf_sink *sink,
    char *err, size_t errlen)
{
	struct config_reader r;
	struct config *c = NULL;
	char *text;
	size_t len;

	text = config_slurp(file, CONF_MAX_FILE, &len, err, errlen);
	if (text == NULL)
		return (NULL);
	err[0] = '\0';
	if (start(&r, file, text, len, flags, sink) == 0) {
		config_read(&r, flags);
		if (r.doc.errors == 0 && !r.nomem &&
		    !(flags & CONFIG_NO_FILES))
			check_files(&r, flags);
		if (r.nomem)
			(void)snprintf(err, errlen, "%s: out of memory", file);
		c = finish(&r);
	} else
		(void)snprintf(err, errlen, "%s: out of memory", file);
	free(text);
	return (c);
}

/* Free a configuration. */
void
config_free(struct config *c)
{

	if (c == NULL)
		return;
	free(c->staff);
	free(c->grants);
	free(c->listeners);
	free(c->outlets);
	free(c);
}

/* Read up to max + 1 bytes of an open file. */
static ssize_t
read_all(int fd, char *buf, size_t max)
{
	size_t have = 0;
	ssize_t n;

	while (have <= max) {
		n = read(fd, buf + have, max + 1 - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return (-1);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return ((ssize_t)have);
}

/* Return the content of a file. */
char *
config_slurp(const char *file, size_t max, size_t *len, char *err,
    size_t errlen)
{
	struct stat st;
	char *buf = NULL;
	ssize_t n;
	int fd;

	if ((fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		goto fail;
	if (fstat(fd, &st) != 0)
		goto fail;
	if (!S_ISREG(st.st_mode)) {
		(void)snprintf(err, errlen, "%s is no file", file);
		goto told;
	}
	if (st.st_size > (off_t)max) {
		(void)snprintf(err, errlen, "%s is longer than %zu bytes", file,
		    max);
		goto told;
	}
	if ((buf = malloc(max + 1)) == NULL || (n = read_all(fd, buf, max)) < 0)
		goto fail;
	if ((size_t)n > max) {
		(void)snprintf(err, errlen, "%s is longer than %zu bytes", file,
		    max);
		goto told;
	}
	(void)close(fd);
	*len = (size_t)n;
	return (buf);
fail:
	(void)snprintf(err, errlen, "%s: %s", file, strerror(errno));
told:
	free(buf);
	if (fd != -1)
		(void)close(fd);
	return (NULL);
}
