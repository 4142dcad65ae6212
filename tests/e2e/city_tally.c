#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/person.h"
#include "keys/hex.h"
#include "keys/sha256.h"
#include "store/entry.h"
#include "store/jstream.h"
#include "store/records.h"

#include "city.h"

#define NAMES 4096

/* One opening of one person, as a node counts it. */
struct counted {
	char person[2 * TOKEN_LEN + 1];
	char inst[32], outlet[32];
	uint32_t at;
	int product, quantity, state;
};

struct tally {
	struct counted *list;
	size_t n, cap;
	char *name[NAMES];
};

/* Bytes of hex digits; "-" is none. */
static size_t
unhex(uint8_t *out, size_t cap, const char *hex)
{
	size_t len = strlen(hex) / 2;

	if (strcmp(hex, "-") == 0)
		return (0);
	cr_assert(len <= cap && hex_decode(out, hex, len) == 0);
	return (len);
}

/* The name behind class and scope. */
static const char *
name(const struct tally *t, uint32_t id)
{
	const char *p;

	cr_assert(id < NAMES && t->name[id] != NULL);
	p = strchr(t->name[id], '\x1f');
	cr_assert_not_null(p);
	return (p + 1);
}

/* Take the openings of a person. */
static void
take_person(struct tally *t, const char *key, const uint8_t *buf, size_t len,
    int any_time)
{
	static struct person p;
	struct counted *k;
	uint32_t i;

	cr_assert_eq(person_unpack(&p, buf, len), 0);
	for (i = 0; i < p.nopen; i++) {
		if (t->n == t->cap) {
			t->cap = t->cap ? 2 * t->cap : 1024;
			t->list = realloc(t->list, t->cap * sizeof(*t->list));
			cr_assert_not_null(t->list);
		}
		k = &t->list[t->n++];
		memset(k, 0, sizeof(*k));
		(void)snprintf(k->person, sizeof(k->person), "%s", key);
		(void)snprintf(k->inst, sizeof(k->inst), "%s",
		    name(t, p.open[i].inst));
		(void)snprintf(k->outlet, sizeof(k->outlet), "%s",
		    name(t, p.open[i].outlet));
		k->at = any_time ? 0 : p.open[i].at;
		k->product = p.open[i].product;
		k->quantity = p.open[i].quantity;
		k->state = p.open[i].state;
	}
}

/* Whose, where, when. */
static int
compare(const void *a, const void *b)
{

	return (memcmp(a, b, sizeof(struct counted)));
}

/* Read what a node that has ended counts: its state, as it prints it. */
static void
tally_read(struct tally *t, struct city_node *n)
{
	static uint8_t buf[1 << 16];
	char kind[4], *dump, *line, *save, *key, *value;
	unsigned long long seq;
	uint8_t id[4];
	size_t len;
	int status, at;

	memset(t, 0, sizeof(*t));
	dump = daemon_run(n->d, "--dump-state", &status);
	cr_assert_eq(status, 0, "%s: %s", n->id, daemon_log(n->d));
	for (line = strtok_r(dump, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%2s %n", kind, &at) != 1 ||
		    (strcmp(kind, "4e") != 0 && strcmp(kind, "52") != 0))
			continue;
		key = line + at;
		value = strchr(key, ' ');
		cr_assert_not_null(value);
		*value++ = '\0';
		cr_assert_eq(sscanf(value, "%llu %n", &seq, &at), 1);
		len = unhex(buf, sizeof(buf) - 1, value + at);
		if (kind[0] == '4') {
			cr_assert_eq(unhex(id, sizeof(id), key), 4);
			buf[len] = '\0';
			at = id[2] << 8 | id[3];
			cr_assert(at < NAMES);
			t->name[at] = strdup((char *)buf);
		} else
			take_person(t, key, buf, len, n->city->clocks);
	}
	free(dump);
	if (t->n > 0)
		qsort(t->list, t->n, sizeof(*t->list), compare);
}

static void
tally_free(struct tally *t)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		free(t->name[i]);
	free(t->list);
}

/* Is the bank of this name at n or below it? */
static int
within(const struct city_node *n, const char *bank)
{
	const struct city_node *p;
	size_t i;

	for (i = 0; i < n->city->n; i++)
		if (strcmp(n->city->node[i].bank, bank) == 0)
			for (p = &n->city->node[i]; p != NULL; p = p->above)
				if (p == n)
					return (1);
	return (0);
}

/* The next one that was issued, by a bank at n or below. */
static const struct counted *
next(const struct tally *t, size_t *i, const struct city_node *n)
{

	while (*i < t->n) {
		const struct counted *k = &t->list[(*i)++];

		if ((k->state >= OPENING_ISSUED || n->city->strict > 1) &&
		    within(n, k->inst))
			return (k);
	}
	return (NULL);
}

/* How many openings did the hosts of n and below issue? */
static unsigned
issued(const struct city_node *n)
{
	unsigned k = 0, a;
	size_t i;

	for (i = 0; i < n->city->n; i++)
		if (within(n, n->city->node[i].bank))
			for (a = 0; a < n->city->node[i].ngot; a++)
				k += n->city->node[i].got[a].issued != 0;
	return (k);
}

/* What n counts and what the node above counts of it must be the same. */
static void
compare_two(const struct city_node *n, const struct tally *mine,
    const struct tally *above)
{
	const struct counted *a, *b;
	size_t i = 0, j = 0;
	unsigned k = 0, forgot = n->forgot;

	b = next(above, &j, n);
	for (a = next(mine, &i, n); a != NULL || b != NULL;
	    a = next(mine, &i, n)) {
		for (; b != NULL && forgot > 0 && (a == NULL ||
		    compare(b, a) < 0); b = next(above, &j, n))
			forgot--;
		if (a == NULL && b == NULL)
			break;
		if (a == NULL || b == NULL || compare(a, b) != 0) {
			const struct counted *x = a == NULL || (b != NULL &&
			    compare(b, a) < 0) ? b : a;

			cr_assert_fail("opening %u: person %s at %s, product "
			    "%d, at %u, is counted by %s alone", k, x->person,
			    x->inst, x->product, x->at, x == a ? n->id :
			    n->above->id);
		}
		b = next(above, &j, n);
		k++;
	}
	cr_assert_eq(forgot, 0, "%s: %u openings that it forgot are not known "
	    "above", n->id, forgot);
}

/* How many of those? */
unsigned
city_counted(struct city_node *n, const struct city_node *of)
{
	struct tally t;
	unsigned k = 0;
	size_t at = 0;

	tally_read(&t, n);
	while (next(&t, &at, of) != NULL)
		k++;
	tally_free(&t);
	return (k);
}

/* All nodes, one with that above it. */
static void
compare_all(struct city *c, const struct tally *t)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->node[i].above != NULL)
			compare_two(&c->node[i], &t[i],
			    &t[c->node[i].above - c->node]);
}

/* All nodes. */
void
city_compare(struct city *c)
{
	struct tally t[CITY_NODES];
	size_t i, at;
	unsigned k;

	for (i = 0; i < c->n; i++) {
		tally_read(&t[i], &c->node[i]);
		for (at = 0, k = 0; next(&t[i], &at, &c->node[i]) != NULL; k++)
			continue;
		cr_assert_eq(k + c->node[i].forgot, issued(&c->node[i]),
		    "%s counts %u openings of %u that were issued",
		    c->node[i].id, k, issued(&c->node[i]));
	}
	compare_all(c, t);
	if (c->strict) {
		c->strict = 2;
		compare_all(c, t);
	}
	for (i = 0; i < c->n; i++)
		tally_free(&t[i]);
}

/* Look at the entry of an answer. */
static void
judge(const struct city_node *n, const struct city_answer *a,
    const struct entry *e, const uint8_t leaf[32])
{
	char hex[65];

	hex_encode(hex, leaf, 32);
	cr_assert_str_eq(hex, a->leaf, "%s: entry %llu is not the one that was "
	    "answered", n->id, (unsigned long long)a->seq);
	cr_assert_eq(e->kind, ENTRY_DECISION);
	cr_assert_eq(e->decision, a->decision);
	cr_assert_eq((e->flags & ENTRY_F_OFFLINE) != 0,
	    (a->flags & LK_R_OFFLINE) != 0, "%s: entry %llu and its reply "
	    "differ on whether it was offline", n->id,
	    (unsigned long long)a->seq);
	if (n->above == NULL || a->decision >= LK_REVIEW ||
	    (e->flags & ENTRY_F_POSTHOC) != 0)
		return;
	cr_assert(e->up_seq != 0 || (e->flags & ENTRY_F_OFFLINE) != 0,
	    "%s: entry %llu passes in silence", n->id,
	    (unsigned long long)a->seq);
	cr_assert(e->up_seq == 0 || e->up_decision <= a->decision,
	    "%s: entry %llu passes what the node above did not", n->id,
	    (unsigned long long)a->seq);
}

static int
by_seq(const void *a, const void *b)
{
	const struct city_answer *x = a, *y = b;

	return (x->seq < y->seq ? -1 : x->seq > y->seq);
}

/* Every answer has its entry. */
void
city_passes(struct city_node *n)
{
	const struct jstream_options o = { .data = daemon_data(n->d) };
	struct jstream *s = jstream_open(&o);
	static struct entry e;
	uint8_t leaf[32];
	const uint8_t *p;
	unsigned i = 0;
	uint64_t seq;
	size_t len;

	cr_assert_not_null(s);
	qsort(n->got, n->ngot, sizeof(*n->got), by_seq);
	while (i < n->ngot && n->got[i].seq == 0)
		i++;
	while (i < n->ngot) {
		cr_assert_eq(jstream_next(s, UINT64_MAX, &seq, &p, &len), 1,
		    "%s: entry %llu was answered and is not there: %s", n->id,
		    (unsigned long long)n->got[i].seq, jstream_error(s));
		for (; i < n->ngot && n->got[i].seq == seq; i++) {
			cr_assert_eq(entry_parse(&e, (const char *)p, len,
			    NULL), 0);
			sha256_leaf(leaf, p, len);
			judge(n, &n->got[i], &e, leaf);
		}
	}
	jstream_close(s);
}
