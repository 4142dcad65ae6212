/*
 * The answer of the node above, and ours.
 */
#include "plugin.h"

#include "policy_names.h"
#include "upstream.h"

/* The highest number of a profile: limit_profile of a policy goes as far. */
#define PROFILES	999999

#define NEEDS	(LK_NEED_GUARDIAN | LK_NEED_PURPOSE_PROOF |		\
	LK_NEED_FACE_CHECK | LK_NEED_MANAGER | LK_NEED_CENTRE |		\
	LK_NEED_KEEP_WAITING)

/* The stricter of two. */
static int32_t
stricter(int32_t a, int32_t b)
{

	return (a > b ? a : b);
}

/* A decision as plugin.h says that one is to be taken. */
static int32_t
decision(int32_t d)
{

	if (d == LK_PASS || d == LK_LIMIT)
		return (d);
	return (d >= LK_REJECT ? LK_REJECT : LK_REVIEW);
}

/* Is this a product? */
static int
product(int32_t code)
{
	const struct conf_name *n;

	for (n = policy_names_products; n->name != NULL; n++) {
		if (n->number == code)
			return (1);
	}
	return (0);
}

/* What approval yields: less than a review, unless there is nothing to approve. */
static int32_t
floor_of(const struct outcome *o)
{

	if (o->decision != LK_REVIEW)
		return (o->decision);
	return (o->floor == LK_PASS ? LK_PASS : LK_LIMIT);
}

/* Put an answer in order. */
void
upstream_trust(struct outcome *o)
{

	o->hard = decision(o->hard);
	o->decision = stricter(decision(o->decision), o->hard);
	/* Approval is meant to limit, but nothing was held: it limits. */
	if (o->decision == LK_PASS && o->floor != LK_PASS)
		o->decision = LK_LIMIT;
	o->floor = floor_of(o);
	if (o->by < LK_BY_COUNTER || o->by > LK_BY_CENTRE)
		o->by = LK_BY_CENTRE;
	if ((o->needs & ~NEEDS) != 0) {
		o->needs = (o->needs & NEEDS) | LK_NEED_CENTRE;
		o->by = LK_BY_CENTRE;
	}
	if (o->decision != LK_REVIEW)
		o->by = LK_BY_NONE;
	if (!product(o->offer))
		o->offer = 0;
	if (o->floor != LK_LIMIT || o->profile < 0 || o->profile > PROFILES)
		o->profile = 0;
}

/* Whose reason is told? */
static enum upstream_side
speaks(const struct outcome *ours, const struct outcome *theirs)
{

	if (ours->decision != theirs->decision)
		return (theirs->decision > ours->decision ? UPSTREAM_THEIRS :
		    UPSTREAM_OURS);
	if (ours->decision == LK_REVIEW && ours->by != theirs->by)
		return (theirs->by > ours->by ? UPSTREAM_THEIRS :
		    UPSTREAM_OURS);
	return (theirs->hard > ours->hard ? UPSTREAM_THEIRS : UPSTREAM_OURS);
}

/* What may still be issued, by both. */
static int32_t
offered(const struct outcome *ours, const struct outcome *theirs)
{

	if (ours->decision != theirs->decision)
		return (ours->decision > theirs->decision ? ours->offer :
		    theirs->offer);
	return (ours->offer == theirs->offer ? ours->offer : 0);
}

/* Combine the two. */
enum upstream_side
upstream_combine(struct outcome *ours, const struct outcome *theirs)
{
	struct outcome t = *theirs;
	enum upstream_side side;

	upstream_trust(&t);
	side = speaks(ours, &t);
	ours->offer = offered(ours, &t);
	ours->decision = stricter(ours->decision, t.decision);
	/* By is none where nothing is held, so that the higher one is right. */
	ours->by = ours->decision == LK_REVIEW ? stricter(ours->by, t.by) :
	    LK_BY_NONE;
	ours->floor = stricter(ours->floor, t.floor);
	ours->hard = stricter(ours->hard, t.hard);
	ours->needs |= t.needs;
	if (ours->floor != LK_LIMIT)
		ours->profile = 0;
	else if (ours->profile == 0)
		ours->profile = t.profile;
	return (side);
}
