#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/package_cosigned.h"
#include "keys/hex.h"
#include "plugin.h"

#include "args.h"
#include "json.h"
#include "logplace.h"
#include "logread.h"
#include "logwitness.h"
#include "outfile.h"
#include "table.h"
#include "tool.h"

#define COLUMNS 4
#define TRIES 5 /* while other processes cosign the same log */

/* A round of pulling. */
struct pull {
	const struct tool *t;
	const struct witness *w;
	struct table *table;
	struct logread *r;
	struct package *p;
	struct witness_answer a;
	char body[WITNESS_REQUEST_MAX];
	char text[CHECKPOINT_MAX + 2];
	uint64_t old;
};

/* The worse of two exit codes: a head that was refused, then any other. */
static int
worse(int a, int b)
{

	return (a == TOOL_NO || b == TOOL_NO ? TOOL_NO : a != TOOL_OK ? a : b);
}

/* Do the tiles of a log yield the root that its head names? */
static int
whole(struct pull *x, size_t i)
{
	const struct package_log *log = package_log(x->p, i);
	struct tiles *tiles = package_tiles(x->p, i);
	uint8_t root[MERKLE_LEN];

	if (tiles_root(tiles, root) != 0)
		return (logread_damage(x->r, "%s: %s", log->head.origin,
		    tiles_error(tiles)));
	if (memcmp(root, log->head.root, sizeof(root)) != 0)
		return (logread_damage(x->r, "%s: its tiles have another root "
		    "than its checkpoint of %" PRIu64 " entries",
		    log->head.origin, log->head.size));
	return (TOOL_OK);
}

/* Offer the head of a log, with a proof from its tiles; 0 or an exit code. */
static int
offer(struct pull *x, size_t i)
{
	const struct package_log *log = package_log(x->p, i);
	struct tiles *tiles = package_tiles(x->p, i);
	struct merkle_source s = tiles_hasher(tiles);
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	char err[WITNESS_ERROR_MAX];
	struct checkpoint seen;
	size_t n = 0, len;

	if (witness_seen(x->w, log->head.origin, &seen, NULL, 0, err) == -1)
		return (logread_trouble(x->r, TOOL_IO, "%s", "%s", err));
	x->old = seen.size;
	/* A log that was rolled back is offered as it is, to be refused. */
	if (seen.size > log->head.size)
		x->old = 0;
	else if (seen.size > 0 && merkle_prove_consistency(proof, &n, seen.size,
	    log->head.size, &s) != 0)
		return (logread_damage(x->r, "%s: %s", log->head.origin,
		    tiles_error(tiles)));
	len = witness_request(x->body, sizeof(x->body), x->old,
	    (const uint8_t (*)[MERKLE_LEN])proof, n, log->note, log->note_len);
	(void)witness_add(x->w, (uint64_t)(x->t->now_ms() / 1000), x->body, len,
	    &x->a);
	return (TOOL_OK);
}

/* Say that a head is refused. */
static int
refused(struct pull *x, size_t i)
{
	const struct package_log *log = package_log(x->p, i);
	const struct witness_answer *a = &x->a;
	char err[WITNESS_ERROR_MAX];
	int kept = a->evidence;

	if (a->status == WITNESS_FAILED)
		return (logread_trouble(x->r, TOOL_IO, "%s", "%s", a->error));
	if (a->status == WITNESS_MALFORMED)
		return (logread_damage(x->r, "%s", a->error));
	if (a->status != WITNESS_CONFLICT)
		return (logread_trouble(x->r, TOOL_NO,
		    "拒绝会签：%s%s", "REFUSED to cosign: %s%s", a->error, kept ?
		    tool_zh(x->t, "；两个检查点均已留存于 evidence/",
		    "; both heads are kept in evidence/") : ""));
	if (a->seen.size <= log->head.size)
		return (logread_trouble(x->r, TOOL_LATER,
		    "%s：其他进程正在会签，请重试",
		    "%s: other processes keep cosigning it; try again",
		    log->head.origin));
	kept = witness_accuse(x->w, log->head.origin, log->note, log->note_len,
	    err) == 0;
	return (logread_trouble(x->r, TOOL_NO, "拒绝会签：%s 已回退：曾会签 %" PRIu64
	    " 条，现仅 %" PRIu64 " 条（或为旧副本）%s", "REFUSED to cosign: %s was "
	    "rolled back: %" PRIu64 " entries were cosigned, now it names %"
	    PRIu64 " (or this is an old copy)%s", log->head.origin,
	    a->seen.size, log->head.size, kept ? tool_zh(x->t,
	    "；两个检查点均已留存于 evidence/",
	    "; both heads are kept in evidence/") : ""));
}

/* Leave the cosigned head beside the log; 1 when it was, 0 when it may not be. */
static int
leave(struct pull *x, size_t i)
{
	const char *dir = package_dir(x->p, i);
	char path[LOGPLACE_MAX + 64], err[WITNESS_ERROR_MAX];
	struct checkpoint c;
	struct outfile *o;
	long len;

	len = witness_seen(x->w, x->a.offered.origin, &c, x->text,
	    sizeof(x->text), err);
	if (dir == NULL || len <= 0)
		return (0);
	(void)snprintf(path, sizeof(path), "%s/" PACKAGE_COSIGNED, dir);
	if ((o = outfile_open(path, 0644)) == NULL)
		return (errno == EACCES || errno == EROFS || errno == EPERM ?
		    0 : -1);
	(void)fwrite(x->text, 1, (size_t)len, outfile_stream(o));
	return (outfile_commit(o) == 0 ? 1 : -1);
}

/* Write the row of a log. */
static int
row(struct pull *x, int left)
{
	const struct checkpoint *c = &x->a.offered;
	const char *cells[COLUMNS];
	char size[48], root[2 * MERKLE_LEN + 1];
	struct json j;

	hex_encode(root, c->root, sizeof(c->root));
	if (x->t->json) {
		json_begin(&j, x->t->out);
		json_text(&j, "origin", c->origin);
		json_u64(&j, "size", c->size);
		json_u64(&j, "old", x->old);
		json_text(&j, "root", root);
		json_bool(&j, "left_beside_log", left > 0);
		json_text(&j, "cosignature", x->a.body);
		json_end(&j);
		return (TOOL_OK);
	}
	(void)snprintf(size, sizeof(size), "%" PRIu64 " (+%" PRIu64 ")",
	    c->size, c->size - x->old);
	cells[0] = c->origin;
	cells[1] = size;
	cells[2] = root;
	cells[3] = left > 0 ? PACKAGE_COSIGNED : "-";
	return (table_row(x->table, cells) == 0 ? TOOL_OK : tool_fail(x->t,
	    TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* Was this very head cosigned, and is it a year's that is over? */
static int
done(struct pull *x, size_t i)
{
	const struct package_log *log = package_log(x->p, i);
	char err[WITNESS_ERROR_MAX];
	struct checkpoint seen;

	return (i + 1 < package_count(x->p) && witness_seen(x->w,
	    log->head.origin, &seen, NULL, 0, err) > 0 &&
	    seen.size == log->head.size && memcmp(seen.root, log->head.root,
	    sizeof(seen.root)) == 0);
}

/* Does its head contradict what was cosigned, whatever its tiles say? */
static int
contradicts(struct pull *x, size_t i)
{
	const struct checkpoint *head = &package_log(x->p, i)->head;
	char err[WITNESS_ERROR_MAX];
	struct checkpoint seen;

	return (witness_seen(x->w, head->origin, &seen, NULL, 0, err) > 0 &&
	    (head->size < seen.size || (head->size == seen.size &&
	    memcmp(head->root, seen.root, sizeof(seen.root)) != 0)));
}

/* Cosign one log. */
static int
pull_log(struct pull *x, size_t i)
{
	int rc, left, tries = 0;

	/* A contradiction that is signed is kept, though its tiles be gone. */
	if (!contradicts(x, i) && (rc = whole(x, i)) != TOOL_OK)
		return (rc);
	do
		if ((rc = offer(x, i)) != TOOL_OK)
			return (rc);
	while (x->a.status == WITNESS_CONFLICT &&
	    x->a.seen.size <= package_log(x->p, i)->head.size &&
	    ++tries < TRIES);
	if (x->a.status != WITNESS_COSIGNED)
		return (refused(x, i));
	left = leave(x, i);
	rc = row(x, left);
	if (left == -1)
		rc = worse(rc, logread_trouble(x->r, TOOL_IO,
		    "%s/" PACKAGE_COSIGNED "：%s",
		    "%s/" PACKAGE_COSIGNED ": %s", package_dir(x->p, i),
		    strerror(errno)));
	return (rc);
}

/* Cosign the logs of one place. */
static int
pull_place(struct pull *x, char *where)
{
	struct logplace place = { .data = NULL };
	int rc;
	size_t i;

	if ((rc = logplace_take(x->t, &place, 1, &where, 0, "", "")) !=
	    ARGS_GO || (rc = logread_open(x->t, &place, &x->r)) != ARGS_GO)
		return (rc);
	x->p = logread_package(x->r);
	rc = TOOL_OK;
	if (package_count(x->p) == 0)
		rc = logread_trouble(x->r, TOOL_NOINPUT, "%s：没有日志",
		    "%s: there is no signed log", place.dir);
	for (i = 0; i < package_count(x->p); i++)
		if (!done(x, i))
			rc = worse(rc, pull_log(x, i));
	return (logread_close(x->r, rc));
}

/* Go round. */
int
logwitness_pull(const struct tool *t, const struct witness *w, int n,
    char **places)
{
	static const char *const en[COLUMNS] = { "LOG", "ENTRIES", "ROOT",
		"LEFT BESIDE IT" }, *const zh[COLUMNS] = { "日志", "记录数", "根",
		"写在日志旁的文件" };
	struct pull *x;
	int rc = TOOL_OK, i;

	if ((x = calloc(1, sizeof(*x))) == NULL || (!t->json &&
	    (x->table = table_new(t->out, COLUMNS,
	    t->language == LK_LANG_ZH ? zh : en)) == NULL)) {
		free(x);
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	}
	x->t = t;
	x->w = w;
	for (i = 0; i < n; i++)
		rc = worse(rc, pull_place(x, places[i]));
	table_end(x->table);
	free(x);
	return (rc);
}
