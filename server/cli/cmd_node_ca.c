#include <string.h>

#include "keys/wipe.h"

#include "command.h"
#include "json.h"
#include "moment.h"
#include "nodeca.h"

#define DAY 86400
#define NODE_CA_EXITS							\
	"71 out of memory, or no random bytes\n74 read or write error\n"	\
	"75 another program is at work there: try again\n"		\
	"77 a key file may not be read\n"

struct options {
	const char *dir, *domain;
	int32_t days;
};

static const struct arg ca_args[] = {
	{ "dir", ARG_STRING, ARG_REQUIRED, "DIR", "the authority's directory; "
	    "made when it is not there", NULL, 0, 0, ARG_AT(struct options,
	    dir) },
	{ "domain", ARG_STRING, ARG_REQUIRED, "NAME", "domain of its nodes, as "
	    "their liangkad.conf has it under [log]", NULL, 0, 0,
	    ARG_AT(struct options, domain) },
	{ "days", ARG_NUMBER, 0, "N", "how long the authority lasts (default: "
	    "3650)", NULL, 1, 36500, ARG_AT(struct options, days) },
	ARG_END
};

static const struct arg invite_args[] = {
	{ "ca", ARG_STRING, ARG_REQUIRED, "DIR", "the authority's directory",
	    NULL, 0, 0, ARG_AT(struct options, dir) },
	{ "days", ARG_NUMBER, 0, "N", "how long the code can be used (default: "
	    "7)", NULL, 1, 90, ARG_AT(struct options, days) },
	ARG_END
};

/* Make an authority. */
static int
run_ca(struct tool *t, int argc, char **argv)
{
	struct options o = { .days = 3650 };
	char print[NODECA_PRINT], at[MOMENT_SIZE];
	struct nodeca a;
	struct json j;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = nodeca_make(t, o.dir, o.domain, o.days)) != ARGS_GO ||
	    (rc = nodeca_open(t, o.dir, &a)) != ARGS_GO)
		return (rc);
	nodeca_print(a.own.print, print);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "dir", o.dir);
		json_text(&j, "domain", a.own.domain);
		json_time(&j, "ends", a.own.ends * 1000);
		json_text(&j, "fingerprint", print);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t,
		    "已建立 %s 的节点证书颁发机构，有效至 %s。\n"
		    "指纹：%s\n"
		    "请把 %s/ca.crt 与 revoked.crl 分发到各节点；ca.key 请离线备份，"
		    "不得外传。\n",
		    "The authority of %s is made; it lasts until %s.\n"
		    "Fingerprint: %s\n"
		    "Every node gets %s/ca.crt and revoked.crl.  Keep a copy of "
		    "ca.key off line; it never leaves.\n"), a.own.domain,
		    moment_print(a.own.ends * 1000, at), print, o.dir);
	nodeca_close(&a);
	return (TOOL_OK);
}

/* How many certificates of a node hold now. */
static int
holds(const struct tool *t, const struct nodecert *c, const char *pem,
    void *arg)
{
	int *n = arg;

	(void)pem;
	*n += c->ends >= t->now_ms() / 1000;
	return (ARGS_GO);
}

/* Say the code. */
static void
tell_code(const struct tool *t, const char *node, const char *code,
    const struct nodeca *a, int64_t ends)
{
	char at[MOMENT_SIZE], print[NODECA_PRINT];
	struct json j;

	nodeca_print(a->own.print, print);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "node", node);
		json_text(&j, "domain", a->own.domain);
		json_text(&j, "code", code);
		json_time(&j, "ends", ends * 1000);
		json_text(&j, "fingerprint", print);
		json_end(&j);
		return;
	}
	(void)fprintf(t->out, tool_zh(t,
	    "节点 %s 的一次性代码（用到 %s，只能用一次）：\n\n    %s\n\n"
	    "请在电话里念给对方，每组最后一个字符用于核对。对方执行：\n"
	    "    liangka node enroll - --node %s --domain %s --dir DIR\n"
	    "并核对颁发机构指纹：%s\n",
	    "One-time code of node %s (until %s, once only):\n\n    %s\n\n"
	    "Read it out on the telephone; the last character of each group is "
	    "for checking.  There they run\n"
	    "    liangka node enroll - --node %s --domain %s --dir DIR\n"
	    "and compare the authority's fingerprint: %s\n"), node,
	    moment_print(ends * 1000, at), code, node, a->own.domain, print);
}

/* Invite a node. */
static int
run_invite(struct tool *t, int argc, char **argv)
{
	struct options o = { .days = 7 };
	uint8_t code[NODECODE_LEN];
	char text[NODECODE_TEXT];
	struct nodeca a;
	int64_t ends;
	int rc, n = 0;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "节点", "the id of a "
	    "node")) != ARGS_GO)
		return (rc);
	if (!nodecert_good_node(argv[0]))
		return (tool_fail(t, TOOL_USAGE,
		    "节点编号由 1 到 12 个 a-z、0-9、“-”组成，“-”不在首尾",
		    "a node id is 1 to 12 of a-z, 0-9 and '-', with no '-' at "
		    "either end"));
	if ((rc = nodeca_open(t, o.dir, &a)) != ARGS_GO)
		return (rc);
	ends = t->now_ms() / 1000 + (int64_t)o.days * DAY;
	if ((rc = nodeca_random(t, code, sizeof(code))) == ARGS_GO &&
	    (rc = nodeca_issued(t, &a, argv[0], NULL, holds, &n)) == ARGS_GO &&
	    (rc = nodeca_invite(t, &a, argv[0], code, ends)) == ARGS_GO) {
		nodecode_print(text, code);
		tell_code(t, argv[0], text, &a, ends);
		if (n > 0)
			(void)tool_fail(t, 0,
			    "注意：节点 %s 已有 %d 张证书在有效期内；如属更换设备，"
			    "请用 liangka node revoke 吊销旧证书",
			    "note: node %s has %d certificate(s) in their time "
			    "already; where its machine is replaced, take them "
			    "back with \"liangka node revoke\"", argv[0], n);
		rc = TOOL_OK;
	}
	wipe(code, sizeof(code));
	wipe(text, sizeof(text));
	nodeca_close(&a);
	return (rc);
}

const struct command cmd_node_ca = {
	.name = "node ca",
	.synopsis = "--dir DIR --domain NAME [options]",
	.brief = "make the authority for links between nodes (建立节点证书机构)",
	.text = "Makes a directory with a private key (ca.key), its certificate "
	    "(ca.crt) and an empty revocation list (revoked.crl).  The "
	    "certificate signs those of all nodes of the domain, and nothing "
	    "else signs them; links (TLS 1.3, RFC 8446) trust no other.  Keep "
	    "it on a machine that is no node.\n"
	    "\n"
	    "Certificates and lists are X.509 version 3 (RFC 5280) with P-256 "
	    "keys.  The revocation list lasts 90 days; \"liangka node revoke "
	    "--renew\" makes the next one.",
	.args = ca_args,
	.exits = "0  made\n1  there is an authority already\n64 wrong usage\n"
	    NODE_CA_EXITS,
	.examples = "liangka node ca --dir /srv/node-ca --domain "
	    "afc.example.gov.cn\n",
	.run = run_ca,
};

const struct command cmd_node_invite = {
	.name = "node invite",
	.synopsis = "NODE --ca DIR [options]",
	.brief = "give a new node a one-time code (邀请节点)",
	.text = "Prints a code with which one machine may ask for the "
	    "certificate of NODE, once.  It is thirty characters in six "
	    "groups, made to be read out on the telephone: none of them is I, "
	    "L, O or U, and each group shows by itself what was misheard.  "
	    "Never send it the way the request goes.  A later invitation of the "
	    "same node replaces this one; \"liangka node revoke NODE\" takes it "
	    "back.",
	.args = invite_args,
	.exits = "0  invited\n64 wrong usage\n65 the directory is damaged\n"
	    "66 there is no authority in the directory\n" NODE_CA_EXITS,
	.examples = "liangka node invite b017 --ca /srv/node-ca\n",
	.run = run_invite,
};
