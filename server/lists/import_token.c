#include <stdio.h>
#include <string.h>

#include "engine/identity.h"
#include "engine/normal.h"
#include "keys/token.h"
#include "plugin.h"
#include "plugin/conf.h"

#include "import_impl.h"

#define CARD_MIN 4
#define CARD_MAX 40
#define PHONE_MIN 5
#define PHONE_MAX 15

/* Write why not. */
static int
no(char why[IMPORT_WHY_MAX], int reason, int english, const char *zh,
    const char *en)
{

	(void)snprintf(why, IMPORT_WHY_MAX, "%s", english ? en : zh);
	return (reason);
}

/* A spreadsheet has rounded it. */
static int
rounded(char why[IMPORT_WHY_MAX], int english)
{

	return (no(why, IMPORT_DAMAGED, english,
	    "号码已被电子表格改成科学计数或舍入，无法恢复，请按原件更正并设为文本",
	    "a spreadsheet has rounded the number: it cannot be recovered; take "
	    "it from the original and set the column to text"));
}

/* Is every character of the phone number one that such numbers are written with? */
static int
phone_plain(const char *p, size_t len)
{
	char form[NORMAL_MAX];
	size_t i;
	int ok = 1;

	/* normal_card() folds to ASCII and leaves out blanks and hyphens. */
	len = normal_card(p, len, form);
	for (i = 0; i < len; i++)
		ok &= form[i] != '\0' && strchr("0123456789+()", form[i]) !=
		    NULL && (form[i] != '+' || i <= 1);
	explicit_bzero(form, sizeof(form));
	return (ok);
}

/* Is it a card, account or SIM reference? */
static int
card_plain(const char *form, size_t n)
{
	size_t i;
	int digit = 0;

	for (i = 0; i < n; i++) {
		if ((form[i] < '0' || form[i] > '9') && (form[i] < 'A' ||
		    form[i] > 'Z'))
			return (0);
		digit |= form[i] >= '1' && form[i] <= '9';
	}
	return (digit);
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

/* Is it the number of an identity card, and none that a card could have? */
static int
of_person(const char *form, size_t n, int32_t today)
{
	struct identity id;
	int is;

	is = n == 18 && identity_parse(&id, LK_ID_RESIDENT, form, n, NULL,
	    today, NULL) == 0;
	if (is)
		identity_wipe(&id);
	return (is && (form[n - 1] == 'X' || !luhn(form, n)));
}

/* A card. */
static int
card(struct token *t, const struct csvfile_cell *c,
    const struct token_keys *keys, int32_t today, int english,
    char why[IMPORT_WHY_MAX])
{
	char form[NORMAL_MAX];
	size_t n = normal_card(c->text, c->len, form);
	int damage = csvfile_rounded(c), rc = IMPORT_FINE;

	if (damage == CSVFILE_EXPONENT || (damage == CSVFILE_ZEROS &&
	    !luhn(form, n)))
		rc = rounded(why, english);
	else if (n < CARD_MIN || n > CARD_MAX || !card_plain(form, n))
		rc = no(why, IMPORT_NUMBER, english,
		    "不是卡号或账号：应为 4 至 40 位数字或字母",
		    "this is no card or account number: 4 to 40 digits or "
		    "letters");
	else if (of_person(form, n, today))
		rc = no(why, IMPORT_NUMBER, english,
		    "这是居民身份证号码，不是卡号或账号",
		    "this is the number of an identity card, not of a bank "
		    "card or account");
	else
		token_make(t, keys, 0, TOKEN_CARD, form, n);
	explicit_bzero(form, sizeof(form));
	return (rc);
}

/* A phone number. */
static int
phone(struct token *t, const struct csvfile_cell *c,
    const struct token_keys *keys, int english, char why[IMPORT_WHY_MAX])
{
	char form[NORMAL_MAX];
	size_t n = normal_phone(c->text, c->len, form);
	int rc = IMPORT_FINE;

	if (csvfile_rounded(c) == CSVFILE_EXPONENT)
		rc = rounded(why, english);
	else if (!phone_plain(c->text, c->len) || n < PHONE_MIN ||
	    n > PHONE_MAX)
		rc = no(why, IMPORT_NUMBER, english,
		    "不是电话号码：应为 5 至 15 位数字",
		    "this is no phone number: 5 to 15 digits");
	else
		token_make(t, keys, 0, TOKEN_PHONE, form, n);
	explicit_bzero(form, sizeof(form));
	return (rc);
}

/* Why a document is refused. */
static int
refused(const struct csvfile_cell *c, int fault, int english,
    char why[IMPORT_WHY_MAX])
{

	if (fault == IDENTITY_DAMAGED || (csvfile_rounded(c) != 0 &&
	    fault == IDENTITY_CHECK))
		return (rounded(why, english));
	return (no(why, fault == IDENTITY_EMPTY ? IMPORT_NO_NUMBER :
	    IMPORT_NUMBER, english, identity_fault_text(fault, 0),
	    identity_fault_text(fault, 1)));
}

/* A person. */
static int
person(struct token *t, const struct import_document *d,
    const struct csvfile_cell *c, const struct token_keys *keys, int32_t today,
    int english, char why[IMPORT_WHY_MAX])
{
	uint8_t in[IDENTITY_TOKEN_INPUT];
	struct identity_error e;
	struct identity id;

	if (identity_parse(&id, d->id_type, c->text, c->len, d->country, today,
	    &e) != 0)
		return (refused(c, e.fault, english, why));
	token_make(t, keys, 0, TOKEN_PERSON, in, identity_token_input(&id, in));
	identity_wipe(&id);
	explicit_bzero(in, sizeof(in));
	return (IMPORT_FINE);
}

/* Is it UTF-8?  The normal forms want that. */
static int
utf8(const char *p, size_t len)
{
	uint32_t c;
	size_t n;

	for (; len > 0; p += n, len -= n)
		if ((n = conf_utf8(p, len, &c)) == 0)
			return (0);
	return (1);
}

/* The token of a cell. */
int
import_cell_token(struct token *t, const struct import_document *d,
    const struct csvfile_cell *c, const struct token_keys *keys, int32_t today,
    int english, char why[IMPORT_WHY_MAX])
{

	memset(t, 0, sizeof(*t));
	if (c->len == 0)
		return (no(why, IMPORT_NO_NUMBER, english, "没有号码",
		    "there is no number"));
	if (!utf8(c->text, c->len) || c->len >= 256)
		return (no(why, IMPORT_NUMBER, english, "不是号码",
		    "this is no number"));
	switch (d->subject) {
	case LIST_CARD:
		return (card(t, c, keys, today, english, why));
	case LIST_PHONE:
		return (phone(t, c, keys, english, why));
	default:
		return (person(t, d, c, keys, today, english, why));
	}
}

/* The token of a number. */
int
import_token(struct token *t, const struct import_document *d,
    const char *text, size_t len, const struct token_keys *keys, int32_t today,
    int english, char why[IMPORT_WHY_MAX])
{
	/* Typed or read from a line, not from a spreadsheet. */
	struct csvfile_cell c = { .text = text, .len = len,
		.flags = CSVFILE_AS_TEXT };

	return (import_cell_token(t, d, &c, keys, today, english, why));
}
