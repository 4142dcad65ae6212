#ifndef TESTS_DESK_ALERTKIT_H_
#define TESTS_DESK_ALERTKIT_H_

/*
 * The service that tells of alerts, for tests: a journal in memory, a clock that stands
 * still until it is set, a carrier that remembers what it was given and answers as it is
 * told, and a disk that ends at any step.
 */

#include <stddef.h>
#include <stdint.h>

#include "desk/alert_send.h"
#include "store/disk.h"

#define ALERTKIT_T0 INT64_C(1795312800000) /* 2026-11-22 10:00 in Shanghai */
#define ALERTKIT_TOLD 262144

/* What one delivery was. */
struct alertkit_told {
	char receiver[ALERT_NAME_MAX];
	char id[ALERT_ID_MAX];	/* of the alert */
	uint64_t seq;
	int64_t t;
	size_t message;		/* the same number: in one message */
	int delivered;
};

/* What is at work. */
struct alertkit {
	char dir[128];
	char routing_text[8192];
	struct alert_routing *routing;
	struct alert_send_options o;
	struct alert_send *s;
	struct alert_source source;
	struct alert_carrier carrier;
	char err[ALERT_SEND_ERROR_MAX];
	/* the journal */
	char **line;		/* entry seq i + 1 */
	size_t nlines;
	int broken;		/* it cannot be read */
	size_t forgot;		/* entries up to this are gone */
	/* what was sent */
	struct alertkit_told *told;
	size_t ntold, nmessages;
	enum alert_outcome (*answer)(struct alertkit *k,
	    const struct alert_receiver *to, const struct alert_message *m);
	struct {
		const struct alert_receiver *to;
		const struct alert_message *m;
		int busy;
	} under_way[ALERT_RECEIVERS_MAX];
	const char *hangs;	/* a receiver that does not answer */
	/* what was told of */
	struct alert_event event[256];
	char why[256][128], who[256][64];
	size_t nevents;
	/* the disk */
	struct disk disk;
	long steps;		/* that changed something */
	long fatal;		/* the step that does not happen, nor any after; -1 */
	int half;		/* but half of a write does */
};

/**
 * alertkit_new(routing): Make one with this routing file; "$" in it stands for the
 * address of nobody.  alertkit_free(k).
 */
struct alertkit *alertkit_new(const char *routing);
void alertkit_free(struct alertkit *k);

/**
 * alertkit_time(ms): Set the clock to T0 + ms.  alertkit_now(): UTC ms.
 */
void alertkit_time(int64_t ms);
int64_t alertkit_now(void);

/**
 * alertkit_alert(k, area, level): Add an entry that raises an alert; its seq.
 * alertkit_take(k, seq): one that says that it was taken.  alertkit_step(k, seq, code,
 * who): a step in a case.  alertkit_noise(k): one that is nothing of ours.
 * alertkit_add(k, e): any; its seq and time are filled in.
 */
uint64_t alertkit_alert(struct alertkit *k, int area, int level);
void alertkit_take(struct alertkit *k, uint64_t seq);
void alertkit_step(struct alertkit *k, uint64_t seq, int code,
    const char *who);
void alertkit_noise(struct alertkit *k);
uint64_t alertkit_add(struct alertkit *k, struct entry *e);

/**
 * alertkit_open(k): Start the service; 0 or -1 (k->err).  alertkit_close(k): End it.
 * alertkit_run(k): Turns until there is nothing to do at this moment; 0 or -1.
 * alertkit_routing(k, text): Another routing file, for the next start.
 */
int alertkit_open(struct alertkit *k);
int alertkit_close(struct alertkit *k);
int alertkit_run(struct alertkit *k);
void alertkit_routing(struct alertkit *k, const char *text);

/**
 * alertkit_count(k, receiver, seq): How often it was delivered there (seq 0: any).
 * alertkit_same_ids(k): Has every (receiver, seq, level) one id, and none two?
 * alertkit_events(k, kind): how many.
 */
size_t alertkit_count(const struct alertkit *k, const char *receiver,
    uint64_t seq);
int alertkit_same_ids(const struct alertkit *k);
size_t alertkit_events(const struct alertkit *k, enum alert_event_kind kind);

/**
 * alertkit_word, alertkit_reference: for struct alert_names.
 */
const char *alertkit_word(enum alert_word what, int32_t code, int zh);

#endif /* !TESTS_DESK_ALERTKIT_H_ */
