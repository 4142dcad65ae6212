#ifndef STATE_MODEL_H_
#define STATE_MODEL_H_

/*
 * A trivial model of the state for its tests: an array searched from the
 * front, a made-up journal whose entry e is a pure function of (seed, e), and
 * the text that state_dump() must print.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "store/state.h"

#define MODEL_KEYS	600
#define MODEL_EFFECTS	5
#define MODEL_VALUE	3000

struct model_record {
	bool live;
	uint64_t seq;
	size_t len;
	uint8_t value[MODEL_VALUE];
};

struct model {
	uint64_t seed;
	uint64_t seq;			/* Entries 1..seq are applied. */
	struct model_record r[MODEL_KEYS];
};

struct text {
	char *p;
	size_t len;
	size_t cap;
};

/* Next number of a small PRNG (splitmix64). */
static inline uint64_t
model_random(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31));
}

/* The key of record i, in key order: three kinds, lengths 1 to 32. */
static inline size_t
model_key(int i, uint8_t *kind, uint8_t key[32])
{
	int n = MODEL_KEYS / 3, j = i % n;
	size_t len = (size_t)(1 + j * 32 / n);

	*kind = (uint8_t)(1 + i / n * 127);
	memset(key, 0, 32);
	key[len - 1] = (uint8_t)j;
	if (len > 1)
		key[0] = (uint8_t)(j / 2);
	return (len);
}

/* A private directory. */
static inline char *
model_dir(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[4096];

	snprintf(path, sizeof(path), "%s/state.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(path));
	return (strdup(path));
}

/* Remove it with what a state leaves in it. */
static inline void
model_clean(char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/state.mdb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/state.mdb-lock", dir);
	unlink(path);
	cr_expect_eq(rmdir(dir), 0);
	free(dir);
}

/* Open or fail the test. */
static inline struct state *
model_open(const struct state_options *o)
{
	char err[256] = "";
	struct state *s = state_open(o, err, sizeof(err));

	cr_assert_not_null(s, "%s", err);
	return (s);
}

/* The effect of an entry on one record: what becomes of (old, len). */
static inline bool
model_effect(uint64_t x, uint64_t seq, const uint8_t *old, size_t oldlen,
    uint8_t *value, size_t *len)
{
	uint64_t op = model_random(&x) % 8;

	if (op == 0)
		return (false);		/* Delete. */
	*len = op < 5 ? oldlen + model_random(&x) % 40 :
	    model_random(&x) % (op == 5 ? MODEL_VALUE : 100);
	if (*len > MODEL_VALUE)
		*len = MODEL_VALUE;
	memset(value, 0, *len);
	if (oldlen > 0)
		memcpy(value, old, oldlen < *len ? oldlen : *len);
	for (size_t i = 0; i < *len; i += 7)
		value[i] = (uint8_t)(value[i] * 3 + seq + i);
	return (true);
}

/* The records that entry seq touches, each once. */
static inline int
model_touches(const struct model *m, uint64_t seq, int which[MODEL_EFFECTS],
    uint64_t x[MODEL_EFFECTS])
{
	uint64_t r = m->seed ^ (seq * 0x2545f4914f6cdd1du);
	int n = (int)(model_random(&r) % (MODEL_EFFECTS + 1));

	for (int i = 0; i < n; i++) {
		which[i] = (int)(model_random(&r) % MODEL_KEYS);
		x[i] = model_random(&r);
		for (int j = 0; j < i; j++)
			if (which[j] == which[i])
				return (i);
	}
	return (n);
}

/* Apply the next entry to the model. */
static inline void
model_apply(struct model *m)
{
	uint8_t value[MODEL_VALUE];
	int which[MODEL_EFFECTS];
	uint64_t x[MODEL_EFFECTS];
	int n = model_touches(m, ++m->seq, which, x);

	for (int i = 0; i < n; i++) {
		struct model_record *r = &m->r[which[i]];
		size_t len = 0;

		bool live = model_effect(x[i], m->seq, r->value, r->len, value,
		    &len);
		if (!live && !r->live)
			continue;
		r->live = live;
		r->len = live ? len : 0;
		r->seq = m->seq;
		if (live)
			memcpy(r->value, value, len);
	}
}

/* Apply entry seq to the state, as an apply() must: record by record. */
static inline void
model_play(const struct model *m, struct state *s, uint64_t seq)
{
	uint8_t value[MODEL_VALUE], kind, key[32];
	int which[MODEL_EFFECTS];
	uint64_t x[MODEL_EFFECTS];
	int n = model_touches(m, seq, which, x);

	for (int i = 0; i < n; i++) {
		size_t keylen = model_key(which[i], &kind, key), oldlen, len;

		if (!state_fresh(s, kind, key, keylen, seq))
			continue;
		const uint8_t *old = state_get(s, kind, key, keylen, &oldlen,
		    NULL);
		cr_assert(old == NULL || (uintptr_t)old % 8 == 0);
		if (!model_effect(x[i], seq, old, oldlen, value, &len)) {
			cr_assert_eq(state_delete(s, kind, key, keylen, seq),
			    0);
			continue;
		}
		uint8_t *p = state_put(s, kind, key, keylen, seq, len);
		cr_assert(p != NULL && (uintptr_t)p % 8 == 0);
		for (size_t j = 0; j < len; j += 7)
			p[j] = (uint8_t)(p[j] * 3 + seq + j);
		cr_assert_eq(memcmp(p, value, len), 0);
	}
	cr_assert_eq(state_applied(s, seq), 0);
}

/* Replay what LMDB does not hold. */
static inline void
model_replay(const struct model *m, struct state *s)
{

	cr_assert_leq(state_horizon(s), m->seq);
	for (uint64_t seq = state_seq(s) + 1; seq <= m->seq; seq++)
		model_play(m, s, seq);
}

static inline int
text_add(void *arg, const char *p, size_t n)
{
	struct text *t = arg;

	while (t->len + n + 1 > t->cap) {
		t->cap = t->cap * 2 + 4096;
		cr_assert_not_null(t->p = realloc(t->p, t->cap));
	}
	memcpy(t->p + t->len, p, n);
	t->len += n;
	t->p[t->len] = '\0';
	return (0);
}

/* The dump that the state owes us. */
static inline void
model_dump(const struct model *m, struct text *t)
{
	uint8_t kind, key[32];
	char buf[80];

	text_add(t, "", 0);
	for (int i = 0; i < MODEL_KEYS; i++) {
		const struct model_record *r = &m->r[i];
		size_t keylen = model_key(i, &kind, key);

		if (!r->live)
			continue;
		text_add(t, buf, (size_t)sprintf(buf, "%02x ", kind));
		for (size_t j = 0; j < keylen; j++)
			text_add(t, buf,
			    (size_t)sprintf(buf, "%02x", key[j]));
		text_add(t, buf, (size_t)sprintf(buf, " %llu ",
		    (unsigned long long)r->seq));
		for (size_t j = 0; j < r->len; j++) {
			buf[0] = "0123456789abcdef"[r->value[j] / 16];
			buf[1] = "0123456789abcdef"[r->value[j] % 16];
			text_add(t, buf, 2);
		}
		text_add(t, r->len == 0 ? "-\n" : "\n", r->len == 0 ? 2 : 1);
	}
}

/* The state must print exactly that. */
static inline void
model_compare(const struct model *m, struct state *s, const char *where)
{
	struct text want = { 0 }, have = { 0 };

	model_dump(m, &want);
	text_add(&have, "", 0);
	cr_assert_eq(state_dump(s, text_add, NULL, &have), 0);
	cr_assert(want.len == have.len &&
	    memcmp(want.p, have.p, want.len) == 0,
	    "%s: dumps differ at seq %llu (%zu and %zu bytes)", where,
	    (unsigned long long)m->seq, want.len, have.len);
	free(want.p);
	free(have.p);
}

#endif /* !STATE_MODEL_H_ */
