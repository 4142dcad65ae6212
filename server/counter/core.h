#ifndef LIANGKA_CORE_H_
#define LIANGKA_CORE_H_

/*
 * What the files of this room share: the counter itself, one request being
 * answered, and the table's handlers.
 */

#include <stddef.h>
#include <stdint.h>

#include "engine/identity.h"
#include "engine/person.h"
#include "plugin/wire.h"
#include "store/entry.h"

#include "counter.h"
#include "encoding.h"
#include "listing.h"
#include "refused.h"

struct above_answer;
struct application;
struct cases;
struct down;
struct fleet;
struct record_decision;
struct retro;
struct sealing;
struct staff;
struct staffnote;
struct verdict;

#define ARENA 8192

struct counter {
	struct counter_options o;
	struct journal *journal;
	struct policy *policy;
	uint8_t policy_hash[32];
	struct encoding *encoding;
	struct refused *refused;
	struct sealing *sealing; /* NULL: nothing is sealed */
	struct staff *staff;
	struct cases *cases;	/* what waits at the desk */
	struct down *down;	/* what nodes below are to be told */
	struct fleet *fleet;	/* how they were heard last */
	struct listing *listing; /* lists and registers in force */
	struct retro *retro;
	struct counter_news news; /* how they came, for the status */
	char meta[64];		/* versions of the metadata they came by, or "" */
	uint64_t checks;
	int64_t started;
	int64_t minute;		/* when refusals were last written */
	uint32_t connections;
	struct person person;	/* scratch: the record being decided on */
	struct person joined;	/* ditto, with those of other documents */
	struct person other;	/* ditto: one of these */
	struct entry entry;	/* scratch: the entry being written */
	struct entry told;	/* scratch: one that a node below or above told */
	struct entry old;	/* scratch: one that was written before */
	uint64_t offline;	/* decided without the word of the node above */
	uint64_t consults;	/* questions of nodes below that were answered */
	uint64_t events;	/* entries of nodes below that were taken */
	int held;		/* we were wound back: nothing is recorded */
	enum above_link above;	/* how the link to the node above is */
	char above_counts[256];
	char above_why[256];	/* why it is down, or does not answer */
	char arena[ARENA];	/* texts converted from GB18030 */
	size_t used;
};

/* A text of the request, valid UTF-8, not terminated. */
struct text {
	const char *p;
	size_t len;
};

/* One request on its way to its answer. */
struct request {
	struct counter *c;
	const struct peer *peer;
	const struct wire_header *h;
	const struct wire_fields *f;
	struct wire_out *out;
	struct counter_done *done;
	struct entry *e;	/* the entry in the making */
	const struct grant *grant;
	int gb18030;
	int english;
	int64_t now;		/* journal time, ms */
	const struct above_answer *above; /* what the node above said; NULL: not asked */
	const struct forced *forced; /* sandbox: the outcome asked for */
	int held;		/* JOIN: the node is to record nothing */
	int asked;		/* EVENTS: the node had asked us about its decision */
	int error;		/* the first refusal's code */
	char text[512];		/* and its text; else what to say beside a decision */
};

/* A decision that was looked up by its id. */
struct found {
	uint64_t seq;
	const struct record_decision *d; /* valid until the state changes */
};

/* request.c: what a request says. */

/**
 * request_refuse(q, code, zh, en, ...): Refuse with a code and a text in the
 * request's language; the first refusal counts.  The two texts take the same
 * arguments.  Return -1.
 */
int request_refuse(struct request *q, int code, const char *zh,
    const char *en, ...);

/**
 * request_text(q, tag, t): Fetch a text field, converted and checked.
 * request_id(q, tag, dst, size, required): fetch an identifier into dst.
 * Return 0 or -1 (refused).
 */
int request_text(struct request *q, unsigned tag, struct text *t);
int request_id(struct request *q, unsigned tag, char *dst, size_t size,
    int required);

/**
 * request_code(q, tag, otherwise, ok, v): Fetch a code that must satisfy ok().
 */
int request_code(struct request *q, unsigned tag, int32_t otherwise,
    int (*ok)(int32_t), int32_t *v);

/**
 * request_authority(q, right): Settle the institution of q->e->inst (claimed, or
 * the peer's only one) and that the peer may use `right` for it.
 */
int request_authority(struct request *q, uint32_t right);

/**
 * request_identity(q, type_tag, no_tag, country_tag, id): Read a document.
 */
int request_identity(struct request *q, unsigned type_tag, unsigned no_tag,
    unsigned country_tag, struct identity *id);

/**
 * request_token(q, label, data, len, t): Make a token under the newest epoch.
 */
void request_token(struct request *q, int label, const void *data,
    size_t len, struct token *t);

/**
 * request_person_token(q, id, label, t): The same of a document.
 */
void request_person_token(struct request *q, const struct identity *id,
    int label, struct token *t);

/**
 * request_list_token(q, id, label, data, len, t): The same under the newest epoch of
 * K_list, of a document (id) or of len bytes of data; nothing where there are no lists.
 * Sets q->e->list_epoch.
 */
void request_list_token(struct request *q, const struct identity *id,
    int label, const void *data, size_t len, struct token *t);

/**
 * request_card(q, t): Read card_ref, required, into a token.
 */
int request_card(struct request *q, struct token *t);

/**
 * request_event(q, tag, at): Read an event time, not after now (5 minutes are
 * forgiven, and cut to now) nor before 1990; 0 where absent.
 */
int request_event(struct request *q, unsigned tag, int64_t *at);

/**
 * request_visit(q): Fill in q->e->visit_key: of the visit id, else of outlet and
 * UTC+8 day of the event.
 */
void request_visit(struct request *q);

/**
 * request_decision(q, right, found): Look up the decision that DECISION_ID names,
 * that the peer may use `right` on; fills in the entry's inst, outlet and tokens.
 */
int request_decision(struct request *q, uint32_t right, struct found *found);

/**
 * decision_record(q, seq): Return the record of a decision, or NULL; valid until the state
 * changes.
 */
const struct record_decision *decision_record(struct request *q, uint64_t seq);

/**
 * request_write(q): Write q->e to the journal.  request_write_sealed(q): the same with
 * the identity that the request gives sealed beside it, where the centre's
 * certificate is known.  Return 0 or -1 (refused).
 */
int request_write(struct request *q, uint8_t leaf[32]);
int request_write_sealed(struct request *q, uint8_t leaf[32]);

/* reply.c: what is answered. */

/**
 * reply_refusal(q): Write the refusal as the reply.  reply_ok(q): a bare LK_OK,
 * which waits for all that is written.  reply_state(q): LK_E_STATE with a text,
 * ditto, for what was recorded though it was not allowed.
 */
void reply_refusal(struct request *q);
void reply_ok(struct request *q);
void reply_state(struct request *q, const char *zh, const char *en);

/**
 * reply_decision(q, seq, d, duplicate): Write a result from a decision's record as
 * it stands now.
 */
void reply_decision(struct request *q, uint64_t seq,
    const struct record_decision *d, int duplicate);

/**
 * reply_put_text(q, tag, s): Add a text in the request's encoding.
 */
void reply_put_text(struct request *q, unsigned tag, const char *s);

/**
 * reply_standing(d, now), reply_allowed(d, now): How a decision stands at `now`
 * (ms), and what may be issued.
 */
int reply_standing(const struct record_decision *d, int64_t now);
int reply_allowed(const struct record_decision *d, int64_t now);

/* codes.c: which codes exist. */
int code_id_type(int32_t v);
int code_operation(int32_t v);
int code_product(int32_t v);
int code_channel(int32_t v);
int code_purpose(int32_t v);
int code_relation(int32_t v);
int code_subject(int32_t v);
int code_cancel(int32_t v);
int code_void(int32_t v);
int code_retire(int32_t v);
int code_report(int32_t v);
int code_outcome(int32_t v);
int code_intake(int32_t v);

/* check.c */

/**
 * check_expect(q): Have what a check will ask of the state fetched meanwhile.
 */
void check_expect(struct request *q);

/* The handlers of the table in counter.c. */
void check_answer(struct request *q);
void confirm_answer(struct request *q);
void cancel_answer(struct request *q);
void retire_answer(struct request *q);
void void_answer(struct request *q);
void report_answer(struct request *q);
void review_answer(struct request *q);
void resolve_answer(struct request *q);
void decide_answer(struct request *q);
void status_answer(struct request *q);
void intake_answer(struct request *q);
void takein_answer(struct request *q);
void clock_answer(struct request *q);
void staff_answer(struct request *q);
void desk_answer(struct request *q);
void consult_answer(struct request *q);
void events_answer(struct request *q);
void join_answer(struct request *q);
void beat_answer(struct request *q);
void pull_answer(struct request *q);
void fleet_answer(struct request *q);

/* desk.c: what the centre's word does, however it is said. */

/**
 * desk_approved_until(q): Until when an approval given now holds, UTC ms.
 * desk_review_ms(q): How long a review waits.
 * desk_clearance(q, days, count): Put a clearance into q->e, which approves; none where
 * both are 0.  Return 0 or -1 (refused).
 */
int64_t desk_approved_until(const struct request *q);
int64_t desk_review_ms(const struct request *q);
int desk_clearance(struct request *q, uint32_t days, uint32_t count);

/* cases_step.c, cases_alert.c: signed statements that are about what waits at the desk,
 * made by q->e->decided_by. */

/**
 * cases_step(q, s, old): Do the step s in the case of the decision `old`, and answer with
 * the decision as it stands then.
 * cases_free(q, seq): See that nobody else has taken the case of a decision, if there is
 * one.  Return 0 or -1 (refused).
 */
void cases_step(struct request *q, const struct staffnote *s,
    const struct entry *old);
int cases_free(struct request *q, uint64_t seq);

/**
 * cases_alert(q, s), cases_link(q, s): Take or close an alert; join or part two documents.
 * Return 0 with q->e->seq the entry that says so, or -1 (refused).
 */
int cases_alert(struct request *q, const struct staffnote *s);
int cases_link(struct request *q, const struct staffnote *s);

/* cases_time.c */

/**
 * cases_overdue(c, n): Give up to n cases whose time is over to the policy's action, and
 * tell of them.
 */
void cases_overdue(struct counter *c, unsigned n);

/* alarm.c */

/**
 * alarm_area(c, inst, outlet): The area of an outlet by register or configuration, 0 where
 * unknown.
 */
int32_t alarm_area(const struct counter *c, const char *inst,
    const char *outlet);

/**
 * alarm_verdict(q, ap, v, kind): Put into q->e the alert that a verdict raises, kind being
 * ALERT_RULE or ALERT_OPENER.  alarm_confirm(q), alarm_report(q): the same for a card
 * issued and for a teller's alarm, with the area.
 */
void alarm_verdict(struct request *q, const struct application *ap,
    const struct verdict *v, int kind);
void alarm_confirm(struct request *q);
void alarm_report(struct request *q);

/* join.c */

/**
 * join_stands(q): See that the node that asks has joined, and was not retired, replaced or
 * held since.  Return 0 or -1 (refused).
 */
int join_stands(struct request *q);

/* staff_node.c */

/**
 * staff_node(q, s): Do as a statement about a node below says, made by q->e->decided_by,
 * and answer.
 */
void staff_node(struct request *q, const struct staffnote *s);

/* staff.c */

/**
 * staff_open(o): Make what is remembered of staff.  Return NULL when out of memory.
 * staff_close(s): NULL is allowed.
 */
struct staff *staff_open(const struct counter_options *o);
void staff_close(struct staff *s);

/* sandbox.c */

/* An outcome that a magic number asks for. */
struct forced {
	int decision;
	int by;
	uint32_t needs;
};

/**
 * sandbox_magic(q, id): If the document is a magic number, do as it asks: refuse
 * (-1), force an outcome, drop or delay the reply (0).
 */
int sandbox_magic(struct request *q, const struct identity *id);

#endif /* !LIANGKA_CORE_H_ */
