#ifndef LIANGKA_LISTING_H_
#define LIANGKA_LISTING_H_

/*
 * The lists and registers in force, as a check sees them: who stands on which list that
 * the policy asks for, what is known of the outlet, which campaign the case belongs to,
 * and how old all that is.
 *
 * Threads: the counter's.
 */

#include <stddef.h>
#include <stdint.h>

#include "engine/policy.h"
#include "keys/token.h"

struct adopted;
struct adopted_list;
struct application;
struct entry;
struct list_info;
struct listing;
struct listrec;
struct policy;
struct state;
struct token_keys;

struct listing_options {
	int none;		/* `use = none`: this node has no lists, and says so */
	const struct token_keys *keys; /* K_list, not owned; NULL with `none` */
	int64_t soft_ms;	/* older: answers bear the flag STALE */
	int64_t hard_ms;	/* older: the policy's `stale` is true */
};

/* The list tokens of one applicant, by index of the live epochs. */
struct listing_tokens {
	struct token person[TOKEN_EPOCHS_MAX];
	struct token agent[TOKEN_EPOCHS_MAX];	/* all zero: no agent */
	struct token phone[TOKEN_EPOCHS_MAX];	/* all zero: none given */
	int has_agent, has_phone;
};

/* What one look-up hands to the rules. */
struct listing_case {
	int32_t listed[POLICY_MAX_LISTS];
	int32_t agent_listed[POLICY_MAX_LISTS];
	uint8_t waived[POLICY_MAX_RULES];
};

/**
 * listing_open(o): NULL when out of memory.  listing_close(l): NULL is allowed; what is
 * served goes too.
 */
struct listing *listing_open(const struct listing_options *o);
void listing_close(struct listing *l);

/**
 * listing_serve(l, a): Serve a generation from now on (l owns it) and return the one
 * before, for adopt_free() wherever that does not hold up the loop; a list that a does
 * not bring is taken over from there.  listing_served(l): what is served, or NULL.
 */
struct adopted *listing_serve(struct listing *l, struct adopted *a);
const struct adopted *listing_served(const struct listing *l);

/**
 * listing_policy(l, p): Take note of the lists that the policy in force asks for.
 * listing_lacks(a, p): the first list that p asks for and a does not have, or NULL.
 */
void listing_policy(struct listing *l, const struct policy *p);
const char *listing_lacks(const struct adopted *a, const struct policy *p);

/**
 * listing_keys(l), listing_none(l): K_list, or NULL; whether there are no lists here.
 */
const struct token_keys *listing_keys(const struct listing *l);
int listing_none(const struct listing *l);

/**
 * listing_age(l, now, stale): Return nonzero when what is served is beyond its soft age
 * at journal time `now` (ms), or `now` lies as far before the moment at which the centre
 * signed: then the clock is wrong; *stale tells whether beyond its hard age, or a list that
 * the policy asks for is not there.
 */
int listing_age(const struct listing *l, int64_t now, int *stale);

/**
 * listing_look(l, t, e, now, c, ap): Look the applicant up.  Fills in c, the fields of ap
 * that come from lists and registers (outlet_area too, where the register knows it), and
 * in e the matched records, list_version and the flag STALE.  now is in ms.
 */
void listing_look(struct listing *l, const struct listing_tokens *t,
    struct entry *e, int64_t now, struct listing_case *c,
    struct application *ap);

/**
 * listing_campaign(l, p, s, e, person, now, c, ap): Find the campaign of the case and
 * whether it has room; fills in e->campaign, c->waived (the rules that it may lift) and
 * ap->campaign, and e's flags HEAD and FULL.
 */
void listing_campaign(struct listing *l, const struct policy *p,
    struct state *s, struct entry *e, const struct token *person, int64_t now,
    struct listing_case *c, struct application *ap);

/**
 * listing_print(buf, cap, info, r): Write list:version:category:severity:expiry:basis,
 * as an entry of the journal tells of a record; 96 bytes are enough.
 */
void listing_print(char *buf, size_t cap, const struct list_info *info,
    const struct listrec *r);

/**
 * listing_effective(r, now): Does this record list anybody at `now` (ms)?
 * listing_matches(text, list): does `listed` of an entry name the list?
 * listing_until(text, list): the expiry that it tells of that list's record, a day as in
 * list files; 0: none, or the list is not named.
 */
int listing_effective(const struct listrec *r, int64_t now);
int listing_matches(const char *text, const char *list);
int32_t listing_until(const char *text, const char *list);

#endif /* !LIANGKA_LISTING_H_ */
