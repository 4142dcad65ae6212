#include <string.h>

#include "engine/day.h"

#include "daytext.h"
#include "import_impl.h"

/* Leave out a time of day: 0:00, 00:00:00, T00:00:00. */
static int
rest(struct daytext *r)
{
	int32_t v;

	if (r->left == 0)
		return (0);
	if (!daytext_mark(r, " ") && !daytext_mark(r, "T"))
		return (-1);
	while (daytext_mark(r, " "))
		;
	if (daytext_number(r, 1, 2, &v) != 0 || v > 23)
		return (-1);
	while (daytext_mark(r, ":"))
		if (daytext_number(r, 2, 2, &v) != 0 || v > 59)
			return (-1);
	return (r->left == 0 ? 0 : -1);
}

/* Does it stand for no day? */
static int
none(const char *text, size_t len)
{
	static const char *const words[] = { "", "-", "--", "/", "无", "长期",
		"永久", "立即", "即日起", "none", "forever", "now" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && memcmp(words[i], text, len) == 0)
			return (1);
	return (0);
}

/* Read a day. */
int
import_date(int32_t *day, const char *text, size_t len)
{
	int32_t y, m, d;
	char form[64];
	struct daytext r = { form, 0 };

	*day = 0;
	if (none(text, len))
		return (0);
	if ((r.left = daytext_narrow(text, len, form, sizeof(form))) == 0 ||
	    daytext_number(&r, 4, 4, &y) != 0 ||
	    daytext_month_day(&r, &m, &d) != 0 || rest(&r) != 0 || !day_valid(y, m, d))
		return (-1);
	*day = day_from_civil(y, m, d);
	return (*day > 0 && *day <= UINT16_MAX ? 0 : -1);
}
