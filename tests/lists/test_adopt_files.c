#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adoptcase.h"

/*
 * The metadata in incoming/ are good, the files that they name are not, or not there, or
 * not for long.  Refused with a sentence; the last good lists go on serving.
 */

/* The path of a target in incoming/. */
static const char *
target(const struct adoptkit *k, const char *name)
{
	const char *slash = strrchr(name, '/');
	json_t *e = json_object_get(json_object_get(
	    k->repo->body[TUF_TARGETS], "targets"), name);
	const char *sum = json_string_value(json_object_get(
	    json_object_get(e, "hashes"), "sha256"));

	cr_assert_not_null(sum, "%s", name);
	return (adoptkit_path(k, "incoming/targets/%.*s%s.%s",
	    (int)(slash + 1 - name), name, sum, slash + 1));
}

/* Replace a file. */
static void
write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	cr_assert_not_null(f, "%s", path);
	cr_assert_eq(fwrite(data, 1, len, f), len);
	fclose(f);
}

static const char *const files[] = {
	"lists/sanction/1-2.delta.zst", "policy/2", "outlets/2"
};

Test(adopt_files, altered_targets)
{

	for (size_t i = 0; i < 3; i++) {
		struct adoptkit *k = following();

		adoptkit_flip(target(k, files[i]), 9);
		refused(k, strrchr(files[i], '/') + 1);
		recovers(k);
	}
}

Test(adopt_files, missing_cut_and_grown_targets)
{

	for (size_t i = 0; i < 9; i++) {
		struct adoptkit *k = following();
		const char *path = target(k, files[i / 3]);
		struct stat st;

		cr_assert_eq(stat(path, &st), 0);
		if (i % 3 == 0)
			(void)unlink(path);
		else
			cr_assert_eq(truncate(path, i % 3 == 1 ?
			    st.st_size / 2 : (off_t)1 << 36), 0);
		refused(k, strrchr(files[i / 3], '/') + 1);
		recovers(k);
	}
}

Test(adopt_files, links_fifos_and_directories)
{

	for (size_t i = 0; i < 9; i++) {
		struct adoptkit *k = following();
		const char *path = i < 6 ? target(k, files[i / 3]) :
		    adoptkit_path(k, "incoming/metadata/2.targets.json");
		char other[TUFKIT_PATH + 16];

		/* The very file lies behind the link; still it is no file. */
		(void)snprintf(other, sizeof(other), "%s/other", k->dir);
		cr_assert_eq(rename(path, other), 0);
		if (i % 3 == 0)
			cr_assert_eq(symlink(other, path), 0);
		else if (i % 3 == 1)
			cr_assert_eq(mkfifo(path, 0600), 0);
		else
			cr_assert_eq(mkdir(path, 0700), 0);
		refused(k, i % 3 == 0 ? "symbolic link" : "regular file");
		recovers(k);
	}
}

Test(adopt_files, a_directory_full_of_files)
{
	struct adoptkit *k = following();
	int i;

	for (i = 0; i < 3000; i++)
		write_file(adoptkit_path(k, "incoming/metadata/x%d.json", i),
		    "", 0);
	k->disk.steps = 0;
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_lt(k->disk.steps, 200);
	adoptkit_free(k);
}

/* incoming/ goes away in the middle. */
static void
vanish(struct adoptkit *k)
{

	tufkit_rmtree(adoptkit_path(k, "incoming"));
	(void)mkdir(adoptkit_path(k, "incoming"), 0700);
}

Test(adopt_files, incoming_vanishes_in_the_middle)
{
	struct adoptkit *k = adoptkit_new();

	/* Verified, and gone before a snapshot is built from it. */
	adoptkit_sync(k);
	(void)snprintf(k->step, sizeof(k->step), "build");
	k->at = vanish;
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "snap.zst") != NULL, "%s", k->err);
	k->at = NULL;
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	/* Deltas and texts were copied as they were verified: they are taken. */
	adoptkit_put(k, "sanction", 17, 0);
	adoptkit_cut(k, "sanction", 1, 0);
	adoptkit_publish(k);
	k->at = vanish;
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	k->at = NULL;
	cr_expect_eq(adoptkit_run(k), 1, "%s", k->err);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

/* A snapshot is swapped between verification and use. */
static void
swap(struct adoptkit *k)
{
	const char *path = target(k, "lists/sanction/2.snap.zst");
	char *text;
	size_t len;

	text = tufkit_read(target(k, "lists/cards/1.snap.zst"), &len);
	write_file(path, text, len);
	free(text);
}

Test(adopt_files, a_snapshot_is_swapped_after_it_was_verified)
{
	struct adoptkit *k = following();

	adoptkit_find(k, "sanction")->version = 1;
	adoptkit_cut(k, "sanction", 0, 1);
	adoptkit_publish(k);
	(void)snprintf(k->step, sizeof(k->step), "build");
	k->at = swap;
	refused(k, "2.snap.zst");
	k->at = NULL;
	recovers(k);
}
