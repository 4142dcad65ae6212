#include <stdint.h>
#include <string.h>

#include "entry.h"
#include "entry_keys.h"

static const char *const kinds[ENTRY_KINDS] = {
	"", "decision", "confirm", "cancel", "retire", "void", "report",
	"review", "intake", "refused", "policy", "clock", "start", "stop"
};

/* A buffer being printed into; nothing is written past the end. */
struct out {
	char *p;
	char *end;
	int full;
};

/* Add bytes. */
static void
put(struct out *o, const char *s, size_t n)
{

	if ((size_t)(o->end - o->p) < n) {
		o->full = 1;
		return;
	}
	memcpy(o->p, s, n);
	o->p += n;
}

/* Add an unsigned number. */
static void
put_u64(struct out *o, uint64_t v)
{
	char tmp[20];
	size_t i = sizeof(tmp);

	do {
		tmp[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	put(o, &tmp[i], sizeof(tmp) - i);
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
	const char *from = s;

	put(o, "\"", 1);
	for (; *s != '\0'; s++) {
		if (*s != '"' && *s != '\\')
			continue;
		put(o, from, (size_t)(s - from));
		put(o, "\\", 1);
		from = s;
	}
	put(o, from, (size_t)(s - from));
	put(o, "\"", 1);
}

/* Add the facts. */
static void
put_facts(struct out *o, const struct entry *e)
{
	uint32_t i;

	for (i = 0; i < e->nfacts; i++) {
		put(o, i == 0 ? "[" : ",", 1);
		put_i64(o, e->facts[i]);
	}
	put(o, "]", 1);
}

/* Add one value. */
static void
put_value(struct out *o, const struct entry_key *k, const struct entry *e)
{
	const void *f = (const char *)e + k->at;
	char hex[TOKEN_HEX_LEN + 1];
	uint32_t u;
	int32_t i;
	uint64_t v;

	switch (k->type) {
	case ENTRY_I32:
		memcpy(&i, f, sizeof(i));
		put_i64(o, i);
		break;
	case ENTRY_U32:
		memcpy(&u, f, sizeof(u));
		put_u64(o, u);
		break;
	case ENTRY_I64:
	case ENTRY_U64:
		memcpy(&v, f, sizeof(v));
		if (k->type == ENTRY_I64)
			put_i64(o, (int64_t)v);
		else
			put_u64(o, v);
		break;
	case ENTRY_TEXT:
		put_text(o, f);
		break;
	case ENTRY_TOKEN:
		token_hex(f, hex);
		put(o, "\"", 1);
		put(o, hex, TOKEN_HEX_LEN);
		put(o, "\"", 1);
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
	for (i = 0; i < entry_nkeys; i++) {
		if (entry_empty(&entry_keys[i], e))
			continue;
		put(&o, ",", 1);
		put(&o, entry_keys[i].name, entry_keys[i].len);
		put_value(&o, &entry_keys[i], e);
	}
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
