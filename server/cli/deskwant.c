#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "deskwant.h"
#include "tool.h"

/* See that the options go together. */
int
deskwant_settle(const struct tool *t, struct deskwant *w)
{
	size_t n = w->area != NULL ? strlen(w->area) : 0;
	int rc;

	if (w->area != NULL && ((n != 2 && n != 4 && n != 6) ||
	    strspn(w->area, "0123456789") != n))
		return (tool_fail(t, TOOL_USAGE,
		    "--area：应为 2、4 或 6 位区划代码",
		    "--area: wants 2, 4 or 6 digits"));
	if (w->free && (w->mine || w->officer != NULL))
		return (tool_fail(t, TOOL_USAGE,
		    "--free 不与 --mine、--officer 同用",
		    "--free goes with neither --mine nor --officer"));
	if (!w->mine)
		return (ARGS_GO);
	if (w->by.as == NULL || w->officer != NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "--mine 须与 --as KEY 一起给出，且不与 --officer 同用",
		    "--mine needs --as KEY, and no --officer"));
	if ((rc = statement_name(t, &w->by, w->name)) == ARGS_GO)
		w->officer = w->name;
	return (rc);
}

/* Is it wanted? */
int
deskwant_fits(const struct deskwant *w, int32_t area, const char *inst,
    const char *outlet, const char *taker)
{
	char digits[DESKWANT_AREA];

	return ((w->area == NULL || strncmp(deskwant_area(digits, area),
	    w->area, strlen(w->area)) == 0) &&
	    (w->inst == NULL || strcmp(inst, w->inst) == 0) &&
	    (w->outlet == NULL || strcmp(outlet, w->outlet) == 0) &&
	    (!w->free || taker[0] == '\0') &&
	    (w->officer == NULL || strcmp(taker, w->officer) == 0));
}

/* An area in digits. */
const char *
deskwant_area(char buf[DESKWANT_AREA], int32_t area)
{

	if (area > 0 && area <= 999999)
		(void)snprintf(buf, DESKWANT_AREA, "%06" PRId32, area);
	else
		(void)snprintf(buf, DESKWANT_AREA, "-");
	return (buf);
}
