#ifndef LIANGKA_DESK_INTAKE_IMPL_H_
#define LIANGKA_DESK_INTAKE_IMPL_H_

/*
 * What the files of intake.h share: frames under way and the rows in them.
 */

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "plugin/wire.h"

#include "intake.h"

#define INTAKE_BLOB 60000	/* bytes of rows in a frame */
#define INTAKE_RAW 262144	/* bytes of rows as they stand, of one frame */

/* A row that waits for its outcome. */
struct intake_line {
	uint64_t line;
	uint32_t raw, rawlen;	/* in the frame's raw[] */
	uint16_t first;		/* of its packed rows */
	uint8_t n;		/* how many they are: 0 to 2 */
	uint8_t unread;		/* it could not be cut into cells */
	struct intakemap_fault fault; /* n is 0: why; else of its first refusal */
};

/* A frame: rows in the order of the file. */
struct intake_frame {
	int sent;
	size_t skip;		/* packed rows that are not sent again */
	uint8_t id[WIRE_ID];
	uint8_t blob[INTAKE_BLOB];
	size_t nblob;
	size_t npacked;
	size_t at[INTAKEROW_ROWS + 1]; /* where each packed row begins */
	struct intakerow_result result[INTAKEROW_ROWS];
	struct intake_line line[INTAKEROW_ROWS];
	size_t nlines;
	size_t doubts;		/* lines with fault.doubt */
	char raw[INTAKE_RAW];
	size_t nraw;
	uint64_t rows;		/* of the file, with all in here */
	uint64_t hash;
};

struct intake_total;

struct intake {
	const struct intake_options *o;
	struct intake_result *r;
	const char *name;
	char *err;
	struct csvfile *f;
	struct intakemap *own;	/* a mapping found, to be freed */
	struct intakemap_columns c;
	XXH3_state_t *xxh;
	uint64_t rows;		/* read so far */
	char separator;
	uint64_t count;		/* of frames sent: makes their ids */
	/* a ring: first..first + n - 1 are closed, the one behind is being filled */
	struct intake_frame *frame[INTAKE_WINDOW + 1];
	size_t first, n;
	size_t replied;		/* of these, from the first on */
	int lost;		/* the connection was, and nothing came since */
	uint64_t marked;	/* rows at the last mark */
	uint8_t out[WIRE_HEADER + WIRE_BODY_MAX];
	uint8_t in[WIRE_BODY_MAX];
};

/**
 * intake_frame_filling(x): The frame that is being filled.
 * intake_frame_close(x): Send it when there is something to send; wait until there is
 * room for another.  Return INTAKE_DONE or what went wrong.
 * intake_frames_end(x): Wait for all.
 */
struct intake_frame *intake_frame_filling(struct intake *x);
enum intake_end intake_frame_close(struct intake *x);
enum intake_end intake_frames_end(struct intake *x);

/**
 * intake_send(x, fr), intake_receive(x, fr): Send a frame; wait for its results.  Where the
 * connection was lost and made anew, fr->sent is 0: send it again.
 */
enum intake_end intake_send(struct intake *x, struct intake_frame *fr);
enum intake_end intake_receive(struct intake *x, struct intake_frame *fr);

/**
 * intake_doubts(x, fr): Decide on rows of the frame whose numbers may have been rounded,
 * and take out those that are not to be sent.
 */
void intake_doubts(struct intake *x, struct intake_frame *fr);

/**
 * intake_settle(x, fr): Count what became of a frame's rows and write the rejected ones.
 * Return INTAKE_DONE or INTAKE_IO.
 * intake_reject_begin(x, row): Write the head of the reject file.
 */
enum intake_end intake_settle(struct intake *x, struct intake_frame *fr);
void intake_reject_begin(struct intake *x, const struct csvfile_row *row);

/**
 * intake_total_add(r, row): Count a packed row in the totals.
 * intake_total_sort(r): Sort them.
 */
void intake_total_add(struct intake_result *r, const struct intakerow *row,
    const char *otherwise);
void intake_total_sort(struct intake_result *r);

#endif /* !LIANGKA_DESK_INTAKE_IMPL_H_ */
