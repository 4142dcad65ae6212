#include <stdlib.h>
#include <string.h>

#include "fleetlist.h"
#include "service.h"
#include "tabline.h"
#include "tabpage.h"
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
add(void *arg, const char *line, size_t len)
{
	struct fleetlist *l = arg;
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

/* Ask for all of them. */
int
fleetlist_get(const struct tool *t, struct service *s, struct fleetlist *l)
{
	struct tabpage p = { .type = WIRE_FLEET, .line = add, .arg = l };
	int rc = tabpage_all(t, s, &p);

	l->now = p.now;
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
