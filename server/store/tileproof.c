#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keys/base64.h"

#include "tileproof.h"

#define FIRST_LINE	"c2sp.org/tlog-proof@v1"
#define HASH_TEXT	BASE64_LEN(MERKLE_LEN)

static_assert(TILEPROOF_MAX >= CHECKPOINT_MAX + 128 +
    BASE64_LEN(TILEPROOF_EXTRA_MAX) + MERKLE_PROOF_MAX * (HASH_TEXT + 1),
    "the longest proof can be printed and read");

/* A proof that is written; full once something did not fit. */
struct writer {
	char *out;
	size_t cap, len;
	int full;
};

/* Append bytes. */
static void
put(struct writer *w, const char *p, size_t len)
{

	if (w->full || len > w->cap - w->len) {
		w->full = 1;
		return;
	}
	if (len > 0)
		memcpy(w->out + w->len, p, len);
	w->len += len;
}

/* Append bytes in Base 64, in pieces that need no padding but at the end. */
static void
put_base64(struct writer *w, const uint8_t *p, size_t len)
{
	char text[BASE64_LEN(48) + 1];

	while (len > 0) {
		size_t n = len < 48 ? len : 48;

		put(w, text, base64_encode(text, p, n));
		p += n;
		len -= n;
	}
}

/* Write line by line. */
size_t
tileproof_print(char *out, size_t cap, const struct tileproof *p)
{
	struct writer w = { .out = out, .cap = cap };
	char line[32];

	put(&w, FIRST_LINE "\n", sizeof(FIRST_LINE));
	if (p->extra_len > 0) {
		put(&w, "extra ", 6);
		put_base64(&w, p->extra, p->extra_len);
		put(&w, "\n", 1);
	}
	put(&w, line, (size_t)snprintf(line, sizeof(line), "index %" PRIu64
	    "\n", p->index));
	for (size_t i = 0; i < p->n; i++) {
		put_base64(&w, p->hash[i], MERKLE_LEN);
		put(&w, "\n", 1);
	}
	put(&w, "\n", 1);
	put(&w, p->checkpoint, p->checkpoint_len);
	return (w.full ? 0 : w.len);
}

/* A proof that is read line by line. */
struct reader {
	const char *at, *end;
	const char *line;		/* the one at hand, without newline */
	size_t len;
	unsigned number;		/* of that line, from 1 */
	char *err;
};

/* Note what is wrong with the line at hand. */
static int __attribute__((format(printf, 2, 3)))
bad(const struct reader *r, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(r->err, NOTE_ERROR_MAX, "line %u: ", r->number);
	va_start(ap, fmt);
	vsnprintf(r->err + n, NOTE_ERROR_MAX - (size_t)n, fmt, ap);
	va_end(ap);
	return (-1);
}

/* Go to the next line. */
static int
next_line(struct reader *r)
{
	const char *nl;

	r->number++;
	nl = r->at == r->end ? NULL : memchr(r->at, '\n',
	    (size_t)(r->end - r->at));
	if (nl == NULL)
		return (bad(r, r->at == r->end ? "the proof ends here" :
		    "no newline at its end"));
	r->line = r->at;
	r->len = (size_t)(nl - r->at);
	r->at = nl + 1;
	return (0);
}

/* Tell whether the line at hand begins with a word, and step over it. */
static int
begins(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	if (r->len < n || memcmp(r->line, word, n) != 0)
		return (0);
	r->line += n;
	r->len -= n;
	return (1);
}

/* Read what is left of the line at hand as a decimal in its one spelling. */
static int
decimal(const struct reader *r, uint64_t *value)
{
	uint64_t v = 0;

	if (r->len == 0 || (r->len > 1 && r->line[0] == '0'))
		return (-1);
	for (size_t i = 0; i < r->len; i++) {
		unsigned digit = (unsigned)(unsigned char)r->line[i] - '0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return (-1);
		v = v * 10 + digit;
	}
	*value = v;
	return (0);
}

/* The first line, the extra data if any, and the index. */
static int
read_head(struct tileproof *p, struct reader *r)
{
	ssize_t n;

	if (next_line(r) != 0)
		return (-1);
	if (!begins(r, FIRST_LINE) || r->len != 0)
		return (bad(r, "not \"" FIRST_LINE "\""));
	if (next_line(r) != 0)
		return (-1);
	if (begins(r, "extra ")) {
		n = base64_decode(p->extra, sizeof(p->extra), r->line, r->len);
		if (n <= 0)
			return (bad(r, "the extra data is not 1 to %d bytes in "
			    "Base 64", TILEPROOF_EXTRA_MAX));
		p->extra_len = (size_t)n;
		if (next_line(r) != 0)
			return (-1);
	}
	if (!begins(r, "index ") || decimal(r, &p->index) != 0)
		return (bad(r, "not \"index\" and a number"));
	return (0);
}

/* The hashes up to the empty line. */
static int
read_hashes(struct tileproof *p, struct reader *r)
{

	for (;;) {
		if (next_line(r) != 0)
			return (-1);
		if (r->len == 0)
			return (0);
		if (p->n == MERKLE_PROOF_MAX)
			return (bad(r, "more than %d hashes",
			    MERKLE_PROOF_MAX));
		if (base64_decode(p->hash[p->n], MERKLE_LEN, r->line,
		    r->len) != MERKLE_LEN)
			return (bad(r, "not a hash of %d bytes in Base 64",
			    MERKLE_LEN));
		p->n++;
	}
}

/* Read line by line; the checkpoint is left as it is. */
int
tileproof_read(struct tileproof *p, const char *text, size_t len, char *err)
{
	struct reader r = { .at = text, .end = text + len, .err = err };

	p->index = 0;
	p->n = 0;
	p->extra_len = 0;
	p->checkpoint = NULL;
	p->checkpoint_len = 0;
	if (len > TILEPROOF_MAX) {
		snprintf(err, NOTE_ERROR_MAX, "longer than %d bytes",
		    TILEPROOF_MAX);
		return (-1);
	}
	if (read_head(p, &r) != 0 || read_hashes(p, &r) != 0)
		return (-1);
	if (r.at == r.end) {
		r.number++;
		return (bad(&r, "no checkpoint"));
	}
	if (r.end - r.at > CHECKPOINT_MAX) {
		r.number++;
		return (bad(&r, "a checkpoint longer than %d bytes",
		    CHECKPOINT_MAX));
	}
	p->checkpoint = r.at;
	p->checkpoint_len = (size_t)(r.end - r.at);
	return (0);
}

/* First the signature, then the way from the leaf to what was signed. */
int
tileproof_check(const struct tileproof *p, const uint8_t leaf[MERKLE_LEN],
    const struct note_verifier *const *keys, size_t nkeys,
    struct checkpoint *c, struct note *n, char *err)
{

	if (checkpoint_open(c, n, p->checkpoint, p->checkpoint_len, keys,
	    nkeys, err) != 0)
		return (-1);
	if (p->index >= c->size) {
		snprintf(err, NOTE_ERROR_MAX, "entry %" PRIu64 " is not in a "
		    "log of %" PRIu64 " entries", p->index, c->size);
		return (-1);
	}
	if (merkle_check_inclusion(leaf, p->index, c->size, c->root, p->hash,
	    p->n) != 0) {
		snprintf(err, NOTE_ERROR_MAX, "the hashes do not lead from "
		    "entry %" PRIu64 " to the root of the checkpoint",
		    p->index);
		return (-1);
	}
	return (0);
}
