#ifndef LIANGKA_ORIGIN_H_
#define LIANGKA_ORIGIN_H_

/*
 * The name of a log: <domain>/branch/<node>/decisions/<year>.<n>, the year of UTC+8.
 * n counts from 1 and is raised when a node is admitted anew or has lost its disk.
 *
 * Threads: any.
 */

#include <stddef.h>

#define ORIGIN_MAX 192	/* bytes with the NUL */
#define ORIGIN_DOMAIN_MAX 127 /* characters of the domain */

/**
 * origin_print(out, domain, node, year, n): Write the name of a log.
 * origin_node(out, domain, node): only <domain>/branch/<node>, which is the name of
 * the node's key.
 */
void origin_print(char out[ORIGIN_MAX], const char *domain, const char *node,
    int year, int n);
void origin_node(char out[ORIGIN_MAX], const char *domain, const char *node);

/**
 * origin_parse(origin, year, n): Read year and n from the end of a name.  Return 0,
 * or -1 when it is no name of a log.
 */
int origin_parse(const char *origin, int *year, int *n);

#endif /* !LIANGKA_ORIGIN_H_ */
