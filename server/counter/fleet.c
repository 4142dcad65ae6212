#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "keys/utf8.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "core.h"
#include "down.h"
#include "events.h"
#include "fleet.h"

#define TABLE_MAX 6000		/* bytes of a page */
#define BEHIND_MIN_MS 60000	/* of a clock that is wrong */
#define COSIGNED 200		/* WITNESS_COSIGNED */

struct node {
	char name[16];
	int known;		/* it has linked once, and was not retired */
	int links;		/* connections with its certificate */
	int64_t beat;
	int64_t behind;		/* its clock, ms; negative: it is ahead */
	uint64_t last;
	uint64_t highest;	/* the highest `last` ever said */
	uint64_t list_version;
	uint64_t head_size;
	int64_t head_t;
	char version[32];
	char policy[32];
	char counts[256];
	char origin[192];
	char head_why[128];
	char why[256];
	int status;		/* of the answer that waits for it, 0: none */
	char *body;
	size_t len;
};

struct fleet {
	struct node **list;	/* sorted by name */
	size_t n, cap;
	const char *self;	/* our own node, which is none of them */
	const char *above;	/* nor is the one above; "": there is none */
	int failed;		/* memory ran out at the start */
};

/* Free it. */
void
fleet_close(struct fleet *f)
{
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < f->n; i++) {
		free(f->list[i]->body);
		free(f->list[i]);
	}
	free(f->list);
	free(f);
}

/* Find a node, or where it would be. */
static size_t
place(const struct fleet *f, const char *name)
{
	size_t lo = 0, hi = f->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (strcmp(f->list[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* Find a node, made where it is not there; NULL without memory. */
static struct node *
get(struct fleet *f, const char *name)
{
	size_t i = place(f, name), cap;
	struct node **v, *n;

	if (i < f->n && strcmp(f->list[i]->name, name) == 0)
		return (f->list[i]);
	if (f->n == f->cap) {
		cap = f->cap != 0 ? f->cap * 2 : 16;
		if ((v = realloc(f->list, cap * sizeof(struct node *))) == NULL)
			return (NULL);
		f->list = v;
		f->cap = cap;
	}
	if ((n = calloc(1, sizeof(*n))) == NULL)
		return (NULL);
	memcpy(n->name, name, strnlen(name, sizeof(n->name) - 1));
	memmove(&f->list[i + 1], &f->list[i],
	    (f->n - i) * sizeof(struct node *));
	f->list[i] = n;
	f->n++;
	return (n);
}

/* Does a record say something of a node below?  Not of ourselves, when we are held, nor of
 * the node above. */
static int
below(const struct fleet *f, const char *name, const struct record_node *r)
{

	return ((r->generation != 0 || r->status == RECORD_NODE_RETIRED) &&
	    strcmp(name, f->self) != 0 && strcmp(name, f->above) != 0);
}

/* Read the key and value of a record.  Return 0, or -1 when it is none. */
static int
read_record(char name[16], struct record_node *node,
    const struct state_record *r)
{

	if (r->keylen >= 16 || r->len != sizeof(*node))
		return (-1);
	memset(name, 0, 16);
	memcpy(name, r->key, r->keylen);
	memcpy(node, r->value, sizeof(*node));
	return (0);
}

/* A node of before this start. */
static int
load(void *arg, const struct state_record *r)
{
	struct fleet *f = arg;
	struct record_node node;
	struct node *n;
	char name[16];

	if (read_record(name, &node, r) != 0 || !below(f, name, &node))
		return (0);
	if ((n = get(f, name)) == NULL)
		f->failed = 1;
	else
		n->known = node.status != RECORD_NODE_RETIRED;
	return (f->failed);
}

/* Make one of the nodes that the state knows. */
struct fleet *
fleet_open(struct journal *j, const char *self, const char *above)
{
	struct fleet *f;

	if ((f = calloc(1, sizeof(*f))) == NULL)
		return (NULL);
	f->self = self;
	f->above = above;
	if (state_each(journal_state(j), RECORD_NODE, load, f) != 0) {
		fleet_close(f);
		return (NULL);
	}
	return (f);
}

/* An entry was written. */
void
fleet_watch(struct fleet *f, const struct entry *e)
{
	struct node *n;

	if (e->kind == ENTRY_NODE && strcmp(e->node, f->self) != 0 &&
	    strcmp(e->node, f->above) != 0 &&
	    (n = get(f, e->node)) != NULL)
		n->known = e->code != NODE_RETIRED;
}

/* How many are linked, and how many there are. */
void
fleet_count(const struct fleet *f, uint64_t *up, uint64_t *known)
{
	size_t i;

	*up = *known = 0;
	for (i = 0; i < f->n; i++) {
		*known += f->list[i]->known != 0;
		*up += f->list[i]->known && f->list[i]->links > 0;
	}
}

/* The highest entry of a node that is known here. */
uint64_t
fleet_heard(const struct fleet *f, const char *node,
    const struct record_node *r)
{
	size_t i = place(f, node);
	const struct node *n;
	uint64_t seq = r->cursor;

	if (i == f->n || strcmp((n = f->list[i])->name, node) != 0)
		return (seq);
	if (n->highest > seq)
		seq = n->highest;
	if (n->head_size > 0 && r->base + n->head_size - 1 > seq)
		seq = r->base + n->head_size - 1;
	return (seq);
}

/* The last entry that it says it has. */
static void
said(struct node *n, uint64_t last)
{

	n->last = last;
	if (last > n->highest)
		n->highest = last;
}

/* Copy a text of a peer for a table: one line, no tabs, nothing that does not show. */
static void
copy(char *dst, size_t size, const char *s, size_t len)
{
	size_t i, n;
	uint32_t c;

	if (len >= size)
		len = size - 1;
	for (i = 0; i < len; i += n > 0 ? n : 1)
		if ((n = utf8_next(&c, s + i, len - i)) == 0 || utf8_hidden(c))
			memset(dst + i, '?', n > 0 ? n : 1);
		else
			memcpy(dst + i, s + i, n);
	dst[len] = '\0';
}

/* Copy a text field. */
static void
take(char *dst, size_t size, const struct wire_fields *f, unsigned tag)
{
	const char *p;
	size_t len;

	p = wire_text(f, tag, &len);
	copy(dst, size, p, len);
}

/* Its connection was made, or is gone. */
void
fleet_link(struct fleet *f, const char *node, int up)
{
	struct node *n = get(f, node);

	if (n != NULL && (n->links += up ? 1 : -1) < 0)
		n->links = 0;
}

/* What does not go on with it. */
void
fleet_refused(struct fleet *f, const char *node, const char *why)
{
	struct node *n = get(f, node);

	if (n != NULL)
		copy(n->why, sizeof(n->why), why, strlen(why));
}

/* What its clock shows. */
static void
clock_of(struct node *n, const struct request *q)
{
	int64_t t = (int64_t)wire_u64(q->f, WIRE_T_TIME_MS, 0);

	n->behind = t > 0 ? q->now - t : 0;
}

/* It has said who it is. */
void
fleet_joined(struct fleet *f, const struct request *q)
{
	struct node *n = get(f, q->peer->node);

	if (n == NULL)
		return;
	said(n, wire_u64(q->f, WIRE_T_LAST_SEQ, 0));
	clock_of(n, q);
	take(n->version, sizeof(n->version), q->f, WIRE_T_DAEMON);
	take(n->origin, sizeof(n->origin), q->f, WIRE_T_LOG_ORIGIN);
	fleet_refused(f, n->name, q->error != LK_OK ? q->text : "");
}

/* How far is its clock behind ours? */
int64_t
fleet_behind(struct fleet *f, const char *node)
{
	const struct node *n = get(f, node);

	return (n != NULL && n->behind >= BEHIND_MIN_MS ? n->behind : 0);
}

/* A head of its was judged. */
void
fleet_cosigned(struct fleet *f, const char *node, int status,
    const char *body, size_t len, uint64_t size, int64_t t)
{
	struct node *n = get(f, node);

	if (n == NULL)
		return;
	free(n->body);
	n->len = 0;
	n->status = status;
	if ((n->body = malloc(len + 1)) != NULL) {
		memcpy(n->body, body, len);
		n->len = len;
	}
	if (status == COSIGNED) {
		n->head_size = size;
		n->head_t = t;
		n->head_why[0] = '\0';
	} else
		(void)snprintf(n->head_why, sizeof(n->head_why), "%d", status);
}

/* A beat of a node. */
void
beat_answer(struct request *q)
{
	struct node *n = get(q->c->fleet, q->peer->node);
	struct wire_out *o = q->out;

	if (!q->peer->joined || n == NULL) {
		request_refuse(q, LK_E_STATE, "须先 JOIN", "JOIN must come first");
		return;
	}
	n->beat = q->now;
	clock_of(n, q);
	said(n, wire_u64(q->f, WIRE_T_LAST_SEQ, n->last));
	n->list_version = wire_u64(q->f, WIRE_T_LIST_VERSION, 0);
	take(n->version, sizeof(n->version), q->f, WIRE_T_DAEMON);
	take(n->policy, sizeof(n->policy), q->f, WIRE_T_POLICY_VERSION);
	take(n->counts, sizeof(n->counts), q->f, WIRE_T_COUNTS);
	if (wire_has(q->f, WIRE_T_LOG_ORIGIN))
		take(n->origin, sizeof(n->origin), q->f, WIRE_T_LOG_ORIGIN);
	q->done->wait_seq = journal_seq(q->c->journal);
	wire_begin(o, WIRE_BEAT | WIRE_REPLY, q->h->id);
	wire_put_u32(o, WIRE_T_ERROR, LK_OK);
	wire_put_u64(o, WIRE_T_CURSOR, events_cursor(q));
	wire_put_u64(o, WIRE_T_PENDING, down_last(q->c->down, n->name));
	if (n->status != 0) {
		wire_put_u32(o, WIRE_T_HEAD_STATUS, (uint32_t)n->status);
		if (n->body != NULL)
			wire_put_bytes(o, WIRE_T_HEAD, n->body, n->len);
		n->status = 0;
		free(n->body);
		n->body = NULL;
	}
	(void)wire_end(o);
}

/* One line of the table. */
static size_t
line(char *buf, size_t cap, const char *name, const struct record_node *r,
    const struct node *n)
{
	static const char *const status[] = { "active", "retired", "awaited",
		"held" };
	static const struct node none;
	int len;

	if (n == NULL)
		n = &none;
	len = snprintf(buf, cap, "%s\t%s\t%s\t%" PRId64 "\t%" PRIu64 "\t%"
	    PRIu64 "\t%" PRId64 "\t%" PRIu64 "\t%s\t%s\t%" PRIu64
	    "\t%s\t%s\t%" PRIu64 "\t%" PRId64 "\t%s\t%s\n", name,
	    status[r->status & 3], n->links > 0 ? "up" : "down", n->beat,
	    r->cursor, n->last, r->t, r->events, n->version, n->policy,
	    n->list_version, n->counts, n->origin, n->head_size, n->head_t,
	    n->head_why, n->why);
	return (len < 0 || (size_t)len >= cap ? 0 : (size_t)len);
}

/* A page of the table being written. */
struct page {
	struct request *q;
	char text[TABLE_MAX];
	size_t len;
	uint64_t skip, i;
	int full;
};

/* A node that the state knows. */
static int
row(void *arg, const struct state_record *r)
{
	struct page *p = arg;
	struct fleet *f = p->q->c->fleet;
	struct record_node node;
	char name[16];
	size_t at, n;

	if (read_record(name, &node, r) != 0 || p->i++ < p->skip ||
	    !below(f, name, &node))
		return (0);
	at = place(f, name);
	n = line(p->text + p->len, sizeof(p->text) - p->len, name, &node,
	    at < f->n && strcmp(f->list[at]->name, name) == 0 ? f->list[at] :
	    NULL);
	if (n == 0) {
		p->full = 1;
		p->i--;
		return (1);
	}
	p->len += n;
	return (0);
}

/* The table, for an operator. */
void
fleet_answer(struct request *q)
{
	static struct page p;
	struct wire_out *o = q->out;

	if (grant_for(q->peer, "", RIGHT_ADMIN) == NULL &&
	    grant_for(q->peer, "", RIGHT_DESK) == NULL) {
		request_refuse(q, LK_E_DENIED, "无权查看下级节点（需要 admin 或 desk）",
		    "the right admin or desk is needed to see the nodes below");
		return;
	}
	memset(&p, 0, sizeof(p));
	p.q = q;
	p.skip = wire_u64(q->f, WIRE_T_AFTER, 0);
	(void)state_each(journal_state(q->c->journal), RECORD_NODE, row, &p);
	q->done->wait_seq = journal_seq(q->c->journal);
	wire_begin(o, WIRE_FLEET | WIRE_REPLY, q->h->id);
	wire_put_u32(o, WIRE_T_ERROR, LK_OK);
	if (p.len > 0)
		wire_put_bytes(o, WIRE_T_TABLE, p.text, p.len);
	wire_put_u64(o, WIRE_T_TIME_MS, (uint64_t)q->now);
	if (p.full)
		wire_put_u64(o, WIRE_T_NEXT, p.i);
	(void)wire_end(o);
}
