#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/journal.h"

#include "deskkit.h"

void
deskkit_open(struct deskkit *k, struct fixture *x, const char *policy)
{

	fixture_open(x, policy);
	deskkit_staff(k, x);
}

void
deskkit_staff(struct deskkit *k, struct fixture *x)
{
	static const char *const names[DESKKIT_N] = { "lin", "wu", "chen",
		"he", "lin", "wei" };
	uint8_t secret[32] = { 77 };
	int i;

	memset(k, 0, sizeof(*k));
	for (i = 0; i < DESKKIT_N; i++) {
		secret[1] = (uint8_t)(i == D_WEI ? D_LIN : i);
		cr_assert_eq(note_signer_make(&k->signer[i], names[i],
		    NOTE_ED25519, secret), 0);
		snprintf(k->staff[i].name, sizeof(k->staff[i].name), "%s",
		    names[i]);
		k->staff[i].key = k->signer[i].public;
		k->staff[i].rights = STAFF_REVIEW | STAFF_ALERT | STAFF_LINK;
	}
	k->staff[D_HE].rights = STAFF_ACCESS;
	x->options.staff = k->staff;
	x->options.nstaff = DESKKIT_N;
	fixture_reopen(x);
}

void
deskkit_ask(struct fixture *x, struct deskkit *k, int who,
    enum staffnote_action action, uint64_t entry, const char *detail)
{
	const struct note_signer *signer = &k->signer[who];
	struct staffnote n = { .action = action, .entry = entry,
		.reason = "file 7" };
	char text[STAFFNOTE_TEXT_MAX], note[2048];
	size_t len;

	snprintf(n.node, sizeof(n.node), "%s", x->node);
	snprintf(n.origin, sizeof(n.origin), "%s", x->node);
	fixture_pass(x, 1);
	n.time = x->wall;
	if (detail != NULL)
		snprintf(n.detail, sizeof(n.detail), "%s", detail);
	else if (action == STAFFNOTE_APPROVE)
		snprintf(n.detail, sizeof(n.detail), "clear 0 0");
	cr_assert_neq(len = staffnote_print(text, &n), 0);
	len = note_sign(note, sizeof(note) - 1, text, len, &signer, 1);
	cr_assert_neq(len, 0);
	note[len] = '\0';
	ask(x, WIRE_STAFF);
	with(x, WIRE_T_STATEMENT, note);
}

int
deskkit_say(struct fixture *x, struct deskkit *k, int who,
    enum staffnote_action action, uint64_t entry, const char *detail)
{

	deskkit_ask(x, k, who, action, entry, detail);
	return (answer(x));
}

void
deskkit_read(struct fixture *x, struct deskkit *k, uint32_t what)
{
	size_t at = 0, len;
	uint64_t after = 0;
	const char *p;
	char *s;

	k->pages = 0;
	do {
		ask(x, WIRE_DESK);
		withn(x, WIRE_T_DESK_WHAT, what);
		if (after != 0)
			withn(x, WIRE_T_AFTER, (int64_t)after);
		cr_assert_eq(answer(x), LK_OK);
		cr_assert_eq(x->done.wait_seq, journal_seq(x->journal));
		p = wire_text(&x->r, WIRE_T_TABLE, &len);
		cr_assert_lt(at + len, sizeof(k->text));
		memcpy(&k->text[at], p, len);
		at += len;
		k->pages++;
		after = wire_u64(&x->r, WIRE_T_NEXT, 0);
	} while (after != 0);
	k->text[at] = '\0';
	k->n = 0;
	for (s = strtok(k->text, "\n"); s != NULL; s = strtok(NULL, "\n")) {
		cr_assert_lt(k->n, DESK_LINES_MAX);
		k->line[k->n++] = s;
	}
}

const char *
deskkit_field(const struct deskkit *k, size_t l, int i)
{
	static char field[8][128];
	static int turn;
	const char *s;
	char *out = field[turn++ % 8];

	*out = '\0';
	if (l >= k->n)
		return (out);
	for (s = k->line[l]; i > 0 && s != NULL; i--)
		if ((s = strchr(s, '\t')) != NULL)
			s++;
	cr_assert_not_null(s, "the line has too few fields");
	snprintf(out, sizeof(field[0]), "%.*s", (int)strcspn(s, "\t"), s);
	return (out);
}

uint64_t
deskkit_hold(struct fixture *x, int person)
{
	static const char *const inst[] = { "abank", "bbank", "ctel" };
	static const int product[] = { LK_PRODUCT_BANK1, LK_PRODUCT_BANK1,
		LK_PRODUCT_SIM };
	char t[32], id[40];
	int i, rc = 0;

	for (i = 0; i < 3; i++) {
		snprintf(t, sizeof(t), "h%d-%d", person, i);
		rc = check(x, inst[i], "001", person, product[i], t);
		if (i < 2)
			confirm(x, decision_id(x, id), t);
	}
	cr_assert_eq(rc, LK_REVIEW);
	cr_assert_eq(num(x, WIRE_T_BY), LK_BY_CENTRE);
	return (journal_seq(x->journal));
}

uint64_t
deskkit_refuse(struct fixture *x, int person)
{
	char no[19], card[32], txn[32];
	int i;

	fixture_id(no, person);
	for (i = 0; i < 5; i++) {
		snprintf(card, sizeof(card), "139-%d-%d", person, i);
		ask(x, WIRE_INTAKE);
		with(x, WIRE_T_INSTITUTION, "ctel");
		with(x, WIRE_T_BRANCH, "old");
		withn(x, WIRE_T_INTAKE_KIND, 1);
		withn(x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
		with(x, WIRE_T_ID_NO, no);
		withn(x, WIRE_T_PRODUCT, LK_PRODUCT_SIM);
		with(x, WIRE_T_CARD_REF, card);
		withn(x, WIRE_T_EVENT_MS, FIXTURE_START -
		    INT64_C(86400000) * (300 - 50 * i));
		cr_assert_eq(answer(x), LK_OK);
	}
	snprintf(txn, sizeof(txn), "r%d", person);
	cr_assert_eq(check(x, "ctel", "s1", person, LK_PRODUCT_SIM, txn),
	    LK_REJECT);
	return (journal_seq(x->journal));
}
