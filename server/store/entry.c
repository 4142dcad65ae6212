#include <stdint.h>
#include <string.h>

#include "entry.h"

enum type { T_I32, T_U32, T_I64, T_U64, T_TEXT, T_TOKEN, T_FACTS };

/* Keys in their fixed order; what is zero or empty is left out, but always(). */
static const struct key {
	const char *name;	/* with quotes and colon */
	uint8_t len;
	uint8_t type;
	uint16_t at;
	uint16_t size;
} keys[] = {
#define KEY(name, field, type)						\
	{ "\"" name "\":", sizeof("\"" name "\":") - 1, type,		\
	    offsetof(struct entry, field),				\
	    sizeof(((struct entry *)0)->field) }
	KEY("flags", flags, T_U32),
	KEY("at", at, T_I64),
	KEY("inst", inst, T_TEXT),
	KEY("outlet", outlet, T_TEXT),
	KEY("teller", teller, T_TEXT),
	KEY("terminal", terminal, T_TEXT),
	KEY("by_person", decided_by, T_TEXT),
	KEY("second", second, T_TEXT),
	KEY("origin", origin, T_TEXT),
	KEY("txn", txn, T_TEXT),
	KEY("visit", visit, T_TEXT),
	KEY("visit_key", visit_key, T_U64),
	KEY("batch", batch, T_TEXT),
	KEY("epoch", epoch, T_U32),
	KEY("digest", digest, T_TOKEN),
	KEY("person", person, T_TOKEN),
	KEY("agent_person", agent_person, T_TOKEN),
	KEY("agent", agent, T_TOKEN),
	KEY("prev", prev, T_TOKEN),
	KEY("org", org, T_TOKEN),
	KEY("phone", phone, T_TOKEN),
	KEY("address", address, T_TOKEN),
	KEY("device", device, T_TOKEN),
	KEY("card", card, T_TOKEN),
	KEY("subject", subject, T_I32),
	KEY("id_type", id_type, T_I32),
	KEY("operation", operation, T_I32),
	KEY("product", product, T_I32),
	KEY("channel", channel, T_I32),
	KEY("purpose", purpose, T_I32),
	KEY("quantity", quantity, T_I32),
	KEY("held_here", held_here, T_I32),
	KEY("relation", relation, T_I32),
	KEY("policy", policy, T_TEXT),
	KEY("engine", engine, T_I32),
	{ "\"facts\":", sizeof("\"facts\":") - 1, T_FACTS, 0, 0 },
	KEY("hits", hits, T_TEXT),
	KEY("lifted", lifted, T_TEXT),
	KEY("shadow", shadow, T_TEXT),
	KEY("hits_total", hits_total, T_I32),
	KEY("reason", reason, T_TEXT),
	KEY("decision", decision, T_I32),
	KEY("floor", floor, T_I32),
	KEY("needs", needs, T_U32),
	KEY("by", by, T_I32),
	KEY("offer", offer, T_I32),
	KEY("profile", profile, T_I32),
	KEY("expires", expires, T_I64),
	KEY("due", due, T_I64),
	KEY("superseded", superseded, T_U64),
	KEY("ref", ref, T_U64),
	KEY("code", code, T_I32),
	KEY("evidence", evidence, T_U32),
	KEY("clear_until", clear_until, T_I64),
	KEY("clear_count", clear_count, T_I32),
	KEY("note", note, T_TEXT),
	KEY("n_arg", n_arg, T_I32),
	KEY("n_denied", n_denied, T_I32),
	KEY("n_busy", n_busy, T_I32),
	KEY("n_again", n_again, T_I32),
	KEY("n_input", n_input, T_I32),
	KEY("hash", hash, T_TEXT),
	KEY("version", version, T_TEXT),
	KEY("node", node, T_TEXT),
	KEY("boot", boot, T_TEXT),
	KEY("uptime", uptime, T_I64),
#undef KEY
};

#define NKEYS (sizeof(keys) / sizeof(keys[0]))

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

/* Does this field always stand in an entry of this kind? */
static int
always(const struct key *k, int kind)
{

	return (kind == ENTRY_DECISION &&
	    (k->at == offsetof(struct entry, decision) ||
	    k->at == offsetof(struct entry, floor)));
}

/* Is this field left out? */
static int
empty(const struct key *k, const struct entry *e)
{
	static const uint8_t zero[TOKEN_LEN];
	const char *f = (const char *)e + k->at;

	if (always(k, e->kind))
		return (0);
	switch (k->type) {
	case T_TEXT:
		return (*f == '\0');
	case T_FACTS:
		return (e->nfacts == 0);
	default:
		return (memcmp(f, zero, k->size) == 0);
	}
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
put_value(struct out *o, const struct key *k, const struct entry *e)
{
	const void *f = (const char *)e + k->at;
	char hex[TOKEN_HEX_LEN + 1];
	uint32_t u;
	int32_t i;
	uint64_t v;

	switch (k->type) {
	case T_I32:
		memcpy(&i, f, sizeof(i));
		put_i64(o, i);
		break;
	case T_U32:
		memcpy(&u, f, sizeof(u));
		put_u64(o, u);
		break;
	case T_I64:
	case T_U64:
		memcpy(&v, f, sizeof(v));
		if (k->type == T_I64)
			put_i64(o, (int64_t)v);
		else
			put_u64(o, v);
		break;
	case T_TEXT:
		put_text(o, f);
		break;
	case T_TOKEN:
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
	for (i = 0; i < NKEYS; i++) {
		if (empty(&keys[i], e))
			continue;
		put(&o, ",", 1);
		put(&o, keys[i].name, keys[i].len);
		put_value(&o, &keys[i], e);
	}
	put(&o, "}", 1);
	return (o.full ? 0 : (size_t)(o.p - buf));
}

/* A text being read; errors stick at the first. */
struct in {
	const char *p;
	const char *end;
	int bad;
};

/* Take these bytes if they come next. */
static int
take(struct in *in, const char *s, size_t n)
{

	if (in->bad || (size_t)(in->end - in->p) < n ||
	    memcmp(in->p, s, n) != 0)
		return (0);
	in->p += n;
	return (1);
}

/* Demand these bytes. */
static void
need(struct in *in, const char *s, size_t n)
{

	if (!take(in, s, n))
		in->bad = 1;
}

/* Read an unsigned number in its only spelling. */
static uint64_t
get_u64(struct in *in)
{
	const char *from = in->p;
	uint64_t v = 0;
	unsigned d;

	for (; in->p < in->end && *in->p >= '0' && *in->p <= '9'; in->p++) {
		d = (unsigned)(*in->p - '0');
		if (v > (UINT64_MAX - d) / 10) {
			in->bad = 1;
			return (0);
		}
		v = v * 10 + d;
	}
	if (in->p == from || (*from == '0' && in->p - from > 1)) {
		in->p = from;
		in->bad = 1;
	}
	return (v);
}

/* Read a signed number within bounds. */
static int64_t
get_i64(struct in *in, int64_t min, int64_t max)
{
	const char *from = in->p;
	int neg = take(in, "-", 1);
	uint64_t v = get_u64(in);
	int64_t r;

	if (neg && v == (uint64_t)1 << 63)
		r = INT64_MIN;
	else if (v > INT64_MAX || (neg && v == 0)) {
		in->bad = 1;
		return (0);
	} else
		r = neg ? -(int64_t)v : (int64_t)v;
	if (r < min || r > max) {
		in->p = from;
		in->bad = 1;
		return (0);
	}
	return (r);
}

/* Read a text of fewer than size bytes. */
static void
get_text(struct in *in, char *dst, size_t size)
{
	size_t n = 0;
	char c;

	need(in, "\"", 1);
	while (!in->bad && in->p < in->end && *in->p != '"') {
		c = *in->p;
		if (c == '\\') {
			in->p++;
			if (in->p == in->end ||
			    (*in->p != '"' && *in->p != '\\'))
				break;
			c = *in->p;
		}
		if (n + 1 >= size || (unsigned char)c < 0x20)
			break;
		dst[n++] = c;
		in->p++;
	}
	need(in, "\"", 1);
	dst[n] = '\0';
}

/* Read a token. */
static void
get_token(struct in *in, struct token *t)
{

	need(in, "\"", 1);
	if (in->bad || in->end - in->p < TOKEN_HEX_LEN ||
	    token_unhex(t, in->p, TOKEN_HEX_LEN) != 0) {
		in->bad = 1;
		return;
	}
	in->p += TOKEN_HEX_LEN;
	need(in, "\"", 1);
}

/* Read the facts. */
static void
get_facts(struct in *in, struct entry *e)
{

	need(in, "[", 1);
	do {
		if (in->bad || e->nfacts == ENTRY_FACTS) {
			in->bad = 1;
			return;
		}
		e->facts[e->nfacts++] = get_i64(in, INT64_MIN, INT64_MAX);
	} while (take(in, ",", 1));
	need(in, "]", 1);
}

/* Read one value; one that should have been left out is wrong. */
static void
get_value(struct in *in, const struct key *k, struct entry *e)
{
	const char *from = in->p;
	void *f = (char *)e + k->at;
	uint64_t v;
	uint32_t u;
	int32_t i;

	switch (k->type) {
	case T_I32:
		i = (int32_t)get_i64(in, INT32_MIN, INT32_MAX);
		memcpy(f, &i, sizeof(i));
		break;
	case T_U32:
		u = (uint32_t)get_i64(in, 0, UINT32_MAX);
		memcpy(f, &u, sizeof(u));
		break;
	case T_I64:
	case T_U64:
		v = k->type == T_U64 ? get_u64(in) :
		    (uint64_t)get_i64(in, INT64_MIN, INT64_MAX);
		memcpy(f, &v, sizeof(v));
		break;
	case T_TEXT:
		get_text(in, f, k->size);
		break;
	case T_TOKEN:
		get_token(in, f);
		break;
	default:
		get_facts(in, e);
		break;
	}
	if (!in->bad && empty(k, e)) {
		in->p = from;
		in->bad = 1;
	}
}

/* Read the kind. */
static int
get_kind(struct in *in)
{
	char name[16];
	int k;

	get_text(in, name, sizeof(name));
	for (k = 1; k < ENTRY_KINDS; k++)
		if (strcmp(name, kinds[k]) == 0)
			return (k);
	in->bad = 1;
	return (ENTRY_NONE);
}

/* Pass over the keys from i on that are not there; return the next that is. */
static size_t
next_key(struct in *in, size_t i, int more, int kind)
{

	for (; i < NKEYS; i++) {
		if (more && take(in, keys[i].name, keys[i].len))
			return (i);
		if (always(&keys[i], kind))
			break;
	}
	if (more || i < NKEYS)
		in->bad = 1;
	return (NKEYS);
}

/* Read a printed entry. */
int
entry_parse(struct entry *e, const char *buf, size_t len, size_t *where)
{
	struct in in = { buf, buf + len, len > ENTRY_MAX };
	size_t i = 0;
	int more;

	entry_clear(e, ENTRY_NONE);
	need(&in, "{\"seq\":", 7);
	e->seq = get_u64(&in);
	need(&in, ",\"t\":", 5);
	e->t = get_i64(&in, INT64_MIN, INT64_MAX);
	need(&in, ",\"kind\":", 8);
	e->kind = get_kind(&in);
	do {
		more = take(&in, ",", 1);
		i = next_key(&in, i, more, e->kind);
		if (i < NKEYS && !in.bad)
			get_value(&in, &keys[i++], e);
	} while (more && !in.bad);
	need(&in, "}", 1);
	if (in.p != in.end)
		in.bad = 1;
	if (where != NULL)
		*where = (size_t)(in.p - buf);
	return (in.bad ? -1 : 0);
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
