#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/wipe.h"
#include "store/entry.h"

#include "command.h"
#include "entryref.h"
#include "logplace.h"
#include "moment.h"
#include "sealread.h"
#include "service.h"
#include "statement.h"
#include "width.h"

#define LABEL 16	/* columns */

struct options {
	const char *data;
	const char *key;
	const char *origin;
	struct statement_by by;
};

static const struct arg args[] = {
	{ "key", ARG_STRING, ARG_REQUIRED, "FILE", "the centre's sealing key "
	    "(kind seal)", NULL, 0, 0, ARG_AT(struct options, key) },
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	{ "data", ARG_STRING, 0, "DIR", "data directory that holds the record "
	    "and sealed/ (default " LOGPLACE_DATA ")", NULL, 0, 0,
	    ARG_AT(struct options, data) },
	{ "origin", ARG_STRING, 0, "NODE", "node whose record that is (default: "
	    "the one in a decision id, else the daemon's own)", NULL, 0, 0,
	    ARG_AT(struct options, origin) },
	ARG_END
};

/* What the members are called. */
static const struct {
	const char *name;
	const char *zh, *en;
	int id_type;
} labels[] = {
	{ "seq", "记录序号", "entry", 0 },
	{ "id_type", "证件类型", "document", 1 },
	{ "id_no", "证件号码", "number", 0 },
	{ "id_country", "签发国", "country", 0 },
	{ "name", "姓名", "name", 0 },
	{ "phone", "联系电话", "phone", 0 },
	{ "address", "地址", "address", 0 },
	{ "agent_id_type", "代办人证件", "agent's document", 1 },
	{ "agent_id_no", "代办人号码", "agent's number", 0 },
	{ "agent_country", "代办人签发国", "agent's country", 0 },
	{ "prev_id_type", "旧证件类型", "older document", 1 },
	{ "prev_id_no", "旧证件号码", "older number", 0 },
	{ "prev_country", "旧证件签发国", "older country", 0 },
	{ "org_no", "单位代码", "organisation", 0 },
};

/* Write one member for people. */
static void
put_member(const struct tool *t, const struct sealread_member *m)
{
	const char *label = NULL, *word = NULL;
	char value[2048], name[32];
	size_t i;

	(void)snprintf(name, sizeof(name), "%.*s", (int)m->name_len, m->name);
	sealread_string(m, value, sizeof(value));
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (strcmp(labels[i].name, name) != 0)
			continue;
		label = tool_zh(t, labels[i].zh, labels[i].en);
		if (labels[i].id_type)
			word = words_name(words_id_type, atoi(value),
			    t->language == LK_LANG_ZH);
	}
	width_pad(t->out, label != NULL ? label : name, LABEL);
	width_put(t->out, word != NULL ? word : value);
	(void)fputc('\n', t->out);
	wipe(value, sizeof(value));
}

/* Write the identity. */
static int
show(const struct tool *t, const struct statement_answer *answer,
    const struct entry *e, const char *text)
{
	char when[MOMENT_SIZE];
	struct sealread_member m;
	const char *p = text;
	int rc;

	(void)fprintf(t->err, tool_zh(t,
	    "以下是申请人的身份信息明文，仅可用于反诈核查；本次查阅已记入日志，记录 %" PRIu64 "。\n",
	    "What follows is an applicant's identity in clear, for anti-fraud "
	    "work alone.  That you read it is recorded as entry %" PRIu64
	    ".\n"), answer->seq);
	if (t->json) {
		(void)fprintf(t->out, "%s\n", text);
		return (TOOL_OK);
	}
	width_pad(t->out, tool_zh(t, "时间", "time"), LABEL);
	(void)fprintf(t->out, "%s\n", moment_print(e->t, when));
	while ((rc = sealread_next(&p, &m)) == 1)
		put_member(t, &m);
	return (rc == 0 ? TOOL_OK : tool_fail(t, TOOL_DATA,
	    "解出的内容不是身份信息", "what was sealed is no identity"));
}

/* Say it to the daemon, and read when that is recorded. */
static int
unseal(struct tool *t, const struct options *o, const struct entryref *ref,
    const struct entry *e)
{
	struct statement s = { .action = STAFFNOTE_UNSEAL, .entry = ref->seq,
		.origin = o->origin != NULL ? o->origin :
		    ref->node[0] != '\0' ? ref->node : NULL };
	struct statement_answer answer;
	struct service c;
	char *text;
	int rc;

	if ((text = malloc(SEALREAD_MAX)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if ((rc = service_open(t, &c)) == ARGS_GO) {
		rc = statement_send(t, &c, &o->by, &s, &answer);
		service_close(&c);
	}
	if (rc == ARGS_GO)
		rc = sealread_text(t, o->data, s.origin != NULL ? s.origin :
		    answer.node, e, o->key, text);
	if (rc == ARGS_GO)
		rc = show(t, &answer, e, text);
	wipe(text, SEALREAD_MAX);
	free(text);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .data = LOGPLACE_DATA };
	struct entryref ref;
	struct entry e;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "记录序号或决定编号",
	    "the seq or decision id")) != ARGS_GO ||
	    (rc = entryref_parse(t, argv[0], &ref)) != ARGS_GO ||
	    (rc = statement_check(t, &o.by)) != ARGS_GO ||
	    (rc = sealread_key(t, o.key)) != ARGS_GO ||
	    (rc = entryref_load(t, o.data, &ref, &e)) != ARGS_GO)
		return (rc);
	if ((e.flags & ENTRY_F_SEALED) == 0)
		return (tool_fail(t, TOOL_NO,
		    "记录 %" PRIu64 " 没有封存的身份信息：只有待审核、被拒绝的申请和报警才有",
		    "no identity is sealed beside entry %" PRIu64 ": only "
		    "those of held and refused applicants and of alarms are",
		    ref.seq));
	return (unseal(t, &o, &ref, &e));
}

const struct command cmd_unseal = {
	.name = "unseal",
	.synopsis = "INDEX --key FILE --as FILE --reason TEXT [--data DIR] "
	    "[--origin NODE] [options]",
	.brief = "read who a held or refused case is about (启封身份信息)",
	.text = "INDEX is the seq of an entry, a decision id or a reference.  The "
	    "identity of an applicant who was held or refused, and what an "
	    "alarm named, is kept sealed: only the centre's sealing key opens "
	    "it.\n"
	    "\n"
	    "First your signed statement is recorded in the daemon's journal; "
	    "only when it stands there durably is anything opened.  It needs "
	    "the right `unseal` in your [staff] section, and the socket of an "
	    "[operator].  The record is read from --data, so at the centre "
	    "from the copy of a branch; --origin then names the branch.\n"
	    "\n"
	    "What is printed is personal data in clear.  With --json it is the "
	    "text as it was sealed.",
	.args = args,
	.asks = 1,
	.exits = "0  shown\n"
	    "1  there is no such entry, nothing is sealed beside it, or it was "
	    "erased\n"
	    COMMAND_EXITS_GIVEN STATEMENT_EXITS COMMAND_EXITS_AWAY,
	.examples = "liangka unseal b017-1042-9f3ac1d2 --key /media/key/seal.key "
	    "--as lin.key --reason \"case 12/2026\"\n"
	    "liangka unseal 1042 --data /srv/branches/b017 --origin b017 "
	    "--key seal.key --as lin.key --reason appeal --json\n",
	.run = run,
};
