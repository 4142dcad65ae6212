#include <criterion/criterion.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/identity.h"
#include "engine/policy.h"
#include "lists/csvfile.h"
#include "plugin.h"

#include "screenkit.h"

/*
 * Rows are those of csvfile, however the file is cut: one plain pass of csvfile over the
 * whole file says what is expected.
 */

static uint64_t seed;

static unsigned
draw(unsigned n)
{

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((unsigned)(seed >> 33) % n);
}

struct text {
	char *p;
	size_t n, cap;
};

static void
add(struct text *t, const char *p, size_t len)
{

	if (t->n + len > t->cap) {
		t->cap = (t->n + len) * 2;
		t->p = realloc(t->p, t->cap);
	}
	memcpy(t->p + t->n, p, len);
	t->n += len;
}

static void
puts_to(struct text *t, const char *s)
{

	add(t, s, strlen(s));
}

/* Read from memory. */
struct memory {
	const struct text *t;
	size_t at;
};

static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct memory *m = arg;

	if (len > m->t->n - m->at)
		len = m->t->n - m->at;
	memcpy(buf, m->t->p + m->at, len);
	m->at += len;
	return ((ssize_t)len);
}

/* A copied cell as the result has it. */
static void
put_cell(struct text *t, const char *p, size_t len)
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	csvfile_put(f, p, len);
	(void)fclose(f);
	add(t, out, n);
	free(out);
}

/* What is expected of a file: row,line,decision,...,column,reason,copy.  Return -1 when
 * its heading cannot be read. */
static int
expect(struct text *out, const struct text *in, int encoding)
{
	static struct csvfile_row row;
	struct memory m = { in, 0 };
	struct csvfile_source s = { get, &m };
	char err[CSVFILE_ERROR_MAX], line[512];
	struct csvfile *f = csvfile_open(&s, "in.csv", encoding, err);
	struct identity_error e;
	const struct csvfile_cell *id;
	static const struct csvfile_cell none = { .text = "" };
	struct identity x;
	uint64_t n = 0;

	cr_assert_not_null(f, "%s", err);
	cr_assert_eq(csvfile_next(f, &row, err), 1);
	if (row.fault != CSVFILE_FINE || (strcmp(row.cell[1].text, "id_no") !=
	    0 && strcmp(row.cell[1].text, "\xe8\xaf\x81\xe4\xbb\xb6\xe5\x8f"
	    "\xb7") != 0)) {
		csvfile_close(f);
		return (-1);
	}
	while (csvfile_next(f, &row, err) == 1) {
		(void)snprintf(line, sizeof(line), "%" PRIu64 ",%" PRIu64 ",",
		    ++n, row.line);
		puts_to(out, line);
		if (row.fault != CSVFILE_FINE) {
			(void)snprintf(line, sizeof(line), "error,,,,");
			puts_to(out, line);
			if (row.at != 0)
				(void)snprintf(line, sizeof(line), "%zu,",
				    row.at);
			else
				(void)snprintf(line, sizeof(line), ",");
			puts_to(out, line);
			(void)snprintf(line, sizeof(line), "\"%s\",\"\"\n",
			    csvfile_fault_text(row.fault, 1));
			puts_to(out, line);
			continue;
		}
		id = row.n > 1 ? &row.cell[1] : &none;
		if (id->len == 0)
			puts_to(out, "error,,,,2,\"there is no number\"");
		else if (identity_parse(&x, LK_ID_RESIDENT, id->text, id->len,
		    NULL, 20779, &e) == 0)
			puts_to(out, "pass,,,,,");
		else {
			(void)snprintf(line, sizeof(line), "error,,,,2,\"%s\"",
			    e.fault == IDENTITY_DAMAGED || (e.fault ==
			    IDENTITY_CHECK && csvfile_rounded(id)) ?
			    "a spreadsheet has rounded the number: it cannot "
			    "be recovered" : identity_fault_text(e.fault, 1));
			puts_to(out, line);
		}
		puts_to(out, ",");
		if (row.n > 2)
			put_cell(out, row.cell[2].text, row.cell[2].len);
		else
			puts_to(out, "\"\"");
		puts_to(out, "\n");
	}
	csvfile_close(f);
	return (0);
}

/* Screen the text, cut in blocks of this size, and compare. */
static void
check(const struct text *in, int encoding, size_t block, int threads)
{
	char *dir = screenkit_dir(), *got, *rows, err[SCREEN_ERROR_MAX];
	struct policy *p = screenkit_policy("[rule NEVER]\n"
	    "when = \"cards(1d) >= 99\"\nthen = review\nreason = \"NEVER\"\n");
	struct text want = { NULL, 0, 0 };
	struct screen_options o;
	struct screen_totals t;
	size_t at;
	int rc, good;

	screenkit_options(&o, dir, p);
	o.encoding = encoding;
	o.block = block;
	o.threads = threads;
	o.copy = "note";
	screenkit_write(o.input, in->p, in->n);
	good = expect(&want, in, encoding) == 0;
	add(&want, "", 1);
	rc = screen_run(&o, &t, err);
	cr_assert_eq(rc, good ? SCREEN_FINE : SCREEN_USELESS, "%s", err);
	if (!good)
		screenkit_write(o.result, "\n\n", 2);
	got = screenkit_read(o.result, NULL);
	rows = strchr(strchr(got, '\n') + 1, '\n') + 1;
	if (strcmp(rows, want.p) != 0) {
		for (at = 0; rows[at] == want.p[at]; at++)
			;
		while (at > 0 && rows[at - 1] != '\n')
			at--;
		cr_assert_fail("block %zu threads %d encoding %d:\n%.200s\n"
		    "but wanted\n%.200s", block, threads, encoding, rows + at,
		    want.p + at);
	}
	free(got);
	free(want.p);
	free((char *)(uintptr_t)o.input);
	free((char *)(uintptr_t)o.result);
	policy_free(p);
	screenkit_clean(dir);
}

/* A cell, mostly ordinary. */
static void
cell(struct text *t, unsigned odd, int which)
{
	static const char *const words[] = { "a", "", " b ", "\t", "'0123",
		"\xe5\xbc\xa0\xe4\xb8\x89", "\xe3\x80\x80x\xe3\x80\x80",
		"\xc2\xa0y", "\xe2\x80\x98" "77", "\"q\"", "\"a,b\"",
		"\"two\nlines\"", "\"three\r\nli\"\"nes\n\n\"", "st\"ray",
		"\"open", "=\"0123\"", "\xff\xfe", "\xef\xbf\xbd", "1.1E+17",
		"\x1a", "'", "\"\"", "x\ry", "\v", "\xd5\xc5", "\xc0\x80" };
	static const unsigned nwords = sizeof(words) / sizeof(words[0]);
	char id[19];

	if (which == 1) {
		screenkit_citizen(id, draw(100000));
		if (draw(20) == 0)
			id[draw(18)] = (char)('0' + draw(10));
		if (draw(30) == 0)
			add(t, "'", 1);
		add(t, id, draw(50) == 0 ? 15 : 18);
		if (draw(30) == 0)
			add(t, " ", 1);
		return;
	}
	if (draw(odd) == 0)
		puts_to(t, words[draw(nwords)]);
	else
		puts_to(t, draw(2) == 0 ? "plain" : "");
}

/* A file of n rows; odd: one in so many cells is unusual. */
static void
make(struct text *t, unsigned n, unsigned odd, char separator, int high)
{
	static const char *const ends[] = { "\n", "\r\n", "\r", "\n\n",
		"\n \n", "\n\x1a\n" };
	unsigned i, k, cells, end = draw(2);

	t->n = 0;
	if (high == 2)
		puts_to(t, "\xef\xbb\xbf");
	puts_to(t, "name");
	add(t, &separator, 1);
	puts_to(t, high == 1 ? "\xe8\xaf\x81\xe4\xbb\xb6\xe5\x8f\xb7" : "id_no");
	add(t, &separator, 1);
	puts_to(t, draw(4) == 0 ? "\"note\"" : "note");
	puts_to(t, ends[end]);
	for (i = 0; i < n; i++) {
		cells = draw(odd * 3) == 0 ? draw(70) : 3;
		for (k = 0; k < cells; k++) {
			if (k > 0)
				add(t, &separator, 1);
			cell(t, odd, (int)k);
		}
		if (draw(odd * 20) == 0)
			for (k = 0; k < 70000; k++)
				puts_to(t, "x");
		if (i + 1 < n || draw(2) == 0)
			puts_to(t, draw(odd) == 0 ? ends[draw(6)] : ends[end]);
	}
}

/* Files of all kinds, cut in many ways. */
Test(screen_cut, rows_are_those_of_csvfile, .timeout = 120)
{
	static const size_t blocks[] = { 40, 200, 1000, 5000, 70000, 1 << 20 };
	static const unsigned odds[] = { 1000000, 200, 20, 3 };
	static const char seps[] = ",|;\t";
	struct text t = { NULL, 0, 0 };
	unsigned i;

	for (i = 0; i < 160; i++) {
		seed = i + 1;
		make(&t, 5 + draw(300), odds[i % 4], seps[i / 4 % 4],
		    i % 11 == 10 ? 0 : (int)(i / 16 % 3));
		check(&t, i % 7 == 6 ? CSVFILE_UTF8 : i % 11 == 10 ?
		    CSVFILE_GB18030 : CSVFILE_GUESS, blocks[draw(6)],
		    1 + (int)draw(3));
	}
	free(t.p);
}

/* ASCII for a long time, then another encoding. */
Test(screen_cut, encoding_is_found_late)
{
	static const char *const late[] = { "\xe5\xbc\xa0\xe4\xb8\x89",
		"\xd5\xc5\xc8\xfd", "\xb0|" };
	struct text t = { NULL, 0, 0 };
	char id[19];
	unsigned i, k;

	for (k = 0; k < 6; k++) {
		t.n = 0;
		puts_to(&t, "name|id_no|note\n");
		for (i = 0; i < 3000; i++) {
			puts_to(&t, i > 1500 && i % 3 == 0 ? late[k % 3] : "x");
			screenkit_citizen(id, i);
			puts_to(&t, "|");
			puts_to(&t, id);
			puts_to(&t, k >= 3 && i % 100 == 0 ? "|\"q\"\n" :
			    "|n\n");
		}
		check(&t, CSVFILE_GUESS, 2000, 2);
		check(&t, CSVFILE_GUESS, 1 << 20, 1);
	}
	free(t.p);
}

/* UTF-16, as spreadsheets write it. */
Test(screen_cut, utf16_in_one_go)
{
	struct text t = { NULL, 0, 0 }, wide = { NULL, 0, 0 };
	size_t i;

	seed = 99;
	make(&t, 5000, 1000000, '\t', 0);
	add(&wide, "\xff\xfe", 2);
	for (i = 0; i < t.n; i++) {
		add(&wide, &t.p[i], 1);
		add(&wide, "", 1);
	}
	check(&wide, CSVFILE_GUESS, 1000, 2);
	free(t.p);
	free(wide.p);
}

/* A line without an end, many blocks long: one row, and the next is read. */
Test(screen_cut, line_without_end)
{
	struct text t = { NULL, 0, 0 };
	char id[19];
	unsigned i, k;

	for (k = 0; k < 4; k++) {
		t.n = 0;
		puts_to(&t, "name,id_no,note\n");
		screenkit_citizen(id, 1);
		for (i = 0; i < 300000 + k; i++)
			puts_to(&t, "y");
		puts_to(&t, k == 1 ? "\r\n" : k == 2 ? "\r" : "\n");
		if (k == 3)
			puts_to(&t, "\"");
		puts_to(&t, "x,");
		puts_to(&t, id);
		puts_to(&t, ",end\n");
		for (i = 0; k == 3 && i < 200000; i++)
			puts_to(&t, "z");
		check(&t, CSVFILE_GUESS, 1000, 2);
		check(&t, CSVFILE_GUESS, 65537, 2);
	}
	free(t.p);
}
