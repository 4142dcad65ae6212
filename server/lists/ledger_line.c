#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/category.h"
#include "engine/day.h"
#include "keys/keyfile.h"

#include "ledger_impl.h"

#define FIELDS 12
#define CHECK_LEN 16

/* The fields of a line, in their order. */
enum { TOKEN, SERIAL, TIME, ACTION, CATEGORY, BASIS, FROM, UNTIL, CASE, WHO,
	WHY, CHECK };

struct field {
	const char *p;
	size_t len;
};

static const char *const actions[] = { "", "add", "remove", "clear" };

/* The check that a chain begins with. */
uint64_t
ledger_line_chain(const char *p, size_t len)
{

	return (XXH3_64bits(p, len));
}

/* The first line. */
size_t
ledger_line_head(const struct ledger *l, const char *id,
    char buf[LEDGER_LINE_MAX])
{

	return ((size_t)snprintf(buf, LEDGER_LINE_MAX,
	    "liangka-ledger 1\t%s\t%" PRIu32 "\n", id, l->epoch));
}

/* A word, or what stands for none. */
static const char *
or_none(const char *word)
{

	return (word[0] != '\0' ? word : "-");
}

/* A day, or what stands for none. */
static const char *
day_text(int32_t day, char buf[DAY_TEXT])
{

	if (day == 0)
		return ("-");
	day_print(buf, day);
	return (buf);
}

/* Print an action. */
size_t
ledger_line_print(const struct ledger_entry *e, uint64_t *chain,
    char buf[LEDGER_LINE_MAX])
{
	char hex[TOKEN_HEX_LEN + 1], when[KEYFILE_CREATED_LEN + 1];
	char from[DAY_TEXT], until[DAY_TEXT];
	size_t n;

	token_hex(&e->token, hex);
	(void)keyfile_time_print(when, e->t);
	n = (size_t)snprintf(buf, LEDGER_LINE_MAX,
	    "%s\t%" PRIu64 "\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t", hex,
	    e->serial, when, actions[e->action],
	    or_none(category_name(e->category)), or_none(basis_name(e->basis)),
	    day_text(e->from, from), day_text(e->until, until), e->case_no,
	    e->who, e->why);
	*chain = XXH3_64bits_withSeed(buf, n, *chain);
	return (n + (size_t)snprintf(&buf[n], LEDGER_LINE_MAX - n,
	    "%016" PRIx64 "\n", *chain));
}

/* Cut a line into fields. */
static int
cut(struct field f[FIELDS], const char *p, size_t len)
{
	const char *end = p + len, *tab;
	int i;

	for (i = 0; i < FIELDS; i++) {
		tab = memchr(p, '\t', (size_t)(end - p));
		if ((tab == NULL) != (i == FIELDS - 1))
			return (-1);
		f[i].p = p;
		f[i].len = (size_t)((tab != NULL ? tab : end) - p);
		p = tab != NULL ? tab + 1 : end;
	}
	return (0);
}

/* Read a number of at most 19 digits, written in the one way. */
static int
number(const struct field *f, uint64_t *v)
{
	size_t i;

	*v = 0;
	if (f->len == 0 || f->len > 19 || f->p[0] == '0')
		return (-1);
	for (i = 0; i < f->len; i++) {
		if (f->p[i] < '0' || f->p[i] > '9')
			return (-1);
		*v = *v * 10 + (uint64_t)(f->p[i] - '0');
	}
	return (0);
}

/* Read the name of an action. */
static int
action(const struct field *f, int *v)
{

	for (*v = LEDGER_ADD; *v <= LEDGER_CLEAR; (*v)++)
		if (strlen(actions[*v]) == f->len &&
		    memcmp(actions[*v], f->p, f->len) == 0)
			return (0);
	return (-1);
}

/* Is it what stands for none? */
static int
none(const struct field *f)
{

	return (f->len == 1 && f->p[0] == '-');
}

/* Read a day or none. */
static int
day(const struct field *f, int32_t *v)
{

	*v = 0;
	if (none(f))
		return (0);
	return (day_parse(v, f->p, f->len) == 0 && *v > 0 && *v <= UINT16_MAX ?
	    0 : -1);
}

/* Copy a text. */
static int
text(const struct field *f, char *dst, size_t size)
{

	if (f->len >= size)
		return (-1);
	memcpy(dst, f->p, f->len);
	dst[f->len] = '\0';
	return (0);
}

/* Does the check fit, and what does the chain go on with? */
static int
check(const struct field *f, const char *p, uint64_t *chain)
{
	char hex[CHECK_LEN + 1];
	uint64_t v;

	if (f->len != CHECK_LEN)
		return (-1);
	v = XXH3_64bits_withSeed(p, (size_t)(f->p - p), *chain);
	(void)snprintf(hex, sizeof(hex), "%016" PRIx64, v);
	*chain = v;
	return (memcmp(hex, f->p, CHECK_LEN) == 0 ? 0 : -1);
}

/* Read the fields. */
static const char *
fields(struct ledger_entry *e, const struct field f[FIELDS])
{

	if (token_unhex(&e->token, f[TOKEN].p, f[TOKEN].len) != 0)
		return ("the token is not 32 digits");
	if (number(&f[SERIAL], &e->serial) != 0)
		return ("the serial number is not one");
	if (keyfile_time_parse(&e->t, f[TIME].p, f[TIME].len) != 0)
		return ("the time is not one");
	if (action(&f[ACTION], &e->action) != 0)
		return ("the action is none of add, remove, clear");
	e->category = category_find(f[CATEGORY].p, f[CATEGORY].len);
	e->basis = basis_find(f[BASIS].p, f[BASIS].len);
	if ((e->category == 0 && !none(&f[CATEGORY])) ||
	    (e->category != 0) != (e->action == LEDGER_ADD))
		return ("the category is not known, or does not go with the "
		    "action");
	if ((e->basis == 0 && !none(&f[BASIS])) ||
	    (e->basis != 0) != (e->action == LEDGER_ADD))
		return ("the legal basis is not known, or does not go with the "
		    "action");
	if (day(&f[FROM], &e->from) != 0 || day(&f[UNTIL], &e->until) != 0)
		return ("a day is not one");
	if (text(&f[CASE], e->case_no, sizeof(e->case_no)) != 0 ||
	    text(&f[WHO], e->who, sizeof(e->who)) != 0 ||
	    text(&f[WHY], e->why, sizeof(e->why)) != 0)
		return ("a text is too long");
	return (NULL);
}

/* Read a line. */
int
ledger_line_parse(struct ledger_entry *e, const char *p, size_t len,
    uint64_t *chain, const char **why)
{
	struct field f[FIELDS];

	memset(e, 0, sizeof(*e));
	if (cut(f, p, len) != 0) {
		*why = "it has not 12 fields";
		return (-1);
	}
	if (chain != NULL && check(&f[CHECK], p, chain) != 0) {
		*why = "its check does not fit: a line was altered or is "
		    "missing";
		return (-1);
	}
	return ((*why = fields(e, f)) == NULL ? 0 : -1);
}
