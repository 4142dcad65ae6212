#include <assert.h>
#include <string.h>

#include "person.h"

/* The stored form: this head, then openings, then attempts, as in memory. */
struct head {
	uint16_t version;
	uint16_t flags;
	uint16_t nopen;
	uint16_t natt;
	uint32_t clear_until;
	uint32_t clear_left;
};

_Static_assert(sizeof(struct head) == 16, "stored head");
_Static_assert(sizeof(struct opening) == 40, "stored opening");
_Static_assert(sizeof(struct attempt) == 16, "stored attempt");

/* Is this opening a live reservation at `now`? */
static int
live(const struct opening *o, uint32_t now)
{

	return ((o->state == OPENING_RESERVED || o->state == OPENING_HELD) &&
	    now < o->until);
}

/* Make the record of somebody never seen. */
void
person_init(struct person *p)
{

	p->flags = p->nopen = p->natt = 0;
	p->clear_until = p->clear_left = 0;
}

/* Read a stored record. */
int
person_unpack(struct person *p, const void *buf, size_t len)
{
	const uint8_t *b = buf;
	struct head h;

	person_init(p);
	if (buf == NULL || len == 0)
		return (0);
	if (len < sizeof(h))
		return (-1);
	memcpy(&h, b, sizeof(h));
	if (h.version != PERSON_VERSION || h.nopen > PERSON_OPENINGS ||
	    h.natt > PERSON_ATTEMPTS ||
	    len != sizeof(h) + h.nopen * sizeof(struct opening) +
	    h.natt * sizeof(struct attempt))
		return (-1);
	p->flags = h.flags;
	p->nopen = h.nopen;
	p->natt = h.natt;
	p->clear_until = h.clear_until;
	p->clear_left = h.clear_left;
	b += sizeof(h);
	memcpy(p->open, b, p->nopen * sizeof(struct opening));
	b += p->nopen * sizeof(struct opening);
	memcpy(p->att, b, p->natt * sizeof(struct attempt));
	return (0);
}

/* Return the stored size. */
size_t
person_packed(const struct person *p)
{

	return (sizeof(struct head) + p->nopen * sizeof(struct opening) +
	    p->natt * sizeof(struct attempt));
}

/* Write the stored form. */
void
person_pack(const struct person *p, void *buf)
{
	struct head h = { .version = PERSON_VERSION,
		.flags = (uint16_t)p->flags, .nopen = (uint16_t)p->nopen,
		.natt = (uint16_t)p->natt, .clear_until = p->clear_until,
		.clear_left = p->clear_left };
	uint8_t *b = buf;

	memcpy(b, &h, sizeof(h));
	b += sizeof(h);
	memcpy(b, p->open, p->nopen * sizeof(struct opening));
	b += p->nopen * sizeof(struct opening);
	memcpy(b, p->att, p->natt * sizeof(struct attempt));
}

/* May this opening go by now? */
static int
outlived(const struct opening *o, uint32_t now)
{

	switch (o->state) {
	case OPENING_RESERVED:
	case OPENING_HELD:
		return (now >= o->until);
	case OPENING_CLOSED:
		return ((uint64_t)o->until + PERSON_KEEP_S < now &&
		    (uint64_t)o->at + PERSON_KEEP_S < now);
	default:
		return (0);
	}
}

/* Drop what has expired. */
void
person_prune(struct person *p, uint32_t now)
{
	uint32_t i, n;

	for (i = n = 0; i < p->nopen; i++) {
		if (outlived(&p->open[i], now))
			continue;
		if (n != i)
			p->open[n] = p->open[i];
		n++;
	}
	p->nopen = n;
	for (i = n = 0; i < p->natt; i++) {
		if ((uint64_t)p->att[i].at + PERSON_KEEP_S < now)
			continue;
		if (n != i)
			p->att[n] = p->att[i];
		n++;
	}
	p->natt = n;
	if (p->natt < PERSON_ATTEMPTS)
		p->flags &= ~PERSON_ATT_OVERFLOW;
	if (p->clear_until <= now || p->clear_left == 0)
		p->clear_until = p->clear_left = 0;
}

/* Drop the opening at index i. */
static void
drop(struct person *p, uint32_t i)
{

	memmove(&p->open[i], &p->open[i + 1],
	    (p->nopen - i - 1) * sizeof(p->open[0]));
	p->nopen--;
}

/* Make room for one opening; nonzero when there is none to be had. */
static int
make_room(struct person *p, uint32_t now)
{
	uint32_t i;

	if (p->nopen < PERSON_OPENINGS)
		return (0);
	person_prune(p, now);
	if (p->nopen < PERSON_OPENINGS)
		return (0);
	for (i = 0; i < p->nopen; i++)
		if (p->open[i].state == OPENING_CLOSED) {
			drop(p, i);
			p->flags |= PERSON_OVERFLOW;
			return (0);
		}
	return (-1);
}

/* Add an opening in time order. */
void
person_open(struct person *p, const struct opening *o, uint32_t now)
{
	uint32_t i;

	if (make_room(p, now)) {
		p->flags |= PERSON_OVERFLOW;
		return;
	}
	for (i = p->nopen; i > 0; i--)
		if (p->open[i - 1].at < o->at || (p->open[i - 1].at == o->at &&
		    p->open[i - 1].seq <= o->seq))
			break;
	memmove(&p->open[i + 1], &p->open[i],
	    (p->nopen - i) * sizeof(p->open[0]));
	p->open[i] = *o;
	memset(p->open[i].spare, 0, sizeof(p->open[i].spare));
	p->nopen++;
}

/* Find an opening by its seq. */
struct opening *
person_find(struct person *p, uint64_t seq)
{
	struct opening *closed = NULL;
	uint32_t i;

	for (i = p->nopen; i-- > 0;) {
		if (p->open[i].seq != seq)
			continue;
		if (p->open[i].state != OPENING_CLOSED)
			return (&p->open[i]);
		closed = &p->open[i];
	}
	return (closed);
}

/* Find the live reservation of an outlet and product. */
const struct opening *
person_reservation(const struct person *p, uint32_t inst, uint32_t outlet,
    int product, uint32_t now)
{
	const struct opening *o;
	uint32_t i;

	for (i = p->nopen; i-- > 0;) {
		o = &p->open[i];
		if (live(o, now) && o->inst == inst && o->outlet == outlet &&
		    o->product == product)
			return (o);
	}
	return (NULL);
}

/* Drop an opening. */
void
person_remove(struct person *p, struct opening *o)
{

	drop(p, (uint32_t)(o - p->open));
}

/* Change when an opening happened. */
struct opening *
person_move(struct person *p, struct opening *o, uint32_t at)
{
	struct opening copy = *o;

	drop(p, (uint32_t)(o - p->open));
	copy.at = at;
	person_open(p, &copy, at);
	return (person_find(p, copy.seq));
}

/* Close items of an opening. */
void
person_close(struct person *p, struct opening *o, uint32_t at,
    unsigned quantity)
{
	struct opening closed;

	if (quantity >= o->quantity) {
		o->state = OPENING_CLOSED;
		o->until = at;
		return;
	}
	closed = *o;
	o->quantity = (uint16_t)(o->quantity - quantity);
	closed.quantity = (uint16_t)quantity;
	closed.state = OPENING_CLOSED;
	closed.until = at;
	person_open(p, &closed, at);
}

/* Note an attempt. */
void
person_attempt(struct person *p, uint64_t seq, uint32_t at, int decision,
    uint32_t inst)
{

	if (p->natt == PERSON_ATTEMPTS) {
		memmove(&p->att[0], &p->att[1],
		    (PERSON_ATTEMPTS - 1) * sizeof(p->att[0]));
		p->natt--;
		p->flags |= PERSON_ATT_OVERFLOW;
	}
	p->att[p->natt++] = (struct attempt){ .seq = seq, .at = at,
		.decision = (uint8_t)decision,
		.inst = { (uint8_t)inst, (uint8_t)(inst >> 8),
		(uint8_t)(inst >> 16) } };
}

/* Take an attempt back. */
void
person_unattempt(struct person *p, uint64_t seq)
{
	uint32_t i;

	for (i = 0; i < p->natt; i++) {
		if (p->att[i].seq != seq)
			continue;
		memmove(&p->att[i], &p->att[i + 1],
		    (p->natt - i - 1) * sizeof(p->att[0]));
		p->natt--;
		return;
	}
}

/* Note how an attempt was decided in the end. */
void
person_attempted(struct person *p, uint64_t seq, int decision)
{
	uint32_t i;

	for (i = 0; i < p->natt; i++)
		if (p->att[i].seq == seq)
			p->att[i].decision = (uint8_t)decision;
}

/* Add the attempts of another document, by seq. */
static void
join_attempts(struct person *p, const struct person *other)
{
	struct attempt all[2 * PERSON_ATTEMPTS];
	uint32_t i = 0, k = 0, n = 0;

	while (i < p->natt || k < other->natt)
		if (k == other->natt || (i < p->natt &&
		    p->att[i].seq < other->att[k].seq))
			all[n++] = p->att[i++];
		else
			all[n++] = other->att[k++];
	i = n > PERSON_ATTEMPTS ? n - PERSON_ATTEMPTS : 0;
	if (i > 0)
		p->flags |= PERSON_ATT_OVERFLOW;
	p->natt = n - i;
	memcpy(p->att, &all[i], p->natt * sizeof(p->att[0]));
}

/* Add another document's openings and attempts. */
void
person_join(struct person *p, const struct person *other)
{
	uint32_t i;

	p->flags |= other->flags;
	for (i = 0; i < other->nopen; i++)
		person_open(p, &other->open[i], other->open[i].at);
	join_attempts(p, other);
}

/* Test the invariants. */
int
person_check(const struct person *p)
{
	uint32_t i;

	if (p->nopen > PERSON_OPENINGS || p->natt > PERSON_ATTEMPTS)
		return (-1);
	for (i = 0; i < p->nopen; i++) {
		if (p->open[i].state < OPENING_RESERVED ||
		    p->open[i].state > OPENING_CLOSED)
			return (-1);
		if (i > 0 && p->open[i].at < p->open[i - 1].at)
			return (-1);
	}
	for (i = 1; i < p->natt; i++)
		if (p->att[i].seq <= p->att[i - 1].seq)
			return (-1);
	return (0);
}
