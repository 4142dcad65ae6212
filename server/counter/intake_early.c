/*
 * What can be done for many rows at once before they are looked at one by one: their
 * tokens are made side by side, and what will be asked of the state is on its way from
 * memory meanwhile.  What is wrong with a row is found where it is taken.
 */
#include <string.h>

#include "engine/day.h"
#include "engine/normal.h"
#include "keys/token_batch.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "intake.h"

/* Texts of which tokens are made, and whose they are. */
struct texts {
	struct token_text text[INTAKE_EARLY];
	uint8_t of[INTAKE_EARLY];
	size_t n;
};

/* Note a text. */
static void
note(struct texts *t, size_t i, const void *p, size_t len)
{

	if (len == 0 || len > sizeof(t->text[0].data))
		return;
	memcpy(t->text[t->n].data, p, len);
	t->text[t->n].len = (uint8_t)len;
	t->of[t->n++] = (uint8_t)i;
}

/* Note what stands for the card and the person of a row. */
static void
read_row(struct intake_early *e, const struct intakerow *r, size_t i,
    int32_t today, struct texts *cards, struct texts *persons)
{
	size_t len = r->text[INTAKEROW_REF].len;
	uint8_t in[IDENTITY_TOKEN_INPUT];
	char norm[NORMAL_MAX];

	memset(e, 0, sizeof(*e));
	if (len > 0 && len <= 63 &&
	    encoding_valid(r->text[INTAKEROW_REF].p, len)) {
		len = normal_card(r->text[INTAKEROW_REF].p, len, norm);
		note(cards, i, norm, len);
		explicit_bzero(norm, len);
	}
	if (r->kind != INTAKEROW_OPEN || r->id_type < 1 || r->id_type > 9 ||
	    r->text[INTAKEROW_ID].len == 0 || identity_parse(&e->id,
	    r->id_type, r->text[INTAKEROW_ID].p, r->text[INTAKEROW_ID].len,
	    "", today, NULL) != 0)
		return;
	note(persons, i, in, identity_token_input(&e->id, in));
	explicit_bzero(in, sizeof(in));
}

/* Make the tokens. */
static void
make(struct request *q, struct texts *t, enum token_label label,
    struct token out[INTAKE_EARLY])
{

	token_batch(out, q->c->o.keys, 0, label, t->text, t->n);
	explicit_bzero(t->text, t->n * sizeof(t->text[0]));
}

/* Do it. */
void
intake_early(struct request *q, const struct intakerow *rows, size_t n,
    struct intake_early *out)
{
	struct state *s = journal_state(q->c->journal);
	struct names *names = journal_names(q->c->journal);
	int32_t today = day_of(q->now / 1000);
	struct texts cards, persons;
	struct token made[INTAKE_EARLY];
	uint8_t key[INTAKE_EARLY][RECORD_CARD_KEY];
	char inst[32];
	uint32_t id;
	size_t i, len, n_keys = 0;

	cards.n = persons.n = 0;
	for (i = 0; i < n; i++)
		read_row(&out[i], &rows[i], i, today, &cards, &persons);
	make(q, &persons, TOKEN_PERSON, made);
	for (i = 0; i < persons.n; i++) {
		out[persons.of[i]].person = made[i];
		out[persons.of[i]].has |= INTAKE_EARLY_PERSON;
		state_expect(s, RECORD_PERSON, made[i].b, TOKEN_LEN);
	}
	make(q, &cards, TOKEN_CARD, made);
	for (i = 0; i < cards.n; i++) {
		out[cards.of[i]].card = made[i];
		out[cards.of[i]].has |= INTAKE_EARLY_CARD;
		len = rows[cards.of[i]].text[INTAKEROW_INST].len;
		if (len >= sizeof(inst))
			continue;
		memcpy(inst, rows[cards.of[i]].text[INTAKEROW_INST].p, len);
		inst[len] = '\0';
		id = names_find(names, NAME_INST, "", inst);
		record_card_key(key[n_keys], &made[i], id);
		state_expect(s, RECORD_CARD, key[n_keys++], RECORD_CARD_KEY);
	}
	for (i = 0; i < n_keys; i++)
		state_expect_record(s, RECORD_CARD, key[i], RECORD_CARD_KEY);
	for (i = 0; i < persons.n; i++)
		state_expect_record(s, RECORD_PERSON,
		    out[persons.of[i]].person.b, TOKEN_LEN);
}
