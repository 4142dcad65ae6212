#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"
#include "store/subject.h"

#include "intake.h"

/* Write with the identity sealed beside it, from what the row says. */
static int
write_sealed(struct intake *x)
{
	static const struct { uint8_t tag, text; } parts[] = {
		{ WIRE_T_ID_NO, INTAKEROW_ID },
		{ WIRE_T_ID_COUNTRY, INTAKEROW_COUNTRY },
		{ WIRE_T_PHONE, INTAKEROW_PHONE },
		{ WIRE_T_ADDRESS, INTAKEROW_NOTE } };
	const struct wire_fields *asked = x->q->f;
	struct request *q = x->q;
	struct wire_fields f;
	uint8_t type[4] = { (uint8_t)x->row->id_type, 0, 0, 0 };
	int rc, gb18030 = q->gb18030;
	size_t i;

	memset(&f, 0, sizeof(f));
	f.present[0] |= UINT64_C(1) << WIRE_T_ID_TYPE;
	f.f[WIRE_T_ID_TYPE].p = type;
	f.f[WIRE_T_ID_TYPE].len = sizeof(type);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (x->row->text[parts[i].text].len == 0)
			continue;
		f.present[0] |= UINT64_C(1) << parts[i].tag;
		f.f[parts[i].tag].p =
		    (const uint8_t *)x->row->text[parts[i].text].p;
		f.f[parts[i].tag].len = x->row->text[parts[i].text].len;
	}
	q->f = &f;
	q->gb18030 = 0;
	rc = request_write_sealed(q, NULL);
	q->f = asked;
	q->gb18030 = gb18030;
	return (rc);
}

/* Write the entry, unless this is a rehearsal. */
static int
put(struct intake *x, int outcome)
{
	struct request *q = x->q;
	int rc = 0;

	if ((x->mode & INTAKEROW_DRY) == 0)
		rc = q->e->alert != ALERT_NONE && q->e->kind == ENTRY_INTAKE ?
		    write_sealed(x) : request_write(q, NULL);
	if (rc == 0) {
		x->res->outcome = (uint8_t)outcome;
		x->res->detail = q->e->alert != ALERT_NONE;
		return (0);
	}
	if (q->error == LK_E_ARG)
		return (intake_no(x, INTAKEROW_F_NONE, INTAKEROW_ENTRY, 0));
	x->res->outcome = INTAKEROW_BUSY;
	return (-1);
}

/* What a decision did not allow, as a confirm at that time would have been. */
static uint32_t
misfit(const struct record_decision *d, int64_t at)
{
	int standing = reply_standing(d, at);
	uint32_t flags = 0;

	if (d->life == LIFE_CANCELLED || d->life == LIFE_VOIDED ||
	    d->life == LIFE_SUPERSEDED)
		flags |= ENTRY_F_AFTER_CANCEL;
	if (standing != LK_STANDING_APPROVED && (d->decision == LK_REJECT ||
	    (d->decision == LK_REVIEW && d->life != LIFE_ISSUED)))
		flags |= ENTRY_F_OVERRIDE;
	if (d->life == LIFE_RESERVED && at >= d->expires)
		flags |= ENTRY_F_LATE;
	return (flags);
}

/* The row is a card of this decision: as a confirm of it. */
static int
merge(struct intake *x)
{
	struct request *q = x->q;
	const struct record_decision *d = decision_record(q, x->ref);
	const struct opening *o = person_find(&q->c->person, x->ref);
	struct entry *e = q->e;
	const char *outlet;
	int64_t at = e->at;
	size_t n;

	outlet = names_text(journal_names(q->c->journal), d->outlet);
	n = strnlen(outlet, sizeof(e->outlet) - 1);
	memcpy(e->outlet, outlet, n);
	e->outlet[n] = '\0';
	/* The check knows the hour, a file that tells the day does not. */
	if ((e->flags & ENTRY_F_DATE_ONLY) != 0)
		at = o != NULL ? (int64_t)o->at * 1000 : d->t;
	e->kind = ENTRY_MERGE;
	e->at = at;
	e->ref = x->ref;
	e->operation = d->operation;
	e->quantity = d->quantity;
	e->visit_key = d->visit;
	e->flags = misfit(d, at);
	if (d->life != LIFE_ISSUED)
		e->flags |= ENTRY_F_FIRST;
	if ((d->flags & DECISION_AWAY) != 0)
		e->flags |= ENTRY_F_AWAY;
	memset(&e->phone, 0, sizeof(e->phone));
	memset(&e->address, 0, sizeof(e->address));
	memset(&e->lperson, 0, sizeof(e->lperson));
	alarm_confirm(q);
	return (put(x, INTAKEROW_MERGED));
}

/* An opening. */
static int
opening(struct intake *x)
{
	struct request *q = x->q;

	if (intake_read_opening(x) != 0)
		return (-1);
	if (subject_load(&q->c->person, journal_state(q->c->journal), q->e,
	    q->now / 1000) != 0 || journal_failed(q->c->journal, NULL, 0)) {
		x->res->outcome = INTAKEROW_BUSY;
		q->error = LK_E_UNAVAIL;
		return (-1);
	}
	intake_card(x);
	switch (intake_join(x)) {
	case INTAKE_JOIN_KNOWN:
		x->res->outcome = INTAKEROW_KNOWN;
		return (0);
	case INTAKE_JOIN_MERGE:
		return (merge(x));
	case INTAKE_JOIN_AMBIGUOUS:
		x->res->outcome = INTAKEROW_AMBIGUOUS;
		x->res->detail = (uint8_t)(x->fits < 255 ? x->fits : 255);
		return (0);
	case INTAKE_JOIN_PERSON:
		return (intake_no(x, INTAKEROW_F_REF, INTAKEROW_PERSON, 0));
	case INTAKE_JOIN_PRODUCT:
		return (intake_no(x, INTAKEROW_F_REF, INTAKEROW_PRODUCT, 0));
	default:
		break;
	}
	intake_place(x);
	intake_judge(x);
	return (put(x, INTAKEROW_NEW));
}

/* The opening that a card stands for, in its person's record. */
static int
before_opening(struct intake *x)
{
	struct person *p = &x->q->c->person;
	const struct opening *o;
	size_t len;
	const void *v;

	v = state_get(journal_state(x->q->c->journal), RECORD_PERSON,
	    x->card->person.b, TOKEN_LEN, &len, NULL);
	if (person_unpack(p, v, len) != 0 ||
	    (o = person_find(p, x->card->seq)) == NULL)
		return (0);
	return (x->q->e->at / 1000 < (int64_t)o->at &&
	    day_of(x->q->e->at / 1000) < day_of(o->at));
}

/* A closing. */
static int
closing(struct intake *x)
{
	struct request *q = x->q;
	struct entry *e = q->e;
	const char *outlet;

	/* A closing may name the holder; then he has to be the right one. */
	if (x->row->text[INTAKEROW_ID].len > 0 && intake_read_document(x) != 0)
		return (-1);
	intake_card(x);
	if (x->card == NULL)
		return (intake_no(x, INTAKEROW_F_REF, INTAKEROW_UNKNOWN, 0));
	if (x->row->text[INTAKEROW_ID].len > 0 &&
	    !token_equal(&x->card->person, subject_token(e)))
		return (intake_no(x, INTAKEROW_F_REF, INTAKEROW_PERSON, 0));
	if (x->card->state == CARD_CLOSED) {
		x->res->outcome = INTAKEROW_KNOWN;
		return (0);
	}
	if (before_opening(x))
		return (intake_no(x, INTAKEROW_F_CLOSED, INTAKEROW_EARLIER, 0));
	e->ref = x->card->seq;
	e->product = x->card->product;
	e->id_type = 0;
	outlet = names_text(journal_names(q->c->journal), x->card->outlet);
	memcpy(e->outlet, outlet, strnlen(outlet, sizeof(e->outlet) - 1) + 1);
	e->outlet[sizeof(e->outlet) - 1] = '\0';
	e->subject = x->card->organisation ? LK_SUBJECT_ORGANISATION :
	    LK_SUBJECT_PERSON;
	if (x->card->organisation)
		e->org = x->card->person;
	else
		e->person = x->card->person;
	return (put(x, INTAKEROW_CLOSED));
}

/* All of a file was sent: so that an auditor sees what came in. */
static int
file(struct intake *x)
{
	struct entry *e = x->q->e;
	size_t i;

	if (intake_text(x, INTAKEROW_REF, INTAKEROW_F_REF, e->hash,
	    sizeof(e->hash)) != 0 || intake_text(x, INTAKEROW_NOTE,
	    INTAKEROW_F_ADDRESS, e->note, sizeof(e->note)) != 0)
		return (-1);
	for (i = 0; i < 64; i++)
		if (strchr("0123456789abcdef", e->hash[i]) == NULL ||
		    e->hash[i] == '\0')
			return (intake_no(x, INTAKEROW_F_REF, INTAKEROW_CODE, 0));
	e->count = (uint64_t)x->row->at;
	e->flags |= (x->mode & INTAKEROW_STOCK) != 0 ? ENTRY_F_STOCK : 0;
	return (put(x, INTAKEROW_NEW));
}

/* Take one row in; -1: it was not, see its result. */
static int
take(struct intake *x)
{
	struct entry *e = x->q->e;

	entry_clear(e, ENTRY_INTAKE);
	memset(x->res, 0, sizeof(*x->res));
	e->code = x->row->kind;
	if (intake_read_authority(x) != 0)
		return (-1);
	if (x->row->kind == INTAKEROW_FILE)
		return (file(x));
	if (intake_read_when(x) != 0 || intake_read_card(x) != 0)
		return (-1);
	return (x->row->kind == INTAKEROW_OPEN ? opening(x) : closing(x));
}

/* Take one row in. */
int
intake_row(struct request *q, const struct intakerow *row,
    const struct intake_early *early, uint32_t mode,
    struct intakerow_result *res)
{
	struct intake x = { .q = q, .row = row, .mode = mode, .res = res,
		.early = early, .id.nlen = 0 };
	int rc;

	rc = take(&x);
	identity_wipe(&x.id);
	return (rc);
}
