#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "desk/report_silent.h"
#include "lists/campaigns.h"

#include "command.h"
#include "desktext.h"
#include "handover.h"
#include "json.h"
#include "registers.h"

#define AT(m) ARG_AT(struct handover_options, m)

static const struct arg args[] = {
	LOGPLACE_DATA_ARG(struct handover_options, place),
	{ "register", ARG_STRING, 0, "FILE", "the register of outlets, for "
	    "opening hours and outlets that never checked", NULL, 0, 0,
	    AT(reg) },
	{ "campaigns", ARG_STRING, 0, "FILE", "the register of campaigns, as "
	    "published", NULL, 0, 0, AT(campaigns) },
	{ "status", ARG_STRING, 0, "DIR", "where the nodes' status files arrive "
	    "(see liangka list where)", NULL, 0, 0, AT(status) },
	{ "keys", ARG_LIST, 0, "VKEY|FILE|DIR", "verifier keys of the nodes' "
	    "logs", NULL, 0, 0, AT(keys) },
	{ "nodes", ARG_STRING, 0, "FILE", "which nodes are to report", NULL, 0,
	    0, AT(nodes) },
	{ "silent", ARG_DURATION, 0, "TIME", "a status older than that is of a "
	    "silent node (default: 10min)", NULL, 1000, INT64_C(31536000000),
	    AT(silent) },
	ARG_END
};

/* The cases as JSON. */
static void
cases_json(struct json *j, const struct handover *h)
{
	size_t i;

	json_open(j, "cases");
	json_u64(j, "open", h->desk.ncases);
	json_u64(j, "overdue", h->cases.overdue);
	json_u64(j, "due_2h", h->cases.soon);
	json_u64(j, "untaken", h->cases.free);
	json_u64(j, "people_out", h->cases.out);
	json_u64(j, "proposals", h->cases.proposed);
	json_list(j, "list");
	for (i = 0; i < h->desk.ncases; i++) {
		json_open(j, NULL);
		desktext_case_json(j, &h->desk.c[i], h->now);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

/* The alerts as JSON, counted. */
static void
alerts_json(struct json *j, const struct handover *h)
{
	int i;

	json_open(j, "alerts");
	json_u64(j, "open", h->desk.nalerts);
	for (i = HANDOVER_LEVELS - 1; i > 0; i--)
		json_u64(j, words_name(words_alert_level, i, 0),
		    h->alerts.level[i]);
	json_u64(j, "untaken", h->alerts.free);
	json_time(j, "oldest_untaken", h->alerts.oldest);
	json_end(j);
}

/* The nodes as JSON: those that are not up to date by name. */
static void
nodes_json(struct json *j, const struct handover *h)
{
	static const char *const state[WHERE_STATES] = { "reached", "behind",
		"silent", "never_heard", "unverified" };
	size_t i;
	int s;

	if (!h->has_nodes) {
		json_nil(j, "nodes");
		return;
	}
	json_open(j, "nodes");
	for (s = 0; s < WHERE_STATES; s++)
		json_u64(j, state[s], h->nodes.count[s]);
	json_list(j, "list");
	for (i = 0; i < h->nodes.n; i++) {
		if (h->nodes.node[i].state == WHERE_REACHED ||
		    !h->nodes.node[i].known)
			continue;
		json_open(j, NULL);
		json_text(j, "node", h->nodes.node[i].name);
		json_text(j, "state", state[h->nodes.node[i].state]);
		json_time(j, "heard", h->nodes.node[i].s.time * 1000);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

/* The silent outlets as JSON. */
static void
silent_json(struct json *j, const struct handover *h)
{
	const struct silent_outlet *o;
	size_t i, n;

	if (h->silent == NULL) {
		json_nil(j, "silent_outlets");
		return;
	}
	o = silent_outlets(h->silent, &n);
	json_list(j, "silent_outlets");
	for (i = 0; i < n; i++) {
		if (!handover_silent(&o[i]))
			continue;
		json_open(j, NULL);
		json_text(j, "institution", o[i].inst);
		json_text(j, "outlet", o[i].outlet);
		json_i64(j, "area", o[i].area);
		json_bool(j, "issuing", o[i].state == SILENT_ISSUES);
		json_time(j, "last_check", o[i].last);
		json_end(j);
	}
	json_close(j);
}

/* The campaigns as JSON. */
static void
campaigns_json(struct json *j, const struct handover *h, int32_t today)
{
	const struct campaign *g;
	size_t i;

	if (h->campaigns == NULL)
		json_nil(j, "campaigns_running");
	else {
		json_list(j, "campaigns_running");
		for (i = 0; i < campaigns_count(h->campaigns); i++) {
			g = campaigns_at(h->campaigns, i);
			if (handover_runs(g, today))
				json_text(j, NULL, g->id);
		}
		json_close(j);
	}
	if (h->silent == NULL) {
		json_nil(j, "campaigns_full");
		return;
	}
	json_list(j, "campaigns_full");
	for (i = 0; i < h->nfull; i++)
		json_text(j, NULL, h->full[i]);
	json_close(j);
}

/* Write it as one object. */
void
handover_json(const struct tool *t, const struct handover *h)
{
	struct json j;

	json_begin(&j, t->out);
	json_text(&j, "node", h->status.node);
	json_time(&j, "time", h->now);
	json_bool(&j, "ready", h->status.ready == 1);
	json_text(&j, "policy_version", h->status.policy_version);
	json_i64(&j, "lists_version", h->lists.version);
	json_time(&j, "lists_signed", h->lists.signed_ms);
	json_bool(&j, "lists_stale", (h->status.flags & LK_R_STALE) != 0);
	cases_json(&j, h);
	alerts_json(&j, h);
	nodes_json(&j, h);
	silent_json(&j, h);
	campaigns_json(&j, h, registers_today(t));
	json_end(&j);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct handover_options o = { .silent = 600000 };
	struct handover h;
	int rc;

	memset(&h, 0, sizeof(h));
	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO)
		return (rc);
	if ((rc = handover_collect(t, &o, &h)) == ARGS_GO) {
		if (t->json)
			handover_json(t, &h);
		else
			handover_text(t, &h);
		rc = tool_flush(t, TOOL_OK);
	}
	handover_free(&h);
	return (rc);
}

const struct command cmd_handover = {
	.name = "handover",
	.synopsis = "[--data DIR [--register FILE]] [--campaigns FILE] "
	    "[--status DIR --keys VKEY|FILE|DIR...] [options]",
	.brief = "the shift on one screen (交接班)",
	.text = "Open cases by due time, with people who are out and refusals "
	    "that wait for a second person; open alerts by level, those that "
	    "nobody has taken first; how old the lists are.  With --status, "
	    "which nodes are behind or silent; with --data, which outlets are "
	    "silent at this moment (see \"liangka report silent\": the last 28 "
	    "days of the journal are read) and which campaigns had no room for "
	    "somebody in the last 2 days; with --campaigns, which run today.\n"
	    "\n"
	    "It needs the right `desk` on the socket used, or the socket of an "
	    "[operator].",
	.args = args,
	.asks = 1,
	.exits = "0  shown\n" COMMAND_EXITS_GIVEN "66 no such file\n"
	    COMMAND_EXITS_RECORD,
	.examples = "liangka handover\n"
	    "liangka handover --data /var/lib/liangka --register outlets.csv "
	    "--status /srv/in --keys /etc/liangka/nodes\n",
	.run = run,
};
