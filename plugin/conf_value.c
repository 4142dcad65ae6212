/*
 * The values of a configuration text: words, strings, and the numbers that
 * they stand for.
 */
#include <string.h>

#include "conf_value.h"

#define SECOND	INT64_C(1000)
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

struct unit {
	const char *	name;
	int64_t		factor;
};

static const struct unit durations[] = {
	{ "d", DAY }, { "h", HOUR }, { "min", MINUTE }, { "s", SECOND },
	{ "ms", 1 }, { NULL, 0 }
};

static const struct unit sizes[] = {
	{ "G", 1 << 30 }, { "M", 1 << 20 }, { "K", 1 << 10 }, { "", 1 },
	{ NULL, 0 }
};

/* Is this a letter of a bare word? */
static int
is_bare(char c)
{

	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("_./:@+-", c)));
}

/* The ASCII character that a full-width one was typed for, or 0. */
static char
narrow(uint32_t c)
{

	if (c >= 0xff01 && c <= 0xff5e)
		return ((char)(c - 0xfee0));
	switch (c) {
	case 0x201c: case 0x201d:
		return ('"');
	case 0x3001:
		return (',');
	case 0x3002:
		return ('.');
	case 0x3000:
		return (' ');
	case 0x3010:
		return ('[');
	case 0x3011:
		return (']');
	default:
		return (0);
	}
}

/* Report what stands where something else should. */
void
conf_value_odd(struct conf_doc *doc, size_t at, size_t end, const char *wanted)
{
	uint32_t c = 0;
	size_t n;

	if (at >= end) {
		conf_fail(doc, end, 1, "expected %s, found the end of the line",
		    wanted);
		return;
	}
	n = conf_utf8(doc->text + at, end - at, &c);
	if (c == 0x3000)
		conf_fail(doc, at, n, "full-width space: write a plain one");
	else if (narrow(c) != 0)
		conf_fail(doc, at, n, "full-width '%.*s': write '%c'", (int)n,
		    doc->text + at, narrow(c));
	else
		conf_fail(doc, at, n, "expected %s, found '%.*s'", wanted,
		    (int)n, doc->text + at);
}

/* Append the UTF-8 of a character to an item; -1 if it is full. */
static int
append(struct conf_item *item, uint32_t c)
{
	char b[3];
	size_t n;

	if (c < 0x80) {
		b[0] = (char)c, n = 1;
	} else if (c < 0x800) {
		b[0] = (char)(0xc0 | c >> 6), b[1] = (char)(0x80 | (c & 0x3f));
		n = 2;
	} else {
		b[0] = (char)(0xe0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 0x3f));
		b[2] = (char)(0x80 | (c & 0x3f));
		n = 3;
	}
	if (item->len + n > CONF_MAX_VALUE)
		return (-1);
	memcpy(item->text + item->len, b, n);
	item->len += n;
	return (0);
}

/* Decode the escape at a backslash; return its bytes, or 0 if it is none. */
static size_t
escape(const char *p, size_t len, uint32_t *c)
{
	size_t i;

	if (len < 2)
		return (0);
	switch (p[1]) {
	case '"': case '\\':
		*c = (unsigned char)p[1];
		return (2);
	case 'n':
		*c = '\n';
		return (2);
	case 't':
		*c = '\t';
		return (2);
	case 'u':
		break;
	default:
		return (0);
	}
	if (len < 6)
		return (0);
	for (*c = 0, i = 2; i < 6; i++) {
		char d = p[i];

		if (d >= '0' && d <= '9')
			*c = *c << 4 | (uint32_t)(d - '0');
		else if ((d | 0x20) >= 'a' && (d | 0x20) <= 'f')
			*c = *c << 4 | (uint32_t)((d | 0x20) - 'a' + 10);
		else
			return (0);
	}
	/* Controls would only serve to mislead whoever reads the text. */
	return (*c < 0x20 || (*c >= 0x7f && *c < 0xa0) ||
	    (*c >= 0xd800 && *c < 0xe000) ? 0 : 6);
}

/* Read a string. */
static int
read_string(struct conf_doc *doc, size_t at, size_t end, struct conf_item *item)
{
	const char *t = doc->text;
	uint32_t c;
	size_t i, n;

	item->quoted = 1;
	for (i = at + 1; i < end && t[i] != '"'; i += n) {
		n = 1;
		if (t[i] == '\\') {
			if ((n = escape(t + i, end - i, &c)) == 0) {
				conf_fail(doc, i, 2, "unknown escape: use "
				    "\\\" \\\\ \\n \\t or \\uXXXX");
				return (-1);
			}
			if (append(item, c))
				goto full;
		} else if (item->len < CONF_MAX_VALUE) {
			item->text[item->len++] = t[i];
		} else {
			goto full;
		}
	}
	if (i >= end) {
		conf_fail(doc, at, end - at, "the closing '\"' is missing");
		return (-1);
	}
	item->text[item->len] = '\0';
	item->span = i + 1 - at;
	return (0);
full:
	conf_fail(doc, at, end - at, "longer than %d bytes", CONF_MAX_VALUE);
	return (-1);
}

/* Read a word or a string. */
int
conf_value_item(struct conf_doc *doc, size_t at, size_t end,
    struct conf_item *item)
{
	size_t i;

	item->at = at;
	item->len = 0;
	item->quoted = 0;
	if (at < end && doc->text[at] == '"')
		return (read_string(doc, at, end, item));
	for (i = at; i < end && is_bare(doc->text[i]); i++)
		continue;
	if (i == at) {
		conf_value_odd(doc, at, end,
		    "a value (text stands between double quotes)");
		return (-1);
	}
	if (i - at > CONF_MAX_VALUE) {
		conf_fail(doc, at, i - at, "longer than %d bytes",
		    CONF_MAX_VALUE);
		return (-1);
	}
	item->span = item->len = i - at;
	memcpy(item->text, doc->text + at, item->len);
	item->text[item->len] = '\0';
	return (0);
}

/*
 * Read digits, with single underscores between them; return the bytes, or 0
 * if there are none or the number is beyond an int64_t.
 */
static size_t
digits(const char *p, uint64_t *v)
{
	size_t i;

	for (*v = 0, i = 0;; i++) {
		if (p[i] == '_' && i > 0 && p[i - 1] != '_' &&
		    p[i + 1] >= '0' && p[i + 1] <= '9')
			continue;
		if (p[i] < '0' || p[i] > '9')
			break;
		if (*v > (INT64_MAX - 9) / 10)
			return (0);
		*v = *v * 10 + (uint64_t)(p[i] - '0');
	}
	return (i);
}

/* Read a number and its unit. */
static int
with_unit(const char *p, const struct unit *units, int64_t *number)
{
	uint64_t v;
	size_t n = digits(p, &v);

	if (n == 0)
		return (-1);
	for (; units->name != NULL; units++) {
		if (strcmp(p + n, units->name) != 0)
			continue;
		if (v > (uint64_t)(INT64_MAX / units->factor))
			return (-1);
		*number = (int64_t)v * units->factor;
		return (0);
	}
	return (-1);
}

/* Read an integer. */
static int
integer(const char *p, int64_t *number)
{
	int minus = *p == '-';
	uint64_t v;
	size_t n = digits(p + minus, &v);

	if (n == 0 || p[minus + n] != '\0' || (p[minus] == '0' && n > 1))
		return (-1);
	*number = minus ? -(int64_t)v : (int64_t)v;
	return (0);
}

/* Read a date as days since 1970-01-01. */
static int
date(const char *p, int64_t *number)
{
	static const char lengths[] = "\37\34\37\36\37\36\37\37\36\37\36\37";
	int y, m, d, i, leap;

	if (strlen(p) != 10 || p[4] != '-' || p[7] != '-')
		return (-1);
	for (i = 0; i < 10; i++) {
		if (i != 4 && i != 7 && (p[i] < '0' || p[i] > '9'))
			return (-1);
	}
	y = (p[0] - '0') * 1000 + (p[1] - '0') * 100 + (p[2] - '0') * 10 +
	    (p[3] - '0');
	m = (p[5] - '0') * 10 + (p[6] - '0');
	d = (p[8] - '0') * 10 + (p[9] - '0');
	leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	if (y < 1970 || m < 1 || m > 12 || d < 1 ||
	    d > lengths[m - 1] + (m == 2 && leap))
		return (-1);
	*number = (y - 1970) * 365 + (y - 1) / 4 - 1969 / 4 - (y - 1) / 100 +
	    1969 / 100 + (y - 1) / 400 - 1969 / 400 + d - 1;
	for (i = 1; i < m; i++)
		*number += lengths[i - 1] + (i == 2 && leap);
	return (0);
}

/* Look a word up in a key's names. */
static int
name(struct conf_doc *doc, const struct conf_key *key,
    const struct conf_item *item, int64_t *number)
{
	const struct conf_name *n;
	struct conf_guess g;

	conf_guess_init(&g, item->text, item->len);
	for (n = key->names; n->name != NULL; n++) {
		if (strcmp(n->name, item->text) == 0) {
			*number = n->number;
			return (0);
		}
		conf_guess_try(&g, n->name);
	}
	if (g.best != NULL)
		conf_fail(doc, item->at, item->span, "'%.*s' is not a value of "
		    "%s, did you mean '%s'?", 64, item->text, key->name,
		    g.best);
	else
		conf_fail(doc, item->at, item->span, "'%.*s' is not a value of "
		    "%s (one is '%s')", 64, item->text, key->name,
		    key->names->name);
	return (-1);
}

/* Report a number out of range, in the units that people write. */
static void
out_of_range(struct conf_doc *doc, const struct conf_key *key,
    const struct conf_item *item)
{
	const struct unit *units = key->kind == CONF_DURATION ? durations :
	    key->kind == CONF_SIZE ? sizes : NULL;
	const struct unit *lo = units, *hi = units;

	if (key->kind == CONF_DATE) {
		conf_fail(doc, item->at, item->span, "%s is out of range",
		    key->name);
		return;
	}
	if (units == NULL) {
		conf_fail(doc, item->at, item->span, "%s is out of range: "
		    "%lld to %lld", key->name, (long long)key->lo,
		    (long long)key->hi);
		return;
	}
	while (lo[1].name != NULL && key->lo % lo->factor != 0)
		lo++;
	while (hi[1].name != NULL && key->hi % hi->factor != 0)
		hi++;
	if (key->lo == 0)
		lo = hi;
	conf_fail(doc, item->at, item->span, "%s is out of range: %lld%s to "
	    "%lld%s", key->name, (long long)(key->lo / lo->factor), lo->name,
	    (long long)(key->hi / hi->factor), hi->name);
}

/* Take an item as a number. */
int
conf_value_number(struct conf_doc *doc, const struct conf_key *key,
    const struct conf_item *item, int64_t *number)
{
	const char *wanted = NULL;

	if (item->quoted && key->kind != CONF_NAME && key->kind != CONF_NAMES) {
		conf_fail(doc, item->at, item->span,
		    "%s is not text: leave out the quotes", key->name);
		return (-1);
	}
	switch (key->kind) {
	case CONF_INT:
		if (integer(item->text, number))
			wanted = "an integer";
		break;
	case CONF_BOOL:
		*number = strcmp(item->text, "true") == 0;
		if (!*number && strcmp(item->text, "false") != 0)
			wanted = "true or false";
		break;
	case CONF_DURATION:
		if (with_unit(item->text, durations, number))
			wanted = "a number with ms, s, min, h or d";
		break;
	case CONF_SIZE:
		if (with_unit(item->text, sizes, number))
			wanted = "a number of bytes, or with K, M or G";
		break;
	case CONF_DATE:
		if (date(item->text, number))
			wanted = "a date as YYYY-MM-DD";
		break;
	default:
		return (name(doc, key, item, number));
	}
	if (wanted != NULL) {
		conf_fail(doc, item->at, item->span, "'%.*s': %s wants %s", 64,
		    item->text, key->name, wanted);
		return (-1);
	}
	if ((key->lo != 0 || key->hi != 0) &&
	    (*number < key->lo || *number > key->hi)) {
		out_of_range(doc, key, item);
		return (-1);
	}
	return (0);
}
