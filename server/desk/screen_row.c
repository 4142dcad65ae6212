#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "engine/identity.h"
#include "engine/normal.h"
#include "lists/import.h"
#include "plugin.h"
#include "plugin/conf.h"

#include "screen_impl.h"

#define CITIZEN	18
#define TEXT_MAX 256	/* bytes of a cell that can be a number */

/* One more row in the arrays of a unit. */
struct screen_row *
screen_row_new(struct screen_unit *u)
{
	size_t cap;

	if (u->n == u->cap) {
		cap = u->cap * 2;
		if (screen_unit_rows(u, cap) != 0)
			return (NULL);
	}
	memset(&u->row[u->n], 0, sizeof(u->row[u->n]));
	u->id[u->n].len = 0;
	if (u->phone != NULL)
		u->phone[u->n].len = 0;
	if (u->card != NULL)
		u->card[u->n].len = 0;
	return (&u->row[u->n++]);
}

/* It cannot be read: at which column, why. */
static int
wrong(struct screen_row *r, size_t column, int why, int code)
{

	r->at = (uint16_t)(column == SIZE_MAX ? 0 : column + 1);
	r->wrong = (uint8_t)why;
	r->code = (uint8_t)code;
	r->decision = SCREEN_ERROR;
	return (-1);
}

/* Two digits. */
static int
two(const char *p)
{

	return ((p[0] - '0') * 10 + (p[1] - '0'));
}

/*
 * A citizen's number as nearly all of them are written: what identity_parse() would make
 * of it, or 0 where that has to look.
 */
static int
plain_citizen(const char *p, size_t len, int32_t today, struct screen_row *r,
    struct token_text *t)
{
	static const uint8_t weight[CITIZEN - 1] = { 7, 9, 10, 5, 8, 4, 2, 1,
		6, 3, 7, 9, 10, 5, 8, 4, 2 };
	static const char check[] = "10X98765432";
	unsigned sum = 0, bad = 0, d;
	int32_t year;
	int i;

	if (len != CITIZEN || p[0] == '9' || p[0] == '8')
		return (0);
	for (i = 0; i < CITIZEN - 1; i++) {
		d = (unsigned)(p[i] - '0');
		bad |= d > 9;
		sum += d * weight[i];
	}
	year = two(p + 6) * 100 + two(p + 8);
	if (bad || p[CITIZEN - 1] != check[sum % 11] || year < 1800 ||
	    !day_valid(year, two(p + 10), two(p + 12)))
		return (0);
	r->birth = day_from_civil(year, two(p + 10), two(p + 12));
	if (r->birth > today)
		return (0);
	t->data[0] = IDENTITY_CITIZEN;
	memcpy(&t->data[1], p, CITIZEN);
	t->len = CITIZEN + 1;
	return (1);
}

/* The document. */
static int
document(struct screen_worker *w, struct screen_row *r, struct token_text *t,
    const struct csvfile_cell *c, const char *country)
{
	size_t column = w->run->columns.at[SCREEN_C_NUMBER];
	struct identity_error e;
	struct identity id;

	if (r->id_type >= LK_ID_RESIDENT && r->id_type <= LK_ID_HOUSEHOLD &&
	    plain_citizen(c->text, c->len, w->run->today, r, t))
		return (0);
	if (c->len == 0)
		return (wrong(r, column, SCREEN_W_MISSING, 0));
	if (identity_parse(&id, r->id_type, c->text, c->len, country,
	    w->run->today, &e) != 0)
		return (wrong(r, column, e.fault == IDENTITY_DAMAGED ||
		    (csvfile_rounded(c) != 0 && e.fault == IDENTITY_CHECK) ?
		    SCREEN_W_ROUNDED : SCREEN_W_DOCUMENT, e.fault));
	_Static_assert(IDENTITY_TOKEN_INPUT <= TOKEN_TEXT_MAX, "it fits");
	t->len = (uint8_t)identity_token_input(&id, t->data);
	r->birth = id.birth;
	if (id.family == IDENTITY_ORG)
		r->flags |= SCREEN_R_ORG;
	identity_wipe(&id);
	return (0);
}

/* Is it UTF-8 and short enough for a number? */
static int
textual(const struct csvfile_cell *c)
{
	const char *p = c->text;
	size_t len = c->len, n;
	uint32_t x;

	if (len >= TEXT_MAX)
		return (0);
	for (; len > 0; p += n, len -= n)
		if ((n = conf_utf8(p, len, &x)) == 0)
			return (0);
	return (1);
}

/* A contact phone, as the importer of lists judges it. */
static int
phone(struct screen_run *run, struct screen_unit *u, struct screen_row *r,
    const struct csvfile_cell *c)
{
	size_t column = run->columns.at[SCREEN_C_PHONE], i, n;
	struct token_text *t = &u->phone[u->n - 1];
	char form[NORMAL_MAX];

	if (!textual(c) || csvfile_rounded(c) == CSVFILE_EXPONENT)
		return (wrong(r, column, SCREEN_W_PHONE, 0));
	n = normal_card(c->text, c->len, form);
	for (i = 0; i < n; i++)
		if (form[i] == '\0' || strchr("0123456789+()", form[i]) ==
		    NULL || (form[i] == '+' && i > 1))
			return (wrong(r, column, SCREEN_W_PHONE, 0));
	n = normal_phone(c->text, c->len, form);
	if (n < 5 || n > 15)
		return (wrong(r, column, SCREEN_W_PHONE, 0));
	memcpy(t->data, form, n);
	t->len = (uint8_t)n;
	r->flags |= SCREEN_R_PHONE;
	explicit_bzero(form, sizeof(form));
	return (0);
}

/* Is the check digit of a card number right (ISO/IEC 7812, Luhn)? */
static int
luhn(const char *form, size_t n)
{
	unsigned sum = 0, v;
	size_t i;

	for (i = 0; i < n; i++) {
		v = (unsigned)(form[n - 1 - i] - '0');
		if (i % 2 == 1)
			v = v * 2 > 9 ? v * 2 - 9 : v * 2;
		sum += v;
	}
	return (sum % 10 == 0);
}

/* A card or account. */
static int
card(struct screen_run *run, struct screen_unit *u, struct screen_row *r,
    const struct csvfile_cell *c)
{
	size_t column = run->columns.at[SCREEN_C_CARD], i, n;
	struct token_text *t = &u->card[u->n - 1];
	char form[NORMAL_MAX];
	int digit = 0;

	if (!textual(c) || csvfile_rounded(c) == CSVFILE_EXPONENT)
		return (wrong(r, column, SCREEN_W_CARD, 0));
	n = normal_card(c->text, c->len, form);
	for (i = 0; i < n && ((form[i] >= '0' && form[i] <= '9') ||
	    (form[i] >= 'A' && form[i] <= 'Z')); i++)
		digit |= form[i] >= '1' && form[i] <= '9';
	if (i < n || !digit || n < 4 || n > 40)
		return (wrong(r, column, SCREEN_W_CARD, 0));
	if (csvfile_rounded(c) == CSVFILE_ZEROS && !luhn(form, n))
		return (wrong(r, column, SCREEN_W_ROUNDED, 0));
	memcpy(t->data, form, n);
	t->len = (uint8_t)n;
	r->flags |= SCREEN_R_CARD;
	explicit_bzero(form, sizeof(form));
	return (0);
}

/* The first and the last 8 bytes of a word, which overlap in one of less than 16. */
static void
ends(uint64_t both[2], const char *p, size_t len)
{
	uint32_t a, z;

	both[0] = both[1] = 0;
	if (len >= 8) {
		memcpy(&both[0], p, 8);
		memcpy(&both[1], p + len - 8, 8);
	} else if (len >= 4) {
		memcpy(&a, p, 4);
		memcpy(&z, p + len - 4, 4);
		both[0] = a;
		both[1] = z;
	} else if (len > 0) {
		both[0] = (uint64_t)(unsigned char)p[0] << 8 |
		    (unsigned char)p[len / 2];
		both[1] = (unsigned char)p[len - 1];
	}
}

/* Where a word would be remembered. */
static struct screen_memo *
memo_of(struct screen_memo all[SCREEN_MEMOS], const uint64_t both[2])
{
	uint64_t h = (both[0] ^ both[1] * 0x9e3779b97f4a7c15ull) *
	    0xbf58476d1ce4e5b9ull;

	return (&all[(h >> 32) % SCREEN_MEMOS]);
}

/* Is it this one? */
static int
same(const struct screen_memo *m, const struct csvfile_cell *c,
    const uint64_t both[2])
{

	return (m->known && m->len == c->len && m->both[0] == both[0] &&
	    m->both[1] == both[1] && (c->len <= 16 || memcmp(m->text, c->text,
	    c->len) == 0));
}

/* Remember what a word means. */
static void
learn(struct screen_memo *m, const struct csvfile_cell *c,
    const uint64_t both[2], int64_t value, int64_t other)
{

	m->known = c->len <= sizeof(m->text);
	if (!m->known)
		return;
	m->len = c->len;
	memcpy(m->text, c->text, c->len);
	memcpy(m->both, both, sizeof(m->both));
	m->value = value;
	m->other = other;
}

/* What kind of document. */
static int
type(struct screen_worker *w, struct screen_row *r,
    const struct csvfile_cell *c)
{
	struct screen_memo *m;
	uint64_t both[2];
	int32_t x;

	ends(both, c->text, c->len);
	m = memo_of(w->type, both);
	if (same(m, c, both)) {
		r->id_type = (uint8_t)m->value;
		return (0);
	}
	if ((x = import_id_type(c->text, c->len)) == 0)
		return (wrong(r, w->run->columns.at[SCREEN_C_TYPE],
		    SCREEN_W_TYPE, 0));
	learn(m, c, both, x, 0);
	r->id_type = (uint8_t)x;
	return (0);
}

/* What was opened. */
static int
product(struct screen_worker *w, struct screen_row *r,
    const struct csvfile_cell *c)
{
	struct screen_memo *m;
	uint64_t both[2];
	int x;

	ends(both, c->text, c->len);
	m = memo_of(w->product, both);
	if (same(m, c, both)) {
		r->product = (uint8_t)m->value;
		return (0);
	}
	if ((x = screen_product(c->text, c->len)) == 0)
		return (wrong(r, w->run->columns.at[SCREEN_C_PRODUCT],
		    SCREEN_W_PRODUCT, 0));
	learn(m, c, both, x, 0);
	r->product = (uint8_t)x;
	return (0);
}

/* Where. */
static int
institution(struct screen_worker *w, struct screen_row *r, const char *text,
    size_t len)
{
	struct csvfile_cell c = { .text = text, .len = len };
	char name[sizeof(((struct screen_inst *)0)->name)];
	struct screen_memo *m;
	uint64_t both[2];

	ends(both, text, len);
	m = memo_of(w->inst, both);
	if (same(m, &c, both)) {
		r->inst = (uint32_t)m->value;
		r->inst_code = (int32_t)m->other;
		return (0);
	}
	if (len >= sizeof(name))
		return (wrong(r, w->run->columns.at[SCREEN_C_INSTITUTION],
		    SCREEN_W_INSTITUTION, 0));
	memcpy(name, text, len);
	name[len] = '\0';
	r->inst = screen_persons_inst(&w->run->persons, text, len);
	r->inst_code = policy_institution_code(w->run->o->policy, name);
	learn(m, &c, both, r->inst, r->inst_code);
	return (0);
}

/* A day as most of them are written, 2026-01-31: 1, or 0 where import_date() looks. */
static int
plain_day(int32_t *day, const char *p, size_t len)
{
	int32_t year;
	size_t i;

	if (len != 10 || p[4] != '-' || p[7] != '-')
		return (0);
	for (i = 0; i < len; i++)
		if (i != 4 && i != 7 && (p[i] < '0' || p[i] > '9'))
			return (0);
	year = two(p) * 100 + two(p + 2);
	if (year < 1971 || year > 2100 || !day_valid(year, two(p + 5),
	    two(p + 8)))
		return (0);
	*day = day_from_civil(year, two(p + 5), two(p + 8));
	return (1);
}

/* When. */
static int
opened(struct screen_worker *w, struct screen_row *r,
    const struct csvfile_cell *c)
{

	if (plain_day(&r->opened, c->text, c->len) ||
	    import_date(&r->opened, c->text, c->len) == 0)
		return (0);
	return (wrong(r, w->run->columns.at[SCREEN_C_OPENED], SCREEN_W_OPENED,
	    0));
}

/* The cell of a column, or an empty one. */
static const struct csvfile_cell *
cell_of(const struct screen_run *run, int kind, const struct csvfile_cell *cell,
    size_t n)
{
	static const struct csvfile_cell none = { .text = "" };
	size_t at = run->columns.at[kind];

	return (at < n ? &cell[at] : &none);
}

/* What the account is, where the row or the whole file says it. */
static int
account(struct screen_worker *w, struct screen_row *r,
    const struct csvfile_cell *cell, size_t n)
{
	const struct screen_options *o = w->run->o;
	const struct csvfile_cell *c;

	r->product = (uint8_t)o->product;
	c = cell_of(w->run, SCREEN_C_PRODUCT, cell, n);
	if (c->len > 0 && product(w, r, c) != 0)
		return (-1);
	c = cell_of(w->run, SCREEN_C_INSTITUTION, cell, n);
	if (c->len > 0) {
		if (institution(w, r, c->text, c->len) != 0)
			return (-1);
	} else if (o->institution != NULL && institution(w, r, o->institution,
	    strlen(o->institution)) != 0)
		return (-1);
	c = cell_of(w->run, SCREEN_C_OPENED, cell, n);
	return (c->len > 0 ? opened(w, r, c) : 0);
}

/* The country of the document, terminated. */
static const char *
country(const struct screen_run *run, const struct csvfile_cell *c,
    char buf[TEXT_MAX])
{

	if (c->len == 0 || c->len >= TEXT_MAX)
		return (c->len == 0 ? run->o->country : "?");
	memcpy(buf, c->text, c->len);
	buf[c->len] = '\0';
	return (buf);
}

/* Keep what is to be copied. */
static void
copy(struct screen_unit *u, struct screen_row *r, const struct csvfile_cell *c)
{

	r->copy = (uint32_t)u->copies.n;
	screen_text_put(&u->copies, c->text, c->len);
	r->copylen = (uint32_t)(u->copies.n - r->copy);
}

/* Make a row of its cells. */
void
screen_row_cells(struct screen_worker *w, struct screen_unit *u,
    struct screen_row *r, const struct csvfile_cell *cell, size_t n)
{
	struct screen_run *run = w->run;
	const struct csvfile_cell *c;
	char land[TEXT_MAX];

	if (run->columns.copy < n)
		copy(u, r, &cell[run->columns.copy]);
	r->birth = IDENTITY_NO_BIRTH;
	r->id_type = (uint8_t)run->o->id_type;
	c = cell_of(run, SCREEN_C_TYPE, cell, n);
	if (c->len > 0 && type(w, r, c) != 0)
		return;
	if (document(w, r, &u->id[u->n - 1],
	    cell_of(run, SCREEN_C_NUMBER, cell, n), country(run,
	    cell_of(run, SCREEN_C_COUNTRY, cell, n), land)) != 0 ||
	    account(w, r, cell, n) != 0)
		return;
	c = cell_of(run, SCREEN_C_PHONE, cell, n);
	if (u->phone != NULL && c->len > 0 && phone(run, u, r, c) != 0)
		return;
	c = cell_of(run, SCREEN_C_CARD, cell, n);
	if (u->card != NULL && c->len > 0)
		(void)card(run, u, r, c);
}
