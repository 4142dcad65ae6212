#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "package_cosigned.h"
#include "verify_impl.h"

/* Keep who has signed. */
size_t
verify_seen_signers(const struct note *n, struct verify_signer *out)
{
	size_t i, k = 0;

	for (i = 0; i < n->n; i++) {
		if (n->sig[i].by == NULL)
			continue;
		(void)snprintf(out[k].name, sizeof(out[k].name), "%.*s",
		    (int)n->sig[i].name_len, n->sig[i].name);
		out[k].id = n->sig[i].id;
		out[k].type = n->sig[i].by->type;
		out[k++].time = n->sig[i].time;
	}
	return (k);
}

/* Does it continue what the caller has seen? */
static void
check_remembered(struct verify *v, const struct verify_seen *seen)
{
	const struct verify_head *since = v->o->since;
	struct checkpoint head;
	int last = v->i + 1 == package_count(v->p);

	if (seen != NULL && verify_tree_seen(v, &seen->head)) {
		v->log.seen[0] = 1;
		v->log.seen_size[0] = seen->head.size;
		v->log.from = seen->head.size;
	}
	if (since == NULL || v->stop || (since->name[0] == '\0' ? !last :
	    strcmp(since->name, v->l->name) != 0))
		return;
	memset(&head, 0, sizeof(head));
	head.size = since->size;
	memcpy(head.root, since->root, MERKLE_LEN);
	if (verify_tree_seen(v, &head)) {
		v->log.seen[1] = 1;
		v->log.seen_size[1] = since->size;
	}
}

/* A log that another one follows has ended. */
static void
check_finished(struct verify *v, const struct verify_seen *seen)
{
	const struct verify_place at = { .path = "checkpoint", .index = -1,
		.offset = -1 };

	if (seen->finished && seen->head.size < v->size)
		verify_find(v, &at, "该日志早已结束于 %" PRIu64 " 条，现在却有 %" PRIu64
		    " 条", "this log had ended with %" PRIu64 " entries, and now "
		    "has %" PRIu64, seen->head.size, v->size);
}

/* Has the log grown this far since its head was read, by a daemon that runs? */
static int
grown(struct verify *v, uint64_t size)
{
	char text[CHECKPOINT_MAX], err[1200];
	struct checkpoint c;
	struct note n;
	int64_t len;

	len = package_get(&v->p->part[v->i]->source, "checkpoint",
	    (uint8_t *)text, sizeof(text), err, sizeof(err));
	return (len > 0 && checkpoint_open(&c, &n, text, (size_t)len,
	    v->o->keys, v->o->nkeys, err) == 0 && c.size >= size);
}

/* Does it continue the head that a witness left beside it? */
static void
check_witnessed(struct verify *v)
{
	const struct verify_place at = { .path = PACKAGE_COSIGNED,
		.index = -1, .offset = -1 };
	char text[CHECKPOINT_MAX + 1], err[NOTE_ERROR_MAX];
	struct checkpoint c;
	struct note n;
	int len;

	len = package_cosigned(v->p, v->i, text, sizeof(text));
	if (len == 0)
		return;
	if (len < 0 && package_fault(v->p) != PACKAGE_DAMAGED) {
		v->broken = v->stop = 1;
		return;
	}
	if (len < 0)
		verify_find(v, &at, "%s", "%s", package_error(v->p));
	else if (checkpoint_open(&c, &n, text, (size_t)len, v->o->keys,
	    v->o->nkeys, err) != 0)
		verify_find(v, &at, "见证人所见检查点的签名无效：%s",
		    "the signature of the head that a witness saw does not "
		    "verify: %s", err);
	else if (strcmp(c.origin, v->l->head.origin) != 0)
		verify_find(v, &at, "见证人所见的检查点属于另一份日志 %s",
		    "the head that a witness saw is of another log, %s",
		    c.origin);
	else if ((c.size <= v->size || !grown(v, c.size)) &&
	    verify_tree_seen(v, &c)) {
		v->log.witnessed = c.size;
		v->log.nwitnesses = verify_seen_signers(&n, v->log.witness);
	}
}

/* Step 3: does it continue what was seen? */
void
verify_seen_check(struct verify *v, const struct verify_seen *seen)
{

	if (seen != NULL)
		check_finished(v, seen);
	if (!v->stop)
		check_remembered(v, seen);
	if (!v->stop)
		check_witnessed(v);
}
