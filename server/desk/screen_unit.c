#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen_impl.h"

/* Make room for n bytes more.  Return 0 or -1. */
int
screen_text_room(struct screen_text *t, size_t n)
{
	size_t cap = t->cap != 0 ? t->cap : 65536;
	char *p;

	while (cap - t->n < n)
		cap *= 2;
	if (cap == t->cap)
		return (0);
	if ((p = malloc(cap)) == NULL)
		return (-1);
	if (t->p != NULL) {
		memcpy(p, t->p, t->n);
		explicit_bzero(t->p, t->n);
		free(t->p);
	}
	t->p = p;
	t->cap = cap;
	return (0);
}

/* Add n bytes; out of memory shows as nothing added. */
void
screen_text_put(struct screen_text *t, const char *p, size_t n)
{

	if (n == 0 || screen_text_room(t, n) != 0)
		return;
	memcpy(&t->p[t->n], p, n);
	t->n += n;
}

/* Wipe and free it. */
void
screen_text_free(struct screen_text *t)
{

	if (t->p != NULL)
		explicit_bzero(t->p, t->cap);
	free(t->p);
	memset(t, 0, sizeof(*t));
}

/* Make one of a unit's arrays larger; what leaves is wiped. */
static int
larger(void *array, size_t size, size_t n, size_t cap)
{
	void **at = array, *p;

	if (*at == NULL && n > 0)
		return (0);	/* not in use */
	if ((p = malloc(cap * size)) == NULL)
		return (-1);
	if (*at != NULL) {
		memcpy(p, *at, n * size);
		explicit_bzero(*at, n * size);
		free(*at);
	}
	*at = p;
	return (0);
}

/* Make room for `cap` rows. */
int
screen_unit_rows(struct screen_unit *u, size_t cap)
{

	if (larger(&u->row, sizeof(*u->row), u->n, cap) != 0 ||
	    larger(&u->id, sizeof(*u->id), u->n, cap) != 0 ||
	    larger(&u->phone, sizeof(*u->phone), u->n, cap) != 0 ||
	    larger(&u->card, sizeof(*u->card), u->n, cap) != 0 ||
	    larger(&u->person, sizeof(*u->person), u->n, cap) != 0 ||
	    larger(&u->lperson, sizeof(*u->lperson), u->n, cap) != 0 ||
	    larger(&u->lphone, sizeof(*u->lphone), u->n, cap) != 0 ||
	    larger(&u->lcard, sizeof(*u->lcard), u->n, cap) != 0)
		return (-1);
	u->cap = cap;
	return (0);
}

/* Make a unit for blocks of a run. */
int
screen_unit_open(struct screen_unit *u, const struct screen_run *run,
    size_t block)
{

	memset(u, 0, sizeof(*u));
	if ((u->buf = malloc(block + 64)) == NULL ||
	    (u->pos = malloc((block + 64) * sizeof(*u->pos))) == NULL ||
	    (u->line = malloc((block + 64) * sizeof(*u->line))) == NULL ||
	    screen_unit_rows(u, 4096) != 0)
		return (-1);
	/* What no list asks for is not made. */
	if (run->lists.epochs[LIST_PHONE] == 0 ||
	    run->columns.at[SCREEN_C_PHONE] == SIZE_MAX) {
		free(u->phone);
		free(u->lphone);
		u->phone = NULL;
		u->lphone = NULL;
	}
	if (run->lists.epochs[LIST_CARD] == 0 ||
	    run->columns.at[SCREEN_C_CARD] == SIZE_MAX) {
		free(u->card);
		free(u->lcard);
		u->card = NULL;
		u->lcard = NULL;
	}
	return (0);
}

/* Wipe and free an array. */
static void
drop(void *p, size_t len)
{

	if (p != NULL)
		explicit_bzero(p, len);
	free(p);
}

/* Wipe and free a unit's memory. */
void
screen_unit_close(struct screen_unit *u, size_t block)
{

	drop(u->buf, block);
	free(u->pos);
	free(u->line);
	drop(u->row, u->cap * sizeof(*u->row));
	drop(u->id, u->cap * sizeof(*u->id));
	drop(u->phone, u->phone != NULL ? u->cap * sizeof(*u->phone) : 0);
	drop(u->card, u->card != NULL ? u->cap * sizeof(*u->card) : 0);
	free(u->person);
	free(u->lperson);
	free(u->lphone);
	free(u->lcard);
	screen_text_free(&u->tail);
	screen_text_free(&u->copies);
	screen_text_free(&u->out);
}

/* Note the first thing that goes wrong. */
int
screen_fail(struct screen_run *run, int fault, const char *fmt, ...)
{
	va_list ap;

	(void)pthread_mutex_lock(&run->lock);
	if (run->fault == SCREEN_FINE) {
		run->fault = fault;
		va_start(ap, fmt);
		(void)vsnprintf(run->err, SCREEN_ERROR_MAX, fmt, ap);
		va_end(ap);
	}
	(void)pthread_cond_broadcast(&run->changed);
	(void)pthread_mutex_unlock(&run->lock);
	return (-1);
}
