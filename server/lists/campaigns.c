/*
 * Registered campaigns: which one does an application belong to?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "plugin.h"

#include "campaigns_impl.h"

/* The bit of a product. */
uint32_t
campaign_product_bit(int32_t product)
{

	if (product == LK_PRODUCT_CORPORATE)
		return (UINT32_C(1) << 31);
	return (product > 0 && product < 31 ? UINT32_C(1) << product : 0);
}

/* One letter, small. */
static int
small(char c)
{

	return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Are these the same person? */
int
campaign_same_person(const char *a, const char *b)
{

	for (; *a != '\0' && small(*a) == small(*b); a++, b++)
		continue;
	return (*a == *b);
}

/* How many? */
size_t
campaigns_count(const struct campaigns *c)
{

	return (c->n);
}

/* One of them. */
const struct campaign *
campaigns_at(const struct campaigns *c, size_t i)
{

	return (i < c->n ? &c->v[i] : NULL);
}

/* Find one by its id. */
const struct campaign *
campaigns_find(const struct campaigns *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (strcmp(c->v[i].id, id) == 0)
			return (&c->v[i]);
	return (NULL);
}

/* For bsearch(). */
static int
by_name(const void *a, const void *b)
{

	return (strcmp(a, b));
}

/* Does a campaign take in this outlet? */
static int
has_outlet(const struct campaign *g, const struct campaign_case *x)
{
	const size_t n = strlen(x->institution), m = strlen(x->outlet);
	char name[sizeof(g->outlets[0])];

	if (g->noutlets == 0)
		return (1);
	if (n + 1 + m >= sizeof(name))
		return (0);
	memcpy(name, x->institution, n);
	name[n] = '.';
	memcpy(&name[n + 1], x->outlet, m + 1);
	return (bsearch(name, g->outlets, g->noutlets, sizeof(g->outlets[0]),
	    by_name) != NULL);
}

/* Is a token all zeros? */
static int
is_zero(const struct token *t)
{
	static const struct token zeros;

	return (memcmp(t, &zeros, sizeof(zeros)) == 0);
}

/* Does an application fit a campaign in all but day and product? */
static int
fits(const struct campaign *g, const struct campaign_case *x)
{

	if (!is_zero(&g->organisation) && (x->organisation == NULL ||
	    !token_equal(&g->organisation, x->organisation)))
		return (0);
	if (g->batch[0] != '\0' && (x->batch == NULL ||
	    strcmp(g->batch, x->batch) != 0))
		return (0);
	return (has_outlet(g, x));
}

/* Find the campaign of an application. */
const struct campaign *
campaigns_match(const struct campaigns *c, const struct campaign_case *x)
{
	const uint32_t bit = campaign_product_bit(x->product);
	const struct campaigns_live *l = c->live, *end = l + c->nlive;

	for (; l < end; l++)
		if (x->day >= l->from && x->day <= l->until &&
		    (l->products & bit) != 0 && fits(&c->v[l->at], x))
			return (&c->v[l->at]);
	return (NULL);
}

/* Write a text in quotes. */
static void
text(FILE *f, const char *key, const char *s)
{

	if (s[0] == '\0')
		return;
	(void)fprintf(f, "%s = \"", key);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			(void)fputc('\\', f);
		(void)fputc(*s, f);
	}
	(void)fputs("\"\n", f);
}

/* Write one campaign. */
static void
put(FILE *f, const struct campaign *g)
{
	char hex[TOKEN_HEX_LEN + 1], day[DAY_TEXT];
	const struct conf_name *w;
	const char *comma = "";
	size_t i;

	(void)fprintf(f, "[campaign %s]\n", g->id);
	text(f, "title", g->title);
	if (!is_zero(&g->organisation)) {
		token_hex(&g->organisation, hex);
		text(f, "organisation", hex);
	}
	for (i = 0; i < g->noutlets; i++)
		(void)fprintf(f, "%s\"%s\"", i == 0 ? "outlets = " : ", ",
		    g->outlets[i]);
	if (g->noutlets > 0)
		(void)fputc('\n', f);
	text(f, "batch", g->batch);
	(void)fputs("products = ", f);
	for (w = campaigns_products; w->name != NULL; w++)
		if ((g->products & (uint32_t)w->number) != 0) {
			(void)fprintf(f, "%s%s", comma, w->name);
			comma = ", ";
		}
	day_print(day, g->from);
	(void)fprintf(f, "\nfrom = %s\n", day);
	day_print(day, g->until);
	(void)fprintf(f, "until = %s\nexpected = %u\nlifts = ", day,
	    g->expected);
	for (i = 0; i < g->nlifts; i++)
		(void)fprintf(f, "%s%s", i == 0 ? "" : ", ", g->lifts[i]);
	(void)fputc('\n', f);
	text(f, "proposed", g->proposed);
	text(f, "approved", g->approved);
}

/* Print campaigns. */
char *
campaigns_print(const struct campaign *const *v, size_t n, size_t *len)
{
	char *out = NULL;
	size_t i;
	FILE *f;

	if ((f = open_memstream(&out, len)) == NULL)
		return (NULL);
	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)fputc('\n', f);
		put(f, v[i]);
	}
	i = (size_t)ferror(f);
	if (fclose(f) != 0 || i != 0) {
		free(out);
		return (NULL);
	}
	return (out);
}
