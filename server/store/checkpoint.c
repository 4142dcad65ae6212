#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keys/base64.h"

#include "checkpoint.h"

#define ROOT_DIGITS	BASE64_LEN(MERKLE_LEN)

/* Say what is wrong and return -1. */
__attribute__((format(printf, 2, 3))) static int
say(char *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err, NOTE_ERROR_MAX, fmt, ap);
	va_end(ap);
	return (-1);
}

/* Write a decimal number.  Return its length. */
static size_t
put_number(char *out, uint64_t v)
{
	char digits[20];
	size_t n = 0, len;

	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	len = n;
	while (n > 0)
		*out++ = digits[--n];
	return (len);
}

/* Write the text of a checkpoint. */
size_t
checkpoint_text(char text[CHECKPOINT_TEXT_MAX], const struct checkpoint *c)
{
	size_t n = strnlen(c->origin, sizeof(c->origin) - 1);

	memcpy(text, c->origin, n);
	text[n++] = '\n';
	n += put_number(text + n, c->size);
	text[n++] = '\n';
	n += base64_encode(text + n, c->root, sizeof(c->root));
	text[n++] = '\n';
	text[n] = '\0';
	return (n);
}

/* Read the decimal size of a tree. */
static int
read_size(uint64_t *size, const char *p, size_t len)
{
	uint64_t v = 0;

	if (len == 0 || len > 19 || (p[0] == '0' && len > 1))
		return (-1);
	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return (-1);
		v = v * 10 + (uint64_t)(p[i] - '0');
	}
	if (v > CHECKPOINT_SIZE_MAX)
		return (-1);
	*size = v;
	return (0);
}

/* Take the next line off a text.  Return 0, or -1 when it is empty or none. */
static int
next_line(const char **p, const char *end, const char **line, size_t *len)
{
	const char *newline;

	if (*p == end ||
	    (newline = memchr(*p, '\n', (size_t)(end - *p))) == NULL ||
	    newline == *p)
		return (-1);
	*line = *p;
	*len = (size_t)(newline - *p);
	*p = newline + 1;
	return (0);
}

/* Read the lines of a checkpoint. */
static int
read_lines(struct checkpoint *c, const char *p, size_t len, char *err)
{
	const char *end = p + len, *line;
	size_t n;

	if (next_line(&p, end, &line, &n) != 0)
		return (say(err, "the checkpoint has no origin"));
	if (n >= sizeof(c->origin) || memchr(line, '\0', n) != NULL)
		return (say(err, "the origin of the checkpoint is longer than "
		    "%d bytes or holds a NUL", CHECKPOINT_ORIGIN_MAX - 1));
	memcpy(c->origin, line, n);
	if (next_line(&p, end, &line, &n) != 0 ||
	    read_size(&c->size, line, n) != 0)
		return (say(err, "the second line of the checkpoint is not the "
		    "size of a tree"));
	if (next_line(&p, end, &line, &n) != 0 || n != ROOT_DIGITS ||
	    base64_decode(c->root, sizeof(c->root), line, n) != MERKLE_LEN)
		return (say(err, "the third line of the checkpoint is not a "
		    "root of 32 bytes in base64"));
	while (p < end)
		if (next_line(&p, end, &line, &n) != 0)
			return (say(err, "the checkpoint has an empty line or "
			    "does not end with a newline"));
	return (0);
}

/* Read the text of a checkpoint. */
int
checkpoint_read(struct checkpoint *c, const char *text, size_t len, char *err)
{

	memset(c, 0, sizeof(*c));
	if (read_lines(c, text, len, err) == 0)
		return (0);
	memset(c, 0, sizeof(*c));
	return (-1);
}

/* Tell whether a key is one of the log, giving its copy v the origin as name. */
static int
take_for_log(struct note_verifier *v, const char *origin)
{
	size_t n = strlen(v->name);

	if (strcmp(v->name, origin) == 0)
		return (1);
	return (v->type != NOTE_COSIGNATURE && n < strlen(origin) &&
	    memcmp(v->name, origin, n) == 0 && origin[n] == '/' &&
	    note_verifier_name(v, origin) == 0);
}

/* The keys of one checkpoint, as they sign it. */
struct signers {
	struct note_verifier key[CHECKPOINT_KEYS_MAX];
	const struct note_verifier *known[CHECKPOINT_KEYS_MAX];
	const struct note_verifier *from[CHECKPOINT_KEYS_MAX];
	int of_log[CHECKPOINT_KEYS_MAX];
	size_t n;
	size_t n_of_log;
};

/* Collect the keys, each once. */
static void
collect(struct signers *s, const struct note_verifier *const *keys,
    size_t nkeys, const char *origin)
{
	size_t j;

	s->n = s->n_of_log = 0;
	for (size_t i = 0; i < nkeys; i++) {
		struct note_verifier *v = &s->key[s->n];

		*v = *keys[i];
		s->of_log[s->n] = take_for_log(v, origin);
		for (j = 0; j < s->n; j++)
			if (s->key[j].type == v->type &&
			    memcmp(s->key[j].key, v->key, sizeof(v->key)) == 0 &&
			    strcmp(s->key[j].name, v->name) == 0)
				break;
		if (j < s->n)
			continue;
		s->known[s->n] = v;
		s->from[s->n] = keys[i];
		s->n_of_log += (size_t)s->of_log[s->n];
		s->n++;
	}
}

/* Point good lines to the caller's keys.  Return how many are the log's. */
static size_t
point_back(struct note *n, const struct signers *s)
{
	size_t good = 0, at;

	for (size_t i = 0; i < n->n; i++) {
		if (n->sig[i].by == NULL)
			continue;
		at = (size_t)(n->sig[i].by - s->key);
		good += (size_t)s->of_log[at];
		n->sig[i].by = s->from[at];
	}
	return (good);
}

/* Give an origin for a message: one that might play with a terminal is not told. */
static const char *
shown(const char *origin)
{

	for (const char *p = origin; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return ("with a name that is not ASCII");
	return (origin);
}

/* Verify the signatures of a checkpoint. */
static int
verify(const struct checkpoint *c, struct note *n,
    const struct note_verifier *const *keys, size_t nkeys, char *err)
{
	struct signers s;

	if (nkeys > CHECKPOINT_KEYS_MAX)
		return (say(err, "more than %d keys to verify a checkpoint with",
		    CHECKPOINT_KEYS_MAX));
	collect(&s, keys, nkeys, c->origin);
	if (s.n_of_log == 0)
		return (say(err, "the checkpoint is of the log %s, and none of "
		    "the keys is that log's", shown(c->origin)));
	if (note_verify(n, s.known, s.n, err) < 0)
		return (-1);
	if (point_back(n, &s) == 0)
		return (say(err, "no known key of the log %s has signed its "
		    "checkpoint", shown(c->origin)));
	return (0);
}

/* Read and verify a signed checkpoint. */
int
checkpoint_open(struct checkpoint *c, struct note *n, const char *p, size_t len,
    const struct note_verifier *const *keys, size_t nkeys, char *err)
{

	memset(c, 0, sizeof(*c));
	if (len > CHECKPOINT_MAX)
		say(err, "the checkpoint is longer than %d bytes",
		    CHECKPOINT_MAX);
	else if (note_parse(n, p, len, err) == 0 &&
	    checkpoint_read(c, n->text, n->text_len, err) == 0 &&
	    verify(c, n, keys, nkeys, err) == 0)
		return (0);
	memset(c, 0, sizeof(*c));
	memset(n, 0, sizeof(*n));
	return (-1);
}

/* Write a signed checkpoint. */
size_t
checkpoint_sign(char *out, size_t cap, const struct checkpoint *c,
    const struct note_signer *const *signers, size_t n)
{
	char text[CHECKPOINT_TEXT_MAX], err[NOTE_ERROR_MAX];
	struct checkpoint again;
	size_t len = checkpoint_text(text, c), used;

	if (checkpoint_read(&again, text, len, err) != 0 ||
	    strncmp(again.origin, c->origin, sizeof(c->origin)) != 0)
		return (0);
	for (size_t i = 0; i < n; i++)
		if (strcmp(signers[i]->public.name, c->origin) != 0)
			return (0);
	used = note_sign(out, cap, text, len, signers, n);
	return (used <= CHECKPOINT_MAX ? used : 0);
}
