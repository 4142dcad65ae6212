#ifndef LIANGKA_SCREEN_H_
#define LIANGKA_SCREEN_H_

/*
 * Screening: the holders of existing accounts, a file of millions of rows, against the
 * lists in force and what the state knows of their openings.
 *
 * The question.  For each row: what would the policy say today if the holder had come
 * for the account that he has, without wanting anything more?  So a rule reads
 *
 *	listed()	the row's person and contact phone, as at the counter
 *	cards(W) bank(W) sim(W) accounts(W) institutions(W) outlets(W) visits(W)
 *	held() minutes_since() rejects(W) overflow
 *			the person's record, with that of other documents linked to
 *			his, and nothing added: there is no present application
 *	attempts(W) replaced(W) attempt_institutions(W)
 *			the same: what was asked, not counting a present one
 *	quantity	0
 *	operation	new
 *	product		the row's; else what was given for the file; else that of the
 *			person's last opening; else none of the policy's words
 *	institution, held(.., here)
 *			the row's, else what was given for the file, else none
 *	id_type, subject, age
 *			the row's document, today
 *	channel, purpose  unknown
 *	cleared		as in the record
 *
 * and rules about what only an application has find nothing amiss: guardian is true, hour
 * is 12, area_local and outlet_known are true, campaign, stale, agent_listed(),
 * held_known and outlet_suspended are false, shared_*() and outlet_*() are 0.  A rule on
 * trial (shadow) has no effect.  A card that stands on a list of cards is a review at
 * least, under the name SCREEN_CARD_RULE, since no rule of a policy can ask for it.
 *
 * An account whose institution, product and day of opening stand in the row and that
 * the record of a known person does not have (same product and institution within two
 * days) is counted for its own row, known by its day only.
 *
 * The state is that of the last checkpoint, see store/stateview.h; persons whom it first
 * shows after the beginning are not looked up.  Where the file is not far smaller than the
 * state, all records of persons are taken into memory at the beginning, as they are then;
 * otherwise, or when they do not fit, each is looked up when its row comes.
 *
 * The file.  As lists/csvfile.h reads it; the first row names the columns.  Blocks that
 * are plain (UTF-8 without quotes and such) are cut by several threads at once, all
 * others go through csvfile: the rows are the same.  Every row that is not empty has its
 * row in the result, in the same order.
 *
 * The result is CSV in UTF-8: a line that begins with # and tells what it is, a heading,
 * and rows: number of the row from 1, line of the file, decision (pass limit review
 * reject error), rules that hit, list:category of each match, counts that those rules
 * read, column and reason of an error, and the column that was to be copied.
 * It is written as RESULT.part and gets its name when it is whole.  RESULT.progress lets
 * a run that was killed go on; it is renewed each time the rows so far are durable.
 *
 * Memory does not depend on the file: at most 768 MiB for lists, 512 MiB for records of
 * persons, filters, and a few MiB for each thread.  What was read is wiped.
 */

#include <stddef.h>
#include <stdint.h>

struct adopted;
struct policy;
struct stateview;
struct token_keys;

#define SCREEN_ERROR_MAX 1024
#define SCREEN_CARD_RULE "CARD-LISTED"
#define SCREEN_THREADS_MAX 16

/* Where in the row of a decision its counts stand. */
enum screen_decision {
	SCREEN_PASS, SCREEN_LIMIT, SCREEN_REVIEW, SCREEN_REJECT, SCREEN_ERROR,
	SCREEN_DECISIONS
};

struct screen_options {
	const char *input;	/* a file, not a pipe */
	const char *result;
	const char *name;	/* of the input, in the result's first line */
	const struct policy *policy;
	const char *policy_hash; /* something that changes with it */
	const struct adopted *lists; /* or NULL: none */
	const struct token_keys *list_keys; /* NULL without lists */
	struct stateview *state; /* or NULL: no windows */
	const struct token_keys *keys; /* NULL without a state */
	int64_t now;		/* UTC seconds; a resumed run goes on with its own */
	int encoding;		/* enum csvfile_encoding */
	/* where the file does not say it */
	int32_t id_type;
	const char *country;
	int32_t product;
	const char *institution;
	const char *copy;	/* heading of a column to copy, or NULL */
	int english;		/* language of reasons */
	int resume;
	int threads;		/* 0: as many as processors */
	size_t block;		/* bytes cut at once; 0: 256 KiB */
	int hold;		/* records of persons: 1: into memory where they fit,
				 * -1: never; 0: as the file's size suggests */
	size_t hold_max;	/* bytes of memory for them; 0: 512 MiB */
	int64_t save_ms;	/* between two notes of the progress; 0: 2000; -1:
				 * as often as can be */
	int64_t (*mono_ms)(void);
	/* May be NULL: now and then, from one thread at a time; not 0 ends the run as a
	 * kill would. */
	int (*step)(void *arg, uint64_t rows, uint64_t bytes, uint64_t size);
	void *arg;
};

struct screen_totals {
	uint64_t rows;
	uint64_t decided[SCREEN_DECISIONS];
	uint64_t listed;	/* rows with a match on any list */
	uint64_t known;		/* persons whom the state knows */
	uint64_t resumed;	/* rows of an earlier run */
	uint64_t plain;		/* blocks that were cut directly, and the others */
	uint64_t other;
	uint64_t seq[2];	/* state: up to which entry, at the beginning and end */
	int64_t seq_ms[2];	/* when the last decision up to there was made, 0: ? */
	int64_t now;
	int encoding;
	char ignored[256];	/* headings that are not known, "" when none */
};

/* Why a run did not end well. */
enum screen_fault {
	SCREEN_FINE,
	SCREEN_INPUT,		/* it cannot be opened or read */
	SCREEN_USELESS,		/* it is no table that can be screened */
	SCREEN_CHANGED,		/* it changed: while it was read, or since */
	SCREEN_THERE,		/* a result or half of one is there already */
	SCREEN_NOTHING,		/* there is nothing to resume */
	SCREEN_OTHER,		/* policy, lists or options are not those of before */
	SCREEN_OUTPUT,		/* the result cannot be written */
	SCREEN_STATE,		/* lists or state cannot be read */
	SCREEN_MEMORY,
	SCREEN_STOPPED		/* by step() */
};

/**
 * screen_run(o, t, err): Screen the file.  Return SCREEN_FINE with *t, the result under
 * its name; or an enum screen_fault with a sentence in err (SCREEN_ERROR_MAX bytes).
 * Where rows were written already, they and the progress stay for another run that
 * resumes.
 */
int screen_run(const struct screen_options *o, struct screen_totals *t,
    char *err);

/**
 * screen_word(decision): "pass", "limit", ... of an enum screen_decision.
 */
const char *screen_word(int decision);

#endif /* !LIANGKA_SCREEN_H_ */
