#include <stdlib.h>
#include <string.h>

#include "store/names.h"
#include "store/records.h"
#include "store/stateview.h"

#include "screen_impl.h"

#define HOLD_MAX ((size_t)512 << 20)	/* of records that are held in memory */
#define HOLD_FROM 16	/* bytes of the file for each person, see worth_holding() */

/* The persons are read by two threads, each those of half of the tokens. */
struct half {
	struct screen_run *run;
	struct screen_filter filter;
	struct screen_hold *hold;
	uint8_t first, last;
	pthread_t thread;
	int started, failed;
	int64_t links;
	uint64_t seq;
	int64_t seq_ms;
};

/* A key goes into the filter. */
static void
add(void *arg, const uint8_t *key)
{
	struct token t;

	memcpy(t.b, key, sizeof(t.b));
	screen_filter_add(arg, &t);
}

/* A person goes into the filter and into memory. */
static void
take(void *arg, const struct stateview_record *x)
{
	struct half *h = arg;
	struct token t;

	memcpy(t.b, x->key, sizeof(t.b));
	screen_filter_add(&h->filter, &t);
	screen_hold_add(h->hold, &t, x->value, x->len);
}

/* Count only. */
static void
nothing(void *arg, const uint8_t *key)
{

	(void)arg;
	(void)key;
}

/* About how many persons there are: those whose token begins with a zero, 256 times. */
static int64_t
estimate(struct screen_run *run, struct stateview_reader *r)
{
	int64_t n = stateview_keys(r, RECORD_PERSON, TOKEN_LEN, 0, 0,
	    run->o->mono_ms, nothing, NULL);

	return (n < 0 ? -1 : n * 256 + n * 16 + 1024);
}

/* When the last decision was made that the snapshot knows. */
static int64_t
last_ms(struct stateview_reader *r)
{
	struct record_decision d;
	struct stateview_record x;

	if (stateview_last(r, RECORD_DECISION, 8, &x) != 1 ||
	    x.len < sizeof(d))
		return (0);
	memcpy(&d, x.value, sizeof(d));
	return (d.t);
}

/* Read half of them. */
static void *
fill(void *arg)
{
	struct half *h = arg;
	const struct screen_options *o = h->run->o;
	struct stateview_reader *r;
	char err[STATEVIEW_ERROR_MAX];

	if ((r = stateview_reader(o->state, err)) == NULL) {
		h->failed = 1;
		return (NULL);
	}
	if (h->hold->data != NULL)
		h->failed = stateview_range(r, RECORD_PERSON, TOKEN_LEN,
		    h->first, h->last, o->mono_ms, take, h) < 0;
	else
		h->failed = stateview_keys(r, RECORD_PERSON, TOKEN_LEN,
		    h->first, h->last, o->mono_ms, add, &h->filter) < 0;
	screen_hold_end(h->hold);
	h->links = stateview_keys(r, RECORD_LINK, TOKEN_LEN, h->first, h->last,
	    o->mono_ms, add, &h->filter);
	h->failed |= h->links < 0;
	h->seq = stateview_seq(r);
	h->seq_ms = last_ms(r);
	stateview_reader_end(r);
	return (NULL);
}

/*
 * To copy a record in the order of the tree costs a tenth of looking it up later, so it
 * pays unless the file is far smaller than the state: a row has some 100 bytes.
 */
static int
worth_holding(const struct screen_run *run, uint64_t n)
{

	if (run->o->hold != 0)
		return (run->o->hold > 0);
	return (run->size / HOLD_FROM >= n);
}

/* Take what was read, the two filters as one. */
static void
join(struct screen_persons *p, struct half h[2])
{
	uint64_t k;

	for (k = 0; k <= h[0].filter.mask; k++)
		h[0].filter.word[k] |= h[1].filter.word[k];
	p->filter = h[0].filter;
	memset(&h[0].filter, 0, sizeof(h[0].filter));
	p->links = h[0].links + h[1].links > 0;
	p->held = p->hold[0].data != NULL && p->hold[1].data != NULL;
	k = h[0].seq < h[1].seq;
	p->held_seq = h[k].seq;
	p->held_seq_ms = h[k].seq_ms;
}

/* Read both halves at once and join them. */
static int
fill_all(struct screen_run *run, uint64_t n)
{
	struct screen_persons *p = &run->persons;
	struct half h[2] = { { .run = run, .hold = &p->hold[0], .last = 127 },
		{ .run = run, .hold = &p->hold[1], .first = 128, .last = 255 }
		};
	size_t max = run->o->hold_max != 0 ? run->o->hold_max : HOLD_MAX;
	int rc = 0, i;

	for (i = 0; i < 2 && rc == 0; i++) {
		rc = screen_filter_new(&h[i].filter, n);
		if (worth_holding(run, n))
			(void)screen_hold_new(h[i].hold, n / 2, 1, max / 2);
	}
	if (rc == 0)
		h[1].started = pthread_create(&h[1].thread, NULL, fill,
		    &h[1]) == 0;
	if (rc == 0)
		(void)fill(&h[0]);
	if (h[1].started)
		(void)pthread_join(h[1].thread, NULL);
	else if (rc == 0)
		(void)fill(&h[1]);
	if (rc != 0)
		rc = screen_fail(run, SCREEN_MEMORY, "out of memory");
	else if (h[0].failed || h[1].failed)
		rc = screen_fail(run, SCREEN_STATE, "state.mdb: the persons "
		    "cannot be read");
	else
		join(p, h);
	screen_filter_free(&h[0].filter);
	screen_filter_free(&h[1].filter);
	for (i = 0; i < 2 && !p->held; i++)
		screen_hold_free(&p->hold[i]);
	return (rc);
}

/* Keep the name of an institution: its class, a separator, the name. */
static int
name(void *arg, const struct stateview_record *x)
{
	struct screen_persons *p = arg;
	const char *text = x->value;
	struct screen_inst *more;

	if (x->keylen != 4 || x->len < 3 || text[0] != NAME_INST ||
	    text[1] != '\x1f' || x->len - 2 >= sizeof(more->name))
		return (0);
	more = realloc(p->inst, (p->ninst + 1) * sizeof(*more));
	if (more == NULL)
		return (-2);
	p->inst = more;
	more += p->ninst++;
	more->id = (uint32_t)x->key[0] << 24 | (uint32_t)x->key[1] << 16 |
	    (uint32_t)x->key[2] << 8 | x->key[3];
	memcpy(more->name, text + 2, x->len - 2);
	more->name[x->len - 2] = '\0';
	return (0);
}

/* Take what is needed of the state. */
int
screen_persons_load(struct screen_run *run)
{
	struct stateview_reader *r;
	char err[STATEVIEW_ERROR_MAX];
	int64_t n = -1;
	int rc;

	if (run->o->state == NULL)
		return (0);
	if ((r = stateview_reader(run->o->state, err)) == NULL)
		return (screen_fail(run, SCREEN_STATE, "%s", err));
	run->persons.seq = stateview_seq(r);
	run->persons.seq_ms = last_ms(r);
	rc = stateview_each(r, RECORD_NAME, name, &run->persons);
	if (rc == 0)
		n = estimate(run, r);
	if (rc == -2)
		rc = screen_fail(run, SCREEN_MEMORY, "out of memory");
	else if (rc != 0 || n < 0)
		rc = screen_fail(run, SCREEN_STATE, "%s", stateview_why(r));
	stateview_reader_end(r);
	return (rc == 0 ? fill_all(run, (uint64_t)n) : -1);
}

/* Up to when the persons were looked at, for the end of a run. */
void
screen_persons_end(struct screen_run *run)
{
	struct stateview_reader *r;
	char err[STATEVIEW_ERROR_MAX];

	if (run->persons.held) {
		run->t->seq[1] = run->persons.held_seq;
		run->t->seq_ms[1] = run->persons.held_seq_ms;
		return;
	}
	if (run->o->state == NULL ||
	    (r = stateview_reader(run->o->state, err)) == NULL)
		return;
	run->t->seq[1] = stateview_seq(r);
	run->t->seq_ms[1] = last_ms(r);
	stateview_reader_end(r);
}

/* Free it. */
void
screen_persons_free(struct screen_persons *p)
{

	screen_filter_free(&p->filter);
	screen_hold_free(&p->hold[0]);
	screen_hold_free(&p->hold[1]);
	free(p->inst);
}

/* The number of an institution. */
uint32_t
screen_persons_inst(const struct screen_persons *p, const char *text,
    size_t len)
{
	size_t i;

	for (i = 0; i < p->ninst; i++)
		if (strlen(p->inst[i].name) == len &&
		    memcmp(p->inst[i].name, text, len) == 0)
			return (p->inst[i].id);
	return (SCREEN_NEVER_SEEN);
}
