#ifndef TESTS_AUDIT_TAPE_H_
#define TESTS_AUDIT_TAPE_H_

/*
 * A play's journal in memory, so that a test can alter it, and its replay.  For one
 * test file.
 */

#include <criterion/criterion.h>
#include <inttypes.h>

#include "audit/replay.h"
#include "store/entry.h"
#include "store/wal.h"

#include "playlog.h"

#define LINES 64

/* A journal in memory, so that a test can alter it. */
struct tape {
	struct { char *p; size_t len; uint64_t seq; } e[4096];
	size_t n;
};

/* What replay found. */
struct found {
	struct playlog *x;
	char line[LINES][256];
	size_t n;
	int gone;		/* the policy file is */
	struct replay_counts counts;
	char err[REPLAY_ERROR_MAX];
	int rc;
};

static struct playlog x;
static struct tape tape;
static struct found f;

/* Read the journal of a play. */
static void
record(void)
{
	char dir[256], err[512];
	struct wal_reader *r;
	struct wal_entry e;

	play_stop(&x);
	snprintf(dir, sizeof(dir), "%s/wal", x.dir);
	r = wal_reader_open(NULL, dir, 0, 1, err, sizeof(err));
	cr_assert_not_null(r, "%s", err);
	for (tape.n = 0; wal_reader_next(r, UINT64_MAX, &e) == 1; tape.n++) {
		cr_assert(tape.n < 4096);
		tape.e[tape.n].p = malloc(e.len);
		memcpy(tape.e[tape.n].p, e.entry, e.len);
		tape.e[tape.n].len = e.len;
		tape.e[tape.n].seq = e.seq;
	}
	wal_reader_close(r);
}

static char *
policy(void *arg, const char *hash, size_t *len)
{
	struct found *to = arg;
	char path[400], *text;
	FILE *in;

	snprintf(path, sizeof(path), "%s/log/policy/%s.policy", to->x->dir,
	    hash);
	if (to->gone || (in = fopen(path, "r")) == NULL)
		return (NULL);
	text = malloc(65536);
	*len = fread(text, 1, 65536, in);
	fclose(in);
	return (text);
}

static void
differs(void *arg, const struct replay_difference *d)
{
	struct found *to = arg;

	if (to->n < LINES)
		snprintf(to->line[to->n++], 256, "%c %" PRIu64 " %s: %s | %s",
		    d->mode == REPLAY_A ? 'A' : 'B', d->seq, d->field,
		    d->journal, d->replayed);
}

/* Replay the tape. */
static void
replay(unsigned modes, uint64_t from, uint64_t overlay)
{
	struct replay_options o = { .modes = modes, .from = from,
		.tmp = x.dir, .overlay_bytes = overlay, .policy = policy,
		.differs = differs, .arg = &f };
	struct replay *r;
	size_t i;

	f.n = 0;
	f.rc = 0;
	f.x = &x;
	f.err[0] = '\0';
	r = replay_open(&o, f.err);
	cr_assert_not_null(r, "%s", f.err);
	for (i = 0; i < tape.n && f.rc == 0; i++)
		f.rc = replay_entry(r, tape.e[i].p, tape.e[i].len,
		    tape.e[i].seq, f.err);
	f.counts = *replay_counts(r);
	replay_close(r);
}

static void
setup(void)
{
	play_init(&x, NULL);
}

static void
teardown(void)
{
	size_t i;

	for (i = 0; i < tape.n; i++)
		free(tape.e[i].p);
	play_end(&x);
}

/* Change the entry with this seq: read, let the caller alter, print. */
static struct entry *
altered(uint64_t seq, struct entry *e)
{
	size_t at;

	cr_assert_eq(entry_parse(e, tape.e[seq - 1].p, tape.e[seq - 1].len,
	    &at), 0);
	return (e);
}

static void
put_back(const struct entry *e)
{
	char buf[ENTRY_MAX];
	size_t n = entry_print(e, buf, sizeof(buf));

	cr_assert(n > 0);
	free(tape.e[e->seq - 1].p);
	tape.e[e->seq - 1].p = malloc(n);
	memcpy(tape.e[e->seq - 1].p, buf, n);
	tape.e[e->seq - 1].len = n;
}

#endif
