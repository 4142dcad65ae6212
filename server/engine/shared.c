#include <string.h>

#include "shared.h"

/* Note a use. */
size_t
shared_note(struct shared_use list[SHARED_MAX], size_t n, uint64_t person,
    uint32_t at)
{
	struct shared_use u = { .person = person, .at = at };
	size_t i, k;

	for (i = 0; i < n && list[i].person != person; i++)
		continue;
	if (i < n) {
		if (list[i].at > at)
			return (n);
		memmove(&list[i], &list[i + 1], (n - i - 1) * sizeof(list[0]));
		n--;
	} else if (n == SHARED_MAX) {
		if (at < list[0].at)
			return (n);
		memmove(&list[0], &list[1], --n * sizeof(list[0]));
	}
	for (k = n; k > 0 && list[k - 1].at > at; k--)
		list[k] = list[k - 1];
	list[k] = u;
	return (n + 1);
}

/* Count who used it. */
size_t
shared_count(const struct shared *s, uint64_t person, int64_t now,
    int32_t window)
{
	size_t i, n = 1;

	for (i = s->n; i-- > 0 && (int64_t)s->use[i].at > now - window;)
		if ((int64_t)s->use[i].at <= now && s->use[i].person != person)
			n++;
	return (n);
}
