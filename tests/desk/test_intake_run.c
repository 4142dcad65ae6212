/*
 * Files on their way to a daemon that is busy, goes away, or refuses: every row once, bad
 * ones in the reject file, and a run that was cut off gone on with.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "desk/intake.h"
#include "lists/csvfile.h"
#include "plugin/wire.h"

#define REFS 8192

/* A daemon: card references and whose they are; closed ones end in -. */
static struct {
	struct { char ref[32], id[24]; int closed; } card[REFS];
	size_t n;
	size_t frames, rows;	/* that came */
	size_t busy_every;	/* each so many rows it has no room */
	size_t lose_every;	/* each so many frames the connection is lost */
	size_t away_after;	/* after so many frames it is away for good */
	size_t told;		/* files */
	char note[256];
	/* replies that wait */
	struct { struct wire_header h; uint8_t body[8192]; } reply[16];
	size_t first, waiting;
} d;

static void
copy(char *dst, size_t size, const struct intakerow *r, int which)
{
	size_t n = r->text[which].len;

	n = n < size ? n : size - 1;
	memcpy(dst, r->text[which].p, n);
	dst[n] = '\0';
}

/* Take one row in as the daemon does, roughly. */
static void
judge(const struct intakerow *r, struct intakerow_result *res)
{
	char ref[32], id[24];
	size_t i;

	memset(res, 0, sizeof(*res));
	copy(ref, sizeof(ref), r, INTAKEROW_REF);
	copy(id, sizeof(id), r, INTAKEROW_ID);
	for (i = 0; i < d.n && strcmp(d.card[i].ref, ref) != 0; i++)
		;
	if (strcmp(ref, "whose") == 0 || strcmp(ref, "phone") == 0)
		*res = (struct intakerow_result){ INTAKEROW_REFUSED,
			INTAKEROW_MISSING, ref[0] == 'w' ? INTAKEROW_F_INST :
			INTAKEROW_F_PHONE, 0 };
	else if (r->kind == INTAKEROW_FILE) {
		d.told++;
		copy(d.note, sizeof(d.note), r, INTAKEROW_NOTE);
		res->outcome = INTAKEROW_NEW;
	} else if (r->kind == INTAKEROW_CLOSE) {
		if (i == d.n)
			*res = (struct intakerow_result){ INTAKEROW_REFUSED,
				INTAKEROW_UNKNOWN, INTAKEROW_F_REF, 0 };
		else {
			res->outcome = d.card[i].closed ? INTAKEROW_KNOWN :
			    INTAKEROW_CLOSED;
			d.card[i].closed = 1;
		}
	} else if (i < d.n) {
		if (strcmp(d.card[i].id, id) == 0)
			res->outcome = INTAKEROW_KNOWN;
		else
			*res = (struct intakerow_result){ INTAKEROW_REFUSED,
				INTAKEROW_PERSON, INTAKEROW_F_REF, 0 };
	} else {
		cr_assert(d.n < REFS);
		strcpy(d.card[d.n].ref, ref);
		strcpy(d.card[d.n++].id, id);
		res->outcome = INTAKEROW_NEW;
	}
}

static int
send_frame(void *arg, const uint8_t *frame, size_t len)
{
	struct intakerow_result res;
	struct wire_header h;
	struct wire_fields f;
	struct wire_out o;
	struct intakerow r;
	uint8_t out[INTAKEROW_ROWS * 4], buf[8192];
	const uint8_t *p;
	size_t left, n, made = 0, slot;
	int full = 0;

	(void)arg;
	cr_assert_eq(wire_header_read(&h, frame), WIRE_OK);
	cr_assert_eq(len, WIRE_HEADER + h.length);
	d.frames++;
	if (d.away_after != 0 && d.frames > d.away_after)
		return (-1);
	cr_assert_eq(wire_fields_read(&f, frame + WIRE_HEADER, h.length),
	    WIRE_OK);
	p = f.f[WIRE_T_ROWS].p;
	left = f.f[WIRE_T_ROWS].len;
	cr_assert(intakerow_count(p, left) > 0);
	for (; left > 0; p += n, left -= n) {
		n = intakerow_get(&r, p, left);
		d.rows++;
		full |= d.busy_every != 0 && d.rows % d.busy_every == 0;
		judge(&r, &res);
		if (full)
			res = (struct intakerow_result){ INTAKEROW_BUSY, 0, 0,
				0 };
		memcpy(&out[made], &res, 4);
		made += 4;
	}
	/* It was recorded, but nobody hears of it. */
	if (d.lose_every != 0 && d.frames % d.lose_every == 0)
		return (-1);
	slot = (d.first + d.waiting++) % 16;
	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_TAKEIN | WIRE_REPLY, h.id);
	wire_put_u32(&o, WIRE_T_ERROR, 0);
	wire_put_bytes(&o, WIRE_T_RESULTS, out, made);
	cr_assert_eq(wire_end(&o), 0);
	cr_assert_eq(wire_header_read(&d.reply[slot].h, buf), WIRE_OK);
	memcpy(d.reply[slot].body, buf + WIRE_HEADER, o.len - WIRE_HEADER);
	return (0);
}

static int
receive_frame(void *arg, struct wire_header *h, uint8_t *buf)
{

	(void)arg;
	if (d.waiting == 0)
		return (-1);
	*h = d.reply[d.first].h;
	memcpy(buf, d.reply[d.first].body, h->length);
	d.first = (d.first + 1) % 16;
	d.waiting--;
	return (0);
}

static int
again(void *arg)
{

	(void)arg;
	d.waiting = 0;
	return (d.away_after != 0 && d.frames > d.away_after ? LK_E_UNAVAIL :
	    0);
}

static void
wait_a_moment(void *arg)
{

	(void)arg;
}

/* A text as a source. */
static struct { const char *p; size_t left; } source;

static ssize_t
get(void *arg, void *buf, size_t len)
{

	(void)arg;
	len = len < source.left ? len : source.left;
	memcpy(buf, source.p, len);
	source.p += len;
	source.left -= len;
	return ((ssize_t)len);
}

/* A file of n good rows, with something for each place. */
static char *
file_of(size_t n)
{
	char *p = NULL;
	size_t len, i;
	FILE *f = open_memstream(&p, &len);

	fputs("card_ref,id_no,product,opened,outlet\n", f);
	for (i = 0; i < n; i++)
		fprintf(f, "c%zu,id%zu,bank1,2026-11-22,o1\n", i, i);
	fclose(f);
	return (p);
}

static struct intake_result r;
static char err[INTAKE_ERROR_MAX];
static char *rejects;
static struct intake_mark kept;

static int
save(void *arg, const struct intake_mark *m)
{

	(void)arg;
	kept = *m;
	return (0);
}

static enum intake_end
run(const char *text, struct intake_options *o)
{
	struct csvfile_source s = { get, NULL };
	struct csvfile *f;
	enum intake_end end;
	size_t n;

	free(rejects);
	rejects = NULL;
	source.p = text;
	source.left = strlen(text);
	f = csvfile_open(&s, "t.csv", CSVFILE_GUESS, err);
	cr_assert_not_null(f);
	o->wire = (struct intake_wire){ NULL, send_frame, receive_frame, again,
		wait_a_moment };
	o->reject = open_memstream(&rejects, &n);
	o->english = 1;
	o->save = save;
	end = intake_run(f, "t.csv", o, &r, err);
	csvfile_close(f);
	fclose(o->reject);
	return (end);
}

Test(intake_run, every_row_once)
{
	struct intake_options o = { .institution = "abank" };
	char *text = file_of(5000);

	cr_assert_eq(run(text, &o), INTAKE_DONE, "%s", err);
	cr_expect_eq(r.c.rows, 5000);
	cr_expect_eq(r.c.fresh, 5000);
	cr_expect_eq(d.n, 5000);
	cr_expect_str_eq(r.format, "generic");
	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(r.c.known, 5000);
	cr_expect_eq(r.c.fresh, 0);
	free(text);
}

Test(intake_run, a_daemon_without_room_gets_them_again)
{
	struct intake_options o = { .institution = "abank" };
	char *text = file_of(5000);

	d.busy_every = 777;
	cr_assert_eq(run(text, &o), INTAKE_DONE, "%s", err);
	cr_expect_eq(r.c.rows, 5000);
	cr_expect_eq(r.c.fresh + r.c.known, 5000);
	cr_expect_eq(r.c.rejected, 0);
	cr_expect_eq(d.n, 5000);
	free(text);
}

Test(intake_run, a_lost_connection_loses_nothing)
{
	struct intake_options o = { .institution = "abank" };
	char *text = file_of(6000);

	d.lose_every = 5;
	cr_assert_eq(run(text, &o), INTAKE_DONE, "%s", err);
	cr_expect_eq(r.c.rows, 6000);
	cr_expect_eq(r.c.fresh + r.c.known, 6000);
	cr_expect_eq(d.n, 6000);
	free(text);
}

Test(intake_run, a_run_that_was_cut_off_is_gone_on_with)
{
	struct intake_options o = { .institution = "abank" };
	struct intake_mark from;
	char *text = file_of(8000), *other;
	size_t sent;

	d.away_after = 6;
	cr_assert_eq(run(text, &o), INTAKE_AWAY);
	cr_expect_eq(r.code, LK_E_UNAVAIL);
	/* A mark as another process would have left it. */
	d.away_after = 0;
	memset(&from, 0, sizeof(from));
	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(d.n, 8000);
	from.rows = from.counts.rows = 0;
	o.from = &from;
	cr_assert_eq(run(text, &o), INTAKE_DONE, "a mark at the beginning");
	/* Of a file of other content it is refused before anything is sent. */
	from.rows = from.counts.rows = 100;
	from.hash = 42;
	sent = d.frames;
	other = file_of(50);
	cr_expect_eq(run(text, &o), INTAKE_OTHER);
	cr_expect_eq(run(other, &o), INTAKE_OTHER);
	cr_expect_eq(d.frames, sent);
	free(text);
	free(other);
}

Test(intake_run, marks_are_kept_and_skip_what_is_done)
{
	struct intake_options o = { .institution = "abank" };
	char *text = NULL, *buf = NULL;
	struct intake_mark m;
	uint64_t reject;
	size_t len, i, n;
	FILE *f = open_memstream(&text, &len);

	fputs("card_ref,id_no,product,opened,outlet\n", f);
	for (i = 0; i < 60000; i++)
		fprintf(f, "c%zu,id%zu,bank1,2026-11-22,o1\n", i % 100,
		    i % 100);
	fclose(f);
	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_assert(kept.rows >= 50000);
	cr_expect_eq(kept.counts.rows, kept.rows);
	/* Through its text. */
	f = open_memstream(&buf, &n);
	cr_assert_eq(intake_mark_write(f, &kept, "some key", 1234), 0);
	fclose(f);
	f = fmemopen(buf, n, "r");
	cr_assert_eq(intake_mark_read(f, &m, "some key", &reject), 0);
	fclose(f);
	cr_expect_eq(reject, 1234);
	cr_expect_eq(memcmp(&m, &kept, sizeof(m)), 0);
	f = fmemopen(buf, n, "r");
	cr_expect_eq(intake_mark_read(f, &m, "other key", &reject), -1);
	fclose(f);
	f = fmemopen(buf, n - 3, "r");
	cr_expect_eq(intake_mark_read(f, &m, "some key", &reject), -1);
	fclose(f);
	free(buf);
	/* And the rows that it covers are not sent again. */
	m = kept;
	o.from = &m;
	d.rows = 0;
	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(d.rows, 60000 - m.rows);
	cr_expect_eq(r.c.rows, 60000);
	cr_expect_eq(r.sent[0], 60000);
	free(text);
}

Test(intake_run, bad_rows_stand_in_the_reject_file_in_their_order)
{
	struct intake_options o = { .institution = "abank" };
	static const char text[] = "card_ref,id_no,product,opened,outlet\n"
	    "a,p1,bank1,2026-11-22,o1\n"
	    "b,p2,bank9,2026-11-22,o1\n"
	    "a,p2,bank1,2026-11-22,o1\n"
	    "c,p3,bank1,2026-11-22,o1\n"
	    "=1+1,p4,bank1,yesterday,o1\n"
	    "d,\"p5,bank1,2026-11-22,o1\n"
	    "e,p6,bank1,2026-11";
	static const char want[] =
	    "\xef\xbb\xbf" "card_ref,id_no,product,opened,outlet,line,column,"
	    "reason\r\n"
	    "b,p2,bank9,2026-11-22,o1,3,3,\"a word that the mapping does not "
	    "know: say there what it means\"\r\n"
	    "a,p2,bank1,2026-11-22,o1,4,1,\"conflict: this card reference is "
	    "recorded for another person\"\r\n"
	    "'=1+1,p4,bank1,yesterday,o1,6,4,\"no date: write it as 2026-01-31 "
	    "or 2026-01-31 15:04:05\"\r\n"
	    "\"d,\"\"p5,bank1,2026-11-22,o1\",,,,,7,,\"a quote is not closed, or "
	    "text follows it\"\r\n"
	    "\"e,p6,bank1,2026-11\",,,,,8,,\"the last row is cut off: was the file "
	    "still being written?  Take it in again when it is whole\"\r\n";

	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(r.c.fresh, 2);
	cr_expect_eq(r.c.rejected, 5);
	cr_expect_eq(r.c.why[INTAKEROW_PERSON], 1);
	cr_expect_eq(r.c.why[INTAKEMAP_HALF], 1);
	cr_expect_str_eq(rejects, want);
}

Test(intake_run, what_is_short_takes_nothing_of_ours_for_a_cell)
{
	struct intake_options o = { .institution = "abank" };
	static const char mapping[] = "[mapping]\nname = \"m\"\n"
	    "heading = false\n[columns]\ncard = 1\nid_no = 2\nopened = 3\n"
	    "outlet = 4\n[fixed]\nproduct = bank1\n";
	struct intakemap *m = intakemap_read("m", mapping, strlen(mapping),
	    NULL);
	char *again;

	cr_assert_not_null(m);
	o.map = m;
	cr_assert_eq(run("a,p1,2026-11-22\nb,p2,2026-11-22,o1\n"
	    "c,p3,2026-11-22", &o), INTAKE_DONE);
	cr_expect_eq(r.c.fresh, 1);
	cr_expect_eq(r.c.rejected, 2);
	/* The line, the column and the reason stand behind what was given. */
	again = strdup(rejects);
	cr_assert_eq(run(again, &o), INTAKE_DONE);
	cr_expect_eq(r.c.fresh, 0, "%s", again);
	cr_expect_eq(r.c.rejected, 2);
	free(again);
	intakemap_free(m);
}

Test(intake_run, a_field_without_a_column_is_named)
{
	struct intake_options o = { .institution = "" };
	static const char text[] = "card_ref,id_no,product,opened,outlet\n"
	    "whose,p1,bank1,2026-11-22,o1\n"
	    "phone,p1,bank1,2026-11-22,o1\n";

	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(r.c.rejected, 2);
	cr_expect_not_null(strstr(rejects, ",2,,\"no column says whose row it "
	    "is: name the institution with --institution\"\r\n"), "%s",
	    rejects);
	cr_expect_not_null(strstr(rejects, ",3,,\"a required field is empty "
	    "(phone)\"\r\n"), "%s", rejects);
}

Test(intake_run, rounded_numbers_are_told_by_their_neighbours)
{
	struct intake_options o = { .institution = "abank" };
	static const char head[] = "card_ref,id_no,product,opened,outlet\n";
	static const char zeros[] =
	    "6222020200112230000,p1,bank1,2026-11-22,o1\n";
	char text[1024];

	/* Alone it is taken for damage; beside whole numbers it is one of them. */
	snprintf(text, sizeof(text), "%s%s", head, zeros);
	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(r.c.rejected, 1);
	snprintf(text, sizeof(text), "%sx,p0,bank1,2026-11-22,o1\n%s"
	    "6222020200112230017,p2,bank1,2026-11-22,o1\n", head, zeros);
	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(r.c.rejected, 0);
	cr_expect_eq(r.c.fresh, 3);
	cr_expect_eq(d.n, 3);
	/* Where another was spoilt for certain, none of them is believed. */
	snprintf(text, sizeof(text), "%s6222020200112240000,p3,bank1,"
	    "2026-11-22,o1\n6222020200112230017,p2,bank1,2026-11-22,o1\n"
	    "6.22202E+18,p4,bank1,2026-11-22,o1\n", head);
	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(r.c.rejected, 2);
	cr_expect_eq(r.c.known, 1);
}

Test(intake_run, a_line_without_end_and_a_file_without_use)
{
	struct intake_options o = { .institution = "abank" };
	size_t n = 3000000;
	char *text = malloc(n + 200), *p;

	p = stpcpy(text, "card_ref,id_no,product,opened,outlet\n"
	    "a,p1,bank1,2026-11-22,o1\n");
	memset(p, 'x', n);
	strcpy(p + n, "\nb,p2,bank1,2026-11-22,o1\n");
	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(r.c.fresh, 2);
	cr_expect_eq(r.c.rejected, 1);
	cr_expect(strlen(rejects) < 2000, "only its beginning is kept");
	free(text);
	cr_expect_eq(run("what,is,this\n1,2,3\n", &o), INTAKE_USELESS);
	cr_expect_eq(run("", &o), INTAKE_USELESS);
	cr_expect_eq(run("card_ref,id_no\n1,2\n", &o), INTAKE_USELESS);
	cr_expect(strstr(err, "product") != NULL, "%s", err);
	cr_expect_eq(d.n, 2);
}

Test(intake_run, closings_and_totals_and_the_end_of_a_file)
{
	struct intake_options o = { .institution = "abank", .totals = 1 };
	static const char text[] = "institution,card_ref,id_no,product,opened,"
	    "closed,outlet\n"
	    "abank,a,p1,bank1,2026-11-22,,o1\n"
	    "bbank,b,p2,sim,2026-11-21,2026-11-22,o1\n"
	    "abank,c,p3,bank1,2026-11-22,,o1\n";
	int code;

	cr_assert_eq(run(text, &o), INTAKE_DONE);
	cr_expect_eq(r.c.fresh, 3);
	cr_expect_eq(r.c.closed, 1);
	cr_assert_eq(r.ntotal, 3);
	cr_expect_str_eq(r.total[0].inst, "abank");
	cr_expect_eq(r.total[0].opened, 2);
	cr_expect_str_eq(r.total[2].inst, "bbank");
	cr_expect_eq(r.total[2].closed, 1);
	cr_assert_eq(r.ninst, 2);
	cr_expect_eq(r.sent[0], 2);
	cr_assert_eq(intake_tell(&o, "abank", "00", 3, "generic rows=3", &code),
	    0);
	cr_expect_eq(d.told, 1);
	cr_expect_str_eq(d.note, "generic rows=3");
	free(r.total);
}
