#ifndef LIANGKA_SCREEN_IMPL_H_
#define LIANGKA_SCREEN_IMPL_H_

/*
 * What the files of screen.h share.  A block of the file is a unit, which goes through
 *
 *	cut	screen_plain.c or screen_csv.c: rows, each made into what is hashed of it
 *		(screen_row.c); then it is known how many rows and lines it has
 *	look	screen_look.c: tokens, filters, lists, records; screen_judge.c decides
 *	print	screen_print.c: rows of the result
 *
 * and is written in its turn (screen_turn.c).
 */

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/facts.h"
#include "engine/person.h"
#include "engine/policy.h"
#include "keys/token_batch.h"
#include "lists/csvfile.h"
#include "store/listrec.h"

#include "screen.h"
#include "screen_filter.h"
#include "screen_hold.h"

#define SCREEN_BLOCK	((size_t)256 << 10)
#define SCREEN_PREFIX_MAX ((size_t)256 << 10)
#define SCREEN_TAIL_MAX	4096	/* bytes of a row of the result, without the copy */

/* What a column is. */
enum screen_column {
	SCREEN_C_NONE, SCREEN_C_NUMBER, SCREEN_C_TYPE, SCREEN_C_COUNTRY,
	SCREEN_C_PHONE, SCREEN_C_CARD, SCREEN_C_INSTITUTION, SCREEN_C_PRODUCT,
	SCREEN_C_OPENED, SCREEN_C_COPY, SCREEN_COLUMNS
};

struct screen_columns {
	uint8_t kind[CSVFILE_CELLS_MAX];
	size_t at[SCREEN_COLUMNS];	/* from 0; SIZE_MAX: there is none */
	size_t copy;			/* ditto */
	size_t n;			/* columns up to the last that counts */
};

/* Why a row is an error, beside the faults of csvfile.h and identity.h. */
enum screen_wrong {
	SCREEN_W_FINE,
	SCREEN_W_CSV,		/* code: CSVFILE_* */
	SCREEN_W_DOCUMENT,	/* code: IDENTITY_* */
	SCREEN_W_ROUNDED,	/* a spreadsheet did */
	SCREEN_W_MISSING,	/* no number */
	SCREEN_W_TYPE, SCREEN_W_COUNTRY, SCREEN_W_PHONE, SCREEN_W_CARD,
	SCREEN_W_INSTITUTION, SCREEN_W_PRODUCT, SCREEN_W_OPENED
};

/* One row, as far as it is not in the unit's arrays. */
struct screen_row {
	uint64_t line;		/* in its unit, from 0 */
	int32_t birth;
	int32_t opened;		/* day, 0: not told */
	uint32_t inst;		/* interned, see screen_inst */
	int32_t inst_code;	/* of the policy */
	uint32_t tail;		/* where its text begins in the unit, 0: none */
	uint32_t copy, copylen;	/* in the unit's copies */
	uint16_t at;		/* column of an error from 1, 0: the whole row */
	uint8_t wrong;		/* enum screen_wrong */
	uint8_t code;
	uint8_t id_type, product;
	uint8_t decision;	/* enum screen_decision */
	uint8_t flags;		/* SCREEN_R_* */
};

#define SCREEN_R_ORG	0x1u	/* the document is that of an organisation */
#define SCREEN_R_PHONE	0x2u	/* there is one */
#define SCREEN_R_CARD	0x4u
#define SCREEN_R_LISTED	0x8u
#define SCREEN_R_KNOWN	0x10u
#define SCREEN_R_JUDGED	0x20u
#define SCREEN_R_MAYBE	0x40u	/* the state may know the person */

#define SCREEN_MATCHES	64	/* of one row that are told */

#define SCREEN_NEVER_SEEN UINT32_MAX	/* an institution unknown to the state */

/* Text that grows. */
struct screen_text {
	char *p;
	size_t n, cap;
};

struct screen_unit {
	uint64_t seq;		/* 0, 1, ... */
	uint64_t from, to;	/* bytes of the file */
	uint64_t lines;		/* line ends among them */
	int last;		/* the file ends here */
	int outside;		/* not all of it is in buf */
	XXH128_hash_t hash;	/* of the file up to `to` */
	char *buf;		/* len bytes of the file from `from` */
	size_t len;
	uint32_t *pos, *line;	/* separators and line ends, see screen_plain.c */

	uint64_t row0, line0;	/* before the unit, once that is known */
	uint64_t end;		/* where the next row begins */
	int encoding;		/* of all up to here; CSVFILE_GUESS: ASCII */
	int plain;

	size_t n, cap;		/* rows */
	struct screen_row *row;
	struct token_text *id, *phone, *card;	/* phone and card may be NULL */
	struct token *person, *lperson, *lphone, *lcard;
	struct screen_text tail, copies, out;
	uint64_t decided[SCREEN_DECISIONS], listed, known;
	int done;
};

/* Lists of one subject under one epoch of K_list. */
struct screen_list {
	const struct list *list;
	const struct list_info *info;
	int slot;		/* among those of the policy, or -1 */
	struct listrec *r;	/* all of it in memory, or NULL */
	uint64_t *start;	/* of each bucket in r, and the end */
};

struct screen_lists {
	struct screen_list *list;
	size_t n;
	/* by subject, then index of the epoch */
	struct screen_filter filter[3][TOKEN_EPOCHS_MAX];
	unsigned epochs[3];	/* bits: which of them are looked up */
};

/* Institutions that the state has names for. */
struct screen_inst {
	uint32_t id;
	char name[64];
};

struct screen_persons {
	struct screen_filter filter;
	int links;		/* there are linked documents */
	int held;		/* all records are in memory */
	struct screen_hold hold[2]; /* by the first bit of the token */
	uint64_t held_seq;	/* up to where they go */
	int64_t held_seq_ms;
	struct screen_inst *inst;
	size_t ninst;
	uint64_t seq;
	int64_t seq_ms;
};

/* A word of a column and what it means: most rows repeat the same few. */
#define SCREEN_MEMOS	32

struct screen_memo {
	char text[64];
	size_t len;
	uint64_t both[2];	/* its beginning and its end, 8 bytes of each */
	int known;
	int64_t value, other;
};

struct screen_run;

/* A thread at work. */
struct screen_worker {
	struct screen_run *run;
	struct stateview_reader *reader;
	struct screen_memo type[SCREEN_MEMOS], product[SCREEN_MEMOS];
	struct screen_memo inst[SCREEN_MEMOS];
	struct screen_judge *judge;
	uint64_t seq;		/* how far its snapshots went */
	pthread_t thread;
	int started;
	uint32_t *order;	/* rows to look up */
	size_t norder;
	struct screen_hit *hits;
	size_t nhits, hitcap;
};

struct screen_progress {
	uint64_t size;
	int64_t mtime_s, mtime_ns;
	XXH128_hash_t hash;	/* of the first offset bytes */
	uint64_t offset, rows, lines, result;
	int encoding;
	int64_t now;
	uint64_t settings;	/* hash of what decides beside the file */
	uint64_t decided[SCREEN_DECISIONS], listed, known;
	uint64_t seq;
	int64_t seq_ms;
};

/* Where csvfile reads: the first lines of the file, then the file from `off` on. */
struct screen_source {
	struct screen_run *run;
	size_t at;		/* of the first lines */
	uint64_t off;
	int failed;		/* it ended too soon */
};

struct screen_run {
	const struct screen_options *o;
	struct screen_columns columns;
	struct screen_lists lists;
	struct screen_persons persons;
	int64_t now;
	int32_t today;
	char separator;
	/* the file */
	int fd;
	uint64_t size;
	char *prefix;		/* all up to the first row behind the heading */
	size_t prefix_len;
	uint64_t prefix_lines;
	int encoding;		/* CSVFILE_GUESS while it is not known */
	int streams;		/* UTF-16: rows are cut in one place */
	struct csvfile *stream;
	struct csvfile_row *stream_row;
	struct screen_source stream_at;
	/* cutting blocks, in order */
	pthread_mutex_t read_lock;
	uint64_t next_seq, next_from;
	int read_all;
	XXH3_state_t *hash;
	/* turns */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct screen_unit *unit;
	size_t nunits;
	uint64_t published;	/* units whose rows are counted */
	uint64_t rows, lines, end;
	int known_encoding;
	uint64_t committed;	/* units that are written */
	int committing;
	int fault;
	char *err;
	/* the result */
	int out;
	char part[1100], progress[1100];
	uint64_t out_bytes, out_synced;
	int64_t saved_ms;
	struct screen_progress state; /* of what is written */
	struct screen_totals *t;
};

/* screen_unit.c */
int screen_unit_open(struct screen_unit *u, const struct screen_run *run,
    size_t block);
void screen_unit_close(struct screen_unit *u, size_t block);
int screen_unit_rows(struct screen_unit *u, size_t cap);
int screen_text_room(struct screen_text *t, size_t n);
void screen_text_put(struct screen_text *t, const char *p, size_t n);
void screen_text_free(struct screen_text *t);

/**
 * screen_fail(run, fault, fmt, ...): Note the first thing that goes wrong; everybody
 * ends.  Return -1.
 */
int screen_fail(struct screen_run *run, int fault, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* screen_columns.c */
int screen_columns_read(struct screen_run *run, const struct csvfile_row *row);
int screen_product(const char *text, size_t len);

/* screen_row.c: make a row of its cells, one per column, of which there are n. */
struct screen_row *screen_row_new(struct screen_unit *u);
void screen_row_cells(struct screen_worker *w, struct screen_unit *u,
    struct screen_row *r, const struct csvfile_cell *cell, size_t n);

/* screen_plain.c */
int screen_plain_cut(struct screen_worker *w, struct screen_unit *u);
uint64_t screen_line_ends(const char *p, size_t len);

/* screen_csv.c */
int screen_csv_begin(struct screen_run *run);
int screen_csv_cut(struct screen_worker *w, struct screen_unit *u,
    int encoding);
int screen_csv_stream(struct screen_worker *w, struct screen_unit *u);
void screen_csv_end(struct screen_run *run);

/* screen_lists.c */
int screen_lists_load(struct screen_run *run);
void screen_lists_free(struct screen_lists *l);
int screen_lists_find(const struct screen_list *l, const struct token *t,
    struct listrec *r);

/* screen_persons.c */
int screen_persons_load(struct screen_run *run);
void screen_persons_end(struct screen_run *run);
void screen_persons_free(struct screen_persons *p);
uint32_t screen_persons_inst(const struct screen_persons *p, const char *name,
    size_t len);

/* screen_look.c */
int screen_look(struct screen_worker *w, struct screen_unit *u);

/* screen_facts.c: what the rules read of a row. */
struct screen_facts {
	const struct policy_fact *fact;
	size_t n;
	int64_t value[POLICY_MAX_FACTS];
	/* those that are not the same for all rows */
	int64_t differs[POLICY_MAX_FACTS];
	uint8_t slot[POLICY_MAX_FACTS];
	size_t ndiffers;
	int64_t from[POLICY_MAX_FACTS]; /* a window of openings: where it begins */
	struct application a;
};
void screen_facts_open(struct screen_facts *f, const struct screen_run *run,
    const int32_t *listed);
void screen_facts_gather(struct screen_facts *f, const struct person *p,
    const struct screen_row *r, int linked);
int32_t screen_facts_age(int32_t birth, int32_t today);

/* screen_judge.c */
struct screen_match {
	const struct screen_list *list;
	struct listrec r;
};
struct screen_judge *screen_judge_new(struct screen_run *run);
void screen_judge_free(struct screen_judge *j);
int screen_judge_pass(struct screen_judge *j, const struct screen_row *r);
struct person *screen_judge_person(struct screen_judge *j);
struct person *screen_judge_other(struct screen_judge *j);
struct person *screen_judge_own(struct screen_judge *j);
void screen_judge_row(struct screen_judge *j, struct screen_unit *u,
    struct screen_row *r, const struct screen_match *m, size_t nm, int linked,
    int claimed);

/* screen_print.c */
int screen_print(struct screen_run *run, struct screen_unit *u);
int screen_print_head(struct screen_run *run, struct screen_text *t);

/* screen_turn.c */
int screen_turn_take(struct screen_worker *w, struct screen_unit **u);
int screen_turn_publish(struct screen_worker *w, struct screen_unit *u);
int screen_turn_done(struct screen_worker *w, struct screen_unit *u);

/* screen_result.c */
int screen_result_open(struct screen_run *run);
int screen_result_write(struct screen_run *run, const struct screen_unit *u);
int screen_result_finish(struct screen_run *run);

/* screen_progress.c */
int screen_progress_write(const char *path, const struct screen_progress *p);
int screen_progress_read(const char *path, struct screen_progress *p);

#endif /* !LIANGKA_SCREEN_IMPL_H_ */
