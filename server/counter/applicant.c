#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/normal.h"
#include "keys/token.h"

#include "applicant.h"

/* Read the documents. */
int
applicant_read(struct request *q, struct applicant *a)
{
	struct entry *e = q->e;
	struct identity_error err;
	struct text t;

	if (request_identity(q, WIRE_T_ID_TYPE, WIRE_T_ID_NO,
	    WIRE_T_ID_COUNTRY, &a->id) != 0)
		return (-1);
	if (wire_u32(q->f, WIRE_T_AGENT_ID_TYPE, 0) != 0 &&
	    request_identity(q, WIRE_T_AGENT_ID_TYPE, WIRE_T_AGENT_ID_NO,
	    WIRE_T_AGENT_COUNTRY, &a->agent) != 0)
		return (-1);
	if (wire_u32(q->f, WIRE_T_PREV_ID_TYPE, 0) != 0 &&
	    request_identity(q, WIRE_T_PREV_ID_TYPE, WIRE_T_PREV_ID_NO,
	    WIRE_T_PREV_COUNTRY, &a->prev) != 0)
		return (-1);
	if ((e->flags & ENTRY_F_GUARDIAN) != 0 && (a->agent.nlen == 0 ||
	    (e->relation != LK_AGENT_GUARDIAN &&
	    e->relation != LK_AGENT_PARENT)))
		return (request_refuse(q, LK_E_ARG,
		    "监护人在场须填写监护人证件（agent_id_*、agent_relation 1 或 2）",
		    "GUARDIAN_PRESENT needs the guardian's document: agent_id_*"
		    " with agent_relation 1 or 2"));
	if (request_text(q, WIRE_T_ORG_NO, &t) != 0)
		return (-1);
	if (e->subject != LK_SUBJECT_ORGANISATION && t.len == 0)
		return (0);
	if (identity_parse(&a->org, LK_ID_CREDIT_CODE, t.p, t.len, "",
	    day_of(q->now / 1000), &err) != 0)
		return (request_refuse(q, LK_E_INPUT, "org_no:%s",
		    "org_no: %s", identity_fault_text(err.fault, q->english)));
	return (0);
}

/* Tokenise one of the shared attributes. */
static int
attribute(struct request *q, unsigned tag, int label,
    size_t (*normal)(const char *, size_t, char *), struct token *out)
{
	char norm[NORMAL_MAX];
	struct text t;
	size_t n;

	if (request_text(q, tag, &t) != 0)
		return (-1);
	if (t.len == 0)
		return (0);
	if ((n = normal(t.p, t.len, norm)) > 0)
		request_token(q, label, norm, n, out);
	explicit_bzero(norm, n);
	return (0);
}

/* Make the tokens that lists know a document or phone by, under each live epoch. */
static void
list_tokens(const struct token_keys *keys, int label, const void *in,
    size_t len, struct token *t)
{
	unsigned i;

	for (i = 0; i < token_keys_count(keys); i++)
		token_make(&t[i], keys, i, (enum token_label)label, in, len);
}

/* Make the list tokens of the applicant; the newest stand in the entry. */
static int
tokenise_lists(struct request *q, struct applicant *a)
{
	const struct token_keys *keys = listing_keys(q->c->listing);
	struct listing_tokens *t = &a->lists;
	uint8_t in[IDENTITY_TOKEN_INPUT];
	char norm[NORMAL_MAX];
	struct entry *e = q->e;
	struct text phone;
	size_t n;

	if (keys == NULL)
		return (0);
	if (request_text(q, WIRE_T_PHONE, &phone) != 0)
		return (-1);
	e->list_epoch = token_keys_epoch(keys, 0);
	n = identity_token_input(&a->id, in);
	list_tokens(keys, TOKEN_PERSON, in, n, t->person);
	e->lperson = t->person[0];
	if (a->agent.nlen != 0) {
		n = identity_token_input(&a->agent, in);
		list_tokens(keys, TOKEN_PERSON, in, n, t->agent);
		t->has_agent = 1;
		e->lagent = t->agent[0];
	}
	explicit_bzero(in, sizeof(in));
	if (phone.len > 0 && (n = normal_phone(phone.p, phone.len, norm)) >
	    0) {
		list_tokens(keys, TOKEN_PHONE, norm, n, t->phone);
		t->has_phone = 1;
		e->lphone = t->phone[0];
		explicit_bzero(norm, n);
	}
	return (0);
}

/* Turn everything personal into tokens. */
int
applicant_tokenise(struct request *q, struct applicant *a)
{
	struct entry *e = q->e;

	e->epoch = token_keys_epoch(q->c->o.keys, 0);
	request_person_token(q, &a->id, TOKEN_PERSON, &e->person);
	if (a->agent.nlen != 0) {
		request_person_token(q, &a->agent, TOKEN_PERSON,
		    &e->agent_person);
		request_person_token(q, &a->agent, TOKEN_AGENT, &e->agent);
	}
	if (a->prev.nlen != 0)
		request_person_token(q, &a->prev, TOKEN_PERSON, &e->prev);
	if (a->org.nlen != 0)
		request_person_token(q, &a->org, TOKEN_ORG, &e->org);
	return (tokenise_lists(q, a) ||
	    request_text(q, WIRE_T_NAME, &a->name) ||
	    attribute(q, WIRE_T_PHONE, TOKEN_PHONE, normal_phone, &e->phone) ||
	    attribute(q, WIRE_T_ADDRESS, TOKEN_ADDRESS, normal_address,
	    &e->address) ||
	    attribute(q, WIRE_T_DEVICE, TOKEN_DEVICE, normal_device,
	    &e->device));
}

/* Digest the normalised request, for idempotency. */
void
applicant_digest(struct request *q, const struct applicant *a)
{
	const struct entry *e = q->e;
	const struct token tokens[] = { e->person, e->agent, e->prev, e->org,
		e->phone, e->address, e->device };
	const int64_t numbers[] = { e->subject, e->id_type, e->operation,
		e->product, e->channel, e->purpose, e->quantity, e->held_here,
		e->relation, e->flags, e->at, (int64_t)a->name.len };
	char texts[sizeof(e->outlet) + sizeof(e->teller) +
	    sizeof(e->terminal) + sizeof(e->decided_by) + sizeof(e->visit) +
	    sizeof(e->batch)], *p = texts;
	struct token_stream s;

	/* Each with its NUL. */
	p = stpcpy(p, e->outlet) + 1;
	p = stpcpy(p, e->teller) + 1;
	p = stpcpy(p, e->terminal) + 1;
	p = stpcpy(p, e->decided_by) + 1;
	p = stpcpy(p, e->visit) + 1;
	p = stpcpy(p, e->batch) + 1;
	token_begin(&s, q->c->o.keys, 0, TOKEN_CONTENT);
	token_update(&s, numbers, sizeof(numbers));
	token_update(&s, tokens, sizeof(tokens));
	token_update(&s, texts, (size_t)(p - texts));
	token_update(&s, a->name.p, a->name.len);
	token_final(&s, &q->e->digest);
}
