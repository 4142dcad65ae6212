#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/policy.h"
#include "keys/hex.h"
#include "keys/sha256.h"
#include "plugin/conf.h"
#include "store/disk.h"
#include "store/records.h"
#include "store/stateview.h"

#include "screenconf.h"
#include "tool.h"

#define CONF(m) CONF_AT(struct screenconf, m)

enum { USE_SIGNED, USE_NONE };

static const char k_token_key[] = "token_key", k_key[] = "key";

static const struct conf_name uses[] = {
	{ "signed", USE_SIGNED }, { "none", USE_NONE }, { NULL, 0 }
};
static const struct conf_key daemon_keys[] = {
	{ "data", CONF_STRING, 0, 1, 1000, NULL, CONF(data) },
	{ "policy", CONF_STRING, 0, 1, 1000, NULL, CONF(policy) },
	{ k_token_key, CONF_LIST, 0, 1, SCREENCONF_KEYS, NULL, 0, 0 },
};
static const struct conf_key lists_keys[] = {
	{ "use", CONF_NAME, 0, 0, 0, uses, CONF(use_none) },
	{ "root", CONF_STRING, 0, 1, 1000, NULL, CONF(root) },
	{ k_key, CONF_LIST, 0, 1, SCREENCONF_KEYS, NULL, 0, 0 },
};
static const struct conf_section sections[] = {
	{ "daemon", 0, daemon_keys, sizeof(daemon_keys) / sizeof(*daemon_keys) },
	{ "lists", 0, lists_keys, sizeof(lists_keys) / sizeof(*lists_keys) },
};

/* A value that is a list of files. */
static void
value(void *arg, const struct conf_value *v)
{
	struct screenconf *c = arg;

	if (v->key->name == k_token_key && c->nkeys < SCREENCONF_KEYS)
		(void)snprintf(c->key[c->nkeys++], sizeof(c->key[0]), "%s",
		    v->string);
	else if (v->key->name == k_key && c->nlist_keys < SCREENCONF_KEYS)
		(void)snprintf(c->list_key[c->nlist_keys++],
		    sizeof(c->list_key[0]), "%s", v->string);
}

/* Keep the two sections that matter: the daemon itself judges all of them. */
static size_t
select_sections(char *text, size_t len)
{
	char *p = text, *end = text + len, *q, *to = text;
	int wanted = 0;

	for (; p < end; p = q) {
		q = memchr(p, '\n', (size_t)(end - p));
		q = q != NULL ? q + 1 : end;
		if (*p == '[')
			wanted = strncmp(p, "[daemon]", 8) == 0 ||
			    strncmp(p, "[lists]", 7) == 0;
		if (!wanted)
			continue;
		memmove(to, p, (size_t)(q - p));
		to += q - p;
	}
	return ((size_t)(to - text));
}

/* Read the daemon's configuration. */
static int
read_conf(const struct tool *t, const char *file, int needed,
    struct screenconf *c)
{
	struct conf_doc doc = { .file = file };
	struct conf_use use = { .target = c, .arg = c, .value = value };
	FILE *f = fopen(file, "re");
	char *text;

	if (f == NULL)
		return (!needed ? ARGS_GO : tool_fail(t, errno == EACCES ?
		    TOOL_DENIED : TOOL_CONFIG, "%s：%s（守护进程的配置文件，用 "
		    "--liangkad 指定）", "%s: %s (the daemon's configuration: "
		    "say --liangkad)", file, tool_errno(t, errno)));
	if ((text = malloc(CONF_MAX_FILE)) != NULL)
		doc.len = select_sections(text, fread(text, 1, CONF_MAX_FILE,
		    f));
	(void)fclose(f);
	if (text == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	doc.text = text;
	(void)conf_read(&doc, sections, sizeof(sections) / sizeof(*sections),
	    &use);
	free(text);
	return (ARGS_GO);
}

/* Options stand above the configuration. */
static void
override(const struct screenconf_options *o, struct screenconf *c)
{
	size_t i;

	if (o->data != NULL)
		(void)snprintf(c->data, sizeof(c->data), "%s", o->data);
	if (o->root != NULL)
		(void)snprintf(c->root, sizeof(c->root), "%s", o->root);
	if (o->key.n > 0) {
		c->nkeys = o->key.n < SCREENCONF_KEYS ? o->key.n :
		    SCREENCONF_KEYS;
		for (i = 0; i < c->nkeys; i++)
			(void)snprintf(c->key[i], sizeof(c->key[i]), "%s",
			    o->key.v[i]);
	}
	if (o->list_key.n > 0) {
		c->nlist_keys = o->list_key.n < SCREENCONF_KEYS ?
		    o->list_key.n : SCREENCONF_KEYS;
		for (i = 0; i < c->nlist_keys; i++)
			(void)snprintf(c->list_key[i], sizeof(c->list_key[i]),
			    "%s", o->list_key.v[i]);
		c->use_none = USE_SIGNED;
	}
}

/* Load the keys of one kind. */
static int
load_keys(const struct tool *t, char paths[][1024], size_t n, int list,
    struct token_keys **out)
{
	const char *path[SCREENCONF_KEYS];
	char err[512];
	size_t i;

	if (n == 0)
		return (tool_fail(t, TOOL_CONFIG, "没有%s密钥：用 %s 指定，或用 "
		    "--liangkad 指定守护进程的配置文件",
		    "there is no %s key: say %s, or --liangkad with the "
		    "daemon's configuration", list ? tool_zh(t, "名单", "list") :
		    tool_zh(t, "令牌", "token"), list ? "--list-key" :
		    "--token-key"));
	for (i = 0; i < n; i++)
		path[i] = paths[i];
	*out = list ? token_keys_load_list(path, n, err, sizeof(err)) :
	    token_keys_load(path, n, err, sizeof(err));
	if (*out == NULL)
		return (tool_fail(t, TOOL_CONFIG, "%s", "%s", err));
	return (ARGS_GO);
}

/* Open the state. */
static int
open_state(const struct tool *t, struct screenconf *c)
{
	char err[STATEVIEW_ERROR_MAX];
	int rc;

	if ((rc = load_keys(t, c->key, c->nkeys, 0, &c->keys)) != ARGS_GO)
		return (rc);
	if ((c->state = stateview_open(c->data, err)) != NULL)
		return (ARGS_GO);
	return (tool_fail(t, errno == ENOENT ? TOOL_NOINPUT : errno == EACCES ?
	    TOOL_DENIED : TOOL_IO, "%s（只对照名单时用 --no-windows）",
	    "%s (to compare with lists alone: --no-windows)", err));
}

/* The versions below which no list is believed: the journal's, as the state has them. */
static void
floors(const struct screenconf *c, struct adopt_floor *f)
{
	struct stateview_reader *r;
	struct stateview_record x;
	struct record_list l;
	char err[STATEVIEW_ERROR_MAX];

	memset(f, 0, sizeof(*f));
	if (c->state == NULL || (r = stateview_reader(c->state, err)) == NULL)
		return;
	if (stateview_get(r, RECORD_LIST, "*", 1, &x) == 1 &&
	    x.len == sizeof(l)) {
		memcpy(&l, x.value, sizeof(l));
		f->root = l.root;
		f->timestamp = l.timestamp;
		f->snapshot = l.snapshot;
		f->targets = l.targets;
	}
	stateview_reader_end(r);
}

/* Verify and open the lists in force. */
static int
open_lists(const struct tool *t, struct screenconf *c)
{
	uint32_t epochs[SCREENCONF_KEYS];
	struct adopt_options ao = { .data = c->data, .root = c->root,
		.disk = &disk_real, .epochs = epochs };
	char err[ADOPT_ERROR_MAX] = "";
	struct adopt_floor floor;
	int rc, i;

	if ((rc = load_keys(t, c->list_key, c->nlist_keys, 1,
	    &c->list_keys)) != ARGS_GO)
		return (rc);
	if (c->root[0] == '\0')
		return (tool_fail(t, TOOL_CONFIG, "没有信任根：用 --root 指定",
		    "there is no root to begin to trust with: say --root"));
	ao.nepochs = token_keys_count(c->list_keys);
	for (i = 0; i < (int)ao.nepochs; i++)
		epochs[i] = token_keys_epoch(c->list_keys, (unsigned)i);
	/* The daemon may be putting a newer generation in its place. */
	for (i = 0; i < 3; i++) {
		floors(c, &floor);
		rc = adopt_start(&ao, &floor, t->now_ms() / 1000, &c->adopted,
		    err);
		if (rc >= 0)
			break;
	}
	if (rc == 1)
		return (tool_fail(t, TOOL_CONFIG, "%s：还没有生效的名单（请先运行 "
		    "liangka sync；不对照名单时用 --no-lists）",
		    "%s: no list is in force yet (run liangka sync first; to "
		    "do without lists: --no-lists)", c->data));
	if (rc != 0)
		return (tool_fail(t, TOOL_IO, "%s", "%s", err));
	c->has_lists = 1;
	return (ARGS_GO);
}

/* Note the hash of a policy's text. */
static void
hash(struct screenconf *c, const char *text, size_t len)
{
	uint8_t h[SHA256_LEN];

	sha256_of(h, text, len);
	hex_encode(c->hash, h, sizeof(h));
}

/* Compile the policy: the one given, else the centre's, else the configuration's. */
static int
open_policy(const struct tool *t, const struct screenconf_options *o,
    struct screenconf *c)
{
	const char *file = o->policy;
	int rc;

	if (file == NULL && c->has_lists && c->adopted.policy_text != NULL) {
		c->policy_made = policy_compile("policy",
		    c->adopted.policy_text, c->adopted.policy_len, NULL);
		if (c->policy_made == NULL)
			return (tool_fail(t, TOOL_DATA, "中心发布的规则无法编译",
			    "the policy that the centre published does not "
			    "compile"));
		hash(c, c->adopted.policy_text, c->adopted.policy_len);
		c->rules_policy = c->policy_made;
		return (ARGS_GO);
	}
	if (file == NULL && c->policy[0] != '\0')
		file = c->policy;
	if (file == NULL)
		return (tool_fail(t, TOOL_CONFIG, "没有规则：用 --policy 指定",
		    "there is no policy: say --policy"));
	if ((rc = rules_load(t, file, &c->rules, NULL)) != TOOL_OK)
		return (rc);
	if (c->rules.policy == NULL)
		return (TOOL_DATA);
	hash(c, c->rules.text, c->rules.len);
	c->rules_policy = c->rules.policy;
	return (ARGS_GO);
}

/* Read all of it. */
int
screenconf_open(const struct tool *t, const struct screenconf_options *o,
    struct screenconf *c)
{
	int rc, all;

	memset(c, 0, sizeof(*c));
	all = o->data != NULL && (o->no_windows || o->key.n > 0) &&
	    (o->no_lists || (o->list_key.n > 0 && o->root != NULL));
	rc = read_conf(t, o->conf != NULL ? o->conf : SCREENCONF_FILE,
	    o->conf != NULL || !all, c);
	if (rc != ARGS_GO)
		return (rc);
	override(o, c);
	if (c->data[0] == '\0' && !(o->no_lists && o->no_windows))
		return (tool_fail(t, TOOL_CONFIG, "没有数据目录：用 --data 指定",
		    "there is no data directory: say --data"));
	if (!o->no_windows && (rc = open_state(t, c)) != ARGS_GO)
		return (rc);
	if (!o->no_lists && c->use_none != USE_NONE &&
	    (rc = open_lists(t, c)) != ARGS_GO)
		return (rc);
	return (open_policy(t, o, c));
}

/* Close all of it. */
void
screenconf_close(struct screenconf *c)
{

	if (c->has_lists)
		adopt_free(&c->adopted);
	stateview_close(c->state);
	token_keys_free(c->keys);
	token_keys_free(c->list_keys);
	policy_free(c->policy_made);
	rules_free(&c->rules);
}

/* Does somebody hold the lock of the data directory? */
int
screenconf_served(const struct screenconf *c)
{
	char path[1100];
	int fd, busy;

	(void)snprintf(path, sizeof(path), "%s/lock", c->data);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return (0);
	busy = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	(void)close(fd);
	return (busy);
}
