#ifndef DEMO_GEN_H_
#define DEMO_GEN_H_

/*
 * The generator of the demonstration day.  Everything is drawn from one
 * sequence, scene after scene, so the plan is a function of seed and day.
 */

#include <stdint.h>

#include "areas.h"
#include "person.h"
#include "plan.h"
#include "prng.h"
#include "town.h"

#define GEN_HOUR 3600
#define GEN_DAY 86400

struct gen {
	struct prng rng;
	struct areas areas;
	struct town town;
	struct plan *plan;
	int64_t day;		/* the day played, since 1970-01-01 */
	int turn[TOWN_INSTITUTIONS]; /* outlets take turns on the day */
	unsigned txns;
	unsigned visits;
	unsigned cards;
	unsigned devices;
	int failed;		/* out of memory: the plan is not whole */
	struct plan_row spare[2]; /* the last is handed out then */
};

/**
 * gen_plan(p, seed, day): Append the demonstration day to the plan.  Return 0, or
 * -1 when memory is out.
 */
int gen_plan(struct plan *p, uint64_t seed, int64_t day);

/**
 * gen_open(g, who, outlet, product, ago): Add an opening of the past, `ago`
 * seconds before the play; what the person holds is kept up.  gen_close(g, row,
 * ago): close that card again.  gen_check(g, who, outlet, product, clock, group):
 * add an application that is confirmed when it may be and expected to pass.
 * All return a row that stays in place until the next one is added.
 */
struct plan_row *gen_open(struct gen *g, struct person *who, int outlet,
    int32_t product, int64_t ago);
struct plan_row *gen_close(struct gen *g, const struct plan_row *row,
    int64_t ago);
struct plan_row *gen_check(struct gen *g, struct person *who, int outlet,
    int32_t product, int clock, const char *group);

/**
 * gen_again(g, row, clock): Add a copy of a row of the day with a transaction of
 * its own at another time.
 */
struct plan_row *gen_again(struct gen *g, const struct plan_row *row,
    int clock);

/**
 * gen_text(g, ...): Format a text that lives as long as the plan.
 */
const char *gen_text(struct gen *g, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * gen_visit(g): Return a visit id not used before.
 */
const char *gen_visit(struct gen *g);

/**
 * gen_clock(g, from, to): Return a moment between two hours of the day.
 */
int gen_clock(struct gen *g, int from, int to);

/**
 * gen_bank(g), gen_carrier(g): Return an outlet of any bank or carrier.
 */
int gen_bank(struct gen *g);
int gen_carrier(struct gen *g);

/**
 * gen_wish(g, who, product): Choose something this person may still open within
 * the quantity limits; return the outlet and set *product.
 */
int gen_wish(struct gen *g, struct person *who, int32_t *product);

/**
 * gen_past(g, who, most): Give the person an ordinary past year of at most `most`
 * openings, some closed again.
 */
void gen_past(struct gen *g, struct person *who, int most);

/**
 * gen_purpose(g, who): Return what somebody like this says he wants it for.
 * gen_story(g): Return what a ring has its people say: it knows what is asked.
 */
int32_t gen_purpose(struct gen *g, const struct person *who);
int32_t gen_story(struct gen *g);

/**
 * gen_mule(g, who): Invent somebody of mule age, mostly from elsewhere.
 * gen_mark(g, row, ring, expect): Mark a row as a ring's; it tells a story.
 */
void gen_mule(struct gen *g, struct person *who);
void gen_mark(struct gen *g, struct plan_row *row, const char *ring,
    int32_t expect);

/**
 * gen_online(row, device): Make an application at the counter one from home.
 * gen_device(g): Return a device not used before.
 */
void gen_online(struct plan_row *row, const char *device);
const char *gen_device(struct gen *g);

/* The scenes. */
void gen_ordinary(struct gen *g);
void gen_work_and_study(struct gen *g);
void gen_families(struct gen *g);
void gen_mishaps(struct gen *g);
void gen_documents(struct gen *g);
void gen_fast_rings(struct gen *g);
void gen_slow_rings(struct gen *g);
void gen_shared_rings(struct gen *g);
void gen_sly_rings(struct gen *g);
void gen_listed(struct gen *g);

#endif /* !DEMO_GEN_H_ */
