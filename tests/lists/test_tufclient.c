/* The client and its directory: what a kill, a power cut or a full disk leaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "store/memdisk.h"

#include "tufworld.h"

#define RELEASES	4	/* that the client follows, one refresh each */
#define SEEDS		4	/* power cuts tried at each step */

/* A repository with all releases made; each source shows it as of one of them. */
struct past {
	struct tufkit *kit;
	char *timestamp[RELEASES];	/* as it was */
	size_t len[RELEASES];
	uint32_t roots[RELEASES];
	size_t at;			/* release that is shown */
	char *root;
	size_t root_len;
};

/* Answer as the repository was at a release. */
static int
answer(void *arg, const char *path, size_t max, void **data, size_t *len,
    char *err)
{
	struct past *p = arg;
	char full[64];
	unsigned n;

	(void)max;
	(void)err;
	if (strcmp(path, "timestamp.json") == 0) {
		*len = p->len[p->at];
		*data = malloc(*len);
		memcpy(*data, p->timestamp[p->at], *len);
		return (0);
	}
	if (sscanf(path, "%u.root.json", &n) == 1 && strstr(path, ".root.") !=
	    NULL && n > p->roots[p->at])
		return (1);
	snprintf(full, sizeof(full), "metadata/%s", path);
	*data = tufkit_read(tufkit_path(p->kit, full), len);
	return (*data == NULL);
}

/* 0: the first; 1: the next; 2: after a rotation of the timestamp's and the snapshot's
 * keys, with two roots to walk; 3: the next. */
static void
past_make(struct past *p)
{

	memset(p, 0, sizeof(*p));
	p->kit = tufkit_new(NULL, TUFWORLD_NOW);
	for (size_t i = 0; i < RELEASES; i++) {
		if (i == 2) {
			tufkit_rotate(p->kit, TUF_TIMESTAMP, 0);
			tufkit_publish_root(p->kit);
			tufkit_rotate(p->kit, TUF_SNAPSHOT, 0);
			tufkit_rotate(p->kit, TUF_ROOT, 1);
			tufkit_publish_root(p->kit);
		}
		tufkit_publish(p->kit);
		p->roots[i] = i < 2 ? 1 : 3;
		p->timestamp[i] = tufkit_read(tufkit_path(p->kit,
		    "metadata/timestamp.json"), &p->len[i]);
	}
	p->root = tufkit_read(tufkit_path(p->kit, "metadata/1.root.json"),
	    &p->root_len);
	cr_assert(p->root != NULL);
}

static void
past_free(struct past *p)
{

	for (size_t i = 0; i < RELEASES; i++)
		free(p->timestamp[i]);
	free(p->root);
	tufkit_free(p->kit);
}

/* Refresh to a release: 0 or -1. */
static int
follow(struct tufclient *c, struct past *p, size_t release, struct tuf_error *err)
{
	const struct tufclient_source s = { answer, p };

	p->at = release;
	return (tufclient_refresh(c, &s, TUFWORLD_NOW, err));
}

/* Follow all releases, each with a client opened anew.  Return how many refreshes were
 * done when the disk died. */
static size_t
follow_all(struct past *p, struct memdisk *m)
{
	struct tuf_error err;
	struct tufclient *c;
	size_t done = 0;

	for (; done < RELEASES; done++) {
		c = tufclient_open("/d", &m->disk, NULL, &err);
		if (c == NULL)
			return (done);
		if (follow(c, p, done, &err) != 0) {
			cr_expect(err.fault == TUF_SYSTEM, "%s", err.text);
			tufclient_close(c);
			return (done);
		}
		tufclient_close(c);
	}
	return (done);
}

/* What is left can be opened, is no older than what was told to be done, and goes on to
 * the newest. */
static void
expect_goes_on(struct past *p, struct memdisk *m, size_t done, long step)
{
	struct tuf_error err;
	struct tufclient *c;
	struct tuf *t;

	c = tufclient_open("/d", &m->disk, NULL, &err);
	cr_assert(c != NULL, "step %ld: %s", step, err.text);
	t = tufclient_tuf(c);
	if (done > 0)
		cr_expect(tuf_version(t, TUF_ROOT) >= p->roots[done - 1]);
	/* the rotation forgets the versions of before, nothing else does */
	if (done > 0 && (done != 2 || tuf_version(t, TUF_ROOT) == 1))
		cr_expect(tuf_version(t, TUF_TIMESTAMP) >= done,
		    "step %ld: timestamp %u after %zu", step,
		    tuf_version(t, TUF_TIMESTAMP), done);
	if (tuf_version(t, TUF_TARGETS) != 0)
		cr_expect(tuf_version(t, TUF_TARGETS) ==
		    tuf_meta_version(t, TUF_TARGETS));
	if (done > 1 && tuf_version(t, TUF_ROOT) == p->roots[done - 1])
		cr_expect(follow(c, p, done - 2, &err) == -1 &&
		    (err.fault == TUF_OLD || err.fault == TUF_UNSIGNED),
		    "step %ld: an older release is taken: %s", step, err.text);
	cr_expect(follow(c, p, RELEASES - 1, &err) == 0, "step %ld: %s", step,
	    err.text);
	tufclient_close(c);
	c = tufclient_open("/d", &m->disk, NULL, &err);
	cr_assert(c != NULL);
	t = tufclient_tuf(c);
	cr_expect(tuf_version(t, TUF_ROOT) == 3 &&
	    tuf_version(t, TUF_TIMESTAMP) == RELEASES &&
	    tuf_version(t, TUF_SNAPSHOT) == RELEASES &&
	    tuf_version(t, TUF_TARGETS) == RELEASES, "step %ld", step);
	tufclient_close(c);
}

/* A disk that holds the first root, with a step at which it ends. */
static struct memdisk *
disk_with_root(struct past *p, long fail_at)
{
	struct memdisk *m = memdisk_new();

	memdisk_put(m, "root.json", p->root, p->root_len);
	m->fail_step = MEM_ANY;
	m->fail_at = fail_at;
	m->fail_errno = EIO;
	return (m);
}

Test(tufclient, a_kill_or_a_power_cut_at_any_step_leaves_what_can_go_on)
{
	struct memdisk *m, *left;
	struct past p;
	size_t done = 0;
	long steps = 0;

	past_make(&p);
	for (long n = 1; done < RELEASES; n++) {
		m = disk_with_root(&p, n);
		m->fail_dead = 1;
		done = follow_all(&p, m);
		steps = n;
		left = memdisk_killed(m);
		expect_goes_on(&p, left, done, n);
		memdisk_free(left);
		for (uint64_t seed = 0; seed < SEEDS; seed++) {
			left = memdisk_power_cut(m, seed);
			expect_goes_on(&p, left, done, n);
			memdisk_free(left);
		}
		memdisk_free(m);
	}
	cr_expect(steps > 50, "%ld steps", steps);
	past_free(&p);
}

Test(tufclient, a_full_disk_is_made_up_for_by_the_next_refresh)
{
	struct tuf_error err;
	struct tufclient *c;
	struct memdisk *m;
	struct past p;
	int failed = 1;

	past_make(&p);
	for (long n = 1; failed; n++) {
		m = disk_with_root(&p, n);
		m->fail_errno = ENOSPC;
		c = tufclient_open("/d", &m->disk, NULL, &err);
		cr_assert(c != NULL, "%s", err.text);
		failed = 0;
		for (size_t i = 0; i < RELEASES; i++) {
			if (follow(c, &p, i, &err) == 0)
				continue;
			cr_expect(err.fault == TUF_SYSTEM && strstr(err.text,
			    "/d/") != NULL, "%s", err.text);
			failed = 1;
			cr_expect(follow(c, &p, i, &err) == 0, "step %ld: %s",
			    n, err.text);
		}
		tufclient_close(c);
		m->fail_at = 0;
		expect_goes_on(&p, m, RELEASES, n);
		memdisk_free(m);
	}
	past_free(&p);
}

/* A disk that failed is made up for even when nobody answers. */
Test(tufclient, what_could_not_be_stored_is_stored_before_anything_is_asked)
{
	struct tuf_error err;
	struct tufclient *c;
	struct memdisk *m;
	struct past p;

	past_make(&p);
	m = disk_with_root(&p, 0);
	m->fail_step = MEM_RENAME;
	m->fail_at = 3;		/* targets.json */
	c = tufclient_open("/d", &m->disk, NULL, &err);
	cr_assert(c != NULL, "%s", err.text);
	cr_expect(follow(c, &p, 0, &err) == -1 && err.fault == TUF_SYSTEM);
	p.timestamp[3][0] = 'x';	/* nothing that could be followed */
	cr_expect(follow(c, &p, 3, &err) == -1 && err.fault != TUF_SYSTEM);
	tufclient_close(c);
	c = tufclient_open("/d", &m->disk, NULL, &err);
	cr_assert(c != NULL, "%s", err.text);
	cr_expect(tuf_version(tufclient_tuf(c), TUF_ROOT) == 3);
	tufclient_close(c);
	memdisk_free(m);

	/* the same without a rotation */
	m = disk_with_root(&p, 0);
	m->fail_step = MEM_RENAME;
	m->fail_at = 3;
	c = tufclient_open("/d", &m->disk, NULL, &err);
	cr_assert(c != NULL, "%s", err.text);
	cr_expect(follow(c, &p, 0, &err) == -1 && err.fault == TUF_SYSTEM);
	p.timestamp[1][0] = 'x';
	cr_expect(follow(c, &p, 1, &err) == -1 && err.fault == TUF_FORM);
	tufclient_close(c);
	c = tufclient_open("/d", &m->disk, NULL, &err);
	cr_assert(c != NULL, "%s", err.text);
	cr_expect(tuf_version(tufclient_tuf(c), TUF_TARGETS) == 1);
	tufclient_close(c);
	memdisk_free(m);
	past_free(&p);
}

/* A refresh that brings nothing new does not touch the disk. */
Test(tufclient, nothing_new_writes_nothing)
{
	struct tuf_error err;
	struct tufclient *c;
	struct memdisk *m;
	struct past p;
	long steps;

	past_make(&p);
	m = disk_with_root(&p, 0);
	c = tufclient_open("/d", &m->disk, NULL, &err);
	cr_assert(c != NULL && follow(c, &p, 0, &err) == 0, "%s", err.text);
	steps = m->steps;
	cr_expect(follow(c, &p, 0, &err) == 0 && m->steps == steps);
	tufclient_close(c);
	c = tufclient_open("/d", &m->disk, NULL, &err);
	cr_expect(c != NULL && follow(c, &p, 0, &err) == 0);
	cr_expect(m->steps == steps, "%ld steps more", m->steps - steps);
	tufclient_close(c);
	memdisk_free(m);
	past_free(&p);
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
