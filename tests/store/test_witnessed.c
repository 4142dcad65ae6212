/* What was recovered against what the witness saw. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/note.h"
#include "store/checkpoint.h"
#include "store/disk.h"
#include "store/entry.h"
#include "store/logset.h"
#include "store/tilelog.h"
#include "store/witnessed.h"

#define NODE "bank.example/branch/b1"
#define ORIGIN NODE "/decisions/2026.1"

static char dir[64], file[96], err[WITNESSED_ERROR_MAX];
static struct note_signer node, centre;

static void
setup(void)
{
	uint8_t secret[32];

	(void)snprintf(dir, sizeof(dir), "/tmp/liangka-seen.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/cosigned", dir);
	memset(secret, 1, sizeof(secret));
	cr_assert_eq(note_signer_make(&node, NODE, NOTE_ED25519, secret), 0);
	memset(secret, 2, sizeof(secret));
	cr_assert_eq(note_signer_make(&centre, "centre.example/w",
	    NOTE_COSIGNATURE, secret), 0);
}

static int
drop(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

static void
teardown(void)
{

	(void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(witnessed, .init = setup, .fini = teardown);

/* Write a log of n entries into <dir>/<name>/2026.1; from `fork` on they differ. */
static struct checkpoint
make(const char *name, uint64_t n, uint64_t fork)
{
	const struct note_signer *signers[] = { &node };
	char path[160], buf[ENTRY_MAX], why[TILELOG_ERROR_MAX];
	struct tilelog_options o = { .dir = path, .origin = ORIGIN,
		.signers = signers, .nsigners = 1 };
	struct checkpoint c;
	struct tilelog *l;
	struct entry e;
	uint64_t i;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/%s/2026.1", dir, name);
	cr_assert_not_null(l = tilelog_open(&o, why, sizeof(why)), "%s", why);
	for (i = tilelog_size(l); i < n; i++) {
		entry_clear(&e, i == 0 ? ENTRY_LOG : i >= fork ? ENTRY_STOP :
		    ENTRY_HEARTBEAT);
		e.seq = 11 + i;
		e.t = (int64_t)i + 1;
		if (i == 0) {
			e.base = 11;
			(void)snprintf(e.log, sizeof(e.log), ORIGIN);
		}
		cr_assert_eq(tilelog_add(l, buf, entry_print(&e, buf,
		    sizeof(buf))), TILELOG_OK);
	}
	cr_assert_eq(tilelog_publish(l), TILELOG_OK);
	tilelog_head(l, &c);
	tilelog_close(l);
	return (c);
}

/* Have a head cosigned, into the file. */
static void
cosign(const struct checkpoint *c)
{
	struct note_signer log = node;
	char text[CHECKPOINT_TEXT_MAX], line[NOTE_LINE_MAX];
	size_t len = checkpoint_text(text, c);
	FILE *f = fopen(file, "w");

	cr_assert_not_null(f);
	(void)fprintf(f, "%s\n", text);
	(void)note_verifier_name(&log.public, c->origin);
	cr_assert_gt(note_sign_line(line, text, len, &log, 0), 0);
	(void)fputs(line, f);
	cr_assert_gt(note_sign_line(line, text, len, &centre, 1795327200), 0);
	(void)fputs(line, f);
	(void)fclose(f);
}

/* Compare the log of a name, of which entries up to `end` were recovered. */
static int
check(const char *name, uint64_t end, uint64_t *seen_end)
{
	const struct note_verifier *witnesses[] = { &centre.public };
	struct witnessed w = { .path = file, .witnesses = witnesses,
		.nwitnesses = 1, .log = &node.public, .end = end };
	char path[128];
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	w.logs = logset_open(&disk_real, path, err, sizeof(err));
	cr_assert_not_null(w.logs, "%s", err);
	rc = witnessed_check(&w, err);
	logset_close(w.logs);
	if (seen_end != NULL)
		*seen_end = w.seen_end;
	return (rc);
}

Test(witnessed, all_is_there)
{
	struct checkpoint c = make("a", 300, UINT64_MAX);
	uint64_t seen;

	cosign(&c);
	cr_expect_eq(check("a", 0, &seen), WITNESSED_FINE, "%s", err);
	cr_expect_eq(seen, 311);
	(void)make("a", 555, UINT64_MAX);
	cr_expect_eq(check("a", 0, NULL), WITNESSED_FINE, "it went on: %s",
	    err);
}

Test(witnessed, an_older_copy_is_refused)
{
	struct checkpoint c = make("a", 300, UINT64_MAX);

	(void)make("old", 299, UINT64_MAX);
	cosign(&c);
	cr_expect_eq(check("old", 0, NULL), WITNESSED_BEHIND);
	cr_expect_not_null(strstr(err, "cosigned 300 entries"), "%s", err);
	cr_expect_not_null(strstr(err, "this disk holds 299"), "%s", err);
	cr_expect_eq(check("old", 310, NULL), WITNESSED_BEHIND,
	    "the last one recovered is 309");
	cr_expect_eq(check("old", 311, NULL), WITNESSED_FINE,
	    "it is in the write-ahead log: %s", err);
}

Test(witnessed, a_fork_is_refused)
{
	struct checkpoint c = make("a", 300, UINT64_MAX);

	(void)make("fork", 400, 299);
	(void)make("later", 400, 300);
	cosign(&c);
	cr_expect_eq(check("fork", 0, NULL), WITNESSED_BEHIND);
	cr_expect_not_null(strstr(err, "forked"), "%s", err);
	cr_expect_eq(check("later", 0, NULL), WITNESSED_FINE,
	    "it differs behind what was cosigned: %s", err);
}

Test(witnessed, a_log_that_is_lost_is_refused)
{
	struct checkpoint c = make("a", 300, UINT64_MAX);

	(void)snprintf(c.origin, sizeof(c.origin), NODE "/decisions/2026.2");
	cosign(&c);
	cr_expect_eq(check("a", 9999, NULL), WITNESSED_BEHIND);
	cr_expect_not_null(strstr(err, "2026.2"), "%s", err);
	cr_expect_eq(check("none", 0, NULL), WITNESSED_BEHIND, "no log at all");
}

Test(witnessed, tiles_that_cannot_say_are_refused)
{
	struct checkpoint c = make("a", 300, UINT64_MAX);
	char path[160];

	cosign(&c);
	(void)make("a", 600, UINT64_MAX);
	(void)snprintf(path, sizeof(path), "%s/a/2026.1/tile/0/001", dir);
	cr_assert_eq(truncate(path, 31), 0);
	cr_expect_eq(check("a", 0, NULL), WITNESSED_BEHIND);
	cr_expect_not_null(strstr(err, "tile/0/001"), "%s", err);
}

Test(witnessed, what_does_not_count)
{
	struct checkpoint c = make("a", 300, UINT64_MAX), other;
	struct note_signer known = centre;
	uint8_t secret[32];
	FILE *f;

	cr_expect_eq(check("a", 0, NULL), WITNESSED_UNKNOWN, "no file");
	cr_assert_not_null(f = fopen(file, "w"));
	(void)fputs("rubbish\n", f);
	(void)fclose(f);
	cr_expect_eq(check("a", 0, NULL), WITNESSED_UNKNOWN, "no note");
	other = c;
	(void)snprintf(other.origin, sizeof(other.origin),
	    "bank.example/branch/b11/decisions/2026.1");
	other.size = 9999;
	cosign(&other);
	cr_expect_eq(check("a", 0, NULL), WITNESSED_UNKNOWN, "another node's");
	cr_expect_not_null(strstr(err, "b11"), "%s", err);
	memset(secret, 9, sizeof(secret));
	cr_assert_eq(note_signer_make(&centre, "centre.example/w",
	    NOTE_COSIGNATURE, secret), 0);
	c.size = 9999;
	cosign(&c);
	centre = known;
	cr_expect_eq(check("a", 0, NULL), WITNESSED_UNKNOWN,
	    "an unknown witness's");
	cosign(&c);
	cr_expect_eq(check("a", 0, NULL), WITNESSED_BEHIND);
	cr_assert_not_null(f = fopen(file, "r+"));
	(void)fseek(f, -20, SEEK_END);
	(void)fputs("AAAA", f);
	(void)fclose(f);
	cr_expect_eq(check("a", 0, NULL), WITNESSED_UNKNOWN, "a bad line");
	cosign(&c);
	cr_assert_not_null(f = fopen(file, "r+"));
	(void)fseek(f, (long)(sizeof(ORIGIN) + 5 + 45 + 1 + 4 +
	    sizeof(ORIGIN) + 20), SEEK_SET);
	(void)fputs("AAAA", f);
	(void)fclose(f);
	cr_expect_eq(check("a", 0, NULL), WITNESSED_UNKNOWN, "a bad line of ours");
}
