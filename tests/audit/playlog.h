#ifndef TESTS_AUDIT_PLAYLOG_H_
#define TESTS_AUDIT_PLAYLOG_H_

/*
 * A journal of real decisions: a counter without sockets, driven by a clock the
 * caller owns.  Used by tests of several folders and by the bench; whatever goes
 * wrong ends the program with a word.
 */

#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin.h"

#include "counter/counter.h"
#include "engine/identity.h"
#include "engine/policy.h"
#include "keys/keyfile.h"
#include "keys/note.h"
#include "keys/sha256.h"
#include "keys/token.h"
#include "plugin/wire.h"
#include "store/disk.h"
#include "store/journal.h"

/* The time at which every play begins: 2026-11-22 10:00 in Shanghai. */
#define PLAY_START INT64_C(1795312800000)
#define PLAY_MINUTE INT64_C(60000)
#define PLAY_HOUR (60 * PLAY_MINUTE)
#define PLAY_DAY (24 * PLAY_HOUR)

/* A small policy that shows one of everything. */
#define PLAY_POLICY							\
    "[policy]\nversion = \"play-1\"\n"					\
    "[rule SIM-5]\nclass = quantity\nwhen = \"product == sim and "	\
    "held(sim, here) + quantity > 5\"\nthen = reject\nreason = \"SIM5\"\n" \
    "message.zh = \"不得办理\"\nmessage.en = \"Do not issue\"\n"	\
    "[rule HF-3]\nwhen = \"institutions(7d) >= 3\"\nthen = review\n"	\
    "reason = \"HF3\"\nby = centre\nneeds = centre\n"			\
    "message.zh = \"请核查\"\nmessage.en = \"Hold\"\n"			\
    "[rule DAY-2]\nwhen = \"visits(today) >= 2\"\nthen = review\n"	\
    "by = counter\nneeds = purpose_proof\nreason = \"DAY2\"\n"		\
    "message.zh = \"当日\"\nmessage.en = \"Today\"\n"			\
    "[rule LAW]\nclass = statutory\nwhen = \"product == credit\"\n"	\
    "then = limit\nlimit_profile = 7\nreason = \"LIM\"\n"		\
    "message.zh = \"限制\"\nmessage.en = \"Limit\"\n"			\
    "[rule TRY-3]\nshadow = true\nwhen = \"attempts(24h) >= 3\"\n"	\
    "then = review\nreason = \"T3\"\nmessage.zh = \"x\"\n"		\
    "message.en = \"x\"\n"						\
    "[rule YOUNG]\nclass = context\nwhen = \"age < 16 and not guardian\"\n" \
    "then = review\nby = counter\nneeds = guardian\nreason = \"AGE\"\n"	\
    "message.zh = \"未成年\"\nmessage.en = \"Minor\"\n"

struct playlog {
	char dir[128];		/* the data directory */
	int64_t wall, mono;	/* ms */
	const char *policy;	/* text in force */
	char hash[65];		/* and its SHA-256 */
	struct note_signer signer;
	const struct note_signer *signers[1];
	char vkey[NOTE_VKEY_MAX]; /* of the node, when signed */
	struct jclock_source clock;
	struct journal_options jo;
	struct journal *journal;
	struct token_keys *keys;
	struct counter *counter;
	struct counter_options co;
	struct grant grant[4];
	const struct grant *grants[4];
	struct peer peer;
	unsigned txn;
	/* the request in the making, and the last reply */
	uint8_t body[8192], out[16384];
	struct wire_out b;
	struct wire_fields r;
	char id[80];		/* decision id of the last check */
	char ref[32];		/* and its reference */
};

/* Give up. */
static inline void __attribute__((noreturn))
play_die(const char *what)
{
	fprintf(stderr, "playlog: %s\n", what);
	abort();
}

static inline int64_t
play_wall(void *arg)
{
	return (((struct playlog *)arg)->wall);
}

static inline int64_t
play_mono(void *arg)
{
	return (((struct playlog *)arg)->mono);
}

static inline const char *
play_boot(void *arg)
{
	(void)arg;
	return ("boot-1");
}

/* Put a policy into force, and its file where an auditor finds it. */
static inline void
play_policy(struct playlog *x, const char *text)
{
	uint8_t hash[SHA256_LEN];
	char path[400];
	struct policy *p;
	FILE *f;
	int i;

	sha256_of(hash, text, strlen(text));
	for (i = 0; i < SHA256_LEN; i++)
		snprintf(&x->hash[2 * i], 3, "%02x", hash[i]);
	snprintf(path, sizeof(path), "%s/log", x->dir);
	(void)mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/log/policy", x->dir);
	(void)mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/log/policy/%s.policy", x->dir,
	    x->hash);
	if ((f = fopen(path, "w")) == NULL || fputs(text, f) < 0 ||
	    fclose(f) != 0)
		play_die(path);
	if ((p = policy_compile("play", text, strlen(text), NULL)) == NULL ||
	    counter_policy(x->counter, p, hash) != LK_OK)
		play_die("the policy does not compile");
	x->policy = text;
}

/* Open journal and counter; options in x->jo and x->co may be set before. */
static inline void
play_start(struct playlog *x)
{
	char err[512] = "";

	if ((x->journal = journal_open(&x->jo, err, sizeof(err))) == NULL)
		play_die(err);
	x->co.journal = x->journal;
	if ((x->counter = counter_open(&x->co, err, sizeof(err))) == NULL)
		play_die(err);
	play_policy(x, x->policy);
}

/* Stop them, in order. */
static inline void
play_stop(struct playlog *x)
{
	if (x->counter == NULL)
		return;
	counter_close(x->counter);
	x->counter = NULL;
	if (journal_close(x->journal) != 0)
		play_die("the journal does not close");
}

/* Prepare a play in a fresh directory; play_start() begins it. */
static inline void
play_init(struct playlog *x, const char *policy)
{
	static const char *const names[] = { "abank", "bbank", "ctel", "desk" };
	const uint8_t secret[32] = { 42 };
	struct keyfile k;
	char err[512];
	size_t i;

	memset(x, 0, sizeof(*x));
	x->wall = PLAY_START;
	x->mono = 1000000;
	x->policy = policy != NULL ? policy : PLAY_POLICY;
	snprintf(x->dir, sizeof(x->dir), "%s/liangka-play.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(x->dir) == NULL ||
	    keyfile_make(&k, KEYFILE_TOKEN_PERSON, 1, 1700000000, secret) != 0
	    || (x->keys = token_keys_from(&k, 1, err, sizeof(err))) == NULL)
		play_die("cannot begin");
	for (i = 0; i < 4; i++) {
		x->grants[i] = &x->grant[i];
		snprintf(x->grant[i].id, sizeof(x->grant[i].id), "%s",
		    names[i]);
		x->grant[i].area = 330100;
		x->grant[i].any = i == 3;
		x->grant[i].rights = i == 3 ? RIGHT_DESK | RIGHT_ADMIN |
		    RIGHT_INTAKE : RIGHT_CHECK | RIGHT_CONFIRM | RIGHT_REPORT |
		    RIGHT_REVIEW;
	}
	x->peer = (struct peer){ .uid = 1, .n = 4, .grants = x->grants };
	x->clock = (struct jclock_source){ play_wall, play_mono, play_boot,
		x };
	x->jo = (struct journal_options){ .dir = x->dir, .node = "b017",
		.clock = &x->clock, .overlay_bytes = 64 << 20,
		.segment_bytes = 1 << 20, .version = "test" };
	x->co = (struct counter_options){ .keys = x->keys, .node = "b017",
		.lists_none = 1,
		.version = "test" };
}

/* Keep a signed log beside the journal; to be called before play_start(). */
static inline void
play_sign(struct playlog *x)
{
	const uint8_t secret[32] = { 17 };
	struct note_verifier v;

	if (note_signer_make(&x->signer, "bank.example/branch/b017",
	    NOTE_ED25519, secret) != 0)
		play_die("no signer");
	v = x->signer.public;
	(void)note_verifier_print(&v, x->vkey);
	x->signers[0] = &x->signer;
	x->jo.domain = "bank.example";
	x->jo.signers = x->signers;
	x->jo.nsigners = 1;
}

/* Remove one file, or one directory that is empty by now. */
static inline int
play_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return (remove(path));
}

/* Remove a directory and all that is in it. */
static inline void
play_rmdir(const char *path)
{
	(void)nftw(path, play_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Stop and remove all. */
static inline void
play_end(struct playlog *x)
{
	play_stop(x);
	token_keys_free(x->keys);
	play_rmdir(x->dir);
}

/* Let time pass, ms. */
static inline void
play_pass(struct playlog *x, int64_t ms)
{
	x->wall += ms;
	x->mono += ms;
}

/* Begin a request; add fields. */
static inline void
play_ask(struct playlog *x)
{
	wire_out_init(&x->b, x->body, sizeof(x->body));
}

static inline void
play_text(struct playlog *x, unsigned tag, const char *s)
{
	wire_put_bytes(&x->b, tag, s, strlen(s));
}

static inline void
play_number(struct playlog *x, unsigned tag, int64_t n)
{
	if (wire_tag_max(tag) == 8)
		wire_put_u64(&x->b, tag, (uint64_t)n);
	else
		wire_put_u32(&x->b, tag, (uint32_t)n);
}

/* Wait until what was written is durable. */
static inline void
play_settle(struct playlog *x)
{
	struct pollfd p = { .fd = journal_fd(x->journal, 0),
		.events = POLLIN };

	journal_flush(x->journal, 1);
	while (journal_durable(x->journal) < journal_seq(x->journal)) {
		if (poll(&p, 1, 10000) != 1)
			play_die("the log stands still");
		journal_collect(x->journal);
	}
}

/* Send the request; return its LK_ code.  The reply is in x->r. */
static inline int
play_send(struct playlog *x, int type)
{
	struct wire_header h = { .version = 1, .type = (uint16_t)type,
		.id = { 7 } }, rh;
	struct counter_done done;
	struct wire_fields f;
	struct wire_out w;

	wire_out_init(&w, x->out, sizeof(x->out));
	if (x->b.failed || wire_fields_read(&f, x->body, x->b.len) != WIRE_OK)
		play_die("a request does not fit");
	counter_answer(x->counter, &x->peer, &h, &f, &w, &done);
	if (wire_header_read(&rh, x->out) != WIRE_OK ||
	    wire_fields_read(&x->r, x->out + WIRE_HEADER, rh.length) !=
	    WIRE_OK)
		play_die("a reply cannot be read");
	return ((int32_t)wire_u32(&x->r, WIRE_T_ERROR, 0));
}

/* Write the identity number of person 0.. */
static inline void
play_person(char id[19], int person)
{
	char text[64];

	snprintf(text, sizeof(text), "330102%04d%02d%02d%03d",
	    1950 + person % 50, 1 + person / 50 % 12, 1 + person / 600 % 28,
	    person / 16800 % 1000);
	memcpy(id, text, 17);
	id[17] = identity_check_digit(id);
	id[18] = '\0';
}

/* Begin a check, to which fields may be added. */
static inline void
play_applicant(struct playlog *x, const char *inst, const char *outlet,
    int person, int product)
{
	char id[19], txn[32];

	play_person(id, person);
	snprintf(txn, sizeof(txn), "txn-%u", ++x->txn);
	play_ask(x);
	play_text(x, WIRE_T_INSTITUTION, inst);
	play_text(x, WIRE_T_BRANCH, outlet);
	play_text(x, WIRE_T_TELLER, "t01");
	play_text(x, WIRE_T_TXN_ID, txn);
	play_number(x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	play_text(x, WIRE_T_ID_NO, id);
	play_number(x, WIRE_T_PRODUCT, product);
}

/* Send a check; return the decision, or the error if negative. */
static inline int
play_decide(struct playlog *x)
{
	int rc = play_send(x, WIRE_CHECK);

	if (rc != 0)
		return (rc);
	(void)wire_copy(&x->r, WIRE_T_DECISION_ID, x->id, sizeof(x->id));
	(void)wire_copy(&x->r, WIRE_T_REFERENCE, x->ref, sizeof(x->ref));
	return ((int)wire_u32(&x->r, WIRE_T_DECISION, 99));
}

/* A whole check. */
static inline int
play_check(struct playlog *x, const char *inst, const char *outlet, int person,
    int product)
{
	int rc;

	play_applicant(x, inst, outlet, person, product);
	rc = play_decide(x);
	play_settle(x);
	return (rc);
}

/* Issue the card of the last check. */
static inline int
play_confirm(struct playlog *x, const char *card)
{
	int rc;

	play_ask(x);
	play_text(x, WIRE_T_DECISION_ID, x->id);
	play_text(x, WIRE_T_CARD_REF, card);
	rc = play_send(x, WIRE_CONFIRM);
	play_settle(x);
	return (rc);
}

/* Check and issue. */
static inline int
play_open(struct playlog *x, const char *inst, const char *outlet, int person,
    int product)
{
	char card[32];
	int rc = play_check(x, inst, outlet, person, product);

	snprintf(card, sizeof(card), "6222%012u", x->txn);
	if (rc == LK_PASS || rc == LK_LIMIT)
		if (play_confirm(x, card) != LK_OK)
			play_die("a confirm was refused");
	return (rc);
}

/* The seq of the last entry. */
static inline uint64_t
play_seq(struct playlog *x)
{
	return (journal_seq(x->journal));
}

#endif
