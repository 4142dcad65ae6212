#include <criterion/criterion.h>

#include <sys/stat.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "keys/sha256.h"
#include "plugin.h"
#include "store/tilelog.h"
#include "store/wal.h"

#include "clitest.h"
#include "minilog.h"

/* Open the tiles of a year's log. */
static void
begin(struct minilog *m)
{
	const struct note_signer *signers[] = { &m->signer };
	char origin[192], err[TILELOG_ERROR_MAX];
	struct tilelog_options o = { .dir = m->dir, .origin = origin,
		.signers = signers, .nsigners = 1 };

	(void)snprintf(origin, sizeof(origin), MINILOG_NODE "/decisions/%d.1",
	    m->year);
	(void)snprintf(m->dir, sizeof(m->dir), "%s/log/%d.1", m->data,
	    m->year);
	cr_assert_not_null(m->log = tilelog_open(&o, err, sizeof(err)), "%s",
	    err);
}

/* Begin. */
void
minilog_open(struct minilog *m, const char *data)
{
	char path[256];
	uint8_t secret[32];

	memset(m, 0, sizeof(*m));
	memset(secret, 7, sizeof(secret));
	(void)snprintf(m->data, sizeof(m->data), "%s", data);
	(void)mkdir(data, 0700);
	(void)snprintf(path, sizeof(path), "%s/log", data);
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_assert_eq(note_signer_make(&m->signer, MINILOG_NODE, NOTE_ED25519,
	    secret), 0);
	m->seq = 1;
	m->year = 2026;
	begin(m);
}

/* The decisions and what comes of them. */
static void
ordinary(const struct minilog *m, uint64_t seq, struct entry *e)
{

	(void)snprintf(e->inst, sizeof(e->inst), "bank");
	(void)snprintf(e->outlet, sizeof(e->outlet), "网点%d", (int)(seq % 3));
	e->product = LK_PRODUCT_SIM;
	if (e->kind == ENTRY_CONFIRM) {
		e->ref = seq - 1;
		return;
	}
	(void)snprintf(e->teller, sizeof(e->teller), "t%d", (int)(seq % 2));
	(void)snprintf(e->txn, sizeof(e->txn), "%s%d", m->fork != 0 &&
	    seq >= m->fork ? "=other," : seq == 5 ? "=cmd()," : "txn-",
	    (int)seq);
	e->decision = seq % 7 == 0 ? LK_REJECT : LK_PASS;
	if (e->decision == LK_REJECT)
		(void)snprintf(e->hits, sizeof(e->hits), "QL-SIM HF-7D");
	e->epoch = 1;
	memset(e->person.b, (int)(1 + seq % 5), sizeof(e->person.b));
}

/* Make an entry. */
size_t
minilog_entry(const struct minilog *m, uint64_t seq, struct entry *e,
    char buf[ENTRY_MAX])
{

	entry_clear(e, seq == 1 ? ENTRY_LOG : seq == 2 ? ENTRY_START :
	    seq % 10 == 0 ? ENTRY_HEARTBEAT : seq % 4 == 0 ? ENTRY_CONFIRM :
	    ENTRY_DECISION);
	e->seq = seq;
	e->t = CLI_NOW + (int64_t)seq * 1000;
	if (e->kind == ENTRY_LOG) {
		e->base = 1;
		(void)snprintf(e->log, sizeof(e->log),
		    MINILOG_NODE "/decisions/2026.1");
	} else if (e->kind == ENTRY_START) {
		(void)snprintf(e->version, sizeof(e->version), "1.0.0");
		(void)snprintf(e->keys, sizeof(e->keys), "log 5a0f12c3");
	} else if (e->kind != ENTRY_HEARTBEAT)
		ordinary(m, seq, e);
	return (entry_print(e, buf, ENTRY_MAX));
}

/* Add entries. */
void
minilog_add(struct minilog *m, uint64_t until)
{
	struct entry e;
	char buf[ENTRY_MAX];
	size_t len;

	for (; m->seq <= until; m->seq++) {
		len = minilog_entry(m, m->seq, &e, buf);
		cr_assert_gt(len, 0);
		cr_assert_eq(tilelog_add(m->log, buf, len), TILELOG_OK);
	}
	cr_assert_eq(tilelog_publish(m->log), TILELOG_OK, "%s",
	    tilelog_error(m->log));
	tilelog_head(m->log, &m->head);
}

/* Begin the next year. */
void
minilog_turn(struct minilog *m)
{
	struct checkpoint before = m->head;
	struct entry e;
	char buf[ENTRY_MAX];
	size_t len;

	tilelog_close(m->log);
	m->year++;
	begin(m);
	entry_clear(&e, ENTRY_LOG);
	e.seq = e.base = m->seq;
	e.t = CLI_NOW + (int64_t)m->seq * 1000;
	(void)snprintf(e.log, sizeof(e.log), MINILOG_NODE "/decisions/%d.1",
	    m->year);
	(void)snprintf(e.prev_log, sizeof(e.prev_log), "%s", before.origin);
	e.prev_size = before.size;
	hex_encode(e.prev_root, before.root, sizeof(before.root));
	len = entry_print(&e, buf, sizeof(buf));
	cr_assert_gt(len, 0);
	cr_assert_eq(tilelog_add(m->log, buf, len), TILELOG_OK);
	m->seq++;
	minilog_add(m, 0);
}

/* End. */
void
minilog_close(struct minilog *m)
{

	tilelog_close(m->log);
	m->log = NULL;
}

/* Write what is gathered, or wait until the log can go on. */
static void
push(struct wal *w)
{
	struct pollfd p = { wal_eventfd(w), POLLIN, 0 };

	if (wal_flush_inline(w) == 1)
		return;
	cr_assert_eq(poll(&p, 1, 10000), 1, "the log never answered");
	(void)wal_collect(w);
}

/* Write the wal/. */
void
minilog_wal(struct minilog *m, uint64_t last)
{
	char path[192], err[512], buf[ENTRY_MAX];
	struct wal_options o = { .dir = path, .segment_bytes =
		WAL_SEGMENT_MIN };
	struct entry e;
	struct wal *w;
	uint64_t seq;
	size_t len;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/wal", m->data);
	cr_assert_not_null(w = wal_open(&o, NULL, NULL, 0, err, sizeof(err)),
	    "%s", err);
	for (seq = 1; seq <= last; seq++) {
		len = minilog_entry(m, seq, &e, buf);
		while ((rc = wal_append(w, seq, buf, len, NULL, 0)) == WAL_BUSY)
			push(w);
		cr_assert_eq(rc, WAL_OK);
		while (wal_durable(w) < seq)
			push(w);
	}
	cr_assert_eq(wal_close(w), 0);
}

/* A decision id. */
const char *
minilog_id(const struct minilog *m, uint64_t seq, char id[64])
{
	char buf[ENTRY_MAX], hex[2 * SHA256_LEN + 1];
	uint8_t leaf[SHA256_LEN];
	struct entry e;

	sha256_leaf(leaf, buf, minilog_entry(m, seq, &e, buf));
	hex_encode(hex, leaf, sizeof(leaf));
	(void)snprintf(id, 64, "b017-%d-%.8s", (int)seq, hex);
	return (id);
}

/* The node's key. */
const char *
minilog_vkey(const struct minilog *m)
{
	static char vkey[NOTE_VKEY_MAX];

	cr_assert_gt(note_verifier_print(&m->signer.public, vkey), 0);
	return (vkey);
}

/* A witness's key. */
void
minilog_witness_key(const char *path, int secret, char vkey[NOTE_VKEY_MAX])
{
	struct keymake m = { .kind = KEYFILE_WITNESS,
		.name = "centre.example/witness", .created = CLI_NOW / 1000,
		.expires = KEYMAKE_NEVER };
	struct keyfile_error err;
	struct keyfile k;
	uint8_t bytes[32];

	memset(bytes, secret, sizeof(bytes));
	cr_assert_eq(keymake(&k, &m, bytes, &err), 0, "%s", err.text);
	cr_assert_eq(keydisk_write(&k, path, &err), 0, "%s", err.text);
	(void)snprintf(vkey, NOTE_VKEY_MAX, "%s", k.public);
	keyfile_wipe(&k);
}

/* Read a file. */
size_t
minilog_file(const struct minilog *m, const char *name, char *text, size_t cap)
{
	char path[320];
	size_t len;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", m->dir, name);
	cr_assert_not_null(f = fopen(path, "r"), "%s", path);
	len = fread(text, 1, cap - 1, f);
	text[len] = '\0';
	(void)fclose(f);
	return (len);
}

/* Change a byte. */
void
minilog_spoil(const struct minilog *m, const char *name, long off)
{
	char path[320];
	FILE *f;
	int c;

	(void)snprintf(path, sizeof(path), "%s/%s", m->dir, name);
	cr_assert_not_null(f = fopen(path, "r+"), "%s", path);
	(void)fseek(f, off, SEEK_SET);
	c = getc(f);
	(void)fseek(f, off, SEEK_SET);
	(void)putc(c ^ 0x20, f);
	(void)fclose(f);
}
