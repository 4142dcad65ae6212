#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/origin.h"

#include "verify_impl.h"

#define STEP 64	/* bundles between two words on the progress */

/* Who says that he signed a note, for a sentence. */
static void
claimed(const char *note, size_t len, char *out, size_t cap)
{
	char err[NOTE_ERROR_MAX];
	struct note n;
	size_t i, at = 0;
	int m;

	out[0] = '\0';
	if (note_parse(&n, note, len, err) != 0)
		return;
	for (i = 0; i < n.n && at < cap; i++) {
		m = snprintf(out + at, cap - at, "%s%.*s+%08x", i > 0 ? ", " :
		    "", (int)n.sig[i].name_len, n.sig[i].name,
		    (unsigned)n.sig[i].id);
		at += m > 0 ? (size_t)m : 0;
	}
}

/* Step 1: is the checkpoint signed by a key of this log? */
static int
check_signature(struct verify *v)
{
	const struct verify_place at = { .path = "checkpoint", .index = -1,
		.offset = -1 };
	char err[NOTE_ERROR_MAX], who[400];
	struct checkpoint c;
	struct note n;
	size_t i;

	claimed(v->l->note, v->l->note_len, who, sizeof(who));
	if (checkpoint_open(&c, &n, v->l->note, v->l->note_len, v->o->keys,
	    v->o->nkeys, err) != 0) {
		verify_find(v, &at, "检查点的签名无效：%s（签名者自称 %s）",
		    "the checkpoint's signature does not verify: %s (it says "
		    "that it is by %s)", err, who);
		return (-1);
	}
	v->log.nsigners = verify_seen_signers(&n, v->log.signer);
	v->log.unknown = n.n - v->log.nsigners;
	for (i = 0; i < v->log.nsigners; i++)
		if (v->log.signer[i].type != NOTE_COSIGNATURE)
			return (0);
	verify_find(v, &at, "检查点没有日志自己的签名，只有见证人的（签名者自称 %s）",
	    "the checkpoint is not signed by the log's own key, only by "
	    "witnesses (it says that it is by %s)", who);
	return (-1);
}

/* Is the log the one that its directory is named for, and of the same node? */
static void
check_origin(struct verify *v)
{
	const struct verify_place at = { .path = "checkpoint", .index = -1,
		.offset = -1 };
	const char *origin = v->l->head.origin, *first, *end;
	size_t node, i;

	v->year = v->n = 0;
	if (origin_parse(origin, &v->year, &v->n) != 0) {
		verify_find(v, &at, "“%s”不是网点日志的名称", "\"%s\" is not the "
		    "name of a node's log", origin);
		return;
	}
	end = strrchr(origin, '/');
	if (strcmp(end + 1, v->l->name) != 0)
		verify_find(v, &at, "检查点属于 %s，不属于目录 %s", "the checkpoint is "
		    "that of %s, which does not belong into the directory %s",
		    origin, v->l->name);
	for (i = 0; i < v->i; i++) {
		if (package_trouble(v->p, i) != NULL)
			continue;
		first = package_log(v->p, i)->head.origin;
		node = (size_t)(end - origin);
		if (strncmp(first, origin, node) != 0 || strrchr(first, '/') !=
		    first + node)
			verify_find(v, &at, "日志 %s 属于另一个节点，不同于 %s",
			    "the log %s is of another node than %s", origin,
			    first);
		return;
	}
}

/* The seq of entry 0: as an entry near it says, or as the log before says. */
static uint64_t
find_base(struct verify *v)
{
	const uint8_t *p, *text;
	size_t len, off = 0, n, at;
	uint64_t i;

	verify_read_begin(v);
	if (v->size > 0 && tiles_bundle(v->tiles, 0, &p, &len) == 0)
		for (i = 0; i < TILE_WIDTH && tile_bundle_next(p, len, &off,
		    &text, &n) == 1; i++)
			if (entry_parse(&v->e, (const char *)text, n, &at) ==
			    0 && v->e.seq > i)
				return (v->e.seq - i);
	return (v->i > 0 ? package_log(v->p, v->i - 1)->base +
	    package_log(v->p, v->i - 1)->head.size : 1);
}

/* Compare the entries of a finished bundle with their tile, and judge them. */
static void
judge_bundle(struct verify *v, const struct verify_bundle *b)
{
	const uint8_t (*leaf)[MERKLE_LEN] = verify_tree_leaves(v, b);
	char path[TILE_PATH_MAX];
	struct verify_place at = { .path = path };
	const struct verify_line *l;
	unsigned i;

	tile_path(path, TILE_ENTRIES, b->index, b->want);
	for (i = 0; i < b->n && !v->stop; i++) {
		l = &b->line[i];
		at.index = (int64_t)(b->index * TILE_WIDTH + i);
		at.seq = b->base + (uint64_t)at.index;
		at.offset = (int64_t)l->off;
		if (leaf == NULL || memcmp(leaf[i], b->leaf[i],
		    MERKLE_LEN) == 0) {
			if (i >= b->first)
				verify_rules_line(v, l, &at);
			if (at.index == 0 && i >= b->first && !v->stop)
				verify_rules_first(v, (const char *)b->p +
				    l->off + 2, l->len, &at);
		} else if (i >= b->first && l->fault == VERIFY_MALFORMED)
			verify_find(v, &at, "记录被改动：其哈希与哈希块（tile）所载不符；其第 %" PRIu64
			    " 字节不规范", "the entry was altered: it does not "
			    "have the hash that its tile has; it is not "
			    "well-formed at its byte %" PRIu64, l->a);
		else if (i >= b->first && l->fault == VERIFY_SEQ)
			verify_find(v, &at, "记录被改动或调换：其哈希与哈希块（tile）所载不符；它自称 seq %"
			    PRIu64, "the entry was altered or moved: it does "
			    "not have the hash that its tile has; it bears seq %"
			    PRIu64, l->a);
		else
			verify_find(v, &at, "记录被改动：其哈希与哈希块（tile）所载不符",
			    "the entry was altered: it does not have the hash "
			    "that its tile has");
	}
	if (v->stop)
		return;
	at.index = (int64_t)(b->index * TILE_WIDTH + b->n);
	at.seq = b->base + (uint64_t)at.index;
	at.offset = (int64_t)b->end;
	if (b->n < b->want) {
		verify_find(v, &at, "文件被截断：检查点所载的 %u 条记录中只有 %u 条",
		    "the file is cut short: of its %u entries %u are there",
		    b->want, b->n);
		return;
	}
	at.index = -1;
	at.seq = 0;
	/* The full bundle may stand in for the partial one that it has replaced. */
	if (b->end != b->len && b->want == TILE_WIDTH)
		verify_find(v, &at, "最后一条记录之后还有 %zu 个字节", "%zu bytes "
		    "follow the last entry", b->len - b->end);
}

/* Fill a bundle for the threads; 0, or -1 when it cannot be read. */
static int
fill(struct verify *v, struct verify_bundle *b, uint64_t index)
{
	const uint8_t *p;
	uint8_t *more;
	size_t len;

	verify_read_begin(v);
	if (tiles_bundle(v->tiles, index, &p, &len) != 0) {
		(void)verify_unread(v);
		return (-1);
	}
	if (len > b->cap) {
		if ((more = realloc(b->p, len)) == NULL) {
			(void)package_fail(v->p, PACKAGE_AWAY,
			    "out of memory");
			v->broken = v->stop = 1;
			return (-1);
		}
		b->p = more;
		b->cap = len;
	}
	if (len > 0)
		memcpy(b->p, p, len);
	b->len = len;
	b->index = index;
	b->base = v->l->base;
	verify_rules_year(b, v->year);
	b->want = tile_width(TILE_ENTRIES, index, v->size);
	b->first = index * TILE_WIDTH >= v->log.from ? 0 :
	    (unsigned)(v->log.from % TILE_WIDTH);
	return (0);
}

/* Steps 4 and 5 for what is new. */
static void
check_entries(struct verify *v)
{
	uint64_t index = v->log.from / TILE_WIDTH, last, done;
	struct verify_bundle *b;

	if (v->log.from >= v->size)
		return;
	last = (v->size - 1) / TILE_WIDTH;
	for (;;) {
		while (!v->stop && index <= last &&
		    (b = verify_pool_next(v->pool)) != NULL)
			if (fill(v, b, index++) == 0)
				verify_pool_put(v->pool);
		if (v->stop || (b = verify_pool_take(v->pool)) == NULL)
			break;
		judge_bundle(v, b);
		done = b->index;
		verify_pool_done(v->pool);
		if (v->o->progress != NULL && (done % STEP == 0 ||
		    done == last))
			v->o->progress(v->o->arg, v->l->name, done == last ?
			    v->size : (done + 1) * TILE_WIDTH, v->size);
	}
	verify_pool_drop(v->pool);
}

/* Go on from where the last run ended, or from the log before. */
static void
carry(struct verify *v, const struct verify_seen *seen)
{

	if (v->log.from == 0 || seen == NULL)
		return;
	v->started = 1;
	v->t = seen->t;
	v->kind = seen->kind;
	v->due = seen->due;
	memcpy(v->policy, seen->policy, sizeof(v->policy));
}

/* Verify one log. */
void
verify_log_check(struct verify *v, size_t i)
{
	const struct verify_place at = { .path = "checkpoint", .index = -1,
		.offset = -1 };
	const struct verify_seen *seen = NULL;

	v->i = i;
	v->l = package_log(v->p, i);
	v->tiles = package_tiles(v->p, i);
	v->size = v->l->head.size;
	memset(&v->log, 0, sizeof(v->log));
	v->log.log = v->l;
	if (package_trouble(v->p, i) != NULL) {
		verify_find(v, &at, "检查点缺失或无法读取：%s", "%s",
		    package_trouble(v->p, i));
		return;
	}
	if (check_signature(v) != 0)
		return;
	check_origin(v);
	if (v->stop)
		return;
	if (v->o->state != NULL)
		seen = verify_state_find(v->o->state, v->l->head.origin);
	verify_tree_begin(v);
	if (!v->stop)
		verify_seen_check(v, seen);
	if (v->stop)
		return;
	package_base(v->p, i, seen != NULL && v->log.from > 0 ? seen->base :
	    find_base(v));
	carry(v, seen);
	check_entries(v);
	if (!v->stop && v->o->log != NULL)
		v->o->log(v->o->arg, &v->log);
}
