#include <stdio.h>
#include <string.h>

#include "origin.h"

#define N_MAX 9999

/* Write the name of a log. */
void
origin_print(char out[ORIGIN_MAX], const char *domain, const char *node,
    int year, int n)
{

	(void)snprintf(out, ORIGIN_MAX, "%.*s/branch/%.31s/decisions/%d.%d",
	    ORIGIN_DOMAIN_MAX, domain, node, year, n);
}

/* Write the name of the node's key. */
void
origin_node(char out[ORIGIN_MAX], const char *domain, const char *node)
{

	(void)snprintf(out, ORIGIN_MAX, "%.*s/branch/%.31s",
	    ORIGIN_DOMAIN_MAX, domain, node);
}

/* Read a decimal number without leading zeros; the end of it, or NULL. */
static const char *
number(const char *p, int max, int *v)
{

	if (*p < '1' || *p > '9')
		return (NULL);
	for (*v = 0; *p >= '0' && *p <= '9'; p++)
		if ((*v = *v * 10 + (*p - '0')) > max)
			return (NULL);
	return (p);
}

/* Read year and n. */
int
origin_parse(const char *origin, int *year, int *n)
{
	static const char before[] = "/decisions/";
	const char *p = strrchr(origin, '/');

	if (p == NULL || (size_t)(p - origin) < sizeof(before) - 2 ||
	    memcmp(p - (sizeof(before) - 2), before, sizeof(before) - 1) != 0)
		return (-1);
	if ((p = number(p + 1, 9999, year)) == NULL || *p != '.' ||
	    (p = number(p + 1, N_MAX, n)) == NULL || *p != '\0')
		return (-1);
	return (0);
}
