#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "keys/hex.h"
#include "keys/sha256.h"
#include "keys/staffnote.h"
#include "keys/token.h"
#include "store/checkpoint.h"
#include "store/journal.h"

#include "core.h"
#include "staff.h"

#define AGE_MS INT64_C(300000)	/* a statement's time and the journal's */
#define PUBLISH_MS 10000	/* to move what is sealed out of the log */

/* What is remembered of staff while the daemon runs. */
struct staff {
	size_t n;
	const struct note_verifier **keys;
	int64_t *last;		/* the highest time that each has used */
};

/* A statement on its way to its answer. */
struct word {
	uint32_t rights;	/* of whoever says it */
	struct staffnote s;
	int ours;		/* it is about our own record */
};

const struct conf_name staff_rights[] = {
	{ "access", STAFF_ACCESS },
	{ "unseal", STAFF_UNSEAL },
	{ "erase", STAFF_ERASE },
	{ "review", STAFF_REVIEW },
	{ "alert", STAFF_ALERT },
	{ "link", STAFF_LINK },
	{ "node", STAFF_NODE },
	{ NULL, 0 }
};

/* Make what is remembered. */
struct staff *
staff_open(const struct counter_options *o)
{
	struct staff *s;
	size_t i;

	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->keys = calloc(o->nstaff + 1, sizeof(*s->keys))) == NULL ||
	    (s->last = calloc(o->nstaff + 1, sizeof(*s->last))) == NULL) {
		staff_close(s);
		return (NULL);
	}
	s->n = o->nstaff;
	for (i = 0; i < s->n; i++) {
		s->keys[i] = &o->staff[i].key;
		/* Nothing said before this start is heard again. */
		s->last[i] = journal_now(o->journal, NULL);
	}
	return (s);
}

/* Free it. */
void
staff_close(struct staff *s)
{

	if (s == NULL)
		return;
	free(s->keys);
	free(s->last);
	free(s);
}

/* Does the request come from an operator's program? */
static int
from_operator(struct request *q)
{
	size_t i;

	for (i = 0; i < q->peer->n; i++)
		if (q->peer->grants[i]->any) {
			q->grant = q->peer->grants[i];
			return (0);
		}
	return (request_refuse(q, LK_E_DENIED,
	    "此套接字不接受工作人员的声明，请使用 [operator] 的套接字",
	    "staff are not heard on this socket: use that of an [operator]"));
}

/* Whose signature is on the note?  Exactly one of those we know. */
static int
signer(struct request *q, struct note *n, size_t *who)
{
	struct staff *s = q->c->staff;
	char err[NOTE_ERROR_MAX];
	size_t i, k;

	if (note_verify(n, s->keys, s->n, err) == 1)
		for (i = 0; i < n->n; i++)
			for (k = 0; k < s->n; k++)
				if (n->sig[i].by == s->keys[k]) {
					*who = k;
					return (0);
				}
	return (request_refuse(q, LK_E_DENIED,
	    "声明的签名无效，或签名人不在本节点的 [staff] 名单中",
	    "the statement bears no good signature of one person who has a "
	    "[staff] section on this node"));
}

/* Is the statement for us, and now? */
static int
timely(struct request *q, const struct word *w, size_t who)
{
	int64_t *last = &q->c->staff->last[who];

	if (strcmp(w->s.node, q->c->o.node) != 0)
		return (request_refuse(q, LK_E_DENIED,
		    "声明是写给节点 %s 的，本节点为 %s",
		    "the statement is made to node %s, this one is %s",
		    w->s.node, q->c->o.node));
	if (w->s.time < q->now - AGE_MS || w->s.time > q->now + AGE_MS)
		return (request_refuse(q, LK_E_DENIED,
		    "声明的时间与日志时钟相差超过 5 分钟，请校对时钟",
		    "the statement's time is more than 5 minutes away from the "
		    "journal's: set the clock right"));
	if (w->s.time <= *last)
		return (request_refuse(q, LK_E_DENIED,
		    "声明已用过，或早于本节点启动的时间，请重新提交",
		    "the statement was used before, or is older than this "
		    "start of the node: make a new one"));
	*last = w->s.time;
	return (0);
}

/* Read the statement: who says what. */
static int
read_word(struct request *q, struct word *w)
{
	char err[NOTE_ERROR_MAX];
	struct entry *e = q->e;
	uint8_t hash[SHA256_LEN];
	struct note n;
	const char *p;
	size_t len, who = 0;

	p = wire_text(q->f, WIRE_T_STATEMENT, &len);
	if (len == 0)
		return (request_refuse(q, LK_E_ARG, "缺少字段 statement",
		    "field statement is missing"));
	if (note_parse(&n, p, len, err) != 0 ||
	    staffnote_parse(&w->s, n.text, n.text_len) != 0)
		return (request_refuse(q, LK_E_ARG,
		    "statement 不是工作人员声明（签名文本）",
		    "statement is no signed statement of staff"));
	if (signer(q, &n, &who) != 0)
		return (-1);
	w->rights = q->c->o.staff[who].rights;
	snprintf(e->decided_by, sizeof(e->decided_by), "%s",
	    q->c->o.staff[who].name);
	snprintf(e->note, sizeof(e->note), "%s", w->s.reason);
	sha256_of(hash, p, len);
	hex_encode(e->hash, hash, sizeof(hash));
	return (timely(q, w, who));
}

/* May he? */
static int
allowed(struct request *q, const struct word *w)
{
	static const uint32_t need[STAFFNOTE_ACTIONS] = {
		[STAFFNOTE_PERSON] = STAFF_ACCESS,
		[STAFFNOTE_ENTRY] = STAFF_ACCESS,
		[STAFFNOTE_UNSEAL] = STAFF_UNSEAL,
		[STAFFNOTE_ERASE] = STAFF_ERASE,
		[STAFFNOTE_TAKE] = STAFF_REVIEW,
		[STAFFNOTE_RELEASE] = STAFF_REVIEW,
		[STAFFNOTE_APPROVE] = STAFF_REVIEW,
		[STAFFNOTE_DENY] = STAFF_REVIEW,
		[STAFFNOTE_DISPATCH] = STAFF_REVIEW,
		[STAFFNOTE_RESULT] = STAFF_REVIEW,
		[STAFFNOTE_CLOSE] = STAFF_REVIEW,
		[STAFFNOTE_ALERT_TAKE] = STAFF_ALERT,
		[STAFFNOTE_ALERT_CLOSE] = STAFF_ALERT,
		[STAFFNOTE_LINK] = STAFF_LINK,
		[STAFFNOTE_UNLINK] = STAFF_LINK,
		[STAFFNOTE_SCREEN] = STAFF_ACCESS,
		[STAFFNOTE_NODE_RETIRE] = STAFF_NODE,
		[STAFFNOTE_NODE_REPLACE] = STAFF_NODE,
		[STAFFNOTE_NODE_READMIT] = STAFF_NODE };
	uint32_t right = need[w->s.action];
	const char *name = q->e->decided_by;
	size_t i;

	if ((w->rights & right) != 0)
		return (0);
	for (i = 0; staff_rights[i].number != right; i++)
		continue;
	return (request_refuse(q, LK_E_DENIED,
	    "%s 没有 %s 权限，请查 liangkad.conf 的 [staff %s]",
	    "%s has no right %s: see [staff %s] in liangkad.conf",
	    name, staff_rights[i].name, name));
}

/* Which entry is it about?  One of our own must be there; *old is it then. */
static int
about(struct request *q, struct word *w, struct entry *old)
{
	struct journal *j = q->c->journal;
	struct entry *e = q->e;

	w->ours = strcmp(w->s.origin, q->c->o.node) == 0;
	if (!w->ours)
		snprintf(e->origin, sizeof(e->origin), "%s", w->s.origin);
	if (w->s.entry == 0)
		return (0);	/* persons, or a node */
	e->ref = w->s.entry;
	if (!w->ours)
		return (0);
	if (w->s.entry > journal_durable(j) ||
	    journal_read(j, w->s.entry, old) != 0)
		return (request_refuse(q, LK_E_ARG, "没有编号为 %llu 的记录",
		    "there is no entry %llu",
		    (unsigned long long)w->s.entry));
	return (0);
}

/* Is an identity sealed beside it? */
static int
is_sealed(struct request *q, const struct word *w, const struct entry *old)
{

	if (!w->ours || (old->flags & ENTRY_F_SEALED) != 0)
		return (0);
	return (request_refuse(q, LK_E_ARG,
	    "记录 %llu 没有封存的身份信息",
	    "no identity is sealed beside entry %llu",
	    (unsigned long long)w->s.entry));
}

/* Write the tokens of the document under each live epoch. */
static void
tokens(struct request *q, const struct identity *id, int label,
    char text[256])
{
	const struct token_keys *keys = q->c->o.keys;
	uint8_t in[IDENTITY_TOKEN_INPUT];
	char hex[TOKEN_HEX_LEN + 1];
	struct token t;
	size_t n = identity_token_input(id, in), len = 0;
	unsigned i;

	text[0] = '\0';
	for (i = 0; i < token_keys_count(keys) && len < 200; i++) {
		token_make(&t, keys, i, (enum token_label)label, in, n);
		token_hex(&t, hex);
		len += (size_t)snprintf(&text[len], 256 - len, "%s%u:%s",
		    i > 0 ? " " : "", token_keys_epoch(keys, i), hex);
	}
	explicit_bzero(in, sizeof(in));
}

/* Answer who is looked up: the record of it, and the tokens. */
static int
person(struct request *q, char text[256])
{
	struct entry *e = q->e;
	struct identity id;
	int org;

	if (request_identity(q, WIRE_T_ID_TYPE, WIRE_T_ID_NO,
	    WIRE_T_ID_COUNTRY, &id) != 0)
		return (-1);
	org = id.family == IDENTITY_ORG;
	e->code = ACCESS_PERSON;
	e->epoch = token_keys_epoch(q->c->o.keys, 0);
	request_person_token(q, &id, org ? TOKEN_ORG : TOKEN_PERSON,
	    org ? &e->org : &e->person);
	if (org)
		e->subject = LK_SUBJECT_ORGANISATION;
	tokens(q, &id, org ? TOKEN_ORG : TOKEN_PERSON, text);
	explicit_bzero(&id, sizeof(id));
	return (0);
}

/* Write the reply, which waits for the entry. */
static void
reply(struct request *q, const char *tokens_text)
{
	struct wire_out *o = q->out;

	q->done->wait_seq = journal_seq(q->c->journal);
	wire_begin(o, q->h->type | WIRE_REPLY, q->h->id);
	wire_put_u32(o, WIRE_T_ERROR, LK_OK);
	wire_put_u64(o, WIRE_T_SEQ, q->e->seq);
	wire_put_text(o, WIRE_T_TOKENS, tokens_text);
	wire_put_text(o, WIRE_T_NODE, q->c->o.node);
	(void)wire_end(o);
}

/* Does the law still ask that it be kept?  Then that is recorded and told. */
static int
retained(struct request *q, const struct entry *old)
{
	int64_t until = old->t + q->c->o.seal_retention_ms;
	char day[DAY_TEXT];
	uint8_t leaf[32];

	if (q->now >= until)
		return (0);
	q->e->flags |= ENTRY_F_REFUSED;
	if (request_write(q, leaf) != 0)
		return (-1);
	/* The first day on which all of it is over. */
	day_print(day, day_of((until + 86399999) / 1000));
	return (request_refuse(q, LK_E_DENIED,
	    "法定保存期未满，自 %s 起方可删除（反洗钱法第三十四条：身份资料至少保存十年；网络安全法：网络日志不少于六个月）",
	    "the law asks that it be kept: it may be erased from %s on "
	    "(反洗钱法 2024 Art. 34: identity records ten years; 网络安全法: "
	    "logs six months at least)", day));
}

/*
 * Have what is sealed moved to sealed/ first: the first sidecar of a day carries the
 * data key of all others, which must not go with it.
 */
static int
moved(struct request *q)
{
	struct journal *j = q->c->journal;
	struct checkpoint head;
	uint64_t named;

	/* Where no signed log is kept nothing is ever moved. */
	if (!journal_log_full(j) && (journal_publish(j, PUBLISH_MS) == 0 ||
	    journal_head(j, &head, &named) != 0))
		return (0);
	return (request_refuse(q, LK_E_BUSY,
	    "签名日志暂时无法写入，请稍后再试",
	    "the signed log cannot be written at the moment: try again later"));
}

/* Erase: once the entry that says so is durable. */
static void
erase(struct request *q, const struct word *w, const struct entry *old)
{
	uint8_t leaf[32];
	char err[512];

	if (!w->ours) {
		request_refuse(q, LK_E_ARG,
		    "只能删除本节点的身份信息，请向节点 %s 提出",
		    "only an identity of this node's own can be erased here: "
		    "ask node %s", w->s.origin);
		return;
	}
	if (is_sealed(q, w, old) != 0 || retained(q, old) != 0 ||
	    moved(q) != 0 || request_write(q, leaf) != 0)
		return;
	if (journal_erase(q->c->journal, w->s.entry, err, sizeof(err)) == 0)
		reply(q, "");
	else
		request_refuse(q, LK_E_UNAVAIL,
		    "删除已记录，尚未完成，重新启动时将继续：%s",
		    "the erasure is recorded but not done; it is done again "
		    "at the next start: %s", err);
}

/* Look up, unseal, erase. */
static void
look_up(struct request *q, const struct word *w, const struct entry *old)
{
	struct entry *e = q->e;
	char text[256] = "";
	uint8_t leaf[32];

	switch (w->s.action) {
	case STAFFNOTE_PERSON:
		if (person(q, text) == 0 && request_write(q, leaf) == 0)
			reply(q, text);
		break;
	case STAFFNOTE_ENTRY:
	case STAFFNOTE_SCREEN:
		e->code = w->s.action == STAFFNOTE_ENTRY ? ACCESS_ENTRY :
		    ACCESS_SCREEN;
		if (request_write(q, leaf) == 0)
			reply(q, "");
		break;
	case STAFFNOTE_UNSEAL:
		e->kind = ENTRY_UNSEAL;
		if (is_sealed(q, w, old) == 0 && request_write(q, leaf) == 0)
			reply(q, "");
		break;
	default:
		e->kind = ENTRY_ERASE;
		erase(q, w, old);
		break;
	}
}

/* Work at the desk, or with nodes: only where the record is kept. */
static void
work(struct request *q, const struct word *w, const struct entry *old)
{

	if (!w->ours) {
		request_refuse(q, LK_E_ARG, "该事项由节点 %s 记录，请在那里办理",
		    "node %s keeps this record: do it there", w->s.origin);
		return;
	}
	switch (w->s.action) {
	case STAFFNOTE_ALERT_TAKE:
	case STAFFNOTE_ALERT_CLOSE:
		if (cases_alert(q, &w->s) == 0)
			reply(q, "");
		break;
	case STAFFNOTE_LINK:
	case STAFFNOTE_UNLINK:
		if (cases_link(q, &w->s) == 0)
			reply(q, "");
		break;
	case STAFFNOTE_NODE_RETIRE:
	case STAFFNOTE_NODE_REPLACE:
	case STAFFNOTE_NODE_READMIT:
		staff_node(q, &w->s);
		break;
	default:
		cases_step(q, &w->s, old);
		break;
	}
}

/* Answer a member of staff. */
void
staff_answer(struct request *q)
{
	struct word w = { .rights = 0 };
	struct entry *e = q->e, old;

	entry_clear(e, ENTRY_ACCESS);
	entry_clear(&old, ENTRY_NONE);
	if (from_operator(q) == 0 && read_word(q, &w) == 0 &&
	    allowed(q, &w) == 0 && about(q, &w, &old) == 0) {
		if (w.s.action <= STAFFNOTE_ERASE ||
		    w.s.action == STAFFNOTE_SCREEN)
			look_up(q, &w, &old);
		else
			work(q, &w, &old);
	}
	/* In the sum of what was refused he is told apart by name. */
	if (q->error != LK_OK) {
		if (q->grant != NULL)
			memcpy(e->inst, q->grant->id, sizeof(e->inst));
		memcpy(e->teller, e->decided_by, sizeof(e->teller));
	}
}
