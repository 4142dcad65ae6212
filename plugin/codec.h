#ifndef LIANGKA_CODEC_H_
#define LIANGKA_CODEC_H_

#include <stddef.h>
#include <stdint.h>

#include "plugin.h"
#include "wire.h"

/*
 * Requests as fields.  Knows no socket and no clock, allocates nothing, and keeps
 * nothing; any thread.  The command line uses it too.
 *
 * Every frame begins with REMAINING_MS, so that codec_stamp can set
 * it when the frame really goes.  A number that is 0 and a text that is empty are
 * not sent, with one exception: HELD_HERE is left out at -1 (unknown) and sent at
 * 0 (none).  ENCODING is sent for GB18030 alone, LANGUAGE for English alone.
 */

/* What all requests of one sender have in common.  No pointer may be NULL. */
struct codec_context {
	int gb18030;		 /* texts are GB18030, else UTF-8 */
	int32_t language;	 /* LK_LANG_ZH or LK_LANG_EN */
	const char *institution; /* these four: where a request has "" */
	const char *branch;
	const char *teller;
	const char *terminal;
};

/* Any request but a check.  Pointers may be NULL for "". */
struct codec_event {
	unsigned type; /* WIRE_CONFIRM … WIRE_STATUS */
	const char *decision_id;
	const char *txn_id;
	const char *card_ref;
	const char *branch;
	const char *teller;
	const char *second_teller;
	int32_t product;
	int32_t reason;
	int32_t outcome;
	int32_t language; /* LK_LANG_* */
	uint32_t evidence;
	int64_t event_ms;
};

/**
 * codec_request_ok(rq, cx, field): Judge a request as far as the library may:
 * texts end in their arrays, are in the encoding and hold no control character
 * where they identify something; what version 1 requires is there; numbers that
 * have a range lie in it.  Documents and codes are the daemon's to judge.  Return
 * 0, LK_E_ARG or LK_E_ENCODING, with the name of the field in *field.
 */
int codec_request_ok(const struct lk_request *rq,
    const struct codec_context *cx, const char **field);

/**
 * codec_request(o, rq, cx): Write a CHECK frame of a request that is ok.  Return
 * 0, or -1 when it does not fit.
 */
int codec_request(struct wire_out *o, const struct lk_request *rq,
    const struct codec_context *cx);

/**
 * codec_event_ok(ev, cx, field): Judge another request, as above, and that it has
 * what its type needs.
 */
int codec_event_ok(const struct codec_event *ev, const struct codec_context *cx,
    const char **field);

/**
 * codec_event(o, ev, cx): Write the frame of an event that is ok.  Return 0, or
 * -1 when it does not fit.
 */
int codec_event(struct wire_out *o, const struct codec_event *ev,
    const struct codec_context *cx);

/**
 * codec_stamp(frame, id, remaining_ms): Give a frame written here its request id
 * and the time that is left (at least 1).
 */
void codec_stamp(uint8_t *frame, const uint8_t id[WIRE_ID],
    int32_t remaining_ms);

#endif /* !LIANGKA_CODEC_H_ */
