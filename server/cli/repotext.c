#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "moment.h"
#include "repotext.h"
#include "table.h"
#include "tool.h"
#include "width.h"

/* The word for a role. */
const char *
repotext_role(const struct tool *t, enum tuf_role role)
{

	switch (role) {
	case TUF_ROOT:
		return (tool_zh(t, "根", "root"));
	case TUF_TARGETS:
		return (tool_zh(t, "内容", "targets"));
	case TUF_SNAPSHOT:
		return (tool_zh(t, "快照", "snapshot"));
	default:
		return (tool_zh(t, "时间戳", "timestamp"));
	}
}

/* A signed number, or "-" for none. */
static void
number(char buf[24], const char *sign, uint64_t v)
{

	if (v == 0 && sign[0] != '\0')
		(void)snprintf(buf, 24, "-");
	else
		(void)snprintf(buf, 24, "%s%" PRIu64, sign, v);
}

/* The lists that change, a row each. */
static void
lists(const struct tool *t, const struct repo_plan *p)
{
	const char *heads[] = { tool_zh(t, "名单", "LIST"),
		tool_zh(t, "版本", "VERSION"), tool_zh(t, "原条数", "BEFORE"),
		tool_zh(t, "现条数", "AFTER"), tool_zh(t, "新增", "ADDED"),
		tool_zh(t, "移出", "REMOVED"), tool_zh(t, "变更", "CHANGED"),
		tool_zh(t, "申诉撤销", "CLEARED"), tool_zh(t, "其中到期",
		"EXPIRED"), "" };
	char v[8][24], version[32];
	struct table *table;
	size_t i;

	if (p->nlists == 0)
		return;
	if ((table = table_new(t->out, 10, heads)) == NULL)
		return;
	for (i = 0; i < p->nlists; i++) {
		const struct repo_change *c = &p->list[i];
		const char *cells[] = { c->list, version, v[0], v[1], v[2],
			v[3], v[4], v[5], v[6], c->guarded ? tool_zh(t,
			"超出变动限制", "beyond the guard") : "" };

		(void)snprintf(version, sizeof(version), "%u -> %u", c->from,
		    c->version);
		number(v[0], "", c->before);
		number(v[1], "", c->after);
		number(v[2], "+", c->added);
		number(v[3], "-", c->removed);
		number(v[4], "~", c->changed);
		number(v[5], "~", c->cleared);
		number(v[6], "-", c->expired);
		(void)table_row(table, cells);
	}
	table_end(table);
}

/* What comes into force beside lists. */
static void
registers(const struct tool *t, const struct repo_plan *p)
{

	if (p->policy[0] != '\0')
		(void)fprintf(t->out, tool_zh(t, "策略：版本 %s 生效\n",
		    "Policy: version %s comes into force\n"), p->policy);
	if (p->outlets != 0)
		(void)fprintf(t->out, tool_zh(t, "网点登记册：版本 %u\n",
		    "Register of outlets: version %u\n"), p->outlets);
	if (p->campaigns != 0)
		(void)fprintf(t->out, tool_zh(t, "报备活动：版本 %u\n",
		    "Campaigns: version %u\n"), p->campaigns);
	if (p->releases[0] != '\0') {
		(void)fputs(tool_zh(t, "发布日志密钥：",
		    "The release log is signed by "), t->out);
		width_put(t->out, p->releases);
		(void)fputc('\n', t->out);
	}
	if (p->nlists == 0 && p->policy[0] == '\0' && p->outlets == 0 &&
	    p->campaigns == 0)
		(void)fprintf(t->out, "%s", tool_zh(t,
		    "内容不变，仅延长有效期并重新签名\n",
		    "The content stays: it is signed anew and lasts longer\n"));
}

/* A publication. */
static void
targets(const struct tool *t, const struct repo_plan *p)
{
	char when[MOMENT_SIZE], until[MOMENT_SIZE];

	(void)moment_short(p->t * 1000, when);
	(void)moment_short(p->targets_expires * 1000, until);
	(void)fprintf(t->out, tool_zh(t,
	    "%s发布 %u%s（%s 制备%s%s，有效至 %s）\n",
	    "%sPublication %u%s (prepared %s%s%s, good until %s)\n"),
	    tool_paint(t, TOOL_BOLD), p->targets_version,
	    tool_paint(t, TOOL_PLAIN), when, p->who[0] != '\0' ?
	    tool_zh(t, "，制备人 ", " by ") : "", p->who, until);
	if (p->expedited)
		(void)fprintf(t->out, "%s", tool_zh(t,
		    "加急撤出：只含移出与申诉撤销\n",
		    "Expedited withdrawal: removals and clearances alone\n"));
	if (p->force)
		(void)fprintf(t->out, "%s%s%s", tool_paint(t, TOOL_RED),
		    tool_zh(t, "以 --force 越过变动限制\n",
		    "The guard was passed by --force\n"),
		    tool_paint(t, TOOL_PLAIN));
	if (p->reason[0] != '\0') {
		(void)fprintf(t->out, "%s", tool_zh(t, "理由：", "Reason: "));
		width_put(t->out, p->reason);
		(void)fputc('\n', t->out);
	}
	lists(t, p);
	registers(t, p);
}

/* A new root. */
static void
root(const struct tool *t, const struct repo_plan *p)
{
	char until[MOMENT_SIZE];
	size_t i;

	(void)moment_short(p->root_expires * 1000, until);
	(void)fprintf(t->out, tool_zh(t, "%s根 %u%s（有效至 %s）\n",
	    "%sRoot %u%s (good until %s)\n"), tool_paint(t, TOOL_BOLD),
	    p->root_version, tool_paint(t, TOOL_PLAIN), until);
	if (p->nroot_changes == 0)
		(void)fprintf(t->out, "%s", tool_zh(t,
		    "密钥不变，仅延长有效期\n",
		    "The keys stay: it lasts longer\n"));
	for (i = 0; i < p->nroot_changes; i++) {
		const struct repo_root_change *c = &p->root_change[i];

		(void)fprintf(t->out, "  %s%s%s %s: ", tool_paint(t, c->added ?
		    TOOL_GREEN : TOOL_RED), c->added ? tool_zh(t, "加入",
		    "added  ") : tool_zh(t, "撤除", "dropped"),
		    tool_paint(t, TOOL_PLAIN), repotext_role(t, c->role));
		width_put(t->out, c->name);
		(void)fprintf(t->out, " (%.16s)\n", c->key);
	}
}

/* All that is pending. */
void
repotext_plan(const struct tool *t, const struct repo_plan *p)
{

	if (p->root)
		root(t, p);
	if (p->targets_version != 0)
		targets(t, p);
}

/* What the guard refuses. */
void
repotext_guard(const struct tool *t, const struct centre *c,
    const struct repo_plan *p)
{
	size_t i;

	for (i = 0; i < p->nlists; i++) {
		const struct repo_change *x = &p->list[i];

		if (!x->guarded)
			continue;
		(void)tool_fail(t, 0, "名单 %s：原 %" PRIu64 " 条，现 %" PRIu64
		    " 条，变动 %" PRIu64 " 条（限 %u%%%s）",
		    "list %s: %" PRIu64 " records become %" PRIu64 ", %" PRIu64
		    " of them touched (the guard lets %u %% pass%s)", x->list,
		    x->before, x->after, x->added + x->removed - x->expired +
		    x->changed + x->cleared, c->guard_percent, x->after + x->expired < x->before ?
		    tool_zh(t, "，且条数不得减少", ", and no fall in count") : "");
	}
}

/* Signatures. */
void
repotext_signatures(const struct tool *t, const struct repo_plan *p)
{

	if (p->root)
		(void)fprintf(t->out, tool_zh(t, "根签名：%d/%d\n",
		    "Signatures on the root: %d of %d\n"), p->root_have,
		    p->root_need);
	if (p->targets_version != 0)
		(void)fprintf(t->out, tool_zh(t, "内容签名：%d/%d\n",
		    "Signatures on the targets: %d of %d\n"),
		    p->targets_have, p->targets_need);
	if (p->root_have >= p->root_need && p->targets_have >= p->targets_need)
		(void)fprintf(t->out, "%s", tool_zh(t,
		    "签名已齐，可在中心执行 liangka repo publish --finish\n",
		    "That is enough: \"liangka repo publish --finish\" at the "
		    "centre makes it public\n"));
	else
		(void)fprintf(t->out, "%s", tool_zh(t,
		    "还须其他保管人签名：liangka repo sign\n",
		    "Another custodian is to sign too: \"liangka repo sign\"\n"));
}

/* One list. */
static void
change_json(struct json *j, const struct repo_change *c)
{

	json_open(j, NULL);
	json_text(j, "list", c->list);
	json_u64(j, "from", c->from);
	json_u64(j, "version", c->version);
	json_u64(j, "before", c->before);
	json_u64(j, "after", c->after);
	json_u64(j, "added", c->added);
	json_u64(j, "removed", c->removed);
	json_u64(j, "changed", c->changed);
	json_u64(j, "cleared", c->cleared);
	json_u64(j, "expired", c->expired);
	json_bool(j, "guarded", c->guarded);
	json_end(j);
}

/* A new root. */
static void
root_json(struct json *j, const struct repo_plan *p)
{
	static const char *const roles[] = { [TUF_ROOT] = "root",
		[TUF_TIMESTAMP] = "timestamp", [TUF_SNAPSHOT] = "snapshot",
		[TUF_TARGETS] = "targets" };
	size_t i;

	json_open(j, "root");
	json_u64(j, "version", p->root_version);
	json_time(j, "expires", p->root_expires * 1000);
	json_i64(j, "signatures", p->root_have);
	json_i64(j, "needed", p->root_need);
	json_list(j, "changes");
	for (i = 0; i < p->nroot_changes; i++) {
		json_open(j, NULL);
		json_text(j, "role", roles[p->root_change[i].role]);
		json_bool(j, "added", p->root_change[i].added);
		json_text(j, "key", p->root_change[i].key);
		json_text(j, "name", p->root_change[i].name);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

/* All of it. */
void
repotext_json(struct json *j, const struct repo_plan *p)
{
	size_t i;

	if (p->root)
		root_json(j, p);
	if (p->targets_version == 0)
		return;
	json_open(j, "publication");
	json_u64(j, "version", p->targets_version);
	json_time(j, "prepared", p->t * 1000);
	json_time(j, "expires", p->targets_expires * 1000);
	json_text(j, "who", p->who);
	json_text(j, "reason", p->reason);
	json_bool(j, "force", p->force);
	json_bool(j, "expedited", p->expedited);
	json_list(j, "lists");
	for (i = 0; i < p->nlists; i++)
		change_json(j, &p->list[i]);
	json_close(j);
	json_text(j, "policy", p->policy[0] != '\0' ? p->policy : NULL);
	json_u64(j, "outlets", p->outlets);
	json_u64(j, "campaigns", p->campaigns);
	json_text(j, "release_key", p->releases[0] != '\0' ? p->releases :
	    NULL);
	json_i64(j, "signatures", p->targets_have);
	json_i64(j, "needed", p->targets_need);
	json_end(j);
}
