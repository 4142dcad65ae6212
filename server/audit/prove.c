#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/sha256.h"

#include "package_cosigned.h"
#include "prove.h"

/* Take the head that a witness left, where it covers the entry. */
static void
choose(struct prove *x, struct package *p, size_t i)
{
	const struct package_log *log = package_log(p, i);
	char err[NOTE_ERROR_MAX];
	struct checkpoint c;
	struct note n;
	int len;

	len = package_cosigned(p, i, x->note, sizeof(x->note));
	if (len > 0 && note_parse(&n, x->note, (size_t)len, err) == 0 &&
	    checkpoint_read(&c, n.text, n.text_len, err) == 0 &&
	    strcmp(c.origin, log->head.origin) == 0 &&
	    c.size > x->proof.index && c.size <= log->head.size) {
		x->head = c;
		x->cosigned = 1;
		x->note_len = (size_t)len;
		return;
	}
	x->head = log->head;
	x->note_len = log->note_len < sizeof(x->note) ? log->note_len :
	    sizeof(x->note) - 1;
	memcpy(x->note, log->note, x->note_len);
	x->note[x->note_len] = '\0';
}

/* Prove an entry. */
int
prove_entry(struct prove *x, struct package *p, const struct package_entry *e,
    char *err)
{
	struct merkle_source s;
	uint8_t leaf[MERKLE_LEN];

	memset(x, 0, sizeof(*x));
	if (e->log >= package_count(p))
		return (1);
	if (e->len > sizeof(x->proof.extra)) {
		snprintf(err, PACKAGE_ERROR_MAX, "entry %" PRIu64 " is too "
		    "long", e->seq);
		return (-1);
	}
	sha256_leaf(leaf, e->text, e->len);
	memcpy(x->proof.extra, e->text, e->len);
	x->proof.extra_len = e->len;
	x->proof.index = e->seq - package_log(p, e->log)->base;
	choose(x, p, e->log);
	x->proof.checkpoint = x->note;
	x->proof.checkpoint_len = x->note_len;
	s = tiles_hasher(package_tiles(p, e->log));
	if (merkle_prove_inclusion(x->proof.hash, &x->proof.n, x->proof.index,
	    x->head.size, &s) != 0) {
		snprintf(err, PACKAGE_ERROR_MAX, "%s", tiles_error(
		    package_tiles(p, e->log)));
		return (-1);
	}
	if (merkle_check_inclusion(leaf, x->proof.index, x->head.size,
	    x->head.root, (const uint8_t (*)[MERKLE_LEN])x->proof.hash,
	    x->proof.n) != 0) {
		snprintf(err, PACKAGE_ERROR_MAX, "%s: its tiles have another "
		    "root than its head of %" PRIu64 " entries", x->head.origin,
		    x->head.size);
		return (-1);
	}
	if ((x->len = tileproof_print(x->text, sizeof(x->text), &x->proof)) >
	    0)
		return (0);
	snprintf(err, PACKAGE_ERROR_MAX, "%s: its checkpoint is too long",
	    x->head.origin);
	return (-1);
}
