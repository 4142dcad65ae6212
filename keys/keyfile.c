#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hex.h"
#include "keyfile.h"
#include "label.h"
#include "sha256.h"
#include "wipe.h"

#define NWORDS(table)	(sizeof(table) / sizeof((table)[0]))

static const char *const kinds[] = {
	[KEYFILE_TOKEN_PERSON] = "token-person",
};

static const char *const algorithms[] = {
	[KEYFILE_HMAC_SHA256] = "hmac-sha256",
};

/* A reader of lines; the first error sticks and empties the rest. */
struct lines {
	const char		*at;
	const char		*end;
	const char		*name;
	unsigned		 line;
	int			 failed;
	struct keyfile_error	*err;
};

/* The value of one line, inside the text. */
struct span {
	const char	*p;
	size_t		 len;
};

/* Set the error. */
int
keyfile_fail(struct keyfile_error *err, enum keyfile_fault fault,
    const char *format, ...)
{
	va_list ap;

	err->fault = fault;
	va_start(ap, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
	return (-1);
}

/* Note the first error with its place. */
static void
complain(struct lines *l, const char *what)
{

	if (l->failed)
		return;
	l->failed = 1;
	if (l->line == 0)
		(void)keyfile_fail(l->err, KEYFILE_BAD, "%.200s: %s", l->name,
		    what);
	else
		(void)keyfile_fail(l->err, KEYFILE_BAD, "%.200s:%u: %s",
		    l->name, l->line, what);
}

/* Take the next line, which must be the word, one blank and a value. */
static struct span
take(struct lines *l, const char *word)
{
	struct span none = { "", 0 }, value;
	size_t n = strlen(word);
	const char *nl;
	char what[128];

	if (l->failed)
		return (none);
	l->line++;
	nl = memchr(l->at, '\n', (size_t)(l->end - l->at));
	if (nl == NULL) {
		(void)snprintf(what, sizeof(what), "the file ends in or before "
		    "the line \"%s\"; copy it again from the backup", word);
		complain(l, what);
		return (none);
	}
	if ((size_t)(nl - l->at) < n + 2 || memcmp(l->at, word, n) != 0 ||
	    l->at[n] != ' ') {
		(void)snprintf(what, sizeof(what),
		    "expected \"%s\", one blank and a value", word);
		complain(l, what);
		return (none);
	}
	value.p = l->at + n + 1;
	value.len = (size_t)(nl - value.p);
	if (value.p[value.len - 1] == '\r') {
		complain(l, "the line ends in CR LF; an editor or a transfer in "
		    "text mode changed the file: copy it again as it was");
		return (none);
	}
	l->at = nl + 1;
	return (value);
}

/* Say whether a value is a given word. */
static int
is(struct span value, const char *word)
{

	return (value.len == strlen(word) &&
	    memcmp(value.p, word, value.len) == 0);
}

/* Find a value in a table of words that starts at 1; 0 when it is not there. */
static unsigned
find(struct span value, const char *const *words, size_t n)
{

	for (unsigned i = 1; i < n; i++)
		if (is(value, words[i]))
			return (i);
	return (0);
}

/* Read digits as a number up to 99999; -1 for anything else. */
static int
number(const char *p, size_t len)
{
	int n = 0;

	if (len == 0 || len > 5)
		return (-1);
	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return (-1);
		n = n * 10 + (p[i] - '0');
	}
	return (n);
}

/* Say whether text is a real second of the form 2026-11-22T05:00:00Z. */
static int
good_time(struct span s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	static const int days[] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	int year, month, day, most;

	if (s.len != KEYFILE_CREATED_LEN)
		return (0);
	for (size_t i = 0; i < s.len; i++)
		if (form[i] != 'd' && form[i] != s.p[i])
			return (0);
	year = number(s.p, 4);
	month = number(s.p + 5, 2);
	day = number(s.p + 8, 2);
	if (year < 2000 || month < 1 || month > 12)
		return (0);
	most = days[month];
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		most = 29;
	if (day < 1 || day > most)
		return (0);
	return (number(s.p + 11, 2) >= 0 && number(s.p + 11, 2) < 24 &&
	    number(s.p + 14, 2) >= 0 && number(s.p + 14, 2) < 60 &&
	    number(s.p + 17, 2) >= 0 && number(s.p + 17, 2) < 60);
}

/* Write the lines from kind to created, which are also what the id covers. */
static size_t
print_head(const struct keyfile *k, char *text, size_t size)
{
	int n;

	n = snprintf(text, size,
	    "kind %s\nalgorithm %s\nepoch %u\ncreated %s\n",
	    keyfile_kind_name(k->kind), keyfile_algorithm_name(k->algorithm),
	    (unsigned)k->epoch, k->created);
	assert(n > 0 && (size_t)n < size);
	return ((size_t)n);
}

/* Compute the fingerprint. */
static void
fingerprint(const struct keyfile *k, char id[KEYFILE_ID_HEX + 1])
{
	struct sha256_hmac h;
	uint8_t mac[SHA256_LEN];
	char head[KEYFILE_TEXT_MAX];
	size_t len;

	len = print_head(k, head, sizeof(head));
	sha256_hmac_init(&h, k->secret, sizeof(k->secret));
	label_absorb(&h, "liangka/v1/key-id");
	sha256_hmac_update(&h, head, len);
	sha256_hmac_final(&h, mac);
	hex_encode(id, mac, KEYFILE_ID_HEX / 2);
	wipe(mac, sizeof(mac));
}

/* Build a new key. */
int
keyfile_make(struct keyfile *k, enum keyfile_kind kind, uint32_t epoch,
    int64_t created, const uint8_t secret[KEYFILE_SECRET_LEN])
{
	time_t t = (time_t)created;
	struct tm tm;

	keyfile_wipe(k);
	if (epoch < 1 || epoch > KEYFILE_EPOCH_MAX ||
	    gmtime_r(&t, &tm) == NULL ||
	    tm.tm_year < 100 || tm.tm_year > 8099)
		return (-1);
	k->kind = kind;
	k->algorithm = KEYFILE_HMAC_SHA256;
	k->epoch = epoch;
	(void)strftime(k->created, sizeof(k->created), "%Y-%m-%dT%H:%M:%SZ",
	    &tm);
	memcpy(k->secret, secret, sizeof(k->secret));
	fingerprint(k, k->id);
	return (0);
}

/* Read the lines that say what the key is. */
static void
parse_head(struct lines *l, struct keyfile *k)
{
	struct span v;
	int epoch;

	v = take(l, "liangka-key");
	if (!is(v, "1"))
		complain(l, "the format is not version 1; read it with the "
		    "liangka-keys that made it");
	v = take(l, "kind");
	k->kind = (enum keyfile_kind)find(v, kinds, NWORDS(kinds));
	if (k->kind == 0)
		complain(l, "unknown kind of key; known: token-person");
	v = take(l, "algorithm");
	k->algorithm = (enum keyfile_algorithm)find(v, algorithms,
	    NWORDS(algorithms));
	if (k->algorithm == 0)
		complain(l, "unknown algorithm; known: hmac-sha256");
	v = take(l, "epoch");
	epoch = number(v.p, v.len);
	if (epoch < 1 || epoch > KEYFILE_EPOCH_MAX || v.p[0] == '0')
		complain(l, "the epoch is not a number from 1 to 65535");
	k->epoch = (uint32_t)epoch;
	v = take(l, "created");
	if (!good_time(v))
		complain(l, "not a time such as 2026-11-22T05:00:00Z");
	else
		memcpy(k->created, v.p, v.len);
}

/* Read the lines that hold the key, and compare the fingerprint. */
static void
parse_secret(struct lines *l, struct keyfile *k)
{
	uint8_t bytes[KEYFILE_ID_HEX / 2];
	char id[KEYFILE_ID_HEX + 1];
	struct span v;

	v = take(l, "id");
	if (v.len != KEYFILE_ID_HEX || hex_decode(bytes, v.p, sizeof(bytes)))
		complain(l, "the id is not 16 lower-case hexadecimal digits");
	else
		memcpy(k->id, v.p, v.len);
	v = take(l, "secret");
	if (v.len != 2 * KEYFILE_SECRET_LEN ||
	    hex_decode(k->secret, v.p, KEYFILE_SECRET_LEN))
		complain(l, "the secret is not 64 lower-case hexadecimal "
		    "digits; copy the file again from the backup");
	if (l->at != l->end)
		complain(l, "something follows the line \"secret\"; one file "
		    "holds one key and nothing else");
	if (l->failed)
		return;
	fingerprint(k, id);
	if (memcmp(id, k->id, sizeof(id)) != 0)
		complain(l, "the id does not match the content: the file was "
		    "altered or damaged; copy it again from the backup");
}

/* Read a key: all lines, then one look at the error. */
int
keyfile_parse(struct keyfile *k, const char *name, const char *text, size_t len,
    struct keyfile_error *err)
{
	struct lines l = { text, text + len, name, 0, 0, err };

	keyfile_wipe(k);
	err->fault = KEYFILE_FINE;
	err->text[0] = '\0';
	if (len > KEYFILE_TEXT_MAX)
		complain(&l, "too long for a key file; is it another file?");
	parse_head(&l, k);
	parse_secret(&l, k);
	if (l.failed) {
		keyfile_wipe(k);
		return (-1);
	}
	return (0);
}

/* Write a key. */
size_t
keyfile_print(const struct keyfile *k, char text[KEYFILE_TEXT_MAX])
{
	static const char first[] = "liangka-key 1\n";
	size_t len = sizeof(first) - 1;
	int n;

	memcpy(text, first, len);
	len += print_head(k, text + len, KEYFILE_TEXT_MAX - len);
	n = snprintf(text + len, KEYFILE_TEXT_MAX - len, "id %s\nsecret ",
	    k->id);
	assert(n > 0);
	len += (size_t)n;
	assert(len + 2 * KEYFILE_SECRET_LEN + 2 <= KEYFILE_TEXT_MAX);
	hex_encode(text + len, k->secret, sizeof(k->secret));
	len += 2 * KEYFILE_SECRET_LEN;
	text[len++] = '\n';
	text[len] = '\0';
	return (len);
}

/* Forget a key. */
void
keyfile_wipe(struct keyfile *k)
{

	wipe(k, sizeof(*k));
}

/* Name a kind. */
const char *
keyfile_kind_name(enum keyfile_kind kind)
{

	assert(kind > 0 && kind < NWORDS(kinds));
	return (kinds[kind]);
}

/* Name an algorithm. */
const char *
keyfile_algorithm_name(enum keyfile_algorithm algorithm)
{

	assert(algorithm > 0 && algorithm < NWORDS(algorithms));
	return (algorithms[algorithm]);
}
