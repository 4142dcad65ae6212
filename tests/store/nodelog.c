#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "nodelog.h"
#include "store/entry.h"
#include "store/origin.h"
#include "store/sealed.h"
#include "store/tiles.h"

#define WAIT_MS	20000

static int __attribute__((format(printf, 2, 3)))
fail(struct nodelog *n, const char *format, ...)
{
	char text[sizeof(n->error)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	memcpy(n->error, text, sizeof(text));
	return (-1);
}

struct nodelog *
nodelog_new(void)
{
	const uint8_t secret[32] = { 9 };
	struct nodelog *n = calloc(1, sizeof(*n));

	n->d = logdisk_new();
	if (note_signer_make(&n->signer, NODELOG_KEY, NOTE_ED25519, secret)
	    != 0)
		abort();
	n->signers[0] = &n->signer;
	snprintf(n->wal_dir, sizeof(n->wal_dir), "%s",
	    logdisk_path(n->d, "wal"));
	snprintf(n->log_dir, sizeof(n->log_dir), "%s",
	    logdisk_path(n->d, "log"));
	snprintf(n->sealed_dir, sizeof(n->sealed_dir), "%s",
	    logdisk_path(n->d, "sealed"));
	n->o.data = n->d->dir;
	n->o.wal_node = NODELOG_NODE;
	n->o.signers = n->signers;
	n->o.nsigners = 1;
	n->o.interval_ms = 3600000;
	return (n);
}

void
nodelog_free(struct nodelog *n)
{

	(void)nodelog_close(n);
	logdisk_free(n->d);
	free(n);
}

int
nodelog_wal(struct nodelog *n)
{
	struct wal_options o = { .dir = n->wal_dir, .node = NODELOG_NODE,
		.segment_bytes = 65536 };

	if (n->wal == NULL)
		n->wal = wal_open(&o, NULL, NULL, 0, n->error,
		    sizeof(n->error));
	return (n->wal != NULL ? 0 : -1);
}

int
nodelog_open(struct nodelog *n)
{

	if (nodelog_wal(n) != 0)
		return (-1);
	n->o.wal = n->wal;
	n->o.disk = n->own_disk ? &n->d->disk : NULL;
	n->i = integrator_open(&n->o, n->error, sizeof(n->error));
	return (n->i != NULL ? 0 : -1);
}

int
nodelog_close(struct nodelog *n)
{
	int rc = integrator_close(n->i);

	n->i = NULL;
	if (n->wal != NULL)
		(void)wal_close(n->wal);
	n->wal = NULL;
	return (rc);
}

/* Make all that was appended durable. */
static int
flush(struct nodelog *n)
{
	struct pollfd p = { .fd = wal_eventfd(n->wal), .events = POLLIN };
	int rc;

	while (wal_durable(n->wal) + 1 < wal_next_seq(n->wal)) {
		if ((rc = wal_flush_inline(n->wal)) == WAL_FAILED)
			return (fail(n, "the write-ahead log failed"));
		if (rc == 0) {
			poll(&p, 1, WAIT_MS);
			wal_collect(n->wal);
		}
	}
	return (0);
}

size_t
nodelog_message(uint64_t seq, uint8_t p[64])
{

	if (seq % NODELOG_SIDECARS != 0)
		return (0);
	return ((size_t)snprintf((char *)p, 64, "sealed identity of entry "
	    "%llu ............", (unsigned long long)seq));
}

/* Append an entry with its sidecar, if it has one. */
static int
append(struct nodelog *n, struct entry *e)
{
	static const uint8_t cms[] = "the data key, wrapped";
	char text[ENTRY_MAX];
	uint8_t message[64], sidecar[256];
	struct pollfd p = { .events = POLLIN };
	size_t len, slen = 0;
	int rc;

	e->seq = wal_next_seq(n->wal);
	e->t = NODELOG_T + (int64_t)e->seq;
	if (e->kind == ENTRY_LOG)
		e->base = e->seq;
	else
		snprintf(e->teller, sizeof(e->teller), "teller-%llu",
		    (unsigned long long)e->seq);
	len = entry_print(e, text, sizeof(text));
	if (e->kind != ENTRY_LOG && nodelog_message(e->seq, message) > 0) {
		struct sealed_sidecar sc = { .key = 7, .cms = cms,
			.cms_len = sizeof(cms), .message = message,
			.message_len = nodelog_message(e->seq, message) };

		slen = sealed_sidecar_write(sidecar, sizeof(sidecar), &sc);
	}
	while ((rc = wal_append(n->wal, e->seq, text, len, sidecar, slen)) ==
	    WAL_BUSY) {
		if (flush(n) != 0)
			return (-1);
		p.fd = wal_eventfd(n->wal);
		poll(&p, 1, 100);
		wal_collect(n->wal);
	}
	return (rc == WAL_OK ? 0 : fail(n, "wal_append: %d", rc));
}

int
nodelog_put(struct nodelog *n, int count)
{
	static struct entry e;

	for (; count > 0; count--) {
		entry_clear(&e, ENTRY_REPORT);
		if (append(n, &e) != 0)
			return (-1);
	}
	return (flush(n));
}

int
nodelog_begin(struct nodelog *n, int year, int number,
    const struct checkpoint *prev)
{
	static struct entry e;

	entry_clear(&e, ENTRY_LOG);
	origin_print(e.log, "a.example", "n1", year, number);
	if (prev != NULL) {
		snprintf(e.prev_log, sizeof(e.prev_log), "%s", prev->origin);
		e.prev_size = prev->size;
		hex_encode(e.prev_root, prev->root, MERKLE_LEN);
	}
	return (append(n, &e) != 0 ? -1 : flush(n));
}

int
nodelog_wait(struct nodelog *n, struct checkpoint *head)
{
	char why[4096] = "the time is over";

	if (integrator_wait(n->i, wal_durable(n->wal), WAIT_MS, head) == 0)
		return (0);
	(void)integrator_failed(n->i, why, sizeof(why));
	return (fail(n, "%s", why));
}

/* One entry of nodelog_whole(). */
static int
see(void *arg, uint64_t seq, const uint8_t *p, size_t len)
{
	static struct entry e;
	struct nodelog *n = arg;
	char teller[32];

	snprintf(teller, sizeof(teller), "teller-%llu",
	    (unsigned long long)seq);
	if (entry_parse(&e, (const char *)p, len, NULL) != 0 || e.seq != seq ||
	    (e.kind != ENTRY_LOG && strcmp(e.teller, teller) != 0))
		return (fail(n, "entry %llu is wrong",
		    (unsigned long long)seq) * 2);
	return (0);
}

/* Is the identity of an entry where it belongs? */
static int
see_sealed(struct nodelog *n, uint64_t seq)
{
	static struct sealed_item item;
	uint8_t message[64];
	size_t len = nodelog_message(seq, message);
	int rc;

	rc = sealed_find(NULL, n->sealed_dir, seq, NODELOG_T + (int64_t)seq,
	    &item, n->error, sizeof(n->error));
	if (rc < 0)
		return (-1);
	if (rc != 1 || item.message_len != len ||
	    memcmp(item.message, message, len) != 0)
		return (fail(n, "the identity of entry %llu is not there",
		    (unsigned long long)seq));
	return (0);
}

int
nodelog_whole(struct nodelog *n, uint64_t upto)
{
	struct logset *s = logset_open(NULL, n->log_dir, n->error,
	    sizeof(n->error));
	const uint8_t *p;
	uint64_t seq;
	struct entry *e = calloc(1, sizeof(*e));
	size_t len;
	int rc = -1;

	if (s == NULL)
		goto out;
	if ((rc = logset_each(s, 1, upto + 1, see, n)) == -1)
		(void)fail(n, "%s", logset_error(s));
	if (rc == 0 && logset_end(s) != upto + 1)
		rc = fail(n, "the logs end at %llu", (unsigned long long)
		    logset_end(s));
	for (seq = NODELOG_SIDECARS; rc == 0 && seq <= upto;
	    seq += NODELOG_SIDECARS)
		if (logset_read(s, seq, &p, &len) == 0 && entry_parse(e,
		    (const char *)p, len, NULL) == 0 && e->kind != ENTRY_LOG)
			rc = see_sealed(n, seq);
	logset_close(s);
out:
	free(e);
	return (rc);
}

/* Prove that the tree of a log continues a head. */
static int
prove(struct nodelog *n, struct tiles *t, const struct checkpoint *now,
    const struct checkpoint *head)
{
	struct merkle_source src = tiles_hasher(t);
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	size_t k;

	if (now->size < head->size)
		return (fail(n, "%s went back from %llu to %llu", now->origin,
		    (unsigned long long)head->size,
		    (unsigned long long)now->size));
	if (merkle_prove_consistency(proof, &k, head->size, now->size, &src)
	    != 0 || merkle_check_consistency(head->size, head->root, now->size,
	    now->root, (const uint8_t (*)[MERKLE_LEN])proof, k) != 0)
		return (fail(n, "%s of size %llu does not continue that of "
		    "size %llu", now->origin, (unsigned long long)now->size,
		    (unsigned long long)head->size));
	return (0);
}

int
nodelog_descends(struct nodelog *n, const struct checkpoint *head)
{
	struct logset *s = logset_open(NULL, n->log_dir, n->error,
	    sizeof(n->error));
	const struct checkpoint *now;
	size_t k;
	int rc;

	if (s == NULL)
		return (-1);
	rc = fail(n, "the log %s is gone", head->origin);
	for (k = 0; k < logset_count(s); k++) {
		now = &logset_log(s, k)->head;
		if (strcmp(now->origin, head->origin) == 0)
			rc = prove(n, logset_tiles(s, k), now, head);
	}
	logset_close(s);
	return (rc);
}
