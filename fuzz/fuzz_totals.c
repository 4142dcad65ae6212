#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "desk/totals.h"
#include "engine/day.h"

/* Some words are products. */
static int
product(const char *text, int32_t *code)
{

	*code = (int32_t)strlen(text);
	return (*code < 8 ? 0 : -1);
}

/* What is bad is told in one line. */
static void
bad(void *arg, const char *text)
{

	(void)arg;
	assert(strlen(text) < TOTALS_ERROR_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct totals_reader r = { bad, NULL, 1, product };
	const struct totals_row *w;
	char err[TOTALS_ERROR_MAX];
	struct totals *t;
	size_t i;

	err[0] = '\0';
	r.english = len % 2 == 0;
	t = totals_read("f", (const char *)data, len, &r, err);
	if (t == NULL) {
		assert(err[0] != '\0');
		return (0);
	}
	for (i = 0; i < totals_count(t); i++) {
		w = totals_at(t, i);
		assert(w->inst[0] != '\0' && memchr(w->inst, 0, 32) != NULL &&
		    memchr(w->outlet, 0, 32) != NULL);
		assert(w->issued >= 0 && w->issued <= TOTALS_MAX_COUNT &&
		    w->closed >= -1 && w->closed <= TOTALS_MAX_COUNT);
		assert(w->product >= 0 && w->day >= DAY_MIN &&
		    w->day <= DAY_MAX);
	}
	totals_free(t);
	return (0);
}
