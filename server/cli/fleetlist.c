#include <stdlib.h>
#include <string.h>

#include "plugin/call.h"
#include "plugin/reply.h"

#include "fleetlist.h"
#include "service.h"
#include "tabline.h"
#include "tool.h"

#define FIELDS 17

/* Read the line of a node. */
int
fleetlist_read(const char *line, size_t len, struct fleetlist_node *n)
{
	static const char *const states[] = { "active", "retired", "awaited",
		"held" };
	static const char *const links[] = { "down", "up" };
	struct tabline f;

	memset(n, 0, sizeof(*n));
	if (tabline_split(&f, line, len, FIELDS) != 0)
		return (-1);
	tabline_text(&f, n->node, sizeof(n->node));
	n->state = tabline_word(&f, states, FLEETLIST_STATES);
	n->up = tabline_word(&f, links, 2);
	n->beat = tabline_i64(&f);
	n->cursor = tabline_u64(&f);
	n->last = tabline_u64(&f);
	n->taken = tabline_i64(&f);
	n->events = tabline_u64(&f);
	tabline_text(&f, n->version, sizeof(n->version));
	tabline_text(&f, n->policy, sizeof(n->policy));
	n->lists = tabline_u64(&f);
	tabline_text(&f, n->counts, sizeof(n->counts));
	tabline_text(&f, n->origin, sizeof(n->origin));
	n->head_size = tabline_u64(&f);
	n->head_t = tabline_i64(&f);
	tabline_text(&f, n->head_why, sizeof(n->head_why));
	tabline_text(&f, n->why, sizeof(n->why));
	return (f.bad || n->node[0] == '\0' ? -1 : 0);
}

/* Find a value among counts: its first byte, or NULL. */
static const char *
find(const char *counts, const char *name, size_t *len)
{
	size_t n = strlen(name), word_len;
	const char *p;

	for (p = counts; *p != '\0'; p += word_len) {
		p += strspn(p, " ");
		word_len = strcspn(p, " ");
		if (word_len > n && p[n] == '=' && memcmp(p, name, n) == 0) {
			*len = word_len - n - 1;
			return (&p[n + 1]);
		}
	}
	return (NULL);
}

/* Find a number among counts. */
int
fleetlist_count(const char *counts, const char *name, uint64_t *v)
{
	const char *p;
	size_t len;

	*v = 0;
	if ((p = find(counts, name, &len)) == NULL)
		return (-1);
	return (tabline_decimal(p, p + len, v));
}

/* Is its breaker open? */
int
fleetlist_open(const char *counts)
{
	const char *p;
	size_t len;

	return ((p = find(counts, "breaker", &len)) != NULL && len == 4 &&
	    memcmp(p, "open", 4) == 0);
}

/* How many of its entries may be missing here? */
uint64_t
fleetlist_lag(const struct fleetlist_node *n)
{
	uint64_t v;

	if (fleetlist_count(n->counts, "queued", &v) == 0)
		return (v);
	return (n->last > n->cursor ? n->last - n->cursor : 0);
}

/* Was a head of its cosigned lately? */
int
fleetlist_fresh(const struct fleetlist_node *n, int64_t now)
{

	return (n->head_t != 0 && now - n->head_t <= FLEETLIST_FRESH_MS);
}

/* Is it as it should be? */
int
fleetlist_well(const struct fleetlist_node *n, int64_t now)
{

	if (n->state == FLEETLIST_ACTIVE)
		return (n->up && n->why[0] == '\0' &&
		    fleetlist_fresh(n, now));
	return (n->state != FLEETLIST_HELD);
}

/* Add a line. */
static int
add(struct fleetlist *l, const char *line, size_t len)
{
	struct fleetlist_node *v;

	/* Room for 64, then twice as much each time. */
	if (l->n == 0 || (l->n >= 64 && (l->n & (l->n - 1)) == 0)) {
		v = realloc(l->v, (l->n < 64 ? 64 : l->n * 2) * sizeof(*v));
		if (v == NULL)
			return (LK_E_NOMEM);
		l->v = v;
	}
	if (fleetlist_read(line, len, &l->v[l->n]) != 0)
		return (LK_E_INTERNAL);
	l->n++;
	return (0);
}

/* Read a page of the reply. */
static int
read_page(struct service *s, struct call *call, struct fleetlist *l,
    uint64_t *after)
{
	struct wire_fields f;
	const uint8_t *body;
	const char *p, *end, *nl;
	size_t len;
	uint64_t next;
	int rc;

	body = call_body(call, &len);
	rc = reply_plain(body, len, 0);
	if (wire_fields_read(&f, body, len) != WIRE_OK)
		return (LK_E_INTERNAL);
	(void)wire_copy(&f, WIRE_T_MESSAGE, s->message, sizeof(s->message));
	if (rc != 0)
		return (rc);
	l->now = (int64_t)wire_u64(&f, WIRE_T_TIME_MS, 0);
	p = wire_text(&f, WIRE_T_TABLE, &len);
	for (end = p + len; p < end && rc == 0; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return (LK_E_INTERNAL);
		rc = add(l, p, (size_t)(nl - p));
	}
	next = wire_u64(&f, WIRE_T_NEXT, 0);
	if (next != 0 && next <= *after)
		return (LK_E_INTERNAL);	/* it would never end */
	*after = next;
	return (rc);
}

/* Ask for the page behind *after; 0 there when it was the last. */
static int
ask(const struct tool *t, struct service *s, struct fleetlist *l,
    uint64_t *after)
{
	static const uint8_t id[WIRE_ID];
	struct wire_out o;
	struct call call;
	int rc;

	s->message[0] = '\0';
	if ((rc = call_begin(&call, s->handle, 0)) == 0 &&
	    (rc = call_link(&call, &o)) == 0) {
		wire_begin(&o, WIRE_FLEET, id);
		wire_put_u32(&o, WIRE_T_REMAINING_MS, 1); /* codec_stamp sets it */
		if (t->language == LK_LANG_EN)
			wire_put_u32(&o, WIRE_T_LANGUAGE, LK_LANG_EN);
		if (*after != 0)
			wire_put_u64(&o, WIRE_T_AFTER, *after);
		if (wire_end(&o) != 0)
			rc = LK_E_INTERNAL;
		else if ((rc = call_exchange(&call, &o)) == 0)
			rc = read_page(s, &call, l, after);
		if (rc == LK_E_INTERNAL)
			call_refuse(&call);
	}
	return (call_end(&call, rc));
}

/* Ask for all of them. */
int
fleetlist_get(const struct tool *t, struct service *s, struct fleetlist *l)
{
	uint64_t after = 0;
	int rc;

	do
		rc = ask(t, s, l, &after);
	while (rc == 0 && after != 0);
	return (rc);
}

/* Free them. */
void
fleetlist_free(struct fleetlist *l)
{

	free(l->v);
	l->v = NULL;
	l->n = 0;
}
