#include <criterion/criterion.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin.h"

#include "engine/identity.h"
#include "engine/policy.h"
#include "keys/keyfile.h"
#include "keys/token.h"
#include "store/journal.h"
#include "store/state.h"

#include "fixture.h"

const char fixture_policy[] =
    "[policy]\nversion = \"test-1\"\n"
    "[rule SIM-5]\nclass = quantity\nwhen = \"product == sim and "
    "held(sim, here) + quantity > 5\"\nthen = reject\nreason = \"SIM5\"\n"
    "message.zh = \"不得办理\"\nmessage.en = \"no\"\n"
    "[rule HF-3]\nwhen = \"institutions(7d) >= 3\"\nthen = review\n"
    "reason = \"HF3\"\nby = centre\nneeds = centre\n"
    "message.zh = \"请核查\"\nmessage.en = \"hold\"\n"
    "[rule DAY-2]\nwhen = \"visits(today) >= 2\"\nthen = review\n"
    "by = counter\nneeds = purpose_proof\nreason = \"DAY2\"\n"
    "message.zh = \"当日\"\nmessage.en = \"today\"\n"
    "[rule CREDIT]\nclass = statutory\nwhen = \"product == credit\"\n"
    "then = limit\nlimit_profile = 7\nreason = \"LIM\"\n"
    "message.zh = \"限制\"\nmessage.en = \"limit\"\n"
    "[rule TRY-3]\nshadow = true\nwhen = \"attempts(24h) >= 3\"\n"
    "then = review\nreason = \"T3\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule REJ-1]\nshadow = true\nwhen = \"rejects(24h) >= 1\"\n"
    "then = review\nreason = \"R1\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n";

/* The fixture's clocks. */
static int64_t
wall(void *arg)
{

	return (((struct fixture *)arg)->wall);
}

static int64_t
mono(void *arg)
{

	return (((struct fixture *)arg)->mono);
}

static const char *
boot(void *arg)
{

	(void)arg;
	return ("boot-1");
}

/* Remove a directory of files and directories of files. */
static void
remove_dir(const char *path)
{
	char name[512];
	struct dirent *d;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return;
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, d->d_name);
		if (unlink(name) != 0)
			remove_dir(name);
	}
	closedir(dir);
	rmdir(path);
}

/* Open the journal. */
static struct journal *
open_journal(struct fixture *x, int offline)
{
	char err[512] = "";
	struct journal *j;

	x->clock = (struct jclock_source){ wall, mono, boot, x };
	j = journal_open(&(struct journal_options){ .dir = x->dir,
	    .node = x->node, .disk = x->disk, .clock = &x->clock,
	    .overlay_bytes = 16 << 20, .segment_bytes = 1 << 20,
	    .version = "test", .offline = offline, .domain = "t.example",
	    .signers = x->signer != NULL ? &x->signer : NULL,
	    .nsigners = x->signer != NULL }, err, sizeof(err));
	cr_assert_not_null(j, "%s", err);
	return (j);
}

/* Open journal and counter. */
static void
start(struct fixture *x)
{
	struct policy *p;
	uint8_t hash[32] = { 1 };
	char err[512] = "";

	x->journal = open_journal(x, 0);
	x->options.journal = x->journal;
	x->counter = counter_open(&x->options, err, sizeof(err));
	cr_assert_not_null(x->counter, "%s", err);
	p = policy_compile("test", x->policy, strlen(x->policy), NULL);
	cr_assert_not_null(p, "the policy does not compile");
	cr_assert_eq(counter_policy(x->counter, p, hash), LK_OK);
}

/* Grant rights to one institution or operator. */
static void
grant(struct fixture *x, size_t i, const char *id, int any, uint32_t rights)
{

	snprintf(x->grant[i].id, sizeof(x->grant[i].id), "%s", id);
	x->grant[i].any = any;
	x->grant[i].rights = rights;
	x->grant[i].area = 330100;
	x->grants[i] = &x->grant[i];
}

void
fixture_open(struct fixture *x, const char *policy)
{

	fixture_open_as(x, "t1", policy);
}

void
fixture_open_as(struct fixture *x, const char *node, const char *policy)
{
	const uint8_t secret[32] = { 42 };
	struct keyfile k;
	char err[512];
	size_t i;

	memset(x, 0, sizeof(*x));
	x->node = node;
	x->wall = FIXTURE_START;
	x->mono = 1000000;
	x->policy = policy != NULL ? policy : fixture_policy;
	snprintf(x->dir, sizeof(x->dir), "%s/liangka-test.XXXXXX",
	    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	cr_assert_not_null(mkdtemp(x->dir));
	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_PERSON, 1, 1700000000,
	    secret), 0);
	x->keys = token_keys_from(&k, 1, err, sizeof(err));
	cr_assert_not_null(x->keys, "%s", err);
	for (i = 0; i < 3; i++)
		grant(x, i, (const char *const[]){ "abank", "bbank",
		    "ctel" }[i], 0, RIGHT_CHECK | RIGHT_CONFIRM | RIGHT_REPORT |
		    RIGHT_REVIEW);
	grant(x, 3, "desk", 1, RIGHT_DESK | RIGHT_ADMIN | RIGHT_INTAKE);
	x->peer = (struct peer){ .uid = 1, .n = 4, .grants = x->grants };
	x->options = (struct counter_options){ .keys = x->keys, .node = node,
		.lists_none = 1,
		.version = "test", .checks_per_minute = 100,
		.persons_per_day = 100 };
	start(x);
}

void
fixture_reopen(struct fixture *x)
{

	counter_close(x->counter);
	cr_assert_eq(journal_close(x->journal), 0);
	start(x);
}

void
fixture_renew(struct fixture *x)
{

	counter_close(x->counter);
	cr_assert_eq(journal_close(x->journal), 0);
	remove_dir(x->dir);
	cr_assert_eq(mkdir(x->dir, 0700), 0);
	start(x);
}

/* A growing text. */
struct dump {
	char *p;
	size_t n;
};

static int
sink(void *arg, const char *text, size_t len)
{
	struct dump *d = arg;

	d->p = realloc(d->p, d->n + len + 1);
	memcpy(d->p + d->n, text, len);
	d->n += len;
	d->p[d->n] = '\0';
	return (0);
}

/* Print the state of the journal's directory. */
static struct dump
dump(struct fixture *x)
{
	struct journal *j = open_journal(x, 1);
	struct dump d = { NULL, 0 };

	cr_assert_eq(state_dump(journal_state(j), sink, NULL, &d), 0);
	journal_close(j);
	return (d);
}

/* Close, and compare the state with one that is built anew. */
static void
end(struct fixture *x)
{
	struct dump lived, rebuilt;
	char path[256];

	counter_close(x->counter);
	cr_expect_eq(journal_close(x->journal), 0);
	lived = dump(x);
	snprintf(path, sizeof(path), "%s/state.mdb", x->dir);
	cr_assert_eq(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/state.mdb-lock", x->dir);
	(void)unlink(path);
	rebuilt = dump(x);
	cr_expect(lived.n > 0);
	cr_expect_str_eq(lived.p, rebuilt.p,
	    "I2: the state rebuilt from the journal differs");
	free(lived.p);
	free(rebuilt.p);
}

void
fixture_rebuilt(struct fixture *x)
{

	end(x);
	start(x);
}

void
fixture_close(struct fixture *x)
{

	end(x);
	token_keys_free(x->keys);
	remove_dir(x->dir);
}

void
fixture_pass(struct fixture *x, int64_t ms)
{

	x->wall += ms;
	x->mono += ms;
}

void
ask(struct fixture *x, int type)
{

	wire_out_init(&x->b, x->body, sizeof(x->body));
	x->type = type;
}

void
with(struct fixture *x, unsigned tag, const char *text)
{

	wire_put_bytes(&x->b, tag, text, strlen(text));
}

void
withn(struct fixture *x, unsigned tag, int64_t n)
{

	if (wire_tag_max(tag) == 8)
		wire_put_u64(&x->b, tag, (uint64_t)n);
	else
		wire_put_u32(&x->b, tag, (uint32_t)n);
}

void
fixture_durable(struct fixture *x)
{
	struct pollfd p = { .fd = journal_fd(x->journal, 0),
		.events = POLLIN };

	journal_flush(x->journal, 1);
	while (journal_durable(x->journal) < journal_seq(x->journal)) {
		cr_assert_eq(poll(&p, 1, 10000), 1, "the log stands still");
		journal_collect(x->journal);
	}
}

int
answer(struct fixture *x)
{
	struct wire_header h = { .version = 1, .type = (uint16_t)x->type,
		.id = { 7 } };
	static struct wire_fields f;

	cr_assert_eq(x->b.failed, 0, "the test's own request does not fit");
	cr_assert_eq(wire_fields_read(&f, x->body, x->b.len), WIRE_OK);
	wire_out_init(&x->w, x->out, sizeof(x->out));
	counter_answer(x->counter, &x->peer, &h, &f, &x->w, &x->done);
	fixture_durable(x);
	cr_assert_eq(wire_header_read(&x->rh, x->out), WIRE_OK);
	cr_assert_eq(x->rh.type, x->type | WIRE_REPLY);
	cr_assert_eq(memcmp(x->rh.id, h.id, WIRE_ID), 0);
	cr_assert_eq(x->w.len, WIRE_HEADER + x->rh.length);
	cr_assert_eq(wire_fields_read(&x->r, x->out + WIRE_HEADER,
	    x->rh.length), WIRE_OK);
	return ((int32_t)wire_u32(&x->r, WIRE_T_ERROR, 0));
}

void
fixture_id(char id[19], int person)
{

	char text[64];

	snprintf(text, sizeof(text), "330102%04d%02d%02d%03d",
	    1950 + person % 50, 1 + person / 50 % 12, 1 + person / 600 % 28,
	    person / 16800 % 1000);
	memcpy(id, text, 17);
	id[17] = identity_check_digit(id);
	id[18] = '\0';
}

void
applicant(struct fixture *x, const char *inst, const char *outlet, int person,
    int product, const char *txn)
{
	char id[19];

	fixture_id(id, person);
	ask(x, WIRE_CHECK);
	with(x, WIRE_T_INSTITUTION, inst);
	with(x, WIRE_T_BRANCH, outlet);
	with(x, WIRE_T_TELLER, "t01");
	with(x, WIRE_T_TXN_ID, txn);
	withn(x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	with(x, WIRE_T_ID_NO, id);
	withn(x, WIRE_T_PRODUCT, product);
}

int
check(struct fixture *x, const char *inst, const char *outlet, int person,
    int product, const char *txn)
{
	int rc;

	applicant(x, inst, outlet, person, product, txn);
	rc = answer(x);
	return (rc != 0 ? rc : (int)wire_u32(&x->r, WIRE_T_DECISION, 99));
}

const char *
decision_id(struct fixture *x, char buf[40])
{

	cr_assert_eq(wire_copy(&x->r, WIRE_T_DECISION_ID, buf, 40), 0);
	return (buf);
}

int
confirm(struct fixture *x, const char *id, const char *card)
{

	ask(x, WIRE_CONFIRM);
	with(x, WIRE_T_DECISION_ID, id);
	with(x, WIRE_T_CARD_REF, card);
	return (answer(x));
}

int
cancel(struct fixture *x, const char *id, int reason)
{

	ask(x, WIRE_CANCEL);
	with(x, WIRE_T_DECISION_ID, id);
	withn(x, WIRE_T_REASON_CODE, reason);
	return (answer(x));
}

int64_t
num(struct fixture *x, unsigned tag)
{

	if (wire_tag_max(tag) == 8)
		return ((int64_t)wire_u64(&x->r, tag, 0));
	return ((int32_t)wire_u32(&x->r, tag, 0));
}

const char *
str(struct fixture *x, unsigned tag, char buf[1100])
{

	cr_assert_eq(wire_copy(&x->r, tag, buf, 1100), 0);
	return (buf);
}

int
hits(struct fixture *x, const char *rule)
{
	char buf[1100];

	return (strstr(str(x, WIRE_T_HITS, buf), rule) != NULL);
}
