#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "engine/policy.h"
#include "keys/hex.h"
#include "plugin.h"
#include "store/origin.h"

#include "verify_impl.h"

/* The year of UTC+8 in which a journal time lies. */
static int
year_of(int64_t t)
{
	struct day_civil c;

	day_to_civil(&c, day_of(t >= 0 ? t / 1000 : -1 - (-1 - t) / 1000));
	return (c.year);
}

/* Set the bounds of a year. */
void
verify_rules_year(struct verify_bundle *b, int year)
{
	int known = year > 0 && year < 9999;

	b->year_from = known ? day_start(day_from_civil(year, 1, 1)) * 1000 :
	    INT64_MIN;
	b->year_until = known ? day_start(day_from_civil(year + 1, 1, 1)) *
	    1000 : INT64_MAX;
}

/* Is this an answer of the daemon? */
static int
decision_known(int32_t d)
{

	return (d == LK_PASS || d == LK_LIMIT || d == LK_REVIEW ||
	    d == LK_REJECT);
}

/* Must this entry refer to another one? */
static int
refers(const struct entry *e)
{

	switch (e->kind) {
	case ENTRY_CONFIRM:
	case ENTRY_RETRO:
	case ENTRY_MERGE:
	case ENTRY_SETTLE:
		return (1);
	case ENTRY_VOID:
	case ENTRY_REVIEW:
	case ENTRY_ALERT:
		/* Another node may speak of what we never had. */
		return (e->from_seq == 0);
	case ENTRY_CANCEL:
		return (e->from_seq == 0 &&
		    (e->flags & ENTRY_F_TOMBSTONE) == 0);
	default:
		return (0);
	}
}

/* Is this 64 digits of a hash? */
static int
hash_good(const char *hash)
{
	uint8_t raw[32];

	return (strlen(hash) == 64 && hex_decode(raw, hash, 32) == 0);
}

/* What is wrong with what only some kinds have? */
static void
judge_kind(struct verify_line *l, const struct entry *e)
{

	if ((e->kind == ENTRY_DECISION && e->from_seq != 0) ||
	    e->kind == ENTRY_SETTLE) {
		/* Another node's decision, on grounds of its own. */
		if (decision_known(e->decision) && decision_known(e->floor))
			return;
		l->fault = VERIFY_CODE;
		l->a = (uint64_t)(int64_t)e->decision;
		l->b = (uint64_t)(int64_t)e->floor;
		return;
	}
	if (e->kind != ENTRY_DECISION && e->kind != ENTRY_POLICY)
		return;
	if (e->policy[0] == '\0' || (e->kind == ENTRY_POLICY &&
	    !hash_good(e->hash))) {
		l->fault = VERIFY_NO_POLICY;
	} else if (e->engine < 1 || e->engine > POLICY_ENGINE) {
		l->fault = VERIFY_ENGINE;
		l->a = (uint64_t)(int64_t)e->engine;
	} else if (e->kind == ENTRY_DECISION && (!decision_known(e->decision) ||
	    !decision_known(e->floor))) {
		l->fault = VERIFY_CODE;
		l->a = (uint64_t)(int64_t)e->decision;
		l->b = (uint64_t)(int64_t)e->floor;
	}
}

/* Judge an entry by itself. */
void
verify_rules_entry(struct verify_bundle *b, unsigned i, const struct entry *e)
{
	uint64_t index = b->index * TILE_WIDTH + i;
	struct verify_line *l = &b->line[i];

	l->t = e->t;
	l->seq = e->seq;
	l->kind = (uint8_t)e->kind;
	l->policy[0] = l->hash[0] = l->from[0] = '\0';
	l->from_seq = l->from_base = 0;
	if ((e->kind == ENTRY_DECISION && e->from_seq == 0) || e->kind == ENTRY_POLICY)
		memcpy(l->policy, e->policy, sizeof(l->policy));
	if (e->kind == ENTRY_POLICY)
		memcpy(l->hash, e->hash, sizeof(l->hash));
	l->a = l->b = 0;
	if (e->seq != b->base + index) {
		l->fault = VERIFY_SEQ;
		l->a = e->seq;
	} else if (index == 0 && e->kind != ENTRY_LOG)
		l->fault = VERIFY_NOT_LOG;
	else if (index != 0 && e->kind == ENTRY_LOG)
		l->fault = VERIFY_LOG_INSIDE;
	else if (e->t < b->year_from || e->t >= b->year_until) {
		l->fault = VERIFY_YEAR;
		l->a = (uint64_t)year_of(e->t);
	} else if (e->ref >= e->seq || e->superseded >= e->seq) {
		l->fault = VERIFY_REF;
		l->a = e->ref >= e->seq ? e->ref : e->superseded;
	} else if (e->ref == 0 && refers(e))
		l->fault = VERIFY_NO_REF;
	else if ((e->flags & ~entry_flags(e->kind)) != 0) {
		l->fault = VERIFY_FLAGS;
		l->a = e->flags & ~entry_flags(e->kind);
	} else
		judge_kind(l, e);
	if (l->fault == VERIFY_FINE)
		verify_told_entry(l, e);
}

/* Tell what is wrong with an entry by itself. */
static void
tell_fault(struct verify *v, const struct verify_line *l,
    const struct verify_place *at)
{
	const char *kind = entry_kind_name(l->kind);

	switch ((enum verify_fault)l->fault) {
	case VERIFY_FINE:
		break;
	case VERIFY_MALFORMED:
		verify_find(v, at, "记录内容不规范：第 %" PRIu64 " 字节",
		    "the entry is not well-formed at its byte %" PRIu64, l->a);
		break;
	case VERIFY_SEQ:
		verify_find(v, at, "记录自称 seq %" PRIu64 "，而此处应为 %" PRIu64,
		    "the entry bears seq %" PRIu64 ", and %" PRIu64
		    " belongs here", l->a, at->seq);
		break;
	case VERIFY_YEAR:
		verify_find(v, at, "记录的时间属于 %" PRIu64 " 年，不属于本日志的年份",
		    "the entry's time lies in the year %" PRIu64
		    ", not in that of the log", l->a);
		break;
	case VERIFY_NOT_LOG:
		verify_find(v, at, "第 0 条记录应为 log，却是 %s", "entry 0 is of "
		    "kind `%s`, not `log`", kind);
		break;
	case VERIFY_LOG_INSIDE:
		verify_find(v, at, "log 记录只能是第 0 条", "an entry of kind `log` "
		    "can only be entry 0");
		break;
	case VERIFY_REF:
		verify_find(v, at, "%s 记录引用了 seq %" PRIu64 "，它并不在此之前",
		    "the `%s` entry refers to seq %" PRIu64 ", which is not "
		    "before it", kind, l->a);
		break;
	case VERIFY_NO_REF:
		verify_find(v, at, "%s 记录没有指明所属的决定",
		    "the `%s` entry does not say which decision it is about",
		    kind);
		break;
	case VERIFY_FLAGS:
		verify_find(v, at, "%s 记录带有不属于它的标志 0x%" PRIx64,
		    "the `%s` entry has flags that do not belong to it: 0x%"
		    PRIx64, kind, l->a);
		break;
	case VERIFY_ENGINE:
		verify_find(v, at, "引擎编号 %" PRId64 " 未知（本程序知道 1 至 %d）",
		    "engine number %" PRId64 " is not known (this program knows "
		    "1 to %d)", (int64_t)l->a, POLICY_ENGINE);
		break;
	case VERIFY_CODE:
		verify_find(v, at, "决定代码 %" PRId64 "（底线 %" PRId64 "）未知",
		    "decision code %" PRId64 " (floor %" PRId64
		    ") is not known", (int64_t)l->a, (int64_t)l->b);
		break;
	case VERIFY_NO_POLICY:
		verify_find(v, at, "%s 记录没有规则版本，或没有规则文件的 SHA-256",
		    "the `%s` entry has no policy version, or no SHA-256 of its "
		    "file", kind);
		break;
	case VERIFY_NODE:
		verify_find(v, at, "%s 记录中的节点名不是节点名", "the `%s` entry "
		    "names a node that is none", kind);
		break;
	case VERIFY_STEP:
		verify_find(v, at, "节点处置代码 %" PRId64 " 未知", "code %" PRId64
		    " of a `node` entry is not known", (int64_t)l->a);
		break;
	case VERIFY_TOLD:
		verify_find(v, at, "%s 记录的来源（from、from_seq）与其类别不符",
		    "the `%s` entry cannot come from where it says (from, "
		    "from_seq)", kind);
		break;
	case VERIFY_ABOVE:
		verify_find(v, at, "%s 记录所载上级答复不完整或代码未知",
		    "what the `%s` entry says of the answer of the node above is "
		    "not whole, or a code is not known", kind);
		break;
	}
}

/* See that a policy's file is there. */
static void
policy_file(struct verify *v, const struct verify_line *l,
    const struct verify_place *at)
{
	char file[96], *text;
	struct verify_place place = *at;
	size_t i, len;

	for (i = 0; i < v->npolicies; i++)
		if (strcmp(v->policies[i], l->hash) == 0)
			return;
	if (v->npolicies == VERIFY_POLICIES)
		v->npolicies = 0;
	memcpy(v->policies[v->npolicies++], l->hash, sizeof(l->hash));
	if ((text = package_policy(v->p, l->hash, &len)) != NULL) {
		free(text);
		return;
	}
	(void)snprintf(file, sizeof(file), "policy/%.64s.policy", l->hash);
	place.path = NULL;
	place.file = file;
	place.offset = -1;
	switch (package_fault(v->p)) {
	case PACKAGE_DAMAGED:
		verify_find(v, &place, "规则 %s 的文件被改动：其 SHA-256 与本记录所载不符",
		    "the file of policy %s was altered: it does not have the "
		    "SHA-256 that this entry has", l->policy);
		break;
	case PACKAGE_ABSENT:
		if (package_whole(v->p))
			verify_find(v, &place, "缺少规则 %s 的文件", "the file of "
			    "policy %s is missing", l->policy);
		else
			verify_remark(v, "此处没有规则 %s 的文件，未核对",
			    "the file of policy %s is not here; it was not "
			    "looked at", l->policy);
		break;
	default:
		v->broken = v->stop = 1;
		break;
	}
}

/* Judge the time between an entry and the one before. */
static void
judge_time(struct verify *v, const struct verify_line *l,
    const struct verify_place *at)
{
	int told = l->kind == ENTRY_START || l->kind == ENTRY_GAP;

	if (v->started && l->t < v->t) {
		verify_find(v, at, "时间倒退：前一条为 %" PRId64 "，本条为 %" PRId64
		    "（毫秒）", "time falls: %" PRId64 " in the entry before, %"
		    PRId64 " in this one (ms)", v->t, l->t);
		return;
	}
	if (v->due && !told)
		verify_find(v, at, "日志开头之前有超过 90 秒的空白，其后既无 start 也无 gap 说明",
		    "a silence of more than 90 s before this log is told by "
		    "neither `start` nor `gap`");
	v->due = 0;
	if (!v->started || l->t - v->t <= VERIFY_GAP_MS || told)
		return;
	if (l->kind == ENTRY_LOG)
		v->due = 1;
	else
		verify_find(v, at, "与前一条相隔 %" PRId64 " 秒，却没有 start 或 gap 说明："
		    "可能缺少记录", "%" PRId64 " s after the entry before, and "
		    "told by neither `start` nor `gap`: entries may be missing",
		    (l->t - v->t) / 1000);
}

/* Judge an entry among its neighbours. */
void
verify_rules_line(struct verify *v, const struct verify_line *l,
    const struct verify_place *at)
{

	if (l->fault != VERIFY_FINE)
		tell_fault(v, l, at);
	if (l->fault == VERIFY_MALFORMED || v->stop)
		return;
	judge_time(v, l, at);
	verify_told_line(v, l, at);
	if (v->started && v->kind == ENTRY_STOP && l->kind != ENTRY_START &&
	    l->kind != ENTRY_LOG)
		verify_find(v, at, "stop 之后又出现 %s，中间没有 start", "`%s` comes "
		    "behind `stop` without a `start`",
		    entry_kind_name(l->kind));
	if (l->kind == ENTRY_POLICY && l->fault == VERIFY_FINE) {
		memcpy(v->policy, l->policy, sizeof(v->policy));
		policy_file(v, l, at);
	} else if (l->kind == ENTRY_DECISION && l->from_seq != 0) {
		/* By the policy of the node that made it. */
	} else if (l->kind == ENTRY_DECISION && v->policy[0] == '\0') {
		if (v->first)
			verify_find(v, at, "此前没有任何规则生效，却有决定依据规则 %s",
			    "the decision is by policy %s, and none was put in "
			    "force before", l->policy);
		memcpy(v->policy, l->policy, sizeof(v->policy));
	} else if (l->kind == ENTRY_DECISION && strcmp(l->policy, v->policy) != 0)
		verify_find(v, at, "决定依据规则 %s，而当时生效的是 %s",
		    "the decision is by policy %s, and %s was in force",
		    l->policy, v->policy);
	/* Behind a stop only the log's own entry keeps the daemon stopped. */
	if (!(v->kind == ENTRY_STOP && l->kind == ENTRY_LOG))
		v->kind = l->kind;
	v->t = l->t > v->t || !v->started ? l->t : v->t;
	v->started = 1;
	v->log.kinds[l->kind]++;
	if (v->log.first_t == 0)
		v->log.first_t = l->t;
	v->log.last_t = l->t;
}

/* Compare what entry 0 says of the log before with what is known of it. */
static void
judge_previous(struct verify *v, const struct entry *e,
    const struct verify_place *at)
{
	const struct verify_seen *seen = NULL;
	const struct checkpoint *head = NULL;
	char root[2 * MERKLE_LEN + 1];
	uint64_t end = 0;
	size_t i;

	for (i = v->i; i > 0 && head == NULL; i--)
		if (package_trouble(v->p, i - 1) == NULL) {
			head = &package_log(v->p, i - 1)->head;
			end = package_log(v->p, i - 1)->base + head->size;
		}
	if (head == NULL && v->o->state != NULL && (seen = verify_state_find(
	    v->o->state, e->prev_log)) != NULL) {
		head = &seen->head;
		end = seen->base + head->size;
	}
	if (head == NULL || e->base != end)
		verify_told_forget(v);
	if (head == NULL) {
		if (e->prev_log[0] != '\0')
			verify_remark(v, "%s 的前一份日志 %s 不在此处，未核对",
			    "the log before %s, %s, is not here; it was not "
			    "looked at", v->l->name, e->prev_log);
		else if (e->prev_size != 0 || e->prev_root[0] != '\0')
			verify_find(v, at, "第 0 条记录没有指明前一份日志，却有其大小或根",
			    "entry 0 names no log before it, but a size or root "
			    "of one");
		v->first = e->prev_log[0] == '\0';
		return;
	}
	hex_encode(root, head->root, MERKLE_LEN);
	if (strcmp(e->prev_log, head->origin) != 0)
		verify_find(v, at, "第 0 条记录所称的前一份日志是“%s”，而不是 %s",
		    "entry 0 says that the log before is \"%s\", not %s",
		    e->prev_log, head->origin);
	else if (e->prev_size != head->size || strcmp(e->prev_root, root) != 0)
		verify_find(v, at, "第 0 条记录所载前一份日志的大小 %" PRIu64
		    " 或根与其检查点（%" PRIu64 " 条）不符",
		    "entry 0 says that the log before ended with %" PRIu64
		    " entries; its checkpoint has %" PRIu64
		    ", or another root", e->prev_size, head->size);
	else if (e->base < end || (e->base > end && v->n < 2))
		verify_find(v, at, "日志从 seq %" PRIu64 " 开始，而前一份结束于 %" PRIu64,
		    "the log begins with seq %" PRIu64 ", and the one before "
		    "ends with %" PRIu64, e->base, end - 1);
	else if (e->base > end)
		verify_remark(v, "%s 之前缺 %" PRIu64 " 个 seq：节点重新加入",
		    "%s begins %" PRIu64 " seqs behind the log before: the node "
		    "was admitted anew", v->l->name, e->base - end);
}

/* Judge entry 0. */
void
verify_rules_first(struct verify *v, const char *text, size_t len,
    const struct verify_place *at)
{
	struct entry *e = &v->e;
	size_t where;

	if (entry_parse(e, text, len, &where) != 0 || e->kind != ENTRY_LOG)
		return;
	if (strcmp(e->log, v->l->head.origin) != 0)
		verify_find(v, at, "第 0 条记录自称属于“%s”", "entry 0 says that this "
		    "is the log \"%s\"", e->log);
	else if (e->base != e->seq)
		verify_find(v, at, "第 0 条记录的 base %" PRIu64 " 不是它的 seq",
		    "entry 0 has the base %" PRIu64 ", which is not its seq",
		    e->base);
	else
		judge_previous(v, e, at);
}
