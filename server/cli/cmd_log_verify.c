#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/fetch.h"
#include "audit/package.h"
#include "audit/verify.h"
#include "keys/base64.h"
#include "keys/hex.h"
#include "keys/sha256.h"

#include "command.h"
#include "json.h"
#include "logkeys.h"
#include "logverify.h"

#define PLACE "/var/lib/liangka/log"
#define VKEYS_MAX 8192		/* bytes of a log's file vkey */

struct options {
	struct arg_list key;
	int32_t trust;
	const char *since;
	const char *state;
	int32_t all;
	int32_t quiet;
	int64_t timeout_ms;
};

#define AT(member) ARG_AT(struct options, member)

static const struct arg args[] = {
	{ "key", ARG_LIST, 0, "VKEY|FILE", "public key of the node, of its "
	    "logs or of a witness, or a file of such keys, one a line; may be "
	    "given several times", NULL, 0, 0, AT(key) },
	{ "trust-package", ARG_FLAG, 0, NULL, "believe the key that lies in "
	    "the package itself: finds accidents, not forgers", NULL, 0, 0,
	    AT(trust) },
	{ "since", ARG_STRING, 0, "[NAME:]SIZE:ROOT", "a head seen before, "
	    "root in hex or base64, of the newest log or of the one named "
	    "(2026.1): it must be continued", NULL, 0, 0, AT(since) },
	{ "state", ARG_STRING, 0, "FILE", "remember what was seen, and verify "
	    "only what is new the next time; keep the file where you alone "
	    "write", NULL, 0, 0, AT(state) },
	{ "all", ARG_FLAG, 0, NULL, "go on behind the first finding", NULL, 0,
	    0, AT(all) },
	{ "timeout", ARG_DURATION, 0, "TIME", "give up on a file of a server "
	    "after e.g. 10s (default 60s)", NULL, 1, 3600000, AT(timeout_ms) },
	{ "no-progress", ARG_FLAG, 0, NULL, "show no progress on a terminal",
	    NULL, 0, 0, AT(quiet) },
	ARG_END
};

/* A run. */
struct run {
	struct tool *t;
	const struct options *o;
	const char *where;
	struct package *p;
	struct logkeys keys;
	struct verify_state state;
	struct logverify say;
};

/* The exit code of a package that cannot be read. */
static int
fault_code(const struct run *r, enum package_fault fault)
{

	switch (fault) {
	case PACKAGE_ABSENT:
		return (TOOL_NOINPUT);
	case PACKAGE_DENIED:
		return (TOOL_DENIED);
	case PACKAGE_DAMAGED:
		return (TOOL_NO);
	default:
		return (fetch_is_address(r->where) ? TOOL_AWAY : TOOL_IO);
	}
}

/* The package is so damaged that it does not open: that is a finding too. */
static int
damaged(struct run *r, const char *err)
{
	struct verify_finding f = { .index = -1, .offset = -1 };

	(void)snprintf(f.file, sizeof(f.file), "%s", r->where);
	(void)snprintf(f.zh, sizeof(f.zh), "%.1000s", err);
	(void)snprintf(f.en, sizeof(f.en), "%.1000s", err);
	logverify_finding(&r->say, &f);
	logverify_end(&r->say, 1);
	return (TOOL_NO);
}

/* Open the package. */
static int
open_package(struct run *r)
{
	const struct package_options o = { .damaged = 1,
		.timeout_ms = (uint32_t)r->o->timeout_ms };
	char err[PACKAGE_ERROR_MAX];
	enum package_fault fault;

	r->p = package_open_with(r->where, &o, &fault, err);
	if (r->p == NULL && fault == PACKAGE_DAMAGED)
		return (damaged(r, err));
	if (r->p == NULL)
		return (tool_fail(r->t, fault_code(r, fault), "%s", "%s",
		    err));
	if (package_count(r->p) == 0)
		return (tool_fail(r->t, TOOL_NOINPUT,
		    "%s：没有签名日志，只有 wal/，其中没有可核对的签名",
		    "%s: there is no signed log, only wal/, which bears no "
		    "signature to verify", r->where));
	return (ARGS_GO);
}

/* Read SIZE:ROOT. */
static int
since_parse(const char *s, struct verify_head *h)
{
	const char *colon, *name_end = NULL;
	char *end;
	size_t n;

	memset(h, 0, sizeof(*h));
	if ((colon = strchr(s, ':')) != NULL && strchr(colon + 1, ':') !=
	    NULL) {
		name_end = colon;
		n = (size_t)(name_end - s);
		if (n == 0 || n >= sizeof(h->name))
			return (-1);
		memcpy(h->name, s, n);
		s = name_end + 1;
	}
	if (*s < '0' || *s > '9')
		return (-1);
	h->size = strtoull(s, &end, 10);
	if (*end != ':')
		return (-1);
	s = end + 1;
	n = strlen(s);
	if (n == 2 * MERKLE_LEN)
		return (hex_decode(h->root, s, MERKLE_LEN));
	return (base64_decode(h->root, MERKLE_LEN, s, n) == MERKLE_LEN ? 0 :
	    -1);
}

/* Is there a log of this name? */
static int
named(const struct package *p, const char *name)
{
	size_t i;

	for (i = 0; i < package_count(p); i++)
		if (strcmp(package_log(p, i)->name, name) == 0)
			return (1);
	return (name[0] == '\0');
}

/* Read the option --since. */
static int
take_since(const struct run *r, struct verify_head *h)
{

	if (since_parse(r->o->since, h) != 0)
		return (tool_fail(r->t, TOOL_USAGE,
		    "--since %s：应为 [名称:]大小:根，根为 64 位十六进制或 base64",
		    "--since %s: write [NAME:]SIZE:ROOT, the root as 64 hex "
		    "digits or in base64", r->o->since));
	if (!named(r->p, h->name))
		return (tool_fail(r->t, TOOL_DATA, "--since：此处没有日志 %s",
		    "--since: there is no log %s here", h->name));
	return (ARGS_GO);
}

/* Take the keys that lie in the package, each once; refuses nothing. */
static int
package_keys(struct run *r)
{
	struct note_verifier v, **more;
	char text[VKEYS_MAX], err[NOTE_ERROR_MAX], *s, *end;
	size_t i, k;

	for (i = 0; i < package_count(r->p); i++) {
		if (package_vkey(r->p, i, text, sizeof(text)) < 0)
			continue;
		for (s = text; *s != '\0'; s = *end != '\0' ? end + 1 : end) {
			end = s + strcspn(s, "\n");
			if (note_verifier_parse(&v, s, (size_t)(end - s),
			    err) != 0)
				continue;
			for (k = 0; k < r->keys.n && memcmp(r->keys.v[k], &v,
			    sizeof(v)) != 0; k++)
				continue;
			if (k < r->keys.n)
				continue;
			more = reallocarray(r->keys.v, r->keys.n + 1,
			    sizeof(struct note_verifier *));
			if (more == NULL || (r->keys.v = more,
			    more[k] = malloc(sizeof(v))) == NULL)
				return (tool_fail(r->t, TOOL_SYSTEM, "内存不足",
				    "out of memory"));
			*more[k] = v;
			r->keys.n++;
		}
	}
	return (ARGS_GO);
}

/* Print a key of the package as the centre would hand it out: it has the node's name,
 * not that of one log. */
static size_t
print_node_key(const struct note_verifier *v, char vkey[NOTE_VKEY_MAX])
{
	struct note_verifier node = *v;
	char name[NOTE_NAME_MAX];
	char *end;

	memcpy(name, v->name, sizeof(name));
	if ((end = strstr(name, "/decisions/")) != NULL)
		*end = '\0';
	(void)note_verifier_name(&node, name);
	return (note_verifier_print(&node, vkey));
}

/* No key was given: say whose it would be, and where to get it. */
static int
refuse(struct run *r)
{
	const struct package_log *l = package_log(r->p,
	    package_count(r->p) - 1);
	char vkey[NOTE_VKEY_MAX] = "-", hex[2 * SHA256_LEN + 1] = "-";
	uint8_t sum[SHA256_LEN];
	size_t n;
	int rc;

	if ((rc = package_keys(r)) != ARGS_GO)
		return (rc);
	if (r->keys.n > 0) {
		n = print_node_key(r->keys.v[r->keys.n - 1], vkey);
		sha256_of(sum, vkey, n);
		hex_encode(hex, sum, sizeof(sum));
	}
	return (tool_fail(r->t, TOOL_USAGE, "请用 --key 给出该节点的公钥。\n"
	    "  日志      %s\n"
	    "  自带公钥  %s\n"
	    "  SHA-256   %s\n"
	    "与记录放在一起的公钥什么也不能证明：改动记录的人可以一并换掉它。请向反诈中心\n"
	    "索取该节点的公钥（.pub 文件），或经另一渠道（电话、公示）核对上面的 SHA-256 后，\n"
	    "用 --key 给出。只想查意外损坏时可用 --trust-package。",
	    "give the node's public key with --key.\n"
	    "  log       %s\n"
	    "  its own   %s\n"
	    "  SHA-256   %s\n"
	    "A key that lies beside the record proves nothing: whoever alters "
	    "the one can\nreplace the other.  Ask the centre for the node's "
	    "public key (a .pub file), or\ncompare the SHA-256 above with it "
	    "over another way (telephone, notice), and\ngive it with --key.  To "
	    "look for accidents alone there is --trust-package.",
	    l->head.origin[0] != '\0' ? l->head.origin : l->name, vkey, hex));
}

/* Have the keys. */
static int
take_keys(struct run *r)
{
	int rc;

	if (r->o->key.n > 0 && r->o->trust)
		return (tool_fail(r->t, TOOL_USAGE,
		    "--key 与 --trust-package 只能给出其一",
		    "give --key or --trust-package, not both"));
	if (r->o->key.n > 0)
		return (logkeys_read(r->t, &r->keys, "key", &r->o->key));
	if (!r->o->trust)
		return (refuse(r));
	if ((rc = package_keys(r)) != ARGS_GO)
		return (rc);
	if (r->keys.n == 0)
		return (tool_fail(r->t, TOOL_DATA, "%s：没有可用的 vkey 文件",
		    "%s: there is no vkey file to be used", r->where));
	r->say.trusted = 1;
	(void)fprintf(r->t->err, "%s", tool_zh(r->t,
	    "警告：公钥取自被核对的目录本身。这只能证明其中的文件彼此一致，不能证明由谁写成：\n"
	    "改动记录的人可以用自己的密钥重新签名，并换掉这里的公钥。\n",
	    "WARNING: the key is taken from the very place that is verified.  "
	    "This proves that its\nfiles agree with each other, not who wrote "
	    "them: whoever alters the record can sign\nit anew with a key of "
	    "his own and replace the key here.\n"));
	return (ARGS_GO);
}

/* Read the state. */
static int
take_state(struct run *r)
{
	char err[VERIFY_STATE_ERROR_MAX];

	switch (verify_state_load(&r->state, r->o->state, err)) {
	case 1:
		return (ARGS_GO);
	case 0:
		logverify_remark(&r->say, "状态文件尚不存在：本次核对全部记录，完成后写入",
		    "there is no state yet: everything is verified, and the "
		    "state is written then");
		return (ARGS_GO);
	case -1:
		return (tool_fail(r->t, TOOL_DATA,
		    "状态文件有误：%s；如确认无人改动，可删除后重新核对全部",
		    "the state is not good: %s; where nobody has meddled with "
		    "it, remove it and verify everything anew", err));
	default:
		return (tool_fail(r->t, TOOL_IO, "%s", "%s", err));
	}
}

/* Verify. */
static int
verify(struct run *r)
{
	struct verify_options o = { .all = r->o->all, .arg = &r->say,
		.finding = logverify_finding, .remark = logverify_remark,
		.log = logverify_log, .progress = logverify_progress };
	char err[VERIFY_STATE_ERROR_MAX];
	struct verify_head since;
	uint64_t findings;
	int rc;

	if ((r->o->since != NULL && (rc = take_since(r, &since)) != ARGS_GO) ||
	    (r->o->state != NULL && (rc = take_state(r)) != ARGS_GO))
		return (rc);
	o.keys = logkeys_const(&r->keys);
	o.nkeys = r->keys.n;
	o.since = r->o->since != NULL ? &since : NULL;
	o.state = r->o->state != NULL ? &r->state : NULL;
	rc = verify_run(r->p, &o, &findings);
	if (rc == 0 || findings > 0)
		logverify_end(&r->say, findings);
	if (rc != 0)
		return (tool_fail(r->t, findings > 0 ? TOOL_NO : fault_code(r,
		    package_fault(r->p)), "%s", "%s", package_error(r->p)));
	if (findings > 0)
		return (TOOL_NO);
	if (r->o->state != NULL && verify_state_save(&r->state, r->o->state,
	    err) != 0)
		return (tool_fail(r->t, TOOL_IO, "无法写入状态：%s",
		    "cannot write the state: %s", err));
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .trust = 0 };
	struct run r = { .t = t, .o = &o, .where = PLACE };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 1, "目录或网址",
	    "a directory or an address")) != ARGS_GO)
		return (rc);
	if (argc > 0)
		r.where = argv[0];
	r.say.t = t;
	r.say.shows = !o.quiet && fileno(t->err) >= 0 &&
	    isatty(fileno(t->err)) == 1;
	if ((rc = open_package(&r)) == ARGS_GO &&
	    (rc = take_keys(&r)) == ARGS_GO)
		rc = verify(&r);
	verify_state_free(&r.state);
	logkeys_free(&r.keys);
	package_close(r.p);
	return (rc);
}

const struct command cmd_log_verify = {
	.name = "log verify",
	.synopsis = "[DIR|URL] --key VKEY|FILE... [--since SIZE:ROOT] "
	    "[--state FILE] [--all] [--json]",
	.brief = "prove that the record is whole (核对日志)",
	.text = "DIR is a log/ directory (default " PLACE "), a copy of one, the "
	    "directory of one log in it, or a data directory; URL is the "
	    "http(s):// or file:// address of one of the first three.  It needs "
	    "no right to anything else and asks no daemon.\n"
	    "\n"
	    "For every log: the checkpoint is signed by a key that you gave; the "
	    "tiles yield the signed root; every head seen before is continued; "
	    "every entry has the hash that the tree has, is well-formed and "
	    "follows the rules of the journal: numbers without a gap, time that "
	    "never falls, silences told, references to what is earlier, the "
	    "policy in force and its file.  The first thing that is wrong is "
	    "told with file, entry, byte and reason.\n"
	    "\n"
	    "The key decides what is proven.  Get it from the centre, not from "
	    "the node: one key of a node serves the logs of all years; when it "
	    "was rotated, give the earlier ones too.  Keys of witnesses may be "
	    "given as well, and are then shown with the time at "
	    "which they saw the head.\n"
	    "\n"
	    "A signed log can still be wound back to an older head, or be shown "
	    "to others in another form.  That is seen by remembering.  The head "
	    "that a witness left beside a log (checkpoint.cosigned) must be "
	    "continued; and --state keeps size and root of each log in FILE, "
	    "verifies the next time that they are continued, and reads only "
	    "what is new.  FILE bears "
	    "no signature.  It is worth as much as the place where it lies: "
	    "whoever can write it decides what you remember.",
	.args = args,
	.exits = "0  the record is whole\n"
	    "1  it is not: file, entry and reason are told\n"
	    "64 wrong usage, or no key was given\n"
	    "65 a key or the state cannot be used\n"
	    "66 there is no log\n69 the server does not answer\n"
	    "71 out of memory\n74 read or write error\n"
	    "77 no right to read it\n",
	.examples = "liangka log verify --key b017.key.pub\n"
	    "liangka log verify /mnt/audit/b017/log --key b017.key.pub --state "
	    "~/b017.state\n"
	    "liangka log verify https://b017.example/log --key b017.key.pub --key "
	    "witness.key.pub\n"
	    "liangka log verify log --key b017.key.pub --since 10423:9f3a… --all "
	    "--json\n",
	.run = run,
};
