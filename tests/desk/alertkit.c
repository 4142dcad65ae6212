#include <sys/stat.h>

#include <criterion/criterion.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/refid.h"
#include "cli/words.h"
#include "plugin.h"

#include "alertkit.h"

static int64_t clock_ms = ALERTKIT_T0;

/* The clock. */
void
alertkit_time(int64_t ms)
{

	clock_ms = ALERTKIT_T0 + ms;
}

int64_t
alertkit_now(void)
{

	return (clock_ms);
}

/* The words. */
const char *
alertkit_word(enum alert_word what, int32_t code, int zh)
{
	static const struct word *const table[] = {
		[ALERT_WORD_LEVEL] = words_alert_level,
		[ALERT_WORD_KIND] = words_alert_kind,
		[ALERT_WORD_PRODUCT] = words_product,
		[ALERT_WORD_DECISION] = words_decision,
		[ALERT_WORD_REPORT] = words_report,
		[ALERT_WORD_FLAG] = words_entry_flag
	};

	return (words_name(table[what], code, zh));
}

/* ------------------------------------------------------------ the journal */

/* Add any entry. */
uint64_t
alertkit_add(struct alertkit *k, struct entry *e)
{
	char text[ENTRY_MAX];
	size_t len;

	e->seq = k->nlines + 1;
	e->t = clock_ms;
	len = entry_print(e, text, sizeof(text));
	cr_assert_neq(len, 0);
	k->line = realloc(k->line, (k->nlines + 1) * sizeof(*k->line));
	cr_assert_not_null(k->line);
	k->line[k->nlines++] = strndup(text, len);
	return (e->seq);
}

/* Add an alert. */
uint64_t
alertkit_alert(struct alertkit *k, int area, int level)
{
	struct entry e;

	entry_clear(&e, ENTRY_DECISION);
	(void)snprintf(e.inst, sizeof(e.inst), "icbc");
	(void)snprintf(e.outlet, sizeof(e.outlet), "0012");
	(void)snprintf(e.hits, sizeof(e.hits), "HF-7D");
	(void)snprintf(e.reason, sizeof(e.reason), "HF02");
	e.decision = LK_REVIEW;
	e.product = LK_PRODUCT_BANK1;
	e.area = area;
	e.alert = level;
	e.alert_kind = ALERT_RULE;
	return (alertkit_add(k, &e));
}

/* One was taken. */
void
alertkit_take(struct alertkit *k, uint64_t seq)
{
	struct entry e;

	entry_clear(&e, ENTRY_ALERT);
	e.ref = seq;
	e.code = ALERT_STEP_TAKE;
	(void)snprintf(e.decided_by, sizeof(e.decided_by), "lin");
	(void)alertkit_add(k, &e);
}

/* A step in a case. */
void
alertkit_step(struct alertkit *k, uint64_t seq, int code, const char *who)
{
	struct entry e;

	entry_clear(&e, ENTRY_REVIEW);
	e.ref = seq;
	e.code = code;
	(void)snprintf(e.decided_by, sizeof(e.decided_by), "%s", who);
	(void)alertkit_add(k, &e);
}

/* Nothing of ours. */
void
alertkit_noise(struct alertkit *k)
{
	struct entry e;

	entry_clear(&e, ENTRY_HEARTBEAT);
	(void)alertkit_add(k, &e);
}

static int
source_open(void *arg, char node[ALERT_NODE_MAX], char *err)
{
	struct alertkit *k = arg;

	(void)snprintf(node, ALERT_NODE_MAX, "test.example/branch/b1");
	if (!k->broken)
		return (0);
	(void)snprintf(err, ALERT_SEND_ERROR_MAX, "the disk is gone");
	return (-1);
}

static int
source_each(void *arg, uint64_t from, int (*fn)(void *arg, uint64_t seq,
    const char *text, size_t len), void *fn_arg, char *err)
{
	struct alertkit *k = arg;
	size_t i = from > 0 ? (size_t)from - 1 : 0;
	int rc;

	(void)err;
	if (i < k->forgot)
		i = k->forgot;
	for (; i < k->nlines; i++)
		if ((rc = fn(fn_arg, i + 1, k->line[i],
		    strlen(k->line[i]))) != 0)
			return (rc);
	return (0);
}

static int
source_read(void *arg, uint64_t seq, struct entry *e, char *err)
{
	struct alertkit *k = arg;
	size_t where;

	(void)err;
	if (k->broken)
		return (-1);
	if (seq == 0 || seq > k->nlines || seq <= k->forgot)
		return (1);
	cr_assert_eq(entry_parse(e, k->line[seq - 1], strlen(k->line[seq - 1]),
	    &where), 0);
	return (0);
}

static uint64_t
source_last(void *arg)
{

	return (((struct alertkit *)arg)->nlines);
}

/* ------------------------------------------------------------ the carrier */

static int
carrier_begin(void *arg, size_t i, const struct alert_receiver *to,
    const struct alert_message *m, struct alert_answer *a)
{
	struct alertkit *k = arg;

	(void)a;
	cr_assert_eq(k->under_way[i].busy, 0);
	k->under_way[i].busy = 1;
	k->under_way[i].to = to;
	k->under_way[i].m = m;
	return (0);
}

/* Keep what a message told. */
static void
keep(struct alertkit *k, const struct alert_receiver *to,
    const struct alert_message *m, int delivered)
{
	const char *p, *end = m->body + m->len;
	struct alertkit_told *x;

	k->nmessages++;
	for (p = m->body; (p = memmem(p, (size_t)(end - p), "{\"id\":\"",
	    7)) != NULL; p += 7) {
		cr_assert_lt(k->ntold, ALERTKIT_TOLD);
		x = &k->told[k->ntold++];
		(void)snprintf(x->receiver, sizeof(x->receiver), "%s",
		    to->name);
		memcpy(x->id, p + 7, ALERT_ID_MAX - 1);
		x->seq = strtoull(p + 7 + 32 + 8, NULL, 10);
		x->t = clock_ms;
		x->message = k->nmessages;
		x->delivered = delivered;
	}
}

static void
carrier_wait(void *arg, uint32_t ms, void (*done)(void *arg, size_t i,
    const struct alert_answer *a), void *done_arg)
{
	struct alert_answer a = { .outcome = ALERT_DELIVERED };
	struct alertkit *k = arg;
	size_t i;

	(void)ms;
	for (i = 0; i < ALERT_RECEIVERS_MAX; i++) {
		if (!k->under_way[i].busy || (k->hangs != NULL &&
		    strcmp(k->under_way[i].to->name, k->hangs) == 0))
			continue;
		a.outcome = k->answer != NULL ? k->answer(k,
		    k->under_way[i].to, k->under_way[i].m) : ALERT_DELIVERED;
		(void)snprintf(a.why, sizeof(a.why), "%s", a.outcome ==
		    ALERT_DELIVERED ? "" : "so it was told");
		keep(k, k->under_way[i].to, k->under_way[i].m, a.outcome ==
		    ALERT_DELIVERED);
		k->under_way[i].busy = 0;
		done(done_arg, i, &a);
	}
}

/* --------------------------------------------------------------- the disk */

/* May this step happen? */
static int
may(struct alertkit *k)
{

	if (k->fatal < 0 || k->steps++ < k->fatal)
		return (1);
	errno = EIO;
	return (0);
}

static int
d_open(void *ctx, const char *path, int flags, unsigned mode)
{
	struct alertkit *k = ctx;

	return (may(k) ? disk_real.open(disk_real.ctx, path, flags, mode) :
	    -1);
}

static ssize_t
d_pwrite(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{
	struct alertkit *k = ctx;

	if (may(k))
		return (disk_real.pwrite(disk_real.ctx, fd, buf, len, off));
	if (k->half && k->steps == k->fatal + 1)
		(void)disk_real.pwrite(disk_real.ctx, fd, buf, len / 2, off);
	errno = EIO;
	return (-1);
}

#define ONE(name, args, call)						\
	static int name args						\
	{								\
									\
		return (may(ctx) ? disk_real.call : -1);		\
	}
ONE(d_fdatasync, (void *ctx, int fd), fdatasync(disk_real.ctx, fd))
ONE(d_fsync, (void *ctx, int fd), fsync(disk_real.ctx, fd))
ONE(d_rename, (void *ctx, const char *a, const char *b),
    rename(disk_real.ctx, a, b))
ONE(d_unlink, (void *ctx, const char *a), unlink(disk_real.ctx, a))
ONE(d_mkdir, (void *ctx, const char *a, unsigned m), mkdir(disk_real.ctx, a, m))
ONE(d_sync_dir, (void *ctx, const char *a), sync_dir(disk_real.ctx, a))
ONE(d_ftruncate, (void *ctx, int fd, uint64_t n),
    ftruncate(disk_real.ctx, fd, n))

/* --------------------------------------------------------------- the whole */

static void
tell(void *arg, const struct alert_event *e)
{
	struct alertkit *k = arg;
	size_t i = k->nevents;

	if (i == 256)
		return;
	k->event[i] = *e;
	(void)snprintf(k->why[i], 128, "%s", e->why != NULL ? e->why : "");
	(void)snprintf(k->who[i], 64, "%s", e->receiver != NULL ? e->receiver :
	    "");
	k->event[i].why = k->why[i];
	k->event[i].receiver = k->who[i];
	k->nevents++;
}

/* Another routing file. */
void
alertkit_routing(struct alertkit *k, const char *text)
{

	alert_routing_free(k->routing);
	k->routing = alert_routing_parse("routing.conf", text, strlen(text),
	    NULL);
	cr_assert_not_null(k->routing);
	k->o.routing = k->routing;
}

/* Make one. */
struct alertkit *
alertkit_new(const char *routing)
{
	const char *tmp = getenv("TMPDIR");
	struct alertkit *k = calloc(1, sizeof(*k));

	cr_assert_not_null(k);
	k->told = calloc(ALERTKIT_TOLD, sizeof(*k->told));
	cr_assert_not_null(k->told);
	(void)snprintf(k->dir, sizeof(k->dir), "%s/lk-alert-XXXXXX",
	    tmp != NULL && strlen(tmp) < 80 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(k->dir));
	k->fatal = -1;
	k->disk = disk_real;
	k->disk.ctx = k;
	k->disk.open = d_open;
	k->disk.pwrite = d_pwrite;
	k->disk.fdatasync = d_fdatasync;
	k->disk.fsync = d_fsync;
	k->disk.rename = d_rename;
	k->disk.unlink = d_unlink;
	k->disk.mkdir = d_mkdir;
	k->disk.sync_dir = d_sync_dir;
	k->disk.ftruncate = d_ftruncate;
	k->source = (struct alert_source){ k, source_open, source_each,
		source_read, source_last };
	k->carrier = (struct alert_carrier){ k, carrier_begin, carrier_wait };
	k->o = (struct alert_send_options){ .state = k->dir, .names = { .word =
		alertkit_word, .reference = refid_print }, .source =
		&k->source, .carrier = &k->carrier, .disk = &k->disk,
		.poll_ms = 1000, .now = alertkit_now, .tell = tell,
		.tell_arg = k };
	alertkit_routing(k, routing);
	alertkit_time(0);
	return (k);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

/* Free it. */
void
alertkit_free(struct alertkit *k)
{
	size_t i;

	k->fatal = -1;
	(void)alertkit_close(k);
	alert_routing_free(k->routing);
	(void)nftw(k->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	for (i = 0; i < k->nlines; i++)
		free(k->line[i]);
	free(k->line);
	free(k->told);
	free(k);
}

/* Start the service. */
int
alertkit_open(struct alertkit *k)
{
	int busy;

	memset(k->under_way, 0, sizeof(k->under_way));
	k->s = alert_send_open(&k->o, &busy, k->err);
	return (k->s != NULL ? 0 : -1);
}

/* End it. */
int
alertkit_close(struct alertkit *k)
{
	int rc = alert_send_close(k->s);

	k->s = NULL;
	return (rc);
}

/* Turns until nothing is to do at this moment. */
int
alertkit_run(struct alertkit *k)
{
	size_t before;
	int i;

	/* The journal is looked at each second. */
	clock_ms += 1000;
	for (i = 0; i < 4; i++) {
		do {
			before = k->nmessages;
			if (alert_send_turn(k->s, 0) != 0)
				return (-1);
		} while (k->nmessages != before);
	}
	return (0);
}

/* How often it was delivered. */
size_t
alertkit_count(const struct alertkit *k, const char *receiver, uint64_t seq)
{
	size_t i, n = 0;

	for (i = 0; i < k->ntold; i++)
		n += k->told[i].delivered && strcmp(k->told[i].receiver,
		    receiver) == 0 && (seq == 0 || k->told[i].seq == seq);
	return (n);
}

/* Are the ids as they must be? */
int
alertkit_same_ids(const struct alertkit *k)
{
	const struct alertkit_told *a;
	char want[ALERT_ID_MAX];
	size_t i;
	int level;


	for (i = 0; i < k->ntold; i++) {
		a = &k->told[i];
		for (level = ALERT_OUTLET; level <= ALERT_PROVINCE; level++) {
			alert_id(want, "test.example/branch/b1", a->seq, level,
			    a->receiver);
			if (strcmp(want, a->id) == 0)
				break;
		}
		if (level > ALERT_PROVINCE)
			return (0);
	}
	return (1);
}

/* How many events. */
size_t
alertkit_events(const struct alertkit *k, enum alert_event_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < k->nevents; i++)
		n += k->event[i].kind == kind;
	return (n);
}
