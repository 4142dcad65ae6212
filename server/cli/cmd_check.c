#include <sys/random.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "command.h"
#include "json.h"
#include "secret.h"
#include "service.h"

#define RQ(member) ARG_AT(struct lk_request, member)
#define CODE(name, value, help, words, member) \
	{ name, ARG_CODE, 0, value, help, words, 0, 0, RQ(member) }
#define TEXT(name, value, help, member) \
	{ name, ARG_TEXT, 0, value, help, NULL, 0, 0, RQ(member) }
#define SECRET(name, value, help, member) \
	{ name, ARG_TEXT, ARG_SECRET, value, help, NULL, 0, 0, RQ(member) }
#define BIT(name, help, bit) \
	{ name, ARG_BIT, 0, NULL, help, NULL, bit, 0, RQ(flags) }

static const struct arg args[] = {
	CODE("id-type", "TYPE", "document (证件类型); default resident",
	    words_id_type, id_type),
	SECRET("id-no", "NO", "document number (证件号码). Other users can "
	    "read it in the list of processes while the command starts, and "
	    "the shell keeps it: better give -, or leave it out on a terminal "
	    "and be asked", id_no),
	TEXT("id-country", "CCC", "its country, ISO 3166 alpha-3, for passport "
	    "and other", id_country),
	{ "product", ARG_CODE, ARG_REQUIRED, "PRODUCT", "what is asked for "
	    "(业务种类)", words_product, 0, 0, RQ(product) },
	CODE("operation", "OP", "default new", words_operation, operation),
	CODE("channel", "CHANNEL", "default counter", words_channel, channel),
	CODE("purpose", "PURPOSE", "what the applicant wants it for (用途)",
	    words_purpose, purpose),
	{ "quantity", ARG_NUMBER, 0, "N", "how many, 1 to 1000; default 1",
	    NULL, 1, 1000, RQ(quantity) },
	{ "held-here", ARG_NUMBER, 0, "N", "live cards of this product that "
	    "the person holds here by the host's own count; -1 = unknown, the "
	    "default", NULL, -1, 10000, RQ(held_here) },
	TEXT("txn", "ID", "transaction id (交易号): the same id with the same "
	    "content gives the same answer; default: a new one", txn_id),
	TEXT("visit", "ID", "one visit that opens several things", visit_id),
	TEXT("batch", "ID", "payroll or campus batch (批次)", batch_id),
	TEXT("branch", "ID", "outlet (网点); default: the configuration's",
	    branch),
	TEXT("teller", "ID", "teller (柜员); default: the configuration's",
	    teller),
	TEXT("terminal", "ID", "terminal (终端)", terminal),
	TEXT("decided-by", "ID", "who answers for it, where not the teller",
	    decided_by),
	SECRET("name", "TEXT", "name; never a ground for a decision", name),
	SECRET("phone", "NO", "contact phone", phone),
	SECRET("address", "TEXT", "contact address", address),
	TEXT("device", "ID", "device of an online applicant", device),
	CODE("subject", "WHO", "default person", words_subject, subject),
	SECRET("org-no", "CODE", "unified social credit code, for an "
	    "organisation; id-* are then its legal person's", org_no),
	CODE("agent-relation", "WHO", "who acts for the applicant (代办人)",
	    words_relation, agent_relation),
	CODE("agent-id-type", "TYPE", "his document; words as for --id-type",
	    words_id_type, agent_id_type),
	SECRET("agent-id-no", "NO", "its number", agent_id_no),
	TEXT("agent-country", "CCC", "its country", agent_country),
	CODE("prev-id-type", "TYPE", "an older document of the same person",
	    words_id_type, prev_id_type),
	SECRET("prev-id-no", "NO", "its number", prev_id_no),
	TEXT("prev-country", "CCC", "its country", prev_country),
	BIT("dry-run", "decide and record, reserve nothing (试算)",
	    LK_F_DRY_RUN),
	BIT("guardian-present", "a guardian is here; needs --agent-id-no and "
	    "--agent-relation guardian or parent", LK_F_GUARDIAN_PRESENT),
	{ "posthoc", ARG_TIME, 0, "TIME", "it was issued already, at this "
	    "time, while the daemon was away: record it (补录), e.g. "
	    "\"2026-11-22 14:05\" (UTC+8) or 2h", NULL, 0, 0, RQ(opened_ms) },
	ARG_END
};

/* Make a transaction id that was never used. */
static int
new_txn(const struct tool *t, char *txn, size_t size)
{
	uint8_t r[8];
	int n, i;

	if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return (tool_fail(t, TOOL_SYSTEM, "取不到随机数",
		    "no random numbers"));
	n = snprintf(txn, size, "cli-%lld-", (long long)(t->now_ms() / 1000));
	for (i = 0; i < 8; i++)
		(void)snprintf(&txn[n + 2 * i], size - (size_t)(n + 2 * i),
		    "%02x", r[i]);
	return (ARGS_GO);
}

/* Fill in what was left out. */
static int
complete(struct tool *t, struct lk_request *rq)
{

	if (rq->opened_ms != 0)
		rq->flags |= LK_F_POSTHOC;
	if (rq->id_no[0] == '\0') {
		if (fileno(t->in) < 0 || !isatty(fileno(t->in)))
			return (tool_fail(t, TOOL_USAGE,
			    "缺少 --id-no；用 --id-no - 可从标准输入读取",
			    "--id-no is missing; --id-no - reads it from "
			    "standard input"));
		return (secret_read(t, "id-no", rq->id_no,
		    sizeof(rq->id_no)));
	}
	return (ARGS_GO);
}

/* The daemon gave no decision: what the host would see, and why. */
static int
failed(const struct tool *t, const struct service *c, int code,
    const struct lk_result *r, const char *txn)
{
	struct json j;

	if (!t->json) {
		if (code == LK_E_TIMEOUT)
			(void)fprintf(t->err, tool_zh(t,
			    "交易号 %s：请用同一交易号重新核查\n",
			    "txn_id %s: ask again with the same one\n"), txn);
		return (service_fail(t, c, code, r->message));
	}
	json_begin(&j, t->out);
	json_i64(&j, "error", code);
	json_text(&j, "error_name", words_name(words_error, code, 0));
	json_word(&j, "decision", words_decision, r->decision);
	json_word(&j, "allowed", words_decision, r->allowed);
	json_bits(&j, "flags", words_result_flag, r->flags);
	json_text(&j, "message", r->message);
	json_text(&j, "txn_id", txn);
	json_text(&j, "socket", c->socket);
	json_end(&j);
	return (tool_fail(t, service_exit(code), "%s：%s", "%s: %s", c->socket,
	    r->message));
}

/* Is it said where and by whom? */
static int
placed(const struct tool *t, const struct service *c,
    const struct lk_request *rq)
{
	const char *name = rq->branch[0] == '\0' && !c->has_branch ? "branch" :
	    rq->teller[0] == '\0' && !c->has_teller ? "teller" : NULL;

	if (name == NULL)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_USAGE,
	    "缺少 --%s；也可以写在插件配置里", "--%s is missing; it may also "
	    "stand in the plugin's configuration", name));
}

/* Ask. */
static int
ask(struct tool *t, struct lk_request *rq)
{
	struct lk_result r = { .size = sizeof(r) };
	struct service c;
	int rc;

	if ((rc = complete(t, rq)) != ARGS_GO || (rq->txn_id[0] == '\0' &&
	    (rc = new_txn(t, rq->txn_id, sizeof(rq->txn_id))) != ARGS_GO) ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if ((rc = placed(t, &c, rq)) != ARGS_GO)
		goto out;
	if ((rc = lk_check(c.handle, rq, &r, 0)) == 0) {
		answer_print(t, &r, rq->txn_id);
		rc = answer_exit(r.decision);
	} else
		rc = failed(t, &c, rc, &r, rq->txn_id);
out:
	service_close(&c);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct lk_request rq = { .size = sizeof(rq),
		.id_type = LK_ID_RESIDENT, .held_here = -1 };
	int rc;

	rq.language = 0;
	if ((rc = args_read(t, &rq, &argc, argv)) == ARGS_GO &&
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) == ARGS_GO)
		rc = ask(t, &rq);
	explicit_bzero(&rq, sizeof(rq));
	return (rc);
}

const struct command cmd_check = {
	.name = "check",
	.synopsis = "--product PRODUCT --id-no - [--id-type TYPE] "
	    "[--branch ID] [--teller ID] [--txn ID] [options]",
	.brief = "ask whether a card may be issued, and reserve it (核查)",
	.text = "Asks as a host program does through lk_check(): the answer is "
	    "recorded and, unless it is REJECT, reserved until it is confirmed, "
	    "cancelled or expired.  For a try without effect: --dry-run.\n"
	    "\n"
	    "PASS 通过: may be issued.  LIMIT 限制: only a limited-function "
	    "account.  REVIEW 复核: hold it for a person.  REJECT 拒绝: must "
	    "not be issued.  When the daemon gives no answer, hold the card.\n"
	    "\n"
	    "Words may be given by their number in plugin.h, or in Chinese.  "
	    "Each option given as - takes one line of standard input, in the "
	    "order of this list.",
	.args = args,
	.asks = 1,
	.exits = "0  PASS\n"
	    "1  the txn_id was cancelled, or used with other content\n"
	    "5  LIMIT\n10 REVIEW\n20 REJECT\n" COMMAND_EXITS_SECRET,
	.examples = "liangka check --product sim --branch 0371 --teller t07\n"
	    "liangka check --product bank1 --id-no - --branch 0371 --teller t07 "
	    "--json <id.txt\n"
	    "liangka check --product bank1 --purpose salary --batch P2026-11 "
	    "--id-no - --dry-run\n"
	    "liangka check --product sim --id-type passport --id-country KOR "
	    "--id-no -\n",
	.run = run,
};
