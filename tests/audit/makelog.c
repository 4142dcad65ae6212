#include <sys/stat.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/policy.h"
#include "keys/hex.h"
#include "keys/sha256.h"
#include "plugin.h"
#include "store/origin.h"
#include "store/tilelog.h"

#include "makelog.h"

#define DAY INT64_C(86400000)

/* Give up. */
static void __attribute__((noreturn))
die(const char *what)
{

	(void)fprintf(stderr, "makelog: %s: %s\n", what, strerror(errno));
	abort();
}

/* A number below n. */
static uint64_t
pick(struct makelog *m, uint64_t n)
{

	m->rng = m->rng * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return ((m->rng >> 33) % n);
}

/* A token that looks like one. */
static struct token
token(struct makelog *m)
{
	struct token t;
	size_t i;

	for (i = 0; i < sizeof(t.b); i++)
		t.b[i] = (uint8_t)pick(m, 256);
	t.b[0] |= 1;
	return (t);
}

/* Prepare. */
void
makelog_init(struct makelog *m, const char *dir, int secret)
{
	uint8_t key[32];

	memset(m, 0, sizeof(*m));
	memset(key, secret, sizeof(key));
	(void)snprintf(m->dir, sizeof(m->dir), "%s", dir);
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		die(dir);
	if (note_signer_make(&m->signer, MAKELOG_NODE, NOTE_ED25519, key) !=
	    0 || note_signer_make(&m->sm2, MAKELOG_NODE, NOTE_SM2, key) != 0)
		die("no signer");
	(void)snprintf(m->node, sizeof(m->node), "b017");
	m->seq = 1;
	m->t = MAKELOG_START;
	m->rng = 20261122;
	m->year = 2026;
	m->n = 1;
}

/* Open the tiles of the log at hand. */
static void
open_tiles(struct makelog *m)
{
	const struct note_signer *signers[2] = { &m->signer, &m->sm2 };
	struct tilelog_options o = { .signers = signers,
		.nsigners = m->gm ? 2 : 1 };
	char dir[300], err[TILELOG_ERROR_MAX];

	origin_print(m->origin, "bank.example", m->node, m->year, m->n);
	(void)snprintf(dir, sizeof(dir), "%s/%d.%d", m->dir, m->year, m->n);
	o.dir = dir;
	o.origin = m->origin;
	m->base = m->seq;
	if ((m->log = tilelog_open(&o, err, sizeof(err))) == NULL)
		die(err);
}

/* Write the `log` entry, which names the log before. */
static void
name_log(struct makelog *m)
{
	struct entry *e = &m->e;

	entry_clear(e, ENTRY_LOG);
	e->base = m->base;
	(void)snprintf(e->log, sizeof(e->log), "%s", m->origin);
	if (m->head.size > 0) {
		(void)snprintf(e->prev_log, sizeof(e->prev_log), "%s",
		    m->head.origin);
		e->prev_size = m->head.size;
		hex_encode(e->prev_root, m->head.root, MERKLE_LEN);
	}
	if (m->spoil != NULL)
		m->spoil(e);
	makelog_add(m, e);
}

/* Begin the first log. */
void
makelog_begin(struct makelog *m)
{

	open_tiles(m);
	name_log(m);
	entry_clear(&m->e, ENTRY_START);
	memcpy(m->e.node, m->node, sizeof(m->e.node));
	(void)snprintf(m->e.version, sizeof(m->e.version), "1.0.0");
	(void)snprintf(m->e.boot, sizeof(m->e.boot), "boot-1");
	m->e.uptime = 1000;
	makelog_add(m, &m->e);
	if (!m->no_policy)
		makelog_policy(m, "2026.11-a");
}

/* The common way. */
void
makelog_open(struct makelog *m, const char *dir)
{

	makelog_init(m, dir, 7);
	makelog_begin(m);
}

/* Add any bytes. */
void
makelog_raw(struct makelog *m, const void *text, size_t len)
{

	if (tilelog_add(m->log, text, len) != TILELOG_OK)
		die(tilelog_error(m->log));
	m->seq++;
}

/* Add an entry. */
void
makelog_add(struct makelog *m, struct entry *e)
{
	char text[ENTRY_MAX];
	size_t len;

	e->seq = m->seq;
	if (e->t == 0)
		e->t = m->t;
	if ((len = entry_print(e, text, sizeof(text))) == 0)
		die("the entry is too long");
	m->t = e->t;
	if (e->kind == ENTRY_DECISION)
		m->last_decision = e->seq;
	makelog_raw(m, text, len);
}

/* Add an entry with nothing in it. */
void
makelog_kind(struct makelog *m, int kind, int64_t ms)
{

	entry_clear(&m->e, kind);
	m->e.t = m->t + ms;
	makelog_add(m, &m->e);
}

/* Put a policy into force. */
void
makelog_policy(struct makelog *m, const char *version)
{
	char path[400], text[128];
	uint8_t hash[SHA256_LEN];
	FILE *f;
	int n;

	if (version != m->policy)
		(void)snprintf(m->policy, sizeof(m->policy), "%s", version);
	n = snprintf(text, sizeof(text), "[policy]\nversion = \"%s\"\n",
	    m->policy);
	sha256_of(hash, text, (size_t)n);
	hex_encode(m->hash, hash, sizeof(hash));
	(void)snprintf(path, sizeof(path), "%s/policy", m->dir);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		die(path);
	(void)snprintf(path, sizeof(path), "%s/policy/%s.policy", m->dir,
	    m->hash);
	if ((f = fopen(path, "w")) == NULL || fwrite(text, 1, (size_t)n, f) !=
	    (size_t)n || fclose(f) != 0)
		die(path);
	entry_clear(&m->e, ENTRY_POLICY);
	memcpy(m->e.policy, m->policy, sizeof(m->e.policy));
	m->e.engine = POLICY_ENGINE;
	memcpy(m->e.hash, m->hash, sizeof(m->e.hash));
	makelog_add(m, &m->e);
}

/* Fill an entry with a decision. */
void
makelog_decision(struct makelog *m, struct entry *e)
{
	static const int32_t decisions[] = { LK_PASS, LK_PASS, LK_PASS,
		LK_PASS, LK_PASS, LK_LIMIT, LK_REVIEW, LK_REJECT };
	unsigned i;

	entry_clear(e, ENTRY_DECISION);
	e->t = m->t;
	(void)snprintf(e->inst, sizeof(e->inst), "bank%u",
	    (unsigned)pick(m, 12));
	(void)snprintf(e->outlet, sizeof(e->outlet), "%04u",
	    (unsigned)pick(m, 1200));
	(void)snprintf(e->teller, sizeof(e->teller), "t%03u",
	    (unsigned)pick(m, 300));
	(void)snprintf(e->terminal, sizeof(e->terminal), "w%u",
	    (unsigned)pick(m, 9));
	(void)snprintf(e->txn, sizeof(e->txn), "txn-%llu",
	    (unsigned long long)m->seq);
	e->epoch = 1;
	e->digest = token(m);
	e->person = token(m);
	e->phone = token(m);
	e->address = token(m);
	e->id_type = 1;
	e->operation = 1;
	e->product = 1 + (int32_t)pick(m, 3);
	e->channel = 1;
	e->quantity = 1;
	e->held_here = -1;
	(void)snprintf(e->policy, sizeof(e->policy), "%s", m->policy);
	e->engine = POLICY_ENGINE;
	e->nfacts = 24;
	for (i = 0; i < e->nfacts; i++)
		e->facts[i] = (int64_t)pick(m, 4);
	e->decision = decisions[pick(m, 8)];
	e->floor = LK_PASS;
	if (e->decision != LK_PASS) {
		(void)snprintf(e->hits, sizeof(e->hits), "HF-7D ATTEMPTS");
		e->hits_total = 2;
		(void)snprintf(e->reason, sizeof(e->reason), "HF02");
	}
	if (e->decision != LK_REJECT)
		e->expires = (m->t / 1000 + 1800) * 1000;
}

/* Add plausible entries. */
void
makelog_fill(struct makelog *m, uint64_t n)
{

	for (; n > 0; n--) {
		m->t += (int64_t)pick(m, 400);
		if (m->last_decision == 0 || pick(m, 10) < 6) {
			makelog_decision(m, &m->e);
			makelog_add(m, &m->e);
		} else if (pick(m, 20) == 0) {
			makelog_kind(m, ENTRY_HEARTBEAT, 60000);
		} else {
			entry_clear(&m->e, ENTRY_CONFIRM);
			m->e.ref = m->last_decision;
			m->e.card = token(m);
			m->e.quantity = 1;
			makelog_add(m, &m->e);
		}
	}
}

/* Begin the log of the next year. */
void
makelog_turn(struct makelog *m)
{

	makelog_kind(m, ENTRY_STOP, 100);
	makelog_publish(m);
	tilelog_close(m->log);
	m->t += 366 * DAY;
	m->year++;
	open_tiles(m);
	name_log(m);
	if (!m->no_start)
		makelog_kind(m, ENTRY_START, 5);
	makelog_policy(m, m->policy);
}

/* Sign what there is. */
void
makelog_publish(struct makelog *m)
{
	char path[300], line[64], text[4096] = "";
	size_t n = 0;
	FILE *f;

	if (tilelog_publish(m->log) != TILELOG_OK)
		die(tilelog_error(m->log));
	tilelog_head(m->log, &m->head);
	(void)snprintf(path, sizeof(path), "%s/logs", m->dir);
	if ((f = fopen(path, "r")) != NULL) {
		n = fread(text, 1, sizeof(text) - 65, f);
		(void)fclose(f);
	}
	text[n] = '\0';
	(void)snprintf(line, sizeof(line), "%d.%d\n", m->year, m->n);
	if (strstr(text, line) != NULL)
		return;
	if ((f = fopen(path, "a")) == NULL || fputs(line, f) < 0 ||
	    fclose(f) != 0)
		die(path);
}

/* End it. */
void
makelog_close(struct makelog *m)
{

	makelog_publish(m);
	tilelog_close(m->log);
	m->log = NULL;
}

/* The public key. */
void
makelog_vkey(const struct makelog *m, char vkey[NOTE_VKEY_MAX])
{

	(void)note_verifier_print(&m->signer.public, vkey);
}

/* Remove one file. */
static int
unlink_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st;
	(void)flag;
	(void)ftw;
	return (remove(path));
}

/* Remove a tree. */
void
makelog_remove(const char *dir)
{

	(void)nftw(dir, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}
