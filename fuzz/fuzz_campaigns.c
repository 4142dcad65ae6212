/*
 * Campaigns: what was read fits its own days and products, and reads the same when
 * printed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lists/campaigns.h"
#include "plugin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
report(void *arg, const struct conf_error *e)
{
	char buf[1024];

	(void)arg;
	if (conf_format(e, buf, sizeof(buf)) != strlen(buf) || e->span == 0)
		abort();
}

/* An application that a campaign must take in. */
static void
match(const struct campaigns *c, const struct campaign *g)
{
	char institution[64] = "i", *dot;
	struct campaign_case x = { .institution = institution, .outlet = "o",
		.batch = g->batch, .organisation = &g->organisation,
		.day = g->until };
	const struct campaign *found;

	if (g->noutlets > 0) {
		memcpy(institution, g->outlets[g->noutlets - 1],
		    sizeof(institution));
		if ((dot = strchr(institution, '.')) == NULL)
			abort();
		*dot = '\0';
		x.outlet = dot + 1;
	}
	for (x.product = 0; x.product < 64; x.product++) {
		if ((g->products & campaign_product_bit(x.product)) == 0)
			continue;
		found = campaigns_match(c, &x);
		if ((found == NULL) != (g->approved[0] == '\0') && !(found !=
		    NULL && found != g))
			abort();
		if (found != NULL && (found->from > x.day ||
		    found->until < x.day || found->approved[0] == '\0'))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conf_sink sink = { report, NULL };
	const struct campaign **v;
	struct campaigns *c, *p;
	char *text, *again;
	size_t i, n, len, len2;

	c = campaigns_read("fuzz", (const char *)data, size, &sink);
	if (c == NULL)
		return (0);
	n = campaigns_count(c);
	if ((v = malloc((n + 1) * sizeof(*v))) == NULL)
		abort();
	for (i = 0; i < n; i++) {
		v[i] = campaigns_at(c, i);
		if (campaigns_find(c, v[i]->id) == NULL)
			abort();
		match(c, v[i]);
	}
	text = campaigns_print(v, n, &len);
	if (text != NULL && len <= CAMPAIGNS_MAX_TEXT) {
		p = campaigns_read("again", text, len, &sink);
		if (p == NULL || campaigns_count(p) != n)
			abort();
		for (i = 0; i < n; i++)
			v[i] = campaigns_at(p, i);
		again = campaigns_print(v, n, &len2);
		if (again != NULL && (len != len2 ||
		    memcmp(text, again, len) != 0))
			abort();
		free(again);
		campaigns_free(p);
	}
	free(text);
	free(v);
	campaigns_free(c);
	return (0);
}
