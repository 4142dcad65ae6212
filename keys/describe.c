#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "utf8.h"

/* Print a JSON string; bytes that are no UTF-8 become U+FFFD. */
void
describe_json(const char *text)
{
	const size_t len = strlen(text);
	uint32_t c;
	size_t n;

	(void)putchar('"');
	for (size_t i = 0; i < len; i += n) {
		n = utf8_next(&c, text + i, len - i);
		if (n == 0) {
			(void)fputs("\\ufffd", stdout);
			n = 1;
		} else if (c == '"' || c == '\\')
			(void)printf("\\%c", (int)c);
		else if (c < 0x20 || c == 0x7f)
			(void)printf("\\u%04x", (unsigned)c);
		else
			(void)printf("%.*s", (int)n, text + i);
	}
	(void)putchar('"');
}

/* Print a key as an object. */
static void
key_json(const struct keyfile *k, const char *path,
    const struct keydisk_look *look, int expired)
{

	(void)printf("{\"file\":");
	describe_json(path);
	(void)printf(",\"kind\":\"%s\",\"algorithm\":\"%s\",",
	    keyfile_kind_name(k->kind), keyfile_algorithm_name(k->algorithm));
	if (keyfile_kind_named(k->kind)) {
		(void)printf("\"name\":");
		describe_json(k->name);
	} else
		(void)printf("\"epoch\":%u", (unsigned)k->epoch);
	(void)printf(",\"created\":\"%s\",\"expires\":\"%s\","
	    "\"expired\":%s,", k->created, k->expires,
	    expired ? "true" : "false");
	if (keyfile_kind_named(k->kind)) {
		(void)printf("\"public\":");
		describe_json(k->public);
		(void)putchar(',');
	}
	(void)printf("\"id\":\"%s\",\"owner\":%u,\"mode\":\"%04o\","
	    "\"problem\":", k->id, (unsigned)look->owner,
	    (unsigned)look->mode);
	if (look->access.fault == KEYFILE_FINE)
		(void)printf("null}\n");
	else {
		describe_json(look->access.text);
		(void)printf("}\n");
	}
}

/* Print what may be known of a key. */
void
describe_key(const struct keyfile *k, const char *path,
    const struct keydisk_look *look, int64_t now, int json)
{
	int expired = keyfile_expired(k, now);

	if (json) {
		key_json(k, path, look, expired);
		return;
	}
	(void)printf("file       %s\nkind       %s\nalgorithm  %s\n", path,
	    keyfile_kind_name(k->kind), keyfile_algorithm_name(k->algorithm));
	if (keyfile_kind_named(k->kind))
		(void)printf("name       %s\n", k->name);
	else
		(void)printf("epoch      %u\n", (unsigned)k->epoch);
	(void)printf("created    %s\nexpires    %s%s\n", k->created,
	    k->expires, expired ? " (EXPIRED)" : "");
	if (keyfile_kind_signs(k->kind))
		(void)printf("public     %s\n", k->public);
	(void)printf("id         %s\nowner      uid %u, mode %04o (%s)\n",
	    k->id, (unsigned)look->owner, (unsigned)look->mode,
	    look->access.fault == KEYFILE_FINE ? "good" : "NOT SAFE");
}
