#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/hex.h"
#include "plugin.h"

#include "json.h"
#include "logverify.h"
#include "moment.h"
#include "width.h"

#define PROGRESS_MS 200
#define LABEL 12

/* Take the progress line away. */
static void
wipe(struct logverify *s)
{

	if (s->shows && s->told != 0) {
		(void)fputs("\r\33[K", s->t->err);
		(void)fflush(s->t->err);
		s->told = 0;
	}
}

/* Is the language Chinese? */
static int
zh(const struct logverify *s)
{

	return (s->t->language == LK_LANG_ZH);
}

/* Write a finding. */
void
logverify_finding(void *arg, const struct verify_finding *f)
{
	struct logverify *s = arg;
	const struct tool *t = s->t;
	struct json j;

	wipe(s);
	if (t->json) {
		json_begin(&j, t->out);
		json_open(&j, "finding");
		json_text(&j, "file", f->file);
		if (f->index >= 0) {
			json_u64(&j, "seq", f->seq);
			json_i64(&j, "index", f->index);
		}
		if (f->offset >= 0)
			json_i64(&j, "offset", f->offset);
		json_text(&j, "reason", zh(s) ? f->zh : f->en);
		json_end(&j);
		json_end(&j);
		return;
	}
	(void)fputs(tool_paint(t, TOOL_RED), t->out);
	width_put(t->out, f->file);
	(void)fputs(tool_paint(t, TOOL_PLAIN), t->out);
	if (f->index >= 0)
		(void)fprintf(t->out, tool_zh(t, "：第 %" PRId64 " 条记录（seq %"
		    PRIu64 "）", ": entry %" PRId64 " (seq %" PRIu64 ")"),
		    f->index, f->seq);
	if (f->offset >= 0)
		(void)fprintf(t->out, tool_zh(t, "%s文件第 %" PRId64 " 字节",
		    "%s byte %" PRId64 " of the file"), f->index >= 0 ?
		    tool_zh(t, "，", ", from") : tool_zh(t, "：", ":"),
		    f->offset);
	(void)fputs(zh(s) ? "：" : ": ", t->out);
	width_put(t->out, zh(s) ? f->zh : f->en);
	(void)fputc('\n', t->out);
}

/* Write a remark. */
void
logverify_remark(void *arg, const char *text_zh, const char *text_en)
{
	struct logverify *s = arg;
	const char *text = zh(s) ? text_zh : text_en;
	struct json j;

	wipe(s);
	if (s->t->json) {
		json_begin(&j, s->t->out);
		json_text(&j, "remark", text);
		json_end(&j);
		return;
	}
	(void)fputs(tool_zh(s->t, "注意：", "note: "), s->t->out);
	width_put(s->t->out, text);
	(void)fputc('\n', s->t->out);
}

/* The name of a kind of signature. */
static const char *
algorithm(const struct tool *t, uint32_t type)
{

	switch (type) {
	case NOTE_ED25519:
		return ("Ed25519");
	case NOTE_SM2:
		return ("SM2");
	default:
		return (tool_zh(t, "见证 Ed25519", "witness, Ed25519"));
	}
}

/* Write signatures as JSON. */
static void
signers_json(struct json *j, const char *key, const struct verify_signer *v,
    size_t n)
{
	char id[16];

	json_list(j, key);
	for (; n > 0; n--, v++) {
		(void)snprintf(id, sizeof(id), "%08x", (unsigned)v->id);
		json_open(j, NULL);
		json_text(j, "name", v->name);
		json_text(j, "id", id);
		json_text(j, "algorithm", v->type == NOTE_SM2 ? "sm2" :
		    "ed25519");
		json_bool(j, "witness", v->type == NOTE_COSIGNATURE);
		if (v->type == NOTE_COSIGNATURE)
			json_time(j, "time", (int64_t)v->time * 1000);
		json_end(j);
	}
	json_close(j);
}

/* Write a log as JSON. */
static void
log_json(const struct logverify *s, const struct verify_log *l,
    const char *root)
{
	struct json j;
	size_t i;
	int k;

	json_begin(&j, s->t->out);
	json_text(&j, "log", l->log->head.origin);
	json_u64(&j, "size", l->log->head.size);
	json_text(&j, "root", root);
	json_u64(&j, "base", l->log->base);
	signers_json(&j, "signed_by", l->signer, l->nsigners);
	json_u64(&j, "unknown_signatures", l->unknown);
	json_list(&j, "continues");
	for (i = 0; i < 2; i++)
		if (l->seen[i])
			json_u64(&j, NULL, l->seen_size[i]);
	json_close(&j);
	if (l->nwitnesses > 0) {
		json_u64(&j, "witnessed", l->witnessed);
		signers_json(&j, "witnessed_by", l->witness, l->nwitnesses);
	}
	json_u64(&j, "verified_from", l->from);
	json_time(&j, "first", l->first_t);
	json_time(&j, "last", l->last_t);
	json_open(&j, "kinds");
	for (k = 1; k < ENTRY_KINDS; k++)
		if (l->kinds[k] > 0)
			json_u64(&j, entry_kind_name(k), l->kinds[k]);
	json_end(&j);
	json_end(&j);
}

/* Begin a line of a log's summary. */
static void
label(const struct tool *t, const char *text_zh, const char *text_en)
{

	(void)fprintf(t->out, "  %s", tool_paint(t, TOOL_DIM));
	width_pad(t->out, tool_zh(t, text_zh, text_en), LABEL);
	(void)fputs(tool_paint(t, TOOL_PLAIN), t->out);
}

/* Write who has signed. */
static void
signers(const struct tool *t, const struct verify_log *l)
{
	char when[MOMENT_SIZE];
	size_t i;

	for (i = 0; i < l->nsigners; i++) {
		label(t, i == 0 ? "签名" : "", i == 0 ? "signed by" : "");
		(void)fprintf(t->out, "%s+%08x (%s%s%s)\n", l->signer[i].name,
		    (unsigned)l->signer[i].id, algorithm(t, l->signer[i].type),
		    l->signer[i].type == NOTE_COSIGNATURE ? ", " : "",
		    l->signer[i].type == NOTE_COSIGNATURE ?
		    moment_short((int64_t)l->signer[i].time * 1000, when) :
		    "");
	}
	if (l->unknown > 0) {
		label(t, "", "");
		(void)fprintf(t->out, tool_zh(t, "另有 %zu 个签名，其公钥未给出，未核对\n",
		    "%zu more by keys that were not given: not looked at\n"),
		    l->unknown);
	}
}

/* Write who saw a head, and when. */
static void
witnesses(const struct tool *t, const struct verify_log *l)
{
	char when[MOMENT_SIZE];
	size_t i, known = 0;

	for (i = 0; i < l->nwitnesses; i++) {
		if (l->witness[i].type != NOTE_COSIGNATURE)
			continue;
		known++;
		label(t, "见证", "witnessed");
		(void)fprintf(t->out, tool_zh(t, "前 %" PRIu64 " 条，%s+%08x，%s\n",
		    "the first %" PRIu64 " entries, by %s+%08x, %s\n"),
		    l->witnessed, l->witness[i].name,
		    (unsigned)l->witness[i].id,
		    moment_short((int64_t)l->witness[i].time * 1000, when));
	}
	if (known == 0 && l->nwitnesses > 0) {
		label(t, "见证", "witnessed");
		(void)fprintf(t->out, tool_zh(t, "前 %" PRIu64
		    " 条，但见证人的公钥未给出，其签名未核对\n",
		    "the first %" PRIu64 " entries, by witnesses whose keys "
		    "were not given: not looked at\n"), l->witnessed);
	}
}

/* Write how many there are of each kind. */
static void
kinds(const struct tool *t, const struct verify_log *l)
{
	const char *comma = "", *name;
	int k, zh_ = t->language == LK_LANG_ZH;

	label(t, "种类", "kinds");
	for (k = 1; k < ENTRY_KINDS; k++) {
		if (l->kinds[k] == 0)
			continue;
		name = words_name(words_kind, k, zh_);
		(void)fprintf(t->out, "%s%s %" PRIu64, comma, name != NULL ?
		    name : entry_kind_name(k), l->kinds[k]);
		comma = zh_ ? "，" : ", ";
	}
	(void)fputc('\n', t->out);
}

/* Write a log that is good. */
void
logverify_log(void *arg, const struct verify_log *l)
{
	struct logverify *s = arg;
	const struct tool *t = s->t;
	uint64_t size = l->log->head.size, looked = size - l->from;
	char root[2 * MERKLE_LEN + 1], a[MOMENT_SIZE], b[MOMENT_SIZE];
	size_t i;

	wipe(s);
	hex_encode(root, l->log->head.root, MERKLE_LEN);
	s->logs++;
	s->entries += looked;
	s->size += size;
	if (t->json) {
		log_json(s, l, root);
		return;
	}
	(void)fprintf(t->out, "%s%s%s\n", tool_paint(t, TOOL_BOLD),
	    l->log->head.origin, tool_paint(t, TOOL_PLAIN));
	label(t, "检查点", "head");
	(void)fprintf(t->out, "%" PRIu64 ":%s\n", size, root);
	signers(t, l);
	for (i = 0; i < 2; i++)
		if (l->seen[i]) {
			label(t, "延续", "continues");
			(void)fprintf(t->out, tool_zh(t, "曾见过的 %" PRIu64
			    " 条（%s）\n", "the %" PRIu64
			    " entries seen before (%s)\n"), l->seen_size[i],
			    i == 0 ? "--state" : "--since");
		}
	witnesses(t, l);
	label(t, "本次核对", "verified");
	if (looked == 0) {
		(void)fprintf(t->out, "%s\n", tool_zh(t, "没有新的记录",
		    "nothing is new"));
		return;
	}
	(void)fprintf(t->out, tool_zh(t, "%" PRIu64 " 条记录，seq %" PRIu64
	    " 至 %" PRIu64 "，%s 至 %s\n", "%" PRIu64 " entries, seq %" PRIu64
	    " to %" PRIu64 ", %s to %s\n"), looked, l->log->base + l->from,
	    l->log->base + size - 1, moment_short(l->first_t, a),
	    moment_short(l->last_t, b));
	kinds(t, l);
}

/* Show how far it is. */
void
logverify_progress(void *arg, const char *name, uint64_t done, uint64_t of)
{
	struct logverify *s = arg;
	int64_t now;

	if (!s->shows)
		return;
	now = s->t->now_ms();
	if (now - s->told < PROGRESS_MS)
		return;
	s->told = now;
	(void)fprintf(s->t->err, "\r%s %" PRIu64 " / %" PRIu64 " (%u %%)\33[K",
	    name, done, of, (unsigned)(of > 0 ? done * 100 / of : 100));
	(void)fflush(s->t->err);
}

/* Write the result. */
void
logverify_end(struct logverify *s, uint64_t findings)
{
	const struct tool *t = s->t;
	struct json j;

	wipe(s);
	if (t->json) {
		json_begin(&j, t->out);
		json_bool(&j, "verified", findings == 0);
		json_u64(&j, "findings", findings);
		json_u64(&j, "logs", s->logs);
		json_u64(&j, "entries", s->size);
		json_u64(&j, "entries_verified", s->entries);
		json_text(&j, "trust", s->trusted ? "package" : "key");
		json_end(&j);
		return;
	}
	if (findings == 0 && s->trusted)
		(void)fprintf(t->out, tool_zh(t,
		    "%s自洽%s：%" PRIu64 " 条记录（日志 %" PRIu64
		    " 份）彼此一致；但公钥取自同一处，不能证明由谁写成\n",
		    "%sCONSISTENT%s: %" PRIu64 " entries (logs: %" PRIu64
		    ") agree with each other; the key is from the same place, "
		    "so who wrote them is not proven\n"),
		    tool_paint(t, TOOL_YELLOW), tool_paint(t, TOOL_PLAIN),
		    s->size, s->logs);
	else if (findings == 0)
		(void)fprintf(t->out, tool_zh(t,
		    "%s完整%s：%" PRIu64 " 条记录（日志 %" PRIu64
		    " 份），未被改动、删减或调换\n",
		    "%sWHOLE%s: %" PRIu64 " entries (logs: %" PRIu64
		    "), none altered, removed or moved\n"),
		    tool_paint(t, TOOL_GREEN), tool_paint(t, TOOL_PLAIN),
		    s->size, s->logs);
	else
		(void)fprintf(t->out, tool_zh(t, "%s不可信%s：%" PRIu64 " 处问题\n",
		    "%sNOT TO BE RELIED ON%s: findings: %" PRIu64 "\n"),
		    tool_paint(t, TOOL_RED), tool_paint(t, TOOL_PLAIN),
		    findings);
}
