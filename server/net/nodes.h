#ifndef LIANGKA_NODES_H_
#define LIANGKA_NODES_H_

/*
 * The register of nodes below: for which institutions each may speak, what it may do, and
 * the key of its log.  A file of its own, read again at SIGHUP:
 *
 *	[node b017]
 *	institution = icbc			# or several; "*": any (a county)
 *	rights = check, confirm, report, review	# these, if left out; desk: its staff may
 *						# join documents for the whole region
 *	area = 330100				# of outlets that no register places
 *	key = "afc.example/branch/b017+…"	# verifier key of its log (.pub), for witnessing
 *
 * Threads: any; what was read never changes.
 */

#include <stddef.h>
#include <stdint.h>

#include "counter/grant.h"
#include "keys/note.h"
#include "plugin/conf.h"

#define NODES_INSTITUTIONS 16

struct nodes_node {
	char id[16];
	struct grant grant[NODES_INSTITUTIONS];
	const struct grant *grants[NODES_INSTITUTIONS];
	size_t n;
	uint32_t rights;
	int32_t area;
	int has_key;
	struct note_verifier key;
};

struct nodes;

/**
 * nodes_parse(file, text, len, sink): Read a register; file names it in messages.  Return
 * it, or NULL when anything was wrong, which sink was told, or out of memory.
 * nodes_load(file, sink, err, errlen): the same of a file.
 * nodes_free(n): NULL is allowed.
 */
struct nodes *nodes_parse(const char *file, const char *text, size_t len,
    const struct conf_sink *sink);
struct nodes *nodes_load(const char *file, const struct conf_sink *sink,
    char *err, size_t errlen);
void nodes_free(struct nodes *n);

/**
 * nodes_find(n, id): The node, or NULL.  nodes_count(n): how many there are.
 */
const struct nodes_node *nodes_find(const struct nodes *n, const char *id);
size_t nodes_count(const struct nodes *n);

#endif /* !LIANGKA_NODES_H_ */
