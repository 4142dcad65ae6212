#include <sys/stat.h>

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tilelogtest.h"
#include "vectors.h"

TestSuite(tilelog, .init = make_keys);

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

/* While others are served the rest of the disk is left alone. */
Test(tilelog, what_a_second_brings_is_synced_file_by_file)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	grow(l, 90000);
	cr_assert_eq(d->syncfs, 0);
	cr_assert_eq(d->ndirty, 0, "%s is not synced", d->dirty[0]);
	cr_assert_not(d->early, "%s was not synced", d->what);
	must_be_whole(d, 90000);
	tilelog_close(l);
	logdisk_free(d);
}

/* A backlog of many files is synced as a whole, and before it is named. */
Test(tilelog, a_backlog_is_synced_at_once)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	tilelog_backlog(l, 1);
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
