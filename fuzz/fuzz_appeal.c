/*
 * The file of an appeal: what reads prints as a text that reads the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lists/appeal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
report(void *arg, const struct conf_error *e)
{
	char buf[1024];

	(void)arg;
	if (conf_format(e, buf, sizeof(buf)) != strlen(buf) || e->span == 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conf_sink sink = { report, NULL };
	struct appeal a, b;
	char *text, *again;
	size_t len, len2;
	int ack;

	if (appeal_read(&a, "fuzz", (const char *)data, size, &sink) != 0)
		return (0);
	if (a.nevents == 0 || a.event[0].what != APPEAL_OPENED ||
	    (appeal_decided(&a) != NULL) != (appeal_due(&a, &ack) == 0) ||
	    (appeal_acknowledged(&a) != NULL && ack))
		abort();
	if ((text = appeal_print(&a, &len)) == NULL)
		return (0);
	if (len <= APPEAL_MAX_TEXT) {
		if (appeal_read(&b, "again", text, len, &sink) != 0 ||
		    memcmp(&a, &b, sizeof(a)) != 0)
			abort();
		again = appeal_print(&b, &len2);
		if (again != NULL && (len != len2 ||
		    memcmp(text, again, len) != 0))
			abort();
		free(again);
	}
	free(text);
	return (0);
}
