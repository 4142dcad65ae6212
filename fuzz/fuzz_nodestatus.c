/* A node's status and a sync's: what is read is what would be printed. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lists/nodestatus.h"
#include "lists/sync.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A text of a node. */
static void
try_node(const char *p, size_t size)
{
	static const struct nodestatus none;
	char text[NODESTATUS_TEXT_MAX + 1], file[NODESTATUS_NODE_MAX + 16];
	char err[NODESTATUS_ERROR_MAX];
	struct nodestatus s;

	if (nodestatus_parse(&s, p, size, err) != 0) {
		if (err[0] == '\0' || memcmp(&s, &none, sizeof(s)) != 0)
			abort();
		return;
	}
	if (nodestatus_print(&s, text, sizeof(text)) != size ||
	    memcmp(text, p, size) != 0)
		abort();
	if (nodestatus_file(s.node, file, sizeof(file)) != 0 ||
	    strchr(file, '/') != NULL || file[0] == '.')
		abort();
}

/* A note around it, which nobody signed. */
static void
try_note(const char *p, size_t size)
{
	char err[NODESTATUS_ERROR_MAX] = "";
	struct nodestatus s, t;

	if (nodestatus_verify(&t, p, size, NULL, 0, err) == 0 ||
	    err[0] == '\0')
		abort();
	err[0] = '\0';
	if (nodestatus_read(&s, p, size, err) != 0 && err[0] == '\0')
		abort();
}

/* A sync.status. */
static void
try_sync(const char *p, size_t size)
{
	static const struct sync_status none;
	struct sync_status s;
	char text[4096];

	if (sync_status_parse(&s, p, size) != 0) {
		if (memcmp(&s, &none, sizeof(s)) != 0)
			abort();
		return;
	}
	if (sync_status_print(&s, text, sizeof(text)) != size ||
	    memcmp(text, p, size) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;

	try_node(p, size);
	try_note(p, size);
	try_sync(p, size);
	return (0);
}
