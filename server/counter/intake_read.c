#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/normal.h"

#include "intake.h"

#define FIRST_MS ((int64_t)631152000 * 1000) /* 1990-01-01 */
#define AHEAD_MS ((int64_t)300 * 1000)
#define DAY_MS ((int64_t)86400000)

/* Refuse the row. */
int
intake_no(struct intake *x, int field, int why, int detail)
{

	x->res->outcome = INTAKEROW_REFUSED;
	x->res->why = (uint8_t)why;
	x->res->field = (uint8_t)field;
	x->res->detail = (uint8_t)detail;
	return (-1);
}

/* Fetch an identifier of the row. */
int
intake_text(struct intake *x, int which, int field, char *dst, size_t size)
{
	const char *p = x->row->text[which].p;
	size_t len = x->row->text[which].len;

	dst[0] = '\0';
	if (len == 0)
		return (0);
	if (len >= size)
		return (intake_no(x, field, INTAKEROW_LONG, 0));
	if (!encoding_valid(p, len) || !encoding_plain(p, len))
		return (intake_no(x, field, INTAKEROW_UNTEXT, 0));
	memcpy(dst, p, len);
	dst[len] = '\0';
	return (0);
}

/* Whose row it is, and may the peer tell it? */
int
intake_read_authority(struct intake *x)
{
	struct request *q = x->q;
	struct entry *e = q->e;
	const struct grant *g;

	if (intake_text(x, INTAKEROW_INST, INTAKEROW_F_INST, e->inst,
	    sizeof(e->inst)) != 0)
		return (-1);
	if (e->inst[0] == '\0')
		return (intake_no(x, INTAKEROW_F_INST, INTAKEROW_MISSING, 0));
	if ((g = grant_for(q->peer, e->inst, RIGHT_INTAKE)) == NULL)
		return (intake_no(x, INTAKEROW_F_INST, INTAKEROW_RIGHT, 0));
	q->grant = g;
	if (g->any)
		memcpy(e->origin, g->id, sizeof(e->origin));
	return (0);
}

/* Is a card reference free of control characters, but for tabs, which its normal form
 * leaves out? */
static int
plain_card(const char *p, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n + 1) {
		for (n = 0; i + n < len && p[i + n] != '\t'; n++)
			;
		if (!encoding_plain(&p[i], n))
			return (0);
	}
	return (1);
}

/* The card reference. */
int
intake_read_card(struct intake *x)
{
	struct request *q = x->q;
	const char *p = x->row->text[INTAKEROW_REF].p;
	size_t len = x->row->text[INTAKEROW_REF].len, n;
	char norm[NORMAL_MAX];

	if (len > wire_tag_max(WIRE_T_CARD_REF))
		return (intake_no(x, INTAKEROW_F_REF, INTAKEROW_LONG, 0));
	if (!encoding_valid(p, len) || !plain_card(p, len))
		return (intake_no(x, INTAKEROW_F_REF, INTAKEROW_UNTEXT, 0));
	if (x->early != NULL && (x->early->has & INTAKE_EARLY_CARD) != 0 &&
	    (x->row->kind != INTAKEROW_OPEN ||
	    listing_keys(q->c->listing) == NULL)) {
		q->e->card = x->early->card;
		q->e->epoch = token_keys_epoch(q->c->o.keys, 0);
		return (0);
	}
	if ((n = normal_card(p, len, norm)) == 0)
		return (intake_no(x, INTAKEROW_F_REF, INTAKEROW_MISSING, 0));
	request_token(q, TOKEN_CARD, norm, n, &q->e->card);
	if (x->row->kind == INTAKEROW_OPEN)
		request_list_token(q, NULL, TOKEN_CARD, norm, n, &q->e->lcard);
	explicit_bzero(norm, n);
	q->e->epoch = token_keys_epoch(q->c->o.keys, 0);
	return (0);
}

/* When it happened; a closing known by its day happened at the end of that. */
int
intake_read_when(struct intake *x)
{
	int opening = x->row->kind == INTAKEROW_OPEN;
	int field = opening ? INTAKEROW_F_OPENED : INTAKEROW_F_CLOSED;
	struct entry *e = x->q->e;
	int64_t now = x->q->now;

	e->at = x->row->at;
	if ((x->row->flags & INTAKEROW_DATED) != 0)
		e->flags |= ENTRY_F_DATE_ONLY;
	if (e->at == 0 && opening && (x->mode & INTAKEROW_STOCK) != 0) {
		e->at = FIRST_MS;
		e->flags |= ENTRY_F_DATE_ONLY;
	}
	if (e->at == 0)
		return (intake_no(x, field, INTAKEROW_MISSING, 0));
	/* The first day of 1990 here begins a little before that of UTC. */
	if (e->at < FIRST_MS && e->at >= FIRST_MS - DAY_MS)
		e->at = FIRST_MS;
	if (e->at < FIRST_MS || e->at > now + AHEAD_MS)
		return (intake_no(x, field, INTAKEROW_TIME, 0));
	if (!opening && (e->flags & ENTRY_F_DATE_ONLY) != 0)
		e->at = (day_start(day_of(e->at / 1000) + 1) - 1) * 1000;
	if (e->at > now)
		e->at = now;
	return (0);
}

/* The document, as a token of the person or organisation. */
int
intake_read_document(struct intake *x)
{
	struct request *q = x->q;
	const struct intakerow *r = x->row;
	struct identity_error err;
	struct entry *e = q->e;
	char country[16];

	if (x->early != NULL && (x->early->has & INTAKE_EARLY_PERSON) != 0) {
		x->id = x->early->id;
		e->id_type = r->id_type;
		e->person = x->early->person;
		return (0);
	}
	if (!code_id_type(r->id_type))
		return (intake_no(x, INTAKEROW_F_ID_TYPE, r->id_type == 0 ?
		    INTAKEROW_MISSING : INTAKEROW_CODE, 0));
	if (intake_text(x, INTAKEROW_COUNTRY, INTAKEROW_F_COUNTRY, country,
	    sizeof(country)) != 0)
		return (-1);
	if (identity_parse(&x->id, r->id_type, r->text[INTAKEROW_ID].p,
	    r->text[INTAKEROW_ID].len, country, day_of(q->now / 1000), &err) !=
	    0)
		return (intake_no(x, err.fault == IDENTITY_NO_COUNTRY ||
		    err.fault == IDENTITY_BAD_COUNTRY ? INTAKEROW_F_COUNTRY :
		    INTAKEROW_F_ID, INTAKEROW_DOCUMENT, err.fault));
	if (x->id.family == IDENTITY_ORG) {
		e->subject = LK_SUBJECT_ORGANISATION;
		request_person_token(q, &x->id, TOKEN_ORG, &e->org);
		return (0);
	}
	e->id_type = r->id_type;
	request_person_token(q, &x->id, TOKEN_PERSON, &e->person);
	return (0);
}

/* A phone or address, of which others may be known. */
static int
attribute(struct intake *x, int which, int field, int label,
    size_t (*normal)(const char *, size_t, char *), struct token *out)
{
	const char *p = x->row->text[which].p;
	size_t len = x->row->text[which].len, n;
	char norm[NORMAL_MAX];

	if (len == 0 || (x->mode & INTAKEROW_STOCK) != 0)
		return (0);
	if (len > 511)
		return (intake_no(x, field, INTAKEROW_LONG, 0));
	if (!encoding_valid(p, len))
		return (intake_no(x, field, INTAKEROW_UNTEXT, 0));
	if ((n = normal(p, len, norm)) > 0)
		request_token(x->q, label, norm, n, out);
	explicit_bzero(norm, n);
	return (0);
}

/* The codes of an opening. */
static int
codes(struct intake *x)
{
	const struct intakerow *r = x->row;
	struct entry *e = x->q->e;

	e->product = r->product;
	e->operation = r->operation != 0 ? r->operation : LK_OP_NEW;
	e->quantity = r->quantity != 0 ? r->quantity : 1;
	e->channel = r->channel;
	if (!code_product(e->product))
		return (intake_no(x, INTAKEROW_F_PRODUCT, e->product == 0 ?
		    INTAKEROW_MISSING : INTAKEROW_CODE, 0));
	if (!code_operation(e->operation))
		return (intake_no(x, INTAKEROW_F_OPERATION, INTAKEROW_CODE, 0));
	if (e->channel != 0 && !code_channel(e->channel))
		return (intake_no(x, INTAKEROW_F_CHANNEL, INTAKEROW_CODE, 0));
	if (e->quantity > 1000)
		return (intake_no(x, INTAKEROW_F_QUANTITY, INTAKEROW_CODE, 0));
	return (0);
}

/* Where the person and the outlet are. */
void
intake_place(struct intake *x)
{
	struct entry *e = x->q->e;

	e->area = alarm_area(x->q->c, e->inst, e->outlet);
	if (e->area == 0)
		e->area = x->q->grant->area;
	if (x->id.area != 0 && e->area != 0 &&
	    x->id.area / 100 != e->area / 100)
		e->flags |= ENTRY_F_AWAY;
}

/* Read an opening into the entry. */
int
intake_read_opening(struct intake *x)
{
	struct request *q = x->q;
	struct entry *e = q->e;

	if (codes(x) != 0 || intake_text(x, INTAKEROW_OUTLET, INTAKEROW_F_OUTLET,
	    e->outlet, sizeof(e->outlet)) != 0 || intake_text(x, INTAKEROW_TELLER,
	    INTAKEROW_F_TELLER, e->teller, sizeof(e->teller)) != 0 ||
	    intake_text(x, INTAKEROW_TXN, INTAKEROW_F_TXN, e->txn, sizeof(e->txn)) !=
	    0 || intake_text(x, INTAKEROW_VISIT, INTAKEROW_F_VISIT, e->visit,
	    sizeof(e->visit)) != 0)
		return (-1);
	if (e->outlet[0] == '\0' && (x->mode & INTAKEROW_STOCK) == 0)
		return (intake_no(x, INTAKEROW_F_OUTLET, INTAKEROW_MISSING, 0));
	if (e->outlet[0] == '\0')
		memcpy(e->outlet, "-", 2);
	if (intake_read_document(x) != 0 || attribute(x, INTAKEROW_PHONE,
	    INTAKEROW_F_PHONE, TOKEN_PHONE, normal_phone, &e->phone) != 0 ||
	    attribute(x, INTAKEROW_NOTE, INTAKEROW_F_ADDRESS, TOKEN_ADDRESS,
	    normal_address, &e->address) != 0)
		return (-1);
	if (e->subject == LK_SUBJECT_PERSON)
		request_list_token(q, &x->id, TOKEN_PERSON, NULL, 0,
		    &e->lperson);
	if ((x->mode & INTAKEROW_STOCK) != 0)
		e->flags |= ENTRY_F_STOCK;
	request_visit(q);
	return (0);
}
