#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"

#include "counter/eventbatch.h"
#include "engine/identity.h"
#include "engine/person.h"
#include "keys/sha256.h"
#include "keys/token.h"
#include "store/journal.h"
#include "store/jstream.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "linkkit.h"

void
linkkit_open(struct linknode *n, const char *id, struct linknode *up,
    const char *policy)
{

	memset(n, 0, sizeof(*n));
	fixture_open_as(&n->x, id, policy);
	n->up = up;
	n->x.options.token_key = "1:test";
	if (up != NULL) {
		n->above = (struct above_options){ .name = up->x.node,
			.mode = ABOVE_ALWAYS, .deadline_ms = 300 };
		n->x.options.above = &n->above;
		n->peer = (struct peer){ .uid = 0, .node = n->x.node,
			.grants = n->grants };
		linkkit_grant(n, (const char *const[]){ "abank", "bbank",
		    "ctel", "" }, RIGHT_CHECK | RIGHT_CONFIRM | RIGHT_REPORT);
	}
	fixture_reopen(&n->x);
	if (up != NULL)
		cr_assert_eq(linkkit_join(n), LK_OK, "%s", n->why);
}

void
linkkit_close(struct linknode *n)
{

	fixture_close(&n->x);
}

void
linkkit_grant(struct linknode *n, const char *const *institutions,
    uint32_t rights)
{
	size_t i;

	for (i = 0; institutions[i][0] != '\0'; i++) {
		cr_assert_lt(i, LINKKIT_GRANTS);
		n->grant[i] = (struct grant){ .rights = rights,
			.area = 330100 };
		n->grant[i].any = strcmp(institutions[i], "*") == 0;
		snprintf(n->grant[i].id, sizeof(n->grant[i].id), "%s",
		    n->grant[i].any ? n->x.node : institutions[i]);
		n->grants[i] = &n->grant[i];
	}
	n->peer.n = i;
}

void
linkkit_restart(struct linknode *n)
{

	fixture_reopen(&n->x);
	n->peer.joined = 0;
}

void
linkkit_rebuild(struct linknode *n)
{

	fixture_rebuilt(&n->x);
	n->peer.joined = 0;
}

/* See that a reply which tells of the state waits for all that stands in it (I1). */
static void
waits(struct linknode *n, const struct wire_fields *f, unsigned type,
    const struct counter_done *done)
{

	if (wire_u32(f, WIRE_T_ERROR, 0) == LK_OK && type != WIRE_PULL)
		cr_assert_eq(done->wait_seq, journal_seq(n->x.journal),
		    "I1: reply %u of %s", type, n->x.node);
}

static void consult(struct linknode *n, const uint8_t *frame, size_t len,
    struct above_answer *a);

/* Have a counter answer, asking further up as it wants. */
static void
serve(struct linknode *n, const struct peer *peer, const struct wire_header *h,
    const struct wire_fields *f, uint8_t *out, size_t cap,
    struct counter_done *done, struct wire_fields *r)
{
	struct above_answer a;
	struct wire_header rh;
	struct wire_out w;

	wire_out_init(&w, out, cap);
	counter_answer(n->x.counter, peer, h, f, &w, done);
	if (done->ask) {
		consult(n, out, w.len, &a);
		wire_out_init(&w, out, cap);
		counter_answer_with(n->x.counter, peer, h, f, &a, &w, done);
		cr_assert_eq(done->ask, 0, "asked twice");
	}
	/* Whoever sends the reply waits for the disk; here only who reads it does. */
	journal_flush(n->x.journal, 0);
	journal_collect(n->x.journal);
	cr_assert_eq(w.failed, 0, "the reply does not fit");
	cr_assert_eq(wire_header_read(&rh, out), WIRE_OK);
	cr_assert_eq(rh.type, h->type | WIRE_REPLY);
	cr_assert_eq(memcmp(rh.id, h->id, WIRE_ID), 0);
	cr_assert_eq(wire_fields_read(r, out + WIRE_HEADER, rh.length),
	    WIRE_OK);
	waits(n, r, h->type, done);
}

/* Hand a question up. */
static void
consult(struct linknode *n, const uint8_t *frame, size_t len,
    struct above_answer *a)
{
	struct counter_done done;
	struct wire_header h;
	struct wire_fields *f = malloc(sizeof(*f));
	uint8_t out[16384];

	cr_assert_eq(wire_header_read(&h, frame), WIRE_OK);
	cr_assert_eq(h.type, WIRE_CONSULT);
	cr_assert_eq(len, WIRE_HEADER + h.length);
	cr_assert_eq(wire_fields_read(f, frame + WIRE_HEADER, h.length),
	    WIRE_OK);
	memset(a, 0, sizeof(*a));
	a->silent = 1;
	n->asked++;
	if (!n->no_question) {
		serve(n->up, &n->peer, &h, f, out, sizeof(out), &done, &n->r);
		n->error = (int)wire_u32(&n->r, WIRE_T_ERROR, 0);
		(void)wire_copy(&n->r, WIRE_T_MESSAGE, n->why,
		    sizeof(n->why));
		if (!n->no_answer)
			above_read(a, &n->r);
	}
	n->said = *a;
	free(f);
}

int
linkkit_answer(struct linknode *n)
{
	struct fixture *x = &n->x;
	struct wire_header h = { .version = 1, .type = (uint16_t)x->type,
		.id = { 7 } };
	struct wire_fields *f = malloc(sizeof(*f));

	cr_assert_eq(wire_fields_read(f, x->body, x->b.len), WIRE_OK);
	serve(n, &x->peer, &h, f, x->out, sizeof(x->out), &x->done, &x->r);
	free(f);
	return ((int32_t)wire_u32(&x->r, WIRE_T_ERROR, 0));
}

int
linkkit_check(struct linknode *n, const char *inst, const char *outlet,
    int person, int product, const char *txn, char *id)
{
	int rc;

	applicant(&n->x, inst, outlet, person, product, txn);
	if ((rc = linkkit_answer(n)) != LK_OK)
		return (rc);
	if (id != NULL)
		decision_id(&n->x, id);
	return ((int)num(&n->x, WIRE_T_DECISION));
}

int
linkkit_say(struct linknode *n)
{
	struct fixture *x = &n->x;
	struct wire_header h = { .version = 1, .type = (uint16_t)x->type,
		.id = { 9 } };
	struct wire_fields *f = malloc(sizeof(*f));
	struct counter_done done;

	cr_assert_eq(wire_fields_read(f, x->body, x->b.len), WIRE_OK);
	serve(n->up, &n->peer, &h, f, n->out, sizeof(n->out), &done, &n->r);
	free(f);
	n->error = (int32_t)wire_u32(&n->r, WIRE_T_ERROR, 0);
	n->why[0] = '\0';
	(void)wire_copy(&n->r, WIRE_T_MESSAGE, n->why, sizeof(n->why));
	if (x->type == WIRE_JOIN)
		n->peer.joined = done.joined;
	if (wire_has(&n->r, WIRE_T_CURSOR))
		n->cursor = wire_u64(&n->r, WIRE_T_CURSOR, 0);
	return (n->error);
}

int
linkkit_join(struct linknode *n)
{
	int rc;

	ask(&n->x, WIRE_JOIN);
	counter_whoami(n->x.counter, &n->x.b);
	rc = linkkit_say(n);
	n->held = (int)wire_u32(&n->r, WIRE_T_HELD, 0);
	if (rc == LK_OK)
		cr_assert_eq(counter_joined_above(n->x.counter, &n->r), LK_OK);
	return (rc);
}

/* Send a batch. */
static int
send(struct linknode *n, const uint8_t *buf, size_t len, const uint8_t *leaf)
{
	static uint8_t body[WIRE_BODY_MAX], out[16384];
	struct wire_header h = { .version = 1, .type = WIRE_EVENTS,
		.id = { 5 } };
	struct wire_fields *f = malloc(sizeof(*f));
	struct counter_done done;
	struct wire_out w;

	wire_out_init(&w, body, sizeof(body));
	wire_put_u64(&w, WIRE_T_AFTER, n->cursor);
	wire_put_bytes(&w, WIRE_T_LEAF, leaf, 32);
	wire_put_bytes(&w, WIRE_T_ENTRIES, buf, len);
	cr_assert_eq(w.failed, 0);
	cr_assert_eq(wire_fields_read(f, body, w.len), WIRE_OK);
	serve(n->up, &n->peer, &h, f, out, sizeof(out), &done, &n->r);
	free(f);
	n->error = (int32_t)wire_u32(&n->r, WIRE_T_ERROR, 0);
	n->why[0] = '\0';
	(void)wire_copy(&n->r, WIRE_T_MESSAGE, n->why, sizeof(n->why));
	n->cursor = wire_u64(&n->r, WIRE_T_CURSOR, n->cursor);
	return (n->error);
}

int
linkkit_events(struct linknode *n, unsigned max)
{
	static uint8_t buf[EVENTBATCH_MAX];
	static struct entry e;
	struct eventbatch b = { .buf = buf };
	struct jstream *s;
	uint8_t leaf[32] = { 0 };
	const uint8_t *p;
	uint64_t seq;
	size_t len;
	int rc;

	fixture_durable(&n->x);
	s = jstream_open(&(struct jstream_options){ .data = n->x.dir,
	    .node = n->x.node, .first = n->cursor + 1 });
	cr_assert_not_null(s);
	while ((max == 0 || b.n < max) && (rc = jstream_next(s,
	    journal_durable(n->x.journal), &seq, &p, &len)) != 0) {
		cr_assert_eq(rc, 1, "%s", jstream_error(s));
		cr_assert_eq(entry_parse(&e, (const char *)p, len, NULL), 0);
		if (!eventbatch_wanted(&e, n->up->x.node))
			continue;
		if (eventbatch_add(&b, &e) != 0)
			break;
		sha256_leaf(leaf, p, len);
	}
	jstream_close(s);
	if (b.n == 0)
		return (0);
	rc = send(n, buf, b.len, leaf);
	return (rc != LK_OK ? rc : (int)b.n);
}

int
linkkit_tell(struct linknode *n, const struct entry *e)
{
	uint8_t buf[2 + ENTRY_MAX], leaf[32] = { 1 };
	size_t len = entry_print(e, (char *)buf + 2, ENTRY_MAX);

	cr_assert_gt(len, 0);
	buf[0] = (uint8_t)len;
	buf[1] = (uint8_t)(len >> 8);
	return (send(n, buf, len + 2, leaf));
}

void
linkkit_deliver(struct linknode *n)
{
	int rc;

	if (!n->peer.joined)
		cr_assert_eq(linkkit_join(n), LK_OK, "%s", n->why);
	/* Where the disk is slow the rest comes again. */
	while ((rc = linkkit_events(n, 0)) > 0 || rc == LK_E_BUSY)
		fixture_durable(&n->up->x);
	cr_assert_eq(rc, 0, "%s: %s", n->x.node, n->why);
	fixture_durable(&n->up->x);
}

int
linkkit_pull(struct linknode *n)
{
	int all = 0, rc;

	do {
		fixture_durable(&n->up->x);
		ask(&n->x, WIRE_PULL);
		withn(&n->x, WIRE_T_AFTER,
		    (int64_t)counter_pulled_to(n->x.counter));
		cr_assert_eq(linkkit_say(n), LK_OK, "%s", n->why);
		rc = counter_pulled(n->x.counter, &n->r);
		cr_assert_geq(rc, 0);
		all += rc;
	} while (rc > 0);
	return (all);
}

void
linkkit_pass(struct linknode *const *list, size_t n, int64_t ms)
{
	size_t i;

	for (i = 0; i < n; i++)
		fixture_pass(&list[i]->x, ms);
}

struct entry *
linkkit_entry(struct linknode *n, uint64_t seq)
{
	static struct entry e[4];
	static int turn;
	struct entry *r = &e[turn++ % 4];

	fixture_durable(&n->x);
	cr_assert_eq(journal_read(n->x.journal, seq, r), 0, "%s: entry %llu",
	    n->x.node, (unsigned long long)seq);
	return (r);
}

uint64_t
linkkit_last(struct linknode *n, int kind)
{
	uint64_t seq;

	for (seq = journal_seq(n->x.journal); seq > 0; seq--)
		if (linkkit_entry(n, seq)->kind == kind)
			return (seq);
	return (0);
}

/* Lines being gathered. */
struct lines {
	struct linknode *n;
	char **line;
	size_t len, cap;
};

/* One person of the state. */
static int
gather(void *arg, const struct state_record *r)
{
	struct lines *l = arg;
	struct names *names = journal_names(l->n->x.journal);
	uint32_t now = (uint32_t)(l->n->x.wall / 1000), i;
	char text[160], hex[TOKEN_HEX_LEN + 1];
	struct token t;
	struct person p;

	memcpy(t.b, r->key, TOKEN_LEN);
	token_hex(&t, hex);
	cr_assert_eq(person_unpack(&p, r->value, r->len), 0);
	cr_assert_eq(person_check(&p), 0);
	for (i = 0; i < p.nopen; i++) {
		if (p.open[i].state == OPENING_CLOSED ||
		    (p.open[i].state != OPENING_ISSUED &&
		    p.open[i].until <= now))
			continue;
		snprintf(text, sizeof(text), "%.12s %s %d %d %d", hex,
		    names_text(names, p.open[i].inst), p.open[i].product,
		    p.open[i].state, p.open[i].quantity);
		if (l->len == l->cap) {
			l->cap = l->cap != 0 ? l->cap * 2 : 64;
			l->line = realloc(l->line, l->cap * sizeof(char *));
		}
		l->line[l->len++] = strdup(text);
	}
	return (0);
}

static int
order(const void *a, const void *b)
{

	return (strcmp(*(char *const *)a, *(char *const *)b));
}

char *
linkkit_openings(struct linknode *const *list, size_t n)
{
	struct lines l = { NULL, NULL, 0, 0 };
	size_t i, size = 1;
	char *text, *at;

	for (i = 0; i < n; i++) {
		l.n = list[i];
		cr_assert_eq(state_each(journal_state(list[i]->x.journal),
		    RECORD_PERSON, gather, &l), 0);
	}
	if (l.len > 0)
		qsort(l.line, l.len, sizeof(char *), order);
	for (i = 0; i < l.len; i++)
		size += strlen(l.line[i]) + 1;
	at = text = malloc(size);
	*text = '\0';
	for (i = 0; i < l.len; i++) {
		at += sprintf(at, "%s\n", l.line[i]);
		free(l.line[i]);
	}
	free(l.line);
	return (text);
}

/* What linkkit_count() looks for. */
struct counting {
	uint32_t now;
	int state;
	int all;
	struct token person;
	unsigned n;
};

static int
count(void *arg, const struct state_record *r)
{
	struct counting *c = arg;
	struct person p;
	uint32_t i;

	if (!c->all && memcmp(c->person.b, r->key, TOKEN_LEN) != 0)
		return (0);
	cr_assert_eq(person_unpack(&p, r->value, r->len), 0);
	for (i = 0; i < p.nopen; i++)
		if (p.open[i].state == c->state && (c->state ==
		    OPENING_ISSUED || p.open[i].until > c->now))
			c->n += p.open[i].quantity;
	return (0);
}

unsigned
linkkit_count(struct linknode *n, int person, int state)
{
	struct counting c = { .now = (uint32_t)(n->x.wall / 1000),
		.state = state, .all = person < 0 };
	uint8_t in[IDENTITY_TOKEN_INPUT];
	struct identity_error err;
	struct identity id;
	char no[19];

	if (!c.all) {
		fixture_id(no, person);
		cr_assert_eq(identity_parse(&id, LK_ID_RESIDENT, no, 18, "", 20000,
		    &err), 0);
		token_make(&c.person, n->x.keys, 0, TOKEN_PERSON, in,
		    identity_token_input(&id, in));
	}
	cr_assert_eq(state_each(journal_state(n->x.journal), RECORD_PERSON,
	    count, &c), 0);
	return (c.n);
}
