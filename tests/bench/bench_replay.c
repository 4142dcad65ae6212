/*
 * bench_replay [DECISIONS]: decide so many applications through the counter, with no
 * socket and a disk that never waits; then replay the signed log that this wrote, by
 * A, by B and by both, as an auditor reads it, and decide it once more by the same
 * policy as a backtest does.  One line of decisions per second of CPU of the deciding
 * thread each, and what replay and backtest reach of the live rate.  Exits 1 when
 * anything differs or changes.
 */
#include <sys/resource.h>

#include <time.h>

#include "audit/backtest.h"
#include "audit/package.h"
#include "audit/replay.h"
#include "audit/playlog.h"

#define REQUEST 512	/* bytes of one, at most */
#define TURN 64		/* requests in a turn of the loop */

static struct playlog x;

/* CPU seconds of this thread: what others of the machine do is left out. */
static double
cpu(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

static int
no_sync(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	return (0);
}

/* Begin the request i of n: three applications for each person. */
static void
request(unsigned i, unsigned n)
{
	static const int products[] = { LK_PRODUCT_SIM, LK_PRODUCT_BANK1,
		LK_PRODUCT_BANK2, LK_PRODUCT_ECNY };
	static const char *const insts[] = { "abank", "bbank", "ctel" };
	uint64_t mixed = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) >> 16;
	char outlet[16];

	snprintf(outlet, sizeof(outlet), "o%u", (unsigned)(mixed % 400));
	play_applicant(&x, insts[mixed / 7 % 3], outlet,
	    (int)(mixed / 1000 % (n / 3 + 1)), products[mixed / 5 % 4]);
}

/* Decide all of them; return the seconds. */
static double
live(unsigned n)
{
	uint8_t (*body)[REQUEST] = malloc((size_t)n * REQUEST);
	uint16_t *len = malloc(n * sizeof(*len));
	double from, spent;
	unsigned i;

	if (body == NULL || len == NULL)
		play_die("out of memory");
	for (i = 0; i < n; i++) {
		request(i, n);
		if (x.b.len > REQUEST)
			play_die("a request is too long");
		memcpy(body[i], x.body, x.b.len);
		len[i] = (uint16_t)x.b.len;
	}
	from = cpu();
	for (i = 0; i < n; i++) {
		x.b.len = len[i];
		memcpy(x.body, body[i], len[i]);
		if (play_decide(&x) < 0)
			play_die("a check was refused");
		if (i % TURN == TURN - 1) {
			journal_flush(x.journal, 0);
			x.wall += 900;
			x.mono += 900;
			spent = cpu();
			play_settle(&x);
			from += cpu() - spent; /* the disk */
		}
	}
	spent = cpu() - from;
	play_settle(&x);
	free(body);
	free(len);
	return (spent);
}

static char *
policy(void *arg, const char *hash, size_t *len)
{
	return (package_policy(arg, hash, len));
}

struct run {
	struct replay *r;
	char err[REPLAY_ERROR_MAX];
};

static int
take(void *arg, const struct package_entry *e)
{
	struct run *run = arg;

	if (replay_entry(run->r, e->text, e->len, e->seq, run->err) != 0)
		play_die(run->err);
	return (0);
}

/* Replay the journal; return the seconds. */
static double
again(unsigned modes, uint64_t *differences)
{
	char why[PACKAGE_ERROR_MAX] = "";
	enum package_fault fault;
	struct package *p;
	struct run run;
	double from = cpu();

	if ((p = package_open(x.dir, &fault, why)) == NULL)
		play_die(why);
	run.r = replay_open(&(struct replay_options){ .modes = modes,
	    .tmp = getenv("TMPDIR"), .policy = policy, .arg = p }, run.err);
	if (run.r == NULL)
		play_die(run.err);
	if (package_each(p, 0, take, &run) != 0)
		play_die(package_error(p));
	from = cpu() - from;
	*differences += replay_counts(run.r)->differences;
	replay_close(run.r);
	package_close(p);
	return (from);
}

static int
take_back(void *arg, const struct package_entry *e)
{
	char err[BACKTEST_ERROR_MAX];

	if (backtest_entry(arg, e->text, e->len, e->seq, err) != 0)
		play_die(err);
	return (0);
}

/* Decide the journal once more by the policy of the day; return the seconds. */
static double
back(unsigned n, uint64_t *changes)
{
	struct policy *new = policy_compile("new", x.policy, strlen(x.policy),
	    NULL);
	char why[PACKAGE_ERROR_MAX] = "";
	const struct backtest_result *got;
	enum package_fault fault;
	struct backtest *b;
	struct package *p;
	double from = cpu();

	if ((p = package_open(x.dir, &fault, why)) == NULL)
		play_die(why);
	b = backtest_open(&(struct backtest_options){ .policy = new,
	    .tmp = getenv("TMPDIR"), .file = policy, .arg = p }, why);
	if (b == NULL)
		play_die(why);
	if (package_each(p, 0, take_back, b) != 0)
		play_die(package_error(p));
	from = cpu() - from;
	got = backtest_result(b);
	*changes += got->all.changed + (got->all.decisions != n) +
	    (got->lacking != 0);
	backtest_close(b);
	package_close(p);
	policy_free(new);
	return (from);
}

/* Read the shipped policy. */
static char *
shipped(void)
{
	char *text = calloc(1, POLICY_MAX_TEXT);
	FILE *f = fopen("server/engine/default.policy", "r");

	if (text == NULL || f == NULL ||
	    fread(text, 1, POLICY_MAX_TEXT - 1, f) == 0)
		play_die("run it where server/engine/default.policy is");
	fclose(f);
	return (text);
}

/* bench_replay [DIR [DECISIONS]]: DIR takes the files. */
int
main(int argc, char **argv)
{
	unsigned n = argc > 2 ? (unsigned)atoi(argv[2]) : 100000;
	struct disk quick = disk_real;
	uint64_t differences = 0, changes = 0;
	double l, a, b, ab, bt;

	quick.fsync = quick.fdatasync = no_sync;
	if (argc > 1)
		(void)setenv("TMPDIR", argv[1], 1);
	play_init(&x, shipped());
	x.jo.disk = &quick;
	x.jo.overlay_bytes = (uint64_t)1 << 30;
	x.jo.segment_bytes = 64 << 20;
	play_sign(&x);
	play_start(&x);
	l = live(n);
	play_stop(&x);
	a = again(REPLAY_A, &differences);
	b = again(REPLAY_B, &differences);
	ab = again(REPLAY_A | REPLAY_B, &differences);
	bt = back(n, &changes);
	printf("replay: %u decisions; live %.0f/s, A %.0f/s, B %.0f/s, both "
	    "%.0f/s = %.2f of live; %llu differences\n", n, n / l, n / a,
	    n / b, n / ab, l / ab, (unsigned long long)differences);
	printf("target replay / live decisions without the disk | %.2f "
	    "(%.0f, %.0f per s) | >= 0.50 | %s\n", l / ab, n / ab, n / l,
	    l / ab >= 0.5 && differences == 0 ? "ok" : "missed");
	printf("target backtest / live decisions without the disk | %.2f "
	    "(%.0f, %.0f per s) | >= 0.50 | %s\n", l / bt, n / bt, n / l,
	    l / bt >= 0.5 && changes == 0 ? "ok" : "missed");
	play_end(&x);
	free((void *)(uintptr_t)x.policy);
	return (differences != 0 || changes != 0);
}
