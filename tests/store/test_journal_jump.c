/*
 * A node that was wound back is admitted anew: its numbers jump.  Killed before every
 * change of the disk on the way there, it gets there at the next start, once.
 */
#include <sys/wait.h>

#include <criterion/criterion.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"

#include "keys/note.h"
#include "logdisk.h"
#include "store/checkpoint.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/jstream.h"
#include "store/logset.h"
#include "store/state.h"

#define FIRST	UINT64_C(9001)
#define OLD	6u	/* entries of the old log: log start 3 reports stop */
#define WAIT_MS	20000

static int64_t
wall(void *arg)
{

	(void)arg;
	return (INT64_C(1798000000000));
}

static int64_t
mono(void *arg)
{

	(void)arg;
	return (5000);
}

static const char *
boot(void *arg)
{

	(void)arg;
	return ("boot-1");
}

static const struct jclock_source source = { wall, mono, boot, NULL };

struct node {
	struct logdisk *d;
	struct note_signer signer;
	const struct note_signer *list[1];
	struct journal_options o;
};

static void
report(struct journal *j)
{
	uint8_t leaf[32];
	struct entry e;

	entry_clear(&e, ENTRY_REPORT);
	snprintf(e.inst, sizeof(e.inst), "bank");
	if (journal_write(j, &e, leaf) != LK_OK)
		abort();
}

/* Make all durable. */
static void
settle(struct journal *j)
{
	struct pollfd p = { journal_fd(j, 0), POLLIN, 0 };

	while (journal_durable(j) < journal_seq(j)) {
		journal_flush(j, 1);
		if (journal_durable(j) >= journal_seq(j))
			break;
		poll(&p, 1, WAIT_MS);
		journal_collect(j);
	}
}

static struct journal *
must_open(struct node *n)
{
	char err[2048] = "";
	struct journal *j = journal_open(&n->o, err, sizeof(err));

	cr_assert_not_null(j, "%s", err);
	return (j);
}

/* A node that holds OLD entries. */
static void
node_init(struct node *n)
{
	const uint8_t secret[32] = { 7 };
	struct journal *j;
	int i;

	memset(n, 0, sizeof(*n));
	n->d = logdisk_new();
	cr_assert_eq(note_signer_make(&n->signer, "afc.example/branch/t1",
	    NOTE_ED25519, secret), 0);
	n->list[0] = &n->signer;
	n->o = (struct journal_options){ .dir = n->d->dir, .node = "t1",
		.clock = &source, .overlay_bytes = 16 << 20,
		.segment_bytes = 64 << 10, .version = "test",
		.domain = "afc.example", .signers = n->list, .nsigners = 1,
		.keys = "log 0x01:00000000", .log_interval_ms = 3600000 };
	j = must_open(n);
	for (i = 0; i < 3; i++)
		report(j);
	cr_assert_eq(journal_close(j), 0);
}

static void
node_free(struct node *n)
{

	logdisk_free(n->d);
}

/* Jump, write some entries, in a child that is killed: 1 if it died of that. */
static int
jump_and_die(struct node *n, long at)
{
	char err[2048];
	struct journal *j;
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		n->d->steps = 0;
		n->d->kill_at = at;
		n->o.disk = &n->d->disk;
		if ((j = journal_open(&n->o, err, sizeof(err))) == NULL)
			_exit(1);
		report(j);
		settle(j);
		(void)journal_publish(j, WAIT_MS);
		report(j);
		_exit(journal_close(j) == 0 ? 0 : 2);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0,
	    "the child failed at %ld: %d", at, status);
	return (WIFSIGNALED(status));
}

/* The stream has the old entries, then the new ones, each once; return the last. */
static uint64_t
read_all(struct node *n, uint64_t durable)
{
	const struct jstream_options o = { .data = n->d->dir, .node = "t1",
		.first = 1 };
	struct jstream *s = jstream_open(&o);
	const uint8_t *p;
	uint64_t seq, next = 1;
	size_t len;
	struct entry e;
	int rc;

	while ((rc = jstream_next(s, durable, &seq, &p, &len)) == 1) {
		if (next == OLD + 1)
			next = FIRST;
		cr_assert_eq(seq, next);
		cr_assert_eq(entry_parse(&e, (const char *)p, len, NULL), 0);
		cr_assert_eq(e.kind == ENTRY_LOG, seq == 1 || seq == FIRST);
		next = seq + 1;
	}
	cr_assert_eq(rc, 0, "%s", jstream_error(s));
	jstream_close(s);
	return (next - 1);
}

static int
gather(void *arg, const char *p, size_t len)
{
	uint64_t *sum = arg;

	while (len-- > 0)
		*sum = (*sum ^ (uint8_t)*p++) * UINT64_C(0x100000001b3);
	return (0);
}

/* A sum over the state. */
static uint64_t
state_of(struct node *n)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	struct journal *j;

	n->o.offline = 1;
	j = must_open(n);
	cr_assert_eq(state_dump(journal_state(j), gather, NULL, &sum), 0);
	cr_assert_eq(journal_close(j), 0);
	n->o.offline = 0;
	return (sum);
}

/* Two logs, the later one naming the earlier; the state is that of the journal. */
static void
check(struct node *n)
{
	struct journal *j = must_open(n);
	char err[2048];
	struct logset *s;
	uint64_t sum;

	report(j);
	settle(j);
	cr_assert_eq(read_all(n, journal_durable(j)), journal_seq(j));
	cr_assert_eq(journal_publish(j, WAIT_MS), 0);
	cr_assert_eq(journal_close(j), 0);
	s = logset_open(NULL, logdisk_path(n->d, "log"), err, sizeof(err));
	cr_assert_not_null(s, "%s", err);
	cr_assert_eq(logset_count(s), 2);
	cr_assert_eq(logset_log(s, 0)->head.size, OLD);
	cr_assert_eq(logset_log(s, 1)->base, FIRST);
	cr_assert(logset_log(s, 1)->follows);
	logset_close(s);
	sum = state_of(n);
	cr_assert_eq(unlink(logdisk_path(n->d, "state.mdb")), 0);
	cr_assert_eq(state_of(n), sum);
}

Test(journal_jump, killed_at_every_change_of_the_disk, .timeout = 300)
{
	struct node n;
	int died = 1;
	long at;

	for (at = 1; died; at++) {
		node_init(&n);
		n.o.generation = 2;
		n.o.first_seq = FIRST;
		died = jump_and_die(&n, at);
		check(&n);
		node_free(&n);
	}
	cr_assert_gt(at, 40);
}

/* wal/ is lost, too. */
Test(journal_jump, killed_at_every_change_without_wal, .timeout = 300)
{
	char wal[2 * LOGDISK_PATH], gone[2 * LOGDISK_PATH];
	struct node n;
	int died = 1;
	long at;

	for (at = 1; died; at++) {
		node_init(&n);
		snprintf(wal, sizeof(wal), "%s", logdisk_path(n.d, "wal"));
		snprintf(gone, sizeof(gone), "%s", logdisk_path(n.d, "gone"));
		cr_assert_eq(rename(wal, gone), 0);
		n.o.generation = 2;
		n.o.first_seq = FIRST;
		died = jump_and_die(&n, at);
		check(&n);
		node_free(&n);
	}
	cr_assert_gt(at, 40);
}

/* It held on to the old generation when it was killed: the loss is still told. */
Test(journal_jump, an_empty_write_ahead_log_stays_refused)
{
	char wal[2 * LOGDISK_PATH], err[2048] = "";
	struct node n;
	long at;

	for (at = 4; at < 20; at += 3) {
		node_init(&n);
		snprintf(wal, sizeof(wal), "%s", logdisk_path(n.d, "wal"));
		cr_assert_eq(rename(wal, logdisk_path(n.d, "gone")), 0);
		n.o.generation = 2;
		n.o.first_seq = FIRST;
		(void)jump_and_die(&n, at);
		n.o.generation = 1;
		cr_assert_null(journal_open(&n.o, err, sizeof(err)));
		cr_assert_not_null(strstr(err, "may be lost"), "%ld: %s", at,
		    err);
		n.o.generation = 2;
		check(&n);
		node_free(&n);
	}
}
