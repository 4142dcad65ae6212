#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/normal.h"
#include "keys/token.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "above.h"
#include "core.h"
#include "reference.h"
#include "sealing.h"

#define EVENT_FIRST_MS ((int64_t)631152000 * 1000) /* 1990-01-01 */
#define EVENT_AHEAD_MS ((int64_t)300 * 1000)

/* Refuse; the first refusal counts. */
int
request_refuse(struct request *q, int code, const char *zh, const char *en,
    ...)
{
	va_list ap;

	if (q->error != LK_OK)
		return (-1);
	q->error = code;
	va_start(ap, en);
	vsnprintf(q->text, sizeof(q->text), q->english ? en : zh, ap);
	va_end(ap);
	return (-1);
}

/* Fetch a text field, converted and checked. */
int
request_text(struct request *q, unsigned tag, struct text *t)
{
	struct counter *c = q->c;
	long n;

	t->p = wire_text(q->f, tag, &t->len);
	if (t->len == 0)
		return (0);
	if (q->gb18030) {
		n = encoding_from(c->encoding, t->p, t->len,
		    &c->arena[c->used], sizeof(c->arena) - c->used);
		if (n < 0)
			return (request_refuse(q, LK_E_ENCODING,
			    "字段 %s 不是有效的 GB18030 文本",
			    "field %s is not valid GB18030",
			    wire_tag_name(tag)));
		t->p = &c->arena[c->used];
		t->len = (size_t)n;
		c->used += (size_t)n;
	} else if (!encoding_valid(t->p, t->len))
		return (request_refuse(q, LK_E_ENCODING,
		    "字段 %s 不是有效的 UTF-8 文本",
		    "field %s is not valid UTF-8", wire_tag_name(tag)));
	return (0);
}

/* Fetch an identifier. */
int
request_id(struct request *q, unsigned tag, char *dst, size_t size,
    int required)
{
	struct text t;

	dst[0] = '\0';
	if (request_text(q, tag, &t) != 0)
		return (-1);
	if (t.len == 0 && required)
		return (request_refuse(q, LK_E_ARG, "缺少字段 %s",
		    "field %s is missing", wire_tag_name(tag)));
	if (t.len >= size)
		return (request_refuse(q, LK_E_ARG,
		    "字段 %s 过长（UTF-8 最多 %u 字节）",
		    "field %s is too long (at most %u bytes of UTF-8)",
		    wire_tag_name(tag), (unsigned)size - 1));
	if (!encoding_plain(t.p, t.len))
		return (request_refuse(q, LK_E_ARG,
		    "字段 %s 含有控制字符",
		    "field %s holds a control character",
		    wire_tag_name(tag)));
	memcpy(dst, t.p, t.len);
	dst[t.len] = '\0';
	return (0);
}

/* Fetch a code. */
int
request_code(struct request *q, unsigned tag, int32_t otherwise,
    int (*ok)(int32_t), int32_t *v)
{

	*v = (int32_t)wire_u32(q->f, tag, (uint32_t)otherwise);
	if (*v == 0)
		*v = otherwise;
	if (ok(*v))
		return (0);
	return (request_refuse(q, LK_E_ARG,
	    "字段 %s 的代码 %d 未知，见 plugin.h",
	    "field %s: unknown code %d, see plugin.h",
	    wire_tag_name(tag), *v));
}

/* Settle the institution and the right. */
int
request_authority(struct request *q, uint32_t right)
{
	const struct grant *only;

	if (request_id(q, WIRE_T_INSTITUTION, q->e->inst, sizeof(q->e->inst),
	    0) != 0)
		return (-1);
	if (q->e->inst[0] == '\0') {
		if ((only = grant_only(q->peer)) == NULL)
			return (request_refuse(q, LK_E_ARG,
			    "必须填写 institution（本连接可代表多家机构）",
			    "institution must be named: this peer may act for "
			    "several"));
		memcpy(q->e->inst, only->id, sizeof(q->e->inst));
	}
	if ((q->grant = grant_for(q->peer, q->e->inst, right)) == NULL)
		return (request_refuse(q, LK_E_DENIED,
		    "无权代表机构 %s 进行此操作，请查 liangkad.conf 的 rights 与 uid",
		    "no right to do this for institution %s; see rights and "
		    "uid in liangkad.conf", q->e->inst));
	if (q->grant->any)
		memcpy(q->e->origin, q->grant->id, sizeof(q->e->origin));
	return (0);
}

/* Read a document. */
int
request_identity(struct request *q, unsigned type_tag, unsigned no_tag,
    unsigned country_tag, struct identity *id)
{
	struct identity_error err;
	struct text no, country;
	char iso[16];
	int32_t type;

	if (request_code(q, type_tag, 0, code_id_type, &type) != 0 ||
	    request_text(q, no_tag, &no) != 0 ||
	    request_text(q, country_tag, &country) != 0)
		return (-1);
	if (country.len >= sizeof(iso))
		country.len = sizeof(iso) - 1;
	if (country.len > 0)
		memcpy(iso, country.p, country.len);
	iso[country.len] = '\0';
	if (identity_parse(id, type, no.p, no.len, iso,
	    day_of(q->now / 1000), &err) == 0)
		return (0);
	return (request_refuse(q, LK_E_INPUT, "%s：%s", "%s: %s",
	    wire_tag_name(err.fault == IDENTITY_NO_COUNTRY ||
	    err.fault == IDENTITY_BAD_COUNTRY ? country_tag : no_tag),
	    identity_fault_text(err.fault, q->english)));
}

/* Make a token. */
void
request_token(struct request *q, int label, const void *data, size_t len,
    struct token *t)
{

	token_make(t, q->c->o.keys, 0, (enum token_label)label, data, len);
}

/* Make a token of a document. */
void
request_person_token(struct request *q, const struct identity *id,
    int label, struct token *t)
{
	uint8_t in[IDENTITY_TOKEN_INPUT];
	size_t n = identity_token_input(id, in);

	request_token(q, label, in, n, t);
	explicit_bzero(in, sizeof(in));
}

/* Make a list token under the newest epoch. */
void
request_list_token(struct request *q, const struct identity *id,
    int label, const void *data, size_t len, struct token *t)
{
	const struct token_keys *keys = listing_keys(q->c->listing);
	uint8_t in[IDENTITY_TOKEN_INPUT];

	if (keys == NULL)
		return;
	if (id != NULL) {
		len = identity_token_input(id, in);
		data = in;
	}
	token_make(t, keys, 0, (enum token_label)label, data, len);
	if (id != NULL)
		explicit_bzero(in, sizeof(in));
	q->e->list_epoch = token_keys_epoch(keys, 0);
}

/* Read the card reference. */
int
request_card(struct request *q, struct token *t)
{
	char norm[NORMAL_MAX];
	struct text s;
	size_t n;

	if (request_text(q, WIRE_T_CARD_REF, &s) != 0)
		return (-1);
	if ((n = normal_card(s.p, s.len, norm)) == 0)
		return (request_refuse(q, LK_E_ARG, "缺少字段 card_ref",
		    "field card_ref is missing"));
	request_token(q, TOKEN_CARD, norm, n, t);
	if (q->e->kind == ENTRY_CONFIRM || q->e->kind == ENTRY_INTAKE)
		request_list_token(q, NULL, TOKEN_CARD, norm, n, &q->e->lcard);
	explicit_bzero(norm, sizeof(norm));
	q->e->epoch = token_keys_epoch(q->c->o.keys, 0);
	return (0);
}

/* Read an event time. */
int
request_event(struct request *q, unsigned tag, int64_t *at)
{

	*at = (int64_t)wire_u64(q->f, tag, 0);
	if (*at == 0)
		return (0);
	if (*at < EVENT_FIRST_MS || *at > q->now + EVENT_AHEAD_MS)
		return (request_refuse(q, LK_E_ARG,
		    "字段 %s 的时间不合理（UTC 毫秒，不得晚于现在）",
		    "field %s: not a plausible time (UTC milliseconds, not "
		    "after now)", wire_tag_name(tag)));
	if (*at > q->now)
		*at = q->now;
	return (0);
}

/* Write a number; return its end. */
static char *
put_number(char *p, unsigned v)
{

	if (v >= 10)
		p = put_number(p, v / 10);
	*p = (char)('0' + v % 10);
	return (p + 1);
}

/* Fill in the key of the visit. */
void
request_visit(struct request *q)
{
	struct entry *e = q->e;
	char buf[160], *p;

	p = stpcpy(buf, e->inst);
	*p++ = '\x1f';
	if (e->visit[0] != '\0')
		p = stpcpy(p, e->visit);
	else {
		p = stpcpy(p, e->outlet);
		*p++ = '\x1f';
		p = put_number(p, (unsigned)day_of((e->at ? e->at : q->now) /
		    1000));
	}
	if ((e->visit_key = XXH3_64bits(buf, (size_t)(p - buf))) == 0)
		e->visit_key = 1;
}

/* Find a decision's record by a decision id or reference. */
static const struct record_decision *
find(struct request *q, const char *s, size_t len, uint64_t *seq)
{
	const struct record_decision *d;
	uint8_t key[8], prefix[4];
	int form;

	if ((form = reference_parse(s, len, q->c->o.node, seq, prefix)) == 0)
		return (NULL);
	record_seq_key(key, *seq);
	d = state_get(journal_state(q->c->journal), RECORD_DECISION, key, 8,
	    NULL, NULL);
	if (d == NULL || d->t + RECORD_KEEP_MS < q->now ||
	    (form == 2 && memcmp(d->leaf, prefix, 4) != 0))
		return (NULL);
	return (d);
}

/* Look a decision up. */
int
request_decision(struct request *q, uint32_t right, struct found *found)
{
	struct names *names = journal_names(q->c->journal);
	const struct record_decision *d;
	struct entry *e = q->e;
	struct text id;

	if (request_text(q, WIRE_T_DECISION_ID, &id) != 0)
		return (-1);
	if (id.len == 0)
		return (request_refuse(q, LK_E_ARG, "缺少字段 decision_id",
		    "field decision_id is missing"));
	d = find(q, id.p, id.len, &found->seq);
	if (d == NULL || grant_for(q->peer, names_text(names, d->inst), 0) ==
	    NULL)
		return (request_refuse(q, LK_E_INPUT,
		    "没有编号为 %.*s 的决定，请核对编号",
		    "there is no decision %.*s: check the id", (int)id.len,
		    id.p));
	snprintf(e->inst, sizeof(e->inst), "%s", names_text(names, d->inst));
	if ((q->grant = grant_for(q->peer, e->inst, right)) == NULL)
		return (request_refuse(q, LK_E_DENIED,
		    "无权对机构 %s 的决定进行此操作",
		    "no right to do this to a decision of %s", e->inst));
	if (q->grant->any)
		memcpy(e->origin, q->grant->id, sizeof(e->origin));
	snprintf(e->outlet, sizeof(e->outlet), "%s",
	    names_text(names, d->outlet));
	e->ref = found->seq;
	e->epoch = d->epoch;
	if ((d->flags & DECISION_ORGANISATION) != 0) {
		e->subject = LK_SUBJECT_ORGANISATION;
		e->org = d->person;
	} else
		e->person = d->person;
	found->d = d;
	return (0);
}

/* Did the journal take the entry? */
static int
taken(struct request *q, int rc)
{

	switch (rc) {
	case LK_OK:
		return (0);
	case LK_E_BUSY:
		return (request_refuse(q, rc, "系统繁忙，请稍后重试",
		    "busy: try again in a moment"));
	case LK_E_ARG:
		return (request_refuse(q, rc, "请求内容过长，无法记录",
		    "the request is too long to be recorded"));
	default:
		return (request_refuse(q, LK_E_UNAVAIL,
		    "无法记录决定，暂停受理，请联系管理员",
		    "decisions cannot be recorded: call the operator"));
	}
}

/* Write the entry with what stands beside it. */
static int
write_with(struct request *q, uint8_t leaf[32], const uint8_t *sidecar,
    size_t len)
{
	int rc;

	if (q->c->held)
		return (request_refuse(q, LK_E_UNAVAIL,
		    "本节点的磁盘曾被回退，须由上级重新接纳后方可受理",
		    "this node was wound back to an old copy of its disk: the "
		    "node above has to readmit it before it records anything"));
	above_address(q);
	q->e->t = q->now;
	if (q->c->o.sandbox)
		q->e->flags |= ENTRY_F_SANDBOX;
	rc = journal_write_with(q->c->journal, q->e, leaf, sidecar, len);
	if (rc == LK_E_ARG && q->e->up_hits[0] != '\0') {
		/* Its entry tells which rules those were, and ours names it. */
		q->e->up_hits[0] = '\0';
		rc = journal_write_with(q->c->journal, q->e, leaf, sidecar,
		    len);
	}
	return (taken(q, rc));
}

/* Write the entry. */
int
request_write(struct request *q, uint8_t leaf[32])
{

	return (write_with(q, leaf, NULL, 0));
}

/* Write the entry, and the identity for the centre. */
int
request_write_sealed(struct request *q, uint8_t leaf[32])
{
	struct sealing *s = q->c->sealing;
	const uint8_t *sidecar;
	size_t len;

	if (s == NULL)
		return (request_write(q, leaf));
	/* The seal names the entry: nothing comes before it any more. */
	if ((sidecar = sealing_make(s, q, journal_next(q->c->journal),
	    &len)) == NULL || write_with(q, leaf, sidecar, len) != 0)
		return (-1);
	if (len != 0)
		sealing_taken(s);
	return (0);
}
