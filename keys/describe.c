#include <stdio.h>

#include "describe.h"

/* Give the length of the UTF-8 character at s, or 0 when there is none. */
static int
utf8_length(const unsigned char *s)
{
	unsigned long c;
	int n;

	if (s[0] < 0x80)
		return (1);
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return (0);
	c = s[0] & (0xffUL >> (n + 1));
	for (int i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
	    (n == 4 && (c < 0x10000 || c > 0x10ffff)))
		return (0);
	return (n);
}

/* Print a JSON string; bytes that are no UTF-8 become U+FFFD. */
static void
print_json(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int n;

	(void)putchar('"');
	for (; *s != '\0'; s += n) {
		n = utf8_length(s);
		if (n == 0) {
			(void)fputs("\\ufffd", stdout);
			n = 1;
		} else if (*s == '"' || *s == '\\')
			(void)printf("\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			(void)printf("\\u%04x", *s);
		else
			(void)printf("%.*s", n, (const char *)s);
	}
	(void)putchar('"');
}

/* Print what may be known of a key. */
void
describe_key(const struct keyfile *k, const char *path,
    const struct keydisk_look *look, int json)
{

	if (!json) {
		(void)printf("file       %s\nkind       %s\nalgorithm  %s\n"
		    "epoch      %u\ncreated    %s\nid         %s\n"
		    "owner      uid %u, mode %04o (%s)\n", path,
		    keyfile_kind_name(k->kind),
		    keyfile_algorithm_name(k->algorithm), (unsigned)k->epoch,
		    k->created, k->id, (unsigned)look->owner,
		    (unsigned)look->mode,
		    look->access.fault == KEYFILE_FINE ? "good" : "NOT SAFE");
		return;
	}
	(void)printf("{\"file\":");
	print_json(path);
	(void)printf(",\"kind\":\"%s\",\"algorithm\":\"%s\",\"epoch\":%u,"
	    "\"created\":\"%s\",\"id\":\"%s\",\"owner\":%u,\"mode\":\"%04o\","
	    "\"problem\":", keyfile_kind_name(k->kind),
	    keyfile_algorithm_name(k->algorithm), (unsigned)k->epoch,
	    k->created, k->id, (unsigned)look->owner, (unsigned)look->mode);
	if (look->access.fault == KEYFILE_FINE)
		(void)printf("null}\n");
	else {
		print_json(look->access.text);
		(void)printf("}\n");
	}
}
