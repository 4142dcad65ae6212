/* The client and its directory: what it asks for, what it keeps, and what a rotation of
 * keys removes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "store/disk.h"

#include "tufworld.h"

/* The files are the bytes that came. */
Test(tufclient, files_are_kept_as_they_came)
{
	static const char *const names[TUF_ROLES] = {
		"root", "timestamp", "snapshot", "targets"
	};
	struct tufworld *w = tufworld_new();
	char path[2 * TUFKIT_PATH], name[64], *here, *there;
	size_t n1, n2, len;

	cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++) {
		snprintf(path, sizeof(path), "%s/%s.json", w->dir, names[r]);
		here = tufkit_read(path, &n1);
		snprintf(name, sizeof(name), r == TUF_TIMESTAMP ?
		    "metadata/%s.json" : "metadata/1.%s.json", names[r]);
		there = tufkit_read(tufkit_path(w->kit, name), &n2);
		cr_assert(here != NULL && there != NULL);
		cr_expect(n1 == n2 && memcmp(here, there, n1) == 0);
		cr_expect(memcmp(tuf_bytes(w->t, r, &len), there, n2) == 0 &&
		    len == n2);
		free(here);
		free(there);
	}
	tufworld_free(w);
}

/* Only what is new is asked for. */
Test(tufclient, nothing_new_costs_two_requests)
{
	struct tufworld *w = tufworld_new();

	cr_expect(tufworld_refresh(w) == 0 && w->source.asked == 4);
	cr_expect(tufworld_refresh(w) == 0 && w->source.asked == 6);
	tufworld_reopen(w);
	cr_expect(tufworld_refresh(w) == 0 && w->source.asked == 8);
	tufkit_publish_timestamp(w->kit);
	cr_expect(tufworld_refresh(w) == 0 && w->source.asked == 10);
	cr_expect(tuf_signed_at(w->t) == w->kit->now);
	tufworld_free(w);
}

/* A directory without a root, or with another file in its place, is not begun with. */
Test(tufclient, without_a_root_nothing_begins)
{
	struct tuf_error err;
	char *dir = tufkit_mkdtemp(), path[2 * TUFKIT_PATH];
	FILE *f;

	cr_expect(tufclient_open(dir, &disk_real, NULL, &err) == NULL);
	cr_expect(err.fault == TUF_SYSTEM && strstr(err.text, dir) != NULL);
	snprintf(path, sizeof(path), "%s/root.json", dir);
	f = fopen(path, "w");
	cr_assert(f != NULL && fputs("{}", f) >= 0 && fclose(f) == 0);
	cr_expect(tufclient_open(dir, &disk_real, NULL, &err) == NULL);
	cr_expect(err.fault == TUF_FORM, "%s", err.text);
	tufkit_rmtree(dir);
	free(dir);
}

/* What was spoilt on our own disk is fetched again; a root below it stays. */
Test(tufclient, spoilt_files_of_our_own_are_replaced)
{
	static const char *const names[] = {
		"timestamp.json", "snapshot.json", "targets.json"
	};
	struct tufworld *w = tufworld_new();
	char path[2 * TUFKIT_PATH];
	FILE *f;

	for (size_t i = 0; i < 3; i++) {
		cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
		snprintf(path, sizeof(path), "%s/%s", w->dir, names[i]);
		f = fopen(path, "w");
		cr_assert(f != NULL && fputs("spoilt", f) >= 0 &&
		    fclose(f) == 0);
		tufworld_reopen(w);
		cr_expect(tuf_version(w->t, TUF_TARGETS) == 0);
		cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
		cr_expect(tufworld_is(w, 1, 1, 1, 1));
	}
	tufworld_free(w);
}

/* With and without the digest before the name. */
Test(tufclient, target_paths)
{
	struct tufworld *w = tufworld_new();
	struct tuf_target g = { .name = "lists/case/1.snap.zst" };
	char path[300], small[60];

	cr_assert(tufworld_refresh(w) == 0);
	cr_expect(tufclient_target_path(w->c, &g, path, sizeof(path)) == -1);
	g.has_sha512 = 1;
	memset(g.sha512, 0xab, 64);
	cr_expect(tufclient_target_path(w->c, &g, path, sizeof(path)) == 0);
	cr_expect(strncmp(path, "lists/case/abab", 15) == 0 &&
	    strcmp(path + 11 + 128, ".1.snap.zst") == 0, "%s", path);
	g.has_sha256 = 1;
	memset(g.sha256, 0x1c, 32);
	cr_expect(tufclient_target_path(w->c, &g, path, sizeof(path)) == 0);
	cr_expect(strncmp(path, "lists/case/1c1c", 15) == 0 &&
	    strcmp(path + 11 + 64, ".1.snap.zst") == 0, "%s", path);
	cr_expect(tufclient_target_path(w->c, &g, small, sizeof(small)) == -1);
	tufworld_free(w);
}

/* A repository without consistent snapshots is followed by plain names. */
Test(tufclient, without_consistent_snapshots)
{
	static const char *const names[] = { "snapshot", "targets" };
	struct tufworld *w = tufworld_new();
	char from[64], to[64], path[300], *p;
	struct tuf_target g;
	size_t len;

	tufkit_publish_root(w->kit);
	json_object_set_new(w->kit->body[TUF_ROOT], "consistent_snapshot",
	    json_false());
	tufkit_seal(w->kit, TUF_ROOT);
	tufkit_publish(w->kit);
	for (size_t i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "metadata/2.%s.json", names[i]);
		snprintf(to, sizeof(to), "metadata/%s.json", names[i]);
		p = tufkit_read(tufkit_path(w->kit, from), &len);
		cr_assert(p != NULL && remove(tufkit_path(w->kit, from)) == 0);
		tufkit_write(w->kit, to, p, len);
		free(p);
	}
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tufworld_is(w, 2, 2, 2, 2));
	cr_assert(tuf_target_find(w->t, TUFWORLD_TARGET, &g) == 0);
	cr_expect(tufclient_target_path(w->c, &g, path, sizeof(path)) == 0);
	cr_expect_str_eq(path, TUFWORLD_TARGET);
	tufworld_free(w);
}

/* Put a file of the repository in the place of one of the client's; NULL: remove it. */
static void
put_file(struct tufworld *w, const char *name, const char *from)
{
	char path[2 * TUFKIT_PATH], *p;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", w->dir, name);
	if (from == NULL) {
		cr_assert(remove(path) == 0);
		return;
	}
	p = tufkit_read(tufkit_path(w->kit, from), &len);
	cr_assert(p != NULL && disk_replace(&disk_real, w->dir, name, p,
	    len) == 0);
	free(p);
}

/* Is there such a file of the client's? */
static int
has_file(struct tufworld *w, const char *name)
{
	char path[2 * TUFKIT_PATH], *p;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", w->dir, name);
	p = tufkit_read(path, &len);
	free(p);
	return (p != NULL);
}

/* A world whose snapshot was run ahead, and where the next root drops one of the two
 * keys of the timestamp; then the centre's own versions, far below. */
static struct tufworld *
run_ahead(void)
{
	struct tufworld *w = tufworld_new();

	w->kit->nkeys[TUF_TIMESTAMP] = 2;
	tufkit_rotate(w->kit, TUF_TIMESTAMP, 1);
	tufkit_publish_root(w->kit);
	json_object_set_new(w->kit->body[TUF_TARGETS], "version",
	    json_integer(1000));
	json_object_set_new(w->kit->body[TUF_SNAPSHOT], "version",
	    json_integer(1000));
	tufkit_publish(w->kit);
	cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
	w->kit->nkeys[TUF_TIMESTAMP] = 1;
	for (enum tuf_role r = TUF_TIMESTAMP; r < TUF_ROLES; r++)
		json_object_set_new(w->kit->body[r], "version",
		    json_integer(1));
	return (w);
}

/* A rotation removes the files too, whether or not new ones can be had. */
Test(tufclient, a_rotation_removes_the_files)
{
	struct tufworld *w = run_ahead();

	tufkit_publish_root(w->kit);
	tufkit_publish(w->kit);
	w->source.away = "timestamp.json";
	cr_expect(tufworld_refresh(w) == -1 && w->err.fault == TUF_AWAY);
	cr_expect(!has_file(w, "timestamp.json"));
	cr_expect(!has_file(w, "snapshot.json"));
	tufworld_reopen(w);
	w->source.away = NULL;
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tufworld_is(w, 3, 2, 2, 2));
	tufworld_free(w);
}

/* Killed after the root was stored, before the timestamp was removed. */
Test(tufclient, a_rotation_that_was_killed_after_the_root)
{
	struct tufworld *w = run_ahead();

	tufkit_rotate(w->kit, TUF_TIMESTAMP, 0);
	tufkit_publish_root(w->kit);
	tufkit_publish(w->kit);
	put_file(w, "root.json", "metadata/3.root.json");
	tufworld_reopen(w);
	cr_expect(tuf_version(w->t, TUF_TIMESTAMP) == 0);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tufworld_is(w, 3, 2, 2, 2));
	tufworld_free(w);
}

/* Killed after the timestamp was removed, before the snapshot was. */
Test(tufclient, a_rotation_that_was_killed_between_its_removals)
{
	struct tufworld *w = run_ahead();

	tufkit_publish_root(w->kit);
	tufkit_publish(w->kit);
	put_file(w, "root.json", "metadata/3.root.json");
	put_file(w, "timestamp.json", NULL);
	tufworld_reopen(w);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tufworld_is(w, 3, 2, 2, 2));
	tufworld_free(w);
}
