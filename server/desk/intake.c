#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "intake_impl.h"

/* Note a row as it stands. */
static struct intake_line *
note(struct intake *x, const struct csvfile_row *row)
{
	struct intake_frame *fr = intake_frame_filling(x);
	struct intake_line *l = &fr->line[fr->nlines++];

	l->line = row->line;
	l->raw = (uint32_t)fr->nraw;
	l->rawlen = (uint32_t)row->rawlen;
	l->n = 0;
	l->unread = row->fault != CSVFILE_FINE;
	memcpy(&fr->raw[fr->nraw], row->raw, row->rawlen);
	fr->nraw += row->rawlen;
	return (l);
}

/* Remember of which institutions rows were sent. */
static void
note_institution(struct intake *x, const struct csvfile_row *row)
{
	struct intake_result *res = x->r;
	size_t n, i;
	const char *p = intakemap_institution(&x->c, row, &n);

	if (n >= sizeof(res->institution[0]))
		return;
	for (i = 0; i < res->ninst; i++)
		if (res->institution[i][n] == '\0' &&
		    memcmp(res->institution[i], p, n) == 0)
			break;
	if (i == INTAKE_INSTS)
		return;
	if (i == res->ninst) {
		memcpy(res->institution[i], p, n);
		res->ninst++;
	}
	res->sent[i]++;
}

/* Is there room for one more row in the frame? */
static int
room(const struct intake_frame *fr, const struct csvfile_row *row)
{

	return (fr->nlines < INTAKEROW_ROWS &&
	    fr->npacked + 2 <= INTAKEROW_ROWS &&
	    fr->nblob + 2 * INTAKEROW_MAX <= INTAKE_BLOB &&
	    fr->nraw + row->rawlen <= INTAKE_RAW);
}

/* Put a row into the frame. */
static void
put(struct intake *x, const struct csvfile_row *row)
{
	struct intake_frame *fr = intake_frame_filling(x);
	struct intakemap_fault fault = { 0, 0, 0, 0 };
	struct intakerow out[2];
	struct intake_line *l;
	int n, i;
	size_t len;

	l = note(x, row);
	n = intakemap_row(&x->c, row, (x->o->flags & INTAKEROW_STOCK) != 0,
	    out, &fault);
	l->first = (uint16_t)fr->npacked;
	for (i = 0; i < n; i++) {
		len = intakerow_put(&out[i], &fr->blob[fr->nblob],
		    INTAKE_BLOB - fr->nblob);
		if (len == 0) {
			fault = (struct intakemap_fault){ INTAKEROW_LONG, 0,
				0, 0 };
			break;
		}
		fr->at[fr->npacked++] = fr->nblob;
		fr->nblob += len;
		l->n++;
	}
	l->fault = fault;
	fr->doubts += l->n > 0 && fault.doubt != 0;
	if (l->n > 0)
		note_institution(x, row);
	/* A row of which one half cannot be told is told not at all. */
	if (l->n < n && l->n > 0) {
		fr->npacked -= l->n;
		fr->nblob = fr->at[fr->npacked];
		l->n = 0;
	}
}

/* Take all rows into account that a mark covers, without sending them. */
static enum intake_end
skip(struct intake *x, struct csvfile_row *row)
{
	const struct intake_mark *m = x->o->from;
	int rc;

	while (x->rows < m->rows) {
		if ((rc = csvfile_next(x->f, row, x->err)) != 1)
			return (rc == 0 ? INTAKE_OTHER : INTAKE_IO);
		x->rows++;
		(void)XXH3_64bits_update(x->xxh, row->raw, row->rawlen);
		if (row->fault == CSVFILE_FINE && row->n >= x->c.most)
			note_institution(x, row);
	}
	if (XXH3_64bits_digest(x->xxh) != m->hash)
		return (INTAKE_OTHER);
	x->r->c = m->counts;
	x->marked = m->rows;
	return (INTAKE_DONE);
}

/* All rows behind the heading. */
static enum intake_end
rows(struct intake *x, struct csvfile_row *row, int have)
{
	enum intake_end end;
	int rc;

	for (;;) {
		if (!have && (rc = csvfile_next(x->f, row, x->err)) != 1)
			return (rc == 0 ? INTAKE_DONE : INTAKE_IO);
		have = 0;
		if (!room(intake_frame_filling(x), row) &&
		    (end = intake_frame_close(x)) != INTAKE_DONE)
			return (end);
		x->rows++;
		(void)XXH3_64bits_update(x->xxh, row->raw, row->rawlen);
		put(x, row);
	}
}

/* Say that the file cannot be used. */
static enum intake_end
useless(struct intake *x, const char *zh, const char *en, const char *what)
{

	(void)snprintf(x->err, INTAKE_ERROR_MAX, "%s: %s%s%s", x->name,
	    x->o->english ? en : zh, what[0] != '\0' ? ": " : "", what);
	return (INTAKE_USELESS);
}

/* Find the mapping that comes with the program and fits the heading best. */
static enum intake_end
find_mapping(struct intake *x, const struct csvfile_row *row, int stock)
{
	struct intakemap_columns c;
	const char *name, *near = "";
	struct intakemap *m;
	unsigned most = 0;
	int missing = 0, lacks = 0;
	size_t i;

	for (i = 0; (name = intakemap_shipped(i)) != NULL; i++) {
		m = intakemap_read(name, intakemap_shipped_text(name),
		    strlen(intakemap_shipped_text(name)), NULL);
		if (m == NULL)
			continue;
		if (intakemap_bind(&c, m, row, stock, &missing) == 0 &&
		    (x->own == NULL || c.found > x->c.found)) {
			intakemap_free(x->own);
			x->own = m;
			x->c = c;
			continue;
		}
		if (x->own == NULL && c.found > most) {
			most = c.found;
			near = name;
			lacks = missing;
		}
		intakemap_free(m);
	}
	if (x->own != NULL)
		return (INTAKE_DONE);
	if (most == 0)
		return (useless(x, "首行不是任何内置映射的列名（或没有标题行），请用 --format 指定映射文件",
		    "the first row is the heading of no mapping that comes with "
		    "the program: name one with --format", ""));
	(void)snprintf(x->err, INTAKE_ERROR_MAX, x->o->english ?
	    "%s: the heading is nearest to the mapping %s, but there is no "
	    "column for %s: name a mapping with --format" :
	    "%s：标题行最接近映射 %s，但缺少 %s 列；请用 --format 指定映射",
	    x->name, near, intakemap_column_word(lacks));
	return (INTAKE_USELESS);
}

/* Know what each column is, by the first row where that is a heading. */
static enum intake_end
begin(struct intake *x, struct csvfile_row *row, int *have)
{
	int stock = (x->o->flags & INTAKEROW_STOCK) != 0, rc, missing;
	const struct intakemap *m = x->o->map;
	enum intake_end end;

	if ((rc = csvfile_next(x->f, row, x->err)) != 1)
		return (rc == 0 ? useless(x, "文件是空的", "the file is empty",
		    "") : INTAKE_IO);
	if (row->fault != CSVFILE_FINE)
		return (useless(x, "首行无法读取", "the first row cannot be read",
		    csvfile_fault_text(row->fault, x->o->english)));
	*have = m != NULL && !intakemap_heading(m);
	if (m == NULL) {
		if ((end = find_mapping(x, row, stock)) != INTAKE_DONE)
			return (end);
		m = x->own;
	} else if (intakemap_bind(&x->c, m, *have ? NULL : row, stock,
	    &missing) != 0) {
		(void)snprintf(x->err, INTAKE_ERROR_MAX, x->o->english ?
		    "%s: by the mapping %s there is no column for %s: say "
		    "there in [columns] what its heading is" :
		    "%s：按映射 %s，缺少 %s 列；请在映射的 [columns] 写明该列标题",
		    x->name, intakemap_name(m), intakemap_column_word(missing));
		return (INTAKE_USELESS);
	}
	(void)snprintf(x->r->format, sizeof(x->r->format), "%s",
	    intakemap_name(m));
	return (INTAKE_DONE);
}

/* Run. */
static enum intake_end
run(struct intake *x, struct csvfile_row *row)
{
	enum intake_end end;
	int have = 0;

	if ((end = begin(x, row, &have)) != INTAKE_DONE)
		return (end);
	if (x->o->from == NULL)
		intake_reject_begin(x, have ? NULL : row);
	x->separator = csvfile_separator(x->f);
	if (x->o->from != NULL && x->o->from->rows > 0) {
		if (have) {
			x->rows = 1;
			(void)XXH3_64bits_update(x->xxh, row->raw,
			    row->rawlen);
			have = 0;
		}
		if ((end = skip(x, row)) != INTAKE_DONE)
			return (end);
	}
	if ((end = rows(x, row, have)) != INTAKE_DONE)
		return (end);
	return (intake_frames_end(x));
}

/* Free all that a run makes. */
static void
drop(struct intake *x)
{
	size_t i;

	for (i = 0; i <= INTAKE_WINDOW; i++) {
		if (x->frame[i] != NULL)
			explicit_bzero(x->frame[i], sizeof(*x->frame[i]));
		free(x->frame[i]);
	}
	intakemap_free(x->own);
	XXH3_freeState(x->xxh);
	explicit_bzero(x, sizeof(*x));
	free(x);
}

/* Make a run. */
static struct intake *
make(void)
{
	struct intake *x = calloc(1, sizeof(*x));
	size_t i;

	if (x == NULL)
		return (NULL);
	for (i = 0; i <= INTAKE_WINDOW; i++)
		if ((x->frame[i] = calloc(1, sizeof(*x->frame[i]))) == NULL)
			break;
	if (i <= INTAKE_WINDOW || (x->xxh = XXH3_createState()) == NULL) {
		drop(x);
		return (NULL);
	}
	(void)XXH3_64bits_reset(x->xxh);
	return (x);
}

/* Take a file in. */
enum intake_end
intake_run(struct csvfile *f, const char *name, const struct intake_options *o,
    struct intake_result *r, char *err)
{
	struct csvfile_row row;
	struct intake *x;
	enum intake_end end;

	memset(r, 0, sizeof(*r));
	err[0] = '\0';
	if ((x = make()) == NULL) {
		(void)snprintf(err, INTAKE_ERROR_MAX, "%s", strerror(ENOMEM));
		return (INTAKE_IO);
	}
	x->o = o;
	x->r = r;
	x->name = name;
	x->err = err;
	x->f = f;
	end = run(x, &row);
	intake_total_sort(r);
	explicit_bzero(&row, sizeof(row));
	drop(x);
	return (end);
}

/* Record that all of a file was sent. */
int
intake_tell(const struct intake_options *o, const char *inst,
    const char *hash, uint64_t n, const char *text, int *code)
{
	struct intake_options own = *o;
	struct intake_result r = { .code = 0 };
	struct intakerow row = { .kind = INTAKEROW_FILE, .at = (int64_t)n };
	enum intake_end end = INTAKE_IO;
	char err[INTAKE_ERROR_MAX];
	struct intake *x = make();
	struct intake_frame *fr;

	*code = LK_E_NOMEM;
	if (x == NULL)
		return (-1);
	own.flags &= ~INTAKEROW_DRY;
	x->o = &own;
	x->r = &r;
	x->err = err;
	fr = x->frame[0];
	row.text[INTAKEROW_INST].p = inst;
	row.text[INTAKEROW_INST].len = strlen(inst);
	row.text[INTAKEROW_REF].p = hash;
	row.text[INTAKEROW_REF].len = strlen(hash);
	row.text[INTAKEROW_NOTE].p = text;
	row.text[INTAKEROW_NOTE].len = strlen(text);
	fr->nblob = intakerow_put(&row, fr->blob, INTAKE_BLOB);
	fr->npacked = 1;
	do {
		fr->sent = 0;
		if (fr->result[0].outcome == INTAKEROW_BUSY)
			own.wire.pause(own.wire.arg);
		if ((end = intake_send(x, fr)) == INTAKE_DONE && fr->sent)
			end = intake_receive(x, fr);
	} while (end == INTAKE_DONE && (!fr->sent ||
	    fr->result[0].outcome == INTAKEROW_BUSY));
	*code = end == INTAKE_DONE && fr->result[0].outcome != INTAKEROW_NEW ?
	    LK_E_DENIED : r.code;
	drop(x);
	return (end == INTAKE_DONE && *code == 0 ? 0 : -1);
}
