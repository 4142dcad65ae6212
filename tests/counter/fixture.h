#ifndef TESTS_COUNTER_FIXTURE_H_
#define TESTS_COUNTER_FIXTURE_H_

/*
 * A counter over a real journal in a private directory, with a clock the test
 * owns.  Every fixture ends with the check of invariant I2: the state rebuilt
 * from the journal alone prints the same as the one that lived.
 */

#include <stddef.h>
#include <stdint.h>

#include "counter/counter.h"
#include "plugin/wire.h"
#include "store/jclock.h"

struct disk;
struct note_signer;

struct fixture {
	char dir[128];
	const char *node;	/* node id */
	struct jclock_source clock;
	int64_t wall;		/* ms */
	int64_t mono;
	struct journal *journal;
	struct counter *counter;
	struct token_keys *keys;
	struct counter_options options;
	const char *policy;	/* text */
	const struct note_signer *signer; /* keep a signed log, if set */
	const struct disk *disk; /* NULL: the real one; from the next opening on */
	struct peer peer;
	struct grant grant[4];
	const struct grant *grants[4];
	/* the last reply */
	uint8_t out[16384];
	struct wire_out w;
	struct counter_done done;
	struct wire_header rh;
	struct wire_fields r;
	/* the request in the making */
	uint8_t body[8192];
	struct wire_out b;
	int type;
};

/* The time at which every fixture begins: 2026-11-22 10:00 in Shanghai. */
#define FIXTURE_START INT64_C(1795312800000)

extern const char fixture_policy[];

/* Open with the fixture's small policy, or another text; then set options in
 * x->options and peers in x->grant before the first request if need be. */
void fixture_open(struct fixture *x, const char *policy);

/* The same of a node with another id than "t1". */
void fixture_open_as(struct fixture *x, const char *node, const char *policy);

/* Close without the check, and open again: what a restart does.  `kill` leaves
 * out the orderly end. */
void fixture_reopen(struct fixture *x);

/* Begin again with an empty journal, in the same directory. */
void fixture_renew(struct fixture *x);

/* Check I2, close and remove the directory. */
void fixture_close(struct fixture *x);

/* Wait until all that was written is durable. */
void fixture_durable(struct fixture *x);

/* Compare the state with one that is built anew from the journal (I2); what the counter
 * knew in memory is gone then, as after a start. */
void fixture_rebuilt(struct fixture *x);

/* Let time pass. */
void fixture_pass(struct fixture *x, int64_t ms);

/* Begin a request, add fields, send it: the reply's error code is returned and
 * its fields are in x->r. */
void ask(struct fixture *x, int type);
void with(struct fixture *x, unsigned tag, const char *text);
void withn(struct fixture *x, unsigned tag, int64_t n);
int answer(struct fixture *x);

/* A whole check of a person at institution and outlet; `person` 0.. gives a
 * valid identity number.  Returns the decision, or the error if negative. */
int check(struct fixture *x, const char *inst, const char *outlet, int person,
    int product, const char *txn);

/* The same with a request begun by ask(x, WIRE_CHECK) and more fields added. */
void applicant(struct fixture *x, const char *inst, const char *outlet,
    int person, int product, const char *txn);

/* The decision id of the last reply; confirm it with a card. */
const char *decision_id(struct fixture *x, char buf[40]);
int confirm(struct fixture *x, const char *id, const char *card);
int cancel(struct fixture *x, const char *id, int reason);

/* A number of the reply. */
int64_t num(struct fixture *x, unsigned tag);
const char *str(struct fixture *x, unsigned tag, char buf[1100]);

/* The value of one counting rule for a person, by dry run: the fixture's policy
 * has a shadow rule for each, see fixture_policy. */
int hits(struct fixture *x, const char *rule);

/* A test between the file's own setup() and teardown().  Criterion's suites do
 * not fail a test for what its teardown finds, and here that is half the test. */
#define CASE(suite, name)						\
	static void name##_body(void);					\
	Test(suite, name)						\
	{								\
		setup();						\
		name##_body();						\
		teardown();						\
	}								\
	static void name##_body(void)

/* Write a valid identity number. */
void fixture_id(char id[19], int person);

#endif
