#include <sys/stat.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/sha256.h"
#include "logdisk.h"
#include "store/tile.h"
#include "store/tilelog.h"
#include "store/tiles.h"
#include "vectors.h"

#define NODE	"a.example/branch/n1"
#define ORIGIN	NODE "/decisions/2026.1"

static struct note_signer signer, other;
static const struct note_signer *signers[1] = { &signer };

/* Make the keys. */
static void
make_keys(void)
{
	const uint8_t one[32] = { 1 }, two[32] = { 2 };

	if (note_signer_make(&signer, NODE, NOTE_ED25519, one) != 0 ||
	    note_signer_make(&other, NODE, NOTE_ED25519, two) != 0)
		abort();
}

TestSuite(tilelog, .init = make_keys);

static struct tilelog_options
options(struct logdisk *d)
{
	static char dir[2 * LOGDISK_PATH];
	struct tilelog_options o = { .disk = &d->disk, .dir = dir,
		.origin = ORIGIN, .signers = signers, .nsigners = 1 };

	snprintf(dir, sizeof(dir), "%s", logdisk_path(d, "log"));
	return (o);
}

static struct tilelog *
must_open(struct logdisk *d)
{
	struct tilelog_options o = options(d);
	char err[TILELOG_ERROR_MAX] = "";
	struct tilelog *l = tilelog_open(&o, err, sizeof(err));

	cr_assert_not_null(l, "%s", err);
	return (l);
}

/* Opening is refused with a sentence that holds this. */
static void
must_refuse(struct logdisk *d, const char *why)
{
	struct tilelog_options o = options(d);
	char err[TILELOG_ERROR_MAX] = "";
	struct tilelog *l = tilelog_open(&o, err, sizeof(err));

	cr_assert_null(l, "opened, though: %s", why);
	cr_assert_not_null(strstr(err, why), "\"%s\" lacks \"%s\"", err, why);
}

/* Entry i: its length and bytes follow from i. */
static size_t
entry(uint64_t i, char buf[64])
{

	return ((size_t)snprintf(buf, 64, "entry %llu%.*s",
	    (unsigned long long)i, (int)(i % 20), "____________________"));
}

/* Add entries until the log holds `size`; the first that is not taken ends it. */
static int
fill(struct tilelog *l, uint64_t size)
{
	char buf[64];
	int rc = TILELOG_OK;

	while (rc == TILELOG_OK && tilelog_size(l) < size)
		rc = tilelog_add(l, buf, entry(tilelog_size(l), buf));
	return (rc);
}

/* The root of a tree of the first `size` entries. */
static void
root_of(uint64_t size, uint8_t root[MERKLE_LEN])
{
	struct merkle_range r = { .size = 0 };
	uint8_t leaf[MERKLE_LEN];
	char buf[64];
	uint64_t i;

	for (i = 0; i < size; i++) {
		sha256_leaf(leaf, buf, entry(i, buf));
		merkle_range_add(&r, leaf);
	}
	merkle_range_root(&r, root);
}

/* What the checkpoint on disk says: 1, or 0 when there is none; -1 if it is bad. */
static int
visible(struct logdisk *d, struct checkpoint *c)
{
	struct note_verifier key = signer.public;
	const struct note_verifier *keys[1] = { &key };
	char err[NOTE_ERROR_MAX], *p;
	static struct note n;
	size_t len;
	int rc;

	if ((p = logdisk_read(logdisk_path(d, "log/checkpoint"), &len)) == NULL)
		return (0);
	rc = checkpoint_open(c, &n, p, len, keys, 1, err);
	free(p);
	return (rc == 0 ? 1 : -1);
}

/* The log on disk is whole: every entry, every tile, the root. */
static void
must_be_whole(struct logdisk *d, uint64_t size)
{
	struct tiles_dir td = { NULL, logdisk_path(d, "log") };
	struct tiles_source src = { tiles_dir_get, &td };
	uint8_t root[MERKLE_LEN], want[MERKLE_LEN];
	struct checkpoint c;
	struct tiles *t;
	const uint8_t *p;
	char buf[64];
	uint64_t i;
	size_t len;
	int level;

	cr_assert_eq(visible(d, &c), 1);
	cr_assert_eq(c.size, size);
	cr_assert_str_eq(c.origin, ORIGIN);
	root_of(size, want);
	cr_assert_arr_eq(c.root, want, MERKLE_LEN);
	t = tiles_open(&src, size);
	cr_assert_eq(tiles_root(t, root), 0, "%s", tiles_error(t));
	cr_assert_arr_eq(root, want, MERKLE_LEN);
	for (i = 0; i < size; i++) {
		cr_assert_eq(tiles_entry(t, i, &p, &len), 0, "%s",
		    tiles_error(t));
		cr_assert_eq(len, entry(i, buf));
		cr_assert_arr_eq(p, buf, len);
	}
	for (level = 0; level < 2; level++)
		for (i = 0; tile_width(level, i, size) == TILE_WIDTH; i++)
			cr_assert_eq(tiles_check(t, level, i), 0);
	tiles_close(t);
}

/* Fill and publish, or fail the test. */
static void
grow(struct tilelog *l, uint64_t size)
{

	cr_assert_eq(fill(l, size), TILELOG_OK, "%s", tilelog_error(l));
	cr_assert_eq(tilelog_publish(l), TILELOG_OK, "%s", tilelog_error(l));
}

/* Remember the text that a checkpoint of others signs, by its size. */
struct texts {
	char text[16][256];
};

static void
take_text(void *arg, const char *path)
{
	struct texts *t = arg;
	unsigned size;
	size_t len;
	char *p;

	if (sscanf(strrchr(path, '/'), "/checkpoint.%u", &size) != 1 ||
	    size > 15 || (p = vectors_read(path, &len)) == NULL)
		return;
	*(strstr(p, "\n\n") + 1) = '\0';
	snprintf(t->text[size], sizeof(t->text[size]), "%s", p);
	free(p);
}

/* Compare a file of ours with theirs. */
static void
same_file(const char *theirs, const struct logdisk *d, const char *name)
{
	char path[VECTORS_PATH + TILE_PATH_MAX];
	size_t n, m;
	char *a, *b;

	snprintf(path, sizeof(path), "%s/%s", theirs, name);
	a = vectors_read(path, &n);
	snprintf(path, sizeof(path), "log/%s", name);
	b = logdisk_read(logdisk_path(d, path), &m);
	cr_assert_not_null(a, "%s", name);
	cr_assert_not_null(b, "%s", name);
	cr_assert_eq(n, m, "%s", name);
	cr_assert_arr_eq(a, b, n, "%s", name);
	free(a);
	free(b);
}

/* Entries of another implementation's log make the same files and roots. */
Test(tilelog, writes_what_others_write)
{
	char theirs[VECTORS_PATH], path[VECTORS_PATH + 64];
	char name[TILE_PATH_MAX], err[TILELOG_ERROR_MAX], *bundle, *p;
	struct texts *texts = calloc(1, sizeof(*texts));
	struct logdisk *d = logdisk_new();
	struct tilelog_options o = options(d);
	const uint8_t *e;
	size_t len, n, off = 0, k;
	struct tilelog *l;
	unsigned i;

	if (vectors_find(theirs, "tlog-tiles/tessera-testdata/testdata/log")
	    != 0)
		cr_skip_test("skipped: no vectors");
	cr_assert_geq(vectors_each(theirs, "", take_text, texts), 16);
	snprintf(path, sizeof(path), "%s/tile/entries/000.p/15", theirs);
	bundle = vectors_read(path, &len);
	o.origin = "example.com/log/testdata";
	l = tilelog_open(&o, err, sizeof(err));
	cr_assert_not_null(l, "%s", err);
	for (i = 0; i <= 15; i++) {
		cr_assert_eq(tilelog_publish(l), TILELOG_OK);
		p = logdisk_read(logdisk_path(d, "log/checkpoint"), &k);
		cr_assert(strncmp(p, texts->text[i], strlen(texts->text[i]))
		    == 0, "checkpoint of size %u:\n%s", i, p);
		free(p);
		if (i > 0) {
			tile_path(name, TILE_ENTRIES, 0, i);
			same_file(theirs, d, name);
			tile_path(name, 0, 0, i);
			same_file(theirs, d, name);
		}
		if (i < 15) {
			cr_assert_eq(tile_bundle_next((uint8_t *)bundle, len,
			    &off, &e, &n), 1);
			cr_assert_eq(tilelog_add(l, e, n), TILELOG_OK);
		}
	}
	tilelog_close(l);
	free(bundle);
	free(texts);
	logdisk_free(d);
}

/* Around the edges of tiles, published one after the other and opened anew. */
Test(tilelog, every_size_is_whole)
{
	static const uint64_t sizes[] = { 1, 2, 255, 256, 257, 511, 512, 513,
		768, 1000, 2560 };
	struct logdisk *d = logdisk_new();
	struct tilelog *l;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		l = must_open(d);
		cr_assert_eq(tilelog_size(l), i == 0 ? 0 : sizes[i - 1]);
		grow(l, sizes[i]);
		cr_assert_eq(d->ndirty, 0, "%s is not synced", d->dirty[0]);
		must_be_whole(d, sizes[i]);
		tilelog_close(l);
	}
	cr_assert_not(d->early, "%s was not synced", d->what);
	logdisk_free(d);
}

/* A backlog of many files is synced as a whole, and before it is named. */
Test(tilelog, a_backlog_is_synced_at_once)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	grow(l, 66000);
	cr_assert_geq(d->syncfs, 1);
	cr_assert_not(d->early, "%s was not synced", d->what);
	must_be_whole(d, 66000);
	grow(l, 66001);
	cr_assert_eq(d->syncfs, 1, "one entry needs no sync of everything");
	cr_assert_not(d->early, "%s was not synced", d->what);
	must_be_whole(d, 66001);
	tilelog_close(l);
	l = must_open(d);
	grow(l, 66305);
	must_be_whole(d, 66305);
	tilelog_close(l);
	logdisk_free(d);
}

/* Partial tiles stay until their full tile is published, and no longer. */
Test(tilelog, partial_tiles_go_when_the_full_one_is_there)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	grow(l, 3);
	grow(l, 200);
	cr_assert(logdisk_exists(logdisk_path(d, "log/tile/0/000.p/3")));
	cr_assert(logdisk_exists(logdisk_path(d, "log/tile/0/000.p/200")));
	cr_assert_eq(fill(l, 300), TILELOG_OK);
	cr_assert(logdisk_exists(logdisk_path(d, "log/tile/0/000.p/200")),
	    "the checkpoint of size 200 still needs it");
	grow(l, 300);
	cr_assert_not(logdisk_exists(logdisk_path(d, "log/tile/0/000.p")));
	cr_assert_not(logdisk_exists(logdisk_path(d,
	    "log/tile/entries/000.p")));
	cr_assert(logdisk_exists(logdisk_path(d, "log/tile/0/001.p/44")));
	cr_assert(logdisk_exists(logdisk_path(d, "log/tile/1/000.p/1")));
	tilelog_close(l);
	logdisk_free(d);
}

/* A partial tile above that has not changed is not written again. */
Test(tilelog, what_is_published_is_not_written_again)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);
	struct stat before, after;

	grow(l, 300);
	cr_assert_eq(stat(logdisk_path(d, "log/tile/1/000.p/1"), &before), 0);
	grow(l, 301);
	tilelog_close(l);
	l = must_open(d);
	grow(l, 302);
	cr_assert_eq(tilelog_publish(l), TILELOG_OK);
	cr_assert_eq(stat(logdisk_path(d, "log/tile/1/000.p/1"), &after), 0);
	cr_assert_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	cr_assert_eq(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	tilelog_close(l);
	logdisk_free(d);
}

/* What a crash left beyond the checkpoint is made anew. */
Test(tilelog, leftovers_beyond_the_checkpoint_are_replaced)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);
	char whole[8192];

	grow(l, 100);
	tilelog_close(l);
	memset(whole, 'x', sizeof(whole));
	logdisk_write(logdisk_path(d, "log/tile/0/000"), whole, sizeof(whole));
	logdisk_write(logdisk_path(d, "log/tile/0/000.p/140"), "torn", 4);
	logdisk_write(logdisk_path(d, "log/tile/entries/000"), "torn", 4);
	mkdir(logdisk_path(d, "log/tile/0/001.p"), 0700);
	logdisk_write(logdisk_path(d, "log/tile/0/001.p/7"), "torn", 4);
	logdisk_write(logdisk_path(d, "log/checkpoint.tmp"), "torn", 4);
	l = must_open(d);
	cr_assert_not(logdisk_exists(logdisk_path(d, "log/checkpoint.tmp")));
	grow(l, 140);
	must_be_whole(d, 140);
	grow(l, 600);
	must_be_whole(d, 600);
	cr_assert_not(logdisk_exists(logdisk_path(d, "log/tile/0/001.p")));
	tilelog_close(l);
	logdisk_free(d);
}

/* Partial tiles that a crash kept from being removed go at the next start. */
Test(tilelog, superseded_partial_tiles_go_at_the_next_start)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	grow(l, 600);
	tilelog_close(l);
	mkdir(logdisk_path(d, "log/tile/entries/000.p"), 0700);
	logdisk_write(logdisk_path(d, "log/tile/entries/000.p/9"), "x", 1);
	tilelog_close(must_open(d));
	cr_assert_not(logdisk_exists(logdisk_path(d,
	    "log/tile/entries/000.p")));
	cr_assert(logdisk_exists(logdisk_path(d, "log/tile/entries/002.p/88")));
	logdisk_free(d);
}

/* A log of 300 published entries. */
static struct logdisk *
make_300(void)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	grow(l, 300);
	tilelog_close(l);
	return (d);
}

Test(tilelog, an_altered_tile_on_the_edge_is_refused)
{
	struct logdisk *d = make_300();

	logdisk_flip(logdisk_path(d, "log/tile/0/001.p/44"), 40);
	must_refuse(d, "root");
	logdisk_flip(logdisk_path(d, "log/tile/0/001.p/44"), 40);
	logdisk_flip(logdisk_path(d, "log/tile/1/000.p/1"), 0);
	must_refuse(d, "root");
	logdisk_flip(logdisk_path(d, "log/tile/1/000.p/1"), 0);
	logdisk_flip(logdisk_path(d, "log/tile/entries/001.p/44"), 5);
	must_refuse(d, "entry 256");
	logdisk_flip(logdisk_path(d, "log/tile/entries/001.p/44"), 5);
	unlink(logdisk_path(d, "log/tile/0/001.p/44"));
	must_refuse(d, "tile/0/001");
	logdisk_free(d);
}

Test(tilelog, a_checkpoint_of_another_log_or_key_is_refused)
{
	struct logdisk *d = make_300();
	struct tilelog_options o = options(d);
	char err[TILELOG_ERROR_MAX] = "";

	o.origin = NODE "/decisions/2026.2";
	cr_assert_null(tilelog_open(&o, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "not of " NODE "/decisions/2026.2"),
	    "%s", err);
	signers[0] = &other;
	must_refuse(d, "checkpoint: ");
	signers[0] = &signer;
	logdisk_flip(logdisk_path(d, "log/checkpoint"), strlen(ORIGIN) + 1);
	must_refuse(d, "checkpoint: ");
	logdisk_free(d);
}

/* A node's key was changed: the last checkpoint bears the earlier one. */
Test(tilelog, an_earlier_key_may_have_signed_the_checkpoint)
{
	struct logdisk *d = make_300();
	struct tilelog_options o = options(d);
	const struct note_verifier *earlier[1] = { &signer.public };
	const struct note_signer *now[1] = { &other };
	char err[TILELOG_ERROR_MAX] = "", *vkey;
	struct tilelog *l;
	size_t len;

	o.signers = now;
	o.earlier = earlier;
	o.nearlier = 1;
	l = tilelog_open(&o, err, sizeof(err));
	cr_assert_not_null(l, "%s", err);
	grow(l, 301);
	tilelog_close(l);
	vkey = logdisk_read(logdisk_path(d, "log/vkey"), &len);
	cr_assert_not_null(strchr(vkey, '\n'));
	cr_assert_eq(strncmp(strchr(vkey, '\n') + 1, ORIGIN "+",
	    strlen(ORIGIN "+")), 0, "%s", vkey);
	cr_assert_eq(vkey[len - 1], '\n');
	free(vkey);
	signers[0] = &other;
	tilelog_close(must_open(d));
	signers[0] = &signer;
	logdisk_free(d);
}

/* Signed by the right key, but naming more entries than there are. */
Test(tilelog, a_checkpoint_larger_than_its_entries_is_refused)
{
	struct logdisk *d = make_300();
	struct note_signer named = signer;
	const struct note_signer *s[1] = { &named };
	struct checkpoint c = { .origin = ORIGIN, .size = 400 };
	char out[CHECKPOINT_MAX];
	size_t len;

	root_of(400, c.root);
	cr_assert_eq(note_verifier_name(&named.public, ORIGIN), 0);
	len = checkpoint_sign(out, sizeof(out), &c, s, 1);
	cr_assert_gt(len, 0);
	logdisk_write(logdisk_path(d, "log/checkpoint"), out, len);
	must_refuse(d, "tile/0/001");
	logdisk_free(d);
}

/* What the killed child does: grow the log by odd steps, publishing after each. */
static const uint64_t pace[] = { 1, 5, 200, 256, 257, 300, 700, 701, 1030 };
#define PACES	(sizeof(pace) / sizeof(pace[0]))

static int
work(struct logdisk *d)
{
	struct tilelog_options o = options(d);
	char err[TILELOG_ERROR_MAX];
	struct tilelog *l = tilelog_open(&o, err, sizeof(err));
	size_t i;
	int rc = 0;

	if (l == NULL)
		return (-1);
	for (i = 0; i < PACES && rc == 0; i++)
		if (pace[i] > tilelog_size(l) && (fill(l, pace[i]) != 0 ||
		    tilelog_publish(l) != 0))
			rc = -1;
	tilelog_close(l);
	return (rc);
}

/* Run the work in a child that dies at step k; nonzero if it lived to its end. */
static int
killed_at(struct logdisk *d, long k)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		d->steps = 0;
		d->kill_at = k;
		_exit(work(d) == 0 ? 0 : 1);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return (WIFEXITED(status));
}

/* The head that is visible is of our entries, and no smaller than before. */
static uint64_t
check_head(struct logdisk *d, uint64_t before)
{
	uint8_t root[MERKLE_LEN];
	struct checkpoint c;
	int there = visible(d, &c);

	cr_assert_geq(there, 0, "no good checkpoint");
	if (there == 0) {
		cr_assert_eq(before, 0, "the checkpoint is gone");
		return (0);
	}
	cr_assert_geq(c.size, before);
	root_of(c.size, root);
	cr_assert_arr_eq(c.root, root, MERKLE_LEN);
	return (c.size);
}

/* A kill at every step: the head stays a descendant, and the work ends the same. */
Test(tilelog, killed_at_every_step)
{
	struct logdisk *d = logdisk_new(), *quiet = logdisk_new();
	char want[2 * LOGDISK_PATH], is[2 * LOGDISK_PATH];
	uint64_t head;
	long k;
	int lived = 0;

	cr_assert_eq(work(quiet), 0);
	snprintf(want, sizeof(want), "%s", logdisk_path(quiet, "log"));
	snprintf(is, sizeof(is), "%s", logdisk_path(d, "log"));
	for (k = 1; !lived; k++) {
		logdisk_empty(d);
		lived = killed_at(d, k);
		head = check_head(d, 0);
		cr_assert_eq(work(d), 0, "after a kill at step %ld", k);
		cr_assert_geq(check_head(d, head), 1030);
		if (k % 7 == 0 || lived)
			must_be_whole(d, 1030);
	}
	cr_assert_gt(k, 100);
	cr_assert(logdisk_same(want, is));
	logdisk_free(quiet);
	logdisk_free(d);
}

/* The same, one kill after the other on one log. */
Test(tilelog, killed_again_and_again)
{
	struct logdisk *d = logdisk_new();
	uint64_t head = 0;
	long k;

	for (k = 1; k < 400 && !killed_at(d, 1 + k % 41); k++)
		head = check_head(d, head);
	cr_assert_eq(work(d), 0);
	must_be_whole(d, 1030);
	logdisk_free(d);
}

/* Work on through a disk that is full now and then; count how often it was. */
static int
work_on(struct logdisk *d)
{
	struct tilelog *l = must_open(d);
	int rc, full = 0;
	size_t i;

	for (i = 0; i < PACES; i++) {
		while ((rc = fill(l, pace[i])) == TILELOG_FULL && full < 50)
			full++;
		cr_assert_eq(rc, TILELOG_OK, "%s", tilelog_error(l));
		while ((rc = tilelog_publish(l)) == TILELOG_FULL && full < 50)
			full++;
		cr_assert_eq(rc, TILELOG_OK, "%s", tilelog_error(l));
	}
	tilelog_close(l);
	return (full);
}

/* No room at every write, opening and mkdir in turn: the log goes on. */
Test(tilelog, a_full_disk_is_waited_for)
{
	static const enum logdisk_step what[] = { LOGDISK_WRITE, LOGDISK_OPEN,
		LOGDISK_MKDIR };
	struct logdisk *d = logdisk_new();
	size_t w;
	long at, n = 1, first;

	d->only = "/log/";
	for (w = 0; w < 3; w++) {
		/* The first ones are of opening, which is refused as a whole. */
		first = what[w] == LOGDISK_MKDIR ? 1 : 2;
		for (at = first, n = 1; n > 0; at++) {
			logdisk_empty(d);
			d->fail_step = what[w];
			d->fail_errno = at % 2 != 0 ? ENOSPC : EDQUOT;
			d->fail_for = at % 3;
			d->fail_at = at;
			d->failures = 0;
			d->early = 0;
			(void)work_on(d);
			n = d->failures;
			must_be_whole(d, 1030);
			cr_assert_not(d->early, "%s was not synced", d->what);
		}
		cr_assert_gt(at, what[w] == LOGDISK_MKDIR ? 8 : 30, "%ld", at);
	}
	logdisk_free(d);
}

/* A short write on a full disk is for want of room; else it is a failure. */
Test(tilelog, a_short_write_is_asked_about)
{
	struct logdisk *d = make_300();
	struct tilelog *l = must_open(d);

	cr_assert_eq(fill(l, 310), TILELOG_OK);
	d->fail_step = LOGDISK_WRITE;
	d->fail_errno = 0;
	d->fail_at = 1;
	d->full = 1;
	cr_assert_eq(tilelog_publish(l), TILELOG_FULL);
	cr_assert_eq(tilelog_publish(l), TILELOG_OK);
	must_be_whole(d, 310);
	cr_assert_eq(fill(l, 320), TILELOG_OK);
	d->fail_at = 1;
	d->full = 0;
	cr_assert_eq(tilelog_publish(l), TILELOG_FAILED);
	cr_assert_eq(tilelog_publish(l), TILELOG_FAILED, "not latched");
	tilelog_close(l);
	must_be_whole(d, 310);
	logdisk_free(d);
}

/* After an entry was refused for want of room, it is not in the log. */
Test(tilelog, an_entry_that_is_refused_was_not_taken)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	cr_assert_eq(fill(l, 255), TILELOG_OK);
	d->fail_step = LOGDISK_WRITE;
	d->fail_errno = ENOSPC;
	d->fail_for = -1;
	d->fail_at = 1;
	cr_assert_eq(fill(l, 256), TILELOG_OK, "it is in memory");
	cr_assert_eq(fill(l, 257), TILELOG_FULL);
	cr_assert_eq(fill(l, 257), TILELOG_FULL);
	cr_assert_eq(tilelog_size(l), 256);
	cr_assert_eq(tilelog_publish(l), TILELOG_FULL);
	cr_assert_not_null(strstr(tilelog_error(l), "No space"), "%s",
	    tilelog_error(l));
	d->fail_at = 0;
	grow(l, 257);
	must_be_whole(d, 257);
	tilelog_close(l);
	logdisk_free(d);
}

/* An error of any sync is final: the old head stands, and opening anew helps. */
Test(tilelog, a_failed_sync_is_final)
{
	struct logdisk *d = logdisk_new();
	struct checkpoint c, now;
	struct tilelog *l;
	long at;
	int rc = TILELOG_FAILED;

	for (at = 1; rc != TILELOG_OK; at++) {
		logdisk_empty(d);
		l = must_open(d);
		grow(l, 300);
		d->fail_step = LOGDISK_SYNC;
		d->fail_errno = at % 2 != 0 ? EIO : ENOSPC;
		d->fail_at = at;
		if ((rc = fill(l, 5000)) == TILELOG_OK)
			rc = tilelog_publish(l);
		d->fail_at = 0;
		if (rc == TILELOG_FULL) {	/* of the checkpoint itself */
			cr_assert_eq(d->fail_errno, ENOSPC);
			cr_assert_eq(tilelog_publish(l), TILELOG_OK);
			must_be_whole(d, 5000);
		} else if (rc == TILELOG_FAILED) {
			cr_assert_eq(tilelog_publish(l), TILELOG_FAILED);
			cr_assert_eq(fill(l, 5001), TILELOG_FAILED);
			tilelog_head(l, &c);
			cr_assert_eq(c.size, 300);
		}
		tilelog_close(l);
		cr_assert_eq(visible(d, &now), 1);
		cr_assert(now.size == 300 || now.size == 5000);
		l = must_open(d);
		grow(l, 5000);
		tilelog_close(l);
		must_be_whole(d, 5000);
	}
	cr_assert_gt(at, 30);
	logdisk_free(d);
}

/* The keys are named once, and an entry has bounds. */
Test(tilelog, names_its_keys_and_bounds_its_entries)
{
	struct logdisk *d = make_300();
	struct tilelog *l = must_open(d);
	struct note_verifier v;
	char err[NOTE_ERROR_MAX] = "", *p;
	static char large[65536];
	size_t len;

	p = logdisk_read(logdisk_path(d, "log/vkey"), &len);
	cr_assert_not_null(p);
	cr_assert_eq(note_verifier_parse(&v, p, len - 1, err), 0, "%s", err);
	cr_assert_str_eq(v.name, ORIGIN);
	cr_assert_arr_eq(v.key, signer.public.key, 32);
	free(p);
	cr_assert_eq(tilelog_add(l, large, 65535), TILELOG_OK);
	cr_assert_eq(tilelog_publish(l), TILELOG_OK);
	tilelog_close(l);
	l = must_open(d);
	cr_assert_eq(tilelog_add(l, large, 65536), TILELOG_FAILED);
	tilelog_close(l);
	logdisk_free(d);
}
