/* A node's heads, witnessed by the node above: real logs, real cosignatures. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/package_cosigned.h"
#include "audit/witness.h"
#include "audit/witness_heads.h"
#include "keys/note.h"
#include "net/headsource.h"
#include "store/disk.h"
#include "store/logset.h"
#include "store/witnessed.h"

#include "verifytest.h"

#define NOW UINT64_C(1795327200)

static char top[200], data[256], logs[300], file[300], parent[256];
static char err[HEADSOURCE_ERROR_MAX], body[HEADSOURCE_BODY_MAX];
static struct makelog m;
static struct note_signer key;
static struct headsource_options options;
static struct headsource *s;
static struct witness witness;
static const struct note_verifier *known[1];
static struct witness_answer a;
static int asked;		/* requests in the last round */
static struct checkpoint offered[8]; /* and what they offered */

static void
parent_open(void)
{

	(void)mkdir(parent, 0700);
	witness.heads = witness_heads_open(NULL, parent, 0, err);
	cr_assert_not_null(witness.heads, "%s", err);
}

static void
child_open(void)
{

	headsource_close(s);
	s = headsource_open(&options, err);
	cr_assert_not_null(s, "%s", err);
}

static void
setup(void)
{
	uint8_t secret[32];

	verifytest_temp(top);
	(void)snprintf(data, sizeof(data), "%s/data", top);
	(void)snprintf(logs, sizeof(logs), "%s/log", data);
	(void)snprintf(file, sizeof(file), "%s/witnessed", data);
	(void)snprintf(parent, sizeof(parent), "%s/parent", top);
	cr_assert_eq(mkdir(data, 0700), 0);
	memset(secret, 3, sizeof(secret));
	cr_assert_eq(note_signer_make(&key, "city.example/witness",
	    NOTE_COSIGNATURE, secret), 0);
	makelog_open(&m, logs);
	known[0] = &m.signer.public;
	witness = (struct witness){ .dir = parent, .signer = &key,
		.logs = known, .nlogs = 1 };
	options = (struct headsource_options){ .data = data,
		.node = MAKELOG_NODE, .witness = &key.public, .path = file };
	parent_open();
	child_open();
}

static void
teardown(void)
{

	headsource_close(s);
	witness_heads_close(witness.heads);
	makelog_remove(top);
}

TestSuite(headsource, .init = setup, .fini = teardown);

/* Put n entries into the log and publish it. */
static void
grow(uint64_t n)
{

	makelog_fill(&m, n);
	makelog_publish(&m);
}

/* Ask the witness as often as there is something; what the child comes to. */
static int
round_to(uint64_t end)
{
	long len;
	int rc = 1;

	for (asked = 0; rc == 1; asked++) {
		len = headsource_body(s, end, body, sizeof(body), err);
		if (len <= 0)
			return ((int)len);
		(void)witness_add(&witness, NOW, body, (size_t)len, &a);
		cr_assert_eq(witness_heads_sync(witness.heads, err), 0, "%s",
		    err);
		cr_assert_lt(asked, 8);
		offered[asked] = a.offered;
		rc = headsource_answer(s, end, a.status, a.body, a.len, err);
	}
	return (rc);
}

/* The head beside the newest log, and the one at <witness>, are what they shall be. */
static void
check_kept(uint64_t size)
{
	const struct note_verifier *w[] = { &key.public };
	struct witnessed compare = { .path = file, .witnesses = w,
		.nwitnesses = 1, .log = &m.signer.public };
	struct verifytest v = { .rc = 0 };
	char why[WITNESSED_ERROR_MAX];

	compare.logs = logset_open(NULL, logs, why, sizeof(why));
	cr_assert_not_null(compare.logs, "%s", why);
	cr_expect_eq(witnessed_check(&compare, why), WITNESSED_FINE, "%s", why);
	logset_close(compare.logs);
	cr_expect_eq(compare.seen_end, m.base + size);
	v.key[0] = &m.signer.public;
	v.key[1] = &key.public;
	v.o.keys = v.key;
	v.o.nkeys = 2;
	verifytest_run(&v, logs, NULL);
	cr_assert_eq(v.rc, 0, "%s", v.error);
	cr_assert_eq(v.findings, 0, "%s: %s", v.first.file, v.first.en);
	cr_assert_geq(v.nlogs, 1);
	cr_expect_eq(v.log[v.nlogs - 1].witnessed, size);
	cr_expect_eq(v.log[v.nlogs - 1].nwitnesses, 2);
}

/* Have the shell do something. */
static void __attribute__((format(printf, 1, 2)))
shell(const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	cr_assert_eq(system(line), 0, "%s", line);
}

/* A copy of a directory, made or put back. */
static void
copy(const char *from, const char *to)
{

	shell("rm -rf %s && cp -a %s %s", to, from, to);
}

Test(headsource, heads_are_cosigned_as_they_come)
{
	struct headsource_state st;
	int i;

	cr_expect_eq(headsource_body(s, 0, body, sizeof(body), err),
	    HEADSOURCE_NOTHING, "no head yet: %s", err);
	for (i = 0; i < 6; i++) {
		grow(i == 3 ? 700 : 1 + (uint64_t)i);
		cr_assert_eq(round_to(0), 0, "%s", err);
		cr_expect_eq(asked, 1);
		cr_expect_eq(offered[0].size, m.head.size);
		check_kept(m.head.size);
	}
	cr_expect_eq(round_to(0), HEADSOURCE_NOTHING);
	cr_expect_eq(asked, 0);
	headsource_state(s, &st);
	cr_expect_eq(st.cosigned.size, m.head.size);
	cr_expect_eq(st.time, NOW);
	cr_expect_eq(st.behind_log[0], '\0');
	/* Over a restart it knows where the witness stands. */
	child_open();
	cr_expect_eq(round_to(0), 0);
	cr_expect_eq(asked, 1, "whether it still stands there");
	cr_expect_eq(a.seen.size, m.head.size);
	cr_expect_eq(round_to(0), HEADSOURCE_NOTHING);
	grow(9);
	cr_expect_eq(round_to(0), 0, "%s", err);
	cr_expect_eq(asked, 1);
	makelog_close(&m);
}

Test(headsource, the_old_log_ends_before_the_new_one_begins)
{
	char old[192];
	uint64_t end;

	grow(20);
	cr_assert_eq(round_to(0), 0, "%s", err);
	makelog_fill(&m, 5);
	memcpy(old, m.origin, sizeof(old));
	makelog_turn(&m);
	end = m.base;
	grow(4);
	cr_assert_eq(round_to(0), 0, "%s", err);
	cr_assert_eq(asked, 2);
	cr_expect_str_eq(offered[0].origin, old);
	cr_expect_eq(offered[0].size, end - 1);
	cr_expect_str_eq(offered[1].origin, m.origin);
	cr_expect_eq(offered[1].size, m.head.size);
	check_kept(m.head.size);
	grow(4);
	child_open();
	cr_assert_eq(round_to(0), 0, "%s", err);
	cr_expect_eq(asked, 1, "the old one is done with");
	makelog_close(&m);
}

Test(headsource, a_witness_that_stands_elsewhere)
{
	char path[400];

	grow(20);
	cr_assert_eq(round_to(0), 0, "%s", err);
	grow(300);
	/* Nothing is known here of what it saw. */
	(void)snprintf(path, sizeof(path), "%s/2026.1/checkpoint.cosigned",
	    logs);
	cr_assert_eq(unlink(path), 0);
	child_open();
	cr_assert_eq(round_to(0), 0, "%s", err);
	cr_expect_eq(asked, 2, "once from nothing, once from where it stands");
	check_kept(m.head.size);
	/* It has lost its disk. */
	witness_heads_close(witness.heads);
	makelog_remove(parent);
	parent_open();
	grow(1);
	cr_assert_eq(round_to(0), 0, "%s", err);
	cr_expect_eq(asked, 2);
	/* It has seen this very head, and the answer was lost. */
	grow(1);
	{
		long len = headsource_body(s, 0, body, sizeof(body), err);

		cr_assert_gt(len, 0, "%s", err);
		cr_assert_eq(witness_add(&witness, NOW, body, (size_t)len, &a),
		    0);
	}
	child_open();
	cr_assert_eq(round_to(0), 0, "%s", err);
	cr_expect_eq(asked, 2);
	check_kept(m.head.size);
	makelog_close(&m);
}

Test(headsource, an_old_copy_of_the_disk)
{
	char saved[300], newer[300];
	struct headsource_state st;
	uint64_t end;

	(void)snprintf(saved, sizeof(saved), "%s/saved", top);
	(void)snprintf(newer, sizeof(newer), "%s/newer", top);
	grow(20);
	cr_assert_eq(round_to(0), 0, "%s", err);
	copy(data, saved);
	grow(300);
	cr_assert_eq(round_to(0), 0, "%s", err);
	end = m.base + m.head.size;
	makelog_close(&m);
	copy(data, newer);
	/* Wound back as a whole: only the witness knows. */
	copy(saved, data);
	child_open();
	cr_expect_eq(round_to(end - 1), HEADSOURCE_BEHIND);
	cr_expect_not_null(strstr(err, "older copy"), "%s", err);
	headsource_state(s, &st);
	cr_expect_str_eq(st.behind_log, m.origin);
	cr_expect_eq(st.behind_end, end);
	cr_expect_eq(headsource_body(s, end, body, sizeof(body), err),
	    HEADSOURCE_BEHIND, "and stays so");
	/* All of it was recovered, but is not published yet. */
	child_open();
	cr_expect_eq(round_to(end), HEADSOURCE_LATER, "%s", err);
	cr_expect_eq(round_to(end), HEADSOURCE_LATER, "%s", err);
	copy(newer, data);
	cr_expect_eq(round_to(end), 0, "%s", err);
	/* Only log/ was put back. */
	copy(newer, data);
	shell("cp %s/2026.1/checkpoint.cosigned %s && rm -rf %s && cp -a %s/log "
	    "%s && mv %s/checkpoint.cosigned %s/2026.1", logs, top, logs, saved,
	    logs, top, logs);
	child_open();
	cr_expect_eq(round_to(0), HEADSOURCE_BEHIND);
	cr_expect_eq(asked, 0, "nobody was asked");
}

Test(headsource, an_old_copy_that_went_on)
{
	char saved[300], path[400];
	uint64_t size;

	(void)snprintf(saved, sizeof(saved), "%s/saved", top);
	(void)snprintf(path, sizeof(path), "%s/2026.1/checkpoint.cosigned",
	    logs);
	grow(20);
	cr_assert_eq(round_to(0), 0, "%s", err);
	copy(data, saved);
	grow(30);
	cr_assert_eq(round_to(0), 0, "%s", err);
	size = m.head.size;
	makelog_close(&m);
	/* The same beginning in another place, and another history from there. */
	makelog_remove(data);
	cr_assert_eq(mkdir(data, 0700), 0);
	makelog_open(&m, logs);
	grow(20);
	m.rng++;
	grow(400);
	cr_assert_gt(m.head.size, size);
	child_open();
	cr_expect_eq(round_to(0), HEADSOURCE_BEHIND);
	cr_expect_eq(a.status, WITNESS_INCONSISTENT);
	cr_expect(a.evidence, "both heads are kept above");
	cr_expect_not_null(strstr(err, "forked"), "%s", err);
	/* So too when it knows of an earlier head. */
	{
		shell("cp %s/log/2026.1/checkpoint.cosigned %s", saved, path);
		child_open();
		cr_expect_eq(round_to(0), HEADSOURCE_BEHIND);
		cr_expect_eq(asked, 2, "from the common beginning, then from "
		    "where the witness stands");
	}
	makelog_close(&m);
}

Test(headsource, a_fork_below_what_was_cosigned)
{
	char saved[300];

	(void)snprintf(saved, sizeof(saved), "%s/cosigned", top);
	grow(50);
	cr_assert_eq(round_to(0), 0, "%s", err);
	shell("cp %s/2026.1/checkpoint.cosigned %s", logs, saved);
	makelog_close(&m);
	makelog_remove(data);
	cr_assert_eq(mkdir(data, 0700), 0);
	makelog_open(&m, logs);
	m.rng++;
	grow(400);
	shell("cp %s %s/2026.1/checkpoint.cosigned", saved, logs);
	child_open();
	cr_expect_eq(round_to(0), HEADSOURCE_BEHIND);
	cr_expect_eq(asked, 0, "nobody had to be asked");
	cr_expect_not_null(strstr(err, "forked"), "%s", err);
	makelog_close(&m);
}

/* Begin a raised generation at a seq. */
static void
raise_generation(uint64_t first)
{

	makelog_close(&m);
	m.n++;
	m.seq = first;
	makelog_begin(&m);
	makelog_fill(&m, 5);
	makelog_publish(&m);
}

Test(headsource, a_node_that_is_admitted_anew)
{
	char saved[300];
	uint64_t end;
	int fork;

	(void)snprintf(saved, sizeof(saved), "%s/cosigned", top);
	grow(50);
	cr_assert_eq(round_to(0), 0, "%s", err);
	end = m.base + m.head.size;
	shell("cp %s/2026.1/checkpoint.cosigned %s", logs, saved);
	/* Wound back; wound back and gone on; the same with what it had kept. */
	for (fork = 0; fork < 3; fork++) {
		makelog_close(&m);
		makelog_remove(data);
		cr_assert_eq(mkdir(data, 0700), 0);
		makelog_open(&m, logs);
		m.rng += (uint64_t)(fork != 0);
		grow(fork == 0 ? 20 : 90);
		if (fork != 1)
			shell("cp %s %s/2026.1/checkpoint.cosigned", saved,
			    logs);
		child_open();
		cr_expect_eq(round_to(0), HEADSOURCE_BEHIND, "%d", fork);
		witness_heads_close(witness.heads);
		shell("rm -rf %s.copy && cp -a %s %s.copy", parent, parent,
		    parent);
		parent_open();
		if (fork == 0) {
			raise_generation(end - 1);
			child_open();
			cr_expect_eq(round_to(0), HEADSOURCE_BEHIND,
			    "not behind all that it had given out");
			makelog_close(&m);
			makelog_remove(data);
			cr_assert_eq(mkdir(data, 0700), 0);
			makelog_open(&m, logs);
			grow(20);
			shell("cp %s %s/2026.1/checkpoint.cosigned", saved,
			    logs);
		}
		raise_generation(fork == 0 ? end : m.seq);
		child_open();
		cr_expect_eq(round_to(0), 0, "%d: %s", fork, err);
		cr_expect_str_eq(a.offered.origin, m.origin);
		grow(3);
		cr_expect_eq(round_to(0), 0, "%d: %s", fork, err);
		cr_expect_eq(asked, 1);
		witness_heads_close(witness.heads);
		shell("rm -rf %s && mv %s.copy %s", parent, parent, parent);
		parent_open();
	}
	makelog_close(&m);
}

Test(headsource, a_new_year_excuses_nothing)
{

	grow(50);
	cr_assert_eq(round_to(0), 0, "%s", err);
	makelog_close(&m);
	makelog_remove(data);
	cr_assert_eq(mkdir(data, 0700), 0);
	makelog_open(&m, logs);
	m.rng++;
	grow(90);
	makelog_turn(&m);
	grow(5);
	child_open();
	cr_expect_eq(round_to(0), HEADSOURCE_BEHIND);
	cr_expect_not_null(strstr(err, "2026.1"), "%s", err);
	makelog_close(&m);
}

Test(headsource, answers_that_are_none)
{
	static const char *const sizes[] = { "", "\n", "x\n", "-1\n", " 1\n",
		"99999999999999999999\n", "9223372036854775808\n", "0\n" };
	struct note_signer other;
	uint8_t secret[32];
	char line[NOTE_LINE_MAX];
	struct note n;
	char why[NOTE_ERROR_MAX];
	size_t i;
	long len;

	grow(20);
	cr_expect_eq(headsource_answer(s, 0, WITNESS_COSIGNED, "x", 1, err),
	    HEADSOURCE_FAILED, "nothing was asked");
	memset(secret, 9, sizeof(secret));
	cr_assert_eq(note_signer_make(&other, "city.example/witness",
	    NOTE_COSIGNATURE, secret), 0);
	len = headsource_body(s, 0, body, sizeof(body), err);
	cr_assert_gt(len, 0);
	cr_assert_eq(note_parse(&n, strchr(body, '\n') + 2, (size_t)(body + len -
	    strchr(body, '\n') - 2), why), 0, "%s", why);
	i = note_sign_line(line, n.text, n.text_len, &other, NOW);
	cr_expect_eq(headsource_answer(s, 0, WITNESS_COSIGNED, line, i, err),
	    HEADSOURCE_FAILED, "another key's");
	cr_expect_not_null(strstr(err, "city.example/witness"), "%s", err);
	cr_assert_gt(headsource_body(s, 0, body, sizeof(body), err), 0);
	cr_expect_eq(headsource_answer(s, 0, WITNESS_COSIGNED, "\n\n", 2, err),
	    HEADSOURCE_FAILED);
	cr_expect_neq(access(file, F_OK), 0, "nothing was kept");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		cr_assert_gt(headsource_body(s, 0, body, sizeof(body), err), 0);
		cr_expect_eq(headsource_answer(s, 0, WITNESS_CONFLICT, sizes[i],
		    strlen(sizes[i]), err), HEADSOURCE_FAILED, "%s", sizes[i]);
	}
	cr_assert_gt(headsource_body(s, 0, body, sizeof(body), err), 0);
	cr_expect_eq(headsource_answer(s, 0, WITNESS_UNKNOWN, "no\033[2J key\n",
	    12, err), HEADSOURCE_FAILED);
	cr_expect_not_null(strstr(err, "404 no?[2J key"), "%s", err);
	/* One that never stays where it says. */
	for (i = 0; i < 9; i++) {
		cr_assert_gt(headsource_body(s, 0, body, sizeof(body), err), 0);
		if (headsource_answer(s, 0, WITNESS_CONFLICT, i % 2 == 0 ? "3" :
		    "4", 1, err) == HEADSOURCE_FAILED)
			break;
	}
	cr_expect_eq(i, 3);
	cr_expect_not_null(strstr(err, "twice"), "%s", err);
	cr_expect_eq(round_to(0), 0, "%s", err);
	check_kept(m.head.size);
	makelog_close(&m);
}

Test(headsource, logs_that_cannot_be_offered)
{
	char path[400];

	grow(600);
	(void)snprintf(path, sizeof(path), "%s/2026.1/tile/0/001", logs);
	verifytest_flip(path, 40);
	cr_expect_eq(round_to(0), 0, "that tile is not on the edge");
	verifytest_flip(path, 40);
	grow(1);
	(void)snprintf(path, sizeof(path), "%s/2026.1/tile/1/000.p/2", logs);
	verifytest_flip(path, 40);
	cr_expect_eq(round_to(0), HEADSOURCE_FAILED);
	cr_expect_eq(asked, 0, "no proof that fails is sent");
	cr_expect_not_null(strstr(err, "root"), "%s", err);
	verifytest_flip(path, 40);
	cr_expect_eq(round_to(0), 0, "%s", err);
	options.node = "bank.example/branch/b01";
	child_open();
	cr_expect_eq(round_to(0), HEADSOURCE_FAILED, "another node's log");
	options.node = MAKELOG_NODE;
	options.path = "/proc/none/witnessed";
	child_open();
	grow(1);
	cr_expect_eq(round_to(0), 0);
	cr_expect_not_null(strstr(err, "/proc/none"), "told all the same: %s",
	    err);
	makelog_close(&m);
}

/* The real disk, which gives out after so many changes. */
static long left, changes;

static int
step(void)
{

	changes++;
	errno = EIO;
	return (left == 0 ? -1 : left < 0 ? 0 : --left == 0 ? -1 : 0);
}

static int
my_open(void *ctx, const char *path, int flags, unsigned mode)
{

	return ((flags & O_CREAT) != 0 && step() != 0 ? -1 :
	    disk_real.open(ctx, path, flags, mode));
}

static ssize_t
my_pwrite(void *ctx, int fd, const void *p, size_t len, uint64_t off)
{

	return (step() != 0 ? -1 : disk_real.pwrite(ctx, fd, p, len, off));
}

static int
my_fsync(void *ctx, int fd)
{

	return (step() != 0 ? -1 : disk_real.fsync(ctx, fd));
}

static int
my_rename(void *ctx, const char *from, const char *to)
{

	return (step() != 0 ? -1 : disk_real.rename(ctx, from, to));
}

static int
my_unlink(void *ctx, const char *path)
{

	return (step() != 0 ? -1 : disk_real.unlink(ctx, path));
}

static int
my_sync_dir(void *ctx, const char *dir)
{

	return (step() != 0 ? -1 : disk_real.sync_dir(ctx, dir));
}

Test(headsource, killed_at_every_change_of_the_disk)
{
	struct disk d = disk_real;
	long at, all;
	int rc;

	d.open = my_open;
	d.pwrite = my_pwrite;
	d.fsync = my_fsync;
	d.rename = my_rename;
	d.unlink = my_unlink;
	d.sync_dir = my_sync_dir;
	options.disk = &d;
	left = -1;
	grow(20);
	child_open();
	cr_assert_eq(round_to(0), 0, "%s", err);
	all = changes;
	cr_assert_geq(all, 10);
	for (at = 1; at <= all; at++) {
		grow(7);
		left = at;
		child_open();
		rc = round_to(0);
		cr_expect(rc == HEADSOURCE_FAILED || (rc == 0 && err[0] !=
		    '\0'), "step %ld: %d", at, rc);
		left = -1;
		child_open();
		rc = round_to(0);
		cr_expect_eq(rc, 0, "step %ld: %s", at, err);
		grow(7);
		cr_expect_eq(round_to(0), 0, "step %ld: %s", at, err);
		check_kept(m.head.size);
	}
	makelog_close(&m);
}

Test(headsource, without_the_witness_key)
{
	char path[400];

	options.witness = NULL;
	child_open();
	grow(20);
	cr_assert_eq(round_to(0), 0, "%s", err);
	(void)snprintf(path, sizeof(path), "%s/2026.1/checkpoint.cosigned",
	    logs);
	cr_expect_eq(access(path, F_OK), 0);
	cr_expect_neq(access(file, F_OK), 0, "what nobody vouches for is not "
	    "compared with");
	child_open();
	grow(5);
	cr_assert_eq(round_to(0), 0, "%s", err);
	cr_expect_eq(asked, 1);
	makelog_close(&m);
}
