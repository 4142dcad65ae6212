#include <stdint.h>
#include <string.h>

#include "entry.h"
#include "entry_keys.h"

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
get_value(struct in *in, const struct entry_key *k, struct entry *e)
{
	const char *from = in->p;
	void *f = (char *)e + k->at;
	uint64_t v;
	uint32_t u;
	int32_t i;

	switch (k->type) {
	case ENTRY_I32:
		i = (int32_t)get_i64(in, INT32_MIN, INT32_MAX);
		memcpy(f, &i, sizeof(i));
		break;
	case ENTRY_U32:
		u = (uint32_t)get_i64(in, 0, UINT32_MAX);
		memcpy(f, &u, sizeof(u));
		break;
	case ENTRY_I64:
	case ENTRY_U64:
		v = k->type == ENTRY_U64 ? get_u64(in) :
		    (uint64_t)get_i64(in, INT64_MIN, INT64_MAX);
		memcpy(f, &v, sizeof(v));
		break;
	case ENTRY_TEXT:
		get_text(in, f, k->size);
		break;
	case ENTRY_TOKEN:
		get_token(in, f);
		break;
	default:
		get_facts(in, e);
		break;
	}
	if (!in->bad && entry_empty(k, e)) {
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
		if (strcmp(name, entry_kind_name(k)) == 0)
			return (k);
	in->bad = 1;
	return (ENTRY_NONE);
}

/* Pass over the keys from i on that are not there; return the next that is. */
static size_t
next_key(struct in *in, size_t i, int more, int kind)
{

	for (; i < entry_nkeys; i++) {
		if (more && take(in, entry_keys[i].name, entry_keys[i].len))
			return (i);
		if (entry_always(&entry_keys[i], kind))
			break;
	}
	if (more || i < entry_nkeys)
		in->bad = 1;
	return (entry_nkeys);
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
		if (i < entry_nkeys && !in.bad)
			get_value(&in, &entry_keys[i++], e);
	} while (more && !in.bad);
	need(&in, "}", 1);
	if (in.p != in.end)
		in.bad = 1;
	if (where != NULL)
		*where = (size_t)(in.p - buf);
	return (in.bad ? -1 : 0);
}
