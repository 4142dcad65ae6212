#include <stdlib.h>
#include <string.h>

#include "store/entry.h"

#include "report_reconcile_impl.h"

/* Begin. */
struct reconcile *
reconcile_new(const struct reconcile_options *o)
{
	struct reconcile *r;
	int i, failed = 0;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (NULL);
	r->o = o != NULL ? *o : (struct reconcile_options){
		RECONCILE_FILE_DAYS, RECONCILE_AGAIN_DAYS };
	r->checks = checks_new();
	r->away = away_new();
	r->first = reporthash_new(32, sizeof(int64_t));
	for (i = 0; i < RECONCILE_LEVELS; i++) {
		r->lines[i] = reporthash_new(sizeof(struct reporthash_teller),
		    sizeof(struct reconcile_line));
		failed |= r->lines[i] == NULL;
	}
	if (failed || r->checks == NULL || r->away == NULL ||
	    r->first == NULL) {
		reconcile_free(r);
		return (NULL);
	}
	return (r);
}

/* Free it. */
void
reconcile_free(struct reconcile *r)
{
	int i;

	if (r == NULL)
		return;
	for (i = 0; i < RECONCILE_LEVELS; i++)
		reporthash_free(r->lines[i]);
	reporthash_free(r->first);
	away_free(r->away);
	checks_free(r->checks);
	free(r->rows);
	free(r->cases);
	free(r);
}

/* Make room for one more in an array; return where it is then, or NULL. */
static void *
room(void *v, size_t n, size_t *has, size_t size)
{
	size_t want = *has != 0 ? 2 * *has : 256;

	if (n < *has)
		return (v);
	if (want > SIZE_MAX / size || (v = realloc(v, want * size)) == NULL)
		return (NULL);
	*has = want;
	return (v);
}

/* Note a case. */
int
reconcile_add(struct reconcile *r, const struct reconcile_case *x)
{
	struct reconcile_case *v = room(r->cases, r->ncases, &r->cases_room,
	    sizeof(*v));

	if (v == NULL)
		return (-1);
	r->cases = v;
	r->cases[r->ncases++] = *x;
	return (0);
}

/* Note a case of a check. */
int
reconcile_add_check(struct reconcile *r, int class, const struct check *k,
    int64_t at, uint64_t other)
{
	struct reconcile_case x = { .seq = k->seq, .other = other, .at = at,
		.place = k->place, .class = (uint8_t)class,
		.product = k->product };

	memcpy(x.reason, k->reason, sizeof(x.reason));
	return (reconcile_add(r, &x));
}

/* A confirm that was not allowed, or a row that joined a check nobody confirmed. */
static int
misfit(struct reconcile *r, const struct entry *e)
{
	const struct check *k = checks_before(r->checks, e);
	int64_t at = reportkind_happened(e);
	int class;

	if (k == NULL)
		return (0);
	if (e->kind == ENTRY_MERGE) {
		if (k->issued > k->filed)
			return (0);
		class = check_allowed(k) && (k->life == CHECK_OPEN ||
		    k->life == CHECK_ISSUED) ? RECONCILE_BY_FILE :
		    RECONCILE_AGAINST;
	} else if ((e->flags & ENTRY_F_OVERRIDE) != 0)
		class = RECONCILE_OVERRIDE;
	else if ((e->flags & ENTRY_F_AFTER_CANCEL) != 0)
		class = RECONCILE_CANCELLED;
	else if ((e->flags & ENTRY_F_EXTRA) != 0)
		class = RECONCILE_EXTRA;
	else if ((e->flags & ENTRY_F_LATE) != 0)
		class = RECONCILE_LATE;
	else
		return (0);
	return (reconcile_add_check(r, class, k, at, e->seq));
}

/* A decision: checked afterwards?  The first of its institution? */
static int
decided(struct reconcile *r, const struct entry *e)
{
	struct reporthash_teller key;
	int64_t *first;

	reporthash_teller(e, &key);
	if ((first = reporthash_put(r->first, key.inst)) == NULL)
		return (-1);
	if (*first == 0)
		*first = reportkind_told(e);
	return (0);
}

/* A row that joined nothing. */
static int
told(struct reconcile *r, const struct entry *e)
{
	struct row *v = room(r->rows, r->nrows, &r->rows_room, sizeof(*v)), *w;

	if (v == NULL)
		return (-1);
	r->rows = v;
	w = &v[r->nrows++];
	*w = (struct row){ .seq = e->seq, .at = reportkind_happened(e),
		.person = *checks_whose(e), .product = (uint8_t)e->product,
		.dated = (e->flags & ENTRY_F_DATE_ONLY) != 0,
		.place = checks_place(r->checks, e) };
	return (w->place != CHECKS_NOWHERE ? 0 : -1);
}

/* Take an entry. */
int
reconcile_entry(struct reconcile *r, const struct entry *e)
{
	int rc = 0;

	if (away_entry(r->away, e) != 0)
		return (-1);
	if (e->kind == ENTRY_DECISION)
		rc = decided(r, e);
	else if (e->kind == ENTRY_CONFIRM || e->kind == ENTRY_MERGE)
		rc = misfit(r, e);
	else if (e->kind == ENTRY_INTAKE && e->code == INTAKE_OPEN &&
	    (e->flags & ENTRY_F_STOCK) == 0)
		rc = told(r, e);
	return (rc != 0 ? rc : checks_entry(r->checks, e));
}
