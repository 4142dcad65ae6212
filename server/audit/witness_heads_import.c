#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/note.h"
#include "keys/sha256.h"
#include "store/disk.h"
#include "store/tiles.h"

#include "witness_heads_impl.h"
#include "witness_impl.h"

#define DIGITS (2 * SHA256_LEN)

/* A walk through the directories. */
struct walk {
	struct witness_heads *h;
	char *err;
};

/* Put the head of one directory; other names are passed over. */
static int
take(void *arg, const char *name)
{
	struct walk *w = arg;
	char dir[HEADS_PATH_MAX + DIGITS + 2], text[CHECKPOINT_MAX + 1];
	char why[NOTE_ERROR_MAX], hex[DIGITS + 1] = "";
	struct tiles_dir source = { .dir = dir };
	uint8_t hash[SHA256_LEN];
	struct checkpoint c;
	struct note note;
	int64_t len;

	if (strlen(name) != DIGITS || strspn(name, "0123456789abcdef") !=
	    DIGITS)
		return (0);
	(void)snprintf(dir, sizeof(dir), "%s/%s", w->h->dir, name);
	len = tiles_dir_get(&source, WITNESS_HEAD_FILE, (uint8_t *)text,
	    sizeof(text), w->err, WITNESS_ERROR_MAX);
	if (len < 0)
		return (len == TILES_ABSENT ? 0 : -1);
	if (note_parse(&note, text, (size_t)len, why) == 0 &&
	    checkpoint_read(&c, note.text, note.text_len, why) == 0) {
		sha256_of(hash, c.origin, strlen(c.origin));
		hex_encode(hex, hash, sizeof(hash));
	}
	if (strcmp(hex, name) == 0)
		return (witness_heads_put(w->h, NULL, &c, text, (size_t)len,
		    w->err));
	(void)snprintf(w->err, WITNESS_ERROR_MAX, "%s/" WITNESS_HEAD_FILE
	    ": it is damaged", dir);
	return (-1);
}

/* Take over what is kept in a directory for each log. */
int
witness_heads_import(struct witness_heads *h, char *err)
{
	struct walk w = { h, err };

	err[0] = '\0';
	if (h->disk->list(h->disk->ctx, h->dir, take, &w) == 0)
		return (0);
	if (err[0] == '\0')
		(void)snprintf(err, WITNESS_ERROR_MAX, "%s: %s", h->dir,
		    strerror(errno));
	return (-1);
}
