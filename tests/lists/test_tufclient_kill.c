/* The client's directory: what a kill, a power cut or a full disk leaves. */
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

Test(tufclient_kill, a_kill_or_a_power_cut_at_any_step_leaves_what_can_go_on)
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

Test(tufclient_kill, a_full_disk_is_made_up_for_by_the_next_refresh)
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
Test(tufclient_kill, what_could_not_be_stored_is_stored_before_anything_is_asked)
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
Test(tufclient_kill, nothing_new_writes_nothing)
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
