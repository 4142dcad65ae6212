/* A record that was tampered with: whatever was done, it is found and located. */

#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/wal.h"

#include "httpd.h"
#include "verifytest.h"

#define FIRST 700	/* entries of the first log: three bundles */
#define SECOND 40

static char dir[200];		/* of the test */
static char logs[220];		/* log/ */
static struct makelog m;

/* The path of something below log/; four live at once. */
static const char *
at(const char *name)
{
	static char path[4][800];
	static unsigned turn;
	char *p = path[turn++ % 4];

	(void)snprintf(p, 800, "%s/%s", logs, name);
	return (p);
}

/* Two years, 700 and 40 entries. */
static void
setup(void)
{

	verifytest_temp(dir);
	(void)snprintf(logs, sizeof(logs), "%s/log", dir);
	makelog_open(&m, logs);
	makelog_fill(&m, FIRST - 4);
	makelog_turn(&m);
	makelog_fill(&m, SECOND - 3);
	makelog_close(&m);
}

static void
teardown(void)
{

	makelog_remove(dir);
}

TestSuite(verify, .init = setup, .fini = teardown);

#define ENTRIES0 "2026.1/tile/entries/000"
#define ENTRIES2 "2026.1/tile/entries/002.p/188"
#define LEVEL0 "2026.1/tile/0/000"
#define EDGE0 "2026.1/tile/0/002.p/188"
#define EDGE1 "2026.1/tile/1/000.p/2"

Test(verify, whole_record_is_good)
{
	struct verifytest v = { .o.alone = 1 };

	verifytest_good(logs, &m);
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.rc, 0);
	cr_assert_eq(v.nlogs, 2);
	cr_expect_eq(v.log[0].kinds[ENTRY_LOG], 1);
	cr_expect_eq(v.log[0].kinds[ENTRY_STOP], 1);
	cr_expect_eq(v.log[0].first_t, MAKELOG_START);
	cr_expect_eq(v.log[1].last_t, m.t);
	cr_assert_eq(v.log[0].nsigners, 1);
	cr_expect_str_eq(v.log[0].signer[0].name,
	    MAKELOG_NODE "/decisions/2026.1");
	cr_expect_str_empty(v.remarks);
}

Test(verify, altered_byte_of_an_entry)
{
	size_t len, n, off;
	uint8_t *p = verifytest_load(at(ENTRIES0), &len);

	off = verifytest_entry(p, len, 100, &n);
	free(p);
	verifytest_flip(at(ENTRIES0), (long)off + 9);
	verifytest_bad(logs, &m, ENTRIES0, 100, "altered");
}

Test(verify, place_of_an_altered_entry)
{
	struct verifytest v = { .rc = 0 };
	size_t len, n, off;
	uint8_t *p = verifytest_load(at(ENTRIES0), &len);

	off = verifytest_entry(p, len, 41, &n);
	p[off] = 'x';
	verifytest_store(at(ENTRIES0), p, len);
	free(p);
	verifytest_run(&v, logs, &m);
	cr_expect_eq(v.first.seq, 42);
	cr_expect_eq(v.first.offset, (int64_t)off - 2);
	cr_expect_not_null(strstr(v.first.en, "its byte 0"), "%s", v.first.en);
}

Test(verify, all_findings_are_told_when_asked_for)
{
	struct verifytest v = { .o.all = 1 };

	verifytest_flip(at(ENTRIES0), 9000);
	verifytest_flip(at(ENTRIES2), 9000);
	verifytest_flip(at(LEVEL0), 64);
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.rc, 0);
	cr_expect_geq(v.findings, 3);
	cr_expect_eq(v.nlogs, 2);
}

Test(verify, swapped_entries)
{
	size_t len, a, b, an, bn, gap;
	uint8_t *p = verifytest_load(at(ENTRIES0), &len), *q;

	a = verifytest_entry(p, len, 20, &an) - 2;
	b = verifytest_entry(p, len, 30, &bn) - 2;
	an += 2;
	bn += 2;
	gap = b - a - an;
	cr_assert_not_null(q = malloc(len));
	memcpy(q, p, len);
	memcpy(q + a, p + b, bn);
	memcpy(q + a + bn, p + a + an, gap);
	memcpy(q + a + bn + gap, p + a, an);
	verifytest_store(at(ENTRIES0), q, len);
	free(p);
	free(q);
	verifytest_bad(logs, &m, ENTRIES0, 20, "it bears seq 31");
}

Test(verify, duplicated_and_removed_entry)
{
	size_t len, off, n;
	uint8_t *p = verifytest_load(at(ENTRIES2), &len), *q;

	off = verifytest_entry(p, len, 5, &n) - 2;
	n += 2;
	cr_assert_not_null(q = malloc(len + n));
	memcpy(q, p, off + n);
	memcpy(q + off + n, p + off, len - off);
	verifytest_store(at(ENTRIES2), q, len + n);
	verifytest_bad(logs, &m, ENTRIES2, 518, "bears seq 518");
	memcpy(q, p, off);
	memcpy(q + off, p + off + n, len - off - n);
	verifytest_store(at(ENTRIES2), q, len - n);
	verifytest_bad(logs, &m, ENTRIES2, 517, "bears seq 519");
	free(p);
	free(q);
}

Test(verify, bundle_cut_short_or_too_long)
{
	size_t len;
	uint8_t *p = verifytest_load(at(ENTRIES0), &len), more[3] = { 0 };
	FILE *f;

	verifytest_store(at(ENTRIES0), p, len - 1);
	verifytest_bad(logs, &m, ENTRIES0, 255, "cut short");
	verifytest_store(at(ENTRIES0), p, 0);
	verifytest_bad(logs, &m, ENTRIES0, 0, "cut short");
	verifytest_store(at(ENTRIES0), p, len);
	cr_assert_not_null(f = fopen(at(ENTRIES0), "a"));
	(void)fwrite(more, 1, sizeof(more), f);
	(void)fclose(f);
	verifytest_bad(logs, &m, ENTRIES0, -1, "follow the last entry");
	verifytest_store(at(ENTRIES0), p, len);
	free(p);
	verifytest_good(logs, &m);
}

Test(verify, missing_files)
{

	cr_assert_eq(rename(at("2026.1/tile/entries/001"), at("x")), 0);
	verifytest_bad(logs, &m, "2026.1/tile/entries/001", -1, "missing");
	cr_assert_eq(rename(at("x"), at("2026.1/tile/entries/001")), 0);
	cr_assert_eq(rename(at(LEVEL0), at("x")), 0);
	verifytest_bad(logs, &m, LEVEL0, -1, "missing");
	cr_assert_eq(rename(at("x"), at(LEVEL0)), 0);
	cr_assert_eq(rename(at(EDGE0), at("x")), 0);
	verifytest_bad(logs, &m, EDGE0, -1, "missing");
	cr_assert_eq(rename(at("x"), at(EDGE0)), 0);
	cr_assert_eq(rename(at("2027.1"), at("x")), 0);
	verifytest_bad(logs, &m, "2027.1/checkpoint", -1, "not there");
	cr_assert_eq(rename(at("x"), at("2027.1")), 0);
	verifytest_good(logs, &m);
}

Test(verify, altered_tiles_of_every_level)
{
	static const struct {
		const char *file;
		long off;
	} tiles[] = {
		{ LEVEL0, 0 }, { LEVEL0, 8191 }, { "2026.1/tile/0/001", 100 },
		{ EDGE0, 3 }, { EDGE0, -1 }, { EDGE1, 5 }, { EDGE1, 63 },
		{ "2027.1/tile/0/000.p/40", 39 * 32 }
	};
	struct verifytest v = { .rc = 0 };
	size_t i;

	for (i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
		verifytest_flip(at(tiles[i].file), tiles[i].off);
		verifytest_run(&v, logs, &m);
		cr_expect_eq(v.findings, 1);
		cr_expect_str_eq(v.first.file, tiles[i].file, "%s: %s",
		    v.first.file, v.first.en);
		if (tiles[i].off >= 0)
			cr_expect_eq(v.first.offset, tiles[i].off, "%s: %s",
			    v.first.file, v.first.en);
		cr_expect_not_null(strstr(v.first.en, "altered"), "%s",
		    v.first.en);
		verifytest_flip(at(tiles[i].file), tiles[i].off);
	}
	verifytest_good(logs, &m);
}

Test(verify, altered_tiles_of_a_tall_tree)
{
	static const struct {
		const char *file;
		long off;
	} tiles[] = {
		{ "2026.1/tile/0/200", 77 }, { "2026.1/tile/1/000", 4000 },
		{ "2026.1/tile/1/001.p/1", 31 }, { "2026.1/tile/2/000.p/1", 2 },
		{ "2026.1/tile/0/257.p/9", 8 }
	};
	struct verifytest v = { .rc = 0 };
	size_t i;

	makelog_remove(logs);
	makelog_open(&m, logs);
	makelog_fill(&m, 257 * 256 + 9 - 3);
	makelog_close(&m);
	verifytest_good(logs, &m);
	for (i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
		verifytest_flip(at(tiles[i].file), tiles[i].off);
		verifytest_run(&v, logs, &m);
		cr_expect_str_eq(v.first.file, tiles[i].file, "%s: %s",
		    v.first.file, v.first.en);
		cr_expect_eq(v.first.offset, tiles[i].off);
		verifytest_flip(at(tiles[i].file), tiles[i].off);
	}
}

Test(verify, altered_checkpoint)
{
	size_t len, i;
	uint8_t *p = verifytest_load(at("2026.1/checkpoint"), &len);
	struct verifytest v = { .rc = 0 };

	for (i = 0; i < len; i++) {
		p[i] ^= 1;
		verifytest_store(at("2026.1/checkpoint"), p, len);
		verifytest_run(&v, logs, &m);
		cr_expect_eq(v.findings, 1, "byte %zu", i);
		cr_expect_str_eq(v.first.file, "2026.1/checkpoint");
		p[i] ^= 1;
	}
	verifytest_store(at("2026.1/checkpoint"), p, len / 2);
	verifytest_bad(logs, &m, "2026.1/checkpoint", -1, "checkpoint");
	free(p);
}

Test(verify, altered_and_missing_policy)
{
	char file[100];

	(void)snprintf(file, sizeof(file), "policy/%s.policy", m.hash);
	verifytest_flip(at(file), 4);
	verifytest_bad(logs, &m, file, 2, "altered");
	verifytest_flip(at(file), 4);
	cr_assert_eq(unlink(at(file)), 0);
	verifytest_bad(logs, &m, file, 2, "missing");
}

Test(verify, key_of_another)
{
	struct makelog other;

	makelog_init(&other, dir, 8);
	verifytest_bad(logs, &other, "2026.1/checkpoint", -1,
	    "signature does not verify");
}

Test(verify, two_keys_with_one_id)
{
	struct verifytest v = { .rc = 0 };
	struct note_verifier twin = m.signer.public;

	twin.key[0] ^= 1;
	v.key[0] = &m.signer.public;
	v.key[1] = &twin;
	v.o.keys = v.key;
	v.o.nkeys = 2;
	/* Renamed for the log, they have ids of their own: the good one counts. */
	(void)note_verifier_name(&twin, MAKELOG_NODE "/decisions/2026.1");
	twin.id = 0x4df9318f;
	verifytest_run(&v, logs, NULL);
	cr_expect_eq(v.findings, 1);
	cr_expect_not_null(strstr(v.first.en, "2026.1+4df9318f"), "%s",
	    v.first.en);
}

Test(verify, record_written_anew_with_another_key)
{
	struct makelog forger;

	makelog_remove(logs);
	makelog_init(&forger, logs, 9);
	makelog_begin(&forger);
	makelog_fill(&forger, 50);
	makelog_close(&forger);
	verifytest_good(logs, &forger);
	verifytest_bad(logs, &m, "2026.1/checkpoint", -1,
	    "signature does not verify");
}

Test(verify, gm_signatures_are_both_verified)
{
	struct verifytest v = { .rc = 0 };
	struct makelog gm;

	makelog_remove(logs);
	makelog_init(&gm, logs, 7);
	gm.gm = 1;
	makelog_begin(&gm);
	makelog_fill(&gm, 5);
	makelog_close(&gm);
	v.key[0] = &gm.signer.public;
	v.key[1] = &gm.sm2.public;
	v.o.keys = v.key;
	v.o.nkeys = 2;
	verifytest_run(&v, logs, NULL);
	cr_assert_eq(v.findings, 0, "%s", v.first.en);
	cr_expect_eq(v.log[0].nsigners, 2);
	cr_expect_eq(v.log[0].unknown, 0);
	verifytest_run(&v, logs, &gm);
	cr_expect_eq(v.log[0].nsigners, 1);
	cr_expect_eq(v.log[0].unknown, 1);
	v.key[0] = &gm.sm2.public;
	verifytest_run(&v, logs, NULL);
	cr_assert_eq(v.findings, 0, "%s", v.first.en);
	cr_expect_eq(v.log[0].signer[0].type, NOTE_SM2);
}

Test(verify, log_in_the_wrong_directory)
{

	verifytest_store(at("logs"), "2026.1\n2027.3\n", 14);
	cr_assert_eq(rename(at("2027.1"), at("2027.3")), 0);
	verifytest_bad(logs, &m, "2027.3/checkpoint", -1,
	    "does not belong into the directory");
}

Test(verify, checkpoint_of_more_than_there_is)
{
	struct makelog longer;
	char other[300];
	size_t len;
	uint8_t *p;

	(void)snprintf(other, sizeof(other), "%s/other", dir);
	makelog_open(&longer, other);
	makelog_fill(&longer, FIRST + 100);
	makelog_close(&longer);
	(void)snprintf(other, sizeof(other), "%s/other/2026.1/checkpoint", dir);
	p = verifytest_load(other, &len);
	verifytest_store(at("2026.1/checkpoint"), p, len);
	free(p);
	verifytest_bad(logs, &m, "2026.1/tile/0/003.p/35", -1, "missing");
}

Test(verify, old_checkpoint_under_new_tiles_is_no_finding_by_itself)
{
	size_t len;
	uint8_t *p;

	/* A copy made while the daemon ran: the tiles are ahead. */
	makelog_remove(logs);
	makelog_open(&m, logs);
	makelog_fill(&m, 100);
	makelog_publish(&m);
	p = verifytest_load(at("2026.1/checkpoint"), &len);
	makelog_fill(&m, 200);
	makelog_close(&m);
	verifytest_store(at("2026.1/checkpoint"), p, len);
	free(p);
	verifytest_good(logs, &m);
}

Test(verify, cut_log_wants_a_memory)
{
	struct verifytest v = { .rc = 0 };
	struct verify_state s = { 0, NULL };
	struct verify_head since = { .size = 0 };
	uint8_t *p;
	size_t len;

	makelog_remove(logs);
	makelog_open(&m, logs);
	makelog_fill(&m, 300);
	makelog_publish(&m);
	p = verifytest_load(at("2026.1/checkpoint"), &len);
	makelog_fill(&m, 300);
	makelog_close(&m);
	v.o.state = &s;
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.findings, 0);
	verifytest_store(at("2026.1/checkpoint"), p, len);
	free(p);
	verifytest_run(&v, logs, &m);
	cr_expect_eq(v.findings, 1);
	cr_expect_not_null(strstr(v.first.en, "wound back: 603 entries"), "%s",
	    v.first.en);
	cr_expect_eq(s.seen[0].head.size, 603, "the memory stays");
	v.o.state = NULL;
	since.size = s.seen[0].head.size;
	memcpy(since.root, s.seen[0].head.root, sizeof(since.root));
	v.o.since = &since;
	verifytest_run(&v, logs, &m);
	cr_expect_not_null(strstr(v.first.en, "wound back"), "%s", v.first.en);
	verify_state_free(&s);
}

Test(verify, forked_log)
{
	struct verifytest v = { .rc = 0 };
	struct verify_state s = { 0, NULL };
	struct verify_head since;

	makelog_remove(logs);
	makelog_open(&m, logs);
	makelog_fill(&m, 400);
	makelog_close(&m);
	v.o.state = &s;
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.findings, 0);
	makelog_remove(logs);
	makelog_init(&m, logs, 7);
	m.rng = 1;	/* other entries, the same key and name */
	makelog_begin(&m);
	makelog_fill(&m, 500);
	makelog_close(&m);
	verifytest_good(logs, &m);
	verifytest_run(&v, logs, &m);
	cr_expect_eq(v.findings, 1);
	cr_expect_not_null(strstr(v.first.en, "forked"), "%s", v.first.en);
	memset(&since, 0, sizeof(since));
	since.size = 403;
	memcpy(since.root, s.seen[0].head.root, sizeof(since.root));
	v.o.state = NULL;
	v.o.since = &since;
	verifytest_run(&v, logs, &m);
	cr_expect_not_null(strstr(v.first.en, "forked"), "%s", v.first.en);
	verify_state_free(&s);
}

Test(verify, state_makes_the_next_run_short)
{
	struct verifytest v = { .rc = 0 };
	struct verify_state s = { 0, NULL };
	uint64_t seen;

	makelog_remove(logs);
	makelog_open(&m, logs);
	makelog_fill(&m, 1000);
	makelog_publish(&m);
	v.o.state = &s;
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.findings, 0, "%s", v.first.en);
	cr_expect_eq(v.log[0].from, 0);
	seen = m.head.size;
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.findings, 0, "%s", v.first.en);
	cr_expect_eq(v.log[0].from, seen);
	cr_expect_eq(v.log[0].seen_size[0], seen);
	makelog_fill(&m, 77);
	makelog_turn(&m);
	makelog_fill(&m, 7);
	makelog_publish(&m);
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.findings, 0, "%s: %s", v.first.file, v.first.en);
	cr_expect_eq(v.log[0].from, seen);
	cr_expect_eq(v.log[0].kinds[ENTRY_STOP], 1);
	cr_expect_eq(v.log[1].from, 0);
	cr_expect_eq(s.n, 2);
	cr_expect(s.seen[0].finished);
	cr_expect_not(s.seen[1].finished);
	/* The entries that are new are judged by what came before them. */
	makelog_kind(&m, ENTRY_HEARTBEAT, 100000);
	makelog_close(&m);
	verifytest_run(&v, logs, &m);
	cr_expect_eq(v.findings, 1);
	cr_expect_not_null(strstr(v.first.en, "100 s after"), "%s",
	    v.first.en);
	verify_state_free(&s);
}

Test(verify, what_was_seen_must_still_be_there)
{
	struct verifytest v = { .rc = 0 };
	struct verify_state s = { 0, NULL };

	v.o.state = &s;
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.findings, 0);
	/* A year that has ended may leave. */
	cr_assert_eq(rename(at("2026.1"), at("away")), 0);
	verifytest_store(at("logs"), "2027.1\n", 7);
	verifytest_run(&v, logs, &m);
	cr_expect_eq(v.findings, 0, "%s", v.first.en);
	cr_expect_not_null(strstr(v.remarks, "is not here any more"), "%s",
	    v.remarks);
	/* The one that is being written may not. */
	cr_assert_eq(rename(at("away"), at("2026.1")), 0);
	makelog_remove(at("2027.1"));
	verifytest_store(at("logs"), "2026.1\n", 7);
	verifytest_run(&v, logs, &m);
	cr_expect_eq(v.findings, 1);
	cr_expect_str_eq(v.first.file, "logs");
	cr_expect_not_null(strstr(v.first.en, "is gone"), "%s", v.first.en);
	verify_state_free(&s);
}

Test(verify, log_that_the_list_does_not_name)
{

	verifytest_store(at("logs"), "2027.1\n", 7);
	verifytest_bad(logs, &m, "logs", -1, "does not name 2026.1");
}

Test(verify, finished_log_that_grew)
{
	struct verifytest v = { .rc = 0 };
	struct verify_state s = { 0, NULL };
	struct makelog longer;

	v.o.state = &s;
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.findings, 0);
	makelog_remove(at("2026.1"));
	makelog_open(&longer, logs);
	makelog_fill(&longer, FIRST - 4);
	makelog_kind(&longer, ENTRY_STOP, 100);
	makelog_kind(&longer, ENTRY_START, 100);
	makelog_close(&longer);
	verifytest_run(&v, logs, &m);
	cr_expect_eq(v.findings, 1);
	cr_expect_not_null(strstr(v.first.en, "had ended"), "%s", v.first.en);
	verify_state_free(&s);
}

Test(verify, data_directory_tells_what_is_not_signed_yet)
{
	struct verifytest v = { .rc = 0 };
	struct wal_options o = { .node = 5, .segment_bytes = WAL_SEGMENT_MIN,
		.first_seq = m.seq - 2 };
	char err[1400], text[ENTRY_MAX], path[300];
	struct entry e;
	struct wal *w;
	size_t len;
	int i;

	verifytest_good(dir, &m);
	(void)snprintf(path, sizeof(path), "%s/wal", dir);
	o.dir = path;
	cr_assert_not_null(w = wal_open(&o, NULL, NULL, 0, err, sizeof(err)),
	    "%s", err);
	for (i = 0; i < 5; i++) {
		entry_clear(&e, ENTRY_HEARTBEAT);
		e.seq = o.first_seq + (uint64_t)i;
		e.t = m.t + i;
		len = entry_print(&e, text, sizeof(text));
		cr_assert_eq(wal_append(w, e.seq, text, len, NULL, 0), WAL_OK);
	}
	cr_assert_eq(wal_close(w), 0);
	verifytest_run(&v, dir, &m);
	cr_assert_eq(v.findings, 0, "%s", v.first.en);
	cr_expect_not_null(strstr(v.remarks, "3 more entries are in wal/"),
	    "%s", v.remarks);
	/* The first entry behind the checkpoint is gone: so says its neighbour. */
	makelog_remove(path);
	o.first_seq = m.seq + 1;
	cr_assert_not_null(w = wal_open(&o, NULL, NULL, 0, err, sizeof(err)));
	e.seq = o.first_seq;
	len = entry_print(&e, text, sizeof(text));
	cr_assert_eq(wal_append(w, e.seq, text, len, NULL, 0), WAL_OK);
	cr_assert_eq(wal_close(w), 0);
	verifytest_run(&v, dir, &m);
	cr_expect_eq(v.findings, 1);
	cr_expect_str_eq(v.first.file, "wal");
}

/* Let a witness leave the head of the newest log, with his signature. */
static void
leave_witness(const struct note_signer *w, const char *checkpoint,
    const char *cosigned)
{
	char line[NOTE_LINE_MAX], out[4096];
	size_t len, n;
	uint8_t *p = verifytest_load(checkpoint, &len);
	char *end;

	p[len] = '\0';
	end = strstr((char *)p, "\n\n");
	cr_assert_not_null(end);
	n = note_sign_line(line, (char *)p, (size_t)(end + 1 - (char *)p), w,
	    1795320000);
	cr_assert_gt(n, 0);
	memcpy(out, p, len);
	memcpy(out + len, line, n);
	verifytest_store(cosigned, out, len + n);
	free(p);
}

Test(verify, head_that_a_witness_left)
{
	struct verifytest v = { .rc = 0 };
	struct note_signer w;
	uint8_t secret[32] = { 3 }, *old;
	size_t len;

	makelog_remove(logs);
	makelog_open(&m, logs);
	makelog_fill(&m, 300);
	makelog_publish(&m);
	old = verifytest_load(at("2026.1/checkpoint"), &len);
	makelog_fill(&m, 300);
	makelog_publish(&m);
	cr_assert_eq(note_signer_make(&w, "centre.example/witness",
	    NOTE_COSIGNATURE, secret), 0);
	leave_witness(&w, at("2026.1/checkpoint"),
	    at("2026.1/checkpoint.cosigned"));
	makelog_fill(&m, 10);
	makelog_close(&m);
	verifytest_run(&v, logs, &m);
	cr_assert_eq(v.findings, 0, "%s", v.first.en);
	cr_expect_eq(v.log[0].witnessed, 603);
	cr_expect_eq(v.log[0].nwitnesses, 1, "its key was not given");
	v.key[1] = &w.public;
	v.o.nkeys = 2;
	verifytest_run(&v, logs, NULL);
	cr_assert_eq(v.findings, 0, "%s", v.first.en);
	cr_assert_eq(v.log[0].nwitnesses, 2);
	cr_expect_eq(v.log[0].witness[1].type, NOTE_COSIGNATURE);
	cr_expect_eq(v.log[0].witness[1].time, 1795320000);
	verifytest_flip(at("2026.1/checkpoint.cosigned"), -9);
	verifytest_run(&v, logs, NULL);
	cr_expect_eq(v.findings, 1);
	cr_expect_str_eq(v.first.file, "2026.1/checkpoint.cosigned");
	verifytest_flip(at("2026.1/checkpoint.cosigned"), -9);
	/* Wound back behind the witness: no state is needed to see it. */
	verifytest_store(at("2026.1/checkpoint"), old, len);
	free(old);
	verifytest_bad(logs, &m, "2026.1/checkpoint", -1,
	    "wound back: 603 entries");
}

Test(verify, witness_alone_does_not_sign_a_log)
{
	struct verifytest v = { .rc = 0 };
	struct note_signer w;
	uint8_t secret[32] = { 3 };

	cr_assert_eq(note_signer_make(&w, "centre.example/witness",
	    NOTE_COSIGNATURE, secret), 0);
	leave_witness(&w, at("2026.1/checkpoint"), at("2026.1/checkpoint"));
	verifytest_good(logs, &m);
	v.key[0] = &w.public;
	v.o.keys = v.key;
	v.o.nkeys = 1;
	verifytest_run(&v, logs, NULL);
	cr_expect_eq(v.findings, 1);
	cr_expect_str_eq(v.first.file, "2026.1/checkpoint");
}

Test(verify, servers)
{
	struct verifytest v = { .rc = 0 };
	struct httpd *h = httpd_start(dir);
	char where[200];

	(void)snprintf(where, sizeof(where), "%s/log", httpd_address(h));
	verifytest_good(where, &m);
	httpd_mode(h, HTTPD_SHORT, "entries/001");
	verifytest_run(&v, where, &m);
	cr_expect_eq(v.rc, -1);
	cr_expect_eq(v.fault, PACKAGE_AWAY);
	cr_expect_eq(v.findings, 0);
	httpd_mode(h, HTTPD_HANG, "tile/0/");
	verifytest_run(&v, where, &m);
	cr_expect_eq(v.fault, PACKAGE_AWAY);
	httpd_mode(h, HTTPD_BROKEN, ".policy");
	verifytest_run(&v, where, &m);
	cr_expect_eq(v.rc, -1);
	cr_expect_eq(v.fault, PACKAGE_AWAY);
	httpd_mode(h, HTTPD_FILES, "");
	cr_assert_eq(unlink(at("2026.1/tile/entries/001")), 0);
	verifytest_bad(where, &m, "2026.1/tile/entries/001", -1, "missing");
	httpd_stop(h);
	verifytest_run(&v, where, &m);
	cr_expect_eq(v.fault, PACKAGE_AWAY);
}
