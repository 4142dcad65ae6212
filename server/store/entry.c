#include <stdint.h>
#include <string.h>

#include "entry.h"
#include "entry_keys.h"

static const char *const kinds[ENTRY_KINDS] = {
	"", "decision", "confirm", "cancel", "retire", "void", "report",
	"review", "intake", "refused", "policy", "clock", "start", "stop",
	"log", "heartbeat", "gap", "access", "unseal", "erase", "list", "retro",
	"merge", "alert", "link", "settle", "node"
};

/* A buffer being printed into; nothing is written past the end. */
struct out {
	char *p;
	char *end;
	int full;
};

#define NUMBER_MAX 24		/* bytes that number() may write */

static const char digits[] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

/* Is there room for n bytes more?  If not, the entry is not printed at all. */
static inline int
room(struct out *o, size_t n)
{

	if ((size_t)(o->end - o->p) >= n)
		return (1);
	o->full = 1;
	return (0);
}

/* Add bytes. */
static inline void
put(struct out *o, const char *s, size_t n)
{

	if (!room(o, n))
		return;
	memcpy(o->p, s, n);
	o->p += n;
}

/*
 * Write a number at p, which has room for NUMBER_MAX bytes, two digits at a
 * time; return its end.
 */
static inline char *
number(char *p, uint64_t v)
{
	char tmp[2 * NUMBER_MAX];
	size_t i = NUMBER_MAX;

	if (v < 10) {
		*p = (char)('0' + v);
		return (p + 1);
	}
	for (; v >= 100; v /= 100) {
		i -= 2;
		memcpy(&tmp[i], &digits[v % 100 * 2], 2);
	}
	i -= 2;
	memcpy(&tmp[i], &digits[v * 2], 2);
	i += v < 10;
	memcpy(p, &tmp[i], NUMBER_MAX);
	return (p + NUMBER_MAX - i);
}

/* Add an unsigned number. */
static void
put_u64(struct out *o, uint64_t v)
{
	char tmp[NUMBER_MAX];

	if (o->end - o->p >= NUMBER_MAX)
		o->p = number(o->p, v);
	else
		put(o, tmp, (size_t)(number(tmp, v) - tmp));
}

/* Add a signed number. */
static void
put_i64(struct out *o, int64_t v)
{

	if (v < 0) {
		put(o, "-", 1);
		put_u64(o, (uint64_t)0 - (uint64_t)v);
	} else
		put_u64(o, (uint64_t)v);
}

/* Add a text in quotes; only the quote and backslash need an escape. */
static void
put_text(struct out *o, const char *s)
{
	size_t n = strlen(s);
	char *p = o->p;

	if (!room(o, n + 2))
		return;
	*p++ = '"';
	for (; *s != '\0'; s++, n--) {
		if (*s == '"' || *s == '\\') {
			if ((size_t)(o->end - p) < n + 2) {
				o->full = 1;
				return;
			}
			*p++ = '\\';
		}
		*p++ = *s;
	}
	*p++ = '"';
	o->p = p;
}

/* Add a token in quotes. */
static void
put_token(struct out *o, const struct token *t)
{
	static const char hex[] = "0123456789abcdef";
	char *p = o->p;
	size_t i;

	if (!room(o, TOKEN_HEX_LEN + 2))
		return;
	*p++ = '"';
	for (i = 0; i < TOKEN_LEN; i++) {
		*p++ = hex[t->b[i] >> 4];
		*p++ = hex[t->b[i] & 15];
	}
	*p++ = '"';
	o->p = p;
}

/* Add the facts, nearly all of one digit. */
static void
put_facts(struct out *o, const struct entry *e)
{
	uint32_t i;
	char *p;

	for (i = 0; i < e->nfacts; i++) {
		put(o, i == 0 ? "[" : ",", 1);
		for (p = o->p; i < e->nfacts && o->end - p >= 2 &&
		    (uint64_t)e->facts[i] < 10; i++) {
			*p++ = (char)('0' + e->facts[i]);
			*p++ = ',';
		}
		if (p > o->p) {
			o->p = p - 1;
			i--;
		} else
			put_i64(o, e->facts[i]);
	}
	put(o, "]", 1);
}

/* Add a key and its value, unless it is left out. */
static void
put_key(struct out *o, const struct entry_key *k, const struct entry *e)
{
	const char *f = (const char *)e + k->at;

	if (entry_empty(k, e))
		return;
	put(o, ",", 1);
	if (o->end - o->p >= ENTRY_NAME_MAX) {
		memcpy(o->p, k->name, ENTRY_NAME_MAX);
		o->p += k->len;
	} else
		put(o, k->name, k->len);
	switch (k->type) {
	case ENTRY_I32:
		put_i64(o, *(const int32_t *)(const void *)f);
		break;
	case ENTRY_U32:
		put_u64(o, *(const uint32_t *)(const void *)f);
		break;
	case ENTRY_I64:
		put_i64(o, *(const int64_t *)(const void *)f);
		break;
	case ENTRY_U64:
		put_u64(o, *(const uint64_t *)(const void *)f);
		break;
	case ENTRY_TEXT:
		put_text(o, f);
		break;
	case ENTRY_TOKEN:
		put_token(o, (const struct token *)(const void *)f);
		break;
	default:
		put_facts(o, e);
		break;
	}
}

/* Make an empty entry. */
void
entry_clear(struct entry *e, int kind)
{

	memset(e, 0, offsetof(struct entry, hits));
	e->hits[0] = e->lifted[0] = e->shadow[0] = e->note[0] = '\0';
	e->listed[0] = e->agent_listed[0] = e->waived[0] = '\0';
	e->base = e->prev_size = 0;
	e->log[0] = e->prev_log[0] = e->prev_root[0] = e->keys[0] = '\0';
	e->kind = kind;
}

/* Print an entry. */
size_t
entry_print(const struct entry *e, char *buf, size_t cap)
{
	struct out o = { buf, buf + (cap < ENTRY_MAX ? cap : ENTRY_MAX), 0 };
	size_t i;

	put(&o, "{\"seq\":", 7);
	put_u64(&o, e->seq);
	put(&o, ",\"t\":", 5);
	put_i64(&o, e->t);
	put(&o, ",\"kind\":", 8);
	put_text(&o, entry_kind_name(e->kind));
	for (i = 0; i < entry_nkeys; i++)
		put_key(&o, &entry_keys[i], e);
	put(&o, "}", 1);
	return (o.full ? 0 : (size_t)(o.p - buf));
}

/* Return the name of a kind. */
const char *
entry_kind_name(int kind)
{

	return (kind > 0 && kind < ENTRY_KINDS ? kinds[kind] : "");
}

/* Is this token there? */
int
entry_token_set(const struct token *t)
{
	static const struct token none;

	return (memcmp(t, &none, sizeof(none)) != 0);
}
