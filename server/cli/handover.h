#ifndef LIANGKA_HANDOVER_H_
#define LIANGKA_HANDOVER_H_

/*
 * What the next shift has to know: what waits at the desk, which nodes and outlets are
 * silent, which campaigns run.  What was not asked for, or cannot be read, is not there
 * rather than empty.
 */

#include <stddef.h>
#include <stdint.h>

#include "desk/reportkind.h"
#include "plugin.h"

#include "args.h"
#include "desklist.h"
#include "liststatus.h"
#include "logplace.h"
#include "where.h"

struct campaign;
struct campaigns;
struct outlets;
struct silent;
struct silent_outlet;
struct tool;

#define HANDOVER_FULL_MAX 32

struct handover_options {
	struct logplace place;	/* data: NULL: the journal is not read */
	const char *reg;	/* register of outlets, or NULL */
	const char *campaigns;	/* register of campaigns, or NULL */
	const char *status;	/* directory of the nodes' status files, or NULL */
	struct arg_list keys;
	const char *nodes;
	int64_t silent;		/* ms after which a node's status is an old one */
};

/* The cases, counted. */
struct handover_cases {
	size_t overdue, soon;	/* soon: within HANDOVER_SOON_MS */
	size_t free, out, proposed; /* out: people sent, and no result yet */
};

#define HANDOVER_SOON_MS (INT64_C(2) * 3600000)
#define HANDOVER_LEVELS 5	/* enum alert_level */

/* The alerts, counted. */
struct handover_alerts {
	size_t level[HANDOVER_LEVELS];
	size_t free;
	int64_t oldest;		/* of those that nobody has taken, ms; 0: none */
};

struct handover {
	struct lk_status status;
	struct liststatus lists;
	struct desklist desk;	/* cases by due time */
	struct handover_cases cases;
	struct handover_alerts alerts;
	int has_nodes;
	struct where nodes;
	struct report_options report;
	struct silent *silent;	/* NULL: not known */
	struct outlets *outlets;
	struct campaigns *campaigns; /* NULL: not known */
	/* campaigns that had no room for somebody in the last days */
	char full[HANDOVER_FULL_MAX][32];
	size_t nfull;
	int64_t now;		/* the daemon's, ms */
};

/**
 * handover_collect(t, o, h): Gather all of it.  Return ARGS_GO, or an exit code after
 * saying what is wrong.  handover_free(h) either way.
 */
int handover_collect(const struct tool *t, struct handover_options *o,
    struct handover *h);
void handover_free(struct handover *h);

/**
 * handover_is_full(h, campaign): Had this campaign no room for somebody lately?
 * handover_runs(g, today): Is this campaign approved, and does it run today?
 * handover_silent(o): Is this outlet silent at this moment?
 */
int handover_is_full(const struct handover *h, const char *campaign);
int handover_runs(const struct campaign *g, int32_t today);
int handover_silent(const struct silent_outlet *o);

/**
 * handover_text(t, h): Write it on one screen.  handover_json(t, h): as one object.
 */
void handover_text(const struct tool *t, const struct handover *h);
void handover_json(const struct tool *t, const struct handover *h);

#endif /* !LIANGKA_HANDOVER_H_ */
