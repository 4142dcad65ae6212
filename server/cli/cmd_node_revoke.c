#include <string.h>

#include "command.h"
#include "json.h"
#include "moment.h"
#include "nodeca.h"

#define REVOKE_MAX 64	/* certificates at once */

struct options {
	const char *ca, *reason;
	int32_t days, renew;
};

static const struct arg args[] = {
	{ "ca", ARG_STRING, ARG_REQUIRED, "DIR", "the authority's directory",
	    NULL, 0, 0, ARG_AT(struct options, ca) },
	{ "reason", ARG_STRING, 0, "WORD", "key-compromise, superseded, "
	    "cessation, privilege or unspecified (RFC 5280, 5.3.1)", NULL, 0,
	    0, ARG_AT(struct options, reason) },
	{ "renew", ARG_FLAG, 0, NULL, "revoke nothing: only make the next "
	    "list, before the present one is outdated", NULL, 0, 0,
	    ARG_AT(struct options, renew) },
	{ "days", ARG_NUMBER, 0, "N", "how long the list lasts (default: 90)",
	    NULL, 1, 3650, ARG_AT(struct options, days) },
	ARG_END
};

/* What is to be taken back. */
struct revoking {
	struct nodecrl_item items[REVOKE_MAX];
	char serials[REVOKE_MAX][NODECERT_SERIAL_HEX + 1];
	enum nodecrl_reason reason;
	size_t n;
};

/* Gather one; what has ended needs no list. */
static int
gather(const struct tool *t, const struct nodecert *c, const char *pem,
    void *arg)
{
	struct revoking *r = arg;

	(void)pem;
	if (c->ends < t->now_ms() / 1000)
		return (ARGS_GO);
	if (r->n == REVOKE_MAX)
		return (tool_fail(t, TOOL_NO,
		    "该节点有效期内的证书多于 %d 张，请按编号吊销",
		    "the node has more than %d certificates in their time; "
		    "name them by serial number", REVOKE_MAX));
	memcpy(r->serials[r->n], c->serial, sizeof(r->serials[r->n]));
	r->items[r->n].serial = r->serials[r->n];
	r->items[r->n].reason = r->reason;
	r->n++;
	return (ARGS_GO);
}

/* Find the certificates that a word means, and withdraw the invitation. */
static int
gather_all(const struct tool *t, const struct nodeca *a, const char *what,
    struct revoking *r)
{
	int node = nodecert_good_node(what), rc;

	rc = nodeca_issued(t, a, node ? what : NULL, node ? NULL : what,
	    gather, r);
	if (rc != ARGS_GO)
		return (rc);
	if (node && (rc = nodeca_used(t, a, what)) != ARGS_GO)
		return (rc);
	if (r->n > 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_NO,
	    "没有给“%s”签发过仍在有效期内的证书（既非节点编号也非证书编号时，请核对）",
	    "no certificate in its time was issued to or bears \"%s\"", what));
}

/* Say what holds now. */
static void
tell(const struct tool *t, const struct options *o, const struct revoking *r,
    const struct nodecrl *c)
{
	char at[MOMENT_SIZE];
	struct json j;
	size_t i;

	if (t->json) {
		json_begin(&j, t->out);
		json_list(&j, "revoked");
		for (i = 0; i < r->n; i++)
			json_text(&j, NULL, r->items[i].serial);
		json_close(&j);
		json_i64(&j, "number", c->number);
		json_i64(&j, "count", c->count);
		json_time(&j, "ends", c->ends * 1000);
		json_end(&j);
		return;
	}
	for (i = 0; i < r->n; i++)
		(void)fprintf(t->out, tool_zh(t, "已吊销证书 %s\n",
		    "Revoked: certificate %s\n"), r->items[i].serial);
	(void)fprintf(t->out, tool_zh(t,
	    "吊销名单第 %lld 期，共 %lld 张，有效至 %s：%s/revoked.crl\n"
	    "请分发到各节点并让 liangkad 重读（SIGHUP）。\n",
	    "Revocation list %lld holds %lld and lasts until %s: "
	    "%s/revoked.crl\n"
	    "Bring it to every node and have liangkad read it (SIGHUP).\n"),
	    (long long)c->number, (long long)c->count,
	    moment_print(c->ends * 1000, at), o->ca);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .days = NODECA_REVOKED_DAYS };
	struct revoking r = { .n = 0 };
	struct nodecrl c;
	struct nodeca a;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, !o.renew, !o.renew,
	    "节点或证书编号", "a node or the serial number of a certificate")) !=
	    ARGS_GO)
		return (rc);
	if (!o.renew && (o.reason == NULL ||
	    nodecrl_reason(&r.reason, o.reason) != 0))
		return (tool_fail(t, TOOL_USAGE,
		    "--reason：请写 key-compromise、superseded、cessation、"
		    "privilege 或 unspecified", "--reason: say key-compromise, "
		    "superseded, cessation, privilege or unspecified"));
	if ((rc = nodeca_open(t, o.ca, &a)) != ARGS_GO)
		return (rc);
	if ((o.renew || (rc = gather_all(t, &a, argv[0], &r)) == ARGS_GO) &&
	    (rc = nodeca_revoke(t, &a, r.items, r.n, o.days, &c)) == ARGS_GO) {
		tell(t, &o, &r, &c);
		rc = TOOL_OK;
	}
	nodeca_close(&a);
	return (rc);
}

const struct command cmd_node_revoke = {
	.name = "node revoke",
	.synopsis = "{NODE | SERIAL | --renew} --ca DIR --reason WORD [options]",
	.brief = "take a node's certificates back (吊销节点证书)",
	.text = "Puts the certificates of NODE that are in their time, or the one "
	    "with that serial number, on the authority's revocation list "
	    "(revoked.crl; RFC 5280, section 5) and withdraws an invitation of "
	    "the node.  It holds at a node as soon as that has the new list: "
	    "name it in liangkad.conf ([link] revoked) and send SIGHUP.  The "
	    "node above ends a link that is up with one of them then.\n"
	    "\n"
	    "A list is outdated after 90 days, and a node whose list is outdated "
	    "makes no new links: --renew makes the next one.",
	.args = args,
	.exits = "0  revoked\n1  there is nothing to revoke\n64 wrong usage\n"
	    "65 the directory is damaged\n"
	    "66 there is no authority in the directory\n"
	    "71 out of memory\n74 read or write error\n"
	    "75 another program is at work there: try again\n"
	    "77 a key file may not be read\n",
	.examples = "liangka node revoke b017 --ca /srv/node-ca --reason "
	    "key-compromise\n"
	    "liangka node revoke --renew --ca /srv/node-ca\n",
	.run = run,
};
