#include <string.h>

#include "keys/nodecsr.h"
#include "keys/wipe.h"

#include "command.h"
#include "json.h"
#include "linkdir.h"
#include "nodeca.h"
#include "secret.h"

#define LINK_EXITS							\
	"71 out of memory, or no random bytes\n74 read or write error\n"	\
	"77 a key file may not be read\n"

struct options {
	const char *node, *domain, *dir;
};

static const struct arg enroll_args[] = {
	{ "node", ARG_STRING, ARG_REQUIRED, "ID", "this node, as liangkad.conf "
	    "has it", NULL, 0, 0, ARG_AT(struct options, node) },
	{ "domain", ARG_STRING, ARG_REQUIRED, "NAME", "its domain", NULL, 0, 0,
	    ARG_AT(struct options, domain) },
	{ "dir", ARG_STRING, ARG_REQUIRED, "DIR", "directory of the link's key "
	    "and certificate; made when it is not there", NULL, 0, 0,
	    ARG_AT(struct options, dir) },
	ARG_END
};

static const struct arg renew_args[] = {
	{ "dir", ARG_STRING, ARG_REQUIRED, "DIR", "directory of the link's key "
	    "and certificate", NULL, 0, 0, ARG_AT(struct options, dir) },
	ARG_END
};

/* Read the code, from the operand or from standard input. */
static int
read_code(struct tool *t, char *word, uint8_t code[NODECODE_LEN])
{
	char text[128];
	int rc;

	if (strcmp(word, "-") == 0) {
		rc = secret_read(t, "CODE", text, sizeof(text));
		if (rc != ARGS_GO)
			return (rc);
		rc = nodecode_read(code, text);
		wipe(text, sizeof(text));
	} else {
		rc = nodecode_read(code, word);
		wipe(word, strlen(word));	/* from the list of processes */
	}
	if (rc == 0)
		return (ARGS_GO);
	if (rc > 0)
		return (tool_fail(t, TOOL_USAGE,
		    "一次性代码的第 %d 组有误，请再核对一遍",
		    "group %d of the one-time code is wrong: have it read out "
		    "again", rc));
	return (tool_fail(t, TOOL_USAGE,
	    "一次性代码应为六组、每组五个字符（0-9、A-Z，无 I、L、O、U）",
	    "a one-time code is six groups of five characters, 0-9 and A-Z "
	    "without I, L, O and U"));
}

/* Keep the request and say what comes next. */
static int
finish(const struct tool *t, const char *dir, const char *csr, const char *node,
    const char *key)
{
	char path[LINKDIR_PATH_MAX];
	struct json j;
	int rc;

	rc = nodeca_write(t, linkdir_path(dir, LINKDIR_CSR, path), csr, 0644);
	if (rc != ARGS_GO)
		return (rc);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "node", node);
		json_text(&j, "request", path);
		json_text(&j, "key", key);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t,
		    "已为节点 %s 生成证书申请：%s\n"
		    "请送交颁发机构执行 liangka node sign；收到证书后执行：\n"
		    "    liangka node install CRT --dir %s\n"
		    "私钥（%s）不得离开本机。\n",
		    "The request of node %s is made: %s\n"
		    "Take it to the authority for \"liangka node sign\"; with "
		    "the certificate that comes back run\n"
		    "    liangka node install CRT --dir %s\n"
		    "The private key (%s) does not leave this machine.\n"),
		    node, path, dir, key);
	return (TOOL_OK);
}

/* Ask for the first certificate. */
static int
run_enroll(struct tool *t, int argc, char **argv)
{
	char key[NODECERT_PEM_MAX] = "", csr[NODECERT_PEM_MAX];
	struct options o = { .node = NULL };
	uint8_t code[NODECODE_LEN];
	struct keyfile_error e;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "一次性代码",
	    "a one-time code, or \"-\"")) != ARGS_GO)
		return (rc);
	if (linkdir_has(o.dir, LINKDIR_CERT))
		return (tool_fail(t, TOOL_NO,
		    "%s：已有证书；请用 liangka node renew，或另选目录",
		    "%s: there is a certificate already; use \"liangka node "
		    "renew\", or another directory", o.dir));
	if ((rc = read_code(t, argv[0], code)) == ARGS_GO &&
	    (rc = nodeca_dir(t, o.dir, 0700)) == ARGS_GO &&
	    (rc = linkdir_draw(t, o.dir, LINKDIR_KEY, key)) == ARGS_GO) {
		if (nodecsr_enroll(csr, key, o.domain, o.node, code, &e) > 0)
			rc = finish(t, o.dir, csr, o.node, LINKDIR_KEY);
		else
			rc = nodeca_fail(t, &e);
	}
	wipe(key, sizeof(key));
	wipe(code, sizeof(code));
	return (rc);
}

/* Ask for the next one. */
static int
run_renew(struct tool *t, int argc, char **argv)
{
	char key[NODECERT_PEM_MAX] = "", next[NODECERT_PEM_MAX] = "";
	char cert[NODECERT_PEM_MAX], csr[NODECERT_PEM_MAX];
	struct options o = { .node = NULL };
	struct keyfile_error e;
	struct nodecert c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = linkdir_cert(t, o.dir, LINKDIR_CERT, cert)) != ARGS_GO)
		return (rc);
	if (nodecert_read(&c, cert, &e) != 0 ||
	    nodecert_timely(&c, "the present certificate",
	    t->now_ms() / 1000, &e) != 0)
		return (tool_fail(t, TOOL_NO, "%s：%s；请重新邀请该节点",
		    "%s: %s; have the node invited again", o.dir, e.text));
	if ((rc = linkdir_key(t, o.dir, LINKDIR_KEY, key)) == ARGS_GO &&
	    (rc = linkdir_draw(t, o.dir, LINKDIR_NEW, next)) == ARGS_GO) {
		if (nodecsr_renew(csr, next, cert, key, &e) > 0)
			rc = finish(t, o.dir, csr, c.node, LINKDIR_NEW);
		else
			rc = nodeca_fail(t, &e);
	}
	wipe(key, sizeof(key));
	wipe(next, sizeof(next));
	return (rc);
}

const struct command cmd_node_enroll = {
	.name = "node enroll",
	.synopsis = "{CODE | -} --node ID --domain NAME --dir DIR [options]",
	.brief = "ask for this node's certificate (节点申请证书)",
	.text = "Makes a private key (link.key) and a certificate request "
	    "(link.csr; PKCS #10, RFC 2986) on this machine.  CODE is the "
	    "one-time code that \"liangka node invite\" printed and somebody "
	    "read out; with \"-\" it is read from standard input, where nobody "
	    "sees it in the list of processes.  The request proves the code "
	    "without containing it, and is bound to this key: it may go by any "
	    "way.  Run it as the user that liangkad runs as, who must read the "
	    "key.\n"
	    "\n"
	    "Where the request came to nothing the command is given again with "
	    "a new code; the key stays.",
	.args = enroll_args,
	.exits = "0  made\n1  there is a certificate already\n"
	    "64 wrong usage, or a wrong code\n"
	    "65 the key that is there is no good\n"
	    "66 standard input ended before a line came\n" LINK_EXITS,
	.examples = "liangka node enroll - --node b017 --domain "
	    "afc.example.gov.cn --dir /etc/liangka/link\n",
	.run = run_enroll,
};

const struct command cmd_node_renew = {
	.name = "node renew",
	.synopsis = "--dir DIR [options]",
	.brief = "ask for this node's next certificate (续期节点证书)",
	.text = "Makes a new private key (link.key.new) and a request (link.csr) "
	    "that is signed with the present key too: whoever holds that may "
	    "have another certificate for the same node, without a code, while "
	    "the present one is in its time and not revoked.  The daemon goes "
	    "on with the present ones until \"liangka node install\".",
	.args = renew_args,
	.exits = "0  made\n1  the present certificate is not in its time\n"
	    "64 wrong usage\n65 the key or certificate is no good\n"
	    "66 there is none\n" LINK_EXITS,
	.examples = "liangka node renew --dir /etc/liangka/link\n",
	.run = run_renew,
};
