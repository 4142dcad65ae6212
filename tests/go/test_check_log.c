#include <sys/stat.h>
#include <sys/wait.h>

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base64.h"
#include "keys/sha256.h"
#include "store/tilelog.h"

/*
 * Logs that we write, read by a program that shares nothing with us: check-log.go on
 * golang.org/x/mod/sumdb.  It accepts them and refuses every alteration.
 */

#define NODE		"example.net/branch/7"
#define ORIGIN		NODE "/decisions/2026.1"
#define PATH_LEN	512
#define LOG_OF_OTHERS	"tlog-tiles/tessera-testdata/testdata/log"
#define KEY_OF_OTHERS	"example.com/log/testdata+33d7b496+" \
	"AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

static char tmp[PATH_LEN], log_dir[PATH_LEN + 8], said[8192];
static struct note_signer ed25519, sm2, other;

/* A private folder and the keys. */
static void
set_up(void)
{
	uint8_t secret[32];

	snprintf(tmp, sizeof(tmp), "%s/liangka-go.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	cr_assert_not_null(mkdtemp(tmp));
	snprintf(log_dir, sizeof(log_dir), "%s/log", tmp);
	memset(secret, 1, sizeof(secret));
	cr_assert_eq(note_signer_make(&ed25519, NODE, NOTE_ED25519, secret), 0);
	cr_assert_eq(note_signer_make(&sm2, NODE, NOTE_SM2, secret), 0);
	secret[0] = 2;
	cr_assert_eq(note_signer_make(&other, NODE, NOTE_ED25519, secret), 0);
}

static int
run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Run a command; what it says goes to `said`.  Return its exit status. */
static int
run(const char *fmt, ...)
{
	char command[4096];
	va_list ap;
	size_t n;
	FILE *f;
	int rc;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	cr_assert_not_null(f = popen(command, "r"));
	n = fread(said, 1, sizeof(said) - 1, f);
	said[n] = '\0';
	rc = pclose(f);
	return (WIFEXITED(rc) ? WEXITSTATUS(rc) : -1);
}

static void
tear_down(void)
{

	run("rm -rf -- '%s'", tmp);
}

TestSuite(check_log, .init = set_up, .fini = tear_down, .timeout = 100);

/* The checker's path; without Go the test is skipped. */
static const char *
checker(void)
{
	static char path[PATH_LEN];
	const char *build = getenv("LK_BUILD");
	int rc;

	if (build == NULL)
		build = "build";
	rc = run("BUILD='%s' sh tests/go/build.sh 2>&1", build);
	if (rc == 77)
		cr_skip_test("skipped: no Go");
	cr_assert_eq(rc, 0, "%s", said);
	snprintf(path, sizeof(path), "%s/check-log", build);
	return (path);
}

/* Open the log to write on; with two signers as in the gm profile. */
static struct tilelog *
open_log(int gm)
{
	const struct note_signer *const signers[] = { &ed25519, &sm2 };
	struct tilelog_options o = { .dir = log_dir, .origin = ORIGIN,
	    .signers = signers, .nsigners = gm ? 2 : 1 };
	char err[TILELOG_ERROR_MAX];
	struct tilelog *l;

	cr_assert_not_null(l = tilelog_open(&o, err, sizeof(err)), "%s", err);
	return (l);
}

/* Add entries up to a size and publish; entries are never alike. */
static void
grow(struct tilelog *l, uint64_t size)
{
	char entry[256];

	for (uint64_t i = tilelog_size(l); i < size; i++) {
		int n = snprintf(entry, sizeof(entry), "{\"seq\":%llu,\"x\":\""
		    "%.*s\"}", (unsigned long long)i, (int)(i % 150),
		    "______________________________________________________"
		    "______________________________________________________"
		    "__________________________________________");

		cr_assert_eq(tilelog_add(l, entry, (size_t)n), TILELOG_OK);
	}
	cr_assert_eq(tilelog_publish(l), TILELOG_OK, "%s", tilelog_error(l));
}

static void
make_log(uint64_t size)
{
	struct tilelog *l = open_log(0);

	grow(l, size);
	tilelog_close(l);
}

/* The options of the checker for a key. */
static const char *
with_key(const struct note_signer *s, const char *name)
{
	static char option[NOTE_VKEY_MAX + 16];
	struct note_verifier v = s->public;
	char vkey[NOTE_VKEY_MAX];

	cr_assert_eq(note_verifier_name(&v, name), 0);
	note_verifier_print(&v, vkey);
	snprintf(option, sizeof(option), "-vkey '%s'", vkey);
	return (option);
}

static void
accepted(const char *options)
{
	cr_assert_eq(run("'%s' %s '%s' 2>&1", checker(), options, log_dir), 0,
	    "%s", said);
}

/* The log is refused, with these words. */
static void
refused(const char *options, const char *words)
{
	cr_assert_eq(run("'%s' %s '%s' 2>&1", checker(), options, log_dir), 1,
	    "%s", said);
	cr_assert_not_null(strstr(said, words), "%s", said);
}

/* The head as an option -old, of this size and the root of the log's own. */
static const char *
old_head(const struct tilelog *l, int64_t size)
{
	static char option[128];
	char root[BASE64_LEN(MERKLE_LEN) + 1];
	struct checkpoint c;

	tilelog_head(l, &c);
	base64_encode(root, c.root, sizeof(c.root));
	snprintf(option, sizeof(option), "-old %lld:%s", (long long)(size < 0 ?
	    (int64_t)c.size : size), root);
	return (option);
}

Test(check_log, reads_ours)
{
	static const uint64_t sizes[] = { 0, 1, 2, 255, 256, 257, 1000, 65536,
	    70000 };
	const char *go = checker();
	struct tilelog *l = open_log(0);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char want[64];

		grow(l, sizes[i]);
		accepted(with_key(&ed25519, ORIGIN));
		snprintf(want, sizeof(want), ": %llu entries",
		    (unsigned long long)sizes[i]);
		cr_assert_not_null(strstr(said, sizes[i] == 0 ? "empty" :
		    want), "%s: %s", go, said);
	}
	tilelog_close(l);
	accepted(with_key(&ed25519, NODE));
	accepted("");			/* by the log's own file vkey */
	refused(with_key(&other, NODE), "checkpoint");
	refused(with_key(&ed25519, "example.net/branch/8"), "the key is of");
	refused(with_key(&ed25519, "example.net/bran"), "the key is of");
}

Test(check_log, reads_ours_with_a_line_of_sm2)
{
	struct tilelog *l;

	checker();
	l = open_log(1);
	grow(l, 300);
	tilelog_close(l);
	accepted(with_key(&ed25519, NODE));
	accepted("");
	refused(with_key(&sm2, NODE), "no Ed25519 key");
}

Test(check_log, reads_that_of_others)
{
	const char *root = getenv("LIANGKA_VECTORS");

	checker();
	snprintf(log_dir, sizeof(log_dir), "%s/" LOG_OF_OTHERS, root != NULL ?
	    root : "../shared/vectors");
	if (access(log_dir, R_OK) != 0)
		cr_skip_test("skipped: no vectors");
	accepted("-vkey '" KEY_OF_OTHERS "'");
	cr_assert_not_null(strstr(said, "15 entries, 15 of them proved"));
}

Test(check_log, follows_older_heads)
{
	static const uint64_t sizes[] = { 0, 1, 100, 256, 300, 512, 5000, 5001 };
	const size_t n = sizeof(sizes) / sizeof(sizes[0]);
	char old[sizeof(sizes) / sizeof(sizes[0])][128];
	struct tilelog *l;

	checker();
	l = open_log(0);
	for (size_t i = 0; i < n; i++) {
		grow(l, sizes[i]);
		snprintf(old[i], sizeof(old[i]), "%s", old_head(l, -1));
		for (size_t k = 0; k <= i; k++)
			accepted(old[k]);
	}
	refused(old_head(l, 5002), "the log has 5001 entries, it had 5002");
	refused(old_head(l, 5000), "does not follow");
	refused(old_head(l, 1), "does not follow");
	tilelog_close(l);
}

/* Change one byte of a file of the log, from the end when off is negative. */
static void
alter(const char *name, long off)
{
	char path[2 * PATH_LEN];
	FILE *f;
	int c;

	snprintf(path, sizeof(path), "%s/%s", log_dir, name);
	cr_assert_not_null(f = fopen(path, "r+b"), "%s", path);
	fseek(f, off, off < 0 ? SEEK_END : SEEK_SET);
	c = getc(f);
	cr_assert_neq(c, EOF);
	fseek(f, -1, SEEK_CUR);
	putc(c ^ 1, f);
	cr_assert_eq(fclose(f), 0);
}

static void
cut(const char *name, int by)
{
	char path[2 * PATH_LEN];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", log_dir, name);
	cr_assert_eq(stat(path, &st), 0, "%s", path);
	cr_assert_eq(truncate(path, st.st_size - by), 0);
}

Test(check_log, refuses_an_altered_entry)
{
	checker();
	make_log(70000);
	alter("tile/entries/001", 20);
	refused("", "entry 256 does not have the hash of its tile");
	alter("tile/entries/001", 20);
	alter("tile/entries/273.p/112", -1);
	refused("", "entry 69999 does not have the hash of its tile");
	alter("tile/entries/273.p/112", -1);
	alter("tile/entries/100", 0);
	refused("", "tile/entries/100");
	alter("tile/entries/100", 0);
	accepted("");
	cut("tile/entries/100", 1);
	refused("", "tile/entries/100: entry 25855 is cut short");
}

Test(check_log, refuses_an_altered_tile)
{
	static const char *const tiles[] = { "tile/0/000", "tile/0/272",
	    "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17",
	    "tile/2/000.p/1" };

	checker();
	make_log(70000);
	for (size_t i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
		alter(tiles[i], 3);
		refused("", tiles[i][5] == '0' ? "of its tile" : tiles[i]);
		alter(tiles[i], 3);
	}
	accepted("");
	cut("tile/0/100", 32);
	refused("", "tile/0/100: 8160 bytes, not 8192");
}

/* An entry that was altered together with its hash in the tile. */
Test(check_log, refuses_an_entry_altered_with_its_tile)
{
	char bundle[512], path[2 * PATH_LEN];
	uint8_t leaf[MERKLE_LEN];
	size_t len;
	FILE *f;

	checker();
	make_log(70000);
	alter("tile/entries/000", 5);
	snprintf(path, sizeof(path), "%s/tile/entries/000", log_dir);
	cr_assert_not_null(f = fopen(path, "rb"));
	cr_assert_eq(fread(bundle, 1, sizeof(bundle), f), sizeof(bundle));
	fclose(f);
	len = (size_t)bundle[1];
	sha256_leaf(leaf, bundle + 2, len);
	snprintf(path, sizeof(path), "%s/tile/0/000", log_dir);
	cr_assert_not_null(f = fopen(path, "r+b"));
	cr_assert_eq(fwrite(leaf, 1, sizeof(leaf), f), sizeof(leaf));
	cr_assert_eq(fclose(f), 0);
	refused("", "tile/1/000: hash 0 is not that of the tile below");
}

/* An altered head, and what its own signer could have signed. */
Test(check_log, refuses_an_altered_head)
{
	const struct note_signer *signer = &ed25519;
	char text[CHECKPOINT_TEXT_MAX + NOTE_LINE_MAX], path[2 * PATH_LEN];
	struct checkpoint c;
	struct tilelog *l;
	FILE *f;
	size_t n;

	checker();
	l = open_log(0);
	grow(l, 1000);
	tilelog_head(l, &c);
	tilelog_close(l);
	for (long i = (long)strlen(ORIGIN) + 1, k = 0; k < 4 + 43; i++, k++) {
		if (k == 4)
			i++;		/* the newline behind the size */
		alter("checkpoint", i);
		refused("", "c");
		alter("checkpoint", i);
	}
	alter("checkpoint", -20);
	refused("", "checkpoint: ");
	alter("checkpoint", -20);
	accepted("");

	cr_assert_eq(note_verifier_name(&ed25519.public, ORIGIN), 0);
	snprintf(path, sizeof(path), "%s/checkpoint", log_dir);
	for (uint64_t size = 999; size <= 1001; size++) {
		c.size = size;
		n = checkpoint_sign(text, sizeof(text), &c, &signer, 1);
		cr_assert_gt(n, 0);
		cr_assert_not_null(f = fopen(path, "wb"));
		cr_assert_eq(fwrite(text, 1, n, f), n);
		cr_assert_eq(fclose(f), 0);
		if (size == 1000)
			accepted("");
		else
			refused("", "tile");
	}
}
