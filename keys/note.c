#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "note.h"
#include "note_message.h"
#include "note_text.h"

#define DASH	"\xe2\x80\x94 "		/* U+2014 and a space */
#define DASH_LEN	4

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

/* Find the last empty line.  Return where its newline is, or NULL. */
static const char *
last_empty_line(const char *p, size_t len)
{

	for (; len >= 2; len--)
		if (p[len - 1] == '\n' && p[len - 2] == '\n')
			return (p + len - 1);
	return (NULL);
}

/* Decode a signature of any length, keeping its id and what there is room for. */
static int
decode(struct note_signature *sig, const char *p, size_t len)
{
	uint8_t part[3 * 64], head[4] = { 0 };
	size_t at = 0;
	ssize_t n;

	while (len > 0) {
		size_t piece = len < 4 * 64 ? len : 4 * 64;

		n = base64_decode(part, sizeof(part), p, piece);
		if (n <= 0 || (piece < len && n != (ssize_t)sizeof(part)))
			return (-1);
		for (size_t i = 0; i < (size_t)n; i++, at++)
			if (at < sizeof(head))
				head[at] = part[i];
			else if (at - sizeof(head) < sizeof(sig->bytes))
				sig->bytes[at - sizeof(head)] = part[i];
		p += piece;
		len -= piece;
	}
	if (at <= sizeof(head))
		return (-1);
	sig->id = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 |
	    (uint32_t)head[2] << 8 | head[3];
	sig->len = at - sizeof(head);
	return (0);
}

/* Take a signature line apart, which comes without its newline. */
static int
parse_line(struct note_signature *sig, const char *p, size_t len)
{
	const char *space;

	memset(sig, 0, sizeof(*sig));
	if (len < DASH_LEN || memcmp(p, DASH, DASH_LEN) != 0)
		return (-1);
	p += DASH_LEN;
	len -= DASH_LEN;
	if ((space = memchr(p, ' ', len)) == NULL)
		return (-1);
	sig->name = p;
	sig->name_len = (size_t)(space - p);
	if (!note_text_name(sig->name, sig->name_len))
		return (-1);
	return (decode(sig, space + 1, len - sig->name_len - 1));
}

/* Take a note apart. */
int
note_parse(struct note *n, const char *p, size_t len, char *err)
{
	const char *line, *end = p + len, *newline;

	memset(n, 0, sizeof(*n));
	if (len > NOTE_TEXT_MAX)
		return (say(err, "the note is longer than %d bytes",
		    NOTE_TEXT_MAX));
	if (!note_text_good(p, len))
		return (say(err, "the note is not UTF-8, or holds control "
		    "characters"));
	if (len == 0 || end[-1] != '\n')
		return (say(err, "the note does not end with a newline"));
	if ((line = last_empty_line(p, len)) == NULL)
		return (say(err, "the note has no empty line before its "
		    "signatures"));
	n->text = p;
	n->text_len = (size_t)(line - p);
	for (line++; line < end; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		if (n->n == NOTE_SIGNATURES_MAX) {
			say(err, "the note has more than %d signatures",
			    NOTE_SIGNATURES_MAX);
			goto bad;
		}
		if (parse_line(&n->sig[n->n], line,
		    (size_t)(newline - line)) != 0) {
			say(err, "signature line %zu of the note is malformed",
			    n->n + 1);
			goto bad;
		}
		n->n++;
	}
	if (n->n > 0)
		return (0);
	say(err, "the note has no signature");
bad:
	memset(n, 0, sizeof(*n));
	return (-1);
}

/* Find the known key of a line. */
static const struct note_verifier *
known(const struct note_signature *sig, const struct note_verifier *const *keys,
    size_t nkeys)
{

	for (size_t i = 0; i < nkeys; i++)
		if (keys[i]->id == sig->id &&
		    strlen(keys[i]->name) == sig->name_len &&
		    memcmp(keys[i]->name, sig->name, sig->name_len) == 0)
			return (keys[i]);
	return (NULL);
}

/* Forget what lines were found to be good. */
static void
forget(struct note *n)
{

	for (size_t i = 0; i < n->n; i++) {
		n->sig[i].by = NULL;
		n->sig[i].time = 0;
	}
}

/* Verify the lines of known keys. */
int
note_verify(struct note *n, const struct note_verifier *const *keys,
    size_t nkeys, char *err)
{
	const struct note_verifier *v;
	struct note_signature *sig;
	int signers = 0;

	forget(n);
	for (size_t i = 0; i < nkeys; i++)
		for (size_t j = 0; j < i; j++)
			if (keys[i]->id == keys[j]->id &&
			    strcmp(keys[i]->name, keys[j]->name) == 0)
				return (say(err, "two known keys are both "
				    "%s+%08x", keys[i]->name,
				    (unsigned)keys[i]->id));
	for (size_t i = 0; i < n->n; i++) {
		size_t j;

		sig = &n->sig[i];
		if ((v = known(sig, keys, nkeys)) == NULL)
			continue;
		if (note_message_check(v, n->text, n->text_len, sig->bytes,
		    sig->len, &sig->time) != 0) {
			forget(n);
			return (say(err, "the signature of %s+%08x is bad",
			    v->name, (unsigned)v->id));
		}
		for (j = 0; j < i && n->sig[j].by != v; j++)
			;
		sig->by = v;
		signers += j == i;
	}
	return (signers);
}
