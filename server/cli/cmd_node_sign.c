#include <string.h>

#include "keys/keydisk.h"
#include "keys/nodecsr.h"
#include "keys/wipe.h"

#include "command.h"
#include "json.h"
#include "moment.h"
#include "nodeca.h"

#define DAY 86400
#define BEFORE 3600	/* seconds that the other clock may be behind ours */

struct options {
	const char *ca, *out;
	int32_t days;
};

static const struct arg args[] = {
	{ "ca", ARG_STRING, ARG_REQUIRED, "DIR", "the authority's directory",
	    NULL, 0, 0, ARG_AT(struct options, ca) },
	{ "days", ARG_NUMBER, 0, "N", "how long the certificate lasts "
	    "(default: 365)", NULL, 1, 3650, ARG_AT(struct options, days) },
	{ "out", ARG_STRING, 0, "FILE", "where the certificate goes (default: "
	    "standard output)", NULL, 0, 0, ARG_AT(struct options, out) },
	ARG_END
};

/* A request that is looked into. */
struct signing {
	const struct nodeca *a;
	const struct nodecsr *r;
	int found;
};

/* Does the present certificate allow its renewal? */
static int
renewal(const struct tool *t, const struct nodecert *c, const char *pem,
    void *arg)
{
	struct signing *s = arg;
	struct nodecert checked;
	struct keyfile_error e;
	int gone;

	s->found = 1;
	if (nodecert_check(&checked, pem, s->a->ca, t->now_ms() / 1000,
	    &e) != 0)
		return (tool_fail(t, TOOL_NO,
		    "不能续期：%s；请用 liangka node invite 重新邀请",
		    "cannot be renewed: %s; invite the node again with "
		    "\"liangka node invite\"", e.text));
	gone = nodecrl_holds(s->a->revoked, s->a->ca, c->serial, &e);
	if (gone < 0)
		return (nodeca_fail(t, &e));
	if (gone)
		return (tool_fail(t, TOOL_NO,
		    "不能续期：节点 %s 的证书 %s 已被吊销",
		    "cannot be renewed: certificate %2$s of node %1$s has "
		    "been revoked", c->node, c->serial));
	if (nodecsr_renewed(s->r, pem, &e) != 0)
		return (tool_fail(t, TOOL_NO, "%s", "%s", e.text));
	return (ARGS_GO);
}

/* May who made the request have a certificate? */
static int
allowed(const struct tool *t, const struct nodeca *a, const struct nodecsr *r)
{
	struct signing s = { a, r, 0 };
	struct nodeca_invited i;
	struct keyfile_error e;
	int rc;

	if (strcmp(r->domain, a->own.domain) != 0)
		return (tool_fail(t, TOOL_NO,
		    "申请属于域 %s，本机构只为 %s 签发",
		    "the request is of the domain %s; this authority signs for "
		    "%s", r->domain, a->own.domain));
	if (r->proof == NODECSR_RENEWAL) {
		rc = nodeca_issued(t, a, r->node, r->serial, renewal, &s);
		if (rc == ARGS_GO && !s.found)
			return (tool_fail(t, TOOL_NO,
			    "没有给节点 %s 签发过编号为 %s 的证书",
			    "no certificate %2$s was issued to node %1$s",
			    r->node, r->serial));
		return (rc);
	}
	if ((rc = nodeca_invited(t, a, r->node, &i)) != ARGS_GO)
		return (rc);
	rc = nodecsr_proved(r, i.code, &e);
	wipe(&i, sizeof(i));
	return (rc == 0 ? ARGS_GO : tool_fail(t, TOOL_NO, "%s", "%s", e.text));
}

/* Make the certificate; the code is used up before anybody can see it. */
static int
issue(const struct tool *t, const struct nodeca *a, const struct nodecsr *r,
    int days, char pem[NODECERT_PEM_MAX])
{
	struct nodecert_term term = { .begins = t->now_ms() / 1000 - BEFORE };
	struct keyfile_error e;
	int rc;

	term.ends = term.begins + BEFORE + (int64_t)days * DAY;
	if (term.begins < a->own.begins)
		term.begins = a->own.begins;
	if ((rc = nodeca_random(t, term.serial, sizeof(term.serial))) !=
	    ARGS_GO)
		return (rc);
	if (nodecert_issue(pem, a->ca, a->key, r->node, r->point, &term,
	    &e) == 0)
		return (nodeca_fail(t, &e));
	if (r->proof == NODECSR_CODE &&
	    (rc = nodeca_used(t, a, r->node)) != ARGS_GO)
		return (rc);
	return (nodeca_keep(t, a, pem));
}

/* Say what was done, and hand the certificate out. */
static int
tell(const struct tool *t, const struct nodeca *a, const char *pem,
    const char *out)
{
	char at[MOMENT_SIZE], print[NODECA_PRINT];
	struct keyfile_error e;
	struct nodecert c;
	struct json j;
	int rc;

	if (nodecert_read(&c, pem, &e) != 0)
		return (nodeca_fail(t, &e));
	if (out != NULL &&
	    (rc = nodeca_write(t, out, pem, 0644)) != ARGS_GO)
		return (rc);
	nodeca_print(a->own.print, print);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "node", c.node);
		json_text(&j, "serial", c.serial);
		json_time(&j, "ends", c.ends * 1000);
		json_text(&j, "certificate", out != NULL ? out : pem);
		json_end(&j);
	} else if (out == NULL)
		(void)fputs(pem, t->out);
	else
		(void)fprintf(t->out, tool_zh(t,
		    "已签发节点 %s 的证书 %s，有效至 %s：%s\n"
		    "请连同 ca.crt 送到该节点，执行 liangka node install；"
		    "颁发机构指纹：%s\n",
		    "Signed: node %s, certificate %s, until %s: %s\n"
		    "Bring it to the node with ca.crt and run \"liangka node "
		    "install\" there; the authority's fingerprint: %s\n"),
		    c.node, c.serial, moment_print(c.ends * 1000, at), out,
		    print);
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .days = 365 };
	char text[NODECERT_PEM_MAX], pem[NODECERT_PEM_MAX];
	struct keyfile_error e;
	struct nodecsr r;
	struct nodeca a;
	ssize_t len;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "申请文件", "the file "
	    "of a request")) != ARGS_GO)
		return (rc);
	len = keydisk_read_public(text, sizeof(text), argv[0], &e);
	if (len < 0)
		return (nodeca_fail(t, &e));
	if (nodecsr_read(&r, text, (size_t)len, &e) != 0)
		return (tool_fail(t, TOOL_DATA, "%s：%s", "%s: %s", argv[0],
		    e.text));
	if ((rc = nodeca_open(t, o.ca, &a)) != ARGS_GO)
		return (rc);
	if ((rc = allowed(t, &a, &r)) == ARGS_GO &&
	    (rc = issue(t, &a, &r, o.days, pem)) == ARGS_GO)
		rc = tell(t, &a, pem, o.out);
	nodeca_close(&a);
	return (rc);
}

const struct command cmd_node_sign = {
	.name = "node sign",
	.synopsis = "CSR --ca DIR [options]",
	.brief = "sign a node's certificate (签发节点证书)",
	.text = "Reads a certificate request (PKCS #10, RFC 2986) that \"liangka "
	    "node enroll\" or \"liangka node renew\" made and signs the "
	    "certificate (X.509, RFC 5280) when its maker may have it: he knew "
	    "the one-time code of that node, which is used up by this, or he "
	    "holds the key of its present certificate, which is of this "
	    "authority, in its time and not revoked.  The request's own "
	    "signature and its domain are checked in any case.\n"
	    "\n"
	    "What was signed stays in issued/ of the authority's directory.",
	.args = args,
	.exits = "0  signed\n1  refused: not invited, another code, revoked, "
	    "another domain\n64 wrong usage\n65 the request is malformed or was "
	    "altered\n66 there is no such file or directory\n"
	    "71 out of memory, or no random bytes\n74 read or write error\n"
	    "75 another program is at work there: try again\n"
	    "77 a key file may not be read\n",
	.examples = "liangka node sign link.csr --ca /srv/node-ca --out "
	    "b017.crt\n",
	.run = run,
};
