/* The configuration reader: any bytes, all kinds of keys. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct target {
	char	text[16];
	int64_t	number;
	int32_t	small;
};

static const struct conf_name names[] = {
	{ "check", 1 }, { "confirm", 2 }, { "report", 4 }, { NULL, 0 }
};
static const struct conf_key keys[] = {
	{ "socket", CONF_STRING, CONF_REQUIRED, 1, 0, NULL,
	    CONF_AT(struct target, text) },
	{ "workers", CONF_INT, 0, -3, 9, NULL, CONF_AT(struct target, small) },
	{ "ttl", CONF_DURATION, 0, 0, 1000, NULL,
	    CONF_AT(struct target, number) },
	{ "overlay", CONF_SIZE, 0, 0, 0, NULL, CONF_AT(struct target, number) },
	{ "since", CONF_DATE, 0, 0, 0, NULL, CONF_AT(struct target, number) },
	{ "strict", CONF_BOOL, 0, 0, 0, NULL, CONF_AT(struct target, small) },
	{ "mode", CONF_NAME, 0, 0, 0, names, CONF_AT(struct target, small) },
	{ "rights", CONF_NAMES, 0, 0, 0, names, CONF_AT(struct target, small) },
	{ "hosts", CONF_LIST, 0, 1, 4, NULL, 0, 0 },
};
static const struct conf_section table[] = {
	{ "", 0, keys, 9 }, { "server", 0, keys, 9 },
	{ "rule", CONF_NAMED | CONF_REQUIRED, keys, 9 },
};

static void
report(void *arg, const struct conf_error *e)
{
	char buf[1024];
	size_t n = conf_format(e, buf, sizeof(buf));
	uint32_t c;

	(void)arg;
	if (n >= sizeof(buf) || strlen(buf) != n || e->line == 0 ||
	    e->column == 0 || e->span == 0 ||
	    conf_utf8(e->message, strlen(e->message), &c) == 0)
		abort();
}

static void
value(void *arg, const struct conf_value *v)
{
	struct conf_doc *doc = arg;

	if (v->at >= doc->len || v->span > doc->len - v->at)
		abort();
	if (v->key->kind == CONF_STRING)
		conf_fail(doc, conf_locate(doc, v->at, v->length / 2), 1,
		    "%s", "half way");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_sink sink = { report, NULL };
	struct target t = { "", 0, 0 };
	char *copy = malloc(size > 0 ? size : 1);
	struct conf_doc doc = { "fuzz", copy, size, &sink, 0 };
	struct conf_use use = { .target = &t, .arg = &doc, .value = value };

	if (copy == NULL)
		return (0);
	if (size > 0)
		memcpy(copy, data, size);
	(void)conf_read(&doc, table, 3, &use);
	free(copy);
	return (0);
}
