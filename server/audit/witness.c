#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keys/base64.h"
#include "keys/note.h"
#include "keys/sha256.h"

#include "witness_impl.h"

/* One request while it is answered. */
struct session {
	const struct witness *w;
	struct witness_asked q;
	struct witness_answer *a;
	struct note note;
	uint64_t time;
};

/* Refuse, with a sentence. */
static int __attribute__((format(printf, 3, 4)))
refuse(struct session *s, enum witness_status status, const char *fmt, ...)
{
	struct witness_answer *a = s->a;
	va_list ap;

	a->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(a->error, sizeof(a->error), fmt, ap);
	va_end(ap);
	if (status == WITNESS_CONFLICT)
		a->len = (size_t)snprintf(a->body, sizeof(a->body),
		    "%" PRIu64 "\n", a->seen.size);
	else
		a->len = (size_t)snprintf(a->body, sizeof(a->body), "%.1000s\n",
		    status == WITNESS_FAILED ? "the witness cannot record it" :
		    a->error);
	return (-1);
}

/* May a key sign for an origin?  That of a node serves all of its logs. */
int
witness_serves(const struct note_verifier *v, const char *origin)
{
	size_t n = strlen(v->name);

	return (strncmp(v->name, origin, n) == 0 &&
	    (origin[n] == '\0' || (n > 0 && origin[n] == '/')));
}

/* Is there a key? */
int
witness_knows(const struct witness *w, const char *origin)
{
	size_t i;

	for (i = 0; i < w->nlogs; i++)
		if (witness_serves(w->logs[i], origin))
			return (1);
	return (0);
}

/* Verify the checkpoint by the keys that are for its origin. */
static int
verify(struct session *s, char *why)
{
	const struct note_verifier *keys[CHECKPOINT_KEYS_MAX];
	const struct witness *w = s->w;
	size_t i, n = 0;

	for (i = 0; i < w->nlogs && n < CHECKPOINT_KEYS_MAX; i++)
		if (witness_serves(w->logs[i], s->a->offered.origin))
			keys[n++] = w->logs[i];
	return (checkpoint_open(&s->a->offered, &s->note, s->q.note,
	    s->q.note_len, keys, n, why));
}

/* The rules that need nothing of ours but the keys. */
static int
judge_note(struct session *s)
{
	struct witness_answer *a = s->a;
	char why[NOTE_ERROR_MAX];

	if (s->q.note_len > CHECKPOINT_MAX)
		return (refuse(s, WITNESS_MALFORMED, "the checkpoint is longer "
		    "than %d bytes", CHECKPOINT_MAX));
	if (note_parse(&s->note, s->q.note, s->q.note_len, why) != 0 ||
	    checkpoint_read(&a->offered, s->note.text, s->note.text_len,
	    why) != 0)
		return (refuse(s, WITNESS_MALFORMED, "%s", why));
	if (!witness_knows(s->w, a->offered.origin))
		return (refuse(s, WITNESS_UNKNOWN, "no key is known for %s",
		    a->offered.origin));
	if (verify(s, why) != 0)
		return (refuse(s, WITNESS_UNSIGNED, "%s", why));
	if (s->q.old > a->offered.size)
		return (refuse(s, WITNESS_MALFORMED, "the old size %" PRIu64
		    " is larger than the checkpoint's, %" PRIu64, s->q.old,
		    a->offered.size));
	return (0);
}

/* Refuse what contradicts the head we cosigned, and keep both. */
static int
contradicts(struct session *s, const char *what)
{
	struct witness_answer *a = s->a;
	char err[WITNESS_ERROR_MAX];

	/* The same head with a bad proof contradicts nothing. */
	a->evidence = (a->seen.size != a->offered.size ||
	    memcmp(a->seen.root, a->offered.root, MERKLE_LEN) != 0) &&
	    witness_accuse(s->w, a->offered.origin, s->q.note, s->q.note_len,
	    err) == 0;
	return (refuse(s, WITNESS_INCONSISTENT, "%s: %s", a->offered.origin,
	    what));
}

/* The rules that compare it with what we saw last. */
static int
judge_history(struct session *s)
{
	struct witness_answer *a = s->a;
	const struct checkpoint *c = &a->offered;
	uint8_t empty[SHA256_LEN];

	if (s->q.old != a->seen.size)
		return (refuse(s, WITNESS_CONFLICT, "%s: %" PRIu64 " entries "
		    "were cosigned last, the request goes on from %" PRIu64,
		    c->origin, a->seen.size, s->q.old));
	sha256_of(empty, "", 0);
	if (c->size == 0 && memcmp(c->root, empty, sizeof(empty)) != 0)
		return (refuse(s, WITNESS_INCONSISTENT, "%s: no entries, but "
		    "not the root of the empty tree", c->origin));
	if (s->q.old == 0)
		return (s->q.n == 0 ? 0 : refuse(s, WITNESS_INCONSISTENT,
		    "%s: a proof from the empty tree must be empty",
		    c->origin));
	if (s->q.old == c->size && memcmp(c->root, a->seen.root,
	    sizeof(c->root)) != 0)
		return (contradicts(s, "it has forked: another root at the size "
		    "that was cosigned"));
	if (merkle_check_consistency(s->q.old, a->seen.root, c->size, c->root,
	    (const uint8_t (*)[MERKLE_LEN])s->q.proof, s->q.n) != 0)
		return (contradicts(s, "the proof does not show that the head "
		    "continues the one that was cosigned"));
	return (0);
}

/* Add the signature lines that were verified. */
static size_t
copy_lines(const struct note *n, char *text, size_t len, size_t cap)
{
	uint8_t raw[4 + sizeof(n->sig[0].bytes)];
	const struct note_signature *g;
	size_t i, need;

	for (i = 0; i < n->n; i++) {
		g = &n->sig[i];
		need = g->name_len + 8 + BASE64_LEN(sizeof(raw));
		if (g->by == NULL || g->len > sizeof(g->bytes) ||
		    need > cap - len)
			continue;
		raw[0] = (uint8_t)(g->id >> 24);
		raw[1] = (uint8_t)(g->id >> 16);
		raw[2] = (uint8_t)(g->id >> 8);
		raw[3] = (uint8_t)g->id;
		memcpy(&raw[4], g->bytes, g->len);
		memcpy(&text[len], "\xe2\x80\x94 ", 4);
		len += 4;
		memcpy(&text[len], g->name, g->name_len);
		len += g->name_len;
		text[len++] = ' ';
		len += base64_encode(&text[len], raw, 4 + g->len);
		text[len++] = '\n';
	}
	return (len);
}

/* Cosign, record, and only then answer. */
static int
cosign(struct session *s)
{
	struct witness_answer *a = s->a;
	char line[NOTE_LINE_MAX], text[CHECKPOINT_MAX], err[WITNESS_ERROR_MAX];
	size_t n, len = s->note.text_len;

	if (len > sizeof(text) / 2)
		return (refuse(s, WITNESS_MALFORMED, "the checkpoint has too "
		    "many extension lines"));
	n = note_sign_line(line, s->note.text, s->note.text_len, s->w->signer,
	    s->time);
	if (n == 0 || n >= sizeof(a->body))
		return (refuse(s, WITNESS_FAILED, "cannot sign"));
	memcpy(text, s->note.text, len);
	text[len++] = '\n';
	len = copy_lines(&s->note, text, len, sizeof(text) - n);
	memcpy(&text[len], line, n);
	len += n;
	if (witness_keep(s->w, &a->offered, text, len, err) != 0)
		return (refuse(s, WITNESS_FAILED, "%s", err));
	a->status = WITNESS_COSIGNED;
	memcpy(a->body, line, n);
	a->body[n] = '\0';
	a->len = n;
	return (0);
}

/* Answer a request. */
int
witness_add(const struct witness *w, uint64_t time, const char *body,
    size_t len, struct witness_answer *a)
{
	struct session s = { .w = w, .a = a, .time = time };
	char err[WITNESS_ERROR_MAX];
	int fd[2], rc;

	memset(a, 0, sizeof(*a));
	if (witness_parse(&s.q, body, len, err) != 0)
		return (refuse(&s, WITNESS_MALFORMED, "%s", err));
	if (judge_note(&s) != 0)
		return (-1);
	/*
	 * Locked until it is recorded: of two requests that go on from the same
	 * head only one can be answered with a cosignature.
	 */
	if (witness_lock(w, a->offered.origin, fd, err) != 0)
		return (refuse(&s, WITNESS_FAILED, "%s", err));
	if (w->locked != NULL)
		w->locked(w->locked_arg);
	if (witness_seen(w, a->offered.origin, &a->seen, NULL, 0, err) == -1)
		rc = refuse(&s, WITNESS_FAILED, "%s", err);
	else if ((rc = judge_history(&s)) == 0)
		rc = cosign(&s);
	witness_unlock(fd);
	return (rc);
}
