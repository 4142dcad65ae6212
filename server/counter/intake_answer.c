#include <string.h>

#include "plugin.h"

#include "store/journal.h"

#include "intake.h"

/* Fetch the texts of a single row. */
static int
single(struct request *q, struct intakerow *r)
{
	static const struct { uint8_t tag, text; } parts[] = {
		{ WIRE_T_CARD_REF, INTAKEROW_REF },
		{ WIRE_T_ID_NO, INTAKEROW_ID },
		{ WIRE_T_ID_COUNTRY, INTAKEROW_COUNTRY },
		{ WIRE_T_BRANCH, INTAKEROW_OUTLET },
		{ WIRE_T_TELLER, INTAKEROW_TELLER },
		{ WIRE_T_TXN_ID, INTAKEROW_TXN },
		{ WIRE_T_VISIT_ID, INTAKEROW_VISIT },
		{ WIRE_T_PHONE, INTAKEROW_PHONE },
		{ WIRE_T_ADDRESS, INTAKEROW_NOTE } };
	struct text t;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (request_text(q, parts[i].tag, &t) != 0)
			return (-1);
		r->text[parts[i].text].p = t.p;
		r->text[parts[i].text].len = t.len;
	}
	r->text[INTAKEROW_INST].p = q->e->inst;
	r->text[INTAKEROW_INST].len = strlen(q->e->inst);
	return (0);
}

/* Say in words what is wrong with a single row. */
static void
single_refused(struct request *q, const struct intakerow_result *res)
{
	static const uint8_t tags[INTAKEROW_FIELDS] = {
		[INTAKEROW_F_INST] = WIRE_T_INSTITUTION,
		[INTAKEROW_F_REF] = WIRE_T_CARD_REF,
		[INTAKEROW_F_ID_TYPE] = WIRE_T_ID_TYPE,
		[INTAKEROW_F_ID] = WIRE_T_ID_NO,
		[INTAKEROW_F_COUNTRY] = WIRE_T_ID_COUNTRY,
		[INTAKEROW_F_PRODUCT] = WIRE_T_PRODUCT,
		[INTAKEROW_F_OPENED] = WIRE_T_EVENT_MS,
		[INTAKEROW_F_CLOSED] = WIRE_T_EVENT_MS,
		[INTAKEROW_F_OUTLET] = WIRE_T_BRANCH,
		[INTAKEROW_F_TELLER] = WIRE_T_TELLER,
		[INTAKEROW_F_TXN] = WIRE_T_TXN_ID,
		[INTAKEROW_F_VISIT] = WIRE_T_VISIT_ID,
		[INTAKEROW_F_PHONE] = WIRE_T_PHONE,
		[INTAKEROW_F_ADDRESS] = WIRE_T_ADDRESS,
		[INTAKEROW_F_OPERATION] = WIRE_T_OPERATION,
		[INTAKEROW_F_QUANTITY] = WIRE_T_QUANTITY };
	int code = LK_E_ARG;

	if (res->outcome == INTAKEROW_BUSY)
		return;
	q->error = LK_OK;
	switch (res->why) {
	case INTAKEROW_DOCUMENT:
		code = LK_E_INPUT;
		break;
	case INTAKEROW_PERSON:
	case INTAKEROW_PRODUCT:
		code = LK_E_CONFLICT;
		break;
	case INTAKEROW_UNKNOWN:
	case INTAKEROW_EARLIER:
		code = LK_E_STATE;
		break;
	case INTAKEROW_RIGHT:
		code = LK_E_DENIED;
		break;
	default:
		if (res->outcome == INTAKEROW_AMBIGUOUS)
			code = LK_E_CONFLICT;
		break;
	}
	(void)request_refuse(q, code, "%s：%s", "%s: %s",
	    wire_tag_name(tags[res->field] != 0 ? tags[res->field] :
	    WIRE_T_CARD_REF), intakerow_why_text(res, q->english));
}

/* Answer an intake of one row. */
void
intake_answer(struct request *q)
{
	struct intakerow r = { .kind = 0 };
	struct intakerow_result res;
	char inst[32];

	entry_clear(q->e, ENTRY_INTAKE);
	if (request_authority(q, RIGHT_INTAKE) != 0 ||
	    request_code(q, WIRE_T_INTAKE_KIND, 0, code_intake, &r.kind) != 0)
		return;
	/* The entry is cleared when the row is taken. */
	memcpy(inst, q->e->inst, sizeof(inst));
	if (single(q, &r) != 0)
		return;
	r.text[INTAKEROW_INST].p = inst;
	r.at = (int64_t)wire_u64(q->f, WIRE_T_EVENT_MS, 0);
	r.flags = wire_u32(q->f, WIRE_T_DATE_ONLY, 0) != 0 ?
	    INTAKEROW_DATED : 0;
	r.id_type = (int32_t)wire_u32(q->f, WIRE_T_ID_TYPE, 0);
	r.product = (int32_t)wire_u32(q->f, WIRE_T_PRODUCT, 0);
	r.operation = (int32_t)wire_u32(q->f, WIRE_T_OPERATION, 0);
	r.channel = (int32_t)wire_u32(q->f, WIRE_T_CHANNEL, 0);
	r.quantity = (int32_t)wire_u32(q->f, WIRE_T_QUANTITY, 1);
	if (intake_row(q, &r, NULL, 0, &res) == 0 && res.outcome != INTAKEROW_AMBIGUOUS)
		reply_ok(q);
	else
		single_refused(q, &res);
}

/* The institution that rows without one are of; "" where none is meant. */
static int
frame_institution(struct request *q, char inst[32])
{
	const struct grant *only;

	if (request_id(q, WIRE_T_INSTITUTION, inst, 32, 0) != 0)
		return (-1);
	if (inst[0] == '\0' && (only = grant_only(q->peer)) != NULL)
		memcpy(inst, only->id, 32);
	return (0);
}

/* Read the next rows of a frame, at most INTAKE_EARLY; return their bytes. */
static size_t
next_rows(const uint8_t *p, size_t len, const char *inst,
    struct intakerow *r, size_t *n)
{
	size_t all = 0, one;

	for (*n = 0; *n < INTAKE_EARLY && all < len; (*n)++, all += one) {
		if ((one = intakerow_get(&r[*n], p + all, len - all)) == 0)
			break;
		if (r[*n].text[INTAKEROW_INST].len == 0) {
			r[*n].text[INTAKEROW_INST].p = inst;
			r[*n].text[INTAKEROW_INST].len = strlen(inst);
		}
	}
	return (all);
}

/* Take all rows of a frame in, up to the first for which there is no room. */
static size_t
rows(struct request *q, const uint8_t *p, size_t len, uint32_t mode,
    const char *inst, uint8_t *out)
{
	struct intakerow_result res = { INTAKEROW_BUSY, 0, 0, 0 };
	struct intake_early early[INTAKE_EARLY];
	struct intakerow r[INTAKE_EARLY];
	size_t bytes, n, i, made = 0;
	int full = 0;

	for (; len > 0 && q->error == LK_OK; p += bytes, len -= bytes) {
		bytes = next_rows(p, len, inst, r, &n);
		intake_early(q, r, full ? 0 : n, early);
		for (i = 0; i < n && q->error != LK_E_UNAVAIL; i++) {
			q->error = LK_OK;
			if (!full)
				(void)intake_row(q, &r[i], &early[i], mode,
				    &res);
			full = res.outcome == INTAKEROW_BUSY;
			memcpy(&out[made], &res, INTAKEROW_RESULT);
			made += INTAKEROW_RESULT;
		}
		if (q->error != LK_E_UNAVAIL)
			q->error = LK_OK;
		explicit_bzero(early, sizeof(early));
	}
	return (made);
}

/* Answer an intake of many rows. */
void
takein_answer(struct request *q)
{
	uint8_t out[INTAKEROW_ROWS * INTAKEROW_RESULT];
	uint32_t mode = wire_u32(q->f, WIRE_T_INTAKE_FLAGS, 0);
	const struct wire_view *v = &q->f->f[WIRE_T_ROWS];
	char inst[32];
	size_t made;

	entry_clear(q->e, ENTRY_INTAKE);
	if (frame_institution(q, inst) != 0)
		return;
	if (!wire_has(q->f, WIRE_T_ROWS) || (mode & ~(INTAKEROW_DRY |
	    INTAKEROW_STOCK)) != 0 || intakerow_count(v->p, v->len) < 0) {
		(void)request_refuse(q, LK_E_ARG, "字段 %s 有误",
		    "field %s is wrong", wire_tag_name(WIRE_T_ROWS));
		return;
	}
	made = rows(q, v->p, v->len, mode, inst, out);
	if (q->error == LK_E_UNAVAIL)
		return;
	q->done->wait_seq = journal_seq(q->c->journal);
	wire_begin(q->out, q->h->type | WIRE_REPLY, q->h->id);
	wire_put_u32(q->out, WIRE_T_ERROR, LK_OK);
	wire_put_bytes(q->out, WIRE_T_RESULTS, out, made);
	(void)wire_end(q->out);
}
