#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "plugin/conf.h"

#include "backupconf.h"
#include "json.h"
#include "logplace.h"
#include "moment.h"
#include "version.h"

#define KEYS	ARG_LIST_MAX

/* What is read of the daemon's configuration. */
struct found {
	char data[1000];
	struct arg_list list;
	char text[KEYS][1100];
};

static const char k_key[] = "key", k_earlier[] = "earlier";

static const struct conf_key daemon_keys[] = {
	{ "data", CONF_STRING, 0, 2, 900, NULL, CONF_AT(struct found, data) },
};
static const struct conf_key log_keys[] = {
	{ k_key, CONF_LIST, 0, 1, 8, NULL, 0, 0 },
	{ k_earlier, CONF_LIST, 0, 1, 32, NULL, 0, 0 },
};
static const struct conf_section sections[] = {
	{ "daemon", 0, daemon_keys, sizeof(daemon_keys) / sizeof(*daemon_keys) },
	{ "log", 0, log_keys, sizeof(log_keys) / sizeof(*log_keys) },
};

/* The log's keys: the public half lies beside the key file. */
static void
value(void *arg, const struct conf_value *v)
{
	struct found *f = arg;
	size_t n = f->list.n;

	if (v->key->size != 0 || n == KEYS)
		return;
	(void)snprintf(f->text[n], sizeof(f->text[n]), v->key->name == k_key ?
	    "%s.pub" : "%s", v->string);
	f->list.v[n] = f->text[n];
	f->list.n++;
}

/* Read the configuration as far as it matters here: the daemon judges all of it. */
static int
read_conf(const struct tool *t, const char *file, struct found *x)
{
	struct conf_doc doc = { .file = file };
	struct conf_use use = { .target = x, .arg = x, .value = value };
	FILE *f = fopen(file, "re");
	char *text;

	if (f == NULL)
		return (tool_fail(t, errno == EACCES ? TOOL_DENIED :
		    TOOL_CONFIG, "%s：%s（守护进程的配置文件，用 --liangkad 指定；"
		    "或给出 --data 和 --key）", "%s: %s (the daemon's "
		    "configuration: say --liangkad, or --data and --key)", file,
		    tool_errno(t, errno)));
	if ((text = malloc(CONF_MAX_FILE)) != NULL)
		doc.len = fread(text, 1, CONF_MAX_FILE, f);
	(void)fclose(f);
	if (text == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	doc.text = text;
	(void)conf_read(&doc, sections, sizeof(sections) / sizeof(*sections),
	    &use);
	free(text);
	return (ARGS_GO);
}

/* Take the data directory and the keys, x being what the configuration says. */
static int
take(const struct tool *t, struct backupconf *c, int place,
    const struct found *x)
{
	const char *data = c->data;

	if (data == NULL)
		data = x->data[0] != '\0' ? x->data : LOGPLACE_DATA;
	if (place)
		(void)snprintf(c->place, sizeof(c->place), "%s", data);
	if (c->key.n > 0)
		return (logkeys_read(t, &c->keys, "key", &c->key));
	if (x->list.n == 0)
		return (tool_fail(t, TOOL_USAGE, "缺少 --key：没有公钥就无法核对记录",
		    "--key is missing: without a key nothing is verified"));
	return (logkeys_read(t, &c->keys, "key", &x->list));
}

/* Read the configuration where an option is missing. */
int
backupconf_take(const struct tool *t, struct backupconf *c, int place)
{
	struct found *x;
	int rc = ARGS_GO;

	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if ((place && c->data == NULL) || c->key.n == 0)
		rc = read_conf(t, c->conf != NULL ? c->conf : BACKUPCONF_FILE,
		    x);
	if (rc == ARGS_GO)
		rc = take(t, c, place, x);
	free(x);
	return (rc);
}

/* Free what was read. */
void
backupconf_free(struct backupconf *c)
{

	logkeys_free(&c->keys);
}

/* The options of a run. */
struct backup_options
backupconf_options(const struct tool *t, struct backupconf *c)
{
	struct backup_options o = { .version = LIANGKA_VERSION,
		.now = t->now_ms() };

	c->say.t = t;
	c->say.shows = !t->json && fileno(t->err) >= 0 &&
	    isatty(fileno(t->err)) == 1;
	o.verify.keys = logkeys_const(&c->keys);
	o.verify.nkeys = c->keys.n;
	o.verify.all = 1;
	o.verify.arg = &c->say;
	o.verify.finding = logverify_finding;
	o.verify.progress = logverify_progress;
	return (o);
}

/* Say why it failed. */
int
backupconf_failed(const struct tool *t, enum backup_fault fault,
    const char *err)
{
	static const int code[] = { [BACKUP_FINE] = TOOL_BUG,
		[BACKUP_EXISTS] = TOOL_DATA, [BACKUP_ABSENT] = TOOL_NOINPUT,
		[BACKUP_DENIED] = TOOL_DENIED, [BACKUP_DAMAGED] = TOOL_NO,
		[BACKUP_FAILED] = TOOL_IO };

	return (tool_fail(t, code[fault], "%s", "%s", err));
}

/* A line of what it holds. */
static void
row(const struct tool *t, const char *zh, const char *en)
{

	(void)fprintf(t->out, "  %-12s", tool_zh(t, zh, en));
}

/* Say what a whole backup holds. */
void
backupconf_tell(const struct tool *t, const char *dir,
    const struct backup_info *x)
{
	char root[2 * MERKLE_LEN + 1], when[MOMENT_SIZE];
	struct json j;

	hex_encode(root, x->head.root, MERKLE_LEN);
	if (t->json) {
		json_begin(&j, t->out);
		json_bool(&j, "whole", 1);
		json_text(&j, "dir", dir);
		json_time(&j, "time", x->t);
		json_text(&j, "log", x->head.origin);
		json_u64(&j, "size", x->head.size);
		json_text(&j, "root", root);
		json_u64(&j, "head_seq", x->head_seq);
		json_u64(&j, "last_seq", x->last_seq);
		json_u64(&j, "files", x->files);
		json_u64(&j, "bytes", x->bytes);
		json_end(&j);
		return;
	}
	(void)fprintf(t->out, "%s%s%s\n", tool_paint(t, TOOL_GREEN),
	    tool_zh(t, "完整", "WHOLE"), tool_paint(t, TOOL_PLAIN));
	row(t, "目录", "directory");
	(void)fprintf(t->out, "%s\n", dir);
	row(t, "时间", "taken");
	(void)fprintf(t->out, "%s\n", moment_short(x->t, when));
	row(t, "检查点", "head");
	(void)fprintf(t->out, "%s %" PRIu64 ":%s\n", x->head.origin,
	    x->head.size, root);
	row(t, "记录", "entries");
	(void)fprintf(t->out, tool_zh(t, "签名至 seq %" PRIu64 "，共至 seq %"
	    PRIu64 "\n", "signed up to seq %" PRIu64 ", all up to seq %" PRIu64
	    "\n"), x->head_seq, x->last_seq);
	row(t, "文件", "files");
	(void)fprintf(t->out, tool_zh(t, "%zu 个，%" PRIu64 " 字节\n", "%zu, %"
	    PRIu64 " bytes\n"), x->files, x->bytes);
}
