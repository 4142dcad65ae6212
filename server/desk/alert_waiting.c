#include <stdlib.h>
#include <string.h>

#include "store/entry.h"

#include "alert_waiting.h"

/* Close the gaps that dropped ones left. */
static void
tidy(struct alert_waiting *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->n; i++)
		if (!w->v[i].gone)
			w->v[n++] = w->v[i];
	w->n = n;
	w->ngone = w->first = w->at = 0;
	w->due = 0;
}

/* Add one. */
struct alert_wait *
alert_waiting_add(struct alert_waiting *w, const struct alert_wait *x)
{
	struct alert_wait *v;
	size_t room;

	if (w->ngone > 64 && w->ngone > w->n / 2)
		tidy(w);
	if (w->n == w->room) {
		room = w->room == 0 ? 256 : 2 * w->room;
		if ((v = realloc(w->v, room * sizeof(*v))) == NULL)
			return (NULL);
		w->v = v;
		w->room = room;
	}
	w->v[w->n] = *x;
	if (x->due < w->due)
		w->due = x->due;
	if (x->due < w->least)
		w->least = x->due;
	return (&w->v[w->n++]);
}

/* Find one. */
struct alert_wait *
alert_waiting_find(const struct alert_waiting *w, uint64_t seq)
{
	size_t lo = 0, hi = w->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (w->v[mid].seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < w->n && w->v[lo].seq == seq && !w->v[lo].gone ?
	    &w->v[lo] : NULL);
}

/* It waits no more. */
void
alert_waiting_drop(struct alert_waiting *w, struct alert_wait *x)
{

	x->gone = 1;
	w->ngone++;
}

/* Somebody took it. */
void
alert_waiting_taken(struct alert_waiting *w, uint64_t seq, int decision)
{
	struct alert_wait *x = alert_waiting_find(w, seq);
	size_t i;

	if (x != NULL)
		alert_waiting_drop(w, x);
	/* What other nodes said of a decision is taken by its number. */
	for (i = 0; i < w->n; i++)
		if (!w->v[i].gone && w->v[i].ref == seq &&
		    (w->v[i].entry == ENTRY_SETTLE || (w->v[i].entry ==
		    ENTRY_RETRO && w->v[i].kind == ALERT_LATE)))
			alert_waiting_drop(w, &w->v[i]);
	if (!decision)
		return;
	for (i = 0; i < w->n; i++)
		if (!w->v[i].gone && w->v[i].ref == seq &&
		    w->v[i].kind == ALERT_CASE)
			alert_waiting_drop(w, &w->v[i]);
}

/* One that is due; a pass over all of them goes on where it stood. */
struct alert_wait *
alert_waiting_due(struct alert_waiting *w, int64_t now)
{
	struct alert_wait *x;

	if (w->at == 0) {
		if (w->due > now)
			return (NULL);
		w->least = INT64_MAX;
	}
	for (; w->at < w->n; w->at++) {
		x = &w->v[w->at];
		if (x->gone)
			continue;
		if (x->due <= now)
			return (x);
		if (x->due < w->least)
			w->least = x->due;
	}
	w->at = 0;
	w->due = w->least;
	return (NULL);
}

/* How many. */
size_t
alert_waiting_count(const struct alert_waiting *w)
{

	return (w->n - w->ngone);
}

/* The lowest seq. */
uint64_t
alert_waiting_oldest(struct alert_waiting *w)
{

	while (w->first < w->n && w->v[w->first].gone)
		w->first++;
	return (w->first < w->n ? w->v[w->first].seq : 0);
}

/* Free it. */
void
alert_waiting_free(struct alert_waiting *w)
{

	free(w->v);
	memset(w, 0, sizeof(*w));
}
